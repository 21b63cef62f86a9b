"""What is noted of a bot's log while its head is being put away, and where its bytes stand because of it.

The bot writes on meanwhile, and readers follow. So they count in *positions*: bytes of the stream of all that
the bot has printed, which never change. An *offset* counts the bytes of the file as it is now:
``position = base + offset``. What stands before the offset ``own`` is in the archives.

The note is replaced whole before each step that moves bytes, so that at every instant note and file together
say where everything is, to a reader and to whoever goes on after a death (see ``log_trim`` for the steps).
"""

from __future__ import annotations

import os
from typing import Final, NamedTuple

from vigie.records.hole import first_data
from vigie.records.private_file import make_private_folder, replace_whole
from vigie.records.reading import open_to_read, read_at

BLOCK: Final = 4096
"""Bytes: filler never reaches further than to the next edge of a block (64 KiB at most, see ``unit_of``)."""


class Note(NamedTuple):
    """What is noted of the file ``inode``."""

    inode: int = 0
    base: int = 0
    """Position of the file's offset 0."""
    own: int = 0
    """Offset of the first byte that is not in an archive."""
    copied: bool = False
    """Whether the newest archive has just been made (``.0``, or ``.1`` already), its bytes not yet wiped."""
    cut: int = 0
    """Bytes of the hole that is being taken out: once it is gone, ``base`` and ``own`` move by as much."""


class Frame(NamedTuple):
    """How offsets become positions at one instant."""

    base: int
    own: int
    end: int
    """Position of the next byte to come."""
    copied: bool

    @property
    def begin(self) -> int:
        """Position of the first byte that only the living file has."""
        return self.base + self.own


def read_note(path: str) -> Note:
    """Return what is noted; a note that is missing or cannot be believed says nothing."""
    if not path:
        return Note()
    try:
        descriptor = open_to_read(path)
    except OSError:
        return Note()
    try:
        raw = read_at(descriptor, 0, BLOCK)
    except OSError:
        return Note()
    finally:
        os.close(descriptor)
    return _parsed(raw)


def write_note(path: str, note: Note) -> None:
    """Replace the note; one that announces a step is forced to the disk before it. Raises ``Failure``."""
    import json

    make_private_folder(os.path.dirname(path) or os.curdir)
    replace_whole(path, json.dumps(note._asdict()).encode(), durable=note.copied or note.cut > 0)


def frame_of(descriptor: int, path: str) -> Frame:
    """Return the frame of an open log whose note is ``path``, exact however fast its head is being put away.

    Raises ``OSError``.
    """
    while True:
        note = read_note(path)
        frame = _frame(descriptor, note)
        if read_note(path) == note and _frame(descriptor, note)[:2] == frame[:2]:
            return frame


def frame_at(log: str, path: str) -> Frame | None:
    """Return the frame of a log by its path, None without a file. Raises ``OSError``."""
    try:
        descriptor = open_to_read(log)
    except FileNotFoundError:
        return None
    try:
        return frame_of(descriptor, path)
    finally:
        os.close(descriptor)


def end_of(log: str, path: str) -> int:
    """Return the position at which the next byte of the log will stand; 0 without a file.

    Raises ``OSError``.
    """
    frame = frame_at(log, path)
    return 0 if frame is None else frame.end


def settled(descriptor: int, note: Note) -> Note:
    """Return what holds now of an open log: after a death between two notes, or when it is another file.

    Raises ``OSError``.
    """
    status = os.fstat(descriptor)
    if note.inode != status.st_ino:
        return Note(status.st_ino)
    if note.cut and first_data(descriptor) < note.cut:
        note = note._replace(base=note.base + note.cut, own=note.own - note.cut)
    note = note._replace(cut=0)
    if note.own and not note.copied and not _is_wiped(descriptor, note.own):
        # somebody has cut the file, and the bot has printed again: nothing of this is in an archive
        return note._replace(base=note.base + note.own, own=0)
    return note


def filler(length: int) -> bytes:
    """Return what stands in the place of archived bytes that share a block with what follows: a blank line."""
    return b" " * (length - 1) + b"\n" if length else b""


def _is_wiped(descriptor: int, own: int) -> bool:
    hollow = first_data(descriptor)
    if hollow >= own:
        return os.fstat(descriptor).st_size >= own
    return own - hollow < 16 * BLOCK and read_at(descriptor, hollow, own - hollow) == filler(own - hollow)


def _frame(descriptor: int, note: Note) -> Frame:
    note = settled(descriptor, note)
    size = os.fstat(descriptor).st_size
    if note.own > size:
        note = note._replace(base=note.base + note.own, own=0)
    return Frame(note.base, note.own, note.base + size, note.copied)


def _parsed(raw: bytes) -> Note:
    if not raw:
        return Note()
    import json

    try:
        told = json.loads(raw)
        note = Note(**told)
    except (ValueError, TypeError, RecursionError):
        return Note()
    numbers = (note.inode, note.base, note.own, note.cut)
    if all(type(number) is int and 0 <= number < 1 << 63 for number in numbers) and type(note.copied) is bool:
        return note
    return Note()
