"""Where we are: the repository around a project, which need not be its top folder."""

from __future__ import annotations

import os
import re
from typing import NamedTuple

from vigie.problems import Failure, Refusal
from vigie.ship.display import listed, printable
from vigie.ship.git.command import Git, failed
from vigie.ship.git.operations import require_no_operation
from vigie.ship.git.process_group import Outcome

BRANCHES = "refs/heads/"

_PLACE = ("--show-toplevel", "--absolute-git-dir", "--git-common-dir", "--show-prefix")
_INSIDE = ("--is-inside-work-tree", "--is-bare-repository")
_CURE = rb"(?m)^\s*git config --global --add safe\.directory (.+?)\s*$"


class Place(NamedTuple):
    """Where a repository lies. ``prefix``: the project's folder inside it, "" or ``bots/one/``."""

    top: str
    git_dir: str
    common_dir: str
    prefix: str


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
    common_dir: str
    """What all worktrees of the repository share: objects, branches, configuration."""

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
    place = find_place(git)
    # Before the branch: a rebase detaches HEAD by itself, and it is the cause to name.
    require_no_operation(git, place.git_dir)
    return repository_at(git, place, current_commit(git), _branch(git))


def open_repository(root: str) -> tuple[Git, Repository]:
    """Return the repository around ``root``, and git at its top folder; raises like ``find_repository``."""
    git = Git(root)
    repository = find_repository(git)
    return git.at(repository.top), repository


def repository_at(git: Git, place: Place, head: str | None, branch: str | None) -> Repository:
    """Return the repository at a place whose HEAD is known; raises ``Refusal`` ``ship.detached-head``.

    ``branch``: its short name, None when HEAD is detached.
    """
    if branch is None:
        raise _detached(git)
    base = head or _empty_tree(git)
    return Repository(place.top, place.git_dir, place.prefix, BRANCHES + branch, head, base, place.common_dir)


def find_place(git: Git) -> Place:
    """Return where the repository around ``git.directory`` lies; raises ``Failure``."""
    outcome = git.query("rev-parse", *_INSIDE, *_PLACE)
    inside = outcome.out.split(b"\n", 2)
    if len(inside) < 3:
        raise _no_repository(git.directory, outcome)
    if inside[0] != b"true":
        key = "ship.bare-repository" if inside[1] == b"true" else "ship.inside-git-folder"
        raise Failure(key, directory=printable(git.directory))
    if outcome.code != 0:
        raise failed("rev-parse", outcome)
    lines = outcome.out.split(b"\n")[2:-1]
    if len(lines) != len(_PLACE):
        # Somebody's folder has a line end in its name: each question by itself then.
        lines = [git.ask("rev-parse", question).removesuffix(b"\n") for question in _PLACE]
    top, git_dir, common, prefix = map(os.fsdecode, lines)
    common = os.path.realpath(os.path.join(git.directory, common))
    return Place(os.path.normpath(top), os.path.normpath(git_dir), common, prefix)


def current_commit(git: Git) -> str | None:
    """Return the commit HEAD stands on, None before the first."""
    outcome = git.query("rev-parse", "-q", "--verify", "HEAD^{commit}")
    return _line(outcome.out) if outcome.code == 0 else None


def _no_repository(directory: str, outcome: Outcome) -> Failure:
    shown = printable(directory)
    if b"not a git repository" in outcome.err:
        return Failure("ship.not-a-repository", directory=shown)
    if b"dubious ownership" in outcome.err or b"unsafe repository" in outcome.err:
        return Failure("ship.dubious-ownership", directory=shown, trusted=_trusted(directory, outcome))
    return failed("rev-parse", outcome)


def _trusted(directory: str, outcome: Outcome) -> str:
    """Return what to trust in git's own words, quoted for a shell: not always the folder that was asked about."""
    found = re.search(_CURE, outcome.err)
    return printable(os.fsdecode(found[1])) if found else f'"{printable(directory)}"'


def _branch(git: Git) -> str | None:
    outcome = git.query("symbolic-ref", "-q", "HEAD")
    name = _line(outcome.out)
    return name.removeprefix(BRANCHES) if outcome.code == 0 and name.startswith(BRANCHES) else None


def _detached(git: Git) -> Refusal:
    """Name the branches that hold the commit: one of them is most likely where the person wants to be."""
    answer = git.query("for-each-ref", "--contains=HEAD", "--format=%(refname:strip=2)", BRANCHES)
    names = os.fsdecode(answer.out).splitlines() if answer.code == 0 else []
    if not names:
        return Refusal("staging.detached-nowhere")
    return Refusal("ship.detached-head", branches=listed(names), branch=printable(names[0]))


def _empty_tree(git: Git) -> str:
    """Return the empty tree's name, which depends on the repository's hash function."""
    return _line(git.ask("hash-object", "-t", "tree", "--stdin"))


def _line(answer: bytes) -> str:
    return os.fsdecode(answer.removesuffix(b"\n"))
