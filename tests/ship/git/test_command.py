"""Running git: a question is harmless, an act is as if the person did it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.ship.workshop import Repo
from vigie.problems import Failure
from vigie.ship.git import process_group
from vigie.ship.git.command import Git


def test_ask_returns_the_answer(git: Git, repo: Repo) -> None:
    """An answer comes as bytes, whole."""
    assert git.ask("rev-parse", "HEAD").decode().strip() == repo.head


def test_a_failed_question_names_the_cause(git: Git) -> None:
    """A question that git refuses becomes a problem with git's own reason."""
    with pytest.raises(Failure) as caught:
        git.ask("rev-parse", "--verify", "nothing")
    assert caught.value.key == "ship.git-failed"
    assert caught.value.values == {"verb": "rev-parse", "code": 128, "detail": "Needed a single revision"}


def test_a_folder_that_is_gone_is_told(tmp_path: Path) -> None:
    """git cannot be started in a folder that does not exist."""
    with pytest.raises(Failure) as caught:
        Git(str(tmp_path / "gone")).query("version")
    assert caught.value.key == "ship.git-not-started"


def test_an_answer_that_is_not_whole_is_not_believed(git: Git, monkeypatch: pytest.MonkeyPatch) -> None:
    """Half a list of changes would be the wrong commit."""
    monkeypatch.setattr(process_group, "MAX_OUTPUT", 3)
    with pytest.raises(Failure) as caught:
        git.ask("rev-parse", "HEAD")
    assert caught.value.key == "ship.output-too-large"


@pytest.mark.slow
def test_a_question_that_gets_no_answer_is_given_up(git: Git, monkeypatch: pytest.MonkeyPatch) -> None:
    """A repository on a dead disk does not hold us for ever."""
    monkeypatch.setattr("vigie.ship.git.command.LOCAL_DEADLINE", 0.2)
    with pytest.raises(Failure) as caught:
        git.query("-c", "alias.wait=!sleep 600", "wait")
    assert caught.value.key == "ship.git-silent"


def test_git_missing_is_told(repo: Repo) -> None:
    """Without git on the PATH there is one clear word."""
    with pytest.raises(Failure) as caught:
        Git(str(repo.path), {"PATH": str(repo.path)})
    assert caught.value.key == "ship.git-missing"


def test_surroundings_do_not_lead_elsewhere(
    repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Run from the hook of another repository, we still work in ours."""
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "index"))
    git = Git(str(repo.path))
    monkeypatch.undo()
    assert git.ask("rev-parse", "HEAD").decode().strip() == repo.head


def test_hooks_do_not_inherit_how_we_ask(git: Git, repo: Repo) -> None:
    """A hook that uses patterns or locks finds git as the person left it."""
    seen = repo.path / ".git" / "seen"
    repo.hook("post-commit", f"env > '{seen.as_posix()}'")
    git.act("commit", "--allow-empty", "-m", "m", deadline=60.0)
    names = {line.partition("=")[0] for line in seen.read_text().splitlines()}
    assert not names & {"GIT_LITERAL_PATHSPECS", "GIT_OPTIONAL_LOCKS"}


def test_index_of_its_own(git: Git, repo: Repo, tmp_path: Path) -> None:
    """A question can be put to another index than the real one."""
    repo.write("new.py")
    other = str(tmp_path / "index")
    git.ask("update-index", "--add", "new.py", index=other)
    assert git.ask("ls-files", index=other).split() == [b"new.py"]
    assert os.fsencode("new.py") not in git.ask("ls-files").split()
