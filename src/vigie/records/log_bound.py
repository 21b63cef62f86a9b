"""Keeps a bot's log bounded while the bot writes to it at full speed through a descriptor of its own.

We are never in the way: no pipe, no signal, no reopening. When the living file holds more than it may, a
part at its head is put away, in an order that loses nothing whenever we die, and that the next one goes on
with:

1. the part is copied to ``bot.log.moving-OFFSET`` and the copy forced to the disk;
2. its bytes in the living file are hollowed out, from the first to the last, a slice at a time;
3. the older archives make room and the copy becomes ``bot.log.1``;
4. when the bot is quiet for a moment, the hole is taken out and the file is short again.

A copy whose first byte is not hollowed out yet is worth nothing and is dropped; from then on it is finished.
Where a file system cannot take the hole out (tmpfs, btrfs), it stays: the file looks longer than the room it
takes, and begins anew at the next launch (``log_rotation``).

Parts end at block edges, since only whole blocks can be taken out; of the edges the last one at which a line
ends is chosen. When there is none, a line is parted between an archive and what follows it: the files joined
in order are still, byte for byte, what the bot has printed.
"""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING, Final, NamedTuple

from vigie.problems import Failure
from vigie.records.hole import Means, first_data, means_of, punch, take_out, try_again, unit_of, write_out
from vigie.records.log_archives import moving_name, names, packed_twins
from vigie.records.log_frame import frame_of, settle_frame, write_frame
from vigie.records.log_rotation import is_still, lock_for_moving, put_first, renaming, variants
from vigie.records.private_file import remove, sync_folder, write_all
from vigie.records.reading import open_to_read, read_at

if TYPE_CHECKING:
    from collections.abc import Callable

SLICE: Final = 262_144
"""Bytes copied in one call."""

LARGEST: Final = 1 << 30
"""Bytes of one archive: a gzip file tells its length modulo 4 GiB only (RFC 1952)."""

HOLLOWED: Final = 524_288
"""Bytes hollowed out in one call, 0.2 to 0.4 ms for which the bot's next line waits. In smaller calls it
would wait longer in all where processors are short: each costs it our waking up."""

EDGES: Final = 1024
"""Block edges that are looked at for one where a line ends."""

QUIET: Final = 262_144
"""Bytes printed since we began, up to which a bot counts as quiet."""

LONGEST_HOLE: Final = 64
"""Times ``max_size``: a hole this long is taken out even from under a bot that is not quiet."""

_CLOEXEC: Final = getattr(os, "O_CLOEXEC", 0)
_READ_AND_HOLLOW: Final = os.O_RDWR | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0) | _CLOEXEC
_CREATE: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _CLOEXEC


class Bounded(NamedTuple):
    """What came of it."""

    problem: Failure | None = None
    hollow: int = 0
    """Bytes at the head of the living file that take no room any more."""
    unfinished: bool = False
    """Whether there is more to do soon: the bot was not quiet, or we were asked to stop."""
    able: bool = True
    """Whether this system can do it at all; if not, logs are put away at a launch (``log_rotation``)."""


def bound(
    path: str,
    record: str,
    max_size: int,
    keep: int,
    stop: Callable[[], bool] = lambda: False,
    parts: int = 1 << 30,
) -> Bounded:
    """Finish what was begun, then put away what is more than ``max_size`` bytes; ``keep`` archives stay.

    ``record``: where the frame of the log is noted (see ``log_frame``), in a folder of ours. Takes as long
    as the disk takes for what it moves: to be called from a thread. ``stop`` is asked between slices, and no
    more than ``parts`` are put away. Never raises: the problem (``record.log-not-bounded``) is returned to be told, and nothing is lost by it.
    """
    folder = os.path.dirname(path) or os.curdir
    try:
        means = means_of(folder)
        # one file of a folder can be mounted from elsewhere, as containers do
        if means is Means.NOTHING or os.stat(path).st_dev != os.stat(folder).st_dev:
            return Bounded(able=False)
        descriptor = os.open(path, _READ_AND_HOLLOW)
    except FileNotFoundError:
        return Bounded()
    except OSError as error:
        return Bounded(_problem(path, error))
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return Bounded()
        if not lock_for_moving(descriptor) or not is_still(descriptor, path):
            return Bounded(unfinished=True)
        return _Head(path, descriptor, record, max_size, keep, stop).bound(means, parts)
    except OSError as error:
        try_again()
        return Bounded(_problem(path, error))
    except Failure as failure:
        return Bounded(failure)
    finally:
        os.close(descriptor)


def is_unfinished(path: str) -> bool:
    """Whether somebody died, or stopped, in the midst of it: ``bound`` will go on. Raises ``OSError``."""
    try:
        descriptor = open_to_read(path)
    except FileNotFoundError:
        return False
    try:
        return first_data(descriptor) > 0 or any(name.offset is not None for name in names(path))
    finally:
        os.close(descriptor)


class _StoppedError(Exception):
    """We were asked to stop, at a moment when that is possible."""


