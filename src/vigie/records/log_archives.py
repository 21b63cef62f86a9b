"""What was put away of a log: ``bot.log.1``, ``bot.log.2.gz``, ..., the lower the number the newer.

Read from the newest to the oldest, and then the living file, they are one stream without a gap. While a
part is on its way from the living file to number 1, it is called ``bot.log.moving-OFFSET``.
"""

from __future__ import annotations

import os
import stat
from typing import Final, NamedTuple

from vigie.records.hole import first_data
from vigie.records.reading import open_to_read, read_at

MOVING: Final = "moving-"

_BLOCK: Final = 262_144
_SHORTEST_PACKED: Final = 18
"""Bytes of an empty gzip file (RFC 1952); its last four tell the length of what is packed."""


class Name(NamedTuple):
    """One file of the chain; ``inode`` tells whether it is still the same one."""

    path: str
    inode: int
    offset: int | None = None
    """Where its bytes stand in the living file, while they are being moved."""


class Archive:
    """One archive, open: these bytes of the stream. Stays readable when it is renamed or removed."""

    def __init__(self, path: str, end: int) -> None:
        """Open ``path``, whose last byte has the position ``end - 1``. Raises ``OSError``."""
        self.end = end
        self._descriptor = open_to_read(path)
        try:
            size = os.fstat(self._descriptor).st_size
            self._packed = path.endswith(".gz")
            self._skipped = 0 if self._packed else first_data(self._descriptor)
            length = _packed_length(self._descriptor, size) if self._packed else size - self._skipped
            self.inode = os.fstat(self._descriptor).st_ino
        except BaseException:
            self.close()
            raise
        self.begin = end - length

    def read(self, position: int, size: int) -> bytes:
        """Return up to ``size`` bytes of the stream; b"" where the file is damaged. Raises ``OSError``."""
        if self._packed:
            self._unpack()
        return read_at(
            self._descriptor, self._skipped + position - self.begin, min(size, self.end - position)
        )

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._descriptor)

    def _unpack(self) -> None:
        """Go on with an unpacked copy that has no name: reading backwards would unpack it again and again."""
        import gzip
        import shutil
        import tempfile
        import zlib

        os.lseek(self._descriptor, 0, os.SEEK_SET)
        with tempfile.TemporaryFile() as copy:
            try:
                with (
                    os.fdopen(os.dup(self._descriptor), "rb") as file,
                    gzip.GzipFile(fileobj=file) as packed,
                ):
                    shutil.copyfileobj(packed, copy, _BLOCK)
            except (EOFError, zlib.error, gzip.BadGzipFile):
                pass  # what could be unpacked is shown
            copy.flush()
            os.dup2(copy.fileno(), self._descriptor, inheritable=False)
        self._packed = False


def names(path: str) -> list[Name]:
    """Return the chain, newest first; of a number that is there plain and packed, the plain one.

    Raises ``OSError``.
    """
    folder, base = os.path.split(path)
    numbered: dict[int, Name] = {}
    moving: list[Name] = []
    # sorted backwards, a plain file comes after the packed one of its number
    for name in sorted(_entries(folder), reverse=True):
        ending = name.removeprefix(f"{base}.")
        number = ending.removesuffix(".gz")
        offset = ending.removeprefix(MOVING)
        if ending == name or not (number.isdecimal() or offset.isdecimal()):
            continue
        inode = _inode(os.path.join(folder, name))
        if inode is None:
            continue
        if number.isdecimal():
            numbered[int(number)] = Name(os.path.join(folder, name), inode)
        else:
            moving.append(Name(os.path.join(folder, name), inode, int(offset)))
    moving.sort(key=lambda name: name.offset or 0, reverse=True)
    return moving + [numbered[number] for number in sorted(numbered)]


def packed_twins(path: str) -> list[str]:
    """Return the packed archives of which the plain one is there too. Raises ``OSError``."""
    folder, base = os.path.split(path)
    there = set(_entries(folder))
    return [
        os.path.join(folder, name)
        for name in there
        if name.startswith(f"{base}.") and name.endswith(".gz") and name.removesuffix(".gz") in there
    ]


def moving_name(path: str, offset: int) -> str:
    """Return what the bytes from ``offset`` on are called while they are put away."""
    return f"{path}.{MOVING}{offset}"


def _packed_length(descriptor: int, size: int) -> int:
    if size < _SHORTEST_PACKED:
        return 0
    return int.from_bytes(read_at(descriptor, size - 4, 4), "little")


def _entries(folder: str) -> list[str]:
    try:
        return os.listdir(folder or os.curdir)
    except FileNotFoundError:
        return []


def _inode(path: str) -> int | None:
    """Return the inode of an ordinary file, None for anything else and for what has just been renamed."""
    try:
        known = os.stat(path)
    except FileNotFoundError:
        return None
    return known.st_ino if stat.S_ISREG(known.st_mode) else None
