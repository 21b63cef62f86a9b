"""What ``vigie init`` says."""

from __future__ import annotations

SENTENCES: dict[str, tuple[str, str]] = {
    "init.created": ("Fichier créé : {path}", "File created: {path}"),
    "init.kept": (
        "Fichier déjà présent, laissé tel quel : {path}",
        "File already there, left as it is: {path}",
    ),
    "init.extended": (
        "Lignes ajoutées à {path} : {lines}",
        "Lines added to {path}: {lines}",
    ),
    "init.not-text": (
        "{path} n'est pas un texte en UTF-8 et a été laissé tel quel ; enregistrez-le en UTF-8,"
        " puis relancez vigie init",
        "{path} is not UTF-8 text and was left as it is; save it as UTF-8, then run vigie init again",
    ),
    "init.outside": (
        "{path} mène hors du projet par un lien et a été laissé tel quel",
        "{path} leads out of the project through a link and was left as it is",
    ),
    "init.ignore-comment": (
        "écrit par le bot, par Python ou par vigie : à ne pas commiter",
        "written by the bot, by Python or by vigie: not to be committed",
    ),
    "init.next": (
        "Vous pouvez maintenant lancer le bot : python bot_monitor.py --start",
        "You can now start the bot: python bot_monitor.py --start",
    ),
    "init.no-folder": ("Ce dossier n'existe pas : {folder}", "There is no such folder: {folder}"),
    "init.no-folder.hint": (
        "Placez-vous dans le dossier du bot, ou indiquez-le avec --project",
        "Go to the bot's folder, or name it with --project",
    ),
    "init.not-writable": ("Impossible d'écrire {path} : {detail}", "Cannot write {path}: {detail}"),
    "init.not-writable.hint": (
        "Vérifiez les droits sur ce dossier et la place libre, puis relancez vigie init :"
        " rien n'est jamais écrasé",
        "Check the rights on this folder and the free space, then run vigie init again:"
        " nothing is ever overwritten",
    ),
    "init.incomplete-install": (
        "Cette installation de vigie est incomplète : {name} manque dans {folder}",
        "This installation of vigie is incomplete: {name} is missing from {folder}",
    ),
    "init.incomplete-install.hint": (
        "Réinstallez vigie avec pip",
        "Install vigie again with pip",
    ),
}
