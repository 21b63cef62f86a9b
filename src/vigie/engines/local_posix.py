"""Holds processes on Linux and macOS: detached, never twice, ended with all that descends from them.

Where nothing can be looked at for the moment (no descriptor left), nobody is declared gone for that.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterable, Sequence

from vigie.engines import (
    birth_mark,
    clean_signals,
    copy_lock,
    posix_held,
    process_table,
    process_tree,
    spared,
    spawn,
)
from vigie.engines import identity as identities
from vigie.engines import proofs as proving
from vigie.engines import resisting as resistance
from vigie.engines.base import NOBODY, Held, Identity, LaunchError, LaunchPlan, Resisting, Spare

assert sys.platform != "win32", "Windows has LocalWindows"  # noqa: S101  (mypy skips the rest there)


BATCH = 1.0
"""Seconds within which first launches count as one batch, for which one look is enough: 500 at a start."""


class LocalPosix:
    """The engine of Linux and macOS. Fulfils ``base.Engine``."""

    def __init__(self, *, adopting: bool = False) -> None:
        """Hold nobody yet. ``adopting``: orphans of the bot become our children."""
        clean_signals.hear_of_children()
        self._proofs = proving.Proofs(adopting=adopting)
        self._cleared: set[str] = set()

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
        try:
            row = process_table.row(identity.pid)
            if row is None or row.over or identities.of_row(row) != identity:
                return None
            held = self._hold(row, child=row.parent == os.getpid())
        except OSError:
            return None
        # the number may have changed hands while the watch was set up: from now on it cannot any more
        if identities.lives(identity):
            return held
        held.close()
        return None

    def inherit(self, identity: Identity) -> Held | None:
        """Hold a process held before we became another program, or a child of ours that has ended since."""
        try:
            row = process_table.row(identity.pid)
            if row is not None and row.over and row.parent == os.getpid():
                # not reaped yet: until we do, its number is nobody else's
                return self._hold(row, child=True) if identities.of_row(row) == identity else None
        except OSError:
            return None
        return self.recognise(identity)

    def identify(self, pid: int) -> Identity | None:
        """Who ``pid`` is right now, or None when it is gone, a zombie, or may not be looked at."""
        return identities.identify(pid)

    def copy_alive(self, lock_path: str, spare: Spare = NOBODY) -> bool:
        """Whether some process still holds the copy lock and is not proven to be spared."""
        if not copy_lock.is_held(lock_path):
            return False
        try:
            return not self._proofs.only_spared_hold(lock_path, spare)
        except OSError:
            return True

    def copy_holders(self, lock_path: str, spare: Spare = NOBODY) -> list[int]:
        """The processes that hold the copy lock, as far as the system tells: some 10 ms."""
        try:
            holders = copy_lock.holders(lock_path)
            if spare.names:
                holders = spared.without(process_table.rows(), holders, spare)
            return sorted(who.pid for who in holders)
        except OSError:
            return []

    def resisting(self, pids: Sequence[int]) -> list[Resisting]:
        """Name those of ``pids`` that live, and tell who is stuck in the kernel."""
        return resistance.describe(pids)

    def doomed(self, identity: Identity) -> bool:
        """Whether a kill has reached this process that it cannot die of yet."""
        return resistance.doomed(identity.pid) and identities.lives(identity)

    def ask_to_stop(self, held: Held, signal_name: str, spare: Spare = NOBODY) -> None:
        """Send this signal, and SIGCONT so that a stopped process hears it too.

        Its descendants are remembered first: when it goes and leaves them behind, nothing else may tell.
        """
        own = _own(held)
        if own.ended() is not None:
            return
        whole_group, others = False, []
        try:
            table = process_table.rows()
            family = self._proofs.members(own, set(), table, spare)
            proving.remember(own, family)
            whole_group = process_tree.may_signal_group(own.identity.pid)
            if whole_group and spare.names:
                # the kernel's way to reach a whole group knows no exception
                whole_group = False
                others = [row for row in family if row.group == own.group and row.pid != own.identity.pid]
        except OSError:
            pass
        for number in (getattr(signal, signal_name, signal.SIGTERM), signal.SIGCONT):
            if not (whole_group and own.send_to_group(number)):
                own.send(number)
            for row in others:
                process_tree.signal_proven(row, number, orphaned=True)

    def pass_on(self, held: Held, signal_name: str) -> None:
        """Send this signal to the process alone; nothing where the system does not know it."""
        number = getattr(signal, signal_name, None)
        if number is not None:
            _own(held).send(number)

    def kill_tree(self, held: Held, lock_path: str, launched_by_us: bool, spare: Spare = NOBODY) -> None:
        """Freeze all that is proven to belong to the bot until nobody new turns up, then end all of it."""
        own = _own(held)
        own.ended()
        frozen: dict[Identity, process_table.Row] = {}
        whole_group = False
        try:
            whole_group = not spare.names and process_tree.may_signal_group(own.identity.pid)
            if whole_group:
                own.send_to_group(signal.SIGSTOP)
            proven = self._proofs.carriers(own, lock_path) if launched_by_us else set()
            self._proofs.freeze(own, proven, frozen, spare)
            if launched_by_us and copy_lock.is_held(lock_path):
                others = proving.holders(own, lock_path, process_table.rows()) - frozen.keys()
                if others:
                    self._proofs.freeze(own, others, frozen, spare)
            proving.remember(own, frozen.values())
        except OSError:
            pass
        if whole_group:
            own.send_to_group(signal.SIGKILL)
        own.send(signal.SIGKILL)
        process_tree.kill(frozen.values())

    def remains(self, held: Held, lock_path: str, launched_by_us: bool, spare: Spare = NOBODY) -> list[int]:
        """Numbers of its tree's living processes; when there are none it takes some 0.2 ms to be sure."""
        own = _own(held)
        over = own.ended() is not None
        try:
            proven = self._proofs.carriers(own, lock_path) if launched_by_us and over else set()
            locked = launched_by_us and over and copy_lock.is_held(lock_path)
            if over and not proven and not locked and not own.family and not own.number_in_use():
                return []
            table = process_table.rows()
            if locked:
                proven |= proving.holders(own, lock_path, table)
            rows = self._proofs.members(own, proven, table, spare)
        except OSError:
            return [own.identity.pid]
        proving.remember(own, rows)
        return [row.pid for row in rows]

    def end_leftovers(self, lock_path: str, spare: Spare = NOBODY) -> list[int]:
        """End at once what an earlier launch left behind, and return the numbers of those processes."""
        try:
            self._proofs.look()
            proven = {*self._proofs.marked(lock_path), *copy_lock.holders(lock_path)}
            return proving.end_strays(proven, spare)
        except OSError:
            return []

    def _launch(self, plan: LaunchPlan) -> posix_held.PosixHeld:
        spawn.refuse_what_cannot_run(plan)
        lock = self._take_lock(plan.lock_path, plan.spare)
        try:
            log = spawn.open_log(plan.log_path)
            try:
                mark = birth_mark.new_mark(self._proofs.real(plan.lock_path))
                environment = {**plan.environment, birth_mark.VARIABLE: str(mark)}
                pid = spawn.spawn(plan, environment, log, lock)
            finally:
                os.close(log)
        finally:
            # the bot has its own: from here on only its processes hold the lock
            os.close(lock)
        held = self._hold_child(pid)
        self._clear_earlier_lives(mark, plan.spare)
        return held

    def _take_lock(self, path: str, spare: Spare) -> int:
        try:
            with copy_lock.turn(path) as sure:
                lock, made = self._take_or_renew(path, spare if sure else NOBODY)
        except copy_lock.Held:
            raise _copy_alive(self.copy_holders(path, spare)) from None
        except OSError as error:
            raise spawn.file_problem("engine.lock-not-writable", path, error) from None
        alive: set[Identity] = set()
        if made:
            # either the very first launch, or somebody removed the lock under a living bot
            try:
                ours_before = self._proofs.real(path) in self._cleared
                self._proofs.look(fresh=0.0 if ours_before else BATCH)
                alive = set(self._proofs.marked(path))
                if alive and spare.names:
                    alive = spared.without(process_table.rows(), alive, spare)
            except OSError as error:
                os.close(lock)
                raise LaunchError("engine.no-resources", reason=spawn.reason(error)) from None
        if alive:
            os.close(lock)
            raise _copy_alive(who.pid for who in alive)
        return lock

    def _take_or_renew(self, path: str, spare: Spare) -> tuple[int, bool]:
        try:
            return copy_lock.take(path)
        except copy_lock.Held:
            if not self._proofs.only_spared_hold(path, spare):
                raise
        copy_lock.renew(path)
        return copy_lock.take(path)

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
        self._proofs.holding.add(held)
        return held

    def _clear_earlier_lives(self, mark: birth_mark.Mark, spare: Spare) -> None:
        """End what earlier launches of this bot left behind, once in our life.

        Between two launches of ours ``remains`` has proven that nothing is left; before our first one
        nobody has. After the new process exists, so that it does not wait for this.
        """
        if mark.lock_path not in self._cleared:
            try:
                self._proofs.look(fresh=BATCH)
                carriers = self._proofs.marked(mark.lock_path)
                earlier = {who for who, theirs in carriers.items() if theirs.launch != mark.launch}
                proving.end_strays(earlier, spare)
                self._cleared.add(mark.lock_path)
            except OSError:
                pass


def _own(held: Held) -> posix_held.PosixHeld:
    if not isinstance(held, posix_held.PosixHeld):
        raise TypeError("held by another engine")
    return held


def _copy_alive(pids: Iterable[int]) -> LaunchError:
    pids = list(pids)
    stuck = [one for one in resistance.describe(pids) if one.stuck and resistance.doomed(one.pid)]
    if stuck:
        return LaunchError("engine.copy-stuck", refused=True, who=resistance.who_resists(stuck)[1])
    shown = ", ".join(map(str, sorted(pids)))
    if not shown:
        return LaunchError("engine.copy-alive-unseen", refused=True)
    return LaunchError("engine.copy-alive", refused=True, pids=shown)
