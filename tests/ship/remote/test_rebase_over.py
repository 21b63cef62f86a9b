"""The folder follows when unpushed commits were replaced: exactly what must change does, or nothing."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.ship.pusher import Pusher
from tests.ship.remote.test_rebase import person
from tests.ship.workshop import Repo
from vigie import messages
from vigie.problems import Failure, Refusal
from vigie.ship.git.command import Git
from vigie.ship.git.index import staged_differences
from vigie.ship.git.repository import find_repository
from vigie.ship.remote import rebase_over
from vigie.ship.remote.rebase import bring_rebased, finish_rebased

pytestmark = pytest.mark.slow


class Follower:
    """A repository at ``old``, our commit, and the commit ``new`` that replaces it: ours on top of theirs.

    Theirs changes ``bot.py``, adds ``new/theirs.py`` and takes ``gone.py`` away; ours changes ``commands.py``.
    """

    def __init__(self, repo: Repo) -> None:
        self.repo = repo
        repo.write("gone.py")
        repo.write(".gitignore", "*.db\n")
        repo.git("add", "-A")
        repo.git("commit", "-m", "base")
        base = repo.head
        repo.git("switch", "-qc", "theirs")
        repo.write("bot.py", "print('theirs')\n")
        repo.write("new/theirs.py")
        repo.write("kept.db", "theirs\n")
        repo.git("rm", "-q", "gone.py")
        repo.git("add", "-Af", ".")
        repo.git("commit", "-m", "theirs")
        repo.write("commands.py", "ours\n")
        repo.git("commit", "-am", "ours")
        self.new = repo.head
        repo.git("switch", "-q", "main")
        repo.git("branch", "-qD", "theirs")
        repo.write("commands.py", "ours\n")
        repo.git("commit", "-am", "ours")
        self.old = repo.head
        assert repo.git("rev-parse", "HEAD^") == base

    @property
    def git(self) -> Git:
        """git at the repository."""
        return Pusher(self.repo).git

    def bring(self) -> None:
        """Let the folder follow, with no patience for others."""
        bring_rebased(self.git, find_repository(self.git), self.old, self.new, sleep=lambda pause: None)

    def finish(self) -> None:
        """Complete what was begun."""
        finish_rebased(self.git, find_repository(self.git), self.old, self.new, clear_lock=lambda place: True)

    def refused(self, key: str = "rebase.in-the-way") -> Refusal:
        """Return the refusal: nothing has changed by a byte."""
        before, status = person(self.repo), self.repo.status()
        with pytest.raises(Refusal) as caught:
            self.bring()
        assert caught.value.key == key
        for language in messages.LANGUAGES:
            assert messages.say(language, key, **caught.value.values)
        assert contents(person(self.repo)) == contents(before)
        assert self.repo.status() == status
        return caught.value

    def assert_there(self) -> None:
        """Branch, index and files are the new commit's."""
        assert self.repo.head == self.new
        assert self.repo.git("symbolic-ref", "HEAD") == "refs/heads/main"
        assert self.repo.status() == {}
        assert (self.repo.path / "bot.py").read_text() == "print('theirs')\n"
        assert not (self.repo.path / "gone.py").exists()


def contents(snapshot: dict[str, bytes]) -> dict[str, bytes]:
    """Leave the index out: its dates may be refreshed; what it says is compared by ``status``."""
    return {file: content for file, content in snapshot.items() if not file.endswith(os.sep + "index")}


@pytest.fixture
def follower(repo: Repo) -> Follower:
    """Return a follower."""
    return Follower(repo)


def test_the_folder_follows(follower: Follower) -> None:
    """Changed, added and removed files; done again it does nothing."""
    follower.bring()
    follower.assert_there()
    before = person(follower.repo)
    follower.bring()
    follower.finish()
    assert person(follower.repo) == before


def test_other_work_stays_as_it_is(follower: Follower) -> None:
    """Edits, staged work, untracked and ignored files in other paths."""
    repo = follower.repo
    repo.write("commands.py", "edited\n")
    repo.write("staged.py")
    repo.git("add", "staged.py")
    repo.write("staged.py", "and edited\n")
    repo.write("notes.txt")
    repo.write("bot.db", "precious\n")
    before, status = person(repo), repo.status()
    follower.bring()
    after = person(repo)
    for name in ("commands.py", "staged.py", "notes.txt", "bot.db"):
        file = str(repo.path / name)
        assert after[file] == before[file]
    assert repo.status() == status
    assert (repo.path / "bot.py").read_text() == "print('theirs')\n"
    assert repo.head == follower.new


