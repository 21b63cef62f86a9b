"""A bot's log as one stream: what was put away and what stands in the living file, by position.

It may be read while the bot writes and while the head of the file is put away, in another process and at
full speed: no byte is seen twice, none is missed.
"""

from __future__ import annotations

import os
from typing import NamedTuple

from vigie.records.hole import first_data
from vigie.records.log_archives import Archive, Name, inode_of, names
from vigie.records.log_note import Frame, frame_of, read_note
from vigie.records.reading import read_at


class GoneError(Exception):
    """What stood at a position is no more; ``following`` is the first position after it that can be read."""

    def __init__(self, following: int) -> None:
        """Remember where to go on."""
        super().__init__(following)
        self.following = following


class _Seen(NamedTuple):
    """What lies where, at one instant, newest archive first."""

    begin: int
    chain: list[Name]


class LogStream:
    """The stream that ends with one open file. Everything may raise ``OSError``."""

    def __init__(self, path: str, descriptor: int, note: str) -> None:
        """Take over ``descriptor``. ``path``: the log's name, beside which its archives lie.

        ``note``: see ``log_note``; "" when there is none.
        """
        self._path = path
        self._descriptor = descriptor
        self._note = note
        self._inode = os.fstat(descriptor).st_ino
        self._archives: list[Archive] = []

    def end(self) -> int:
        """Return the position of the next byte to come."""
        return self._frame().end

    def base(self) -> int:
        """Return the position of the living file's offset 0."""
        return self._frame().base

    def begin_here(self) -> int:
        """Return the position of the first byte that stands in the living file itself."""
        return self._frame().begin

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
            if position < frame.begin:
                archive = self._archive_of(position)
                if archive is None:
                    continue
                if data := archive.read(position, size):
                    return data
                raise GoneError(archive.end)
            data = read_at(self._descriptor, position - frame.base, size)
            # what was read counts if the bytes did not move meanwhile, and were not wiped
            after = self._frame()
            if after.base == frame.base and after.begin <= position:
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
        note = read_note(self._note)
        if note.inode in (0, self._inode) or inode_of(f"{self._path}.1") != self._inode:
            return frame_of(self._descriptor, self._note)
        # put away at a launch: it ends where its successor begins
        size = os.fstat(self._descriptor).st_size
        base = max(0, note.base - size)
        return Frame(base, min(first_data(self._descriptor), size), base + size, copied=False)

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
                end = seen.begin
                for name in seen.chain:
                    self._archives.append(Archive(name.path, end))
                    end = self._archives[-1].begin
                if self._look() == seen:
                    return seen.begin
            except FileNotFoundError:
                pass  # renamed between the look and the opening

    def _look(self) -> _Seen:
        frame = self._frame()
        moving = f"{self._path}.0"
        inode = inode_of(moving) if frame.copied else None
        chain = names(self._path)
        if inode is not None and all(name.inode != inode for name in chain):
            chain.insert(0, Name(moving, inode))
        return _Seen(frame.begin, self._behind(chain))

    def _behind(self, chain: list[Name]) -> list[Name]:
        """Return what is older than our file: the chain, or its rest when our file has become part of it."""
        for place, name in enumerate(chain):
            if name.inode == self._inode:
                return chain[place + 1 :]
        return chain if inode_of(self._path) == self._inode else []