class _Head:
    """The head of one living log, locked."""

    def __init__(
        self, path: str, descriptor: int, record: str, max_size: int, keep: int, stop: Callable[[], bool]
    ) -> None:
        self._path = path
        self._descriptor = descriptor
        self._record = record
        # less than a few blocks could not be parted
        self._max_size = max(max_size, 4 * unit_of(descriptor))
        self._keep = keep
        self._stop = stop
        self._began = os.fstat(descriptor).st_size

    def bound(self, means: Means, parts: int) -> Bounded:
        settle_frame(self._descriptor, self._record)
        self._drop_packed_twins()
        try:
            self._finish_moving()
            while self._size() - (hollow := first_data(self._descriptor)) > self._max_size and parts > 0:
                self._put_away(hollow)
                parts -= 1
            left = means is Means.TAKE_OUT and not self._take_hole_out()
        except _StoppedError:
            left = True
        hollow = first_data(self._descriptor)
        return Bounded(hollow=hollow, unfinished=left)

    def _drop_packed_twins(self) -> None:
        """Of a number that is there plain and packed, drop the packed one: its copying was cut short.

        Renamed one after the other, the two could come to bear different numbers and be read twice.
        """
        with renaming:
            for packed in packed_twins(self._path):
                os.unlink(packed)

    def _finish_moving(self) -> None:
        for name in names(self._path):
            if name.offset is None:
                continue
            hollow = first_data(self._descriptor)
            if hollow <= name.offset:
                os.unlink(name.path)
                continue
            end = name.offset + os.stat(name.path).st_size
            if self._still_holds(name.path, name.offset, hollow, end):
                self._hollow_out(hollow, end)
            self._arrive(name.path)

    def _still_holds(self, moving: str, offset: int, begin: int, end: int) -> bool:
        """Whether the living file still has what the copy has; somebody may have put another in its place."""
        copy = open_to_read(moving)
        try:
            for place in range(begin, end, SLICE):
                size = min(SLICE, end - place)
                if read_at(self._descriptor, place, size) != read_at(copy, place - offset, size):
                    return False
        finally:
            os.close(copy)
        return True

    def _put_away(self, begin: int) -> None:
        end = self._edge(begin)
        moving = moving_name(self._path, begin)
        try:
            self._copy(moving, begin, end)
        except BaseException:
            remove(moving)
            raise
        self._hollow_out(begin, end)
        self._arrive(moving)

    def _edge(self, begin: int) -> int:
        """Return where the part that begins at ``begin`` ends: at a block's edge, if possible at a line's."""
        unit = unit_of(self._descriptor)
        # something stays behind: a file that is nothing but a hole cannot be made shorter
        last = min(begin + min(self._max_size, LARGEST), self._size() - 1) // unit * unit
        for edge in range(last, max(begin, last - EDGES * unit), -unit):
            if read_at(self._descriptor, edge - 1, 1) == b"\n":
                return edge
        return last

    def _copy(self, moving: str, begin: int, end: int) -> None:
        target = os.open(moving, _CREATE, 0o600)
        try:
            for place in range(begin, end, SLICE):
                if self._stop():
                    raise _StoppedError
                write_all(target, read_at(self._descriptor, place, min(SLICE, end - place)))
            os.fsync(target)
        finally:
            os.close(target)
        sync_folder(moving)

    def _hollow_out(self, begin: int, end: int) -> None:
        for place in range(begin, end, HOLLOWED):
            punch(self._descriptor, place, min(place + HOLLOWED, end))

    def _arrive(self, moving: str) -> None:
        """Make the copy the newest archive, and drop what an earlier, greater ``log_keep`` has left."""
        with renaming:
            put_first(moving, self._path, self._keep)
            number = self._keep + 1
            while surplus := variants(self._path, number):
                for path in surplus:
                    os.unlink(path)
                number += 1

    def _take_hole_out(self) -> bool:
        """Return whether no hole is left that could be taken out now."""
        hollow = first_data(self._descriptor)
        if not 0 < hollow < self._size() or hollow % unit_of(self._descriptor):
            return True
        if not self._is_quiet(hollow) and hollow < LONGEST_HOLE * self._max_size:
            return False
        base = frame_of(self._descriptor, self._record).base
        write_frame(self._record, self._descriptor, base, hollow)
        take_out(self._descriptor, hollow)
        write_frame(self._record, self._descriptor, base + hollow, 0)
        return True

    def _is_quiet(self, hollow: int) -> bool:
        """Whether little was printed since we began, also while the disk catches up with what is left.

        While a hole is taken out, the bot's lines wait until the disk has all that follows it.
        """
        if self._size() - self._began <= QUIET:
            write_out(self._descriptor, hollow)
        return self._size() - self._began <= QUIET

    def _size(self) -> int:
        return os.fstat(self._descriptor).st_size


def _problem(path: str, error: OSError) -> Failure:
    return Failure("record.log-not-bounded", path=path, reason=error.strerror or str(error))
