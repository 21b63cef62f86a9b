"""Looking before doing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.ship.workshop import Repo, new_repository
from vigie.problems import Failure, Problem
from vigie.ship.plan import make_plan
from vigie.ship.request import ShipRequest

Sleep = Callable[[float], None]


def test_a_plan_changes_nothing(repo: Repo, no_sleep: Sleep) -> None:
    """Not a byte of the folder or the index."""
    repo.write("bot.py", "1\n")
    repo.write("new.py")
    before = repo.snapshot()
    plan = make_plan(ShipRequest(str(repo.path)), no_sleep)
    assert repo.snapshot() == before
    assert plan.selection.paths == ("new.py", "bot.py")
    assert plan.message == "chore: update new.py, bot.py"


def test_the_persons_message_is_kept(repo: Repo, no_sleep: Sleep) -> None:
    """A message given is the message."""
    repo.write("bot.py", "1\n")
    assert make_plan(ShipRequest(str(repo.path), "fix: it\n"), no_sleep).message == "fix: it\n"


def test_without_changes_nobody_needs_a_name(repo: Repo, configuration: Path, no_sleep: Sleep) -> None:
    """Where nothing is committed, identity and locks are no obstacle."""
    configuration.write_text("[user]\n    useConfigOnly = true\n")
    repo.write(".git/index.lock")
    assert make_plan(ShipRequest(str(repo.path)), no_sleep).selection.paths == ()
    (repo.path / ".git" / "index.lock").unlink()
    repo.write("bot.py", "1\n")
    with pytest.raises(Failure) as caught:
        make_plan(ShipRequest(str(repo.path)), no_sleep)
    assert caught.value.key == "ship.no-identity"


@pytest.mark.parametrize("message", ["", " "])
def test_what_was_typed_is_looked_at_first(tmp_path: Path, no_sleep: Sleep, message: str) -> None:
    """A wrong argument is told even where there is no repository."""
    with pytest.raises(Problem) as caught:
        make_plan(ShipRequest(str(tmp_path), message), no_sleep)
    assert caught.value.key == "ship.message-empty"


@pytest.mark.parametrize("name", ["with space", "l'été", 'quo"te', "x" * 200])
def test_projects_in_folders_of_any_name(tmp_path: Path, no_sleep: Sleep, name: str) -> None:
    """Spaces, accents, quotes, 200 letters."""
    if '"' in name and not _takes(tmp_path / name):
        pytest.skip("this system forbids the name")
    repo = new_repository(tmp_path / name)
    repo.write("start.py")
    assert make_plan(ShipRequest(str(repo.path)), no_sleep).selection.added == ("start.py",)


def _takes(folder: Path) -> bool:
    try:
        folder.mkdir()
    except OSError:
        return False
    return True
