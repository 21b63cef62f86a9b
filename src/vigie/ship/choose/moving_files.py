"""Files that change while they are being staged, such as what the bot writes: what was read goes, and is told."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping

Stamp = tuple[int, int, int, int]


def look(top: str, paths: Iterable[str]) -> dict[str, Stamp | None]:
    """Return size, dates and number of each file below ``top`` as it lies on disk now; None for a missing one."""
    return {path: _stamp(os.path.join(top, path)) for path in paths}


def moved(top: str, before: Mapping[str, Stamp | None]) -> tuple[str, ...]:
    """Return the paths that are others than ``look`` saw; nothing is staged again: a bot may never stop writing."""
    return tuple(path for path, stamp in look(top, before).items() if stamp != before[path])


def _stamp(file: str) -> Stamp | None:
    try:
        found = os.lstat(file)
    except OSError:
        return None
    return found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino
