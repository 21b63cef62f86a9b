"""When a bot printed what: its lines carry no time of ours, so now and then the end of its log is noted.

One line a mark, ``EPOCH_SECONDS POSITION``, appended; positions are those of ``log_stream``. A mark tells
that everything before its position was printed before its moment. So what was printed after a moment begins
at the last mark before it: at most one interval of marks too early, never too late.
"""

from __future__ import annotations

import os
from typing import Final

from vigie.problems import Failure
from vigie.records.private_file import make_private_folder, replace_whole, write_all, write_failure
from vigie.records.reading import open_to_read, read_at

LARGEST: Final = 262_144
"""Bytes: some 10 000 marks. Beyond, every second one of the older half is dropped: their grain doubles."""

_OPEN: Final = os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
_LONGEST_MARK: Final = 64


def note_mark(path: str, wall: float, begin: int, end: int) -> Failure | None:
    """Note in ``path`` that at ``wall`` (epoch seconds) the log ended at the position ``end``.

    ``begin``: the first position in the living file; it is noted instead when the log began anew since the
    last mark. Notes nothing while the bot prints nothing. Never raises; what went wrong is returned.
    """
    try:
        make_private_folder(os.path.dirname(path) or os.curdir)
        descriptor = os.open(path, _OPEN, 0o600)
        try:
            size = os.fstat(descriptor).st_size
            known = read_at(descriptor, max(0, size - _LONGEST_MARK), _LONGEST_MARK)
            last = _last(known)
            if last != end:
                # a full disk or a power cut left a cut mark, which must not swallow this one
                gap = b"" if known.endswith(b"\n") or not known else b"\n"
                place = begin if last is not None and end < last else end
                write_all(descriptor, gap + b"%.3f %d\n" % (wall, place))
            if size > LARGEST:
                replace_whole(path, _thinned(read_at(descriptor, 0, size)), durable=False)
        finally:
            os.close(descriptor)
    except OSError as error:
        return write_failure(path, error)
    except Failure as failure:
        return failure
    return None


def position_at(path: str, wall: float) -> int | None:
    """Return the position behind which stands all that was printed after ``wall`` (epoch seconds).

    None when no mark is that old, or there is none that can be read. Where the clock was set back, the hour
    that came twice is the later one.
    """
    position = None
    for moment, place in _marks(path):
        if moment <= wall:
            position = place
        elif position is not None:
            # the log began anew since
            position = min(position, place)
    return position


def _marks(path: str) -> list[tuple[float, int]]:
    """Return the marks in the order in which they were noted; damaged ones are passed over."""
    try:
        descriptor = open_to_read(path)
    except OSError:
        return []
    try:
        lines = read_at(descriptor, 0, 4 * LARGEST).splitlines()
    except OSError:
        return []
    finally:
        os.close(descriptor)
    return [mark for line in lines if (mark := _mark(line))]


def _mark(line: bytes) -> tuple[float, int] | None:
    moment, _, position = line.partition(b" ")
    if not position.removeprefix(b"-").isdigit() or len(line) > _LONGEST_MARK:
        return None
    try:
        return float(moment), int(position)
    except ValueError:
        return None


def _thinned(marks: bytes) -> bytes:
    lines = marks.splitlines(keepends=True)
    half = len(lines) // 2
    return b"".join(lines[:half:2] + lines[half:])


def _last(known: bytes) -> int | None:
    """Return the position of the last mark, None when there is none or it was cut."""
    if not known.endswith(b"\n"):
        return None
    mark = _mark(known.splitlines()[-1])
    return mark[1] if mark else None
