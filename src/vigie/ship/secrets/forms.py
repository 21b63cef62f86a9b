"""The forms in which one value can lie in a file: as it is, escaped, in an address, in base64."""

from __future__ import annotations

from binascii import b2a_base64
from collections.abc import Iterator

from vigie.ship.secrets.plausible import is_letter_or_digit

SHORTEST = 8
"""Characters of a form below which finding it means nothing."""


def forms(value: str) -> tuple[bytes, ...]:
    """Return every form of ``value``, the value itself first."""
    found = dict.fromkeys(_forms(value))
    return tuple(form for form in found if len(form) >= SHORTEST)


def _forms(value: str) -> Iterator[bytes]:
    raw = value.encode("utf-8", "surrogatepass")
    yield raw
    if b"\n" in raw:
        yield raw.replace(b"\n", b"\r\n")
    yield from _escaped(value)
    # urllib.parse would cost 30 ms to import.
    for kept in (b"-._~", b"-._~/"):
        for capitals in (True, False):
            written = _in_address(raw, kept, capitals)
            yield written
            yield written.replace(b"%20", b"+")
    yield from _in_base64(raw)


def _escaped(value: str) -> Iterator[bytes]:
    """Yield the value as JSON, and most languages, write it."""
    if value.isascii() and value.isalnum():
        return
    from json import dumps

    for ascii_only in (True, False):
        escaped = dumps(value, ensure_ascii=ascii_only)[1:-1].encode("utf-8", "surrogatepass")
        yield escaped
        yield escaped.replace(b"/", b"\\/")


def _in_address(raw: bytes, kept: bytes, capitals: bool) -> bytes:
    """Return the value as RFC 3986 writes it; capitals or not are both in use."""
    form = b"%%%02X" if capitals else b"%%%02x"
    return b"".join(bytes((one,)) if is_letter_or_digit(one) or one in kept else form % one for one in raw)


def _in_base64(raw: bytes) -> Iterator[bytes]:
    """Yield what the value gives inside longer data, which may begin at any byte of a group of three.

    Characters that also depend on the neighbours are left out.
    """
    for before in range(3):
        usable = (before + len(raw)) // 3 * 4
        first = (0, 2, 3)[before]
        form = b2a_base64(b"\0" * before + raw, newline=False)[first:usable]
        yield form
        yield form.replace(b"+", b"-").replace(b"/", b"_")
