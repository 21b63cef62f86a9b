"""Puts the head of a bot's log away while the bot writes to it at full speed through its own descriptor.

We are never in the bot's way: no pipe, no signal, no reopening. Each part goes through steps between which we
may die at any instant; the note (``log_note``) says to whoever comes next, and to readers, how far it came:

1. the part is copied to ``bot.log.0`` and the copy forced to the disk (without a note it is worth nothing);
2. the note says *copied*: from now on the part is read from the copy;
3. the older archives make room and the copy becomes ``bot.log.1``;
4. the part is wiped from the living file: its whole blocks become a hole, the rest of the last one a blank
   line; the note says that this is done;
5. when the bot is quiet for a moment, the note announces the *cut* and the hole is taken out in one step of
   the file system's journal; the note says so. Where a file system cannot do that, the hole stays: the file
   looks longer than the room it takes.

A part ends where a line ends, if possible at the edge of a block too: then nothing of it is left to blank.
Only of a line longer than a whole part, a piece is put away; pieces joined are what the bot has printed.
"""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING, Final, NamedTuple

from vigie.problems import Failure
from vigie.records.hole import Means, first_data, means_of, punch, take_out, try_again, unit_of, write_out
from vigie.records.log_note import Note, filler, read_note, settled, write_note
from vigie.records.log_rotation import drop_surplus, is_still, lock_for_moving, put_first, renaming
from vigie.records.private_file import remove, sync_folder, write_all
from vigie.records.reading import open_to_read, read_at

if TYPE_CHECKING:
    from collections.abc import Callable

SLICE: Final = 262_144
"""Bytes copied in one call."""

LARGEST: Final = 1 << 30
"""Bytes of one archive: a gzip file tells its length modulo 4 GiB only (RFC 1952)."""

HOLLOWED: Final = 524_288
"""Bytes hollowed out in one call, 0.2 to 0.4 ms for which the bot's next line waits."""

EDGES: Final = 1024
"""Block edges that are looked at for one where a line ends."""

QUIET: Final = 262_144
"""Bytes printed since we began, up to which a bot counts as quiet."""

LONGEST_HOLE: Final = 64
"""Times ``max_size``: a hole this long is taken out even from under a bot that is not quiet."""

_CLOEXEC: Final = getattr(os, "O_CLOEXEC", 0)
_READ_AND_WIPE: Final = os.O_RDWR | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0) | _CLOEXEC
_CREATE: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | _CLOEXEC


class Trimmed(NamedTuple):
    """What came of it."""

    problem: Failure | None = None
    own: int = 0
    """Bytes at the head of the living file that are in the archives."""
    unfinished: bool = False
    """Whether there is more to do soon: the bot was not quiet, or we were asked to stop."""
    able: bool = True
    """Whether this system can do it at all; if not, logs are put away at a launch (``log_rotation``)."""


def able(path: str) -> bool:
    """Tell whether the head of this log can be put away while the bot writes. Raises ``OSError``."""
    folder = os.path.dirname(path) or os.curdir
    # one file of a folder can be mounted from elsewhere, as containers do
    return means_of(folder) is not Means.NOTHING and os.stat(path).st_dev == os.stat(folder).st_dev


def trim(
    path: str,
    note: str,
    max_size: int,
    keep: int,
    stop: Callable[[], bool] = lambda: False,
    parts: int = 1 << 30,
) -> Trimmed:
    """Finish what was begun, then put away what is more than ``max_size`` bytes; ``keep`` archives stay.

    ``note``: where it is noted, in a folder of ours. Takes as long as the disk takes for what it moves: to be
    called from a thread. ``stop`` is asked between slices, and no more than ``parts`` are put away. Never
    raises: the problem (``record.log-not-bounded``, ...) is returned to be told, and nothing is lost by it.
    """
    try:
        if not able(path):
            return Trimmed(able=False)
        descriptor = os.open(path, _READ_AND_WIPE)
    except FileNotFoundError:
        return Trimmed()
    except OSError as error:
        return Trimmed(_problem(path, error))
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return Trimmed()
        if not lock_for_moving(descriptor) or not is_still(descriptor, path):
            return Trimmed(unfinished=True)
        return _Head(path, descriptor, note, max_size, keep, stop).trim(parts)
    except OSError as error:
        try_again()
        return Trimmed(_problem(path, error))
    except Failure as failure:
        return Trimmed(failure)
    finally:
        os.close(descriptor)


class _StoppedError(Exception):
    """We were asked to stop, at a moment when that is possible."""


