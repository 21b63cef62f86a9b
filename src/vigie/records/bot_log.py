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
from vigie.records.log_lines import CUT_MARK, LONGEST_LINE, read_all, shown, start_of_last
from vigie.records.log_stream import GoneError, LogStream
from vigie.records.reading import open_to_read
from vigie.records.utf8_edge import whole_characters

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["CUT_MARK", "EVER", "LONGEST_LINE", "follow", "last_lines", "pieces_since"]

EVER: Final = -(1 << 62)
"""A ``since`` before everything: also what was put away before the living file began."""

_BLOCK: Final = 65_536
_REMEMBERED: Final = 64
_SHORT_PAUSE: Final = 0.1
_LONG_PAUSE: Final = 0.25
_FROM_THE_BEGINNING: Final = -1


def last_lines(path: str, count: int, since: int = 0, record: str = "") -> list[str]:
    """Return the last ``count`` lines without their ends, what is not UTF-8 replaced; [] without a file.

    ``since``: only what stands from that position on, so that an earlier run's lines are not taken for this
    one's; by default the stream of the living file. ``record``: see ``log_frame``. Reads blocks from the
    end, never everything, and keeps ``LONGEST_LINE`` bytes of a line.
    Raises ``Failure`` (``record.not-readable``, ``record.not-a-file``).
    """
    stream = _open_log(path, record)
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


def pieces_since(path: str, since: int, record: str = "") -> Iterator[bytes]:
    """Yield what stands from the position ``since`` on, as far as it is kept, to the end of this moment.

    Raises ``Failure`` (``record.not-readable``, ``record.not-a-file``).
    """
    stream = _open_log(path, record)
    if stream is None:
        return
    try:
        end = stream.end()
        position = stream.reachable(since if since <= end else 0)
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


def follow(
    path: str,
    wait: Callable[[float], object],
    last: int = 0,
    record: str = "",
    since: int | None = None,
) -> Iterator[bytes]:
    """Yield what is appended to ``path``, for ever, as bytes that never end within a UTF-8 character.

    Begins with the ``last`` lines already there, or at the position ``since``. When there is nothing new,
    ``wait`` is called with the seconds to let pass (0.1, then 0.25); what it raises ends the following. A
    file that does not exist yet is waited for; one whose head is put away meanwhile is followed all the
    same, with ``record`` (see ``log_frame``); one that was cut or written anew is read from its beginning;
    one that was renamed is read to its end before its successor is. What a slow reader has let be dropped
    with the oldest archive is passed over.
    Raises ``Failure`` (``record.not-readable``, ``record.not-a-file``).
    """
    followed: _Followed | None = None
    pause = _SHORT_PAUSE
    try:
        while True:
            if followed is None:
                stream = _open_log(path, record)
                followed = None if stream is None else _Followed(stream, last, since)
            last, since = _FROM_THE_BEGINNING, None
            # Looked at before reading: what was written before the renaming is then surely read.
            succeeded = followed is not None and followed.stream.has_successor()
            fresh = followed.read() if followed else b""
            if fresh:
                yield fresh
                pause = _SHORT_PAUSE
            elif followed and succeeded:
                if followed.held:
                    yield followed.held
                followed.stream.close()
                followed = None
            else:
                wait(pause)
                pause = _LONG_PAUSE
    except OSError as error:
        raise _not_readable(path, error) from error
    finally:
        if followed:
            followed.stream.close()


class _Followed:
    """One open log and how far it has been read."""

    def __init__(self, stream: LogStream, last: int, since: int | None) -> None:
        self.stream = stream
        self.held = b""
        end = stream.end()
        if last == _FROM_THE_BEGINNING:
            self._position = stream.begin_here()
        elif since is not None:
            self._position = stream.reachable(since if since <= end else 0)
        else:
            self._position = start_of_last(stream, last, stream.reachable(0), end)
        self._recent = self._before()

    def read(self) -> bytes:
        """Return what is new, up to the last whole character; the rest is held until it is complete."""
        given = b""
        end = self.stream.end()
        if end != self._position and self._was_rewritten(end):
            given = self._go_on_at(self.stream.begin_here())
        while True:
            try:
                data = self.stream.read(self._position, _BLOCK)
                break
            except GoneError as gone:
                given += self._go_on_at(gone.following)
        self._position += len(data)
        self._recent = (self._recent + data)[-_REMEMBERED:]
        data = self.held + data
        whole = whole_characters(data)
        self.held = data[whole:]
        return given + data[:whole]

    def _go_on_at(self, position: int) -> bytes:
        """Jump; return what was held of a character that will not be completed."""
        given, self.held, self._position = self.held, b"", position
        self._recent = self._before()
        return given

    def _was_rewritten(self, end: int) -> bool:
        """Whether the file was cut, even if it has grown again since: other bytes stand before our place."""
        return end < self._position or not self._recent.endswith(self._before())

    def _before(self) -> bytes:
        """Return the last bytes before our place, of those that stand in the living file."""
        begin = max(self._position - _REMEMBERED, min(self.stream.begin_here(), self._position))
        try:
            return read_all(self.stream, begin, self._position)
        except GoneError:
            return b""


def _open_log(path: str, record: str) -> LogStream | None:
    try:
        descriptor = open_to_read(path)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _not_readable(path, error) from error
    if stat.S_ISREG(os.fstat(descriptor).st_mode):
        return LogStream(path, descriptor, record)
    os.close(descriptor)
    raise Failure("record.not-a-file", path=path)


def _not_readable(path: str, error: OSError) -> Failure:
    return Failure("record.not-readable", path=path, reason=error.strerror or str(error))


def _last_lines(stream: LogStream, count: int, since: int) -> list[str]:
    end = stream.end()
    since = stream.reachable(since if since <= end else 0)
    begin = start_of_last(stream, count, since, end)
    lines = read_all(stream, begin, end).split(b"\n")
    cut = begin > since and read_all(stream, begin - 1, begin) != b"\n"
    if not lines[-1]:
        lines.pop()
    texts = [shown(line.removesuffix(b"\r")) for line in lines]
    if cut and texts and not texts[0].startswith(CUT_MARK):
        texts[0] = CUT_MARK + texts[0]
    return texts
