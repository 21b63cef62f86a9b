"""Reads one HTTP/1 answer, strictly and without any input or output of its own: bytes in, verdict out.

Follows RFC 9112. Not a client library: it only wants to know whether what came is an answer, its status,
and where it ends, so that the verdict needs no closing of the connection. What it finds does not depend on
how the bytes were split, and it never holds more than one line. The body is counted, never looked at: a
compressed one is not decompressed, whatever its headers say of it.
"""

from __future__ import annotations

from collections.abc import Callable

HEAD_LIMIT = 16 * 1024
"""Bytes for the status line and headers, interim (1xx) answers included: more than servers send."""

BODY_LIMIT = 64 * 1024
"""Bytes of body that are read at most (CONTRACT.md, "Health"); then the status alone decides."""

START = b"HTTP/1."

TOKEN = b"!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
"""What a header's name is made of (RFC 9110, section 5.6.2)."""

HEXADECIMAL = b"0123456789ABCDEFabcdef"

LONGEST_NUMBER = 18
"""Digits; longer lengths are garbage, not bodies."""

FRAMING = (b"content-length", b"transfer-encoding")

SWITCHING_PROTOCOLS = 101
BODILESS = (SWITCHING_PROTOCOLS, 204, 304)


class HttpAnswer:
    """What is known of an answer so far.

    ``decided``: nothing that could still come changes the verdict. Then ``problem`` is None for a whole
    answer (or 64 KiB of one), else a probe reason: ``closed cut reset not-http headers-too-large``.
    ``heard``: at least one byte came. ``status`` is known as soon as the headers are whole; ``location`` is
    that header's raw value.
    """

    def __init__(self) -> None:
        """Expect a status line."""
        self.decided = False
        self.problem: str | None = None
        self.status: int | None = None
        self.location = b""
        self.heard = False
        self._left = HEAD_LIMIT
        self._line = bytearray()
        self._skip = 0
        self._until_close = False
        self._in_body = False
        self._on_line: Callable[[bytes], None] = self._status_line
        self._code = 0
        self._last_name = b""
        self._lengths: list[bytes] = []
        self._codings: list[bytes] = []

    @property
    def appetite(self) -> int:
        """How many bytes may still be of use."""
        return 0 if self.decided else self._left

    def feed(self, data: bytes) -> None:
        """Take in what came; whatever follows the verdict is ignored."""
        at = 0
        self.heard = self.heard or bool(data)
        while at < len(data) and not self.decided:
            stop = min(len(data), at + self._left)
            if self._skip:
                stop = min(stop, at + self._skip)
                self._skip -= stop - at
                self._left -= stop - at
                if not self._skip:
                    self._body_skipped()
            else:
                found = data.find(b"\n", at, stop)
                whole = found >= 0
                stop = found + 1 if whole else stop
                self._line += data[at:stop]
                self._left -= stop - at
                if whole:
                    line = bytes(self._line[:-1]).removesuffix(b"\r")
                    self._line.clear()
                    self._on_line(line)
                elif self._on_line == self._status_line and not _could_start(self._line):
                    self._decide("not-http")
            at = stop
            if not self._left and not self.decided:
                self._decide(None if self._in_body else "headers-too-large")

    def end(self) -> None:
        """Take in that the other side has closed the connection."""
        if self.decided:
            return
        if not self.heard:
            self._decide("closed")
        else:
            self._decide(None if self._until_close else "cut")

    def broken_off(self) -> None:
        """Take in that the connection was reset: an answer that only its end delimits is not whole then."""
        if not self.decided:
            self._decide("reset")

    def _decide(self, problem: str | None) -> None:
        self.decided = True
        self.problem = problem
        self._line.clear()

    def _status_line(self, line: bytes) -> None:
        version, code = line[:8], line[9:12]
        if not (
            _is_clean(line)
            and version.startswith(START)
            and version[7:].isdigit()
            and line[8:9] == b" "
            and len(code) == 3
            and code.isdigit()
            and code >= b"100"
            and line[12:13] in (b"", b" ")
        ):
            self._decide("not-http")
            return
        self._code = int(code)
        self._last_name = b""
        self._lengths = []
        self._codings = []
        self.location = b""
        self._on_line = self._header_line

    def _header_line(self, line: bytes) -> None:
        if not line:
            self._head_read()
            return
        if not _is_clean(line):
            self._decide("not-http")
            return
        if line[:1] in (b" ", b"\t"):
            # a folded value, obsolete but legal; never in a header that says where the body ends
            if not self._last_name or self._last_name in FRAMING:
                self._decide("not-http")
            return
        name, colon, value = line.partition(b":")
        if not colon or not name or name.translate(None, TOKEN):
            self._decide("not-http")
            return
        name = name.lower()
        value = value.strip(b" \t")
        self._last_name = name
        if name == b"content-length":
            self._lengths += [one.strip(b" \t") for one in value.split(b",")]
        elif name == b"transfer-encoding":
            self._codings += [one.strip(b" \t").lower() for one in value.split(b",")]
        elif name == b"location":
            self.location = value

    def _head_read(self) -> None:
        if self._code < 200 and self._code != SWITCHING_PROTOCOLS:
            self._on_line = self._status_line
            return
        self.status = self._code
        self._in_body = True
        self._left = BODY_LIMIT
        if self._code in BODILESS:
            self._decide(None)
        elif b"chunked" in self._codings:
            # it must be the last coding and be applied once (RFC 9112, section 6.1)
            if self._codings.index(b"chunked") != len(self._codings) - 1:
                self._decide("not-http")
            self._on_line = self._chunk_size
        elif self._codings:
            self._read_until_close()
        elif self._lengths:
            self._read_length()
        else:
            self._read_until_close()

    def _read_length(self) -> None:
        length = self._lengths[0]
        # repeated is legal as long as all agree (RFC 9110, section 8.6)
        if any(one != length for one in self._lengths) or not _is_number(length):
            self._decide("not-http")
            return
        self._skip = int(length)
        if not self._skip:
            self._decide(None)

    def _read_until_close(self) -> None:
        self._until_close = True
        self._skip = BODY_LIMIT

    def _body_skipped(self) -> None:
        if self._on_line != self._chunk_end:
            self._decide(None)

    def _chunk_size(self, line: bytes) -> None:
        size = line.partition(b";")[0].strip(b" \t")
        if not 0 < len(size) <= LONGEST_NUMBER or size.translate(None, HEXADECIMAL):
            self._decide("not-http")
            return
        self._skip = int(size, 16)
        self._on_line = self._chunk_end
        if not self._skip:
            # the last chunk: trailers may follow, but nothing of the body
            self._decide(None)

    def _chunk_end(self, line: bytes) -> None:
        if line:
            self._decide("not-http")
        self._on_line = self._chunk_size


def _is_clean(line: bytes) -> bool:
    """Whether it is free of what RFC 9110, section 5.5, has us reject: each reader would see another message."""
    return b"\0" not in line and b"\r" not in line


def _could_start(line: bytearray) -> bool:
    return START.startswith(bytes(line[: len(START)]))


def _is_number(text: bytes) -> bool:
    return text.isdigit() and len(text) <= LONGEST_NUMBER
