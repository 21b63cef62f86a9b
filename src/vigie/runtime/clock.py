"""Steady now for durations, calendar now for people; what decides is handed its moments from here."""

from __future__ import annotations

import time


class Clock:
    """The machine's clocks. Tests hand in one that jumps."""

    def steady(self) -> float:
        """Seconds that never run backwards; comparable between processes until the next boot."""
        return time.monotonic()

    def wall(self) -> float:
        """Calendar time in seconds since 1970, which people and time servers may set."""
        return time.time()
