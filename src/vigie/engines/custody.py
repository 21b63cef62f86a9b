"""Who has the port, and whether somebody has started this very bot by hand.

Linux reads ``/proc`` itself (some milliseconds for a whole machine); elsewhere psutil is asked. Only what
belongs to this user is ever recognised as the bot; a stranger is named, never touched.
"""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from vigie.engines import command_line, programs
from vigie.engines.programs import Program

ANYWHERE = ("127.0.0.1", "::1")


class Listener(NamedTuple):
    """Who listens on a port: ``pid`` is None where another user's or another container's hides.

    ``program`` names it safely (no argument that could be a secret); ``directory`` is where it works.
    """

    pid: int | None
    program: str
    directory: str | None


def listeners(port: int) -> list[Listener]:
    """Return who listens on this TCP port of this machine, on whatever address: takes milliseconds."""
    found: list[Listener] = []
    for pid in _listening(port):
        seen = programs.program(pid) if pid is not None else None
        if seen is None:
            found.append(Listener(pid, "", None))
        else:
            found.append(Listener(pid, seen.shown, seen.directory or None))
    return found


def free(port: int, hosts: Sequence[str] = ANYWHERE) -> bool:
    """Whether a bot could listen on ``port`` of all these addresses: tens of microseconds, nobody disturbed.

    Tried by binding, which neither wakes a listener nor waits for a silent one, as connecting would: on
    Windows a refused connection takes 2 s. An address this machine does not have is no obstacle.
    """
    for host in (*hosts, *_WILDCARDS):
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        try:
            with socket.socket(family, socket.SOCK_STREAM) as attempt:
                _ask_politely(attempt, family)
                attempt.bind((host, port))
        except PermissionError:
            # a port below 1024 may be bound by root alone (on Windows: taken exclusively by somebody)
            if sys.platform == "win32" or listeners(port):
                return False
        except OSError as error:
            if error.errno in _TAKEN:
                return False
    return True


def find_by_hand(
    directory: str, command: Sequence[str], port: int | None, ignore: Iterable[int] = (), fresh: float = 0.0
) -> int | None:
    """Return the process of this bot that somebody started by hand, or None.

    It runs the same script (or module, or program) with the command's arguments first, by the same kind of
    interpreter; or it listens on ``port`` and works in ``directory``, and then the topmost of those who
    started it, are of the bot's kind and work there too. Of several the eldest. Never one in ``ignore``,
    ourselves, or those who started us. ``fresh``: seconds for which an earlier look at all programs will do.
    """
    look = programs.look(fresh)
    while True:
        found = _find_by_hand(look, directory, command, port, ignore)
        if found is None or programs.program(found.pid) == found:
            return None if found is None else found.pid
        look = programs.look()  # it has ended since, and its number may be another's


def _find_by_hand(
    look: programs.Look, directory: str, command: Sequence[str], port: int | None, ignore: Iterable[int]
) -> Program | None:
    wanted = command_line.understand(command)
    if wanted is None:
        return None
    home = os.path.realpath(directory)
    passed_over = {*ignore, *programs.lineage(os.getpid())}
    candidates = {pid: seen for pid, seen in look.programs.items() if pid not in passed_over}
    same = {
        pid: seen for pid, seen in candidates.items() if _runs_the_same(look, seen, command[0], wanted, home)
    }
    if same:
        # workers that it forked look like itself
        topmost = [seen for seen in same.values() if seen.parent not in same]
        return min(topmost, key=lambda seen: (seen.started, seen.pid))
    for pid in _listening(port) if port is not None else []:
        found = candidates.get(pid) if pid is not None else None
        if found is not None and _works_in(look, found, home):
            while (parent := candidates.get(found.parent)) is not None and _is_kin(
                look, parent, wanted.kind, home
            ):
                found = parent
            return found
    return None


