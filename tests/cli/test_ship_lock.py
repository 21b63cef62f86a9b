"""One ship at a time: in a project, and in a repository that holds several."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from tests.ship.workshop import Repo, new_repository
from vigie.cli.main import main
from vigie.engines.file_lock import FileLock


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """Return a repository with two projects."""
    made = new_repository(tmp_path / "bots")
    made.git("config", "user.name", "Ada")
    made.git("config", "user.email", "ada@example.org")
    for name in ("one", "two"):
        made.write(f"{name}/vigie.toml", '[bot]\nhealth_url = "none"\n[ship]\nrestart = "never"\n')
    made.git("add", "-A")
    made.git("commit", "-qm", "first")
    return made


def ship(repo: Repo, name: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, dict[str, object]]:
    """Ship one project; return the exit code and the error."""
    code = main(["ship", "-m", "x", "--project", str(repo.path / name), "--json", "--lang", "en"])
    told = json.loads(capsys.readouterr().out)
    error = told["error"]
    assert isinstance(error, dict)
    return code, error


def test_two_projects_of_one_repository_do_not_ship_at_once(
    repo: Repo, capsys: pytest.CaptureFixture[str]
) -> None:
    """The second is refused, exit 3; nothing is committed, and git finds nothing of ours in its way."""
    repo.write("two/bot.py", "1\n")
    with FileLock(str(repo.path / ".git" / "vigie-ship")) as lock:
        assert lock.acquire()
        code, error = ship(repo, "two", capsys)
    assert (code, error["code"]) == (3, "busy-repository")
    assert repo.git("log", "--format=%s") == "first"
    code, error = ship(repo, "two", capsys)
    assert (code, error["code"]) == (1, "no-remote")
    assert repo.git("log", "-1", "--format=%s") == "x"
    assert repo.git("fsck") == ""


def test_what_is_ours_stays_out_of_what_a_person_adds(repo: Repo, capsys: pytest.CaptureFixture[str]) -> None:
    """Nobody ran ``vigie init`` here: ``git add -A`` takes nothing of ``.vigie`` all the same."""
    repo.write("two/bot.py", "1\n")
    ship(repo, "two", capsys)
    assert not [path for path in repo.status() if ".vigie" in path]


@pytest.mark.skipif(sys.platform == "win32", reason="rights are set by chmod")
@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root writes everywhere")
def test_a_lock_that_may_not_be_opened_is_told(repo: Repo, capsys: pytest.CaptureFixture[str]) -> None:
    """One clear problem with the path, and no traceback."""
    private = repo.path / "one" / ".vigie"
    (private / "ship").mkdir(parents=True)
    (private / "ship.lock").write_bytes(b"")
    (private / "ship.lock").chmod(0)
    repo.write("one/bot.py", "1\n")
    code, error = ship(repo, "one", capsys)
    assert (code, error["code"]) == (1, "not-writable")


def test_a_folder_in_the_place_of_the_lock_is_told(repo: Repo, capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever stands there: one clear problem with its path."""
    (repo.path / "one" / ".vigie" / "ship.lock").mkdir(parents=True)
    code, error = ship(repo, "one", capsys)
    assert code == 1
    assert "ship.lock" in str(error["message"])
