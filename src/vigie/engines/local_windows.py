"""Holds processes on Windows: hidden console, job object, inherited copy lock, whole tree proven gone.

Two things prove that a copy lives. The **job object** knows every process of the bot, but can be found
again only while somebody has it open: the bot's first process has, and so does every engine that looked.
The **copy lock** (``windows_copy_lock``) is held by whoever inherited the bot's standard input, and outlives
both. What escapes both: a process that replaced its standard input, whose bot is dead, in a moment when no
engine was looking. Windows 10 or Server 2016 and later.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Sequence

from vigie.engines import resisting as resistance
from vigie.engines import windows_break, windows_ending, windows_launch, windows_leftovers
from vigie.engines import windows_copy_lock as copy_lock
from vigie.engines import windows_handle as handles
from vigie.engines import windows_held as holding
from vigie.engines import windows_job as jobs
from vigie.engines import windows_process as processes
from vigie.engines import windows_spared as sparing
from vigie.engines.base import NOBODY, Held, Identity, LaunchError, LaunchPlan, Resisting, Spare

assert sys.platform == "win32", "LocalPosix is the engine of other systems"  # noqa: S101  (mypy skips the rest elsewhere)


class LocalWindows:
    """The engine of Windows. Fulfils ``base.Engine``."""

    def __init__(self) -> None:
        """Hold nobody yet."""
        self._jobs: dict[str, jobs.Job] = {}

    def launch(self, plan: LaunchPlan) -> Held:
        """Start the bot detached; raises ``LaunchError`` and leaves nothing behind."""
        windows_launch.refuse_what_cannot_run(plan)
        job = self._new_job(plan.lock_path, plan.spare)
        held: holding.WindowsHeld | None = None
        try:
            with self._take_lock(plan.lock_path, plan.spare) as lock:
                held = _hold(windows_launch.run(plan, lock, job.handle))
                _note(lock, held.identity)
            # our lock is closed, the bot has its own: from here on only its processes hold it
            self._jobs[plan.lock_path] = job
            return held
        except BaseException:
            if held is not None:
                job.terminate()
                held.close()
            job.close()
            raise

    def recognise(self, identity: Identity) -> Held | None:
        """Hold a process that already lives, or None when it is gone or somebody else's number."""
        # a bot with more rights than we have may still be watched, if not ended
        for access in (processes.END, processes.LOOK):
            process = processes.open_living(identity, access)
            if process is not None:
                return holding.WindowsHeld(process, identity)
        return None

    def inherit(self, identity: Identity) -> Held | None:
        """Hold a process that already lives: no program takes another's place here."""
        return self.recognise(identity)

    def identify(self, pid: int) -> Identity | None:
        """Who ``pid`` is right now, or None when it is gone or may not be looked at."""
        process = processes.open_process(pid)
        if process is None:
            return None
        with process:
            # an ended process keeps its number as long as somebody holds a handle
            return None if processes.over(process) else processes.identity_of(process)

    def copy_alive(self, lock_path: str, spare: Spare = NOBODY) -> bool:
        """Whether some process of the bot lives that is not spared: microseconds when its job is known."""
        try:
            job = self._find_job(lock_path)
            if job is not None and _without(job.pids(), spare):
                return True
        except jobs.Closed:
            return True
        except OSError:
            # it cannot be asked: the lock can
            pass
        return copy_lock.is_held(lock_path, _passing_over(spare))

    def copy_holders(self, lock_path: str, spare: Spare = NOBODY) -> list[int]:
        """The processes in the bot's job and those that have its copy lock open: tenths of a second."""
        job = self._job(lock_path)
        found = set(job.pids()) if job is not None else set()
        if copy_lock.is_held(lock_path):
            found.update(copy_lock.holders(lock_path))
        return sorted(_without(found - {os.getpid()}, spare))

    def leader(self, lock_path: str) -> Identity | None:
        """Return the first process of the bot's last launch, which may be gone by now."""
        return copy_lock.leader(lock_path)

    def resisting(self, pids: Sequence[int]) -> list[Resisting]:
        """Name those of ``pids`` that live. Who is stuck Windows does not tell."""
        return resistance.describe(pids)

    def doomed(self, identity: Identity) -> bool:
        """Return False: Windows does not tell."""
        del identity
        return False

    def ask_to_stop(self, held: Held, signal_name: str, spare: Spare = NOBODY) -> None:
        """Send Ctrl-Break to its group, whatever ``signal_name``; nothing to one that shares a console with others.

        Nor to one that shares it with a spared child: Ctrl-Break would end that as well, and Windows does not
        tell who is in which group. Such a child has to be started with a console of its own, or without any.
        """
        del signal_name
        own = _own(held)
        if own.ended() is not None:
            return
        ours = any(job.holds(own.process) for job in self._jobs.values())
        try:
            family = windows_ending.living_family(own) if not ours or spare.names else []
            but_for = sparing.among((member.pid for member in family), spare, own.identity.pid)
            windows_break.ask(own.identity, own_console=ours, but_for=but_for)
        except OSError:
            # no polite way, then: who asks us ends it when its time is over
            return

    def pass_on(self, held: Held, signal_name: str) -> None:
        """Do nothing: Windows has no such signals."""

    def kill_tree(self, held: Held, lock_path: str, launched_by_us: bool, spare: Spare = NOBODY) -> None:
        """End its job, or what is proven to descend from it where there is no job."""
        own = _own(held)
        job = self._job(lock_path) if launched_by_us else None
        if job is not None:
            windows_ending.end_job(job, own.identity.pid, spare)
            if job.holds(own.process):
                return
        windows_ending.end_family(own, spare)
        if launched_by_us and job is None:
            self._end_strays(lock_path, own.identity.pid, spare)

    def remains(self, held: Held, lock_path: str, launched_by_us: bool, spare: Spare = NOBODY) -> list[int]:
        """Numbers of the processes of its tree that still live; some 20 microseconds when its job tells."""
        own = _own(held)
        job = self._job(lock_path) if launched_by_us else None
        found = set(windows_ending.members(job, own.identity.pid, spare)) if job is not None else set()
        if job is not None and job.holds(own.process):
            return sorted(found)
        if own.ended() is None:
            found.add(own.identity.pid)
        family = windows_ending.living_family(own)
        if launched_by_us and job is None and copy_lock.is_held(lock_path):
            family += windows_leftovers.find(lock_path)
        family = windows_ending.unspared(family, spare)
        found.update(member.pid for member in windows_ending.may_be_ended(family, own.identity.pid))
        return sorted(found)

    def end_leftovers(self, lock_path: str, spare: Spare = NOBODY) -> list[int]:
        """End at once what an earlier launch left behind, and return the numbers of those processes."""
        job = self._job(lock_path)
        ended = windows_ending.end_job(job, 0, spare) if job is not None else []
        return sorted({*ended, *self._end_strays(lock_path, 0, spare)})

    def _end_strays(self, lock_path: str, leader: int, spare: Spare) -> list[int]:
        if not copy_lock.is_held(lock_path):
            return []
        return windows_ending.end(windows_ending.unspared(windows_leftovers.find(lock_path), spare), leader)

    def _new_job(self, lock_path: str, spare: Spare) -> jobs.Job:
        try:
            job = self._find_job(lock_path)
            if job is not None:
                self._refuse_when_alive(job, spare)
                # an empty one may be nested in jobs that this process is not in: rather a fresh one
                self._jobs.pop(lock_path).close()
            job = jobs.Job.create(lock_path)
            try:
                self._refuse_when_alive(job, spare)
            except LaunchError:
                job.close()
                raise
        except jobs.Closed:
            raise LaunchError("engine.copy-alive-unseen", refused=True) from None
        except OSError as error:
            raise windows_launch.file_problem("engine.lock-not-writable", lock_path, error) from None
        return job

    def _refuse_when_alive(self, job: jobs.Job, spare: Spare) -> None:
        alive = _without(job.pids(), spare)
        if alive:
            raise _copy_alive(sorted(alive))

    def _take_lock(self, lock_path: str, spare: Spare) -> handles.Handle:
        try:
            return copy_lock.take(lock_path, _passing_over(spare))
        except copy_lock.Held:
            raise _copy_alive(self.copy_holders(lock_path, spare)) from None
        except OSError as error:
            raise windows_launch.file_problem("engine.lock-not-writable", lock_path, error) from None

    def _find_job(self, lock_path: str) -> jobs.Job | None:
        """Return the bot's job and keep it open, so that its name lasts. Raises ``Closed``, ``OSError``."""
        if lock_path not in self._jobs:
            job = jobs.Job.find(lock_path)
            if job is None:
                return None
            self._jobs[lock_path] = job
        return self._jobs[lock_path]

    def _job(self, lock_path: str) -> jobs.Job | None:
        try:
            return self._find_job(lock_path)
        except (jobs.Closed, OSError):
            return None


