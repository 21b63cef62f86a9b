"""Where bytes may be cut without splitting a character (UTF-8: RFC 3629)."""

from __future__ import annotations


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
