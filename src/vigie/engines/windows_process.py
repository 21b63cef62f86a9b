"""One process by its handle. While a handle is open, Windows gives the process's number to nobody else."""

from __future__ import annotations

import ctypes
import sys

from vigie.engines import _winapi
from vigie.engines import windows_handle as handles
from vigie.engines.base import Identity

assert sys.platform == "win32", "handles are Windows'"  # noqa: S101  (mypy skips the rest elsewhere)

LOOK = _winapi.PROCESS_QUERY_LIMITED_INFORMATION | _winapi.SYNCHRONIZE
END = LOOK | _winapi.PROCESS_TERMINATE

KILLED = 1
"""The exit code of what we end, as ``taskkill /F`` leaves it: Windows has no word for "killed"."""

HIGHEST = 0xFFFF_FFFF


def open_process(pid: int, access: int = LOOK) -> handles.Handle | None:
    """Open process ``pid``, or None when there is none or we may not."""
    if not 0 < pid <= HIGHEST:
        return None
    value = _winapi.OpenProcess(access, False, pid)
    if value is None:
        return None
    handle = handles.Handle(value)
    if _winapi.GetProcessId(value) != pid:
        # Windows ignores the two lowest bits of the number it is asked for: 4001 opens process 4000
        handle.close()
        return None
    return handle


def open_living(identity: Identity, access: int = LOOK) -> handles.Handle | None:
    """Open this very process, or None when it has ended, the number is another's now, or we may not."""
    handle = open_process(identity.pid, access)
    if handle is None:
        return None
    try:
        if not over(handle) and identity_of(handle) == identity:
            return handle
    except OSError:
        pass
    handle.close()
    return None


def over(handle: handles.Handle) -> bool:
    """Whether it has ended.

    The exit code cannot tell: 259 stands for "runs still", and a program may end with it.
    """
    return bool(_winapi.WaitForSingleObject(handle.value, 0) == _winapi.WAIT_OBJECT_0)


def exit_code(handle: handles.Handle) -> int:
    """Return the exit code of an ended process, without sign: 0xC000013A after an unheeded Ctrl-Break."""
    code = _winapi.DWORD()
    handles.check(_winapi.GetExitCodeProcess(handle.value, ctypes.byref(code)))
    return code.value


def identity_of(handle: handles.Handle) -> Identity:
    """Who it is; the time of its creation is absolute, so no boot is needed. Raises ``OSError``."""
    created, *others = (_winapi.FileTime() for _ in range(4))
    handles.check(
        _winapi.GetProcessTimes(handle.value, ctypes.byref(created), *(ctypes.byref(time) for time in others))
    )
    return Identity(int(_winapi.GetProcessId(handle.value)), created.whole(), "")


def is_console_host(handle: handles.Handle) -> bool:
    """Whether it is conhost.exe, which Windows starts with every console and ends with its last user.

    It counts as a child of the console's first user, may be in its job, and is nobody's program.
    """
    name = ctypes.create_unicode_buffer(_winapi.MAX_PATH)
    size = _winapi.DWORD(len(name))
    told = _winapi.QueryFullProcessImageNameW(handle.value, 0, name, ctypes.byref(size))
    return bool(told) and name.value.lower().endswith("\\system32\\conhost.exe")


def terminate(handle: handles.Handle) -> None:
    """End it now; nothing happens when it has ended or we may not."""
    _winapi.TerminateProcess(handle.value, KILLED)
