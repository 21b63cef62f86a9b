"""A submodule's commit must be where others can get it before anything names it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ship.pusher import Pusher
from tests.ship.workshop import Repo, bare_repository
from vigie.ship.git.command import Git

pytestmark = pytest.mark.slow


@pytest.fixture
def library(repo: Repo, tmp_path: Path, configuration: Path) -> Repo:
    """Return the submodule ``library`` of ``repo``, with a remote of its own; all is pushed."""
    configuration.write_text(configuration.read_text() + '[protocol "file"]\n    allow = always\n')
    bare = bare_repository(tmp_path / "library.git")
    repo.git("clone", "-q", str(bare.path), str(tmp_path / "seed"))
    seed = Repo(tmp_path / "seed")
    seed.git("commit", "--allow-empty", "-m", "seed")
    seed.git("push", "-q")
    repo.git("submodule", "add", "-q", str(bare.path), "library")
    repo.git("commit", "-m", "library")
    repo.git("push", "-q")
    return Repo(repo.path / "library")


def point(repo: Repo, library: Repo) -> None:
    """Make a commit in the submodule, and one that names it."""
    library.git("commit", "--allow-empty", "-m", "only here")
    repo.git("commit", "-am", "newer library")


def test_a_commit_that_only_this_disk_has(repo: Repo, remote: Repo, library: Repo) -> None:
    """Refused, by the folder; once the submodule is pushed, it goes."""
    point(repo, library)
    pusher = Pusher(repo)
    before = remote.git("rev-parse", "main")
    problem = pusher.refused()
    assert problem.key == "ship.push-submodule"
    assert problem.values["folders"] == "library"
    assert remote.git("rev-parse", "main") == before
    library.git("push", "-q", "origin", "HEAD:main")
    assert pusher.push()
    assert remote.git("rev-parse", "main") == repo.head


def test_pushed_from_beside(repo: Repo, remote: Repo, library: Repo, tmp_path: Path) -> None:
    """There the submodules are not; the person's are looked at."""
    point(repo, library)
    repo.git("clone", "-q", str(repo.path), str(tmp_path / "beside"))
    beside = Git(str(tmp_path / "beside"))
    with pytest.raises(Exception, match="push-submodule"):
        Pusher(repo).push(beside=beside)


@pytest.mark.parametrize("setting", [("push.recurseSubmodules", "on-demand"), ("submodule.recurse", "true")])
def test_a_person_who_lets_git_push_them_along(
    repo: Repo, remote: Repo, library: Repo, setting: tuple[str, str]
) -> None:
    """git cannot do so for one recorded commit: told, and once the submodule is pushed, it goes."""
    repo.git("config", *setting)
    point(repo, library)
    assert Pusher(repo).refused().key == "ship.push-submodule"
    library.git("push", "-q", "origin", "HEAD:main")
    assert Pusher(repo).push()
    assert remote.git("rev-parse", "main") == repo.head


def test_other_commits_are_not_held_up(repo: Repo, remote: Repo, library: Repo) -> None:
    """Work inside the submodule that nothing names yet is nobody's business."""
    library.git("commit", "--allow-empty", "-m", "only here")
    repo.write("bot.py", "1\n")
    repo.git("commit", "-m", "second", "bot.py")
    assert Pusher(repo).push()


def test_a_submodule_that_is_not_there(repo: Repo, remote: Repo, library: Repo) -> None:
    """It cannot be asked; its commit was not made here either."""
    point(repo, library)
    repo.git("submodule", "deinit", "-q", "-f", "library")
    assert Pusher(repo).push()
