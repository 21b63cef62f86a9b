"""Finds out which code files a bot writes itself when it starts, so that it is not restarted for them for ever."""

from __future__ import annotations

AT_START = 5.0
"""Seconds after its launch within which a bot that writes code of its own has done so."""

TIMES = 3
"""So many restarts in a row for the same files, changed so soon after each launch, are no person's doing."""


class SelfWritten:
    """Counts, for each file, the restarts in a row that a change right after the launch has led to."""

    def __init__(self) -> None:
        """Suspect nobody."""
        self._counts: dict[str, int] = {}

    def by_the_bot(self, ages: dict[str, float]) -> bool:
        """Judge one change; ``ages``: each changed file with the seconds from the launch to its change.

        True when every one of them is written at each start, and no restart is to follow.
        """
        early = {path for path, age in ages.items() if 0.0 <= age < AT_START}
        self._counts = {path: self._counts.get(path, 0) + 1 for path in early}
        return len(early) == len(ages) > 0 and min(self._counts.values()) > TIMES