@pytest.mark.parametrize("name", ["bot.py", "gone.py"])
@pytest.mark.parametrize("staged", [False, True])
def test_an_edit_in_the_way(follower: Follower, name: str, staged: bool) -> None:
    """Refused before anything changed, by name."""
    follower.repo.write(name, "edited\n")
    if staged:
        follower.repo.git("add", name)
    assert follower.refused().values["paths"] == (name,)


def test_an_edit_that_was_only_staged(follower: Follower) -> None:
    """On disk it was put back; the index still holds work of theirs."""
    follower.repo.write("bot.py", "staged\n")
    follower.repo.git("add", "bot.py")
    follower.repo.write("bot.py", "print('bot')\n")
    assert follower.refused().values["paths"] == ("bot.py",)


def test_a_deletion_in_the_way(follower: Follower) -> None:
    """Whoever took a file away does not get it back unasked."""
    (follower.repo.path / "bot.py").unlink()
    assert follower.refused().values["paths"] == ("bot.py",)


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("new/theirs.py", "new/theirs.py"),
        ("kept.db", "kept.db"),
        ("new", "new"),
        ("kept.db/inside.db", "kept.db"),
    ],
    ids=["untracked", "ignored", "a file for a folder", "an ignored folder for a file"],
)
def test_what_git_does_not_know_is_never_overwritten(follower: Follower, name: str, path: str) -> None:
    """git itself lets ignored files go without a word."""
    follower.repo.write(name, "precious\n")
    assert any(str(one).startswith(path) for one in follower.refused().values["paths"])  # type: ignore[attr-defined]


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
def test_a_link_where_a_folder_must_be(follower: Follower, tmp_path: Path) -> None:
    """Nothing is written through a link to somewhere else."""
    (tmp_path / "elsewhere").mkdir()
    (follower.repo.path / "new").symlink_to(tmp_path / "elsewhere")
    follower.refused()
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_the_same_file_is_not_in_the_way(follower: Follower) -> None:
    """What is as the new version already counts as done, whether git knew it or not."""
    follower.repo.write("bot.py", "print('theirs')\n")
    follower.repo.write("kept.db", "theirs\n")
    (follower.repo.path / "gone.py").unlink()
    follower.bring()
    follower.assert_there()


@pytest.mark.parametrize("mark", ["--assume-unchanged", "--skip-worktree"])
def test_an_edit_that_git_was_told_not_to_see(follower: Follower, mark: str) -> None:
    """It is in the way all the same."""
    follower.repo.git("update-index", mark, "bot.py")
    file = follower.repo.write("bot.py", "hidden edit\n")
    follower.refused()
    assert file.read_text() == "hidden edit\n"


def test_a_file_that_a_sparse_checkout_leaves_out(follower: Follower) -> None:
    """It is not missing: it was never there, and stays out."""
    repo = follower.repo
    repo.write("deep/inside.py")
    repo.git("sparse-checkout", "set", "--no-cone", "/*", "!/bot.py")
    assert not (repo.path / "bot.py").exists()
    (repo.path / "deep/inside.py").unlink()
    follower.bring()
    assert repo.head == follower.new
    assert repo.status() == {}
    assert not (repo.path / "bot.py").exists()


def test_dates_that_tell_nothing(follower: Follower) -> None:
    """A folder that was copied: git must look into the files again, and finds them unchanged."""
    for name in ("bot.py", "gone.py", "commands.py"):
        os.utime(follower.repo.path / name, (1, 1))
    follower.bring()
    follower.assert_there()


def test_another_git_at_work(follower: Follower) -> None:
    """The index is held by somebody: refused, its lock untouched."""
    lock = follower.repo.path / ".git/index.lock"
    lock.write_text("")
    follower.refused("ship.index-locked")
    assert lock.exists()


def test_somebody_has_committed_meanwhile(follower: Follower) -> None:
    """The branch is no longer where our commit left it: theirs to decide."""
    follower.repo.git("commit", "--allow-empty", "-m", "meanwhile")
    follower.refused("rebase.moved")


