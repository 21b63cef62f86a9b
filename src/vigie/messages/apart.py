"""What the repository apart says, in which a commit is made."""

from __future__ import annotations

from typing import Final

SENTENCES: Final[dict[str, tuple[str, str]]] = {
    "apart.nothing-left": (
        "Les hooks git du projet ont ramené les fichiers choisis à l'état du dernier commit: il n'y a rien à commiter",
        "The project's git hooks have brought the chosen files back to the last commit: nothing is left to commit",
    ),
    "apart.nothing-left.hint": (
        "Appliquer ici la même correction (formateur, hook), ou retirer ces fichiers du choix. Rien n'a été fait.",
        "Apply the same correction here (formatter, hook), or take these files off the list. Nothing was done.",
    ),
    "apart.other-parent": (
        "Un hook git du projet a fait d'autres commits pendant le commit: le résultat ne suit pas le dernier commit",
        "A git hook of the project made other commits during the commit: the result does not follow the last one",
    ),
    "apart.other-parent.hint": (
        "Rien n'a été commité ici. Commiter à la main avec git, ou retirer du hook ses propres commits.",
        "Nothing was committed here. Commit by hand with git, or take the hook's own commits out of it.",
    ),
    "apart.hook-corrected": (
        "Avant de refuser, le hook a corrigé une copie de ces fichiers, pas les fichiers d'ici: {files}",
        "Before it refused, the hook corrected a copy of these files, not the files here: {files}",
    ),
    "apart.hook-corrected.hint": (
        "Lancer ici le même outil (par exemple: pre-commit run), relire le résultat, puis relancer la même commande.",
        "Run the same tool here (for example: pre-commit run), read the result, then run the same command again.",
    ),
    "apart.branch-switched": (
        "La branche active n'est plus {branch}: quelqu'un en a changé pendant le ship",
        "The branch checked out is no longer {branch}: somebody switched during the ship",
    ),
    "apart.branch-switched.hint": (
        "Rien n'a été fait. Revenir sur {branch} (git switch {branch}), puis relancer la même commande.",
        "Nothing was done. Go back to {branch} (git switch {branch}), then run the same command again.",
    ),
}
