"""Gathers what proves that a process belongs to a bot, and finds, freezes or ends the living by it."""

from __future__ import annotations

import os
import sys
import time
import weakref
from collections.abc import Iterable

from vigie.engines import birth_mark, copy_lock, posix_held, process_table, process_tree, spared, subreaper
from vigie.engines import identity as identities
from vigie.engines.base import NOBODY, Identity, Spare

assert sys.platform != "win32", "LocalWindows asks job objects"  # noqa: S101  (mypy skips the rest there)

LOOKS = 2


class Proofs:
    """The marks seen at the last look, and the processes held, of one engine."""

    def __init__(self, *, adopting: bool = False) -> None:
        """Know nothing yet. ``adopting``: orphans of the bot become our children."""
        self._adopting = adopting
        self.holding: weakref.WeakSet[posix_held.PosixHeld] = weakref.WeakSet()
        self._marked = birth_mark.MarkedProcesses()
        self._over_at_look: set[Identity] = set()
        self._looked_at: float | None = None
        self._real_paths: dict[str, str] = {}

    def real(self, path: str) -> str:
        """Return the path without links; to be asked once its folder exists."""
        if path not in self._real_paths:
            self._real_paths[path] = os.path.realpath(path)
        return self._real_paths[path]

    def look(self, *, fresh: float = 0.0) -> None:
        """Look at every process's mark, unless that was done less than ``fresh`` seconds ago.

        Raises ``OSError`` when it is not possible.
        """
        now = time.monotonic()
        if self._looked_at is None or now - self._looked_at >= fresh:
            over = {held.identity for held in self.holding if held.over()}
            self._marked.look()
            self._over_at_look = over
            self._looked_at = now

    def marked(self, lock_path: str) -> dict[Identity, birth_mark.Mark]:
        """Return the living carriers of this bot's mark, found at the last look."""
        return self._marked.of(self.real(lock_path))

    def carriers(self, own: posix_held.PosixHeld, lock_path: str) -> set[Identity]:
        """Return who carries the bot's mark now, and the orphans that were given to us.

        One look serves all whose own process was over by then: 500 bots dying at once need one, not 500.
        """
        if own.identity not in self._over_at_look:
            self.look()
        found = set(self.marked(lock_path))
        if self._adopting:
            ours = {held.identity.pid for held in self.holding}
            found |= subreaper.orphans(process_table.rows(), own.identity.started, ours)
        return found

    def only_spared_hold(self, lock_path: str, spare: Spare) -> bool:
        """Whether everybody who holds the lock, or carries the bot's mark, is proven to be spared.

        Looked at twice: who forks while the table is read, and ends, could hide its child from one look. Who
        may not be looked at is believed to be a stranger only where nothing ties it to those who hold the lock.
        Raises ``OSError`` when nothing can be looked at.
        """
        return bool(spare.names) and all(self._see_only_spared(lock_path, spare) for _ in range(LOOKS))

    def _see_only_spared(self, lock_path: str, spare: Spare) -> bool:
        holding, hidden = copy_lock.everyone(lock_path)
        self.look()
        table = process_table.rows()
        found = holding | set(self.marked(lock_path))
        if not holding or spared.without(table, found, spare):
            return False
        allowed = spared.among(table, {who.pid for who in found}, spare)
        sessions = {row.session for pid in allowed if (row := table.get(pid)) is not None}
        return not any(
            row.session in sessions or row.parent in allowed
            for pid in hidden
            if (row := table.get(pid)) is not None
        )

    @staticmethod
    def members(
        own: posix_held.PosixHeld,
        proven: set[Identity],
        table: dict[int, process_table.Row],
        spare: Spare = NOBODY,
    ) -> list[process_table.Row]:
        """Return the living of the bot's tree that are not spared, parents first."""
        led = process_tree.led_by(
            table,
            own.identity,
            group=own.group is not None,
            session=own.session is not None,
            ended_at=own.ended_at,
        )
        found = process_tree.belonging(table, led | proven | own.known(), own.identity.pid)
        allowed = spared.among(table, (row.pid for row in found), spare, own.identity.pid)
        return [row for row in found if row.pid not in allowed]

    def freeze(
        self,
        own: posix_held.PosixHeld,
        proven: set[Identity],
        frozen: dict[Identity, process_table.Row],
        spare: Spare = NOBODY,
    ) -> None:
        """Stop the bot's tree, look by look, until nobody new turns up."""
        for _ in range(process_tree.ROUNDS):
            if not process_tree.freeze(self.members(own, proven, process_table.rows(), spare), frozen):
                break


def holders(own: posix_held.PosixHeld, lock_path: str, table: dict[int, process_table.Row]) -> set[Identity]:
    """Return who holds the bot's copy lock, looked for among those who are not older than the bot."""
    return copy_lock.holders(
        lock_path, {row.pid for row in table.values() if row.started >= own.identity.started}
    )


def remember(own: posix_held.PosixHeld, rows: Iterable[process_table.Row]) -> None:
    """Note these as the bot's living descendants."""
    own.family = {identities.of_row(row) for row in rows if row.pid != own.identity.pid}


def end_strays(proven: set[Identity], spare: Spare = NOBODY) -> list[int]:
    """End these processes and their descendants, save the spared, and return their numbers."""
    frozen: dict[Identity, process_table.Row] = {}
    if proven:
        for _ in range(process_tree.ROUNDS):
            table = process_table.rows()
            found = process_tree.belonging(table, proven, leader=0)
            allowed = spared.among(table, (row.pid for row in found), spare)
            if not process_tree.freeze((row for row in found if row.pid not in allowed), frozen):
                break
        process_tree.kill(frozen.values())
    return sorted(who.pid for who in frozen)
