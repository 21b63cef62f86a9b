"""Sentences of ``start``, ``stop``, ``restart`` and ``ensure`` at their end."""

SENTENCES: dict[str, tuple[str, str]] = {
    "act.already-online": (
        "Bot déjà en ligne (PID {pid}), rien à lancer",
        "Bot already online (PID {pid}), nothing launched",
    ),
    "act.already-stopped": ("Bot déjà arrêté, rien à faire", "Bot already stopped, nothing to do"),
    "act.stopped": ("Bot: ARRÊTÉ [OK]", "Bot: STOPPED [OK]"),
}
