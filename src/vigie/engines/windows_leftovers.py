"""What an earlier launch left behind, found when its job object can no longer be opened by name.

Two proofs together: the process keeps the bot's copy lock open, and the environment that it was born with
names that lock. One alone would do for a virus scanner, or for a terminal opened from the bot.
"""

from __future__ import annotations

import os
import sys
import time

from vigie.engines import windows_copy_lock as copy_lock
from vigie.engines import windows_process as processes
from vigie.engines import windows_tree as tree
from vigie.engines.base import Identity

assert sys.platform == "win32", "LocalPosix has its own birth mark"  # noqa: S101  (mypy skips the rest elsewhere)

VARIABLE = "VIGIE_BOT"


def new_mark(lock_path: str) -> str:
    """Return the mark for a new launch of the bot with this copy lock: when, and which."""
    return f"{time.time_ns():x}:{os.path.realpath(lock_path)}"


def find(lock_path: str) -> list[Identity]:
    """Return the living that carry the mark and hold the lock, and their descendants: tenths of a second."""
    wanted = os.path.normcase(os.path.realpath(lock_path))
    found: dict[Identity, None] = {}
    for pid in copy_lock.holders(lock_path):
        handle = processes.open_process(pid) if pid != os.getpid() else None
        if handle is None:
            continue
        with handle:
            # held open, the number cannot change hands between these questions
            if not processes.over(handle) and _marked_with(pid) == wanted:
                identity = processes.identity_of(handle)
                found[identity] = None
                found.update(dict.fromkeys(tree.descendants(identity)))
    return list(found)


def _marked_with(pid: int) -> str | None:
    import psutil

    try:
        mark = psutil.Process(pid).environ().get(VARIABLE, "")
    except (psutil.Error, OSError):
        return None
    return os.path.normcase(mark.partition(":")[2])
