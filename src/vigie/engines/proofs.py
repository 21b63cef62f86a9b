"""Gathers what proves that a process belongs to a bot, and finds, freezes or ends the living by it."""

from __future__ import annotations

import os
import sys
import time
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
        """Return who carries the bot's mark now.

        One look serves all whose own process was over by then: 500 bots dying at once need one, not 500.
        """
        if own.identity not in self._over_at_look:
            self.look()
        return set(self.marked(lock_path))

    @staticmethod
    def members(
        own: posix_held.PosixHeld, proven: set[Identity], table: dict[int, process_table.Row]
    ) -> list[process_table.Row]:
        """Return the living of the bot's tree, parents first."""
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
            if not process_tree.freeze(self.members(own, proven, process_table.rows()), frozen):
                break


def holders(own: posix_held.PosixHeld, lock_path: str, table: dict[int, process_table.Row]) -> set[Identity]:
    """Return who holds the bot's copy lock, looked for among those who are not older than the bot."""
    return copy_lock.holders(
        lock_path, {row.pid for row in table.values() if row.started >= own.identity.started}
    )


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
