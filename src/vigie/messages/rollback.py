"""What is said of the way back to the last version that ran well."""

from __future__ import annotations

from typing import Final

SENTENCES: Final[dict[str, tuple[str, str]]] = {
    "rollback.version-missing": (
        "La version {commit} n'est pas dans ce dépôt",
        "Version {commit} is not in this repository",
    ),
    "rollback.version-missing.hint": (
        "Un clone partiel ne contient pas tout: 'git fetch --unshallow' ramène les anciennes versions.",
        "A shallow clone does not hold everything: 'git fetch --unshallow' brings the older versions.",
    ),
    "rollback.same-files": (
        "Les versions {bad} et {good} contiennent les mêmes fichiers: il n'y a pas de retour à faire",
        "Versions {bad} and {good} hold the same files: there is nothing to go back to",
    ),
    "rollback.same-files.hint": (
        "La cause est ailleurs que dans le code: 'vigie logs' montre ce que le bot en dit.",
        "The cause is not in the code: 'vigie logs' shows what the bot says of it.",
    ),
    "rollback.moved": (
        "La branche {branch} n'est plus sur le commit {commit}: quelqu'un a continué entre-temps",
        "Branch {branch} is no longer on commit {commit}: somebody has gone on meanwhile",
    ),
    "rollback.moved.hint": (
        "Rien n'a été changé. 'git log' et 'git status' montrent où en est le dossier.",
        "Nothing was changed. 'git log' and 'git status' show where the folder stands.",
    ),
    "rollback.in-the-way": (
        "Des modifications non commitées empêchent le retour à la version précédente: {files}",
        "Edits that are not committed keep the last version from coming back: {files}",
    ),
    "rollback.in-the-way.hint": (
        "Rien n'a été changé. Mettre ces fichiers de côté (copie ailleurs, ou 'git stash push -u -- FICHIER'), puis relancer la même commande.",
        "Nothing was changed. Put these files aside (a copy elsewhere, or 'git stash push -u -- FILE'), then run the same command again.",
    ),
    "rollback.half-done": (
        "Le retour à la version précédente a été interrompu en route: {detail}",
        "The way back to the last version was cut short: {detail}",
    ),
    "rollback.half-done.hint": (
        "Relancer 'vigie ship --resume': il termine ce qui a commencé.",
        "Run 'vigie ship --resume': it completes what was begun.",
    ),
    "rollback.not-brought": (
        "git n'a pas ramené la version précédente à temps: {detail}",
        "git did not bring the last version back in time: {detail}",
    ),
    "rollback.not-brought.hint": (
        "Rien n'a été changé. Relancer 'vigie ship --resume'.",
        "Nothing was changed. Run 'vigie ship --resume'.",
    ),
    "rollback.submodule": (
        "Le sous-module {path} n'a pas suivi: {detail}",
        "Submodule {path} did not follow: {detail}",
    ),
    "rollback.submodule.hint": (
        "Le reste est en place. 'git submodule update -- CHEMIN' ramène ce sous-module.",
        "Everything else is in place. 'git submodule update -- PATH' brings this submodule.",
    ),
    "rollback.release-failed": (
        "La version {commit} n'a pas pu être déposée à côté du dossier: {detail}",
        "Version {commit} could not be laid out beside the folder: {detail}",
    ),
    "rollback.release-failed.hint": (
        "Libérer de la place ou corriger la cause indiquée, puis relancer la même commande.",
        "Make room or cure the cause that is named, then run the same command again.",
    ),
    "rollback.cannot-park": (
        "La commande du bot ne nomme aucun fichier du projet: la version {commit} ne peut pas tourner à côté ({command})",
        "The bot's command names no file of the project: version {commit} cannot run beside it ({command})",
    ),
    "rollback.cannot-park.hint": (
        "Mettre de côté les fichiers en cause, puis 'vigie ship --rollback'; ou nommer le script dans 'command'.",
        "Put the files in the way aside, then 'vigie ship --rollback'; or name the script in 'command'.",
    ),
    "rollback.kept-data": (
        "Des fichiers ont été écrits dans la version garée; ils sont gardés: {path}",
        "Files were written in the parked version; they are kept: {path}",
    ),
}
