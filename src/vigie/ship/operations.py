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

_REBASES = (
    (os.path.join("rebase-apply", "applying"), "am"),
    ("rebase-merge", "rebase"),
    ("rebase-apply", "rebase"),
)
"""Looked for first: whoever picks or merges while a rebase has stopped is in the middle of the rebase."""

_SERIES = (("sequencer", "cherry-pick"), ("BISECT_LOG", "bisect"))


def require_no_operation(git: Git, git_dir: str) -> None:
    """Raise ``Refusal`` (``ship.operation-in-progress``, ``ship.bisect-in-progress``) in the middle of one.

    A commit made now would end or spoil what the person began.
    """
    operation = _on_disk(git_dir, _REBASES) or _in_heads(git) or _on_disk(git_dir, _SERIES)
    if operation == "bisect":
        raise Refusal("ship.bisect-in-progress")
    if operation is not None:
        raise Refusal("ship.operation-in-progress", operation=operation)


def _on_disk(git_dir: str, places: tuple[tuple[str, str], ...]) -> str | None:
    for name, operation in places:
        if os.path.exists(os.path.join(git_dir, name)):
            return operation
    return None


def _in_heads(git: Git) -> str | None:
    for name, operation in _HEADS:
        if git.query("rev-parse", "-q", "--verify", name).code == 0:
            return operation
    return None
