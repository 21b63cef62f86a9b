"""Where we are: the repository around a project, which need not be its top folder."""

from __future__ import annotations

import os
from typing import NamedTuple

from vigie.problems import Failure, Refusal
from vigie.ship.display import printable
from vigie.ship.git import Git, failed
from vigie.ship.operations import require_no_operation
from vigie.ship.process_group import Outcome

BRANCHES = "refs/heads/"


class Repository(NamedTuple):
    """A repository and where it stands. ``prefix``: the project's folder inside it, "" or ``bots/one/``."""

    top: str
    git_dir: str
    prefix: str
    branch: str
    """Full name, ``refs/heads/main``."""
    head: str | None
    """The last commit, None before the first."""
    base: str
    """What the next commit is compared with: ``head``, or the empty tree."""

    @property
    def short_branch(self) -> str:
        """The branch as people call it."""
        return self.branch.removeprefix(BRANCHES)

    @property
    def index_file(self) -> str:
        """The file of the index; in a linked worktree ``git_dir`` is that worktree's own."""
        return os.path.join(self.git_dir, "index")

    @property
    def project(self) -> str:
        """The project's folder, as git sees it (links resolved)."""
        return os.path.normpath(os.path.join(self.top, self.prefix))


def find_repository(git: Git) -> Repository:
    """Return the repository around ``git.directory``.

    Raises ``Failure`` when there is none that can be used, ``Refusal`` in the middle of a merge and the like
    and for a detached HEAD.
    """
    _require_work_tree(git)
    top = os.path.normpath(_line(git.ask("rev-parse", "--show-toplevel")))
    git_dir = os.path.normpath(_line(git.ask("rev-parse", "--absolute-git-dir")))
    # Before the branch: a rebase detaches HEAD by itself, and it is the cause to name.
    require_no_operation(git, git_dir)
    prefix = _line(git.ask("rev-parse", "--show-prefix"))
    head = current_commit(git)
    return Repository(top, git_dir, prefix, _branch(git), head, head or _empty_tree(git))


def current_commit(git: Git) -> str | None:
    """Return the commit HEAD stands on, None before the first."""
    outcome = git.query("rev-parse", "-q", "--verify", "HEAD^{commit}")
    return _line(outcome.out) if outcome.code == 0 else None


def _require_work_tree(git: Git) -> None:
    outcome = git.query("rev-parse", "--is-inside-work-tree", "--is-bare-repository")
    if outcome.code != 0:
        raise _no_repository(git.directory, outcome)
    inside, bare = outcome.out.split()
    if inside != b"true":
        key = "ship.bare-repository" if bare == b"true" else "ship.inside-git-folder"
        raise Failure(key, directory=printable(git.directory))


def _no_repository(directory: str, outcome: Outcome) -> Failure:
    shown = printable(directory)
    if b"not a git repository" in outcome.err:
        return Failure("ship.not-a-repository", directory=shown)
    if b"dubious ownership" in outcome.err or b"unsafe repository" in outcome.err:
        return Failure("ship.dubious-ownership", directory=shown)
    return failed("rev-parse", outcome)


def _branch(git: Git) -> str:
    outcome = git.query("symbolic-ref", "-q", "HEAD")
    name = _line(outcome.out)
    if outcome.code != 0 or not name.startswith(BRANCHES):
        raise Refusal("ship.detached-head")
    return name


def _empty_tree(git: Git) -> str:
    """Return the empty tree's name, which depends on the repository's hash function."""
    return _line(git.ask("hash-object", "-t", "tree", "--stdin"))


def _line(answer: bytes) -> str:
    return os.fsdecode(answer.removesuffix(b"\n"))
