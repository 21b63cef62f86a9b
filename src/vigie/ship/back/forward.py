"""The guarded fast-forward itself: git moves files, index and branch, with nothing of the person's in its way.

A setting that the person made for their own work may break a promise made here: each is answered.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

from vigie.problems import Failure, Refusal
from vigie.ship.back.obstacles import Look, look
from vigie.ship.back.standing import State, state_of
from vigie.ship.display import listed, reason
from vigie.ship.git.command import Git, failed
from vigie.ship.git.index import Entry, require, set_entries
from vigie.ship.git.process_group import Outcome
from vigie.ship.git.repository import Repository, current_commit

DEADLINE = 300.0
"""Seconds: a large version on a slow disk, with filters."""

_GUARDS = (
    *("-c", "merge.autoStash=false"),
    *("-c", "submodule.recurse=false"),
    *("-c", "gc.auto=0"),
    *("-c", "maintenance.auto=false"),
)
_FORWARD = (
    *("merge", "--ff-only", "--no-overwrite-ignore", "--no-autostash", "--no-squash"),
    *("--no-verify-signatures", "--no-stat", "--quiet"),
)


def in_the_way_of(paths: tuple[str, ...]) -> Refusal:
    """Return the refusal that names the files in the way."""
    return Refusal("rollback.in-the-way", files=listed(paths), paths=paths)


def forward(
    git: Git, repository: Repository, seen: Look, old: str, new: str, no_hooks: tuple[str, ...]
) -> None:
    """Go from ``old`` to ``new``, seen before as ``seen`` with nothing in the way.

    The index is as before when git refuses. Raises like ``bring_over``.
    """
    before = {path: seen.staged.get(path, seen.differences[path].old) for path in seen.to_align}
    _align(git, repository, seen.to_align)
    try:
        outcome = git.act(*no_hooks, *_GUARDS, *_FORWARD, new, deadline=DEADLINE)
    except BaseException:
        if state_of(git, repository, old, new) is State.NOTHING:
            set_entries(git, before)
        raise
    if outcome.code == 0 and current_commit(git) == new:
        return
    after = look(git, repository.top, old, new)
    if after.disk == seen.disk:
        set_entries(git, before)
        raise _refused(repository, outcome)
    raise Failure("rollback.half-done", detail=_said(outcome))


def _align(git: Git, repository: Repository, entries: Mapping[str, Entry]) -> None:
    """Tell the index of what is as the new version already: git takes such files for the person's otherwise."""
    if not entries:
        return
    outcome = set_entries(git, entries)
    if outcome.code != 0 and b".lock" in outcome.err:
        raise _locked(repository)
    require(outcome)


def without_hooks(folder: str) -> tuple[str, ...]:
    """Point git at a folder without hooks: it is published code, and a hook might change what runs."""
    empty = os.path.join(folder, "no-hooks")
    os.makedirs(empty, mode=0o700, exist_ok=True)
    return ("-c", f"core.hooksPath={empty}")


def _refused(repository: Repository, outcome: Outcome) -> Refusal | Failure:
    if b"index.lock" in outcome.err:
        return _locked(repository)
    named = _names(outcome.err)
    if named:
        return in_the_way_of(named)
    return (
        failed("merge", outcome) if outcome.code is not None else Failure("rollback.not-brought", detail="-")
    )


def _names(complaint: bytes) -> tuple[str, ...]:
    """Return the files that git names when it refuses: lines that begin with a tab."""
    lines = complaint.decode("utf-8", "surrogateescape").split("\n")
    return tuple(line.strip() for line in lines if line.startswith("\t"))


def _locked(repository: Repository) -> Refusal:
    return Refusal("ship.index-locked", lock=repository.index_file + ".lock")


def _said(outcome: Outcome) -> str:
    return reason(outcome.err) or "-"
