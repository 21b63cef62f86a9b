"""What "all" takes."""

from __future__ import annotations

import pytest

from tests.ship.workshop import Repo, new_repository, selected
from vigie.ship.choose.selection import Selection


def test_all_takes_what_changed_and_what_is_new(repo: Repo) -> None:
    """Modified, deleted and new files go, each under its kind."""
    repo.write("bot.py", "1\n")
    (repo.path / "commands.py").unlink()
    repo.write("new.py")
    repo.write("deep/er.py")
    assert selected(repo) == Selection(
        added=("deep/er.py", "new.py"), modified=("bot.py",), removed=("commands.py",)
    )


def test_all_takes_what_is_staged(repo: Repo) -> None:
    """Staged or not makes no difference for everything."""
    repo.write("bot.py", "1\n")
    repo.write("new.py")
    repo.git("add", "-A")
    assert selected(repo) == Selection(
        added=("new.py",), modified=("bot.py",), from_index=("bot.py", "new.py")
    )


def test_new_files_that_are_never_committed_are_passed_over_in_silence(repo: Repo) -> None:
    """Nobody expects a cache to be shipped."""
    for name in ("a.log", "__pycache__/a.pyc", ".env", "venv/x.py", "logs/x", "bot_status.json", ".vigie/x"):
        repo.write(name)
    assert selected(repo) == Selection()


def test_known_files_that_are_never_committed_are_named(repo: Repo) -> None:
    """A tracked ``.env`` with changes stays out, and is told; also when somebody staged it."""
    for name in (".env", "a.log"):
        repo.write(name)
    repo.git("add", "-f", ".env", "a.log")
    assert selected(repo) == Selection(left_out=(".env", "a.log"))
    repo.git("commit", "-m", "by hand")
    repo.write(".env", "changed\n")
    (repo.path / "a.log").unlink()
    assert selected(repo) == Selection(left_out=(".env", "a.log"))


def test_taking_a_secret_out_of_the_repository_is_committed(repo: Repo) -> None:
    """``git rm --cached .env`` is the right thing to do, and must reach the remote."""
    repo.write(".env")
    repo.git("add", "-f", ".env")
    repo.git("commit", "-m", "by mistake")
    repo.git("rm", "--cached", ".env")
    assert selected(repo) == Selection(removed=(".env",), from_index=(".env",))
    assert selected(repo).from_disk == ()


def test_a_file_taken_out_by_hand_that_is_still_new_comes_back(repo: Repo) -> None:
    """As with ``git add -A``: what lies on disk and is not ignored belongs to everything."""
    repo.git("rm", "--cached", "bot.py")
    assert selected(repo) == Selection(added=("bot.py",))


def test_ignored_files_stay_out(repo: Repo) -> None:
    """The person's own rules are respected."""
    repo.write(".gitignore", "*.db\n")
    repo.write("bot.db")
    assert selected(repo).paths == (".gitignore",)


def test_a_repository_inside_is_left_out_and_told(repo: Repo) -> None:
    """``git add -A`` would record a link that nobody can clone."""
    new_repository(repo.path / "plugin").git("commit", "--allow-empty", "-m", "1")
    assert selected(repo) == Selection(left_out=("plugin",))


@pytest.mark.parametrize("name", ["pkg", "pkg/"])
def test_only_the_project_folder_is_everything(repo: Repo, name: str) -> None:
    """A project in a folder takes what lies in it, not its neighbours."""
    repo.write("pkg/a.py")
    repo.write("pkg2/b.py")
    repo.write("bot.py", "1\n")
    assert selected(repo, folder=name) == Selection(added=("pkg/a.py",))


def test_a_file_that_is_only_announced_is_new(repo: Repo) -> None:
    """``git add -N`` says that it will come; it comes whole, as it lies on disk."""
    repo.write("soon.py")
    repo.git("add", "-N", "soon.py")
    assert selected(repo) == selected(repo, "soon.py") == Selection(added=("soon.py",))
