"""How far a way back has come, told from the world alone: git moves the files first, then index, then branch."""

from __future__ import annotations

import os
from enum import Enum

from vigie.problems import Failure
from vigie.ship.back.obstacles import look
from vigie.ship.git.command import Git
from vigie.ship.git.repository import Repository, current_commit


class State(Enum):
    """How the folder stands to the commit that is to be brought over."""

    NOTHING = "nothing"
    """As before."""
    HALF = "half"
    """Some files are the newer ones, or git was stopped (or is at work) with its lock on the index."""
    DONE = "done"
    """The branch stands on it."""
    OVERTAKEN = "overtaken"
    """The branch stands on something else, or another branch is checked out: somebody went on."""


def state_of(git: Git, repository: Repository, old: str, new: str) -> State:
    """Tell how far the fast-forward from ``old`` to ``new`` has come; nothing is changed."""
    git = git.at(repository.top)
    branch = git.query("symbolic-ref", "-q", "HEAD").out.decode(errors="surrogateescape").strip()
    head = current_commit(git)
    if branch != repository.branch or head not in (old, new):
        return State.OVERTAKEN
    if head == new:
        return State.DONE
    if os.path.lexists(repository.index_file + ".lock") or look(git, repository.top, old, new).begun:
        return State.HALF
    return State.NOTHING


def parent_of(git: Git, commit: str) -> str:
    """Return the one parent of a commit; raises ``Failure`` ``rollback.version-missing``."""
    outcome = git.query("rev-parse", "-q", "--verify", f"{commit}^")
    if outcome.code != 0:
        raise Failure("rollback.version-missing", commit=commit[:12])
    return outcome.out.decode("ascii").strip()