def _runs_the_same(
    look: programs.Look, seen: Program, program: str, wanted: command_line.Runs, home: str
) -> bool:
    runs = look.runs(seen)
    if runs is None:
        return False
    if wanted.kind not in command_line.GRAMMARS and runs.script is not None:
        # a script started by its own name shows up as its interpreter with the script's path
        runs = runs._replace(kind=wanted.kind, module=False)
        wanted = wanted._replace(script=program)
    if runs.kind != wanted.kind or runs.module != wanted.module:
        return False
    if runs.rest[: len(wanted.rest)] != wanted.rest:
        return False
    if wanted.script is None or runs.script is None:
        # no interpreter: then the program itself must be the same one, in the same folder
        known = wanted.kind in command_line.GRAMMARS
        return (
            not known
            and _works_in(look, seen, home)
            and _same_program(look, seen.arguments[0], program, home)
        )
    if wanted.module:
        return runs.script == wanted.script and _works_in(look, seen, home)
    if not seen.directory and not os.path.isabs(runs.script):
        return False
    return look.real(seen.directory, runs.script) == look.real(home, wanted.script)


def _same_program(look: programs.Look, one: str, other: str, home: str) -> bool:
    if os.path.dirname(one) and os.path.dirname(other):
        return look.real(home, one) == look.real(home, other)
    return os.path.basename(one) == os.path.basename(other)


def _is_kin(look: programs.Look, seen: Program, kind: str, home: str) -> bool:
    return _works_in(look, seen, home) and command_line.kind_of(seen.arguments[0]) == kind


def _works_in(look: programs.Look, seen: Program, home: str) -> bool:
    return bool(seen.directory) and look.real(home, seen.directory) == look.real(home, "")


if sys.platform == "win32":
    # WSAEADDRINUSE and WSAEACCES: somebody has it, or has it for himself alone
    _TAKEN: tuple[int, ...] = (10048, 10013)
    _WILDCARDS: tuple[str, ...] = ()

    def _ask_politely(attempt: socket.socket, family: int) -> None:
        del family
        # without it Windows lets two sockets share one port
        attempt.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)

else:
    import errno

    _TAKEN = (errno.EADDRINUSE,)
    # with SO_REUSEADDR a BSD lets one address be bound beside somebody's wildcard
    _WILDCARDS = () if sys.platform == "linux" else ("0.0.0.0", "::")  # noqa: S104

    def _ask_politely(attempt: socket.socket, family: int) -> None:
        # connections of a bot that has just ended may linger (TIME_WAIT); they are in nobody's way
        attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            attempt.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)


if sys.platform == "linux":

    def _listening(port: int) -> list[int | None]:
        inodes = _listening_sockets(port)
        if not inodes:
            return []
        links = {f"socket:[{inode}]" for inode in inodes}
        from vigie.engines import process_table

        found: list[int | None] = [pid for pid in sorted(process_table.pids()) if _has_one_of(pid, links)]
        return found or [None]

    def _listening_sockets(port: int) -> set[str]:
        """Return the inodes of the sockets in state LISTEN (proc_net(5): the fourth column, 0A)."""
        found: set[str] = set()
        wanted = f":{port:04X}"
        for table in ("/proc/net/tcp", "/proc/net/tcp6"):
            try:
                with open(table, encoding="ascii", errors="replace") as lines:
                    next(lines, None)
                    for line in lines:
                        fields = line.split()
                        if fields[3] == "0A" and fields[1].endswith(wanted):
                            found.add(fields[9])
            except OSError:
                continue
        return found

    def _has_one_of(pid: int, links: set[str]) -> bool:
        folder = f"/proc/{pid}/fd"
        try:
            for name in os.listdir(folder):
                try:
                    if os.readlink(f"{folder}/{name}") in links:
                        return True
                except OSError:
                    continue
        except OSError:
            pass
        return False

else:

    def _listening(port: int) -> list[int | None]:
        import psutil

        try:
            connections = psutil.net_connections("tcp")
        except psutil.AccessDenied:
            # macOS lets root alone ask for all at once
            connections = []
        found = {
            connection.pid
            for connection in connections
            if connection.status == psutil.CONN_LISTEN and connection.laddr and connection.laddr.port == port
        }
        if not connections:
            found = {pid for pid in programs.own_programs() if _listens(pid, port)}
        if not found and not free(port):
            return [None]
        return sorted(found, key=lambda pid: -1 if pid is None else pid)

    def _listens(pid: int, port: int) -> bool:
        import psutil

        try:
            return any(
                connection.status == psutil.CONN_LISTEN and connection.laddr.port == port
                for connection in psutil.Process(pid).net_connections("tcp")
            )
        except (psutil.Error, OSError):
            return False
