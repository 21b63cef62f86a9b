"""Is git in the middle of something that a commit would spoil: a merge, a rebase and the like."""

from __future__ import annotations

import os

from vigie.problems import Refusal
from vigie.ship.git import Git

_HEADS = (
    ("MERGE_HEAD", "merge"),
    ("CHERRY_PICK_HEAD", "cherry-pick"),
    ("REVERT_HEAD", "revert"),
)
"""Asked of git one by one: the reftable backend has no such files, and several in one call never match."""

_FOLDERS = (
    (os.path.join("rebase-apply", "applying"), "am"),
    ("rebase-merge", "rebase"),
    ("rebase-apply", "rebase"),
    ("sequencer", "cherry-pick"),
    ("BISECT_LOG", "bisect"),
)


def require_no_operation(git: Git, git_dir: str) -> None:
    """Raise ``Refusal`` ``ship.operation-in-progress`` in the middle of a merge, a rebase and the like.

    A commit made now would end or spoil what the person began.
    """
    for name, operation in _FOLDERS:
        if os.path.exists(os.path.join(git_dir, name)):
            raise Refusal("ship.operation-in-progress", operation=operation, way_out=_way_out(operation))
    for name, operation in _HEADS:
        if git.query("rev-parse", "-q", "--verify", name).code == 0:
            raise Refusal("ship.operation-in-progress", operation=operation, way_out=_way_out(operation))


def _way_out(operation: str) -> str:
    return "git bisect reset" if operation == "bisect" else f"git {operation} --abort"
