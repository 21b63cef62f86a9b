"""Makes one commit of exactly the chosen paths, on an index of its own.

The next commit is built in a copy of the index, and git commits from there. The real index is touched only
once the commit exists, so a failed hook, a Ctrl-C or a kill at any earlier moment leaves what was staged as
it was, to the byte. Hooks run as always: they find the copy in ``GIT_INDEX_FILE``, as they find git's own
copy during ``git commit FILE``.

Afterwards the real index must follow for the paths of the commit, also those that a hook added or changed:
otherwise it would hold their reversal, and the next plain ``git commit`` would undo them.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from tempfile import TemporaryDirectory
from typing import NamedTuple

from vigie.problems import Failure
from vigie.ship.display import last_lines, reason
from vigie.ship.git import Git
from vigie.ship.index import (
    Difference,
    Entry,
    copy_index,
    patiently,
    require,
    set_entries,
    staged_differences,
    take_from_disk,
    tree_differences,
)
from vigie.ship.process_group import Outcome
from vigie.ship.repository import Repository, current_commit
from vigie.ship.selection import Selection


class Staging(NamedTuple):
    """The next commit: its own index, and what was staged in the real one before."""

    index_file: str
    before: Mapping[str, Difference]
    chosen: frozenset[str]
    empty: bool
    """The chosen paths do not differ from the last commit after all."""


class Commit(NamedTuple):
    """A commit that exists."""

    sha: str
    by_hooks: tuple[str, ...]
    """Paths in it that were not chosen: the hooks added them."""
    settled: bool
    """The real index follows; False when somebody else held it all the time."""


@contextmanager
def workspace() -> Iterator[str]:
    """Give a private folder for the time of a commit; raises ``Failure`` ``ship.no-workspace``."""
    try:
        # A hook may leave something running that still holds a file there; that is no reason to fail.
        folder = TemporaryDirectory(prefix="vigie-ship-", ignore_cleanup_errors=True)
    except OSError as error:
        raise _no_workspace(error) from error
    with folder as path:
        yield path


def _no_workspace(error: OSError) -> Failure:
    return Failure("ship.no-workspace", detail=str(error.strerror))


def stage(git: Git, repository: Repository, selection: Selection, folder: str) -> Staging:
    """Build the next commit's index in ``folder``, which must outlive the commit.

    Raises ``Failure`` when a file cannot be read or stored; then nothing has changed.
    """
    index = os.path.join(folder, "index")
    try:
        copy_index(repository.index_file, index)
    except OSError as error:
        raise _no_workspace(error) from error
    before = staged_differences(git, repository.base, index)
    chosen = frozenset(selection.paths)
    others = {path: difference.old for path, difference in before.items() if path not in chosen}
    require(set_entries(git, others, index))
    take_from_disk(git, selection.from_disk, index)
    empty = not staged_differences(git, repository.base, index)
    return Staging(index, before, chosen, empty)


def make_commit(
    git: Git,
    repository: Repository,
    staged: Staging,
    message: str,
    deadline: float,
    sleep: Callable[[float], None],
) -> Commit:
    """Commit what is staged, hooks and signing included, within ``deadline`` seconds.

    Raises ``Failure`` ``ship.commit-...`` when no commit came of it; then nothing has changed.
    """
    outcome = None
    try:
        outcome = git.act(
            *_housekeeping(staged),
            # The message is UTF-8 whatever the configuration says of other programs' messages.
            *("-c", "i18n.commitEncoding=UTF-8"),
            # A first line that starts with # is part of the message.
            *("commit", "--file=-", "--cleanup=whitespace"),
            stdin=message.encode("utf-8", "surrogateescape"),
            index=staged.index_file,
            deadline=deadline,
        )
    finally:
        # A deadline or a Ctrl-C may come after the commit was made, while a last hook still runs.
        made = _settle(git, repository, staged, outcome is not None and outcome.code == 0, sleep)
    if made is None:
        raise _refused(outcome, deadline)
    return made


def _housekeeping(staged: Staging) -> tuple[str, ...]:
    """Keep git from clearing up during the commit while other work is staged.

    It would see the copy of the index only, and might clear away what only the real one still names.
    """
    if staged.before.keys() <= staged.chosen:
        return ()
    return ("-c", "gc.auto=0", "-c", "maintenance.auto=false")


def _settle(
    git: Git, repository: Repository, staged: Staging, reported: bool, sleep: Callable[[float], None]
) -> Commit | None:
    """Let the real index follow a commit that was made; None when none was.

    ``reported``: git said that it made one. If not, the branch may still have moved: by our commit when it
    holds what was staged, else by somebody else's.
    """
    sha = current_commit(git)
    if sha is None or sha == repository.head:
        return None
    if not reported and staged_differences(git, sha, staged.index_file):
        return None
    made = tree_differences(git, repository.base, sha)

    def follow() -> bool:
        now = staged_differences(git, repository.base)
        entries = entries_to_follow(staged.before, now, made, staged.chosen)
        return not entries or set_entries(git, entries).code == 0

    settled = patiently(follow, sleep)
    # Written entries carry no dates; without this, every tool that looks next reads the files again.
    git.query("update-index", "-q", "--refresh")
    by_hooks = tuple(sorted(path for path in made if path not in staged.chosen))
    return Commit(sha, by_hooks, settled)


def entries_to_follow(
    before: Mapping[str, Difference],
    now: Mapping[str, Difference],
    made: Mapping[str, Difference],
    chosen: frozenset[str],
) -> dict[str, Entry]:
    """Decide which entries of the real index become those of the new commit.

    All three tables compare with the commit before. Left alone are paths that somebody staged meanwhile, and
    paths a hook committed which the person had staged in a state of their own.
    """
    entries = {}
    for path in made.keys() | (before.keys() & chosen):
        if before.get(path) != now.get(path) or (path in before and path not in chosen):
            continue
        entries[path] = made[path].new if path in made else before[path].old
    return entries


_SIGNING = (b"failed to sign the data", b"gpg failed to sign", b"Couldn't load public key")


def _refused(outcome: Outcome | None, deadline: float) -> Failure:
    if outcome is None or outcome.code is None:
        return Failure("ship.commit-timeout", seconds=deadline)
    lines = last_lines(outcome.err)
    detail = reason(outcome.err)
    if any(mark in outcome.err for mark in _SIGNING):
        return Failure("ship.commit-unsigned", detail=detail, output=lines)
    # git-commit(1) ends with 1 when a hook said no, with 128 when git itself could not go on.
    if outcome.code == 1:
        return Failure("ship.commit-hook", output=lines)
    return Failure("ship.commit-failed", detail=detail, output=lines)
