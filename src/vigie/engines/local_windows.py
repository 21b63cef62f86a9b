"""Holds processes on Windows: hidden console, job object, inherited copy lock, whole tree proven gone.

Two things prove that a copy lives. The **job object** knows every process of the bot, but can be found
again only while somebody has it open: the bot's first process has, and so does every engine that looked.
The **copy lock** (``windows_copy_lock``) is held by whoever inherited the bot's standard input, and outlives
both. What escapes both: a process that replaced its standard input, whose bot is dead, in a moment when no
engine was looking. Windows 10 or Server 2016 and later.
"""

from __future__ import annotations

import sys

from vigie.engines import windows_break, windows_launch, windows_leftovers
from vigie.engines import windows_copy_lock as copy_lock
from vigie.engines import windows_handle as handles
from vigie.engines import windows_held as holding
from vigie.engines import windows_job as jobs
from vigie.engines import windows_process as processes
from vigie.engines import windows_tree as tree
from vigie.engines.base import Held, Identity, LaunchError, LaunchPlan

assert sys.platform == "win32", "LocalPosix is the engine of other systems"  # noqa: S101  (mypy skips the rest elsewhere)

ROUNDS = 10
"""Looks at the table until nobody new turns up; what multiplies faster is left to the next kill."""


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
        except jobs.Closed:
            return True
        return (job is not None and not job.empty()) or copy_lock.is_held(lock_path)

    def copy_holders(self, lock_path: str) -> list[int]:
        """The processes in the bot's job and those that have its copy lock open: tenths of a second."""
        found = set(self._job_pids(lock_path))
        if copy_lock.is_held(lock_path):
            found.update(copy_lock.holders(lock_path))
        return sorted(found - _ourselves())

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
                _living_family(own)
            windows_break.ask(own.identity, own_console=ours)
        except OSError:
            # no polite way, then: who asks us ends it when its time is over
            return

    def kill_tree(self, held: Held, lock_path: str, launched_by_us: bool) -> None:
        """End its job, or what is proven to descend from it where there is no job."""
        own = _own(held)
        job = self._job(lock_path)
        if job is not None:
            _end_job(job, own.identity.pid)
        if job is not None and job.holds(own.process):
            return
        _end_family(own)
        if launched_by_us and job is None and copy_lock.is_held(lock_path):
            _end(windows_leftovers.find(lock_path), own.identity.pid)

    def remains(self, held: Held, lock_path: str, launched_by_us: bool) -> list[int]:
        """Numbers of the processes of its tree that still live; some 20 microseconds when its job tells."""
        own = _own(held)
        job = self._job(lock_path)
        found = set(_members(job, own.identity.pid)) if job is not None else set()
        if job is None or not job.holds(own.process):
            if own.ended() is None:
                found.add(own.identity.pid)
            family = _living_family(own)
            if launched_by_us and job is None and copy_lock.is_held(lock_path):
                family += windows_leftovers.find(lock_path)
            if family:
                found.update(
                    {member.pid for member in family} - tree.spared(tree.snapshot(), own.identity.pid)
                )
        return sorted(found)

    def end_leftovers(self, lock_path: str) -> list[int]:
        """End at once what an earlier launch left behind, and return the numbers of those processes."""
        job = self._job(lock_path)
        ended = _end_job(job, 0) if job is not None else []
        if copy_lock.is_held(lock_path):
            ended += _end(windows_leftovers.find(lock_path), 0)
        return sorted(set(ended))

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

    def _job_pids(self, lock_path: str) -> list[int]:
        job = self._job(lock_path)
        return job.pids() if job is not None else []


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


def _ourselves() -> set[int]:
    import os

    return {os.getpid()}


def _members(job: jobs.Job, leader: int) -> list[int]:
    """Return who lives in a job, without us and those who started us when a bot runs ``vigie`` itself."""
    pids = job.pids()
    if _ourselves().isdisjoint(pids):
        return pids
    spared = tree.spared(tree.snapshot(), leader)
    return [pid for pid in pids if pid not in spared]


def _end_job(job: jobs.Job, leader: int) -> list[int]:
    members = _members(job, leader)
    if not job.holds_us():
        job.terminate()
        return members
    for pid in members:
        process = processes.open_process(pid, processes.END)
        if process is not None:
            with process:
                # opened first, looked at second: this number is in the job now, whoever had it before
                if job.holds(process):
                    processes.terminate(process)
    return members


def _living_family(own: holding.WindowsHeld) -> list[Identity]:
    """Return the living descendants, remembered ones and theirs included, and remember them."""
    found = dict.fromkeys(tree.descendants(own.identity))
    for member in own.family:
        process = processes.open_living(member)
        if process is not None:
            with process:
                found[member] = None
                found.update(dict.fromkeys(tree.descendants(member)))
    own.family = set(found)
    return list(found)


def _end_family(own: holding.WindowsHeld) -> None:
    # itself first: then it can start no more of them, and its number stays its own while we hold it
    processes.terminate(own.process)
    ended: set[Identity] = set()
    for _ in range(ROUNDS):
        fresh = [member for member in _living_family(own) if member not in ended]
        if not fresh:
            break
        _end(fresh, own.identity.pid)
        ended.update(fresh)
    own.family |= ended


def _end(members: list[Identity], leader: int) -> list[int]:
    spared = tree.spared(tree.snapshot(), leader) if members else set()
    ended: list[int] = []
    for member in members:
        process = processes.open_living(member, processes.END) if member.pid not in spared else None
        if process is not None:
            with process:
                processes.terminate(process)
                ended.append(member.pid)
    return ended
