"""Makes one commit of exactly the chosen paths, apart: nothing of the person's is touched but their object store.

The next commit's tree is built in a copy of the index. Where hooks want to have a say it is checked out in a
repository apart (``apart``) and committed there, so that what they format, stash or reset is never the running
folder; where there are none, the commit is written at once. Until ``land`` lets index and branch follow, a
failed hook, a Ctrl-C or a kill leaves no trace.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import NamedTuple

from vigie.problems import Failure
from vigie.ship.choose.selection import Selection
from vigie.ship.git.command import Git
from vigie.ship.git.configuration import Configuration, read_configuration
from vigie.ship.git.index import (
    Difference,
    copy_index,
    fingerprint,
    require,
    set_entries,
    staged_differences,
    take_from_disk,
    tree_differences,
    write_tree,
)
from vigie.ship.git.repository import Repository


class Staging(NamedTuple):
    """The next commit as it was staged, and what was staged in the real index before."""

    index_file: str
    before: Mapping[str, Difference]
    chosen: frozenset[str]
    empty: bool
    """The chosen paths do not differ from the last commit after all."""
    tree: str
    changes: Mapping[str, Difference]
    """What ``tree`` changes compared with the last commit."""
    seen: str
    """The fingerprint of the real index that ``before`` was read from."""


class Commit(NamedTuple):
    """A commit that exists, and that nothing refers to yet."""

    sha: str
    by_hooks: tuple[str, ...]
    """Paths in it that were not chosen: the hooks added them."""
    changes: Mapping[str, Difference]
    """What it changes compared with the last commit."""
    subject: str
    """The first line of its message."""
    index_file: str = ""
    """An index that is what the real one shall become, "" when that one must be written path by path."""


def stage(git: Git, repository: Repository, selection: Selection, folder: str) -> Staging:
    """Build the next commit's tree by an index in ``folder``; the real index is not touched.

    Raises ``Failure`` when a file cannot be read or stored; then nothing has changed.
    """
    index = os.path.join(folder, "index")
    try:
        copy_index(repository.index_file, index)
        seen = fingerprint(index)
    except OSError as error:
        raise Failure("ship.no-workspace", detail=str(error.strerror)) from error
    before = staged_differences(git, repository.base, index)
    chosen = frozenset(selection.paths)
    others = {path: difference.old for path, difference in before.items() if path not in chosen}
    if others:
        require(set_entries(git, others, index))
    take_from_disk(git, selection.from_disk, index)
    tree = write_tree(git, index)
    changes = tree_differences(git, repository.base, tree)
    return Staging(index, before, chosen, not changes, tree, changes, seen)


def make_commit(
    git: Git,
    repository: Repository,
    staged: Staging,
    message: str,
    deadline: float,
    folder: str,
    configuration: Configuration | None = None,
) -> Commit:
    """Commit what is staged, hooks and signing included, within ``deadline`` seconds.

    ``folder``: ours, empty or not there yet, on the repository's disk; removed in the end. ``configuration``: all of
    it, if it has been read already. Raises ``Failure`` (``ship.commit-...``, ``apart.nothing-left``,
    ``apart.other-parent``) when no commit came of it; in every case nothing of the person's has changed.
    """
    from vigie.ship.apart.commits import commit_tree, first_line
    from vigie.ship.apart.hooks import COMMIT_HOOKS, INDEX_HOOKS, has_hooks

    if configuration is None:
        configuration = read_configuration(git)
    if has_hooks(git, repository, COMMIT_HOOKS, configuration):
        return _with_hooks(git, repository, staged, message, deadline, folder)
    text = message.encode("utf-8", "surrogateescape")
    sha = commit_tree(git, staged.tree, _parents(repository), text, deadline, configuration)
    # With nothing else staged, the copy is the index to be; whoever wants to hear of a new one has it written by git.
    whole = staged.before.keys() <= staged.chosen and not has_hooks(
        git, repository, INDEX_HOOKS, configuration
    )
    return Commit(sha, (), staged.changes, first_line(text), staged.index_file if whole else "")


def _parents(repository: Repository) -> tuple[str, ...]:
    return () if repository.head is None else (repository.head,)


def _with_hooks(
    git: Git, repository: Repository, staged: Staging, message: str, deadline: float, folder: str
) -> Commit:
    from vigie.ship.apart.commits import read_commit
    from vigie.ship.apart.repository import open_apart

    with open_apart(git, repository, folder) as apart:
        sha = apart.commit(staged.tree, _parents(repository), message, deadline)
        subject = read_commit(apart.git, sha).subject
        changes = tree_differences(apart.git, repository.base, sha)
        if not changes:
            raise Failure("apart.nothing-left")
        apart.bring(sha)
    by_hooks = tuple(sorted(path for path in changes if path not in staged.chosen))
    return Commit(sha, by_hooks, changes, subject)
