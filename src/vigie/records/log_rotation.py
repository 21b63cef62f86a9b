"""Keeps logs bounded by renaming: ``bot.log`` becomes ``bot.log.1``, that one ``.2``, and the oldest goes.

For logs that nobody holds open; ``log_trim`` does it while a bot writes, and numbers its archives alike.
"""

from __future__ import annotations

import os
import sys
import threading
from typing import Final

from vigie.problems import Failure
from vigie.records.hole import first_data
from vigie.records.log_note import Note, frame_of, write_note
from vigie.records.private_file import move_onto, new_temporary, remove, sweep, write_failure
from vigie.records.reading import open_to_read

if sys.platform != "win32":
    import fcntl

BOT_LOG_SIZE: Final = 10_000_000
"""Bytes from which a bot's log is put away before the next launch."""

_BLOCK: Final = 262_144
renaming = threading.Lock()


def rotate_at_launch(
    path: str, max_size: int = BOT_LOG_SIZE, keep: int = 5, note: str = ""
) -> Failure | None:
    """Put a bot's log away when it is larger than ``max_size`` bytes; ``keep`` older ones stay beside it.

    For the moment before a launch, when nobody writes to it: only renames, so that a restart is not held
    up; ``compress_rotated`` does the slow part. ``note``: where the log's positions are noted (``log_note``);
    those of the next file go on from there. Never raises: what went wrong (``record.log-not-rotated``) is
    returned to be told, and the bot goes on appending to the old file.
    """
    try:
        rotate(path, max_size, keep, note)
    except FileNotFoundError:
        return None
    except OSError as error:
        return Failure("record.log-not-rotated", path=path, reason=error.strerror or str(error))
    return None


def rotate(path: str, max_size: int, keep: int, note: str = "") -> None:
    """Rename ``path`` to ``path.1`` if it is larger than ``max_size`` bytes, the older ones along with it.

    Of several threads or processes that want it at once, one does it. Raises ``OSError``; then no more than
    the oldest file was lost, however often it is tried.
    """
    with renaming:
        descriptor = open_to_read(path)
        try:
            if (
                os.fstat(descriptor).st_size > max_size
                and lock_for_moving(descriptor)
                and is_still(descriptor, path)
            ):
                put_first(path, path, keep)
                if note:
                    _begin_successor(path, note, frame_of(descriptor, note).end)
        finally:
            os.close(descriptor)


def compress_rotated(path: str, keep: int = 5) -> Failure | None:
    """Compress the rotated logs except the newest (``path.2`` becomes ``path.2.gz``, mode 0600).

    Seconds for every 100 MB: call it from a thread, or where waiting does no harm. May be killed at any
    moment, a launch may rotate meanwhile: a log is removed only once its compressed copy is whole. Never
    raises; returns what went wrong.
    """
    for number in range(2, keep + 1):
        plain = f"{path}.{number}"
        try:
            if os.path.isfile(plain):
                _compress(plain)
        except FileNotFoundError:
            continue  # a launch has just renamed it
        except OSError as error:
            return write_failure(f"{plain}.gz", error)
    return None


def put_first(source: str, path: str, keep: int) -> None:
    """Make room at 1 among the put away logs of ``path`` and rename ``source`` into it.

    Only as many files move as there are before the first gap. When the last rename is refused (Windows,
    while somebody reads), it leaves the gap at 1, so that trying again moves nothing and drops nothing.
    Raises ``OSError``.
    """
    gap = next((number for number in range(1, keep) if not variants(path, number)), keep)
    for oldest in variants(path, gap):
        os.unlink(oldest)
    for number in range(gap - 1, 0, -1):
        there = variants(path, number)
        for packed in there[1:]:
            # compressing was cut short; apart from each other, both would be read
            os.unlink(packed)
        for older in there[:1]:
            ending = older.removeprefix(f"{path}.{number}")
            move_onto(older, f"{path}.{number + 1}{ending}")
    move_onto(source, f"{path}.1")


def drop_surplus(path: str, keep: int) -> None:
    """Remove the archives that an earlier, greater ``log_keep`` has left. Raises ``OSError``."""
    number = keep + 1
    while surplus := variants(path, number):
        for older in surplus:
            os.unlink(older)
        number += 1


def lock_for_moving(descriptor: int) -> bool:
    """Lock the file being put away, without waiting; False while another process is at it.

    On Windows nothing is locked: there, a rename in which two processes collide is refused to one of them.
    """
    if sys.platform != "win32":
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError:
            # A file system without locks: as on Windows.
            return True
    return True


def variants(path: str, number: int) -> list[str]:
    """Return the files with the log of this number: plain, compressed, or both when compressing was cut short."""
    names = (f"{path}.{number}", f"{path}.{number}.gz")
    return [name for name in names if os.path.lexists(name)]


def _begin_successor(path: str, note: str, end: int) -> None:
    """Make the next, empty file and note where it begins; without it, positions count from 0 again."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0)
    try:
        descriptor = os.open(path, flags, 0o600)
        try:
            write_note(note, Note(os.fstat(descriptor).st_ino, base=end))
        finally:
            os.close(descriptor)
    except (OSError, Failure):
        return  # whoever launches the bot will say what is wrong with this folder


def _compress(plain: str) -> None:
    """Write ``plain.gz`` whole, then remove ``plain``, unless it has been renamed in the meantime."""
    import gzip

    source = open_to_read(plain)
    temporary = ""
    try:
        # a log that was trimmed while its bot ran may begin with a hole: what stood there was put away before
        os.lseek(source, first_data(source), os.SEEK_SET)
        temporary, target = new_temporary(f"{plain}.gz")
        with os.fdopen(target, "wb") as file:
            with gzip.GzipFile("", "wb", 6, file) as packed:
                while block := os.read(source, _BLOCK):
                    packed.write(block)
            file.flush()
            os.fsync(file.fileno())
        with renaming:
            if is_still(source, plain):
                move_onto(temporary, f"{plain}.gz")
                os.unlink(plain)
    finally:
        os.close(source)
        if temporary:
            remove(temporary)
    sweep(f"{plain}.gz")


def is_still(descriptor: int, path: str) -> bool:
    """Whether ``path`` is still the name of the open file."""
    try:
        return os.path.samestat(os.fstat(descriptor), os.stat(path))
    except FileNotFoundError:
        return False
