"""Keeps logs bounded: ``bot.log`` becomes ``bot.log.1``, that one ``.2``, and the oldest goes."""

from __future__ import annotations

import os
import sys
import threading
from typing import Final

from vigie.problems import Failure
from vigie.records.private_file import move_onto, new_temporary, remove, sweep, write_failure
from vigie.records.reading import open_to_read

if sys.platform != "win32":
    import fcntl

BOT_LOG_SIZE: Final = 10_000_000
"""Bytes from which a bot's log is put away before the next launch."""

_BLOCK: Final = 262_144
_renaming = threading.Lock()


def rotate_at_launch(path: str, max_size: int = BOT_LOG_SIZE, keep: int = 5) -> Failure | None:
    """Put a bot's log away when it is larger than ``max_size`` bytes; ``keep`` older ones stay beside it.

    For the moment before a launch, when nobody writes to it: only renames, so that a restart is not held
    up; ``compress_rotated`` does the slow part. Never raises: what went wrong (``record.log-not-rotated``) is
    returned to be told, and the bot goes on appending to the old file.
    """
    try:
        rotate(path, max_size, keep)
    except FileNotFoundError:
        return None
    except OSError as error:
        return Failure("record.log-not-rotated", path=path, reason=error.strerror or str(error))
    return None


def rotate(path: str, max_size: int, keep: int) -> None:
    """Rename ``path`` to ``path.1`` if it is larger than ``max_size`` bytes, the older ones along with it.

    Of several threads or processes that want it at once, one does it. Raises ``OSError``; then no more than
    the oldest file was lost, however often it is tried.
    """
    with _renaming:
        descriptor = open_to_read(path)
        try:
            if (
                os.fstat(descriptor).st_size > max_size
                and _locked(descriptor)
                and _is_still(descriptor, path)
            ):
                _shift(path, keep)
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


def _shift(path: str, keep: int) -> None:
    """Make room at 1 and rename ``path`` into it.

    Only as many files move as there are before the first gap. When the last rename is refused (Windows,
    while somebody reads), it leaves the gap at 1, so that trying again moves nothing and drops nothing.
    """
    gap = next((number for number in range(1, keep) if not _variants(path, number)), keep)
    for oldest in _variants(path, gap):
        os.unlink(oldest)
    for number in range(gap - 1, 0, -1):
        for older in _variants(path, number):
            ending = older.removeprefix(f"{path}.{number}")
            move_onto(older, f"{path}.{number + 1}{ending}")
    move_onto(path, f"{path}.1")


def _locked(descriptor: int) -> bool:
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


def _variants(path: str, number: int) -> list[str]:
    """The files with the log of this number: plain, compressed, or both when compressing was cut short."""
    names = (f"{path}.{number}", f"{path}.{number}.gz")
    return [name for name in names if os.path.lexists(name)]


def _compress(plain: str) -> None:
    """Write ``plain.gz`` whole, then remove ``plain``, unless it has been renamed in the meantime."""
    import gzip

    source = open_to_read(plain)
    temporary = ""
    try:
        temporary, target = new_temporary(f"{plain}.gz")
        with os.fdopen(target, "wb") as file:
            with gzip.GzipFile("", "wb", 6, file) as packed:
                while block := os.read(source, _BLOCK):
                    packed.write(block)
            file.flush()
            os.fsync(file.fileno())
        with _renaming:
            if _is_still(source, plain):
                move_onto(temporary, f"{plain}.gz")
                os.unlink(plain)
    finally:
        os.close(source)
        if temporary:
            remove(temporary)
    sweep(f"{plain}.gz")


def _is_still(descriptor: int, path: str) -> bool:
    """Whether ``path`` is still the name of the open file."""
    try:
        return os.path.samestat(os.fstat(descriptor), os.stat(path))
    except FileNotFoundError:
        return False
