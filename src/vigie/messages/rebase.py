"""What ``ship --rebase`` says when others have pushed first."""

from __future__ import annotations

from typing import Final

_KEPT_FR: Final = "Le commit est conservé, rien n'a changé ici. "
_KEPT_EN: Final = "The commit is kept, nothing has changed here. "

SENTENCES: Final[dict[str, tuple[str, str]]] = {
    "rebase.begin": (
        "D'autres commits sont arrivés sur {target}: les nôtres sont rejoués par-dessus, à côté...",
        "Other commits have come to {target}: ours are replayed on top of them, beside...",
    ),
    "rebase.done": (
        "Commits rejoués par-dessus ceux des autres: {commits}",
        "Commits replayed on top of the others' ones: {commits}",
    ),
    "rebase.not-fetched": (
        "Les nouveaux commits de {target} n'ont pas pu être récupérés: {detail}",
        "The new commits of {target} could not be fetched: {detail}",
    ),
    "rebase.not-fetched.hint": (
        _KEPT_FR + "Vérifier la connexion avec 'git fetch', puis relancer la même commande.",
        _KEPT_EN + "Check the connection with 'git fetch', then run the same command again.",
    ),
    "rebase.has-merges": (
        "Une fusion ({merge}) se trouve parmi les commits à rejouer: elle ne peut pas l'être sans risque",
        "A merge ({merge}) is among the commits to replay: that cannot be done without risk",
    ),
    "rebase.has-merges.hint": (
        _KEPT_FR + "Exécuter 'git pull --no-rebase' (ou --rebase=merges) à la main, puis relancer ship.",
        _KEPT_EN + "Run 'git pull --no-rebase' (or --rebase=merges) by hand, then run ship again.",
    ),
    "rebase.unrelated": (
        "Les commits d'ici et ceux de {target} n'ont aucun ancêtre commun connu",
        "The commits here and those of {target} have no common ancestor that is known",
    ),
    "rebase.unrelated.hint": (
        _KEPT_FR + "Vérifier l'adresse avec 'git remote -v'; pour un clone partiel: 'git fetch --unshallow'.",
        _KEPT_EN + "Check the address with 'git remote -v'; in a shallow clone: 'git fetch --unshallow'.",
    ),
    "rebase.rewritten": (
        "{target} a été réécrite: des commits qui y étaient (jusqu'à {commit}) n'y sont plus",
        "{target} was rewritten: commits that were there (up to {commit}) are gone",
    ),
    "rebase.rewritten.hint": (
        _KEPT_FR
        + "Les rejouer les ferait revenir. Demander à qui l'a fait, puis 'git rebase --onto' à la main.",
        _KEPT_EN + "Replaying them would bring them back. Ask who did it, then 'git rebase --onto' by hand.",
    ),
    "rebase.conflict": (
        "Nos changements et ceux de {target} touchent les mêmes lignes: {files}",
        "Our changes and those of {target} touch the same lines: {files}",
    ),
    "rebase.conflict.hint": (
        _KEPT_FR + "Exécuter 'git pull --rebase', résoudre le conflit, puis relancer la même commande.",
        _KEPT_EN + "Run 'git pull --rebase', resolve the conflict, then run the same command again.",
    ),
    "rebase.timeout": (
        "Rejouer les commits n'était pas fini après {seconds} s et a été arrêté",
        "Replaying the commits was not finished after {seconds} s and was stopped",
    ),
    "rebase.timeout.hint": (
        _KEPT_FR + "La signature ou un filtre attend sans doute: essayer 'git pull --rebase' à la main.",
        _KEPT_EN + "The signing or a filter is probably waiting: try 'git pull --rebase' by hand.",
    ),
    "rebase.failed": (
        "Les commits n'ont pas pu être rejoués: {detail}",
        "The commits could not be replayed: {detail}",
    ),
    "rebase.failed.hint": (
        _KEPT_FR + "Corriger la cause indiquée par git, ou essayer 'git pull --rebase' à la main.",
        _KEPT_EN + "Cure the cause that git names, or try 'git pull --rebase' by hand.",
    ),
    "rebase.in-the-way": (
        "Des fichiers d'ici seraient écrasés par les nouveaux commits: {files}",
        "Files here would be overwritten by the new commits: {files}",
    ),
    "rebase.in-the-way.hint": (
        _KEPT_FR + "Commiter ces fichiers, ou les mettre de côté, puis relancer la même commande.",
        _KEPT_EN + "Commit these files, or put them aside, then run the same command again.",
    ),
    "rebase.moved": (
        "La branche {branch} a changé entre-temps: elle n'est plus à {commit}",
        "The branch {branch} has changed in the meantime: it is no longer at {commit}",
    ),
    "rebase.moved.hint": (
        "Rien n'est perdu. Vérifier avec 'git status', puis relancer la même commande.",
        "Nothing is lost. Check with 'git status', then run the same command again.",
    ),
    "rebase.half-done": (
        "git a été arrêté pendant qu'il mettait les fichiers à jour: {detail}",
        "git was stopped while it brought the files up to date: {detail}",
    ),
    "rebase.half-done.hint": (
        "Rien n'est perdu. Relancer ship: il termine ce qui a été commencé.",
        "Nothing is lost. Run ship again: it completes what was begun.",
    ),
}
