"""Lets the running folder follow to a commit made aside: a fast-forward that changes what it must, or nothing.

What the commit does not touch stays as it is, edited, staged, untracked or ignored. What it touches must be as
the last commit has it, or already as the new one; otherwise nothing is done and the files are named. What a kill
cut short is completed in the same way.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from tempfile import TemporaryDirectory

from vigie.problems import Refusal
from vigie.ship.back import submodules
from vigie.ship.back.forward import forward, in_the_way_of, without_hooks
from vigie.ship.back.left_lock import clear_left_lock
from vigie.ship.back.obstacles import look
from vigie.ship.back.on_disk import FILE, PROGRAM
from vigie.ship.back.standing import parent_of
from vigie.ship.display import listed, printable
from vigie.ship.git.command import Git
from vigie.ship.git.index import ABSENT_MODE, Difference, tree_differences
from vigie.ship.git.operations import require_no_operation
from vigie.ship.git.repository import Repository, current_commit
from vigie.ship.git.state import held_lock

Clear = Callable[[Repository], bool]
"""Take an abandoned lock away; True when the index is free."""


def bring_over(git: Git, repository: Repository, new: str, folder: str | None = None) -> None:
    """Bring the files of ``new`` into the folder, whose last commit is the parent of ``new``.

    ``folder``: empty and ours; made if need be, and one of its own without it. Does nothing when ``new`` is there
    already. Raises ``Refusal`` when nothing was done: ``rollback.moved`` (another commit or branch),
    ``rollback.in-the-way`` (``files``, and ``paths`` one by one), ``ship.index-locked``, ``ship.unmerged-files``,
    ``ship.operation-in-progress``; ``Failure`` ``rollback.half-done`` when git was stopped in the midst of it,
    which ``finish_over`` completes.
    """
    git = git.at(repository.top)
    _require_place(git, repository, old := parent_of(git, new), new)
    with _room(folder) as room:
        no_hooks = without_hooks(room)
        if current_commit(git) == new:
            pointers = submodules.moved(git, repository, tree_differences(git, old, new))
            submodules.follow(git, repository, [one for one in pointers if one.free], no_hooks)
            return
        require_no_operation(git, repository.git_dir)
        _require_no_conflict(git)
        seen = look(git, repository.top, old, new)
        pointers = submodules.moved(git, repository, seen.differences)
        if in_the_way := (*seen.in_the_way, *(pointer.path for pointer in pointers if not pointer.free)):
            raise in_the_way_of(in_the_way)
        forward(git, repository, seen, old, new, no_hooks)
        submodules.follow(git, repository, pointers, no_hooks)


def finish_over(
    git: Git,
    repository: Repository,
    old: str,
    new: str,
    folder: str | None = None,
    clear_lock: Clear = clear_left_lock,
) -> None:
    """Complete what ``bring_over`` has begun; only for whoever has noted that it was begun by us.

    Harmless when nothing or all of it was done. ``clear_lock`` deals with an ``index.lock`` that was left behind;
    False from it: ``Refusal`` ``ship.index-locked``. Raises like ``bring_over``.
    """
    git = git.at(repository.top)
    _require_place(git, repository, old, new)
    if not clear_lock(repository):
        lock = held_lock(repository) or repository.index_file + ".lock"
        raise Refusal("ship.index-locked", lock=printable(lock))
    if current_commit(git) == new:
        return bring_over(git, repository, new, folder)
    seen = look(git, repository.top, old, new)
    for path in seen.in_the_way:
        if path in seen.differences and is_half_written(git, repository, path, seen.differences[path]):
            # git had taken the older file away and not yet written all of the newer one
            os.unlink(os.path.join(repository.top, path))
    bring_over(git, repository, new, folder)
    return _clear_folders(
        repository, [path for path, kept in seen.differences.items() if kept.new.mode == ABSENT_MODE]
    )


@contextmanager
def _room(folder: str | None) -> Iterator[str]:
    if folder is not None:
        yield folder
        return
    with TemporaryDirectory(prefix="vigie-back-", ignore_cleanup_errors=True) as made:
        yield made


def _require_place(git: Git, repository: Repository, old: str, new: str) -> None:
    """Raise ``Refusal`` ``rollback.moved`` unless the branch is still the same and stands on one of the two."""
    branch = git.query("symbolic-ref", "-q", "HEAD").out.decode(errors="surrogateescape").strip()
    if branch != repository.branch or current_commit(git) not in (old, new):
        raise Refusal("rollback.moved", branch=repository.short_branch, commit=old[:12])


def _require_no_conflict(git: Git) -> None:
    rows = git.ask("ls-files", "-u", "-z").split(b"\0")
    unmerged = sorted({os.fsdecode(row.split(b"\t", 1)[1]) for row in rows if row})
    if unmerged:
        raise Refusal("ship.unmerged-files", files=listed(unmerged))


def _clear_folders(repository: Repository, gone: Iterable[str]) -> None:
    """Take away the folders that became empty: git does that last, and no folder of its own is ever empty."""
    for path in gone:
        above = os.path.dirname(path)
        while above:
            try:
                os.rmdir(os.path.join(repository.top, above))
            except OSError:
                break  # something is in it, or it is gone already
            above = os.path.dirname(above)


def is_half_written(git: Git, repository: Repository, path: str, difference: Difference) -> bool:
    """Whether the file is a beginning of the newer one, as a killed git leaves the one it was writing."""
    if difference.new.mode not in (FILE, PROGRAM):
        return False
    place = os.path.join(repository.top, path)
    if os.path.islink(place) or not os.path.isfile(place):
        return False
    try:
        with open(place, "rb") as file:
            there = file.read()
    except OSError:
        return False
    whole = git.query("cat-file", "--filters", f"--path={path}", difference.new.content)
    return whole.code == 0 and len(there) < len(whole.out) and whole.out.startswith(there)
