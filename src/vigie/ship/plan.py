"""Looks at everything before anything is done: what would be shipped, and whatever stands in the way."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from vigie.ship.changes import read_changes
from vigie.ship.git import Git
from vigie.ship.listing import select_listed
from vigie.ship.message import check_message, default_message
from vigie.ship.repository import Repository, find_repository
from vigie.ship.request import ShipRequest
from vigie.ship.selection import Selection, select_all
from vigie.ship.state import require_free_index, require_identity, require_no_conflict


class Plan(NamedTuple):
    """One version to bring. ``git`` is at the repository's top folder."""

    git: Git
    repository: Repository
    selection: Selection
    message: str


def make_plan(request: ShipRequest, sleep: Callable[[float], None]) -> Plan:
    """Return what would be shipped; nothing is changed.

    Raises ``UsageProblem`` for what was typed, ``Refusal`` for a repository in the middle of something,
    ``Failure`` for one that cannot be used.
    """
    message = None if request.message is None else check_message(request.message)
    git = Git(request.root)
    repository = find_repository(git)
    git = git.at(repository.top)
    changes = read_changes(git)
    require_no_conflict(changes)
    if request.files is None:
        selection = select_all(repository, changes)
    else:
        selection = select_listed(git, repository, changes, request.root, request.files)
    if selection.paths:
        require_identity(git)
        require_free_index(repository, sleep)
        message = message or default_message(selection, repository.prefix)
    return Plan(git, repository, selection, message or "")