class _Head:
    """The head of one living log, locked."""

    def __init__(
        self, path: str, descriptor: int, note: str, max_size: int, keep: int, stop: Callable[[], bool]
    ) -> None:
        self._path = path
        self._moving = f"{path}.0"
        self._descriptor = descriptor
        self._note_path = note
        self._unit = unit_of(descriptor)
        # less than a few blocks could not be parted
        self._max_size = min(max(max_size, 4 * self._unit), LARGEST)
        self._keep = keep
        self._stop = stop
        self._began = os.fstat(descriptor).st_size
        self._noted = read_note(note)
        self._now = settled(descriptor, self._noted)

    def trim(self, parts: int) -> Trimmed:
        self._finish()
        left = False
        try:
            while self._size() - self._now.own > self._max_size and parts > 0:
                self._put_away()
                parts -= 1
            if means_of(os.path.dirname(self._path) or os.curdir) is Means.TAKE_OUT:
                left = not self._take_hole_out()
        except _StoppedError:
            left = True
        return Trimmed(own=self._now.own, unfinished=left)

    def _finish(self) -> None:
        """Go on where somebody died."""
        if not self._now.copied:
            # without a note it may be half a copy, and the living file has all of it
            remove(self._moving)
        elif self._still_holds():
            self._arrive()
        else:
            # somebody has put other bytes where the copied ones were: they are in no archive
            self._arrive_only()
            hollow = min(first_data(self._descriptor), self._now.own, self._size())
            self._note(base=self._now.base + self._now.own - hollow, own=hollow, copied=False)
        if self._now != self._noted:
            self._note()

    def _put_away(self) -> None:
        begin, end = self._now.own, self._edge()
        remove(self._moving)
        try:
            self._copy(begin, end)
            if self._size() < end:
                raise _StoppedError  # it was cut meanwhile
            self._note(own=end, copied=True)
        except BaseException:
            self._now = self._now._replace(own=begin, copied=False)
            remove(self._moving)
            raise
        self._arrive()

    def _edge(self) -> int:
        """Return where the next part ends: where a line does, if possible at the edge of a block as well."""
        begin, unit = self._now.own, self._unit
        # something stays behind: a file that is nothing but a hole cannot be made shorter
        most = min(begin + self._max_size, self._size() - 1)
        last = most // unit * unit
        for edge in range(last, max(begin + self._max_size // 2, last - EDGES * unit), -unit):
            if read_at(self._descriptor, edge - 1, 1) == b"\n":
                return edge
        place = most
        while place > begin:
            block = read_at(self._descriptor, max(begin, place - SLICE), min(SLICE, place - begin))
            if (found := block.rfind(b"\n")) >= 0:
                return place - len(block) + found + 1
            place -= len(block)
        return last

    def _copy(self, begin: int, end: int) -> None:
        target = os.open(self._moving, _CREATE, 0o600)
        try:
            for place in range(begin, end, SLICE):
                if self._stop():
                    raise _StoppedError
                write_all(target, read_at(self._descriptor, place, min(SLICE, end - place)))
            os.fsync(target)
        finally:
            os.close(target)
        sync_folder(self._moving)

    def _arrive(self) -> None:
        self._arrive_only()
        self._wipe()
        self._note(copied=False)

    def _arrive_only(self) -> None:
        """Make the copy the newest archive, and drop what an earlier, greater ``log_keep`` has left."""
        with renaming:
            if os.path.lexists(self._moving):
                put_first(self._moving, self._path, self._keep)
            drop_surplus(self._path, self._keep)
        # before the bytes are wiped, the name of their copy has to be on the disk
        sync_folder(self._path)

    def _wipe(self) -> None:
        """Take what is in the archives out of the living file, its front first."""
        whole = self._now.own // self._unit * self._unit
        for place in range(0, whole, HOLLOWED):
            punch(self._descriptor, place, min(place + HOLLOWED, whole))
        os.lseek(self._descriptor, whole, os.SEEK_SET)
        write_all(self._descriptor, filler(self._now.own - whole))

    def _still_holds(self) -> bool:
        """Whether the living file still has what was copied, as far as it has not been wiped."""
        newest = next(
            (name for name in (self._moving, f"{self._path}.1") if os.path.lexists(name)), self._moving
        )
        try:
            copy = open_to_read(newest)
        except FileNotFoundError:
            return False
        try:
            end = self._now.own
            offset = end - os.fstat(copy).st_size
            whole = end // self._unit * self._unit
            for place in range(max(offset, first_data(self._descriptor), 0), whole, SLICE):
                size = min(SLICE, whole - place)
                if read_at(self._descriptor, place, size) != read_at(copy, place - offset, size):
                    return False
        finally:
            os.close(copy)
        return self._size() >= end

    def _take_hole_out(self) -> bool:
        """Return whether no hole is left that could be taken out now."""
        hole = self._now.own // self._unit * self._unit
        if not 0 < hole < self._size() or first_data(self._descriptor) < hole:
            return True
        if not self._is_quiet(hole) and hole < LONGEST_HOLE * self._max_size:
            return False
        self._note(cut=hole)
        take_out(self._descriptor, hole)
        self._note(base=self._now.base + hole, own=self._now.own - hole, cut=0)
        return True

    def _is_quiet(self, hole: int) -> bool:
        """Whether little was printed since we began, also while the disk catches up with what is left.

        While a hole is taken out, the bot's lines wait until the disk has all that follows it.
        """
        if self._size() - self._began <= QUIET:
            write_out(self._descriptor, hole)
        return self._size() - self._began <= QUIET

    def _note(self, **changes: int | bool) -> None:
        self._now = Note(**{**self._now._asdict(), **changes})
        write_note(self._note_path, self._now)

    def _size(self) -> int:
        return os.fstat(self._descriptor).st_size


def _problem(path: str, error: OSError) -> Failure:
    return Failure("record.log-not-bounded", path=path, reason=error.strerror or str(error))