def _hold(process: handles.Handle) -> holding.WindowsHeld:
    try:
        return holding.WindowsHeld(process, processes.identity_of(process))
    except BaseException as error:
        processes.terminate(process)
        process.close()
        if isinstance(error, OSError):
            raise LaunchError("engine.no-resources", reason=windows_launch.reason(error)) from None
        raise


def _note(lock: handles.Handle, leader: Identity) -> None:
    try:
        copy_lock.note(lock, leader)
    except OSError:
        # only needed should nobody live to remember this launch
        return


def _without(pids: Iterable[int], spare: Spare) -> set[int]:
    found = set(pids)
    return found - sparing.among(found, spare)


def _passing_over(spare: Spare) -> Callable[[str], bool]:
    """Return the question whether only the spared hold a file of the copy lock."""
    return lambda file: bool(spare.names) and sparing.only(copy_lock.users(file), spare)


def _own(held: Held) -> holding.WindowsHeld:
    if not isinstance(held, holding.WindowsHeld):
        raise TypeError("held by another engine")
    return held


def _copy_alive(pids: list[int]) -> LaunchError:
    if not pids:
        return LaunchError("engine.copy-alive-unseen", refused=True)
    return LaunchError("engine.copy-alive", refused=True, pids=", ".join(map(str, pids)))
