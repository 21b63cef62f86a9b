"""Holds processes on Linux and macOS: own session, inherited copy lock, birth mark, whole tree ended and proven gone."""

from __future__ import annotations

import os
import signal
import sys
import weakref

from vigie.engines import copy_lock, process_table, process_tree, spawn
from vigie.engines import identity as identities
from vigie.engines.base import Held, Identity, LaunchError, LaunchPlan
from vigie.engines.birth_mark import VARIABLE, MarkedProcesses, new_mark
from vigie.engines.posix_held import PosixHeld
from vigie.engines.process_table import Row

assert sys.platform != "win32", "Windows has LocalWindows"  # noqa: S101  (mypy skips the rest there)


class LocalPosix:
    """The engine of Linux and macOS. Fulfils ``base.Engine``."""

    def __init__(self) -> None:
        """Hold nobody yet."""
        self._marked = MarkedProcesses()
        self._holding: weakref.WeakSet[PosixHeld] = weakref.WeakSet()
        self._over_at_look: set[int] = set()
        self._cleared: set[str] = set()

    def launch(self, plan: LaunchPlan) -> Held:
        """Start the bot detached; raises ``LaunchError`` and leaves nothing behind."""
        spawn.refuse_what_cannot_run(plan)
        lock = self._take_lock(plan.lock_path)
        try:
            log = spawn.open_log(plan.log_path)
            try:
                # named now, when the folders are sure to exist
                mark = new_mark(os.path.realpath(plan.lock_path))
                pid = spawn.spawn(plan, {**plan.environment, VARIABLE: str(mark)}, log, lock)
            finally:
                os.close(log)
        finally:
            # the bot has its own: from here on only its processes hold the lock
            os.close(lock)
        held = self._hold_child(pid)
        self._clear_earlier_life(mark.lock_path, mark.launch)
        return held

    def recognise(self, identity: Identity) -> Held | None:
        """Hold a process that already lives, or None when it is gone, a zombie, or somebody else's number."""
        row = process_table.row(identity.pid) if identities.lives(identity) else None
        if row is None:
            return None
        try:
            held = self._hold(row, child=row.parent == os.getpid())
        except OSError:
            return None
        # the number may have changed hands while the watch was set up: now it cannot any more
        if identities.lives(identity):
            return held
        held.close()
        return None

    def identify(self, pid: int) -> Identity | None:
        """Who ``pid`` is right now, or None when it is gone, a zombie, or may not be looked at."""
        return identities.identify(pid)

    def copy_alive(self, lock_path: str) -> bool:
        """Whether some process still holds the copy lock."""
        return copy_lock.is_held(lock_path)

    def copy_holders(self, lock_path: str) -> list[int]:
        """The processes that hold the copy lock, as far as the system tells: some 10 ms."""
        return copy_lock.holders(lock_path)

    def ask_to_stop(self, held: Held, step: int) -> None:
        """Send SIGINT, from step 1 on SIGTERM, and SIGCONT so that a stopped process hears it too."""
        own = _own(held)
        if own.ended() is not None:
            return
        self._remember(own, process_table.rows())
        for number in (signal.SIGINT if step == 0 else signal.SIGTERM, signal.SIGCONT):
            if not own.send_to_group(number):
                own.send(number)

    def kill_tree(self, held: Held, lock_path: str, launched_by_us: bool) -> None:
        """Freeze all that is proven to belong to the bot until nobody new turns up, then end all of it."""
        own = _own(held)
        whole_group = launched_by_us or own.group is not None
        if whole_group:
            own.send_to_group(signal.SIGSTOP)
        proven = self._proven(own, lock_path) if launched_by_us else set()
        frozen: dict[Identity, Row] = {}
        for _ in range(process_tree.ROUNDS):
            if not process_tree.freeze(self._members(own, proven), frozen):
                break
        own.family.update(frozen)
        if whole_group:
            own.send_to_group(signal.SIGKILL)
        process_tree.kill(frozen.values())

    def remains(self, held: Held, lock_path: str, launched_by_us: bool) -> list[int]:
        """Numbers of the processes of its tree that still live; a quarter of a millisecond when there are none."""
        own = _own(held)
        over = own.ended() is not None
        proven = self._proven(own, lock_path) if launched_by_us and over else set()
        locked = launched_by_us and over and not proven and copy_lock.is_held(lock_path)
        if locked:
            proven.update(copy_lock.holders(lock_path))
        if over and not proven and not own.family and not own.number_in_use():
            return []
        rows = self._members(own, proven)
        own.family.update(identities.of_row(row) for row in rows if row.pid != own.identity.pid)
        return [row.pid for row in rows]

    def end_leftovers(self, lock_path: str) -> list[int]:
        """End at once what an earlier launch left behind, and return the numbers of those processes."""
        self._look()
        proven = {*self._marked.of(os.path.realpath(lock_path)), *copy_lock.holders(lock_path)}
        return _end_strays(proven)

    def _take_lock(self, path: str) -> int:
        try:
            lock, made = copy_lock.take(path)
        except copy_lock.Held:
            raise _copy_alive(copy_lock.holders(path)) from None
        except OSError as error:
            raise spawn.file_problem("engine.lock-not-writable", path, error) from None
        if made:
            # either the very first launch, or somebody removed the lock under a living bot
            self._look()
            alive = self._marked.of(os.path.realpath(path))
            if alive:
                os.close(lock)
                raise _copy_alive(sorted(alive))
        return lock

    def _hold_child(self, pid: int) -> PosixHeld:
        try:
            row = process_table.row(pid)
            if row is None:
                raise OSError
            return self._hold(row, child=True)
        except BaseException as error:
            spawn.undo(pid)
            if isinstance(error, OSError):
                raise LaunchError("engine.no-resources", reason=spawn.reason(error)) from None
            raise

    def _hold(self, row: Row, *, child: bool) -> PosixHeld:
        held = PosixHeld(
            identities.of_row(row),
            child=child,
            leads_group=row.group == row.pid,
            leads_session=row.session == row.pid,
        )
        self._holding.add(held)
        return held

    def _clear_earlier_life(self, lock_path: str, launch: str) -> None:
        """End what an earlier launch of this bot left behind and nobody has looked for yet.

        Between two launches of ours ``remains`` has proven that there is nothing; before our first one
        nobody has. After the new process exists, so that it does not wait for this.
        """
        if lock_path not in self._cleared:
            self._cleared.add(lock_path)
            self._look()
            _end_strays({pid for pid, mark in self._marked.of(lock_path).items() if mark.launch != launch})

    def _look(self) -> None:
        self._over_at_look = {held.identity.pid for held in self._holding if held.over()}
        self._marked.look()

    def _proven(self, own: PosixHeld, lock_path: str) -> set[int]:
        # one look serves all whose own process was over by then: 500 bots dying at once need one, not 500
        if own.identity.pid not in self._over_at_look:
            self._look()
        return set(self._marked.of(os.path.realpath(lock_path)))

    def _members(self, own: PosixHeld, proven: set[int]) -> list[Row]:
        table = process_table.rows()
        led = process_tree.led_by(table, own.identity, own.group, own.session, own.ended_at)
        return process_tree.belonging(table, led | proven | own.known(table), own.identity.pid)

    def _remember(self, own: PosixHeld, table: dict[int, Row]) -> None:
        rows = process_tree.belonging(table, own.known(table), own.identity.pid)
        own.family.update(identities.of_row(row) for row in rows)


def _own(held: Held) -> PosixHeld:
    if not isinstance(held, PosixHeld):
        raise TypeError("held by another engine")
    return held


def _copy_alive(pids: list[int]) -> LaunchError:
    if not pids:
        return LaunchError("engine.copy-alive-unseen", refused=True)
    return LaunchError("engine.copy-alive", refused=True, pids=", ".join(map(str, pids)))


def _end_strays(proven: set[int]) -> list[int]:
    frozen: dict[Identity, Row] = {}
    if proven:
        for _ in range(process_tree.ROUNDS):
            rows = process_tree.belonging(process_table.rows(), proven, leader=0)
            if not process_tree.freeze(rows, frozen):
                break
        process_tree.kill(frozen.values())
    return sorted(row.pid for row in frozen.values())
