"""``logs/bot.log``: what the bot itself printed, read from its end and followed while it grows.

The bot writes the file, not we: its lines may be endless, not text, or still half written, and the file may
be cut, renamed or deleted at any time. What was put away of it is read along: positions count the bytes of
``log_stream``'s stream. As long as nothing was put away, that is the size of the file.
"""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING, Final

from vigie.problems import Failure
from vigie.records.log_lines import (
    CUT_MARK,
    LONGEST_LINE,
    read_all,
    shown,
    start_of_last,
    start_of_line,
    whole_characters,
)
from vigie.records.log_stream import GoneError, LogStream
from vigie.records.reading import open_to_read

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

__all__ = ["CUT_MARK", "EVER", "LONGEST_LINE", "Follower", "follow", "last_lines", "line_begin", "pieces"]

EVER: Final = -(1 << 62)
"""A ``since`` before everything: also what was put away before the living file began."""

_BLOCK: Final = 65_536
_REMEMBERED: Final = 64
_SHORT_PAUSE: Final = 0.1
_LONG_PAUSE: Final = 0.25


def last_lines(path: str, count: int, since: int = 0, note: str = "") -> list[str]:
    """Return the last ``count`` lines without their ends, what is not UTF-8 replaced; [] without a file.

    ``since``: only what stands from that position on, so that an earlier run's lines are not taken for this
    one's; by default the stream of the living file. ``note``: see ``log_note``. Reads blocks from the end,
    never everything, and keeps ``LONGEST_LINE`` bytes of a line.
    Raises ``Failure`` (``record.not-readable``, ``record.not-a-file``).
    """
    stream = _open_log(path, note)
    if stream is None:
        return []
    try:
        while True:
            try:
                return _last_lines(stream, count, since)
            except GoneError as gone:
                since = gone.following
    except OSError as error:
        raise _not_readable(path, error) from error
    finally:
        stream.close()


def pieces(path: str, last: int | None, note: str = "", since: int = EVER) -> Iterator[bytes]:
    """Yield the bytes of the last lines, as a ``Follower`` begins, to the end as it is at this moment.

    Raises ``Failure`` (``record.not-readable``, ``record.not-a-file``).
    """
    stream = _open_log(path, note)
    if stream is None:
        return
    try:
        end = stream.end()
        position = _begin_at(stream, last, since, end)
        while position < end:
            try:
                piece = stream.read(position, min(_BLOCK, end - position))
            except GoneError as gone:
                position = gone.following
                continue
            if not piece:
                return
            position += len(piece)
            yield piece
    except OSError as error:
        raise _not_readable(path, error) from error
    finally:
        stream.close()


def line_begin(path: str, position: int, note: str = "") -> int:
    """Return where the line with this position begins, as far as it is kept; without a file, ``EVER``.

    Raises ``Failure`` (``record.not-readable``, ``record.not-a-file``).
    """
    stream = _open_log(path, note)
    if stream is None:
        return EVER
    try:
        while True:
            try:
                return start_of_line(stream, stream.reachable(min(position, stream.end())))
            except GoneError as gone:
                position = gone.following
    except OSError as error:
        raise _not_readable(path, error) from error
    finally:
        stream.close()


def follow(followers: Sequence[Follower], wait: Callable[[float], object]) -> Iterator[tuple[int, bytes]]:
    """Yield what they read, for ever, each piece with the place of its follower in the list; close them at the end.

    When there is nothing new in any, ``wait`` is called with the seconds to let pass (0.1, then 0.25); what it
    raises ends the following. Raises ``Failure`` (``record.not-readable``, ``record.not-a-file``).
    """
    pause = _SHORT_PAUSE
    try:
        while True:
            idle = True
            for place, follower in enumerate(followers):
                if fresh := follower.read():
                    idle = False
                    yield place, fresh
            if idle:
                wait(pause)
            pause = _LONG_PAUSE if idle else _SHORT_PAUSE
    finally:
        for follower in followers:
            follower.close()


