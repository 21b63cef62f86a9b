"""Where the bytes of a bot's log stand in the stream of all that the bot has printed into it.

While the bot writes, the head of the file is put away: it becomes a hole, and later the hole is taken out,
whereby everything behind it moves to the front. A *position* counts the bytes of the stream and never
changes; an *offset* counts the bytes of the file as it is now. ``position = base + offset``.

Offset 0 moves by the length of the hole at the instant the hole is taken out. So the record is written
before that instant and says both: ``base`` as long as the hole is there, ``base + hole`` once it is gone.
Without a record nothing has been taken out yet, and both counts are one.
"""

from __future__ import annotations

import os
from typing import NamedTuple

from vigie.records.hole import first_data
from vigie.records.private_file import make_private_folder, replace_whole
from vigie.records.reading import open_to_read, read_at


class Frame(NamedTuple):
    """How offsets become positions at one instant."""

    base: int
    """Position of the file's offset 0."""
    hollow: int
    """Offset from which on the file holds its own bytes; those before are in the archives."""


class Record(NamedTuple):
    """What the record says of the file ``inode``."""

    inode: int = 0
    base: int = 0
    hole: int = 0


def frame_of(descriptor: int, record: str) -> Frame:
    """Return the frame of an open log; ``record``: the path of its record, "" when it has none.

    Exact however fast the log is being moved: what was read counts only if the record is the same before
    and after. A base never returns to an earlier value. Raises ``OSError``.
    """
    while True:
        raw = _raw(record)
        hollow = first_data(descriptor)
        break
    told = _parsed(raw)
    if told.inode != os.fstat(descriptor).st_ino:
        return Frame(0, hollow)
    return Frame(told.base + (told.hole if hollow < told.hole else 0), hollow)


def write_frame(record: str, descriptor: int, base: int, hole: int) -> None:
    """Note ``base``, which becomes ``base + hole`` once the hole that is there now has been taken out.

    Not forced to the disk: readers go by it while they follow, and none of them survives a power cut.
    Raises ``Failure``.
    """
    import json

    make_private_folder(os.path.dirname(record) or os.curdir)
    told = Record(os.fstat(descriptor).st_ino, base, hole)
    replace_whole(record, json.dumps(told._asdict()).encode(), durable=False)


def settle_frame(descriptor: int, record: str) -> None:
    """Note that a hole is gone, where we were killed before we could.

    To be called before the next hole is made, which would be taken for the old one. Raises ``Failure``,
    ``OSError``.
    """
    told = _parsed(_raw(record))
    if told.hole and told.inode == os.fstat(descriptor).st_ino:
        frame = frame_of(descriptor, record)
        if frame.hollow < told.hole:
            write_frame(record, descriptor, frame.base, 0)


def end_of(path: str, record: str) -> int:
    """Return the position at which the next byte of the log will stand; 0 without a file.

    Raises ``OSError``.
    """
    try:
        descriptor = open_to_read(path)
    except FileNotFoundError:
        return 0
    try:
        return end_at(descriptor, record)[1]
    finally:
        os.close(descriptor)


def end_at(descriptor: int, record: str) -> tuple[Frame, int]:
    """Return the frame and the position of the end, at one instant. Raises ``OSError``."""
    while True:
        frame = frame_of(descriptor, record)
        size = os.fstat(descriptor).st_size
        if frame_of(descriptor, record).base == frame.base:
            return frame, frame.base + size


def _raw(record: str) -> bytes:
    if not record:
        return b""
    try:
        descriptor = open_to_read(record)
    except OSError:
        return b""
    try:
        return read_at(descriptor, 0, 4096)
    finally:
        os.close(descriptor)


def _parsed(raw: bytes) -> Record:
    """Return what a record says; one that cannot be believed counts as none."""
    if not raw:
        return Record()
    import json

    try:
        told = json.loads(raw)
        numbers = [told[name] for name in Record._fields]
    except (ValueError, KeyError, TypeError, RecursionError):
        return Record()
    if all(type(number) is int and 0 <= number < 1 << 63 for number in numbers):
        return Record(*numbers)
    return Record()
