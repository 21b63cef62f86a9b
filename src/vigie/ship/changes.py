"""What changed since the last commit, read from ``git status`` in its format for programs.

Format: git-status(1), "Porcelain Format Version 2" with ``-z``; paths are relative to the top folder.
"""

from __future__ import annotations

import os
from typing import NamedTuple

from vigie.ship.git import Git

UNCHANGED = "."
DELETED = "D"
ADDED = "A"


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

    @property
    def untracked_by_hand(self) -> bool:
        """Taken out of the index on purpose (``git rm --cached``), whatever lies on disk."""
        return self.staged == DELETED and self.unstaged == UNCHANGED


def read_changes(git: Git) -> tuple[Change, ...]:
    """Return every change of the whole repository, ignored files left out; ``git`` is at its top folder."""
    answer = git.ask(
        "status",
        "--porcelain=v2",
        "-z",
        "--untracked-files=all",
        "--no-renames",
        # A submodule counts when it stands on another commit; what is edited inside it is its own business.
        "--ignore-submodules=dirty",
    )
    return parse(answer)


def parse(answer: bytes) -> tuple[Change, ...]:
    """Turn the answer into changes; raises ``ValueError`` for a kind of line that git does not document."""
    return tuple(_change(record) for record in answer.split(b"\0") if record)


def _change(record: bytes) -> Change:
    kind = record[:1]
    if kind == b"?":
        path = os.fsdecode(record[2:])
        return Change(path.removesuffix("/"), new=True, nested=path.endswith("/"))
    if kind == b"1":
        letters, path = record[2:4].decode(), os.fsdecode(record.split(b" ", 8)[8])
        return Change(path, letters[0], letters[1])
    if kind == b"u":
        return Change(os.fsdecode(record.split(b" ", 10)[10]), unmerged=True)
    raise ValueError(record)
