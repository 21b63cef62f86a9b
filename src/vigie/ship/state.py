"""May a commit be made now: nothing in conflict, somebody to sign, no lock in the way."""

from __future__ import annotations

import os
from collections.abc import Callable

from vigie.problems import Failure, Refusal
from vigie.ship.changes import Change
from vigie.ship.display import listed
from vigie.ship.git import Git
from vigie.ship.index import patiently
from vigie.ship.repository import Repository


def require_no_conflict(changes: tuple[Change, ...]) -> None:
    """Raise ``Refusal`` ``ship.unmerged-files`` while a file still holds a conflict."""
    unmerged = [change.path for change in changes if change.unmerged]
    if unmerged:
        raise Refusal("ship.unmerged-files", files=listed(unmerged))


def require_identity(git: Git) -> None:
    """Raise ``Failure`` ``ship.no-identity`` when git does not know whose commit it would be."""
    for who in ("GIT_AUTHOR_IDENT", "GIT_COMMITTER_IDENT"):
        if git.query("var", who).code != 0:
            raise Failure("ship.no-identity")


def require_free_index(repository: Repository, sleep: Callable[[float], None]) -> None:
    """Raise ``Refusal`` ``ship.index-locked`` when another git goes on holding the index."""
    lock = repository.index_file + ".lock"
    if not patiently(lambda: not os.path.lexists(lock), sleep):
        raise Refusal("ship.index-locked", lock=lock)
