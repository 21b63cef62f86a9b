"""Sentences about what vigie writes down and reads back: files, logs, history."""

from __future__ import annotations

SENTENCES: dict[str, tuple[str, str]] = {
    # writing
    "record.not-writable": (
        "impossible d'écrire {path} : {reason}",
        "cannot write {path}: {reason}",
    ),
    "record.not-writable.hint": (
        "Vérifiez à qui appartiennent ce fichier et son dossier, et que vous avez le droit d'y écrire.",
        "Check who owns this file and its folder, and that you may write there.",
    ),
    "record.disk-full": (
        "plus de place sur le disque pour écrire {path} ; l'ancien contenu est intact",
        "no space left on the disk to write {path}; what was there before is intact",
    ),
    "record.disk-full.hint": (
        "Libérez de la place (ou augmentez le quota) ; l'écriture reprendra d'elle-même.",
        "Free some space (or raise the quota); writing goes on by itself afterwards.",
    ),
    "record.no-folder": (
        "impossible d'écrire {path} : son dossier n'existe pas ({reason})",
        "cannot write {path}: its folder does not exist ({reason})",
    ),
    "record.no-folder.hint": (
        "Recréez le dossier, ou indiquez le bon projet avec --project.",
        "Create the folder again, or name the right project with --project.",
    ),
    "record.not-a-folder": (
        "{path} devrait être un dossier, mais c'est un fichier",
        "{path} should be a folder, but it is a file",
    ),
    "record.not-a-folder.hint": (
        "Renommez ou déplacez ce fichier ; le dossier sera créé au prochain essai.",
        "Rename or move this file; the folder is created at the next try.",
    ),
    "record.is-a-folder": (
        "{path} devrait être un fichier, mais c'est un dossier",
        "{path} should be a file, but it is a folder",
    ),
    "record.is-a-folder.hint": (
        "Renommez ou déplacez ce dossier. Docker en crée un quand le fichier qu'il doit monter n'existe pas.",
        "Rename or move this folder. Docker creates one when the file it should mount does not exist.",
    ),
    # reading
    "record.not-readable": (
        "impossible de lire {path} : {reason}",
        "cannot read {path}: {reason}",
    ),
    "record.not-readable.hint": (
        "Vérifiez à qui appartient ce fichier et que vous avez le droit de le lire.",
        "Check who owns this file and that you may read it.",
    ),
    "record.not-a-file": (
        "{path} n'est pas un fichier ordinaire",
        "{path} is not an ordinary file",
    ),
    "record.not-a-file.hint": (
        "Renommez ou déplacez ce qui s'y trouve ; le fichier sera recréé.",
        "Rename or move what is there; the file will be created again.",
    ),
    # a status file that cannot be believed
    "record.damaged-empty": (
        "{path} est vide ; les compteurs qu'il contenait sont inconnus",
        "{path} is empty; the counts it held are unknown",
    ),
    "record.damaged-not-json": (
        "{path} est incomplet ou n'est pas du JSON ; les compteurs qu'il contenait sont inconnus",
        "{path} is cut short or is not JSON; the counts it held are unknown",
    ),
    "record.damaged-not-text": (
        "{path} n'est pas du texte UTF-8 ; les compteurs qu'il contenait sont inconnus",
        "{path} is not UTF-8 text; the counts it held are unknown",
    ),
    "record.damaged-too-big": (
        "{path} dépasse 1 Mio, ce n'est pas notre fichier d'état ; son contenu est ignoré",
        "{path} is larger than 1 MiB, it is not our status file; its content is ignored",
    ),
    "record.damaged-not-a-file": (
        "{path} n'est pas un fichier ordinaire ; son contenu est ignoré",
        "{path} is not an ordinary file; its content is ignored",
    ),
    "record.damaged-unreadable": (
        "{path} n'a pas pu être lu ; les compteurs qu'il contient sont inconnus",
        "{path} could not be read; the counts it holds are unknown",
    ),
    "record.damaged-foreign": (
        "{path} contient autre chose que ce que vigie y écrit ; seul ce qui est sûr en est repris",
        "{path} holds something else than what vigie writes there; only what is certain is taken from it",
    ),
    "record.kept-aside": (
        "ce qui se trouvait dans {path} est conservé dans {kept}",
        "what was in {path} is kept in {kept}",
    ),
    # history
    "record.history-damaged": (
        "l'historique {path} est inutilisable ({reason}) ; il est conservé dans {kept}, un nouveau commence",
        "the history {path} is beyond use ({reason}); it is kept in {kept} and a new one begins",
    ),
    "record.history-damaged.hint": (
        "Le bot n'est pas touché. Supprimez le fichier conservé si vous n'en avez pas besoin.",
        "The bot is not affected. Delete the kept file if you do not need it.",
    ),
    "record.history-foreign": (
        "{path} n'est pas un historique que cette version de vigie connaît ; il est conservé dans {kept}, "
        "un nouveau commence",
        "{path} is not a history that this version of vigie knows; it is kept in {kept} and a new one begins",
    ),
    "record.history-foreign.hint": (
        "Si une version plus récente de vigie l'a écrit, remettez-le en place après la mise à jour.",
        "If a newer vigie wrote it, put it back after upgrading.",
    ),
    "record.history-busy": (
        "l'historique {path} est occupé par un autre programme ; les événements attendent en mémoire",
        "the history {path} is held by another program; events wait in memory",
    ),
    "record.history-busy.hint": (
        "Fermez le programme qui a ouvert ce fichier (un éditeur SQLite par exemple).",
        "Close the program that has this file open (an SQLite editor, for instance).",
    ),
    "record.history-unusable": (
        "l'historique {path} ne peut être ni lu ni complété pour le moment : {reason}",
        "the history {path} can neither be read nor added to for now: {reason}",
    ),
    "record.history-unusable.hint": (
        "Vérifiez le disque et les droits du dossier ; les nouveaux événements attendent en mémoire.",
        "Check the disk and the rights of the folder; new events wait in memory.",
    ),
    # logs
    "record.log-not-rotated": (
        "le journal {path} n'a pas pu être mis de côté : {reason} ; le bot continue d'y écrire",
        "the log {path} could not be put away: {reason}; the bot goes on writing to it",
    ),
    "record.log-not-rotated.hint": (
        "Fermez le programme qui lit ce fichier, ou vérifiez les droits du dossier.",
        "Close the program that reads this file, or check the rights of the folder.",
    ),
    "record.log-not-bounded": (
        "le journal {path} dépasse sa taille et n'a pas pu être raccourci : {reason} ; le bot continue d'y écrire",
        "the log {path} is larger than it may be and could not be shortened: {reason}; the bot goes on writing to it",
    ),
    "record.log-not-bounded.hint": (
        "Libérez de la place et vérifiez les droits du dossier ; un nouvel essai a lieu toutes les 30 s.",
        "Free some space and check the rights of the folder; it is tried again every 30 s.",
    ),
}
