"""Finds the copy of a bot that somebody launched by hand, and never one that we launched for another bot.

Several bots of a project may run the same script. What we launched ourselves stands in a ledger, and on POSIX
carries the mark of the bot it was launched for, its forked workers too.
"""

from __future__ import annotations

import os
import sys
from typing import NamedTuple

from vigie.core.spec import Spec
from vigie.engines import custody
from vigie.records.ledger import read_ledger
from vigie.runtime.parking import left_parked
from vigie.runtime.place import Place
from vigie.runtime.port_check import local_port

ENDING = ".json"


class ByHand(NamedTuple):
    """A copy that no ledger knows; ``marked``: it was launched by us for this very bot."""

    pid: int
    marked: bool


def find_by_hand(spec: Spec, lock_path: str, fresh: float = 0.0) -> ByHand | None:
    """Return the living copy of this bot that nobody noted, or None: some milliseconds.

    ``lock_path``: the bot's copy lock, in the folder of the ledgers. ``fresh``: seconds for which an earlier look
    at all programs will do. Raises ``OSError`` when nothing can be
    looked at.
    """
    passed_over = _noted_for_others(os.path.dirname(lock_path), spec.name)
    parked = left_parked(Place(os.path.dirname(os.path.dirname(lock_path))), spec)
    while True:
        port = local_port(spec.health_url)
        pid = custody.find_by_hand(spec.directory, spec.command, port, passed_over, fresh)
        if pid is None and parked is not None:
            pid = custody.find_by_hand(spec.directory, parked.command, None, passed_over, fresh)
        if pid is None:
            return None
        bot = _launched_for(pid)
        if bot is None or bot == os.path.realpath(lock_path):
            return ByHand(pid, marked=bot is not None)
        passed_over.add(pid)


def _noted_for_others(folder: str, name: str) -> set[int]:
    try:
        names = [entry[: -len(ENDING)] for entry in os.listdir(folder) if entry.endswith(ENDING)]
    except OSError:
        return set()
    return {pid for other in names if other != name and (pid := _noted_pid(folder, other)) is not None}


_read: dict[str, tuple[tuple[int, int, int], int | None]] = {}
"""Which process each ledger names, as long as it is the same file: read once, not by each of hundreds of bots."""


def _noted_pid(folder: str, name: str) -> int | None:
    path = os.path.join(folder, name)
    try:
        found = os.stat(path + ENDING)
    except OSError:
        return None
    which = (found.st_ino, found.st_mtime_ns, found.st_size)
    known = _read.get(path)
    if known is None or known[0] != which:
        known = _read[path] = which, _pid_in(folder, name)
    return known[1]


def _pid_in(folder: str, name: str) -> int | None:
    ledger = read_ledger(folder, name)
    identity = ledger.get("identity") if ledger is not None else None
    pid = identity[0] if isinstance(identity, list) and identity else None
    return pid if isinstance(pid, int) else None


if sys.platform != "win32":

    def _launched_for(pid: int) -> str | None:
        """Return the copy lock of the bot that ``pid`` was launched for, or None when it carries no mark."""
        from vigie.engines import birth_mark

        mark = birth_mark.mark_of(pid)
        return None if mark is None else mark.lock_path

else:  # pragma: no cover  (Windows knows no marks)

    def _launched_for(_pid: int) -> str | None:
        return None
