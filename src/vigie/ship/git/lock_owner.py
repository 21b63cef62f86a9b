"""Whose is a lock of git's: a living process that may own it, none for certain, or nobody can tell.

Only Linux shows what is needed: which files a process has open, where it stands, what it was told (proc(5)).
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from typing import NamedTuple

from vigie.ship.display import printable

_SHARED = frozenset({"9p", "afs", "ceph", "cifs", "lustre", "nfs", "nfs4", "smb3", "vboxsf", "virtiofs"})
"""Kinds of file systems that other machines may write to: their processes are not in our list."""

_LOCKLESS = ("fsmonitor--daemon", "credential-cache--daemon")
"""Parts of git that live on for hours and never take a lock."""

_NEXT_INDEX = re.compile(r"next-index-(\d+)\.lock$")


class Owner(NamedTuple):
    """A process that may own a lock."""

    pid: int
    program: str


class Unprovable(Exception):  # noqa: N818  (no error: an answer)
    """Something could not be looked at, so nothing is known."""


def find_owner(lock: str, seen: os.stat_result, folders: tuple[str, ...]) -> Owner | None:
    """Return a living process that may own the lock, None when there is none for certain.

    ``seen``: what the lock was when it was found; ``folders``: the places, links resolved, of which one is where
    a git that works in this repository stands or was pointed to. Raises ``Unprovable``.
    """
    if sys.platform == "linux":
        if seen.st_uid != os.geteuid() or _is_shared(lock):
            raise Unprovable
        beside = set(_named_beside(lock))
        for pid in _processes():
            owner = _look_at(pid, seen, folders, pid in beside)
            if owner is not None:
                return owner
        return None
    else:  # noqa: RET505  (two systems, not two cases)
        raise Unprovable


def left_beside(lock: str) -> tuple[str, ...]:
    """Return the index files that partial commits of dead processes have left beside a lock without an owner."""
    folder = os.path.dirname(lock)
    found = ((entry, _NEXT_INDEX.search(entry)) for entry in os.listdir(folder))
    return tuple(
        os.path.join(folder, entry) for entry, pid in found if pid and not os.path.exists(f"/proc/{pid[1]}")
    )


def _processes() -> Iterator[int]:
    mine = os.getpid()
    for name in os.listdir("/proc"):
        if name.isdecimal() and int(name) != mine:
            yield int(name)


def _look_at(pid: int, seen: os.stat_result, folders: tuple[str, ...], named: bool) -> Owner | None:
    folder = f"/proc/{pid}"
    try:
        if os.stat(folder).st_uid != seen.st_uid or _is_dead(folder):
            return None
        program = _text(f"{folder}/comm").strip()
        is_git = program == "git" or program.startswith("git-")
        if _holds(folder, seen, strict=is_git) or (is_git and (named or _works_in(folder, folders))):
            return Owner(pid, printable(program))
    except (FileNotFoundError, ProcessLookupError):
        pass  # it ended while we looked
    return None


def _is_dead(folder: str) -> bool:
    return _text(f"{folder}/stat").rpartition(")")[2].split()[0] in ("Z", "X")


def _holds(folder: str, seen: os.stat_result, *, strict: bool) -> bool:
    """Whether the process has the lock open; one that hides its files is no git, unless it says it is."""
    try:
        numbers = os.listdir(f"{folder}/fd")
    except PermissionError:
        if strict:
            raise Unprovable from None
        return False
    for number in numbers:
        try:
            found = os.stat(f"{folder}/fd/{number}")
        except OSError:
            continue
        if (found.st_dev, found.st_ino) == (seen.st_dev, seen.st_ino):
            return True
    return False


def _works_in(folder: str, folders: tuple[str, ...]) -> bool:
    """Whether a git works in the repository: it stands there, or was told to by its words or variables."""
    try:
        standing = os.readlink(f"{folder}/cwd")
        words = _text(f"{folder}/cmdline")
        variables = _text(f"{folder}/environ").split("\0")
    except PermissionError:
        raise Unprovable from None
    if any(daemon in words for daemon in _LOCKLESS):
        return False
    words += "\0".join(variable for variable in variables if variable.startswith("GIT_"))
    return any(standing == place or standing.startswith(place + "/") or place in words for place in folders)


def _named_beside(lock: str) -> Iterator[int]:
    """Yield the processes that git itself named: git-commit(1) in a file's name, ``core.lockfilePid`` inside."""
    folder, name = os.path.split(lock)
    stem = name.removesuffix(".lock")
    for entry in os.listdir(folder):
        found = _NEXT_INDEX.search(entry)
        if found:
            yield int(found[1])
        elif entry == f"{stem}~pid.lock":
            numbers = re.findall(r"\d+", _text(os.path.join(folder, entry)))
            yield from map(int, numbers[:1])


def _is_shared(lock: str) -> bool:
    """Whether the lock lies on a file system that other machines may write to (proc(5), mountinfo)."""
    best, kind = "", ""
    real = os.path.realpath(os.path.dirname(lock))
    for row in _text("/proc/self/mountinfo").splitlines():
        fields, _, rest = row.partition(" - ")
        place = fields.split(" ")[4].encode("ascii", "replace").decode("unicode_escape")
        inside = real == place or real.startswith(place.rstrip("/") + "/")
        if inside and len(place) >= len(best):
            best, kind = place, rest.split(" ")[0]
    return not kind or kind in _SHARED or kind.startswith("fuse")


def _text(file: str) -> str:
    with open(file, "rb") as stream:
        return os.fsdecode(stream.read())
