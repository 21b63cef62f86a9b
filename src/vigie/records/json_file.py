"""Reads a JSON file that anybody may have damaged: believes nothing, never raises, never takes long."""

from __future__ import annotations

import json
import os
import stat
from math import isfinite
from typing import Final

from vigie.plain import Plain
from vigie.records.reading import open_to_read, read_at

LARGEST: Final = 1_048_576
"""Bytes read at most (1 MiB): a thousand times what we write, and parsed in a few milliseconds."""

EMPTY: Final = "record.damaged-empty"
NOT_JSON: Final = "record.damaged-not-json"
NOT_TEXT: Final = "record.damaged-not-text"
TOO_BIG: Final = "record.damaged-too-big"
NOT_A_FILE: Final = "record.damaged-not-a-file"
UNREADABLE: Final = "record.damaged-unreadable"
FOREIGN: Final = "record.damaged-foreign"


class Found(Plain):
    """What a file holds. ``damaged`` is the key of a sentence, None when it is whole or not there at all."""

    value: object = None
    raw: bytes = b""
    damaged: str | None = None

    @property
    def missing(self) -> bool:
        """Whether there is no such file, which is no damage."""
        return not self.raw and self.damaged is None


def read_json(path: str) -> Found:
    """Return what ``path`` holds; a byte-order mark and UTF-16 (Windows editors) are understood."""
    try:
        descriptor = open_to_read(path)
    except (FileNotFoundError, NotADirectoryError):
        return Found()
    except (OSError, ValueError):
        return Found(damaged=NOT_A_FILE if os.path.isdir(path) else UNREADABLE)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return Found(damaged=NOT_A_FILE)
        raw = read_at(descriptor, 0, LARGEST + 1)
    except OSError:
        return Found(damaged=UNREADABLE)
    finally:
        os.close(descriptor)
    return _parsed(raw)


def _parsed(raw: bytes) -> Found:
    """Parse strictly, except for the encoding; nesting of any depth is survived."""
    if len(raw) > LARGEST:
        return Found(damaged=TOO_BIG)
    if not raw.strip():
        return Found(damaged=EMPTY)
    try:
        return Found(json.loads(raw, parse_constant=_finite, parse_float=_finite), raw)
    except UnicodeDecodeError:
        return Found(damaged=NOT_TEXT)
    except (ValueError, RecursionError):
        return Found(damaged=NOT_JSON)


def _finite(text: str) -> float:
    """Turn down NaN, Infinity and 1e999: Python's parser lets them in and JSON cannot write them again."""
    number = float(text)
    if not isfinite(number):
        raise ValueError(text)
    return number
