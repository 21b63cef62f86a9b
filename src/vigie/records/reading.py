"""How a file is opened to be read: without ever waiting, and without being in anybody's way."""

from __future__ import annotations

import os
import sys
import time

if sys.platform == "win32":
    import ctypes
    import msvcrt

    # winnt.h and fileapi.h
    _GENERIC_READ = 0x8000_0000
    _SHARE_ALL = 0x1 | 0x2 | 0x4  # FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE
    _OPEN_EXISTING = 3
    _INVALID = ctypes.c_void_p(-1).value

    # not _winapi.CreateFile: older Pythons take its path for one in the system's code page, and so find no file
    # with an accent in its name
    _create_file = ctypes.WinDLL("kernel32", use_last_error=True).CreateFileW
    _create_file.restype = ctypes.c_void_p
    _create_file.argtypes = (
        ctypes.c_wchar_p,
        ctypes.c_uint32,
        ctypes.c_uint32,
        ctypes.c_void_p,
        ctypes.c_uint32,
        ctypes.c_uint32,
        ctypes.c_void_p,
    )

    def _open_shared(path: str) -> int:
        """Open for reading and let everybody else read, write, rename and delete meanwhile."""
        handle = _create_file(path, _GENERIC_READ, _SHARE_ALL, None, _OPEN_EXISTING, 0, None)
        if handle is None or handle == _INVALID:
            raise ctypes.WinError(ctypes.get_last_error())
        return msvcrt.open_osfhandle(handle, os.O_RDONLY | os.O_BINARY)


def open_to_read(path: str) -> int:
    """Return a descriptor for reading. Raises ``OSError``.

    A named pipe without a writer does not make it wait. On Windows the file may be renamed and replaced
    while it is open (``open`` forbids that), and an instant's refusal during a replacement is waited out.
    """
    if sys.platform == "win32":
        for pause in (0.005, 0.01, 0.02, 0.04):
            try:
                return _open_shared(path)
            except PermissionError:
                if os.path.isdir(path):
                    raise
                time.sleep(pause)
        return _open_shared(path)
    else:  # noqa: RET505  (mypy looks at one system at a time and takes what follows a return for dead)
        return os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY)


def read_at(descriptor: int, position: int, size: int) -> bytes:
    """Return up to ``size`` bytes from ``position`` on; fewer only where the file ends."""
    os.lseek(descriptor, position, os.SEEK_SET)
    parts = []
    while size > 0 and (part := os.read(descriptor, size)):
        parts.append(part)
        size -= len(part)
    return b"".join(parts)
