"""A repository apart: an ordinary clone for whoever looks, with the person's branch, references and settings.

What hooks do there (format, stash, check out, reset) touches nothing of the person's. It borrows their
objects, which no command run in it can change or clear away, and is removed in the end.
"""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from types import TracebackType

from vigie.problems import Failure
from vigie.ship.apart.checkout import CHECKOUT_DEADLINE, WITHOUT_LARGE_FILES, check_out, link_dependencies
from vigie.ship.apart.commits import UTF_8, Stored, commit_tree, not_made, read_commit, signs
from vigie.ship.apart.configuration import (
    as_configuration,
    is_conditional,
    missing,
    read_settings,
    settings_apart,
    written,
)
from vigie.ship.apart.hooks import COMMIT_HOOKS, has_hooks, hooks_folder
from vigie.ship.apart.objects import borrow, bring
from vigie.ship.apart.references import copy_file, copy_references
from vigie.ship.apart.removal import remove_folder
from vigie.ship.git.command import Git
from vigie.ship.git.configuration import Configuration
from vigie.ship.git.index import staged_differences
from vigie.ship.git.repository import Repository

_SHARED = ("shallow", "info/exclude", "info/attributes", "info/grafts")
_OF_THE_WORKTREE = ("info/sparse-checkout",)


def open_apart(git: Git, repository: Repository, folder: str) -> Apart:
    """Make a repository apart inside ``folder``, which is ours and empty or not there yet.

    No file is checked out yet. Raises ``Failure`` ``ship.no-workspace`` when it cannot be written.
    """
    work = os.path.join(folder, "work")
    git_dir = os.path.join(work, ".git")
    home = git.at(repository.top)
    settings = read_settings(home)
    configuration = as_configuration(settings)
    hooks = hooks_folder(home, repository, configuration)
    copied = settings_apart(settings, repository, hooks)
    try:
        for name in ("info", "objects", "refs"):
            os.makedirs(os.path.join(git_dir, name))
        _write(os.path.join(git_dir, "config"), written(copied))
        borrow(repository, git_dir)
        for source, names in ((repository.common_dir, _SHARED), (repository.git_dir, _OF_THE_WORKTREE)):
            for name in names:
                copy_file(os.path.join(source, name), os.path.join(git_dir, name))
        copy_references(home, repository, git_dir)
        apart = Apart(home, repository, folder, configuration)
        if is_conditional(settings):
            lost = missing(settings, read_settings(apart.git))
            _write(os.path.join(git_dir, "config"), written([*lost, *copied]))
    except OSError as error:
        raise Failure("ship.no-workspace", detail=str(error.strerror)) from error
    return apart


def _write(file: str, content: bytes) -> None:
    with open(file, "wb") as stream:
        stream.write(content)


class Apart:
    """A repository apart. ``git`` runs in its folder ``work``; made by ``open_apart``."""

    def __init__(self, home: Git, repository: Repository, folder: str, configuration: Configuration) -> None:
        """Remember whose it is. ``home``: git at the person's top folder."""
        self.repository = repository
        self.folder = folder
        self.work = os.path.join(folder, "work")
        self.git = home.at(self.work)
        self._git_dir = os.path.join(self.work, ".git")
        self._home = home
        self._configuration = configuration

    def __enter__(self) -> Apart:
        """Close it at the end of the block."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def checkout(self, tree: str, deadline: float = CHECKOUT_DEADLINE) -> None:
        """Put the files of ``tree`` (or of a commit) into ``work``; raises ``Failure``."""
        check_out(self.git, tree, deadline)
        link_dependencies(self.repository, self.work, self._git_dir)

    def commit(self, tree: str, parents: Sequence[str], message: str, deadline: float) -> str:
        """Commit ``tree`` within ``deadline`` seconds, with hooks and signing, and return the commit's name.

        Hooks may change what is committed, not what it stands on. Raises ``Failure`` ``ship.commit-...``
        (``ship.commit-hook`` with ``corrected``, the files that hooks have changed before they refused) and
        ``apart.other-parent``; then there is no commit.
        """
        text = message.encode("utf-8", "surrogateescape")
        if not has_hooks(self._home, self.repository, COMMIT_HOOKS, self._configuration):
            return commit_tree(self._home, tree, parents, text, deadline, self._configuration)
        return self._commit_with_hooks(tree, tuple(parents), text, deadline).sha

    def _commit_with_hooks(
        self, tree: str, parents: tuple[str, ...], message: bytes, deadline: float
    ) -> Stored:
        until = time.monotonic() + deadline
        self._stand_on(parents)
        self.checkout(tree, deadline)
        outcome = self.git.act(
            # Whether an empty commit makes sense is the caller's to say, as where no hooks are.
            *(*UTF_8, "commit", "--quiet", "--allow-empty", "--file=-"),
            # A first line that starts with # is part of the message.
            "--cleanup=whitespace",
            stdin=message,
            deadline=max(1.0, until - time.monotonic()),
            variables=WITHOUT_LARGE_FILES,
        )
        if outcome.code is None:
            made = self._made_in_time(parents)
        else:
            made = read_commit(self.git, "HEAD") if outcome.code == 0 else None
        if made is None:
            problem = not_made(outcome, deadline, signed=signs(self._configuration), hooks=True)
            if problem.key == "ship.commit-hook":
                problem.values["corrected"] = self._changed(tree)
            raise problem
        if made.parents[:1] != parents[:1]:
            raise Failure("apart.other-parent")
        return made

    def _stand_on(self, parents: tuple[str, ...]) -> None:
        """Let the branch, and so the next commit, stand on ``parents``."""
        first = parents[0] if parents else None
        if first != self.repository.head:
            to = ("-d", self.repository.branch) if first is None else (self.repository.branch, first)
            self.git.ask("update-ref", *to)
        if len(parents) > 1:
            rows = "".join(f"{parent}\n" for parent in parents[1:])
            _write(os.path.join(self._git_dir, "MERGE_HEAD"), rows.encode("ascii"))

    def _made_in_time(self, parents: tuple[str, ...]) -> Stored | None:
        """Return the commit that was made before the deadline, while a last hook was still running."""
        if self.git.query("rev-parse", "-q", "--verify", "HEAD").code != 0:
            return None
        found = read_commit(self.git, "HEAD")
        if found.sha in parents or staged_differences(self.git, found.sha):
            return None
        return found

    def _changed(self, tree: str) -> tuple[str, ...]:
        """Return the files that hooks have changed here: some correct what they refuse."""
        self.git.query("update-index", "-q", "--refresh")
        outcome = self.git.query("diff-index", "--name-only", "-z", tree)
        return tuple(os.fsdecode(name) for name in outcome.out.split(b"\0") if name)

    def bring(self, sha: str) -> None:
        """Write the commit's new objects into the person's repository; nothing there refers to it yet.

        Raises ``Failure``; may be repeated.
        """
        known = [] if self.repository.head is None else [self.repository.head]
        bring(self.git, self._home, sha, known, self.folder)

    def close(self) -> None:
        """Remove it; what somebody still holds is left to the next run (``remove_folder``)."""
        remove_folder(self.folder)
