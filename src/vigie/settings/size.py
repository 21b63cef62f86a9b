"""Sizes of memory as people write them."""

from __future__ import annotations

_UNITS = {
    "": 1,
    "b": 1,
    "kb": 10**3,
    "mb": 10**6,
    "gb": 10**9,
    "tb": 10**12,
    "kib": 2**10,
    "mib": 2**20,
    "gib": 2**30,
    "tib": 2**40,
    # Alone, the letter is 1024-based, as for systemd's MemoryMax= (systemd.resource-control(5)).
    "k": 2**10,
    "m": 2**20,
    "g": 2**30,
    "t": 2**40,
}
"""Decimal and binary prefixes are those of IEC 80000-13: 1 MB is 1 000 000 bytes, 1 MiB is 1 048 576."""


def parse_size(text: str) -> int | None:
    """Return the bytes that ``512 MB``, ``1.5GiB`` or ``300000000`` mean, or None for anything else."""
    text = text.strip()
    number = text.rstrip("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
    unit = text[len(number) :].lower()
    number = number.rstrip()
    # Only what is written with digits: float() would take "nan", "1_0" and "1e9" as well.
    if unit not in _UNITS or not number.replace(".", "", 1).isdecimal() or len(number) > 20:
        return None
    return int(float(number) * _UNITS[unit])
