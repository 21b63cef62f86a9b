"""May a commit be made now?"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.ship.workshop import Repo
from vigie.problems import Failure, Refusal
from vigie.ship.choose.changes import Change
from vigie.ship.git.command import Git
from vigie.ship.git.configuration import read_configuration
from vigie.ship.git.repository import find_repository
from vigie.ship.git.state import lock_files, require_free_locks, require_identity, require_no_conflict


def test_unmerged_files_are_named() -> None:
    """A file with conflict marks must not be committed."""
    changes = (Change("a.py", "M"), Change("b.py", unmerged=True))
    with pytest.raises(Refusal) as caught:
        require_no_conflict(changes)
    assert caught.value.values == {"files": "b.py"}
    require_no_conflict(changes[:1])


def test_unknown_person_is_told_before_hooks_run(git: Git, configuration: Path) -> None:
    """Without a name git would refuse at the very end."""
    require_identity(git)
    configuration.write_text("[user]\n    useConfigOnly = true\n")
    for known in (None, read_configuration(git)):
        with pytest.raises(Failure) as caught:
            require_identity(git, known)
        assert caught.value.key == "ship.no-identity"


def _git_takes(repo: Repo) -> bool:
    return repo.git("commit", "--allow-empty", "-m", "x", check=False) != ""


@pytest.mark.parametrize(
    ("user", "email"),
    [
        ("Ada", "a@b"),
        ("Ada Éx", "a@b"),
        ("", "a@b"),
        ("Ada", ""),
        ("...", "a@b"),
        ("<>", "a@b"),
        ("A", "é@b"),
    ],
)
def test_a_name_is_judged_as_git_judges_it(git: Git, repo: Repo, user: str, email: str) -> None:
    """What the configuration plainly says is believed; what is odd, git is asked about."""
    repo.git("config", "user.name", user)
    repo.git("config", "user.email", email)
    try:
        require_identity(git, read_configuration(git))
        known = True
    except Failure:
        known = False
    assert known == _git_takes(repo)


def test_a_name_for_authors_alone_is_no_name_for_all(git: Git, repo: Repo, configuration: Path) -> None:
    """The committer must have one too, and variables come before the configuration."""
    configuration.write_text("[user]\n    useConfigOnly = true\n[author]\n    name = A\n    email = a@b\n")
    with pytest.raises(Failure):
        require_identity(git, read_configuration(git))
    configuration.write_text("[user]\n    name = A\n    email = a@b\n[committer]\n    name = ...\n")
    with pytest.raises(Failure):
        require_identity(git, read_configuration(git))


def test_a_lock_that_goes_away_is_waited_for(git: Git, repo: Repo) -> None:
    """An editor that refreshes its view holds the index for an instant only."""
    lock = repo.write(".git/index.lock")
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) == 3:
            lock.unlink()

    require_free_locks(find_repository(git), sleep)
    assert slept == [0.02, 0.04, 0.08]


def test_a_lock_that_stays_is_refused_and_left_alone(git: Git, repo: Repo) -> None:
    """It may be a living git's: it is named, never deleted."""
    lock = repo.write(".git/index.lock")
    slept: list[float] = []
    with pytest.raises(Refusal) as caught:
        require_free_locks(find_repository(git), slept.append)
    assert caught.value.key == "staging.lock-left"
    assert lock.exists()
    assert 1.2 < sum(slept) < 1.3


def test_a_free_index_costs_no_time(git: Git, no_sleep: Callable[[float], None]) -> None:
    """Without a lock nobody waits."""
    require_free_locks(find_repository(git), no_sleep)


def test_every_lock_that_would_stop_a_commit_is_looked_for(git: Git, repo: Repo, tmp_path: Path) -> None:
    """The index's, HEAD's, the branch's; in a worktree each where git looks. That of packed branches stops none."""
    for lock in lock_files(find_repository(git)):
        with open(lock, "x"):
            pass
        assert repo.git("commit", "--allow-empty", "-m", "x", check=False) == ""
        Path(lock).unlink()
    repo.write(".git/packed-refs.lock", "")
    assert repo.git("commit", "--allow-empty", "-m", "x") != ""
    repo.git("worktree", "add", "-b", "second", str(tmp_path / "second"))
    second = Repo(tmp_path / "second")
    for lock in lock_files(find_repository(Git(str(second.path)))):
        with open(lock, "x"):
            pass
        assert second.git("commit", "--allow-empty", "-m", "x", check=False) == ""
        Path(lock).unlink()
