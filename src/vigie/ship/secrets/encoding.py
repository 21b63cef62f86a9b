"""Brings a file's content into UTF-8, or tells that it is no text."""

from __future__ import annotations

import codecs

HEAD = 8_000
"""Bytes git looks at for a NUL to tell text from the rest (its ``FIRST_FEW_BYTES``)."""

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # begins with the mark of UTF-16
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def as_text(content: bytes) -> bytes | None:
    """Return ``content`` as UTF-8, byte order mark gone; None for what is no text.

    A text of another one-byte encoding comes back as it is: tokens are ASCII in all of them.
    """
    for mark, name in _MARKS:
        if content.startswith(mark):
            if name == "utf-8":
                return content[len(mark) :]
            return _recoded(content, name)
    head = content[:HEAD]
    if b"\0" not in head:
        return content
    order = _byte_order(head)
    return None if order is None else _recoded(content, order)


def _recoded(content: bytes, encoding: str) -> bytes:
    return content.decode(encoding, "replace").encode("utf-8", "replace")


def _byte_order(head: bytes) -> str | None:
    """Tell UTF-16 without a mark: every other byte of western text is 0, and the others are not."""
    even, odd = head[0::2], head[1::2]
    empty_even, empty_odd = even.count(0), odd.count(0)
    if empty_odd > 0.7 * len(odd) and empty_even == 0:
        return "utf-16-le"
    if empty_even > 0.7 * len(even) and empty_odd == 0:
        return "utf-16-be"
    return None
