"""Gathers what proves that a process belongs to a bot, and finds the living by it; freezes them on request."""

from __future__ import annotations

import os
import sys
import weakref
from collections.abc import Iterable

from vigie.engines import birth_mark, copy_lock, posix_held, process_table, process_tree
from vigie.engines import identity as identities
from vigie.engines.base import Identity

assert sys.platform != "win32", "LocalWindows asks job objects"  # noqa: S101  (mypy skips the rest there)


class Proofs:
    """The marks seen at the last look, and the processes held, of one engine."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self.holding: weakref.WeakSet[posix_held.PosixHeld] = weakref.WeakSet()
        self._marked = birth_mark.MarkedProcesses()
        self._over_at_look: set[Identity] = set()
        self._real_paths: dict[str, str] = {}

    def real(self, path: str) -> str:
        """Return the path without links; to be asked once its folder exists."""
        if path not in self._real_paths:
            self._real_paths[path] = os.path.realpath(path)
        return self._real_paths[path]

    def look(self) -> None:
        """Look at every process's mark. Raises ``OSError`` when that is not possible."""
        over = {held.identity for held in self.holding if held.over()}
        self._marked.look()
        self._over_at_look = over

    def marked(self, lock_path: str) -> dict[Identity, birth_mark.Mark]:
        """Return the living carriers of this bot's mark, found at the last look."""
        return self._marked.of(self.real(lock_path))

    def descent(self, own: posix_held.PosixHeld, lock_path: str) -> set[Identity]:
        """Return who carries the mark and, once the bot's own process is over, who holds the lock.

        One look at the marks serves all whose own process was over by then: 500 bots dying at once need
        one, not 500. Holders are looked for only when there are any: it means reading the descriptors of
        the whole machine.
        """
        if own.identity not in self._over_at_look:
            self.look()
        found = set(self.marked(lock_path))
        if own.ended() is not None and copy_lock.is_held(lock_path):
            found |= copy_lock.holders(lock_path)
        return found

    @staticmethod
    def members(own: posix_held.PosixHeld, proven: set[Identity]) -> list[process_table.Row]:
        """Return the living of the bot's tree, parents first."""
        table = process_table.rows()
        led = process_tree.led_by(
            table,
            own.identity,
            group=own.group is not None,
            session=own.session is not None,
            ended_at=own.ended_at,
        )
        return process_tree.belonging(table, led | proven | own.known(), own.identity.pid)

    def freeze(
        self, own: posix_held.PosixHeld, proven: set[Identity], frozen: dict[Identity, process_table.Row]
    ) -> None:
        """Stop the bot's tree, look by look, until nobody new turns up."""
        for _ in range(process_tree.ROUNDS):
            if not process_tree.freeze(self.members(own, proven), frozen):
                break


def remember(own: posix_held.PosixHeld, rows: Iterable[process_table.Row]) -> None:
    """Note these as the bot's living descendants."""
    own.family = {identities.of_row(row) for row in rows if row.pid != own.identity.pid}


def end_strays(proven: set[Identity]) -> list[int]:
    """End these processes and their descendants, and return their numbers."""
    frozen: dict[Identity, process_table.Row] = {}
    if proven:
        for _ in range(process_tree.ROUNDS):
            if not process_tree.freeze(
                process_tree.belonging(process_table.rows(), proven, leader=0), frozen
            ):
                break
        process_tree.kill(frozen.values())
    return sorted(who.pid for who in frozen)
