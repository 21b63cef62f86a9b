"""``logs/bot.log``: what the bot itself printed, read from its end and followed while it grows.

The bot writes the file, not we: its lines may be endless, not text, or still half written, and the file may
be cut, renamed or deleted at any time.
"""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING, Final

from vigie.problems import Failure
from vigie.records.reading import open_to_read, read_at

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LONGEST_LINE: Final = 8_192
"""Bytes of one line that are shown; of a longer one, the end."""

CUT_MARK: Final = "[...] "

_BLOCK: Final = 65_536
_MOST_BYTES: Final = 64 * 1_048_576
_REMEMBERED: Final = 64
_SHORT_PAUSE: Final = 0.1
_LONG_PAUSE: Final = 0.25
_FROM_THE_BEGINNING: Final = -1


def last_lines(path: str, count: int, since: int = 0) -> list[str]:
    """Return the last ``count`` lines without their ends, what is not UTF-8 replaced; [] without a file.

    ``since``: only what stands after that many bytes, so that an earlier run's lines are not taken for this
    one's. Reads blocks from the end, never the whole file, and keeps ``LONGEST_LINE`` bytes of a line.
    Raises ``Failure`` (``record.not-readable``, ``record.not-a-file``).
    """
    descriptor = _open_log(path)
    if descriptor is None:
        return []
    try:
        end = os.fstat(descriptor).st_size
        since = since if since <= end else 0
        begin = _start_of_last(descriptor, count, since, end)
        lines = read_at(descriptor, begin, end - begin).split(b"\n")
        cut = begin > since and read_at(descriptor, begin - 1, 1) != b"\n"
    except OSError as error:
        raise _not_readable(path, error) from error
    finally:
        os.close(descriptor)
    if not lines[-1]:
        lines.pop()
    shown = [_shown(line.removesuffix(b"\r")) for line in lines]
    if cut and shown and not shown[0].startswith(CUT_MARK):
        shown[0] = CUT_MARK + shown[0]
    return shown


def follow(path: str, wait: Callable[[float], object], last: int = 0) -> Iterator[bytes]:
    """Yield what is appended to ``path``, for ever, as bytes that never end within a UTF-8 character.

    Begins with the ``last`` lines already there. When there is nothing new, ``wait`` is called with the
    seconds to let pass (0.1, then 0.25); what it raises ends the following. A file that does not exist yet is
    waited for; one that was cut or written anew is read from its beginning; one that was renamed is read to
    its end before its successor is. Raises ``Failure`` (``record.not-readable``, ``record.not-a-file``).
    """
    followed: _Followed | None = None
    pause = _SHORT_PAUSE
    try:
        while True:
            if followed is None:
                descriptor = _open_log(path)
                followed = None if descriptor is None else _Followed(descriptor, last)
            last = _FROM_THE_BEGINNING
            # Looked at before reading: what was written before the renaming is then surely read.
            succeeded = followed is not None and followed.has_successor(path)
            fresh = followed.read() if followed else b""
            if fresh:
                yield fresh
                pause = _SHORT_PAUSE
            elif followed and succeeded:
                if followed.held:
                    yield followed.held
                followed.close()
                followed = None
            else:
                wait(pause)
                pause = _LONG_PAUSE
    except OSError as error:
        raise _not_readable(path, error) from error
    finally:
        if followed:
            followed.close()


class _Followed:
    """One open file and how far it has been read."""

    def __init__(self, descriptor: int, last: int) -> None:
        self.held = b""
        self._descriptor = descriptor
        self._position = 0
        if last != _FROM_THE_BEGINNING:
            end = os.fstat(descriptor).st_size
            self._position = _start_of_last(descriptor, last, 0, end)
        self._recent = self._before(self._position)

    def read(self) -> bytes:
        """Return what is new, up to the last whole character; the rest is held until it is complete."""
        given = b""
        size = os.fstat(self._descriptor).st_size
        if size != self._position and self._was_rewritten(size):
            given, self.held, self._position = self.held, b"", 0
        data = read_at(self._descriptor, self._position, _BLOCK)
        self._position += len(data)
        self._recent = (self._recent + data)[-_REMEMBERED:]
        data = self.held + data
        whole = _whole_characters(data)
        self.held = data[whole:]
        return given + data[:whole]

    def has_successor(self, path: str) -> bool:
        """Whether another file bears the name now; a name that is merely gone is not taken yet."""
        try:
            return not os.path.samestat(os.fstat(self._descriptor), os.stat(path))
        except FileNotFoundError:
            return False

    def close(self) -> None:
        os.close(self._descriptor)

    def _was_rewritten(self, size: int) -> bool:
        """Whether the file was cut, even if it has grown again since: other bytes stand before our place."""
        return size < self._position or self._before(self._position) != self._recent

    def _before(self, position: int) -> bytes:
        begin = max(0, position - _REMEMBERED)
        return read_at(self._descriptor, begin, position - begin)


def _open_log(path: str) -> int | None:
    try:
        descriptor = open_to_read(path)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _not_readable(path, error) from error
    if stat.S_ISREG(os.fstat(descriptor).st_mode):
        return descriptor
    os.close(descriptor)
    raise Failure("record.not-a-file", path=path)


def _not_readable(path: str, error: OSError) -> Failure:
    return Failure("record.not-readable", path=path, reason=error.strerror or str(error))


def _start_of_last(descriptor: int, count: int, since: int, end: int) -> int:
    """Return where the last ``count`` lines before ``end`` begin; somewhere in one if lines are endless."""
    if count <= 0:
        return end
    floor = max(since, end - min(count * (LONGEST_LINE + len(b"\r\n")), _MOST_BYTES))
    position = end
    while position > floor:
        size = min(_BLOCK, position - floor)
        position -= size
        block = read_at(descriptor, position, size)
        # The line end that closes the file begins no line.
        found = len(block) - (position + size == end and block.endswith(b"\n"))
        while (found := block.rfind(b"\n", 0, found)) >= 0:
            count -= 1
            if not count:
                return position + found + 1
    return floor + _continued(read_at(descriptor, floor, 3)) if floor > since else floor


def _whole_characters(data: bytes) -> int:
    """Return how many bytes can be given without splitting the last character (UTF-8: RFC 3629)."""
    for back in range(1, min(3, len(data)) + 1):
        byte = data[-back]
        if byte >= 0xC0:
            length = 2 if byte < 0xE0 else 3 if byte < 0xF0 else 4
            return len(data) - back if byte < 0xF8 and length > back else len(data)
        if byte < 0x80:
            break
    return len(data)


def _continued(data: bytes) -> int:
    """Return how many bytes at the front belong to a character that began before them."""
    return len(data) - len(data.lstrip(bytes(range(0x80, 0xC0))))


def _shown(line: bytes) -> str:
    if len(line) <= LONGEST_LINE:
        return line.decode("utf-8", "replace")
    end = line[-LONGEST_LINE:]
    return CUT_MARK + end[_continued(end[:3]) :].decode("utf-8", "replace")
