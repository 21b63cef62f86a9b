"""Keeps what we cannot believe: a damaged or foreign file is moved aside, never overwritten."""

from __future__ import annotations

import os
from typing import Final

from vigie.records.private_file import make_private_folder, move_onto, write_failure

MOST_KEPT: Final = 9
"""Files kept of one name; the ninth place is used again, so that a daily accident cannot fill the disk."""


def keep_aside(path: str, folder: str, companions: tuple[str, ...] = ()) -> str | None:
    """Move ``path`` to ``folder/NAME.damaged.EXT`` (``NAME.damaged-2.EXT``, ...); return the new path.

    An empty or missing file is not kept: None. ``companions`` are endings of files that belong to it
    and go first, so that they never stand beside a file that is not theirs. Raises ``Failure``.
    """
    try:
        if not os.lstat(path).st_size and not os.path.isdir(path):
            return None
    except OSError:
        return None
    make_private_folder(folder)
    kept = _free_name(os.path.basename(path), folder)
    try:
        for ending in companions:
            if os.path.lexists(path + ending):
                move_onto(path + ending, kept + ending)
        move_onto(path, kept)
    except OSError as error:
        raise write_failure(kept, error) from error
    return kept


def _free_name(name: str, folder: str) -> str:
    """Return the first name not taken yet, or the last one there is."""
    stem, extension = os.path.splitext(name)
    for number in range(1, MOST_KEPT + 1):
        mark = ".damaged" if number == 1 else f".damaged-{number}"
        path = os.path.join(folder, stem + mark + extension)
        if not os.path.lexists(path):
            break
    return path
