"""Which commit lies in a folder, read from git's own files."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.runtime.repository import git
from vigie.runtime.revision import commit_in


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with one commit."""
    folder = tmp_path / "un dossier"
    folder.mkdir()
    git(folder, "init")
    (folder / "start.py").write_text("pass\n")
    git(folder, "add", "start.py")
    git(folder, "commit", "-m", "one")
    return folder


def test_the_commit_is_the_one_git_tells(repository: Path) -> None:
    """On a branch, packed or loose, and below the top of the repository."""
    assert commit_in(str(repository)) == git(repository, "rev-parse", "HEAD")
    git(repository, "pack-refs", "--all")
    assert commit_in(str(repository)) == git(repository, "rev-parse", "HEAD")
    (repository / "sub").mkdir()
    assert commit_in(str(repository / "sub")) == git(repository, "rev-parse", "HEAD")


def test_a_detached_head_is_a_commit_too(repository: Path) -> None:
    """HEAD may name the commit itself."""
    git(repository, "checkout", "--detach")
    assert commit_in(str(repository)) == git(repository, "rev-parse", "HEAD")


def test_a_worktree_has_its_own_head(repository: Path, tmp_path: Path) -> None:
    """Where .git is a file, the way leads through it to the common folder's branches."""
    git(repository, "worktree", "add", "-b", "other", str(tmp_path / "beside"))
    (tmp_path / "beside" / "start.py").write_text("two = 2\n")
    git(tmp_path / "beside", "commit", "-am", "two")
    assert commit_in(str(tmp_path / "beside")) == git(tmp_path / "beside", "rev-parse", "HEAD")
    assert commit_in(str(repository)) == git(repository, "rev-parse", "HEAD")


def test_where_there_is_nothing_to_tell_the_answer_is_none(tmp_path: Path) -> None:
    """No repository, an unborn branch, a broken HEAD: no commit, and no error."""
    assert commit_in(str(tmp_path)) is None
    git(tmp_path, "init")
    assert commit_in(str(tmp_path)) is None
    (tmp_path / ".git" / "HEAD").write_bytes(b"\xff\xff")
    assert commit_in(str(tmp_path)) is None


def test_a_branch_that_is_nowhere_to_be_found_has_no_commit(repository: Path) -> None:
    """HEAD names a branch that neither lies loose nor among the packed ones."""
    git(repository, "pack-refs", "--all")
    (repository / ".git" / "HEAD").write_text("ref: refs/heads/unheard-of\n")
    assert commit_in(str(repository)) is None
