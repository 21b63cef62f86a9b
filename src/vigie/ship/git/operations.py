"""Is git in the middle of something that a commit would spoil: a merge, a rebase and the like."""

from __future__ import annotations

import os

from vigie.problems import Refusal
from vigie.ship.git.command import Git

_HEADS = {"MERGE_HEAD": "merge", "CHERRY_PICK_HEAD": "cherry-pick", "REVERT_HEAD": "revert"}
"""What git remembers of the commit that is being brought in. Files, unless refs are kept otherwise."""

_REBASES = (
    (os.path.join("rebase-apply", "applying"), "am"),
    ("rebase-merge", "rebase"),
    ("rebase-apply", "rebase"),
)
"""Looked for first: whoever picks or merges while a rebase has stopped is in the middle of the rebase."""

_SERIES = (("sequencer", "cherry-pick"), ("BISECT_LOG", "bisect"))


def require_no_operation(git: Git, git_dir: str, *, refs_in_files: bool = False) -> None:
    """Raise ``Refusal`` (``ship.operation-in-progress``, ``ship.bisect-in-progress``) in the middle of one.

    A commit made now would end or spoil what the person began. ``refs_in_files``: the repository is known to
    keep its refs in files, so git need not be asked.
    """
    operation = _on_disk(git_dir, _REBASES)
    operation = operation or (_on_disk(git_dir, tuple(_HEADS.items())) if refs_in_files else _in_heads(git))
    operation = operation or _on_disk(git_dir, _SERIES)
    if operation == "bisect":
        raise Refusal("ship.bisect-in-progress")
    if operation is not None:
        raise Refusal("ship.operation-in-progress", operation=operation)


def _on_disk(git_dir: str, places: tuple[tuple[str, str], ...]) -> str | None:
    for name, operation in places:
        if os.path.lexists(os.path.join(git_dir, name)):
            return operation
    return None


def _in_heads(git: Git) -> str | None:
    """Ask for all of them at once: ``rev-parse --verify`` takes one name only."""
    names = "".join(f"{name}\n" for name in _HEADS).encode("ascii")
    answers = git.ask("cat-file", "--batch-check=%(objecttype)", stdin=names).splitlines()
    for operation, answer in zip(_HEADS.values(), answers, strict=True):
        if not answer.endswith(b" missing"):
            return operation
    return None
