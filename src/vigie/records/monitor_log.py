"""``logs/bot_monitor.log``: what vigie itself did and saw, one entry a line.

    [2026-02-08 19:45:32] INFO     [CHECK] ...

The file is opened for each entry: so it may be deleted, moved, rotated by somebody else or come back with its
disk at any time, and several processes may write to it. That costs 10 to 30 microseconds an entry. The
standard library's ``logging`` would cost every command 15 ms of imports.
"""

from __future__ import annotations

import os
import stat
import sys
import time
from typing import TYPE_CHECKING, Final

from vigie.problems import Problem
from vigie.records.log_rotation import rotate
from vigie.records.plain_text import one_line
from vigie.records.private_file import make_private_folder, write_all, write_failure

if TYPE_CHECKING:
    from collections.abc import Callable

LONGEST: Final = 16_384
"""Characters of one entry that are kept."""

_LEVELS: Final = {"WARNING": "WARNING", "ERROR": "ERROR"}

_FLAGS: Final = (
    os.O_RDWR
    | os.O_APPEND
    | os.O_CREAT
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)

_BEGINNING: Final = b"\xef\xbb\xbf" if sys.platform == "win32" else b""
"""Windows PowerShell's ``Get-Content`` takes a file without this mark for cp1252 and garbles every accent."""


class MonitorLog:
    """Appends entries and never raises; ``problem`` is what is wrong now, ``lost`` counts what was lost."""

    def __init__(
        self, path: str, wall: Callable[[], float], max_size: int = 1_000_000, keep: int = 5
    ) -> None:
        """``wall`` tells epoch seconds; at ``max_size`` bytes the file is put away; ``keep`` such stay."""
        self.path = path
        self.problem: Problem | None = None
        self.lost = 0
        self._wall = wall
        self._max_size = max_size
        self._keep = keep
        self._ends_well = False

    def write(self, tag: str, text: str) -> bool:
        """Append one entry; False when it could not be written. The next one tries afresh."""
        moment = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(self._wall()))
        entry = f"[{moment}] {_LEVELS.get(tag, 'INFO'):<8} [{tag}] {one_line(text[:LONGEST])}\n"
        try:
            self._append(entry.encode("utf-8", "backslashreplace"))
        except OSError as error:
            self.problem = write_failure(self.path, error)
        except Problem as problem:
            self.problem = problem
        else:
            self.problem = None
            return True
        self.lost += 1
        return False

    def _append(self, line: bytes) -> None:
        self._make_room(len(line))
        descriptor = self._open()
        try:
            if not os.lseek(descriptor, 0, os.SEEK_END):
                line = _BEGINNING + line
            elif not self._ends_well and not _ends_a_line(descriptor):
                # A full disk or a power cut left a cut entry, which must not swallow this one.
                line = b"\n" + line
            self._ends_well = False
            write_all(descriptor, line)
            self._ends_well = True
        finally:
            os.close(descriptor)

    def _open(self) -> int:
        try:
            return os.open(self.path, _FLAGS, 0o600)
        except FileNotFoundError:
            make_private_folder(os.path.dirname(self.path) or os.curdir)
            return os.open(self.path, _FLAGS, 0o600)

    def _make_room(self, length: int) -> None:
        try:
            known = os.stat(self.path)
            if stat.S_ISREG(known.st_mode) and known.st_size > max(0, self._max_size - length):
                rotate(self.path, max(0, self._max_size - length), self._keep)
        except OSError:
            # Not there yet, or held by a reader on Windows: better a log that is too long than a lost entry.
            pass


def _ends_a_line(descriptor: int) -> bool:
    os.lseek(descriptor, -1, os.SEEK_END)
    return os.read(descriptor, 1) == b"\n"
