"""Where we are."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tests.ship.workshop import Repo, bare_repository, new_repository
from vigie.problems import Failure, Problem, Refusal
from vigie.ship.git.command import Git
from vigie.ship.git.repository import Repository, find_repository


def find(path: Path) -> Repository:
    """Look around from a folder."""
    return find_repository(Git(str(path)))


def test_top_of_a_repository(repo: Repo) -> None:
    """The usual case: the project is the repository."""
    found = find(repo.path)
    assert os.path.samefile(found.top, repo.path)
    assert os.path.samefile(found.project, repo.path)
    assert found.prefix == ""
    assert (found.branch, found.short_branch) == ("refs/heads/main", "main")
    assert found.head == found.base == repo.head
    assert os.path.samefile(found.index_file, repo.path / ".git" / "index")


def test_folder_inside_a_repository(repo: Repo) -> None:
    """The project may lie deeper; names with spaces and accents are kept."""
    folder = repo.path / "mes bots" / "été"
    folder.mkdir(parents=True)
    found = find(folder)
    assert found.prefix == "mes bots/été/"
    assert os.path.samefile(found.project, folder)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows names cannot hold a line end")
def test_folder_with_a_line_end_in_its_name(tmp_path: Path) -> None:
    """Even such a name is read whole."""
    repo = new_repository(tmp_path / "two\nlines\n")
    assert os.path.samefile(find(repo.path).top, repo.path)


def test_before_the_first_commit(tmp_path: Path) -> None:
    """A new repository has a branch, no commit, and is compared with nothing."""
    found = find(new_repository(tmp_path / "new").path)
    assert found.head is None
    assert found.branch == "refs/heads/main"
    assert found.base == "4b825dc642cb6eb9a060e54bf8d69288fbee4904"


def test_linked_worktree_has_an_index_of_its_own(repo: Repo, tmp_path: Path) -> None:
    """In a second worktree ``.git`` is a file, and the index lies elsewhere."""
    repo.git("worktree", "add", "-b", "second", str(tmp_path / "second"))
    found = find(tmp_path / "second")
    assert found.short_branch == "second"
    assert os.path.exists(found.index_file)
    assert not os.path.samefile(found.index_file, repo.path / ".git" / "index")


def test_no_repository(tmp_path: Path) -> None:
    """A plain folder is named, with the advice to look where one is."""
    with pytest.raises(Failure) as caught:
        find(tmp_path)
    assert caught.value.key == "ship.not-a-repository"
    assert caught.value.values["directory"] == str(tmp_path)


def test_bare_repository(tmp_path: Path) -> None:
    """A repository without files has nothing to commit."""
    with pytest.raises(Failure) as caught:
        find(bare_repository(tmp_path / "bare").path)
    assert caught.value.key == "ship.bare-repository"


def test_inside_the_git_folder(repo: Repo) -> None:
    """git's own folder is no place to work in."""
    with pytest.raises(Failure) as caught:
        find(repo.path / ".git")
    assert caught.value.key == "ship.inside-git-folder"


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() != 0, reason="giving a folder away needs root")
def test_repository_of_somebody_else(repo: Repo) -> None:
    """git refuses to work in it; the line that would allow it is for the person to run."""
    if sys.platform != "win32":
        os.chown(repo.path, 65534, 65534)
        os.chown(repo.path / ".git", 65534, 65534)
    with pytest.raises(Failure) as caught:
        find(repo.path)
    assert caught.value.key == "ship.dubious-ownership"


def test_detached_head(repo: Repo) -> None:
    """A commit on no branch could get lost."""
    repo.git("switch", "--detach")
    with pytest.raises(Refusal) as caught:
        find(repo.path)
    assert caught.value.key == "ship.detached-head"


def test_broken_repository_gives_gits_own_reason(repo: Repo) -> None:
    """Whatever else git says is passed on."""
    (repo.path / ".git" / "config").write_text("[core\n")
    with pytest.raises(Problem) as caught:
        find(repo.path)
    assert caught.value.key == "ship.git-failed"
    assert "config" in str(caught.value.values["detail"])
