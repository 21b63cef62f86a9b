"""Signals by name: a person knows ``SIGKILL`` better than 9."""

from __future__ import annotations

import signal


def signal_in_words(number: int) -> str:
    """Return ``9 (SIGKILL)``, or the bare number where this system has no name for it."""
    try:
        return f"{number} ({signal.Signals(number).name})"
    except ValueError:
        return str(number)
