"""What changed since the last commit, read from ``git status`` in its format for programs.

Format: git-status(1), "Porcelain Format Version 2" with ``-z``; paths are relative to the top folder.
"""

from __future__ import annotations

import os
from typing import NamedTuple

from vigie.ship.git.command import Git

UNCHANGED = "."
DELETED = "D"
ADDED = "A"

_HEAD = b"# branch.oid "
_BRANCH = b"# branch.head "
_UNBORN = b"(initial)"
_DETACHED = b"(detached)"


class Change(NamedTuple):
    """One path. ``staged`` and ``unstaged`` are status letters: ``.`` for none, M, A, D, T."""

    path: str
    staged: str = UNCHANGED
    unstaged: str = UNCHANGED
    new: bool = False
    """Unknown to the index."""
    nested: bool = False
    """A repository of its own; git would record a link to it that nobody else can follow."""
    unmerged: bool = False
    submodule: bool = False
    """A submodule that git knows; what changes is the commit it stands on."""

    @property
    def untracked_by_hand(self) -> bool:
        """Taken out of the index on purpose (``git rm --cached``), whatever lies on disk."""
        return self.staged == DELETED and self.unstaged == UNCHANGED


class Standing(NamedTuple):
    """What one look tells: where HEAD stands and all that changed."""

    head: str | None
    """The last commit, None before the first."""
    branch: str | None
    """Short name, None when HEAD is detached."""
    changes: tuple[Change, ...]


def read_standing(git: Git) -> Standing:
    """Return where HEAD stands and every change of the whole repository, ignored files left out.

    ``git`` is at its top folder.
    """
    return parse(
        git.ask(
            "status",
            "--porcelain=v2",
            "-z",
            "--branch",
            # How far the branch is from what it follows is not asked: in a long history that takes seconds.
            "--no-ahead-behind",
            "--untracked-files=all",
            "--no-renames",
            # A submodule counts when it stands on another commit; what is edited inside it is its own business.
            "--ignore-submodules=dirty",
        )
    )


def read_changes(git: Git) -> tuple[Change, ...]:
    """Return every change of the whole repository; ``git`` is at its top folder."""
    return read_standing(git).changes


def parse(answer: bytes) -> Standing:
    """Read the answer; raises ``ValueError`` for a kind of line that git does not document."""
    head = branch = None
    changes = []
    for record in answer.split(b"\0"):
        if record.startswith(_HEAD):
            name = record.removeprefix(_HEAD)
            head = None if name == _UNBORN else name.decode("ascii")
        elif record.startswith(_BRANCH):
            name = record.removeprefix(_BRANCH)
            branch = None if name == _DETACHED else os.fsdecode(name)
        elif record and not record.startswith(b"# "):
            changes.append(_change(record))
    return Standing(head, branch, tuple(changes))


def _change(record: bytes) -> Change:
    kind = record[:1]
    if kind == b"?":
        path = os.fsdecode(record[2:])
        return Change(path.removesuffix("/"), new=True, nested=path.endswith("/"))
    if kind == b"1":
        fields = record.split(b" ", 8)
        letters, path = fields[1].decode("ascii"), os.fsdecode(fields[8])
        return Change(path, letters[0], letters[1], submodule=fields[2].startswith(b"S"))
    if kind == b"u":
        return Change(os.fsdecode(record.split(b" ", 10)[10]), unmerged=True)
    raise ValueError(record)
