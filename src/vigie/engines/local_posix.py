"""Holds processes on Linux and macOS: detached, never twice, ended with all that descends from them."""

from __future__ import annotations

import os
import signal
import sys
import weakref
from collections.abc import Iterable

from vigie.engines import birth_mark, clean_signals, copy_lock, posix_held, process_table, process_tree, spawn
from vigie.engines import identity as identities
from vigie.engines.base import Held, Identity, LaunchError, LaunchPlan

assert sys.platform != "win32", "Windows has LocalWindows"  # noqa: S101  (mypy skips the rest there)


class LocalPosix:
    """The engine of Linux and macOS. Fulfils ``base.Engine``."""

    def __init__(self) -> None:
        """Hold nobody yet."""
        clean_signals.hear_of_children()
        self._marked = birth_mark.MarkedProcesses()
        self._holding: weakref.WeakSet[posix_held.PosixHeld] = weakref.WeakSet()
        self._over_at_look: set[Identity] = set()
        self._cleared: set[str] = set()
        self._real_paths: dict[str, str] = {}

    def launch(self, plan: LaunchPlan) -> Held:
        """Start the bot detached. Raises ``LaunchError`` and, after a Ctrl-C, leaves nothing behind."""
        held: posix_held.PosixHeld | None = None
        try:
            with clean_signals.ctrl_c_waits():
                held = self._launch(plan)
        except KeyboardInterrupt:
            if held is not None:
                spawn.undo(held.identity.pid)
                held.close()
            raise
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
        # the number may have changed hands while the watch was set up: from now on it cannot any more
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
        return _numbers(copy_lock.holders(lock_path))

    def ask_to_stop(self, held: Held, step: int) -> None:
        """Send SIGINT, from step 1 on SIGTERM, and SIGCONT so that a stopped process hears it too.

        Its descendants are remembered first: when it goes and leaves them behind, nothing else may tell.
        """
        own = _own(held)
        if own.ended() is not None:
            return
        self._remember(own, process_tree.belonging(process_table.rows(), own.known(), own.identity.pid))
        whole_group = process_tree.may_signal_group(own.identity.pid)
        for number in (signal.SIGINT if step == 0 else signal.SIGTERM, signal.SIGCONT):
            if not (whole_group and own.send_to_group(number)):
                own.send(number)

    def kill_tree(self, held: Held, lock_path: str, launched_by_us: bool) -> None:
        """Freeze all that is proven to belong to the bot until nobody new turns up, then end all of it."""
        own = _own(held)
        own.ended()
        whole_group = process_tree.may_signal_group(own.identity.pid)
        if whole_group:
            own.send_to_group(signal.SIGSTOP)
        frozen: dict[Identity, process_table.Row] = {}
        self._freeze(own, self._proven(own, lock_path) if launched_by_us else set(), frozen)
        if launched_by_us and copy_lock.is_held(lock_path):
            # only now, and once: it means looking at every descriptor of the machine
            others = copy_lock.holders(lock_path) - frozen.keys()
            if others:
                self._freeze(own, others, frozen)
        self._remember(own, frozen.values())
        if whole_group:
            own.send_to_group(signal.SIGKILL)
        process_tree.kill(frozen.values())

    def remains(self, held: Held, lock_path: str, launched_by_us: bool) -> list[int]:
        """Numbers of its tree's living processes; when there are none it takes some 0.2 ms to be sure."""
        own = _own(held)
        over = own.ended() is not None
        proven = self._proven(own, lock_path) if launched_by_us and over else set()
        if over and not proven and not own.family and not own.number_in_use():
            return []
        rows = self._members(own, proven)
        self._remember(own, rows)
        return [row.pid for row in rows]

    def end_leftovers(self, lock_path: str) -> list[int]:
        """End at once what an earlier launch left behind, and return the numbers of those processes."""
        self._look()
        return _end_strays({*self._marked.of(self._real(lock_path)), *copy_lock.holders(lock_path)})

    def _launch(self, plan: LaunchPlan) -> posix_held.PosixHeld:
        spawn.refuse_what_cannot_run(plan)
        lock = self._take_lock(plan.lock_path)
        try:
            log = spawn.open_log(plan.log_path)
            try:
                mark = birth_mark.new_mark(self._real(plan.lock_path))
                pid = spawn.spawn(plan, {**plan.environment, birth_mark.VARIABLE: str(mark)}, log, lock)
            finally:
                os.close(log)
        finally:
            # the bot has its own: from here on only its processes hold the lock
            os.close(lock)
        held = self._hold_child(pid)
        if mark.lock_path not in self._cleared:
            # Between two launches of ours ``remains`` has proven that nothing is left; before our first one
            # nobody has. After the new process exists, so that it does not wait for this.
            self._cleared.add(mark.lock_path)
            self._look()
            carriers = self._marked.of(mark.lock_path)
            _end_strays({who for who, theirs in carriers.items() if theirs.launch != mark.launch})
        return held

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
            alive = self._marked.of(self._real(path))
            if alive:
                os.close(lock)
                raise _copy_alive(alive)
        return lock

    def _hold_child(self, pid: int) -> posix_held.PosixHeld:
        try:
            row = process_table.row(pid)
            if row is None:
                raise ProcessLookupError
            return self._hold(row, child=True)
        except OSError as error:
            spawn.undo(pid)
            raise LaunchError("engine.no-resources", reason=spawn.reason(error)) from None

    def _hold(self, row: process_table.Row, *, child: bool) -> posix_held.PosixHeld:
        held = posix_held.PosixHeld(
            identities.of_row(row),
            child=child,
            leads_group=row.group == row.pid,
            leads_session=row.session == row.pid,
        )
        self._holding.add(held)
        return held

    def _look(self) -> None:
        self._over_at_look = {held.identity for held in self._holding if held.over()}
        self._marked.look()

    def _proven(self, own: posix_held.PosixHeld, lock_path: str) -> set[Identity]:
        # one look serves all who were over by then: 500 bots dying at once need one, not 500
        if own.identity not in self._over_at_look:
            self._look()
        found = set(self._marked.of(self._real(lock_path)))
        if own.ended() is not None and copy_lock.is_held(lock_path):
            found |= copy_lock.holders(lock_path)
        return found

    def _freeze(
        self, own: posix_held.PosixHeld, proven: set[Identity], frozen: dict[Identity, process_table.Row]
    ) -> None:
        for _ in range(process_tree.ROUNDS):
            if not process_tree.freeze(self._members(own, proven), frozen):
                break

    def _members(self, own: posix_held.PosixHeld, proven: set[Identity]) -> list[process_table.Row]:
        table = process_table.rows()
        led = process_tree.led_by(
            table,
            own.identity,
            group=own.group is not None,
            session=own.session is not None,
            ended_at=own.ended_at,
        )
        return process_tree.belonging(table, led | proven | own.known(), own.identity.pid)

    def _remember(self, own: posix_held.PosixHeld, rows: Iterable[process_table.Row]) -> None:
        own.family = {identities.of_row(row) for row in rows if row.pid != own.identity.pid}

    def _real(self, path: str) -> str:
        # asked for only once the folder exists, so that a link in it is seen
        if path not in self._real_paths:
            self._real_paths[path] = os.path.realpath(path)
        return self._real_paths[path]


def _own(held: Held) -> posix_held.PosixHeld:
    if not isinstance(held, posix_held.PosixHeld):
        raise TypeError("held by another engine")
    return held


def _numbers(identified: Iterable[Identity]) -> list[int]:
    return sorted(who.pid for who in identified)


def _copy_alive(alive: Iterable[Identity]) -> LaunchError:
    pids = ", ".join(map(str, _numbers(alive)))
    if not pids:
        return LaunchError("engine.copy-alive-unseen", refused=True)
    return LaunchError("engine.copy-alive", refused=True, pids=pids)


def _end_strays(proven: set[Identity]) -> list[int]:
    frozen: dict[Identity, process_table.Row] = {}
    if proven:
        for _ in range(process_tree.ROUNDS):
            rows = process_tree.belonging(process_table.rows(), proven, leader=0)
            if not process_tree.freeze(rows, frozen):
                break
        process_tree.kill(frozen.values())
    return _numbers(frozen)
