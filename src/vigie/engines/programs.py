"""The running programs of this user: what each was started with and in which folder it works."""

from __future__ import annotations

import os
import sys
import time
from typing import NamedTuple

from vigie.engines import command_line


class Program(NamedTuple):
    """One living process. ``directory`` is "" where the system does not tell."""

    pid: int
    parent: int
    arguments: tuple[str, ...]
    directory: str
    started: float

    def __repr__(self) -> str:
        """Return the number and the shown name: arguments may hold secrets."""
        return f"Program({self.pid}, {self.shown!r})"

    @property
    def shown(self) -> str:
        """What a person may be shown: the program and the script or module it runs, no other argument."""
        return shown(self.arguments)


def shown(arguments: tuple[str, ...]) -> str:
    """Return ``python3 start.py`` for ``/usr/bin/python3 -X dev /srv/start.py --token SECRET``."""
    if not arguments:
        return ""
    name = os.path.basename(arguments[0].rstrip("/\\")) or arguments[0]
    runs = command_line.understand(arguments)
    if runs is None or runs.script is None:
        return name
    return f"{name} -m {runs.script}" if runs.module else f"{name} {os.path.basename(runs.script)}"


if sys.platform == "linux":
    from vigie.engines import process_table

    def program(pid: int) -> Program | None:
        """Look one process up; None when it is gone, a zombie or may not be looked at."""
        row = process_table.row(pid)
        if row is None or row.over:
            return None
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as file:
                arguments = tuple(map(os.fsdecode, file.read().split(b"\0")[:-1]))
        except OSError:
            return None
        return Program(pid, row.parent, arguments, working_directory(pid) or "", row.started)

    def working_directory(pid: int) -> str | None:
        """Return the folder a process works in, None when the system does not tell."""
        try:
            return os.readlink(f"/proc/{pid}/cwd")
        except OSError:
            return None

    def own_programs() -> dict[int, Program]:
        """Every living process of this user."""
        me = os.geteuid()
        found: dict[int, Program] = {}
        for pid in process_table.pids():
            try:
                if os.stat(f"/proc/{pid}").st_uid != me:
                    continue
            except OSError:
                continue
            seen = program(pid)
            # kernel threads have no command line
            if seen is not None and seen.arguments:
                found[pid] = seen
        return found

else:

    def program(pid: int) -> Program | None:
        """Look one process up; None when it is gone, a zombie or may not be looked at."""
        import psutil

        try:
            process = psutil.Process(pid)
            with process.oneshot():
                if process.status() == psutil.STATUS_ZOMBIE:
                    return None
                return Program(
                    pid,
                    process.ppid(),
                    tuple(process.cmdline()),
                    process.cwd() or "",
                    process.create_time(),
                )
        except (psutil.Error, OSError):
            return None

    def own_programs() -> dict[int, Program]:
        """Every living process of this user."""
        import psutil

        try:
            me = psutil.Process().username()
        except (psutil.Error, OSError, KeyError):
            return {}
        found: dict[int, Program] = {}
        for process in psutil.process_iter():
            try:
                if process.username() != me:
                    continue
            except (psutil.Error, OSError, KeyError):
                continue
            seen = program(process.pid)
            if seen is not None and seen.arguments:
                found[seen.pid] = seen
        return found


class Look:
    """All programs of this user as they were at one moment, with what was found out about them since."""

    def __init__(self) -> None:
        """Look now."""
        self.at = time.monotonic()
        self.programs = own_programs()
        self._runs: dict[int, command_line.Runs | None] = {}
        self._real: dict[str, str] = {}

    def runs(self, seen: Program) -> command_line.Runs | None:
        """Return what a program runs, understood once."""
        if seen.pid not in self._runs:
            self._runs[seen.pid] = command_line.understand(seen.arguments)
        return self._runs[seen.pid]

    def real(self, directory: str, path: str) -> str:
        """Return where ``path``, seen from ``directory``, really lies, found out once."""
        joined = os.path.join(directory, path)
        if joined not in self._real:
            self._real[joined] = os.path.normcase(os.path.realpath(joined))
        return self._real[joined]


_last: Look | None = None


def look(fresh: float = 0.0) -> Look:
    """Look at all programs, unless that was done within the last ``fresh`` seconds."""
    global _last
    if _last is None or time.monotonic() - _last.at > fresh:
        _last = Look()
    return _last


def lineage(pid: int) -> set[int]:
    """Return ``pid`` and those who started it."""
    found: set[int] = set()
    while pid > 0 and pid not in found:
        found.add(pid)
        seen = program(pid)
        pid = seen.parent if seen is not None else 0
    return found
