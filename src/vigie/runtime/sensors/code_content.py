"""What the code says, file by file, so that only a changed content counts as a change.

A file that was touched, checked out and back, or copied for a backup has another date and says the same.
"""

from __future__ import annotations

import os
from typing import NamedTuple

from vigie.runtime.sensors.code_files import CodeFiles, changed_at

LARGEST = 4 << 20
"""Bytes up to which a file is read; a larger one, a compiled program, is known by its date and size."""

COARSE = 2.0
"""Seconds of the coarsest file dates (FAT): a file as young as that may change again and keep its date."""


class Mark(NamedTuple):
    """One file as it lay there at one look."""

    stamp: tuple[int, ...]
    """Its dates, size and number: the same again means that the content was not touched."""
    content: int
    changed: float
    """When it came to lie there, calendar seconds."""
    written: float
    """When it was last written to, calendar seconds; copies may keep this date."""
    sure: bool


Code = dict[str, Mark]


class CodeContent:
    """Looks at a bot's code again and again and reads only what may have changed since."""

    def __init__(self, files: CodeFiles) -> None:
        """Look at nothing yet."""
        self.files = files
        self._marks: Code = {}

    def look(self, wall: float) -> Code | None:
        """Return the code as it lies there, None when its folder is not there.

        ``wall`` is the calendar time now in seconds. What cannot be looked at although it is there is taken to
        be as it was. Of more files than can be looked at, only those known from before count.
        """
        try:
            seen = self.files.look()
        except OSError:
            return None
        code: Code = {}
        for path, found in seen.items():
            mark = self._mark(path, found, wall)
            if mark is not None:
                code[path] = mark
        for path, mark in self._marks.items():
            hidden = any(path.startswith(os.path.join(folder, "")) for folder in self.files.closed)
            if path not in code and (hidden or self.files.overfull):
                code[path] = mark
        if self.files.overfull and self._marks:
            code = {path: mark for path, mark in code.items() if path in self._marks}
        self._marks = code
        return code

    def _mark(self, path: str, found: os.stat_result, wall: float) -> Mark | None:
        stamp = (found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino)
        known = self._marks.get(path)
        if known is not None and known.sure and known.stamp == stamp:
            return known
        if found.st_size > LARGEST:
            content = hash(stamp)
        else:
            try:
                with open(path, "rb") as file:
                    content = hash(file.read(LARGEST))
            except OSError:
                return known
        changed = changed_at(found)
        return Mark(stamp, content, changed, found.st_mtime, sure=abs(wall - changed) > COARSE)


def differences(before: Code, after: Code) -> list[str]:
    """Return the files that are new, gone, or say something else."""
    other = [
        path for path, mark in after.items() if path not in before or before[path].content != mark.content
    ]
    return sorted([*other, *(path for path in before if path not in after)])


def untouched(before: Code, after: Code) -> bool:
    """Tell whether nobody has written to any file between two looks."""
    return before.keys() == after.keys() and all(
        before[path].stamp == mark.stamp and before[path].content == mark.content
        for path, mark in after.items()
    )
