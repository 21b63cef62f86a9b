"""What came of watching a bot whose new code was just started."""

from __future__ import annotations

SENTENCES: dict[str, tuple[str, str]] = {
    "proof.begin": (
        "Mise à l'épreuve: {seconds} s en ligne sans interruption...",
        "On trial: {seconds} s online without a break...",
    ),
    "proof.proven": (
        "Éprouvé: même processus, en ligne sans interruption pendant {seconds} s",
        "Proven: same process, online without a break for {seconds} s",
    ),
    "proof.died": (
        "Le bot s'est arrêté tout seul après {seconds} s",
        "The bot ended by itself after {seconds} s",
    ),
    "proof.died-because": (
        "Le bot s'est arrêté tout seul après {seconds} s ({why})",
        "The bot ended by itself after {seconds} s ({why})",
    ),
    "proof.replaced": (
        "Le bot est tombé et a été relancé en moins de {seconds} s: un redémarrage pendant l'épreuve est un échec",
        "The bot went down and was launched again within {seconds} s: a restart during the proof is a failure",
    ),
    "proof.replaced-because": (
        "Le bot est tombé et a été relancé en moins de {seconds} s ({why})",
        "The bot went down and was launched again within {seconds} s ({why})",
    ),
    "proof.unhealthy": (
        "Le bot n'est pas resté en ligne pendant l'épreuve ({seconds} s)",
        "The bot did not stay online during the proof ({seconds} s)",
    ),
    "proof.unhealthy-because": (
        "Le bot n'est pas resté en ligne pendant l'épreuve ({seconds} s): {why}",
        "The bot did not stay online during the proof ({seconds} s): {why}",
    ),
    "proof.never-ready": (
        "Le bot n'est jamais arrivé en ligne ({seconds} s)",
        "The bot never came online ({seconds} s)",
    ),
    "proof.never-ready-because": (
        "Le bot n'est jamais arrivé en ligne ({seconds} s): {why}",
        "The bot never came online ({seconds} s): {why}",
    ),
    "proof.wrong-commit": (
        "Le bot est en ligne, mais il exécute un autre commit: {commit}",
        "The bot is online, but it runs another commit: {commit}",
    ),
    "proof.unknown-no-way-out": (
        "Impossible de juger le nouveau code: cette machine n'atteint plus aucun réseau",
        "The new code cannot be judged: this machine reaches no network any more",
    ),
    "proof.unknown-not-asked": (
        "Impossible de juger le nouveau code: le bot n'a pas pu être interrogé",
        "The new code cannot be judged: the bot could not be asked",
    ),
    "proof.unknown-nobody-known": (
        "Impossible de juger le nouveau code: quelqu'un répond, mais son processus est inconnu de vigie",
        "The new code cannot be judged: somebody answers, but vigie does not know that process",
    ),
    "proof.blame": (
        "ligne {line} de {file}, fichier modifié par ce commit: {error}",
        "line {line} of {file}, a file changed by this commit: {error}",
    ),
}
