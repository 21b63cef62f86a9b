"""Which processes a bot may leave behind on purpose, on Windows: named ones, and all that descend from them."""

from __future__ import annotations

import sys
from collections.abc import Iterable

from vigie.engines import spared
from vigie.engines import windows_process as processes
from vigie.engines import windows_tree as tree
from vigie.engines.base import Spare

assert sys.platform == "win32", "spared has the POSIX part"  # noqa: S101  (mypy skips the rest elsewhere)


def among(pids: Iterable[int], spare: Spare, leader: int = 0) -> set[int]:
    """Return those of ``pids`` that are spared; never ``leader``, the bot itself."""
    found = set(pids) - {leader}
    if not spare.names:
        return set()
    allowed: set[int] = set()
    for pid in found:
        if pid not in allowed and _allowed(pid, spare):
            allowed.add(pid)
            allowed.update(_below(pid))
    return allowed & found


def only(pids: Iterable[int], spare: Spare) -> bool:
    """Whether there are any of these, and all of them are spared."""
    found = set(pids)
    return bool(found) and among(found, spare) == found


def _below(pid: int) -> set[int]:
    process = processes.open_process(pid)
    if process is None:
        return set()
    with process:
        try:
            return {member.pid for member in tree.descendants(processes.identity_of(process))}
        except OSError:
            return set()


def _allowed(pid: int, spare: Spare) -> bool:
    import psutil

    try:
        process = psutil.Process(pid)
        return spared.allows(spare, process.cmdline(), process.name())
    except (psutil.Error, OSError):
        return False
