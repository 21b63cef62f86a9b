"""The seven words for a bot's state (CONTRACT.md, ``state``), as people read them."""

from __future__ import annotations

SENTENCES: dict[str, tuple[str, str]] = {
    "state.stopped": ("ARRÊTÉ", "STOPPED"),
    "state.starting": ("DÉMARRAGE EN COURS", "STARTING"),
    "state.online": ("EN LIGNE", "ONLINE"),
    "state.unresponsive": ("NE RÉPOND PAS", "UNRESPONSIVE"),
    "state.stopping": ("ARRÊT EN COURS", "STOPPING"),
    "state.backoff": ("EN ATTENTE DE REDÉMARRAGE", "WAITING TO RESTART"),
    "state.failed": ("EN ÉCHEC", "FAILED"),
}
