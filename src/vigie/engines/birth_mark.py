"""A mark in the environment of a bot's processes: proof of descent that outlasts group, session and parents.

A grandchild that made a session of its own, closed all descriptors and lost its parents still carries the
environment it was born with. The mark names the launch and the bot (by its copy lock), so that what an
earlier launch left behind can be told from what runs now. Not found: what wiped its environment, and what
another user may not look at.
"""

from __future__ import annotations

import os
import sys
import time
from typing import NamedTuple

from vigie.engines import identity as identities
from vigie.engines import process_table
from vigie.engines.base import Identity

assert sys.platform != "win32", "LocalWindows finds every process of a bot in its job object"  # noqa: S101  (mypy skips the rest there)

VARIABLE = "VIGIE_BOT"

BEGINNING = 5
PAUSE = 0.0002
"""A process without any environment may be in the middle of exec: looked at again for a millisecond."""

_NEEDLE = b"\0" + VARIABLE.encode() + b"="


class Mark(NamedTuple):
    """Which launch of which bot a process descends from; ``launch`` begins with ``moment``."""

    launch: str
    lock_path: str

    @property
    def moment(self) -> int | None:
        """When the launch began, on the scale of ``Identity.started``; None when that cannot be read."""
        try:
            return int(self.launch.partition(".")[0], 16)
        except ValueError:
            return None

    def __str__(self) -> str:
        """Return what stands in the environment."""
        return f"{self.launch}:{self.lock_path}"


def new_mark(lock_path: str) -> Mark:
    """Return the mark for a new launch of the bot whose copy lock has this real path."""
    return Mark(f"{identities.now():x}.{time.time_ns():x}", lock_path)


def parse(value: str) -> Mark:
    """Understand a variable's value."""
    launch, _, lock_path = value.partition(":")
    return Mark(launch, lock_path)


class MarkedProcesses:
    """Who carries which mark, at the last look.

    A process keeps the environment it was born with, so each is read once: a look costs 15 microseconds
    for each new process of the machine and 1 for each known one (0.2 ms for 200), cheap enough to stand
    between a crash and its restart. Known again is who has the same number and the same inode in ``/proc``.
    """

    def __init__(self) -> None:
        """Know nobody yet."""
        self._known: dict[str, tuple[int, Mark | None]] = {}

    def look(self) -> None:
        """Look at every process. Raises ``OSError`` when that is not possible: no descriptor left."""
        if sys.platform == "linux":
            known: dict[str, tuple[int, Mark | None]] = {}
            with os.scandir("/proc") as entries:
                for entry in entries:
                    name = entry.name
                    if name.isdecimal():
                        inode = entry.inode()
                        before = self._known.get(name)
                        same = before is not None and before[0] == inode
                        known[name] = before if same and before else (inode, mark_of(int(name)))
        else:
            known = {str(pid): (0, mark_of(pid)) for pid in process_table.pids()}
        self._known = known

    def of(self, lock_path: str) -> dict[Identity, Mark]:
        """Return the carriers of a mark of this bot that live now, ourselves left out."""
        me = os.getpid()
        found: dict[Identity, Mark] = {}
        for name, (inode, mark) in self._known.items():
            if mark is not None and mark.lock_path == lock_path and int(name) != me:
                who = identities.identify(int(name))
                # the dead stay known until the next look, and their number may be another's by now
                if who is not None and _is_still(who.pid, inode, mark):
                    found[who] = mark
        return found


if sys.platform == "linux":

    def mark_of(pid: int) -> Mark | None:
        """Return the mark in a process's environment; None also when it may not be read.

        Raises ``OSError`` when nothing can be read: no descriptor left.
        """
        try:
            environment = _whole(f"/proc/{pid}/environ")
            for _ in range(BEGINNING):
                if environment or not _is_beginning(pid):
                    break
                time.sleep(PAUSE)
                environment = _whole(f"/proc/{pid}/environ")
        except OSError as error:
            process_table.refuse_blindness(error)
            return None
        value = (b"\0" + environment).partition(_NEEDLE)[2].partition(b"\0")[0]
        return parse(os.fsdecode(value)) if value else None

    def _is_beginning(pid: int) -> bool:
        # in the middle of exec a process has no environment yet; a zombie and a kernel thread (child of
        # kthreadd, process 2) never will
        row = process_table.row(pid)
        return row is not None and not row.over and 2 not in (row.pid, row.parent)

    def _is_still(pid: int, inode: int, mark: Mark) -> bool:
        # not the environment again: programs that set their own title write over it
        del mark
        try:
            return os.stat(f"/proc/{pid}").st_ino == inode
        except OSError:
            return False

    def _whole(path: str) -> bytes:
        size = 16_384
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            content = piece = os.read(descriptor, size)
            while len(piece) == size:
                piece = os.read(descriptor, size)
                content += piece
            return content
        finally:
            os.close(descriptor)

else:

    def mark_of(pid: int) -> Mark | None:
        """Return the mark in a process's environment; None also when it may not be read."""
        import psutil

        try:
            value = psutil.Process(pid).environ().get(VARIABLE)
        except (psutil.Error, OSError):
            return None
        return parse(value) if value else None

    def _is_still(pid: int, inode: int, mark: Mark) -> bool:
        del inode
        return mark_of(pid) == mark
