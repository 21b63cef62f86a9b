"""One new process by CreateProcessW: detached, with exactly the handles it is given, born into its job."""

from __future__ import annotations

import ctypes
import sys
from typing import NamedTuple

from vigie.engines import _winapi
from vigie.engines import windows_handle as handles

assert sys.platform == "win32", "CreateProcessW is Windows'"  # noqa: S101  (mypy skips the rest elsewhere)

FLAGS = (
    _winapi.CREATE_NEW_PROCESS_GROUP  # so that Ctrl-Break can be meant for it alone
    | _winapi.CREATE_NO_WINDOW  # a console of its own, never seen: closing ours does not end it
    | _winapi.CREATE_UNICODE_ENVIRONMENT
    | _winapi.EXTENDED_STARTUPINFO_PRESENT
)


class Start(NamedTuple):
    """What to run, with which standard input and output. ``job``: the job to be born into."""

    program: str
    line: str
    directory: str | None
    environment: str | None
    stdin: handles.Handle
    output: handles.Handle
    job: handles.Handle | None = None


def spawn(start: Start) -> handles.Handle:
    """Start a process and return its handle. Raises ``OSError``; then there is none.

    The process leaves the jobs that we are in ourselves if they allow it, so that it does not end with the
    terminal, the editor or the build that we were started from. Where they forbid it, it is in both.
    """
    try:
        return _create(start, FLAGS | _winapi.CREATE_BREAKAWAY_FROM_JOB)
    except OSError as error:
        if error.winerror != _winapi.ERROR_ACCESS_DENIED:
            raise
    return _create(start, FLAGS)


def _create(start: Start, flags: int) -> handles.Handle:
    inherited = [start.stdin.value, start.output.value]
    if start.job is not None:
        inherited.append(start.job.value)
    with _Attributes() as attributes:
        # only these are inherited, whatever other threads open meanwhile; none may be named twice
        attributes.add(_winapi.PROC_THREAD_ATTRIBUTE_HANDLE_LIST, list(dict.fromkeys(inherited)))
        if start.job is not None:
            # in the job before its first instruction (Windows 10): it can start no child outside
            attributes.add(_winapi.PROC_THREAD_ATTRIBUTE_JOB_LIST, [start.job.value])
        info = _winapi.StartupInfoEx()
        info.info.size = ctypes.sizeof(info)
        info.info.flags = _winapi.STARTF_USESTDHANDLES
        info.info.stdin = start.stdin.value
        info.info.stdout = info.info.stderr = start.output.value
        info.attributes = attributes.address
        block = None if start.environment is None else start.environment.encode("utf-16-le", "surrogatepass")
        # Windows writes into the command line it is given: a buffer, never Python's own string
        line = ctypes.create_unicode_buffer(start.line)
        new = _winapi.ProcessInformation()
        try:
            handles.check(
                _winapi.CreateProcessW(
                    start.program,
                    line,
                    None,
                    None,
                    True,
                    flags,
                    block,
                    start.directory,
                    ctypes.byref(info),
                    ctypes.byref(new),
                )
            )
            _winapi.CloseHandle(new.thread)
            return handles.Handle(new.process)
        except BaseException:
            # a Ctrl-C right here must leave no process that nobody knows of
            if new.process:
                _winapi.TerminateProcess(new.process, 1)
            raise


class _Attributes:
    """A PROC_THREAD_ATTRIBUTE_LIST of at most two attributes, with the memory that they point to."""

    MOST = 2

    def __init__(self) -> None:
        size = ctypes.c_size_t()
        # fails by design and tells the size ("InitializeProcThreadAttributeList", Remarks)
        _winapi.InitializeProcThreadAttributeList(None, self.MOST, 0, ctypes.byref(size))
        self._memory = ctypes.create_string_buffer(size.value)
        self._values: list[object] = []
        self.address = ctypes.addressof(self._memory)
        handles.check(
            _winapi.InitializeProcThreadAttributeList(self.address, self.MOST, 0, ctypes.byref(size))
        )

    def add(self, attribute: int, kernel_handles: list[int]) -> None:
        values = (_winapi.HANDLE * len(kernel_handles))(*kernel_handles)
        self._values.append(values)  # the list points to it until it is deleted
        handles.check(
            _winapi.UpdateProcThreadAttribute(
                self.address, 0, attribute, values, ctypes.sizeof(values), None, None
            )
        )

    def __enter__(self) -> _Attributes:
        return self

    def __exit__(self, *failure: object) -> None:
        _winapi.DeleteProcThreadAttributeList(self.address)
