"""Looks at everything before anything is done: what would be shipped, and whatever stands in the way.

Each git process costs as much as reading a hundred files, so each question is asked once: where we are, how git is
configured, where HEAD stands and what changed. The rest is asked only when one of these answers calls for it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from vigie.ship.choose.changes import read_standing
from vigie.ship.choose.filters import require_filters
from vigie.ship.choose.listing import select_listed
from vigie.ship.choose.selection import Selection, select_all
from vigie.ship.choose.submodules import require_published
from vigie.ship.git.command import Git
from vigie.ship.git.configuration import Configuration, keeps_refs_in_files, read_configuration
from vigie.ship.git.operations import require_no_operation
from vigie.ship.git.repository import Repository, find_place, repository_at
from vigie.ship.git.state import clear_other_locks, require_free_locks, require_identity, require_no_conflict
from vigie.ship.message import check_message, default_message
from vigie.ship.request import ShipRequest


class Plan(NamedTuple):
    """One version to bring. ``git`` is at the repository's top folder."""

    git: Git
    repository: Repository
    selection: Selection
    message: str
    configuration: Configuration
    """All of git's settings that hold here."""
    unfiltered: tuple[str, ...] = ()
    """Chosen paths whose filter git does not know: they are stored as they are."""
    locks_removed: tuple[str, ...] = ()
    """Locks that a dead git had left."""


def make_plan(request: ShipRequest, sleep: Callable[[float], None], *, alone: bool = False) -> Plan:
    """Return what would be shipped; nothing is changed, but for what ``alone`` allows.

    ``alone``: the caller holds our own lock, and locks that were left by a git which is dead for certain may be
    removed. Raises ``UsageProblem`` for what was typed, ``Refusal`` for a repository in the middle of something
    and for files that must not go, ``Failure`` for what cannot be used.
    """
    message = None if request.message is None else check_message(request.message)
    git = Git(request.root)
    place = find_place(git)
    git = git.at(place.top)
    configuration = read_configuration(git)
    # Before the branch: a rebase detaches HEAD by itself, and it is the cause to name.
    require_no_operation(git, place.git_dir, refs_in_files=keeps_refs_in_files(configuration))
    standing = read_standing(git)
    repository = repository_at(git, place, standing.head, standing.branch)
    require_no_conflict(standing.changes)
    if request.files is None:
        selection = select_all(repository, standing.changes)
    else:
        selection = select_listed(
            git, repository, standing.changes, request.root, request.files, configuration
        )
    if not selection.paths:
        cleared = clear_other_locks(repository) if alone else ()
        return Plan(git, repository, selection, message or "", configuration, locks_removed=cleared)
    require_identity(git, configuration)
    require_published(git, standing.changes, selection)
    changed = (change.path for change in standing.changes)
    unfiltered = require_filters(git, repository, selection.from_disk, configuration, changed)
    removed = require_free_locks(repository, sleep, alone=alone)
    message = message or default_message(selection, repository.prefix)
    return Plan(git, repository, selection, message, configuration, unfiltered, removed)
