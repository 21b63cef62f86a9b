"""Which HTTP answers count as healthy."""

from __future__ import annotations


def read_ranges(value: object) -> tuple[tuple[int, int], ...]:
    """Return the ranges, ends included, of ``200``, ``"200-299"``, ``"200, 300-399"`` or a list of these.

    Empty when anything in ``value`` is none of these.
    """
    ranges = []
    for item in value if isinstance(value, list) else [value]:
        for part in item.split(",") if isinstance(item, str) else [item]:
            found = _one_range(part)
            if found is None:
                return ()
            ranges.append(found)
    return tuple(ranges)


def _one_range(part: object) -> tuple[int, int] | None:
    if isinstance(part, int) and not isinstance(part, bool):
        return part, part
    if not isinstance(part, str):
        return None
    first, dash, last = (piece.strip() for piece in part.partition("-"))
    last = last if dash else first
    # Three digits are all that a status has (RFC 9110 section 15).
    if not (len(first) == len(last) == 3 and first.isdecimal() and last.isdecimal()):
        return None
    return int(first), int(last)
