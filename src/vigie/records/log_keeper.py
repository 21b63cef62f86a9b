"""Looks after one bot's log while the bot runs, from a loop that must never wait.

A look costs one ``stat``; when there is something to put away, a thread does it. The thread may be killed
with its process at any instant (see ``log_trim``).
"""

from __future__ import annotations

import os
import sys
import threading
from typing import TYPE_CHECKING, Final

from vigie.records.log_marks import note_mark
from vigie.records.log_note import frame_at, read_note
from vigie.records.log_rotation import compress_rotated
from vigie.records.log_trim import Trimmed, trim

if TYPE_CHECKING:
    from collections.abc import Callable

    from vigie.problems import Failure

SHORTEST_PAUSE: Final = 0.05
LONGEST_PAUSE: Final = 5.0
"""Seconds between two looks: from a bot that floods its log to one that prints nothing.

So a log exceeds its size by what the bot prints in 0.05 s and in the time that copying takes.
"""

MARK_EVERY: Final = 10.0
"""Seconds between two marks of a log that grows: the grain of ``logs --since`` (see ``log_marks``)."""

UNFINISHED_PAUSE: Final = 1.0
"""Seconds until a bot that was not quiet is tried again."""

AFTER_A_PROBLEM: Final = 30.0
"""Seconds until what went wrong is tried again."""

CALM: Final = 3
"""Seconds that a log must need to fill up, for archives to be compressed: a flood is dealt with first."""

PARTS_AT_ONCE: Final = 16
"""Of one log, before it is another's turn."""

NICE: Final = 19
"""Niceness of the thread while it compresses (setpriority(2): on Linux a thread has its own)."""

INFINITY: Final = float("inf")

_one_at_a_time = threading.Lock()
"""One log of all is moved at a time: so many floods at once do not become as many disk-bound threads."""


class LogKeeper:
    """Keeps one log within its size. Everything is called from one thread; nothing raises."""

    def __init__(
        self,
        path: str,
        note: str,
        marks: str,
        max_size: int | None,
        keep: int,
        on_problem: Callable[[Failure], object],
    ) -> None:
        """``max_size``: bytes, None for a log that may grow as it likes; ``keep``: archives beside it.

        ``note``, ``marks``: where positions and moments are noted (see ``log_note``, ``log_marks``).
        ``on_problem`` is called, from ``look``, once for each problem that is not the one before.
        """
        self._path = path
        self._note = note
        self._marks = marks
        self._max_size = max_size
        self._keep = keep
        self._on_problem = on_problem
        self._told: tuple[str, str] | None = None
        self._thread: threading.Thread | None = None
        self._came = Trimmed(own=_own(path, note))
        self._again_at = -INFINITY if _is_unfinished(path, note) else INFINITY
        self._blocked_until = -INFINITY
        self._mark_at = -INFINITY
        self._marked = -1
        self._last: tuple[float, int] | None = None
        self._pace = 0.0
        self._calm = True
        self._packing_due = os.path.lexists(f"{path}.2")
        self._stopped = False

    def resize(self, max_size: int | None, keep: int) -> None:
        """Go by these settings from the next look on."""
        self._max_size, self._keep = max_size, keep

    def look(self, now: float, wall: Callable[[], float]) -> float:
        """Begin to put away what is too much, if anything; return in how many seconds to look again.

        ``now``: seconds on the steady clock; ``wall`` gives epoch seconds.
        """
        if self._stopped:
            return INFINITY
        if self._thread is not None:
            if self._thread.is_alive():
                return SHORTEST_PAUSE
            self._thread = None
            self._take_in(now)
        size = self._measure(now)
        self._mark(now, wall, size)
        if self._max_size is None or not self._came.able:
            return LONGEST_PAUSE
        if now < self._blocked_until:
            return min(LONGEST_PAUSE, self._blocked_until - now)
        self._calm = self._pace * CALM <= self._max_size
        left = self._max_size - (size - self._came.own)
        if left < 0 or now >= self._again_at or (self._packing_due and self._calm):
            return self._begin(self._max_size)
        # half of the time that is left at the pace of late
        pause = min(LONGEST_PAUSE, left / max(2 * self._pace, 1.0), self._again_at - now)
        return max(SHORTEST_PAUSE, pause)

    def close(self, patience: float = 0.2) -> None:
        """Begin nothing more, and wait up to ``patience`` seconds for what is under way."""
        self._stopped = True
        if self._thread is not None:
            self._thread.join(patience)

    def _begin(self, max_size: int) -> float:
        thread = threading.Thread(
            target=self._work, args=(max_size, self._calm), name="vigie-log", daemon=True
        )
        try:
            thread.start()
        except RuntimeError:
            # no thread to be had now: the log waits
            return LONGEST_PAUSE
        self._thread = thread
        self._again_at = INFINITY
        return SHORTEST_PAUSE

    def _work(self, max_size: int, calm: bool) -> None:
        with _one_at_a_time:
            came = trim(self._path, self._note, max_size, self._keep, lambda: self._stopped, PARTS_AT_ONCE)
            self._packing_due = not calm
            if calm and came.problem is None and not self._stopped:
                _give_way()
                came = came._replace(problem=compress_rotated(self._path, self._keep))
            self._came = came

    def _take_in(self, now: float) -> None:
        came = self._came
        if came.unfinished:
            self._again_at = now + UNFINISHED_PAUSE
        self._tell(came.problem)
        if came.problem is not None:
            # tried again even if nothing more is printed
            self._blocked_until = self._again_at = now + AFTER_A_PROBLEM

    def _tell(self, problem: Failure | None) -> None:
        told = None if problem is None else (problem.key, str(problem.values))
        if problem is not None and told != self._told:
            self._on_problem(problem)
        self._told = told

    def _measure(self, now: float) -> int:
        """Return the size, and keep the pace: bytes a second, of which half is forgotten each second."""
        try:
            size = os.stat(self._path).st_size
        except OSError:
            size = 0
        if size < self._came.own:
            self._came = self._came._replace(own=0)
        moment, before = self._last or (now, size)
        self._last = (now, size)
        if now > moment:
            self._pace = max((size - before) / (now - moment), self._pace / 2 ** min(now - moment, 60.0))
        return size

    def _mark(self, now: float, wall: Callable[[], float], size: int) -> None:
        if size == self._marked or now < self._mark_at:
            return
        self._mark_at = now + MARK_EVERY
        self._marked = size
        # a log without marks is shown from further back, which is nothing to complain of
        mark_now(self._path, self._note, self._marks, wall)


def mark_now(path: str, note: str, marks: str, wall: Callable[[], float]) -> None:
    """Note where the log ends now; without a log, or where nothing can be written, nothing is noted."""
    try:
        frame = frame_at(path, note)
    except OSError:
        return
    if frame is None:
        return
    # only now: whatever stands before the end was printed before this moment
    note_mark(marks, wall(), frame.begin, frame.end)


def _own(path: str, note: str) -> int:
    try:
        frame = frame_at(path, note)
    except OSError:
        return 0
    return 0 if frame is None else frame.own


def _is_unfinished(path: str, note: str) -> bool:
    """Whether somebody died, or stopped, in the midst of it."""
    noted = read_note(note)
    return noted.copied or noted.cut > 0 or noted.own > 0 or os.path.lexists(f"{path}.0")


def _give_way() -> None:
    """Let everybody else run first: only this thread, which ends with its work."""
    if sys.platform == "linux":
        try:
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICE)
        except OSError:
            pass  # it is a courtesy