class Follower:
    """Reads what is appended to a log, as bytes that never end within a UTF-8 character.

    Begins with the ``last`` lines already there, of those that stand from the position ``since`` on; ``last``
    None means all of these. A file that does not exist yet is waited for; one whose head is put away
    meanwhile is followed all the same, with ``note`` (see ``log_note``); one that was cut or written anew is
    read from its beginning; one that was renamed is read to its end before its successor is. What a slow
    reader has let be dropped with the oldest archive is passed over.
    """

    def __init__(self, path: str, last: int | None = 0, note: str = "", since: int = EVER) -> None:
        """Remember what to follow; nothing is opened yet."""
        self._path = path
        self._note = note
        self._last = last
        self._since = since
        self._first = True
        self._read_to = 0
        self._open: _Followed | None = None

    def read(self) -> bytes:
        """Return what is new, at most 64 KiB; b"" when there is nothing.

        Raises ``Failure`` (``record.not-readable``, ``record.not-a-file``).
        """
        try:
            while True:
                if self._open is None:
                    self._begin()
                if self._open is None:
                    return b""
                # Looked at before reading: what was written before the renaming is then surely read.
                succeeded = self._open.stream.has_successor()
                if fresh := self._open.read():
                    return fresh
                if not succeeded:
                    return b""
                held, self._read_to = self._open.held, self._open.position
                self.close()
                if held:
                    return held
        except OSError as error:
            raise _not_readable(self._path, error) from error

    def close(self) -> None:
        """Let go of every file."""
        if self._open is not None:
            self._open.stream.close()
            self._open = None

    def _begin(self) -> None:
        stream = _open_log(self._path, self._note)
        if stream is not None:
            try:
                if self._first:
                    begin = _begin_at(stream, self._last, self._since, stream.end())
                else:
                    # new from its beginning, of which something may be in an archive already
                    begin = stream.reachable(self._read_to if self._read_to <= stream.base() else 0)
            except BaseException:
                stream.close()
                raise
            self._open = _Followed(stream, begin)
        self._first = False


class _Followed:
    """One open log and how far it has been read."""

    def __init__(self, stream: LogStream, position: int) -> None:
        self.stream = stream
        self.held = b""
        self.position = position
        self._recent = self._before()

    def read(self) -> bytes:
        """Return what is new, up to the last whole character; the rest is held until it is complete."""
        given = b""
        end = self.stream.end()
        if end != self.position and self._was_rewritten(end):
            given = self._go_on_at(self.stream.begin_here())
        while True:
            try:
                data = self.stream.read(self.position, _BLOCK)
                break
            except GoneError as gone:
                given += self._go_on_at(gone.following)
        self.position += len(data)
        self._recent = (self._recent + data)[-_REMEMBERED:]
        data = self.held + data
        whole = whole_characters(data)
        self.held = data[whole:]
        return given + data[:whole]

    def _go_on_at(self, position: int) -> bytes:
        """Jump; return what was held of a character that will not be completed."""
        given, self.held, self.position = self.held, b"", position
        self._recent = self._before()
        return given

    def _was_rewritten(self, end: int) -> bool:
        """Whether the file was cut, even if it has grown again since: other bytes stand before our place."""
        return end < self.position or not self._recent.endswith(self._before())

    def _before(self) -> bytes:
        """Return the last bytes before our place, of those that stand in the living file."""
        begin = max(self.position - _REMEMBERED, min(self.stream.begin_here(), self.position))
        try:
            return read_all(self.stream, begin, self.position)
        except GoneError:
            return b""


def _open_log(path: str, note: str) -> LogStream | None:
    try:
        descriptor = open_to_read(path)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _not_readable(path, error) from error
    if stat.S_ISREG(os.fstat(descriptor).st_mode):
        return LogStream(path, descriptor, note)
    os.close(descriptor)
    raise Failure("record.not-a-file", path=path)


def _not_readable(path: str, error: OSError) -> Failure:
    return Failure("record.not-readable", path=path, reason=error.strerror or str(error))


def _begin_at(stream: LogStream, last: int | None, since: int, end: int) -> int:
    """Return where the ``last`` lines begin, or what stands from ``since`` on."""
    while True:
        since = stream.reachable(min(since, end))
        try:
            return since if last is None else start_of_last(stream, last, since, end)
        except GoneError as gone:
            since = gone.following


def _last_lines(stream: LogStream, count: int, since: int) -> list[str]:
    end = stream.end()
    since = stream.reachable(since if since <= end else stream.begin_here())
    begin = start_of_last(stream, count, since, end)
    lines = read_all(stream, begin, end).split(b"\n")
    cut = begin > since and read_all(stream, begin - 1, begin) != b"\n"
    if not lines[-1]:
        lines.pop()
    texts = [shown(line.removesuffix(b"\r")) for line in lines]
    if cut and texts and not texts[0].startswith(CUT_MARK):
        texts[0] = CUT_MARK + texts[0]
    return texts
