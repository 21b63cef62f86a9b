"""A bot's log as one stream: what was put away and what stands in the living file, by position.

It may be read while the bot writes and while the head of the file is put away, in another process and at
full speed: no byte is seen twice, none is missed.
"""

from __future__ import annotations

import os
from typing import NamedTuple

from vigie.records.log_archives import Archive, Name, names
from vigie.records.log_frame import Frame, end_at, frame_of
from vigie.records.reading import read_at


class GoneError(Exception):
    """What stood at a position is no more; ``following`` is the first position after it that can be read."""

    def __init__(self, following: int) -> None:
        """Remember where to go on."""
        super().__init__(following)
        self.following = following


class _Seen(NamedTuple):
    """What lies where, at one instant, newest archive first."""

    frame: Frame
    chain: list[Name]


class LogStream:
    """The stream that ends with one open file. Everything may raise ``OSError``."""

    def __init__(self, path: str, descriptor: int, record: str) -> None:
        """Take over ``descriptor``. ``path``: the log's name, beside which its archives lie.

        ``record``: see ``log_frame``; "" when there is none.
        """
        self._path = path
        self._descriptor = descriptor
        self._record = record
        self._archives: list[Archive] = []

    def end(self) -> int:
        """Return the position of the next byte to come."""
        return end_at(self._descriptor, self._record)[1]

    def begin_here(self) -> int:
        """Return the position of the first byte that stands in the living file itself."""
        frame = self._frame()
        return frame.base + frame.hollow

    def reachable(self, position: int) -> int:
        """Return ``position``, or the first position after it that can still be read."""
        if position < self.begin_here():
            try:
                self._archive_of(position)
            except GoneError as gone:
                return gone.following
        return position

    def read(self, position: int, size: int) -> bytes:
        """Return up to ``size`` bytes from ``position`` on, b"" at the end; fewer at the edge of a file.

        Raises ``GoneError`` when the byte at ``position`` was dropped with the oldest archive.
        """
        while True:
            frame = self._frame()
            offset = position - frame.base
            if offset < frame.hollow:
                archive = self._archive_of(position)
                if archive is None:
                    continue
                if data := archive.read(position, size):
                    return data
                raise GoneError(archive.end)
            data = read_at(self._descriptor, offset, size)
            # what was read counts if the bytes did not move meanwhile, and were not hollowed out
            after = self._frame()
            if after.base == frame.base and after.hollow <= offset:
                # an archive kept open would keep its room on the disk when it is dropped
                self._let_go()
                return data

    def has_successor(self) -> bool:
        """Whether another file bears the name now; a name that is merely gone is not taken yet."""
        try:
            return not os.path.samestat(os.fstat(self._descriptor), os.stat(self._path))
        except FileNotFoundError:
            return False

    def close(self) -> None:
        """Close everything."""
        self._let_go()
        os.close(self._descriptor)

    def _let_go(self) -> None:
        for archive in self._archives:
            archive.close()
        self._archives = []

    def _frame(self) -> Frame:
        return frame_of(self._descriptor, self._record)

    def _archive_of(self, position: int) -> Archive | None:
        """Return the archive with this position; None if it stands in the living file after all."""
        found = self._opened(position)
        if found is None:
            living = self._open_archives()
            found = self._opened(position)
            if found is None and position < living:
                later = [archive.begin for archive in self._archives if archive.begin > position]
                raise GoneError(min(later, default=living))
        return found

    def _opened(self, position: int) -> Archive | None:
        return next((one for one in self._archives if one.begin <= position < one.end), None)

    def _open_archives(self) -> int:
        """Open the whole chain as it is at one instant; return where the living file begins then."""
        while True:
            self._let_go()
            try:
                seen = self._look()
                self._open_chain(seen)
                if self._look() == seen:
                    return seen.frame.base + seen.frame.hollow
            except FileNotFoundError:
                pass  # renamed between the look and the opening

    def _look(self) -> _Seen:
        chain = names(self._path)
        return _Seen(self._frame(), self._behind(chain))

    def _behind(self, chain: list[Name]) -> list[Name]:
        """Return what is older than our file: the chain, or its rest when our file has become part of it."""
        inode = os.fstat(self._descriptor).st_ino
        for place, name in enumerate(chain):
            if name.inode == inode:
                return chain[place + 1 :]
        try:
            return chain if os.stat(self._path).st_ino == inode else []
        except FileNotFoundError:
            return []

    def _open_chain(self, seen: _Seen) -> None:
        base, hollow = seen.frame
        end = base + hollow
        for name in seen.chain:
            if name.offset is None:
                self._archives.append(Archive(name.path, end))
                end = self._archives[-1].begin
                continue
            end = base + name.offset
            # until the first byte is hollowed out, the copy may be half done, and nobody needs it
            if name.offset < hollow:
                self._archives.append(Archive(name.path, end + os.stat(name.path).st_size))
