"""Lines of a bot's log: where the last ones begin, how one is shown, where bytes may be cut (RFC 3629)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from vigie.records.log_stream import LogStream

LONGEST_LINE: Final = 8_192
"""Bytes of one line that are shown; of a longer one, the end."""

CUT_MARK: Final = "[...] "

_BLOCK: Final = 65_536
_MOST_BYTES: Final = 64 * 1_048_576


def start_of_last(stream: LogStream, count: int, since: int, end: int) -> int:
    """Return where the last ``count`` lines before ``end`` begin; somewhere in one if lines are endless.

    Raises ``GoneError``, ``OSError``.
    """
    if count <= 0:
        return end
    floor = max(since, end - min(count * (LONGEST_LINE + len(b"\r\n")), _MOST_BYTES))
    position = end
    while position > floor:
        size = min(_BLOCK, position - floor)
        position -= size
        block = read_all(stream, position, position + size)
        # The line end that closes the file begins no line.
        found = len(block) - (position + size == end and block.endswith(b"\n"))
        while (found := block.rfind(b"\n", 0, found)) >= 0:
            count -= 1
            if not count:
                return position + found + 1
    return floor + continued(read_all(stream, floor, floor + 3)) if floor > since else floor


def start_of_line(stream: LogStream, position: int) -> int:
    """Return where the line with this position begins, as far as that can be seen in 8 KiB.

    Raises ``GoneError``, ``OSError``.
    """
    floor = stream.reachable(max(position - LONGEST_LINE, stream.reachable(-(1 << 62))))
    before = read_all(stream, min(floor, position), position)
    return position - (len(before) - before.rfind(b"\n") - 1)


def read_all(stream: LogStream, begin: int, end: int) -> bytes:
    """Return these bytes of the stream, across the edges of files. Raises ``GoneError``, ``OSError``."""
    parts = []
    while begin < end and (part := stream.read(begin, end - begin)):
        parts.append(part)
        begin += len(part)
    return b"".join(parts)


def shown(line: bytes) -> str:
    """Return a line as text, cut when it is very long, what is not UTF-8 replaced."""
    if len(line) <= LONGEST_LINE:
        return line.decode("utf-8", "replace")
    end = line[-LONGEST_LINE:]
    return CUT_MARK + end[continued(end[:3]) :].decode("utf-8", "replace")


def whole_characters(data: bytes) -> int:
    """Return how many bytes can be given without splitting the last character."""
    for back in range(1, min(3, len(data)) + 1):
        byte = data[-back]
        if byte >= 0xC0:
            length = 2 if byte < 0xE0 else 3 if byte < 0xF0 else 4
            return len(data) - back if byte < 0xF8 and length > back else len(data)
        if byte < 0x80:
            break
    return len(data)


def continued(data: bytes) -> int:
    """Return how many bytes at the front belong to a character that began before them."""
    return len(data) - len(data.lstrip(bytes(range(0x80, 0xC0))))
