"""Tells of defects of ours while the watching goes on, and never floods: a defect may come at every turn."""

from __future__ import annotations

import os
from collections.abc import Callable

from vigie.runtime.voice import Voice

EVERY = 60.0
"""Seconds at least between two lines about the same defect."""

MOST_KNOWN = 100

LONGEST = 200
"""Characters of an error's own words that are told."""


class OwnFaults:
    """What went wrong in ourselves, each told once a minute with how often it came."""

    def __init__(self, voice: Voice, now: Callable[[], float]) -> None:
        """``now`` is the steady clock."""
        self._voice = voice
        self._now = now
        self._told_at: dict[str, float] = {}
        self._untold: dict[str, int] = {}

    def hear(self, error: Exception) -> None:
        """Tell of it, or count it."""
        what, now = described(error), self._now()
        if now - self._told_at.get(what, now - EVERY) < EVERY:
            self._untold[what] = self._untold.get(what, 0) + 1
            return
        if len(self._told_at) >= MOST_KNOWN:
            self._told_at.clear()
            self._untold.clear()
        self._told_at[what] = now
        count = self._untold.pop(what, 0)
        if count:
            self._voice("ERROR", "runtime.own-fault-again", {"what": what, "count": count})
        else:
            self._voice("ERROR", "runtime.own-fault", {"what": what})


def described(error: Exception) -> str:
    """Return what a developer needs first: the kind, the words, and the place."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = ""
    if trace is not None:
        place = f" ({os.path.basename(trace.tb_frame.f_code.co_filename)}:{trace.tb_lineno})"
    return f"{type(error).__name__}: {str(error)[:LONGEST]}{place}"
