"""Says a monitor's lines in a thread of its own, so that nobody who reads them can hold it up.

A console in which a person marks text, a pager that was left open, a terminal stopped with Ctrl-S: each of
them makes whoever prints wait, and a monitor that waits watches nobody.
"""

from __future__ import annotations

import os
import stat
import sys
import threading
from collections import deque
from collections.abc import Mapping
from types import TracebackType

from vigie.runtime.voice import Voice

MOST_UNSAID = 1_000
"""Lines kept for a reader that does not read; beyond, the oldest are not said (they are in the log)."""

LAST_WORDS = 1.0
"""Seconds that the reader has at the end."""

Line = tuple[str, str, Mapping[str, object]]


class Teller:
    """A voice that never waits. ``stuck``: at the end somebody still did not read."""

    def __init__(self, voice: Voice) -> None:
        """Speak through ``voice``, by ourselves where that cannot take long."""
        self.stuck = False
        self._voice = voice
        self._unsaid: deque[Line | None] = deque(maxlen=MOST_UNSAID)
        self._news = threading.Event()
        self._thread: threading.Thread | None = None
        if _may_wait():
            self._thread = threading.Thread(target=self._say_all, name="teller", daemon=True)

    def __call__(self, tag: str, key: str, values: Mapping[str, object]) -> None:
        """Say a line soon."""
        if self._thread is None:
            self._voice(tag, key, values)
            return
        self._unsaid.append((tag, key, values))
        self._news.set()

    def __enter__(self) -> Teller:
        """Begin."""
        if self._thread is not None:
            self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Say what is left, if somebody reads it."""
        if self._thread is not None:
            self._unsaid.append(None)
            self._news.set()
            self._thread.join(LAST_WORDS)
            self.stuck = self._thread.is_alive()

    def _say_all(self) -> None:
        while True:
            self._news.wait()
            self._news.clear()
            while self._unsaid:
                line = self._unsaid.popleft()
                if line is None:
                    return
                self._voice(*line)


def _may_wait() -> bool:
    """Whether writing to standard output may have to wait for somebody: everything but a plain file."""
    try:
        return not stat.S_ISREG(os.fstat(sys.stdout.fileno()).st_mode)
    except (OSError, ValueError, AttributeError):
        return False  # there is no standard output
