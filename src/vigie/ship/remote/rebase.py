"""Replays our own unpushed commits on top of what others have pushed, in a repository apart.

Nothing of the person's changes but what git remembers of the remote, until ``bring_rebased`` lets their folder
follow.
"""

from __future__ import annotations

import time
from typing import NamedTuple

from vigie.problems import Failure, Problem, Refusal
from vigie.ship.apart.checkout import WITHOUT_LARGE_FILES
from vigie.ship.apart.repository import open_apart
from vigie.ship.back.forward import without_hooks
from vigie.ship.display import SHORT, last_lines, listed, reason
from vigie.ship.git.command import Git
from vigie.ship.git.environment import connection
from vigie.ship.git.process_group import Outcome
from vigie.ship.git.repository import Repository
from vigie.ship.remote.rebase_over import bring_rebased, finish_rebased
from vigie.ship.remote.target import Target, tracked_ref

__all__ = ["Rebased", "bring_rebased", "finish_rebased", "rebase_beside"]

_FETCHED = "refs/vigie/fetched"
"""For a moment, where nothing maps the branch; a left one is overwritten."""

_QUIET_FETCH = (
    *("-c", "gc.auto=0", "-c", "maintenance.auto=false", "fetch", "--quiet", "--no-tags", "--no-prune"),
    *("--no-recurse-submodules", "--no-write-fetch-head", "--"),
)

_REPLAY = (
    *("-c", "rebase.updateRefs=false", "-c", "rebase.rebaseMerges=false"),
    # A message stays as it is, also a first line that starts with #.
    *("-c", "commit.cleanup=verbatim"),
    *("rebase", "--merge", "--no-autostash", "--no-autosquash", "--no-fork-point", "--no-verify"),
    *("--no-stat", "--empty=drop"),
)
_NO_EDITOR = {"GIT_EDITOR": ":", "GIT_SEQUENCE_EDITOR": ":", **WITHOUT_LARGE_FILES}


class Rebased(NamedTuple):
    """What came of it: ``commits`` of ours on top of ``onto``, which the remote has; none when it has them all."""

    new_sha: str
    onto: str
    commits: int


def rebase_beside(
    git: Git, repository: Repository, target: Target, sha: str, folder: str, deadline: float
) -> Rebased:
    """Fetch the target's branch and replay on it what leads to ``sha`` and is not there, within ``deadline``.

    ``folder``: empty and ours. The new commits are in the person's repository; nothing there refers to them
    yet. Raises ``Refusal`` ``rebase.conflict`` (``files``), ``rebase.has-merges``, ``rebase.rewritten``,
    ``rebase.unrelated``; ``Failure`` ``rebase.not-fetched``, ``rebase.timeout``, ``rebase.failed``.
    """
    until = time.monotonic() + deadline
    git = git.at(repository.top)
    tracked = tracked_ref(git, target)
    before = _commit(git, tracked) if tracked else None
    onto = _fetch(git, target, tracked or _FETCHED, deadline)
    count = _count_own(git, target, onto, sha)
    _require_not_rewritten(git, target, tracked, before, onto, sha)
    if count == 0:
        return Rebased(onto, onto, 0)
    if _contains(git, sha, onto):
        return Rebased(sha, onto, count)
    with open_apart(git, repository, folder) as apart:
        apart.git.ask("update-ref", repository.branch, onto)
        apart.checkout(onto, max(1.0, until - time.monotonic()))
        outcome = apart.git.act(
            *without_hooks(folder),
            *_REPLAY,
            *("--onto", onto, onto, sha),
            deadline=max(1.0, until - time.monotonic()),
            variables=_NO_EDITOR,
        )
        if outcome.code != 0:
            raise _not_replayed(apart.git, target, outcome, deadline)
        new = _commit(apart.git, "HEAD")
        if new is None:
            raise Failure("rebase.failed", detail=reason(outcome.err), output=())
        apart.bring(new)
    return Rebased(new, onto, int(git.ask("rev-list", "--count", f"{onto}..{new}", "--")))


def _fetch(git: Git, target: Target, ref: str, deadline: float) -> str:
    """Let ``ref`` be what the remote has, and return it."""
    outcome = git.act(
        *(*_QUIET_FETCH, target.remote, f"+{target.ref}:{ref}"),
        deadline=deadline,
        variables=connection(git.environment, target.own_ssh),
    )
    found = _commit(git, ref) if outcome.code == 0 else None
    if ref == _FETCHED:
        git.query("update-ref", "-d", ref)
    if found is None:
        raise Failure("rebase.not-fetched", target=target.shown, detail=reason(outcome.err))
    return found


def _count_own(git: Git, target: Target, onto: str, sha: str) -> int:
    """Return how many commits would be replayed; raises ``Refusal`` when one cannot be."""
    if git.query("merge-base", onto, sha).code != 0:
        raise Refusal("rebase.unrelated", target=target.shown)
    rows = [row.split() for row in git.ask("rev-list", "--parents", f"{onto}..{sha}", "--").splitlines()]
    for row in rows:
        if len(row) > 2:
            raise Refusal("rebase.has-merges", merge=row[0][:SHORT].decode("ascii"))
    return len(rows)


def _require_not_rewritten(
    git: Git, target: Target, tracked: str | None, before: str | None, onto: str, sha: str
) -> None:
    """Raise ``Refusal`` when commits that the remote once had would be replayed as if they were ours.

    What it had: as git last saw it, and as the log of what it saw tells (git-merge-base(1), ``--fork-point``).
    """
    if tracked is None:
        return
    fork = git.query("merge-base", "--fork-point", tracked, sha)
    seen = [before, fork.out.decode("ascii").strip() if fork.code == 0 else None]
    for commit in seen:
        if commit is not None and _contains(git, sha, commit) and not _contains(git, onto, commit):
            raise Refusal("rebase.rewritten", target=target.shown, commit=commit[:SHORT])


def _contains(git: Git, commit: str, ancestor: str) -> bool:
    return git.query("merge-base", "--is-ancestor", ancestor, commit).code == 0


def _commit(git: Git, name: str) -> str | None:
    outcome = git.query("rev-parse", "-q", "--verify", f"{name}^{{commit}}")
    return outcome.out.decode("ascii").strip() if outcome.code == 0 else None


def _not_replayed(apart: Git, target: Target, outcome: Outcome, deadline: float) -> Problem:
    if outcome.code is None:
        return Failure("rebase.timeout", seconds=deadline)
    names = apart.ask("diff", "--name-only", "--diff-filter=U", "-z").decode("utf-8", "surrogateescape")
    files = [name for name in names.split("\0") if name]
    if files:
        return Refusal("rebase.conflict", target=target.shown, files=listed(files), paths=tuple(files))
    return Failure("rebase.failed", detail=reason(outcome.err), output=last_lines(outcome.err))
