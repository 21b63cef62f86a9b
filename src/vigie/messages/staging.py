"""What ``ship`` says of files it stages, leaves out or refuses, and of locks and branches in its way."""

from __future__ import annotations

from typing import Final

_NOTHING_FR: Final = " Rien n'a été fait."
_NOTHING_EN: Final = " Nothing was done."

SENTENCES: Final[dict[str, tuple[str, str]]] = {
    # remarks
    "staging.generated": (
        "Laissés de côté, car écrits par des programmes (les nommer avec --files pour les prendre): {files}",
        "Left out, since programs write them (name them with --files to take them): {files}",
    ),
    "staging.submodules": (
        "Sous-modules sur un autre commit, laissés de côté (les nommer avec --files pour les prendre): {files}",
        "Submodules on another commit, left out (name them with --files to take them): {files}",
    ),
    "staging.renamed": (
        "Renommé: {old} -> {new}; la suppression de l'ancien nom est commitée aussi",
        "Renamed: {old} -> {new}; the removal of the old name is committed too",
    ),
    "staging.unfiltered": (
        "Leur filtre (.gitattributes) n'est pas configuré ici; ils sont commités tels quels: {files}",
        "Their filter (.gitattributes) is not configured here; they are committed as they are: {files}",
    ),
    "staging.forbidden-on-windows": (
        "Noms impossibles sous Windows, un clone y échouerait: {files}",
        "Names that Windows does not allow, a clone there would fail: {files}",
    ),
    "staging.long-paths": (
        "Chemins de plus de 260 caractères; au besoin: git config core.longpaths true. {files}",
        "Paths of more than 260 characters; if need be: git config core.longpaths true. {files}",
    ),
    "staging.moved": (
        "Modifiés pendant leur lecture; l'état lu est commité, la suite ira dans le prochain commit: {files}",
        "Changed while they were read; what was read is committed, the rest goes into the next commit: {files}",
    ),
    "staging.lock-removed": (
        "Verrous laissés par un git arrêté brutalement, supprimés: {files}",
        "Locks left by a git that was killed, removed: {files}",
    ),
    # what was typed
    "staging.list-unreadable": (
        "La liste de fichiers {file} ne peut pas être lue: {detail}",
        "The list of files {file} cannot be read: {detail}",
    ),
    "staging.list-unreadable.hint": (
        "@FICHIER désigne un fichier de noms, un par ligne, par rapport au dossier du projet." + _NOTHING_FR,
        "@FILE stands for a file of names, one a line, relative to the project folder." + _NOTHING_EN,
    ),
    "staging.list-too-long": (
        "La liste de fichiers {file} dépasse 16 Mio",
        "The list of files {file} is larger than 16 MiB",
    ),
    "staging.list-too-long.hint": (
        "Donner un fichier qui contient un nom par ligne." + _NOTHING_FR,
        "Give a file that holds one name a line." + _NOTHING_EN,
    ),
    # files that must not go as they are
    "staging.reserved-name": (
        "{file}: Windows réserve le nom '{name}'; un clone y échouerait",
        "{file}: Windows reserves the name '{name}'; a clone there would fail",
    ),
    "staging.reserved-name.hint": (
        "Renommer ce fichier, ou l'ajouter à .gitignore s'il n'a pas à être partagé." + _NOTHING_FR,
        "Rename this file, or add it to .gitignore if it need not be shared." + _NOTHING_EN,
    ),
    "staging.assume-unchanged": (
        "git ne regarde pas les changements de {file} (assume-unchanged): il ne serait pas commité",
        "git does not look at changes of {file} (assume-unchanged): it would not be committed",
    ),
    "staging.assume-unchanged.hint": (
        "git update-index --no-assume-unchanged -- {file}, puis relancer la même commande." + _NOTHING_FR,
        "git update-index --no-assume-unchanged -- {file}, then run the same command again." + _NOTHING_EN,
    ),
    "staging.skip-worktree": (
        "git ne regarde pas les changements de {file} (skip-worktree): il ne serait pas commité",
        "git does not look at changes of {file} (skip-worktree): it would not be committed",
    ),
    "staging.skip-worktree.hint": (
        "git update-index --no-skip-worktree -- {file}, puis relancer la même commande." + _NOTHING_FR,
        "git update-index --no-skip-worktree -- {file}, then run the same command again." + _NOTHING_EN,
    ),
    "staging.not-checked-out": (
        "{file} est hors de l'extraction partielle (sparse checkout): il n'est pas sur le disque",
        "{file} is outside the sparse checkout: it is not on the disk",
    ),
    "staging.not-checked-out.hint": (
        "Retirer ce nom de la liste, ou élargir l'extraction (git sparse-checkout add DOSSIER)."
        + _NOTHING_FR,
        "Take this name off the list, or widen the checkout (git sparse-checkout add FOLDER)." + _NOTHING_EN,
    ),
    "staging.submodule-unpushed": (
        "Le commit du sous-module {file} n'est sur aucun dépôt distant connu; les autres clones échoueraient",
        "The commit of submodule {file} is on no remote that is known; other clones would fail",
    ),
    "staging.submodule-unpushed.hint": (
        "Pousser d'abord dans le sous-module (git push), puis relancer la même commande." + _NOTHING_FR,
        "Push inside the submodule first (git push), then run the same command again." + _NOTHING_EN,
    ),
    "staging.lfs-missing": (
        "Git LFS n'est pas installé ici; ces fichiers seraient commités en entier dans git: {files}",
        "Git LFS is not installed here; these files would be committed whole into git: {files}",
    ),
    "staging.lfs-missing.hint": (
        "Installer git-lfs, exécuter 'git lfs install', puis relancer la même commande." + _NOTHING_FR,
        "Install git-lfs, run 'git lfs install', then run the same command again." + _NOTHING_EN,
    ),
    "staging.filter-missing": (
        "Le filtre '{filter}' n'est pas configuré ici; ces fichiers seraient commités bruts: {files}",
        "The filter '{filter}' is not configured here; these files would be committed raw: {files}",
    ),
    "staging.filter-missing.hint": (
        "Configurer filter.{filter}.clean (l'outil qui le fournit le fait), puis relancer." + _NOTHING_FR,
        "Set up filter.{filter}.clean (the tool that brings it does so), then run this again." + _NOTHING_EN,
    ),
    "staging.filter-failed": (
        "Le filtre '{filter}' a échoué sur {file}",
        "The filter '{filter}' failed on {file}",
    ),
    "staging.filter-failed.hint": (
        "Vérifier que le programme de filter.{filter}.clean est installé et fonctionne." + _NOTHING_FR,
        "Check that the program of filter.{filter}.clean is installed and works." + _NOTHING_EN,
    ),
    "staging.line-endings": (
        "{file}: ses fins de ligne ({ends}) changeraient, et core.safecrlf=true l'interdit",
        "{file}: its line endings ({ends}) would change, and core.safecrlf=true forbids that",
    ),
    "staging.line-endings.hint": (
        "Enregistrer le fichier avec une seule sorte de fins de ligne, ou: git config core.safecrlf warn."
        + _NOTHING_FR,
        "Save the file with one kind of line endings only, or: git config core.safecrlf warn." + _NOTHING_EN,
    ),
    # the repository's state
    "staging.detached-nowhere": (
        "Aucune branche n'est active (HEAD détachée), et aucune ne contient ce commit; il pourrait se perdre",
        "No branch is checked out (detached HEAD), and none holds this commit; it could get lost",
    ),
    "staging.detached-nowhere.hint": (
        "Créer une branche ici: git switch -c nom, puis relancer la même commande." + _NOTHING_FR,
        "Make a branch here: git switch -c name, then run the same command again." + _NOTHING_EN,
    ),
    "staging.lock-held": (
        "Un autre git travaille dans ce dépôt: processus {pid} ({program}), verrou {lock}",
        "Another git is at work in this repository: process {pid} ({program}), lock {lock}",
    ),
    "staging.lock-held.hint": (
        "Attendre qu'il finisse, puis relancer la même commande." + _NOTHING_FR,
        "Wait until it is done, then run the same command again." + _NOTHING_EN,
    ),
    "staging.lock-left": (
        "Un verrou de git est en place depuis {seconds} s: {lock}",
        "A lock of git's has been there for {seconds} s: {lock}",
    ),
    "staging.lock-left.hint": (
        "Si aucun git ne travaille dans ce dépôt, un arrêt brutal l'a laissé: le supprimer, puis relancer."
        + _NOTHING_FR,
        "If no git is at work in this repository, a sudden end left it behind: delete it, then run this again."
        + _NOTHING_EN,
    ),
}
