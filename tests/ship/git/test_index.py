"""The index as a table."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tests.ship.workshop import Repo, new_repository
from vigie.problems import Failure, Refusal
from vigie.ship.git.command import Git
from vigie.ship.git.index import (
    Entry,
    copy_index,
    fingerprint,
    patiently,
    replace_index,
    require,
    set_entries,
    staged_differences,
    take_from_disk,
    tree_differences,
    write_tree,
)


def test_what_is_staged(repo: Repo, git: Git) -> None:
    """Added, changed and removed paths with what was and what is; unstaged edits do not count."""
    repo.write("bot.py", "staged\n")
    repo.write("new.py", "new\n")
    repo.git("add", "bot.py", "new.py")
    repo.git("rm", "--cached", "commands.py")
    repo.write("bot.py", "later\n")
    staged = staged_differences(git, repo.head)
    assert set(staged) == {"bot.py", "new.py", "commands.py"}
    assert staged["bot.py"].new.content == repo.git("rev-parse", ":bot.py")
    assert staged["bot.py"].old.content == repo.git("rev-parse", "HEAD:bot.py")
    assert staged["new.py"].old.mode == "000000"
    assert staged["commands.py"].new.mode == "000000"


def test_nothing_staged(repo: Repo, git: Git) -> None:
    """An answer without rows is an empty table."""
    assert staged_differences(git, repo.head) == {}


def test_what_a_commit_changed(repo: Repo, git: Git) -> None:
    """The table of a commit is read the same way."""
    first = repo.head
    repo.git("mv", "bot.py", "main.py")
    repo.git("commit", "-m", "moved")
    assert set(tree_differences(git, first, "HEAD")) == {"bot.py", "main.py"}


def test_entries_are_written_and_taken_out(repo: Repo, git: Git) -> None:
    """Whatever lies on disk; a file that becomes a folder is no obstacle."""
    content = repo.git("rev-parse", "HEAD:bot.py")
    gone = Entry("000000", "0" * 40)
    entries = {"commands.py": gone, "bot.py/inner.py": Entry("100755", content)}
    require(set_entries(git, entries))
    assert repo.git("ls-files", "-s") == f"100755 {content} 0\tbot.py/inner.py"


def test_paths_are_taken_as_they_lie_on_disk(repo: Repo, git: Git) -> None:
    """Exactly those: when a file became a folder, its other contents stay out."""
    (repo.path / "bot.py").unlink()
    repo.write("bot.py/a.py")
    repo.write("bot.py/secret.py")
    take_from_disk(git, ["bot.py", "bot.py/a.py"])
    assert repo.git("ls-files") == "bot.py/a.py\ncommands.py"


def test_filters_are_applied(repo: Repo, git: Git) -> None:
    """What git stores is what ``git add`` would store."""
    repo.write(".gitattributes", "*.txt text eol=lf\n")
    repo.write("x.txt", "a\r\nb\r\n")
    take_from_disk(git, ["x.txt"])
    assert repo.git("cat-file", "-p", ":x.txt") == "a\nb"


def test_a_file_that_git_will_not_store_is_refused(repo: Repo, git: Git) -> None:
    """Here a line-end rule; the file and the cause are named."""
    repo.git("config", "core.autocrlf", "input")
    repo.git("config", "core.safecrlf", "true")
    repo.write("x.txt", "a\r\nb\r\n")
    with pytest.raises(Refusal) as caught:
        take_from_disk(git, ["x.txt"])
    assert caught.value.key == "staging.line-endings"
    assert caught.value.values["file"] == "x.txt"


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_cannot_be_read_is_a_failure(repo: Repo, git: Git) -> None:
    """Rights that forbid reading are told."""
    repo.write("x.py").chmod(0)
    with pytest.raises(Failure):
        take_from_disk(git, ["x.py"])


def test_a_copy_has_the_date_of_its_original(repo: Repo, git: Git) -> None:
    """git reads by the index's date which files it must compare again."""
    index, copy = repo.path / ".git" / "index", repo.path / ".git" / "copy"
    os.utime(index, ns=(10**18, 10**18))
    copy_index(str(index), str(copy))
    assert copy.read_bytes() == index.read_bytes()
    assert copy.stat().st_mtime_ns == 10**18


def test_a_repository_without_an_index_has_nothing_to_copy(repo: Repo) -> None:
    """Before anything was ever added."""
    new = new_repository(repo.path.parent / "new")
    copy_index(str(new.path / ".git" / "index"), str(new.path / "copy"))
    assert not (new.path / "copy").exists()


def test_patience_ends() -> None:
    """Seven tries in 1.26 seconds, doubling pauses between."""
    tries: list[int] = []
    slept: list[float] = []

    def attempt() -> bool:
        tries.append(1)
        return False

    assert not patiently(attempt, slept.append)
    assert len(tries) == 7
    assert slept == [0.02, 0.04, 0.08, 0.16, 0.32, 0.64]


def test_patience_is_rewarded() -> None:
    """As soon as it works, nobody waits any longer."""
    answers = iter([False, True])
    slept: list[float] = []
    assert patiently(lambda: next(answers), slept.append)
    assert slept == [0.02]


def test_folders_and_files_make_room_for_each_other(repo: Repo, git: Git) -> None:
    """A folder becomes a file again, in whatever order the entries are given."""
    content = repo.git("rev-parse", "HEAD:bot.py")
    gone, there = Entry("000000", "0" * 40), Entry("100644", content)
    require(set_entries(git, {"bot.py": gone, "bot.py/inner.py": there}))
    require(set_entries(git, {"bot.py": there, "bot.py/inner.py": gone}))
    assert repo.git("ls-files") == "bot.py\ncommands.py"


def test_a_tree_of_what_is_staged(repo: Repo, git: Git) -> None:
    """The same as the last commit's as long as nothing is."""
    assert write_tree(git) == repo.git("rev-parse", "HEAD^{tree}")


def test_an_index_is_replaced_only_if_it_is_the_one_seen(repo: Repo, git: Git) -> None:
    """Else it holds somebody's work; and its lock is respected and given back."""
    index, ready = repo.path / ".git" / "index", repo.path / "ready"
    copy_index(str(index), str(ready))
    seen = fingerprint(str(index))
    repo.write("bot.py", "meanwhile\n")
    repo.git("add", "bot.py")
    before = index.read_bytes()
    assert not replace_index(str(index), str(ready), seen)
    assert index.read_bytes() == before
    assert not (repo.path / ".git" / "index.lock").exists()
    seen = fingerprint(str(index))
    lock = repo.write(".git/index.lock")
    with pytest.raises(FileExistsError):
        replace_index(str(index), str(ready), seen)
    assert lock.exists() and index.read_bytes() == before
    lock.unlink()
    assert replace_index(str(index), str(ready), seen)
    assert index.read_bytes() == ready.read_bytes()
    assert repo.git("diff", "--cached") == ""


def test_a_fingerprint_of_none(tmp_path: Path) -> None:
    """A repository in which nothing was ever staged has no index."""
    assert fingerprint(str(tmp_path / "none")) == ""
