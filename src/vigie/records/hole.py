"""Holes at the beginning of a file: made, taken out and seen, while somebody else appends to it.

Linux only (fallocate(2), lseek(2)). A hole takes no room on the disk and reads as NUL bytes; taking it out
moves all that follows to the front in one step of the file system's journal, without copying a byte.
"""

from __future__ import annotations

import enum
import errno
import os
import sys
from typing import TYPE_CHECKING, Final

from vigie.records.reading import read_at

if TYPE_CHECKING:
    from collections.abc import Callable

MOVED_WHOLE: Final = frozenset({"ext4", "xfs", "overlay"})
"""File systems that take a hole out in one journalled step. Others emulate it by copying (cifs) or do not
promise what a power cut leaves (f2fs, ntfs3). An overlay hands the call to the system below it."""

_LINUX: Final = sys.platform.startswith("linux")

_SEEK_DATA: Final = 3
"""linux/fs.h"""

_KEEP_SIZE: Final = 0x01
_PUNCH_HOLE: Final = 0x02
_COLLAPSE_RANGE: Final = 0x08
"""linux/falloc.h"""

_WRITE_AND_WAIT: Final = 0x1 | 0x2 | 0x4
"""SYNC_FILE_RANGE_WAIT_BEFORE | _WRITE | _WAIT_AFTER (linux/fs.h)"""


class Means(enum.Enum):
    """What a file system can do for a log that has to stay bounded while it grows."""

    TAKE_OUT = "take-out"
    """Make a hole and take it out again."""
    PUNCH = "punch"
    """Make a hole, which stays."""
    NOTHING = "nothing"
    """Neither: only a rename, before a launch."""


_known: dict[int, Means] = {}
_functions: dict[str, Callable[..., int]] = {}


def means_of(folder: str) -> Means:
    """Return what the file system of ``folder`` can do, tried once on a file of a few blocks.

    Raises ``OSError`` when the folder cannot be written to.
    """
    if not _LINUX:
        return Means.NOTHING
    device = os.stat(folder).st_dev
    if device not in _known:
        _known[device] = _tried(folder, device)
    return _known[device]


def try_again() -> None:
    """Forget what was tried: a device's number may have been given to another file system since."""
    _known.clear()


def unit_of(descriptor: int) -> int:
    """Return the bytes of which a hole's edges have to be multiples: the block, 4096 at least."""
    if sys.platform == "win32":
        return 4096
    else:  # noqa: RET505  (mypy looks at one system at a time and takes what follows a return for dead)
        size = os.fstatvfs(descriptor).f_frsize
        return size if 4096 < size <= 65_536 else 4096


def first_data(descriptor: int) -> int:
    """Return how many bytes at the beginning are a hole; the size when there is nothing else."""
    if not _LINUX:
        return 0
    try:
        return os.lseek(descriptor, 0, _SEEK_DATA)
    except OSError as error:
        return os.fstat(descriptor).st_size if error.errno == errno.ENXIO else 0


def punch(descriptor: int, begin: int, end: int) -> None:
    """Free these bytes on the disk; the file keeps its size. Raises ``OSError``."""
    _call("fallocate", descriptor, _PUNCH_HOLE | _KEEP_SIZE, begin, end - begin)


def take_out(descriptor: int, length: int) -> None:
    """Remove the first ``length`` bytes; what follows begins the file now. Raises ``OSError``."""
    _call("fallocate", descriptor, _COLLAPSE_RANGE, 0, length)


def write_out(descriptor: int, begin: int) -> None:
    """Wait until the disk has everything from ``begin`` on. Raises ``OSError``."""
    _call("sync_file_range", descriptor, begin, 0, _WRITE_AND_WAIT)


def _call(name: str, descriptor: int, *numbers: int) -> None:
    import ctypes

    if name not in _functions:
        _functions[name] = _function(name)
    while _functions[name](descriptor, *numbers):
        code = ctypes.get_errno()
        # any thread may be the one in which a signal arrives
        if code != errno.EINTR:
            raise OSError(code, os.strerror(code))


def _function(name: str) -> Callable[..., int]:
    import ctypes

    library = ctypes.CDLL(None, use_errno=True)
    # with the GNU library of 32-bit systems, only the call with this ending takes 64-bit offsets
    found = getattr(library, f"{name}64", None) or getattr(library, name, None)
    if found is None:
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))
    number, offset, flags = ctypes.c_int, ctypes.c_int64, ctypes.c_uint
    found.argtypes = (
        (number, number, offset, offset) if name == "fallocate" else (number, offset, offset, flags)
    )
    return found  # type: ignore[no-any-return]


def _tried(folder: str, device: int) -> Means:
    """Punch the first two of four blocks and take them out; believe only what is read afterwards."""
    from vigie.records.private_file import new_temporary, remove, write_all

    name, written = new_temporary(os.path.join(folder, "hole"))
    try:
        descriptor = os.open(name, os.O_RDWR)
    finally:
        remove(name)
        os.close(written)
    try:
        unit = unit_of(descriptor)
        write_all(descriptor, b"".join(mark * unit for mark in (b"1", b"2", b"3", b"4")))
        try:
            punch(descriptor, 0, 2 * unit)
        except OSError:
            return Means.NOTHING
        if first_data(descriptor) != 2 * unit:
            return Means.NOTHING
        if _file_system(device) not in MOVED_WHOLE:
            return Means.PUNCH
        try:
            take_out(descriptor, 2 * unit)
        except OSError:
            return Means.PUNCH
        moved = read_at(descriptor, 0, 4 * unit) == b"3" * unit + b"4" * unit
        return Means.TAKE_OUT if moved and first_data(descriptor) == 0 else Means.NOTHING
    finally:
        os.close(descriptor)


def _file_system(device: int) -> str:
    """Return the name of a mounted device's file system (proc_pid_mountinfo(5)), "" when it is not found."""
    if sys.platform != "win32":
        wanted = f"{os.major(device)}:{os.minor(device)}".encode()
        try:
            with open("/proc/self/mountinfo", "rb") as file:
                for line in file:
                    fields, _, rest = line.partition(b" - ")
                    if fields.split()[2:3] == [wanted]:
                        return rest.split()[0].decode("ascii", "replace")
        except OSError:
            pass
    return ""
