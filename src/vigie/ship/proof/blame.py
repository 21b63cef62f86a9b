"""Whether what a bot printed before its end points at a line of a file that the new commit changed."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import NamedTuple

from vigie.messages import Phrase

LONGEST = 200
"""Characters of an error that are shown."""

_FRAME = re.compile(r'^\s*(?:\|\s+)*File "(?P<file>[^"]+)", line (?P<line>[0-9]{1,7})\b')
"""A frame of a traceback, also inside an exception group, whose lines begin with bars (``traceback``)."""

_ERROR = re.compile(r"^(?:\s*(?:\|\s*)+(?<=\s))?(?P<error>(?:(?:[A-Za-z_]\w*\.)+\w+|[A-Z]\w*)(?::\s.*|\s*)$)")
"""The line that ends a traceback: the class, with its module unless that is ``builtins``, then its words."""

_FOREIGN = ("site-packages/", "dist-packages/", "/lib/python", "<frozen ")
"""Not the project's own files, whatever they are called."""


class Crash(NamedTuple):
    """One traceback: its frames (file, line), the innermost last, and the line that ends it."""

    frames: tuple[tuple[str, int], ...]
    error: str


def blame(lines: Sequence[str], changed: Collection[str], roots: Collection[str] = ()) -> Phrase | None:
    """Return "line 42 of bot.py, changed by this commit: ValueError: ..." of the last traceback, or None.

    ``lines`` are the bot's last, fit to be shown; ``changed`` the paths that the commit changed, relative to the
    repository's top folder. ``roots``: folders in which that top folder may lie; without any, a file is known by
    the end of its path. The innermost changed file counts: what it called is rarely at fault.
    """
    for crash in reversed(crashes(lines)):
        for file, line in reversed(crash.frames):
            path = _changed(file, changed, roots)
            if path is not None:
                return Phrase("proof.blame", file=path, line=line, error=crash.error[:LONGEST])
    return None


def crashes(lines: Sequence[str]) -> list[Crash]:
    """Return the tracebacks among ``lines``, in their order; one whose beginning is cut off counts too."""
    found: list[Crash] = []
    frames: list[tuple[str, int]] = []
    for line in lines:
        frame = _FRAME.match(line)
        if frame is not None:
            frames.append((frame["file"], int(frame["line"])))
        elif frames and (error := _ERROR.match(line)) is not None:
            found.append(Crash(tuple(frames), error["error"].strip()))
            frames = []
    if frames:
        found.append(Crash(tuple(frames), "..."))
    return found


def _changed(file: str, changed: Collection[str], roots: Collection[str]) -> str | None:
    file = file.replace("\\", "/")
    if any(mark in file for mark in _FOREIGN):
        return None
    for root in roots:
        top = root.replace("\\", "/").rstrip("/") + "/"
        if file.startswith(top):
            inside = file[len(top) :]
            return inside if inside in changed else None
    if roots:
        return file if file in changed else None
    ends = (path for path in changed if file == path or file.endswith(f"/{path}"))
    return max(ends, key=len, default=None)
