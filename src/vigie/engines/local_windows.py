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

from vigie.engines import windows_break, windows_ending, windows_launch, windows_leftovers
from vigie.engines import windows_copy_lock as copy_lock
from vigie.engines import windows_handle as handles
from vigie.engines import windows_held as holding
from vigie.engines import windows_job as jobs
from vigie.engines import windows_process as processes
from vigie.engines.base import Held, Identity, LaunchError, LaunchPlan

assert sys.platform == "win32", "LocalPosix is the engine of other systems"  # noqa: S101  (mypy skips the rest elsewhere)


class LocalWindows:
    """The engine of Windows. Fulfils ``base.Engine``."""

    def __init__(self) -> None:
        """Hold nobody yet."""
        self._jobs: dict[str, jobs.Job] = {}

    def launch(self, plan: LaunchPlan) -> Held:
        """Start the bot detached; raises ``LaunchError`` and leaves nothing behind."""
        windows_launch.refuse_what_cannot_run(plan)
        job = self._new_job(plan.lock_path)
        held: holding.WindowsHeld | None = None
        try:
            with self._take_lock(plan.lock_path) as lock:
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

    def identify(self, pid: int) -> Identity | None:
        """Who ``pid`` is right now, or None when it is gone or may not be looked at."""
        process = processes.open_process(pid)
        if process is None:
            return None
        with process:
            # an ended process keeps its number as long as somebody holds a handle
            return None if processes.over(process) else processes.identity_of(process)

    def copy_alive(self, lock_path: str) -> bool:
        """Whether some process of the bot lives: microseconds when its job is known."""
        try:
            job = self._find_job(lock_path)
            if job is not None and not job.empty():
                return True
        except jobs.Closed:
            return True
        except OSError:
            # it cannot be asked: the lock can
            pass
        return copy_lock.is_held(lock_path)

    def copy_holders(self, lock_path: str) -> list[int]:
        """The processes in the bot's job and those that have its copy lock open: tenths of a second."""
        job = self._job(lock_path)
        found = set(job.pids()) if job is not None else set()
        if copy_lock.is_held(lock_path):
            found.update(copy_lock.holders(lock_path))
        return sorted(found - {os.getpid()})

    def leader(self, lock_path: str) -> Identity | None:
        """Return the first process of the bot's last launch, which may be gone by now."""
        return copy_lock.leader(lock_path)

    def ask_to_stop(self, held: Held, step: int) -> None:
        """Send Ctrl-Break to its group, both times; nothing to a bot that shares a console with others."""
        del step
        own = _own(held)
        if own.ended() is not None:
            return
        ours = any(job.holds(own.process) for job in self._jobs.values())
        try:
            if not ours:
                windows_ending.living_family(own)
            windows_break.ask(own.identity, own_console=ours)
        except OSError:
            # no polite way, then: who asks us ends it when its time is over
            return

    def kill_tree(self, held: Held, lock_path: str, launched_by_us: bool) -> None:
        """End its job, or what is proven to descend from it where there is no job."""
        own = _own(held)
        job = self._job(lock_path) if launched_by_us else None
        if job is not None:
            windows_ending.end_job(job, own.identity.pid)
            if job.holds(own.process):
                return
        windows_ending.end_family(own)
        if launched_by_us and job is None:
            self._end_strays(lock_path, own.identity.pid)

    def remains(self, held: Held, lock_path: str, launched_by_us: bool) -> list[int]:
        """Numbers of the processes of its tree that still live; some 20 microseconds when its job tells."""
        own = _own(held)
        job = self._job(lock_path) if launched_by_us else None
        found = set(windows_ending.members(job, own.identity.pid)) if job is not None else set()
        if job is not None and job.holds(own.process):
            return sorted(found)
        if own.ended() is None:
            found.add(own.identity.pid)
        family = windows_ending.living_family(own)
        if launched_by_us and job is None and copy_lock.is_held(lock_path):
            family += windows_leftovers.find(lock_path)
        found.update(member.pid for member in windows_ending.may_be_ended(family, own.identity.pid))
        return sorted(found)

    def end_leftovers(self, lock_path: str) -> list[int]:
        """End at once what an earlier launch left behind, and return the numbers of those processes."""
        job = self._job(lock_path)
        ended = windows_ending.end_job(job, 0) if job is not None else []
        return sorted({*ended, *self._end_strays(lock_path, 0)})

    def _end_strays(self, lock_path: str, leader: int) -> list[int]:
        if not copy_lock.is_held(lock_path):
            return []
        return windows_ending.end(windows_leftovers.find(lock_path), leader)

    def _new_job(self, lock_path: str) -> jobs.Job:
        try:
            job = self._find_job(lock_path)
            if job is not None:
                self._refuse_when_alive(job)
                # an empty one may be nested in jobs that this process is not in: rather a fresh one
                self._jobs.pop(lock_path).close()
            job = jobs.Job.create(lock_path)
            try:
                self._refuse_when_alive(job)
            except LaunchError:
                job.close()
                raise
        except jobs.Closed:
            raise LaunchError("engine.copy-alive-unseen", refused=True) from None
        except OSError as error:
            raise windows_launch.file_problem("engine.lock-not-writable", lock_path, error) from None
        return job

    def _refuse_when_alive(self, job: jobs.Job) -> None:
        if not job.empty():
            raise _copy_alive(job.pids())

    def _take_lock(self, lock_path: str) -> handles.Handle:
        try:
            return copy_lock.take(lock_path)
        except copy_lock.Held:
            raise _copy_alive(self.copy_holders(lock_path)) from None
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


def _own(held: Held) -> holding.WindowsHeld:
    if not isinstance(held, holding.WindowsHeld):
        raise TypeError("held by another engine")
    return held


def _copy_alive(pids: list[int]) -> LaunchError:
    if not pids:
        return LaunchError("engine.copy-alive-unseen", refused=True)
    return LaunchError("engine.copy-alive", refused=True, pids=", ".join(map(str, pids)))
