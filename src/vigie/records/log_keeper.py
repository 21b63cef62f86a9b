"""Looks after one bot's log while the bot runs, from a loop that must never wait.

``look`` costs a few microseconds; when there is something to put away, a thread does it. The thread may be
killed with its process at any instant (see ``log_bound``).
"""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING, Final

from vigie.records.log_bound import Bounded, bound, is_unfinished
from vigie.records.log_rotation import compress_rotated

if TYPE_CHECKING:
    from collections.abc import Callable

    from vigie.problems import Failure

SHORTEST_PAUSE: Final = 0.05
LONGEST_PAUSE: Final = 5.0
"""Seconds between two looks: from a bot that floods its log to one that prints nothing."""

IDLE_PAUSE: Final = 60.0
"""Seconds between two looks at a log that is not to be bounded, or cannot be."""

UNFINISHED_PAUSE: Final = 1.0
"""Seconds until a bot that was not quiet is tried again."""

AFTER_A_PROBLEM: Final = 30.0
"""Seconds until what went wrong is tried again."""

CALM: Final = 10
"""Seconds that a log must need to fill up, for archives to be compressed: a flood is dealt with first."""

PARTS_AT_ONCE: Final = 16
"""Of one log, before it is another's turn."""

INFINITY: Final = float("inf")

_one_at_a_time = threading.Lock()
"""One log of all is moved at a time: so many floods at once do not become as many disk-bound threads."""


class LogKeeper:
    """Keeps one log within its size. Everything is called from one thread; nothing raises."""

    def __init__(
        self,
        path: str,
        record: str,
        max_size: int | None,
        keep: int,
        on_problem: Callable[[Failure], object],
    ) -> None:
        """``max_size``: bytes, None for a log that may grow as it likes; ``keep``: archives beside it.

        ``record``: where the frame is noted (see ``log_frame``). ``on_problem`` is called, from ``look``,
        once for each problem that is not the one before.
        """
        self._path = path
        self._record = record
        self._max_size = max_size
        self._keep = keep
        self._on_problem = on_problem
        self._told: tuple[str, str] | None = None
        self._thread: threading.Thread | None = None
        self._came = Bounded()
        self._blocked_until = -INFINITY
        self._again_at = INFINITY
        self._hollow = 0
        self._last: tuple[float, int] | None = None
        self._pace = 0.0
        self._calm = True
        self._packing_due = False
        self._stopped = False

    def look(self, now: float) -> float:
        """Begin to put away what is too much, if anything; return in how many seconds to look again.

        ``now``: seconds on the steady clock.
        """
        if self._max_size is None or self._stopped or not self._came.able:
            return IDLE_PAUSE
        if self._thread is not None:
            if self._thread.is_alive():
                return SHORTEST_PAUSE
            self._thread = None
            self._take_in(now)
        first = self._last is None
        size = self._measure(now)
        if now < self._blocked_until:
            return min(LONGEST_PAUSE, self._blocked_until - now)
        self._calm = self._pace * CALM <= self._max_size
        left = self._max_size - (size - self._hollow)
        due = (
            left < 0
            or now >= self._again_at
            or (self._packing_due and self._calm)
            or (first and _is_unfinished(self._path))
        )
        if due:
            return self._begin()
        # half of the time that is left at the pace of late
        pause = min(LONGEST_PAUSE, left / max(2 * self._pace, 1.0), self._again_at - now)
        return max(SHORTEST_PAUSE, pause)

    def close(self, patience: float = 2.0) -> None:
        """Begin nothing more, and wait up to ``patience`` seconds for what is under way."""
        self._stopped = True
        if self._thread is not None:
            self._thread.join(patience)

    def _begin(self) -> float:
        thread = threading.Thread(target=self._work, name="vigie-log", daemon=True)
        try:
            thread.start()
        except RuntimeError:
            # no thread to be had now: the log waits
            return LONGEST_PAUSE
        self._thread = thread
        self._again_at = INFINITY
        return SHORTEST_PAUSE

    def _work(self) -> None:
        assert self._max_size is not None  # noqa: S101  (``look`` begins nothing without)
        with _one_at_a_time:
            came = bound(
                self._path, self._record, self._max_size, self._keep, lambda: self._stopped, PARTS_AT_ONCE
            )
            if came.problem is None and came.able:
                self._packing_due = not self._calm
                if self._calm and not self._stopped:
                    came = came._replace(problem=compress_rotated(self._path, self._keep))
            self._came = came

    def _take_in(self, now: float) -> None:
        came = self._came
        self._hollow = came.hollow
        if came.unfinished:
            self._again_at = now + UNFINISHED_PAUSE
        if came.problem is None:
            self._told = None
            return
        # tried again even if nothing more is printed
        self._blocked_until = self._again_at = now + AFTER_A_PROBLEM
        told = (came.problem.key, str(came.problem.values))
        if told != self._told:
            self._told = told
            self._on_problem(came.problem)

    def _measure(self, now: float) -> int:
        """Return the size, and keep the pace: bytes a second, of which half is forgotten each second."""
        try:
            size = os.stat(self._path).st_size
        except OSError:
            size = 0
        if size < self._hollow:
            self._hollow = 0
        moment, before = self._last or (now, size)
        self._last = (now, size)
        if now > moment:
            self._pace = max((size - before) / (now - moment), self._pace / 2 ** min(now - moment, 60.0))
        return size


def _is_unfinished(path: str) -> bool:
    try:
        return is_unfinished(path)
    except OSError:
        return False
