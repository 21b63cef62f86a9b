"""What there is to ask for, on one page."""

from __future__ import annotations

from vigie.messages import say


def help_text(door: str | None, language: str) -> str:
    """Return the help page of ``vigie``, or of the guide's ``bot_monitor.py``."""
    return say(language, "cli.door-help" if door == "bot_monitor" else "cli.help")
