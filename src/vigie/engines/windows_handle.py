"""Kernel handles that are closed exactly once, and failures of Windows as ``OSError``."""

from __future__ import annotations

import ctypes
import sys

from vigie.engines import _winapi

assert sys.platform == "win32", "handles are Windows'"  # noqa: S101  (mypy skips the rest elsewhere)


class Handle:
    """One kernel handle of ours. ``value`` is 0 once it is closed."""

    __slots__ = ("value",)

    # kept here for the handles that are left when the interpreter takes its modules apart
    _close = staticmethod(_winapi.CloseHandle)

    def __init__(self, value: int | None) -> None:
        """Own what a Windows function returned; raises ``OSError`` when that was a failure."""
        self.value = 0
        if value is None or value == _winapi.INVALID_HANDLE_VALUE:
            raise failure()
        self.value = value

    def close(self) -> None:
        """Close it; without effect the second time."""
        value, self.value = self.value, 0
        if value:
            self._close(value)

    def __enter__(self) -> Handle:
        """Return itself."""
        return self

    def __exit__(self, *failure: object) -> None:
        """Close it."""
        self.close()

    def __del__(self) -> None:
        """Close what was forgotten: a handle keeps a dead process's number taken and a job's name alive."""
        self.close()


def failure(code: int | None = None) -> OSError:
    """Return the last failure of a Windows function, or the one of this number, as an exception."""
    return ctypes.WinError(_winapi.last_error() if code is None else code)


def check(succeeded: int) -> None:
    """Raise ``OSError`` unless a Windows function succeeded."""
    if not succeeded:
        raise failure()


def open_file(path: str, access: int, share: int, *, create: bool, inherit: bool) -> Handle:
    """Open ``path``, making it when ``create`` says so. Raises ``OSError``."""
    security = _winapi.SecurityAttributes(ctypes.sizeof(_winapi.SecurityAttributes), None, inherit)
    how = _winapi.OPEN_ALWAYS if create else _winapi.OPEN_EXISTING
    return Handle(
        _winapi.CreateFileW(
            path, access, share, ctypes.byref(security), how, _winapi.FILE_ATTRIBUTE_NORMAL, None
        )
    )
