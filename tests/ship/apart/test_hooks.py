"""Whether hooks would run: without them nothing is checked out."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tests.ship.workshop import Repo
from vigie.ship.apart.hooks import COMMIT_HOOKS, PUSH_HOOKS, has_hooks, hooks_folder
from vigie.ship.git.command import Git
from vigie.ship.git.configuration import read_configuration
from vigie.ship.git.repository import find_repository


def found(repo: Repo, names: tuple[str, ...] = COMMIT_HOOKS) -> bool:
    """Ask for ``repo``."""
    git = Git(str(repo.path))
    return has_hooks(git, find_repository(git), names)


def test_none(repo: Repo) -> None:
    """git's samples are none, nor are hooks for other occasions."""
    assert (repo.path / ".git" / "hooks" / "pre-commit.sample").exists()
    repo.hook("pre-push", "exit 0")
    assert not found(repo)
    assert found(repo, PUSH_HOOKS)


@pytest.mark.parametrize("name", COMMIT_HOOKS)
def test_one(repo: Repo, name: str) -> None:
    """Any of them is enough."""
    repo.hook(name, "exit 0")
    assert found(repo)


@pytest.mark.skipif(sys.platform == "win32", reason="every file may be executed there")
def test_a_hook_that_may_not_run(repo: Repo) -> None:
    """git passes over it, so it is none."""
    repo.hook("pre-commit", "exit 1")
    (repo.path / ".git" / "hooks" / "pre-commit").chmod(0o644)
    assert not found(repo)


def test_a_hook_in_the_configuration(repo: Repo) -> None:
    """Newer gits run them; which one this is, is not asked."""
    repo.git("config", "hook.linter.event", "pre-commit")
    repo.git("config", "hook.linter.command", "true")
    assert found(repo)


def test_hooks_switched_off(repo: Repo) -> None:
    """As people do it."""
    repo.hook("pre-commit", "exit 1")
    repo.git("config", "core.hooksPath", os.devnull)
    assert not found(repo)


@pytest.mark.parametrize("value", ["hooks here", "./x/../hooks here", "~/hooks"])
def test_where_they_lie(repo: Repo, configuration: Path, value: str) -> None:
    """From the top folder, from home; always told as an absolute path."""
    repo.git("config", "core.hooksPath", value)
    git = Git(str(repo.path))
    folder = hooks_folder(git, find_repository(git), read_configuration(git))
    base = configuration.parent if value.startswith("~") else repo.path
    assert os.path.realpath(folder) == os.path.realpath(base / value.removeprefix("~/").rpartition("/")[2])


def test_a_linked_worktree_has_the_hooks_of_all(repo: Repo, tmp_path: Path) -> None:
    """They lie with what all worktrees share."""
    repo.git("worktree", "add", "-q", "-b", "second", str(tmp_path / "second"))
    assert not found(Repo(tmp_path / "second"))
    repo.hook("post-commit", "exit 0")
    assert found(Repo(tmp_path / "second"))
