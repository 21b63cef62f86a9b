"""What was put away of a log: ``bot.log.1``, ``bot.log.2.gz``, ..., the lower the number the newer.

Read from the newest to the oldest, and before them the living file, they are one stream without a gap.
``bot.log.0`` is a part on its way out of the living file (see ``log_trim``).
"""

from __future__ import annotations

import os
import stat
from typing import Final, NamedTuple

from vigie.records.hole import first_data
from vigie.records.reading import open_to_read, read_at

_BLOCK: Final = 262_144
_SHORTEST_PACKED: Final = 18
"""Bytes of an empty gzip file (RFC 1952); its last four tell the length of what is packed."""


class Name(NamedTuple):
    """One file of the chain; ``inode`` tells whether it is still the same one."""

    path: str
    inode: int


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
        except BaseException:
            self.close()
            raise
        self.begin = end - length

    def read(self, position: int, size: int) -> bytes:
        """Return up to ``size`` bytes of the stream; b"" where the file is damaged. Raises ``OSError``."""
        if self._packed:
            self._unpack()
        offset = self._skipped + position - self.begin
        return read_at(self._descriptor, offset, min(size, self.end - position))

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
    """Return the chain without what is on its way, newest first. Raises ``OSError``.

    Archives only ever move to greater numbers, so looking from 1 upwards misses none; of a number that is
    there plain and packed, the plain one counts.
    """
    chain: list[Name] = []
    for number in range(1, _highest(path) + 2):
        for name in (f"{path}.{number}", f"{path}.{number}.gz"):
            inode = inode_of(name)
            if inode is not None:
                if all(inode != earlier.inode for earlier in chain):
                    chain.append(Name(name, inode))
                break
    return chain


def inode_of(path: str) -> int | None:
    """Return the inode of an ordinary file, None for anything else. Raises ``OSError``."""
    try:
        known = os.stat(path)
    except FileNotFoundError:
        return None
    return known.st_ino if stat.S_ISREG(known.st_mode) else None


def _highest(path: str) -> int:
    folder, base = os.path.split(path)
    try:
        there = os.listdir(folder or os.curdir)
    except FileNotFoundError:
        return 0
    endings = [name.removeprefix(f"{base}.").removesuffix(".gz") for name in there if name.startswith(base)]
    return max((int(ending) for ending in endings if ending.isdecimal() and len(ending) < 6), default=0)


def _packed_length(descriptor: int, size: int) -> int:
    if size < _SHORTEST_PACKED:
        return 0
    return int.from_bytes(read_at(descriptor, size - 4, 4), "little")
