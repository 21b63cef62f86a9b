"""git's index (the staged state) as a table: read where it differs from a commit, written path by path.

Paths are written exactly, never as patterns: with ``git add`` the name of a file that became a folder would
take in all that lies in the folder.
"""

from __future__ import annotations

import os
from binascii import crc32
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from vigie.ship.choose.filters import explained
from vigie.ship.git.command import Git, failed
from vigie.ship.git.process_group import Outcome

FIRST_PAUSE = 0.02
PAUSES = 6
"""20 ms doubling six times, 1.26 s in all: an editor that refreshes its view holds the index far shorter."""

ABSENT_MODE = "000000"


class Entry(NamedTuple):
    """One file as a tree or the index holds it: its mode (octal) and the name of its content."""

    mode: str
    content: str


class Difference(NamedTuple):
    """One path that differs between a commit and something newer."""

    old: Entry
    new: Entry


def staged_differences(git: Git, base: str, index: str | None = None) -> dict[str, Difference]:
    """Return what is staged in the index (the real one, or the file ``index``) compared with ``base``."""
    return _parse(git.ask("diff-index", "--cached", "--raw", "-z", "--no-renames", base, "--", index=index))


def tree_differences(git: Git, base: str, commit: str) -> dict[str, Difference]:
    """Return what ``commit`` changed compared with ``base``."""
    return _parse(git.ask("diff-tree", "-r", "--raw", "-z", "--no-renames", base, commit, "--"))


def _parse(answer: bytes) -> dict[str, Difference]:
    """Read git-diff-index(1)'s raw format: ``:mode mode content content letter``, NUL, path, NUL."""
    fields = answer.split(b"\0")
    differences = {}
    for head, path in zip(fields[0:-1:2], fields[1::2], strict=True):
        old_mode, new_mode, old, new, _ = head.decode("ascii").removeprefix(":").split(" ")
        differences[os.fsdecode(path)] = Difference(Entry(old_mode, old), Entry(new_mode, new))
    return differences


def copy_index(source: str, target: str) -> None:
    """Copy an index file; a repository without one yet has nothing to copy.

    The moment of change goes along: by it git tells which files it must read again, whatever their date.
    """
    try:
        with open(source, "rb") as file:
            data, seen = file.read(), os.fstat(file.fileno())
    except FileNotFoundError:
        return
    with open(target, "wb") as file:
        file.write(data)
    os.utime(target, ns=(seen.st_atime_ns, seen.st_mtime_ns))


def fingerprint(index: str) -> str:
    """Return what tells one state of an index file from another, "" without one; raises ``OSError``.

    git ends an index with the digest of what stands before (gitformat-index(5)), unless ``index.skipHash`` spares it.
    """
    try:
        with open(index, "rb") as file:
            content = file.read()
    except FileNotFoundError:
        return ""
    return f"{len(content)}-{crc32(content):08x}-{content[-_DIGEST:].hex()}"


_DIGEST = 20
"""Bytes; of a longer one the end will do."""


def replace_index(index: str, by: str, seen: str) -> bool:
    """Put the file ``by`` in the place of ``index`` if that is still what ``seen`` says; False when it is not.

    By git's own lock, so that nobody's work in between is lost. Raises ``FileExistsError`` when another git holds it.
    Dates go along: by them git tells which files it must read again.
    """
    lock = index + ".lock"
    if os.path.islink(index):
        return False
    try:
        os.link(by, lock)
    except FileExistsError:
        raise
    except OSError:  # another disk, or one without such links
        return False
    try:
        if fingerprint(index) == seen:
            os.replace(lock, index)
            return True
    except OSError:  # somebody looks into it, and Windows lets nobody replace it meanwhile
        pass
    os.unlink(lock)
    return False


def write_tree(git: Git, index: str | None = None) -> str:
    """Write the tree of what is staged and return its name; raises ``Failure``."""
    return git.ask("write-tree", index=index).decode("ascii").strip()


def set_entries(git: Git, entries: Mapping[str, Entry], index: str | None = None) -> Outcome:
    """Write these entries, whatever lies on disk; an absent mode takes the path out."""
    rows = (
        f"{entry.mode} {entry.content}\t".encode("ascii") + os.fsencode(path) + b"\0"
        for path, entry in entries.items()
    )
    return git.query("update-index", "-z", "--index-info", stdin=b"".join(rows), index=index)


def take_from_disk(git: Git, paths: Iterable[str], index: str | None = None) -> None:
    """Write these paths as they lie on disk, filters and line endings applied; a missing file is taken out.

    Raises ``Failure`` when one cannot be read.
    """
    # In order, so that a file which became a folder is taken out before what lies in the folder comes in.
    names = b"".join(os.fsencode(path) + b"\0" for path in sorted(paths))
    options = ("update-index", "-z", "--add", "--remove", "--replace", "--stdin")
    require(git.query(*options, stdin=names, index=index))


def require(outcome: Outcome) -> None:
    """Raise unless the index was written: ``Refusal`` ``staging...`` for a cause that is known, else ``Failure``."""
    if outcome.code != 0:
        raise explained(outcome.err) or failed("update-index", outcome)


def patiently(attempt: Callable[[], bool], sleep: Callable[[float], None]) -> bool:
    """Try again while somebody else holds the index for a moment; False when patience is over."""
    pause = FIRST_PAUSE
    for _ in range(PAUSES):
        if attempt():
            return True
        sleep(pause)
        pause *= 2
    return attempt()
