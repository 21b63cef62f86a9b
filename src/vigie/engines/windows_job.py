"""The job object of one bot: a named kernel object that every process of the bot is born into.

Nobody can leave it (no breakaway is allowed), so it knows the whole tree without looking at parents. Its
name is made from the path of the copy lock, so that whoever comes later finds the same job again. It does
not end with us ("kill on close" stays off): the bot outlives its monitor.

The name lives as long as somebody has the job open, which its processes alone do not do. So the bot's first
process inherits a handle, and an engine that has looked at a job keeps it open.
"""

from __future__ import annotations

import ctypes
import hashlib
import os
import sys

from vigie.engines import _winapi
from vigie.engines import windows_handle as handles
from vigie.engines import windows_process as processes

assert sys.platform == "win32", "job objects are Windows'"  # noqa: S101  (mypy skips the rest elsewhere)

FIRST_ROOM = 64
"""Process numbers asked for at first; doubled until all fit."""


class Closed(Exception):  # noqa: N818  (an answer, not an error)
    """There is such a job and it may not be opened: a bot of another user, or started with more rights."""


def name_of(lock_path: str) -> str:
    """Return the job's name for a copy lock.

    ``Global``: a bot started by a service or over ssh (session 0) is the same bot on the desktop. Only file
    mappings and symbolic links need a privilege there ("Kernel object namespaces", Microsoft).
    """
    path = os.path.normcase(os.path.realpath(lock_path))
    return "Global\\vigie-" + hashlib.sha256(path.encode("utf-8", "surrogatepass")).hexdigest()[:32]


class Job:
    """An open job object."""

    def __init__(self, handle: handles.Handle) -> None:
        """Own its handle."""
        self.handle = handle

    @classmethod
    def create(cls, lock_path: str) -> Job:
        """Make the job, or open it when it exists, so that the handle can be inherited.

        Raises ``Closed`` and ``OSError``.
        """
        security = _winapi.SecurityAttributes(ctypes.sizeof(_winapi.SecurityAttributes), None, True)
        value = _winapi.CreateJobObjectW(ctypes.byref(security), name_of(lock_path))
        if value is None and _winapi.last_error() == _winapi.ERROR_ACCESS_DENIED:
            # either there is one that we may not open, which this tells, or we may not make any
            cls.find(lock_path)
            raise handles.failure(_winapi.ERROR_ACCESS_DENIED)
        job = cls(handles.Handle(value))
        # a bot that crashes must end, not wait for somebody to close the window that tells of it
        limits = _winapi.JobLimits(flags=_winapi.JOB_OBJECT_LIMIT_DIE_ON_UNHANDLED_EXCEPTION)
        handles.check(
            _winapi.SetInformationJobObject(
                job.handle.value,
                _winapi.JOB_OBJECT_EXTENDED_LIMIT_INFORMATION,
                ctypes.byref(limits),
                ctypes.sizeof(limits),
            )
        )
        return job

    @classmethod
    def find(cls, lock_path: str) -> Job | None:
        """Open the job if there is one. Raises ``Closed`` and ``OSError``."""
        rights = _winapi.JOB_OBJECT_QUERY | _winapi.JOB_OBJECT_TERMINATE
        value = _winapi.OpenJobObjectW(rights, False, name_of(lock_path))
        if value is None:
            code = _winapi.last_error()
            if code in (_winapi.ERROR_FILE_NOT_FOUND, _winapi.ERROR_PATH_NOT_FOUND):
                return None
            if code == _winapi.ERROR_ACCESS_DENIED:
                raise Closed
        return cls(handles.Handle(value))

    def empty(self) -> bool:
        """Whether none of its processes lives. Raises ``OSError``."""
        return not self.pids()

    def _active(self) -> int:
        accounting = _winapi.JobAccounting()
        handles.check(
            _winapi.QueryInformationJobObject(
                self.handle.value,
                _winapi.JOB_OBJECT_BASIC_ACCOUNTING_INFORMATION,
                ctypes.byref(accounting),
                ctypes.sizeof(accounting),
                None,
            )
        )
        return int(accounting.active)

    def pids(self) -> list[int]:
        """Return the numbers of its living processes, those of jobs nested in it included.

        Without the console's host, which ends by itself. Microseconds when none lives. Raises ``OSError``.
        """
        if not self._active():
            return []
        return [pid for pid in self._all_pids() if not _is_console_host(pid)]

    def _all_pids(self) -> list[int]:
        room = FIRST_ROOM
        head = ctypes.sizeof(_winapi.JobPids)
        while True:
            answer = ctypes.create_string_buffer(head + room * ctypes.sizeof(ctypes.c_size_t))
            succeeded = _winapi.QueryInformationJobObject(
                self.handle.value,
                _winapi.JOB_OBJECT_BASIC_PROCESS_ID_LIST,
                answer,
                len(answer),
                None,
            )
            if not succeeded and _winapi.last_error() != _winapi.ERROR_MORE_DATA:
                handles.check(succeeded)
            counts = _winapi.JobPids.from_buffer(answer)
            if succeeded and counts.listed >= counts.assigned:
                numbers = (ctypes.c_size_t * counts.listed).from_buffer(answer, head)
                return [pid for pid in numbers if pid]
            room *= 2

    def holds(self, process: handles.Handle) -> bool:
        """Whether a process belongs to it."""
        answer = _winapi.BOOL()
        asked = _winapi.IsProcessInJob(process.value, self.handle.value, ctypes.byref(answer))
        return bool(asked and answer.value)

    def holds_us(self) -> bool:
        """Whether we belong to it: then the bot itself has started ``vigie``."""
        return os.getpid() in self._all_pids()

    def terminate(self) -> None:
        """End all its processes now; nothing happens when we may not."""
        _winapi.TerminateJobObject(self.handle.value, processes.KILLED)

    def close(self) -> None:
        """Let go of it; its processes are left alone."""
        self.handle.close()


def _is_console_host(pid: int) -> bool:
    process = processes.open_process(pid)
    if process is None:
        return False
    with process:
        return processes.is_console_host(process)