@pytest.mark.parametrize("moment", ["before the files", "after the files"])
def test_somebody_commits_in_between(
    follower: Follower, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    """Their commit is kept, the branch stays theirs, and no commit holds a reversal of the new version."""
    real = rebase_over._read_tree
    repo = follower.repo
    repo.write("staged.py")
    repo.git("add", "staged.py")
    commits: list[str] = []

    def and_commit(*arguments: object) -> object:
        first = not commits
        if first and moment == "before the files":
            repo.git("commit", "-m", "meanwhile")
        outcome = real(*arguments)  # type: ignore[arg-type]
        if first and moment == "after the files":
            repo.git("commit", "-m", "meanwhile")
        if first:
            commits.append(repo.head)
        return outcome

    monkeypatch.setattr(rebase_over, "_read_tree", and_commit)
    with pytest.raises(Refusal) as caught:
        follower.bring()
    assert caught.value.key == "rebase.moved"
    assert repo.head == commits[0]
    assert repo.status() == {}
    assert "staged.py" in repo.committed()
    theirs = "theirs" in (repo.path / "bot.py").read_text()
    assert theirs == (moment == "after the files")


def steps(follower: Follower) -> list[Callable[[], object]]:
    """Return what happens to the disk, one step after the other, as far as a killed git may have come."""
    path = follower.repo.path
    return [
        lambda: (path / "gone.py").unlink(),
        lambda: (path / "bot.py").unlink(),
        lambda: follower.repo.write("bot.py", ""),
        lambda: follower.repo.write("bot.py", "print('the"),
        lambda: follower.repo.write("bot.py", "print('theirs')\n"),
        lambda: follower.repo.write("new/theirs.py", "te"),
        lambda: follower.repo.write("new/theirs.py"),
        lambda: follower.repo.write("kept.db", "theirs\n"),
        lambda: follower.repo.git("read-tree", follower.new),
    ]


@pytest.mark.parametrize("done", range(10))
def test_a_kill_in_the_midst_of_it_is_completed(follower: Follower, done: int) -> None:
    """Wherever git was killed; other work is as it was."""
    repo = follower.repo
    repo.write("commands.py", "edited\n")
    repo.write("notes.txt")
    for step in steps(follower)[:done]:
        step()
    follower.finish()
    assert repo.head == follower.new
    assert repo.status() == {"commands.py": " M", "notes.txt": "??"}
    assert (repo.path / "bot.py").read_text() == "print('theirs')\n"
    assert (repo.path / "commands.py").read_text() == "edited\n"
    assert staged_differences(follower.git, follower.new) == {}


@pytest.mark.skipif(os.name == "nt", reason="there is no such signal")
def test_a_git_that_is_killed(follower: Follower) -> None:
    """Really killed, while it writes the second of three files: its lock stays, and the next run completes it."""
    repo = follower.repo
    repo.write("notes.txt")
    (repo.path / ".git/info/attributes").write_text("kept.db filter=deadly\n")
    repo.git("config", "filter.deadly.clean", "cat")
    repo.git("config", "filter.deadly.smudge", "kill -9 $PPID")
    with pytest.raises(Failure) as caught:
        follower.bring()
    assert caught.value.key == "rebase.half-done"
    assert (repo.path / ".git/index.lock").exists()
    assert (repo.path / "bot.py").read_text() == "print('theirs')\n"
    assert not (repo.path / "new/theirs.py").exists()
    assert repo.head == follower.old
    repo.git("config", "filter.deadly.smudge", "cat")
    finish_rebased(follower.git, find_repository(follower.git), follower.old, follower.new)
    assert repo.head == follower.new
    assert repo.status() == {"notes.txt": "??"}
    assert (repo.path / "new/theirs.py").exists()


def test_an_edit_made_after_a_kill_is_kept(follower: Follower) -> None:
    """Somebody worked on before the next run came: that is their work, and in the way."""
    (follower.repo.path / "gone.py").unlink()
    file = follower.repo.write("bot.py", "print('mine, since then')\n")
    with pytest.raises(Refusal) as caught:
        follower.finish()
    assert caught.value.values["paths"] == ("bot.py",)
    assert file.read_text() == "print('mine, since then')\n"


def test_hooks_do_not_run(follower: Follower, tmp_path: Path) -> None:
    """What they would do here was not asked for."""
    ran = tmp_path / "ran"
    for name in ("post-checkout", "post-merge", "post-rewrite", "post-index-change"):
        follower.repo.hook(name, f"echo {name} >> '{ran.as_posix()}'")
    follower.bring()
    assert not ran.exists()
    follower.assert_there()


def test_a_linked_worktree(follower: Follower, tmp_path: Path) -> None:
    """The folder may be one of several of the same repository."""
    repo = follower.repo
    repo.git("switch", "-qc", "aside")
    repo.git("worktree", "add", "-q", str(tmp_path / "beside"), "main")
    follower.repo = Repo(tmp_path / "beside")
    follower.bring()
    follower.assert_there()
    assert repo.git("branch", "--show-current") == "aside"
    assert repo.status() == {}


def test_the_old_commit_can_be_found(follower: Follower) -> None:
    """git's log of the branch names it, as after any rebase."""
    follower.bring()
    assert follower.repo.git("rev-parse", "main@{1}") == follower.old
    assert subprocess.run(["git", "cat-file", "-e", follower.old], cwd=follower.repo.path).returncode == 0
