"""Lets the person's folder follow when unpushed commits were replaced by their replayed versions.

Only paths that differ between the two are touched. Files and index come first, by one git command that holds the
index all the while; the branch follows last, if it still stands where it stood. So a half-done change has its
branch on the old commit and each path as one of the two commits has it, and doing it again completes it.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from tempfile import TemporaryDirectory

from vigie.problems import Failure, Problem, Refusal
from vigie.ship.back import submodules
from vigie.ship.back.bring_over import is_half_written
from vigie.ship.back.forward import DEADLINE, without_hooks
from vigie.ship.back.left_lock import clear_left_lock
from vigie.ship.back.obstacles import Look, look
from vigie.ship.choose.hidden_changes import read_tracked
from vigie.ship.display import SHORT, listed, printable, reason
from vigie.ship.git.command import Git
from vigie.ship.git.index import ABSENT_MODE, Entry, patiently, set_entries, tree_differences
from vigie.ship.git.operations import require_no_operation
from vigie.ship.git.process_group import Outcome
from vigie.ship.git.repository import Repository, current_commit
from vigie.ship.git.state import held_lock


def bring_rebased(
    git: Git, repository: Repository, old: str, new: str, sleep: Callable[[float], None] = time.sleep
) -> None:
    """Bring files, index and branch from ``old`` to ``new``; nothing to do when the branch is there already.

    What the person has edited or staged in other paths stays as it is. Raises ``Refusal`` when nothing was
    done: ``rebase.in-the-way`` (``files``, and ``paths`` one by one), ``rebase.moved``, ``ship.index-locked``,
    ``ship.operation-in-progress``; ``Failure`` ``rebase.half-done`` when git was stopped in the midst of it, which
    ``finish_rebased`` completes.
    """
    git = git.at(repository.top)
    if _standing(git, repository, old, new) == new:
        return
    seen = look(git, repository.top, old, new)
    _bring(git, repository, old, new, seen, _deleted(git, seen), sleep)


def finish_rebased(
    git: Git,
    repository: Repository,
    old: str,
    new: str,
    clear_lock: Callable[[Repository], bool] = clear_left_lock,
) -> None:
    """Complete what ``bring_rebased`` has begun; only for whoever has noted that it was begun by us.

    Harmless when nothing or all of it was done. A file that git was writing when it was killed is written anew.
    Raises like ``bring_rebased``.
    """
    git = git.at(repository.top)
    if not clear_lock(repository):
        raise _locked(repository)
    if _standing(git, repository, old, new) == new:
        return
    seen = look(git, repository.top, old, new)
    halves = [
        path
        for path in seen.in_the_way
        if path in seen.differences and is_half_written(git, repository, path, seen.differences[path])
    ]
    for path in halves:
        os.unlink(os.path.join(repository.top, path))
    if halves:
        seen = look(git, repository.top, old, new)
    _bring(git, repository, old, new, seen, (), time.sleep)


def _bring(
    git: Git,
    repository: Repository,
    old: str,
    new: str,
    seen: Look,
    also: tuple[str, ...],
    sleep: Callable[[float], None],
) -> None:
    require_no_operation(git, repository.git_dir)
    pointers = submodules.moved(git, repository, seen.differences)
    blocked = {*seen.in_the_way, *also, *(pointer.path for pointer in pointers if not pointer.free)}
    if blocked:
        raise _in_the_way(tuple(sorted(blocked)))
    with TemporaryDirectory(prefix="vigie-rebase-", ignore_cleanup_errors=True) as room:
        no_hooks = without_hooks(room)
        before = {path: seen.staged.get(path, seen.differences[path].old) for path in seen.to_align}
        if not patiently(lambda: _align(git, seen.to_align), sleep):
            raise _locked(repository)
        outcome = _read_tree(git, no_hooks, old, new)
        if outcome.code != 0:
            raise _not_brought(git, repository, old, new, seen, before, outcome)
        moved = git.query("update-ref", "-m", "ship: rebase", repository.branch, new, old)
        if moved.code != 0:
            held = held_lock(repository)
            _go_back(git, no_hooks, old, new, seen)
            if held is not None and current_commit(git) == old:
                raise Refusal("ship.index-locked", lock=printable(held))
            raise _moved(repository, old)
        submodules.follow(git, repository, pointers, no_hooks)


def _read_tree(git: Git, no_hooks: tuple[str, ...], old: str, new: str) -> Outcome:
    """Let index and files go from one commit to the other; git refuses as a whole, before it touches any."""
    # Dates that tell nothing (a folder that was copied) would make git take files for edited ones.
    git.query(*no_hooks, "update-index", "-q", "--refresh")
    return git.act(
        *no_hooks,
        *("-c", "submodule.recurse=false", "read-tree", "-m", "-u", "--no-recurse-submodules", old, new),
        deadline=DEADLINE,
    )


def _align(git: Git, entries: Mapping[str, Entry]) -> bool:
    """Tell the index of what is as the new version already; git would take such files for the person's."""
    return not entries or set_entries(git, entries).code == 0


