"""Which commit lies in a folder, read from git's own files; and whether the code is newer than a moment."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from vigie.runtime.revision import code_files, commit_in, newest_code


def git(folder: Path, *words: str) -> str:
    """Run git for real, apart from the user's settings."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("GIT_")},
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
    }
    who = ["-c", "user.name=t", "-c", "user.email=t@t", "-c", "init.defaultBranch=main"]
    done = subprocess.run(
        ["git", *who, *words], cwd=folder, env=environment, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


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


def test_only_the_bots_own_code_counts(tmp_path: Path) -> None:
    """Virtual environments, caches, logs and hidden folders are passed over."""
    for name in (
        "start.py",
        "cogs/a.py",
        "venv2/lib.py",
        "__pycache__/x.py",
        ".hidden/y.py",
        "logs/z.py",
        "notes.txt",
    ):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("")
    (tmp_path / "venv2" / "pyvenv.cfg").write_text("")
    found = {os.path.relpath(path, tmp_path).replace(os.sep, "/") for path, _ in code_files(str(tmp_path))}
    assert found == {"start.py", "cogs/a.py"}


def test_what_cannot_be_looked_at_is_passed_over(tmp_path: Path) -> None:
    """A folder that is gone, a link to nowhere: the rest still counts."""
    assert code_files(str(tmp_path / "gone")) == []
    (tmp_path / "start.py").write_text("")
    try:
        (tmp_path / "dangling.py").symlink_to(tmp_path / "nowhere.py")
    except OSError:
        pytest.skip("may not make links here")
    assert [path for path, _ in code_files(str(tmp_path))] == [str(tmp_path / "start.py")]


def test_a_branch_that_is_nowhere_to_be_found_has_no_commit(repository: Path) -> None:
    """HEAD names a branch that neither lies loose nor among the packed ones."""
    git(repository, "pack-refs", "--all")
    (repository / ".git" / "HEAD").write_text("ref: refs/heads/unheard-of\n")
    assert commit_in(str(repository)) is None


def test_the_newest_file_is_named(tmp_path: Path) -> None:
    """The file that was changed last, and when."""
    assert newest_code(str(tmp_path)) is None
    for name, when in (("old.py", 100.0), ("new.py", 200.0), ("older.py", 50.0)):
        (tmp_path / name).write_text("")
        os.utime(tmp_path / name, (when, when))
    assert newest_code(str(tmp_path)) == (200.0, str(tmp_path / "new.py"))
