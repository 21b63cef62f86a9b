"""One patient "until", the only way a test waits; ``VIGIE_TEST_PATIENCE=5`` stretches limits five times."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

PATIENCE = float(os.environ.get("VIGIE_TEST_PATIENCE", "1"))
SHORTEST_PAUSE = 0.001
LONGEST_PAUSE = 0.05


def patient(seconds: float) -> float:
    """Return ``seconds`` stretched for a slow machine, for limits that are handed to something else."""
    return seconds * PATIENCE


def until(condition: Callable[[], T | None], limit: float = 10.0, what: str = "") -> T:
    """Ask ``condition`` again and again until it is truthy, and return what it said.

    ``limit`` is in seconds, stretched by ``VIGIE_TEST_PATIENCE``. When it passes, raises ``AssertionError``
    naming ``what`` (or the condition) and its last answer.
    """
    deadline = time.monotonic() + patient(limit)
    pause = SHORTEST_PAUSE
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() >= deadline:
            name = what or getattr(condition, "__qualname__", repr(condition))
            raise AssertionError(f"still not after {patient(limit):g} s: {name} (last answer: {answer!r})")
        time.sleep(pause)
        pause = min(pause * 1.5, LONGEST_PAUSE)