def _go_back(git: Git, no_hooks: tuple[str, ...], old: str, new: str, seen: Look) -> None:
    """Undo, when somebody's commit came first and knows nothing of the new version.

    One that took the new version in, from the index, is left as it is: going back would look like an edit.
    """
    theirs = current_commit(git)
    if theirs is None or seen.differences.keys() & tree_differences(git, old, theirs).keys():
        return
    _read_tree(git, no_hooks, new, old)


def _standing(git: Git, repository: Repository, old: str, new: str) -> str:
    """Return which of the two the branch is at; raises ``Refusal`` ``rebase.moved``."""
    branch = git.query("symbolic-ref", "-q", "HEAD").out.decode(errors="surrogateescape").strip()
    commit = current_commit(git)
    if branch != repository.branch or commit not in (old, new):
        raise _moved(repository, old)
    return commit


def _deleted(git: Git, seen: Look) -> tuple[str, ...]:
    """Return the files that the person has deleted without committing, and the new version would bring back.

    In a sparse checkout they are not missing: they were never there.
    """
    missing = [
        path
        for path, difference in seen.differences.items()
        if seen.disk[path].mode == ABSENT_MODE
        and ABSENT_MODE not in (difference.old.mode, difference.new.mode)
    ]
    if not missing:
        return ()
    tracked = read_tracked(git)
    return tuple(path for path in missing if tracked.get(path, "H").upper() != "S")


def _not_brought(
    git: Git,
    repository: Repository,
    old: str,
    new: str,
    seen: Look,
    before: Mapping[str, Entry],
    outcome: Outcome,
) -> Problem:
    after = look(git, repository.top, old, new)
    changed = tuple(path for path in seen.disk if seen.disk[path] != after.disk.get(path))
    ended = outcome.code is None or outcome.code < 0
    if ended or any(after.disk[path] == seen.differences[path].new for path in changed):
        return Failure("rebase.half-done", detail=reason(outcome.err) or "-")
    if before:
        set_entries(git, before)
    if b"index.lock" in outcome.err:
        return _locked(repository)
    if changed or after.in_the_way:
        return _in_the_way(tuple(sorted({*changed, *after.in_the_way})))
    return Failure("rebase.failed", detail=reason(outcome.err), output=())


def _in_the_way(paths: tuple[str, ...]) -> Refusal:
    return Refusal("rebase.in-the-way", files=listed(paths), paths=paths)


def _locked(repository: Repository) -> Refusal:
    lock = held_lock(repository) or repository.index_file + ".lock"
    return Refusal("ship.index-locked", lock=printable(lock))


def _moved(repository: Repository, old: str) -> Refusal:
    return Refusal("rebase.moved", branch=repository.short_branch, commit=old[:SHORT])
