"""How many files we may have open: a monitor of hundreds of bots needs more than the customary 1024.

Every bot takes a descriptor for its process and up to a handful more while it is probed. The soft limit is
raised for ourselves as far as the hard one allows; our bots are given back the one we began with, because
programs that use ``select`` break with more than 1024 (select(2)).
"""

from __future__ import annotations

import sys
from typing import NamedTuple

OURS = 128
"""Descriptors of our own: logs, database, the door with its callers, what is kept back for launches."""

A_BOT = 8
"""One for the process, up to four for its probe, some for a launch or for looking through its tree."""


class Room(NamedTuple):
    """What there was, what is needed, and what the system allows."""

    soft: int
    needed: int
    hard: int
    enough: bool


if sys.platform == "win32":  # pragma: no cover  (no such limit)

    def make_room(bots: int) -> Room | None:
        """Windows counts handles, in millions: None, nothing to do."""
        del bots
        return None

    def give_back(pid: int, soft: int) -> None:
        """Nothing was taken."""
        del pid, soft

else:
    import resource

    def make_room(bots: int) -> Room | None:
        """Raise our limit for so many bots, and tell how it was; None when it was high enough."""
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        needed = OURS + A_BOT * bots
        endless = resource.RLIM_INFINITY
        if soft == endless or soft >= needed:
            return None
        wanted = needed if hard == endless else min(needed, hard)
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        except (OSError, ValueError):
            wanted = soft  # macOS has a limit of its own below the hard one
        return Room(soft, needed, hard, wanted >= needed)

    def give_back(pid: int, soft: int) -> None:
        """Let a bot have the soft limit that we began with, where the system can still change it."""
        if sys.platform == "linux":  # pragma: no branch  (macOS has no prlimit)
            try:
                _now, hard = resource.prlimit(pid, resource.RLIMIT_NOFILE)
                resource.prlimit(pid, resource.RLIMIT_NOFILE, (soft, hard))
            except (OSError, ValueError):
                pass  # it has ended already, or is another user's
