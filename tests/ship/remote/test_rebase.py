"""Replaying our own commits on top of the others', apart from everything that is the person's."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.ship.pusher import Pusher
from tests.ship.remote.test_push import say_how_ssh_is_called
from tests.ship.workshop import Repo
from tests.waiting import patient
from vigie import messages
from vigie.problems import Failure, Problem, Refusal
from vigie.ship.git.repository import find_repository
from vigie.ship.remote.rebase import Rebased, rebase_beside

pytestmark = pytest.mark.slow


class Colleague(Repo):
    """Somebody else, with a clone of their own."""

    def pushes(self, name: str, text: str) -> str:
        """Commit one file and push it; return the commit."""
        self.write(name, text)
        self.git("add", "-A")
        self.git("commit", "-m", f"theirs: {name}")
        self.git("push")
        return self.head


@pytest.fixture
def colleague(repo: Repo, remote: Repo, tmp_path: Path) -> Colleague:
    """Return a colleague whose clone is as new as the remote."""
    remote.git("clone", "-q", str(remote.path), str(tmp_path / "colleague"))
    return Colleague(tmp_path / "colleague")


class Rebaser:
    """Replays what ``repo`` has not pushed, as ship does."""

    def __init__(self, repo: Repo, folder: Path) -> None:
        self.repo = repo
        self.folder = folder
        self.times = 0

    def __call__(self, sha: str = "", deadline: float = 60.0) -> Rebased:
        """Replay what leads to ``sha``, the last commit if not named."""
        self.times += 1
        pusher = Pusher(self.repo)
        return rebase_beside(
            pusher.git,
            find_repository(pusher.git),
            pusher.target,
            sha or self.repo.head,
            str(self.folder / f"apart-{self.times}"),
            patient(deadline),
        )

    def refused(self, key: str, deadline: float = 60.0) -> Problem:
        """Return the problem of one that fails: nothing of the person's has changed by a byte."""
        before = person(self.repo)
        with pytest.raises((Refusal, Failure)) as caught:
            self(deadline=deadline)
        assert caught.value.key == key
        for language in messages.LANGUAGES:
            messages.say(language, key, **caught.value.values)
            messages.say(language, f"{key}.hint", **caught.value.values)
        assert person(self.repo) == before
        return caught.value


def person(repo: Repo) -> dict[str, bytes]:
    """Return every byte of the person's but what git remembers of the remote."""
    return {file: content for file, content in repo.snapshot().items() if "remotes" not in Path(file).parts}


@pytest.fixture
def rebase(repo: Repo, tmp_path: Path) -> Rebaser:
    """Return a rebaser of a repository that is one commit ahead, with work of all kinds around it."""
    repo.write("commands.py", "COMMANDS = ['ours']\n")
    repo.git("commit", "-am", "#12 ours")
    repo.write("bot.py", "print('edited')\n")
    repo.write("staged.py")
    repo.git("add", "staged.py")
    repo.write("notes.txt")
    return Rebaser(repo, tmp_path)


def test_our_commit_comes_to_lie_on_theirs(rebase: Rebaser, repo: Repo, colleague: Colleague) -> None:
    """Content, message, author and date are ours; below it is what the remote has; nothing else has changed."""
    theirs = colleague.pushes("theirs.py", "1\n")
    before, old = person(repo), repo.head
    made = rebase()
    assert person(repo) == before
    assert (made.onto, made.commits) == (theirs, 1)
    assert repo.git("rev-parse", f"{made.new_sha}^", "origin/main").split() == [theirs, theirs]
    assert repo.committed(made.new_sha) == {"commands.py": "M"}
    shown = "--format=%B%an%ae%ad"
    assert repo.git("show", "-s", shown, made.new_sha) == repo.git("show", "-s", shown, old)
    assert repo.git("show", "-s", "--format=%s", made.new_sha) == "#12 ours"
    assert repo.git("fsck", "--no-dangling") == ""


def test_only_what_was_never_pushed_is_replayed(rebase: Rebaser, repo: Repo, colleague: Colleague) -> None:
    """Two commits of ours, and none of the ones that both have."""
    repo.git("commit", "-m", "second of ours")
    colleague.pushes("theirs.py", "1\n")
    made = rebase()
    assert made.commits == 2
    log = repo.git("log", "--format=%s", made.new_sha).split("\n")
    assert log == ["second of ours", "#12 ours", "theirs: theirs.py", "first"]


def test_only_what_leads_to_the_recorded_commit(rebase: Rebaser, repo: Repo, colleague: Colleague) -> None:
    """A commit that was made meanwhile is none of ours."""
    sha = repo.head
    repo.git("commit", "-m", "meanwhile")
    colleague.pushes("theirs.py", "1\n")
    assert rebase(sha).commits == 1


def test_a_conflict_is_told_by_its_files(rebase: Rebaser, repo: Repo, colleague: Colleague) -> None:
    """Refused, and nobody has to clear anything up."""
    colleague.pushes("commands.py", "COMMANDS = ['theirs']\n")
    problem = rebase.refused("rebase.conflict")
    assert problem.exit_code == 3
    assert problem.values["paths"] == ("commands.py",)


def test_a_change_that_they_made_too(rebase: Rebaser, repo: Repo, colleague: Colleague) -> None:
    """Nothing is left of our commit: there is nothing to push."""
    theirs = colleague.pushes("commands.py", "COMMANDS = ['ours']\n")
    assert rebase() == Rebased(theirs, theirs, 0)


def test_our_own_commit_is_there_already(rebase: Rebaser, repo: Repo, colleague: Colleague) -> None:
    """It arrived unnoticed, and somebody went on from there."""
    repo.git("push", "-q", "origin", "HEAD")
    repo.git("update-ref", "refs/remotes/origin/main", "HEAD^")
    colleague.git("pull", "-q")
    theirs = colleague.pushes("theirs.py", "1\n")
    assert rebase() == Rebased(theirs, theirs, 0)


def test_the_remote_did_not_move_after_all(rebase: Rebaser, repo: Repo) -> None:
    """Our commit already lies on what is there."""
    onto = repo.git("rev-parse", "HEAD^")
    assert rebase() == Rebased(repo.head, onto, 1)


def test_merges_are_refused(rebase: Rebaser, repo: Repo, colleague: Colleague) -> None:
    """Flattening one could bring back what it resolved."""
    tree = repo.git("rev-parse", "HEAD^{tree}")
    merge = repo.git("commit-tree", tree, "-p", "HEAD", "-p", "HEAD^", "-m", "merge")
    repo.git("update-ref", "refs/heads/main", merge)
    colleague.pushes("theirs.py", "1\n")
    assert rebase.refused("rebase.has-merges").values["merge"] == merge[:10]


@pytest.mark.parametrize("seen", ["by git", "in git's log only", "just now"])
def test_a_rewritten_remote_is_refused(
    rebase: Rebaser, repo: Repo, remote: Repo, colleague: Colleague, seen: str
) -> None:
    """What somebody took back there must not come back with our commits."""
    repo.git("push", "-q", "origin", "HEAD")
    colleague.git("commit", "--allow-empty", "-m", "instead")
    colleague.git("push", "-q", "--force")
    repo.git("commit", "-m", "on top of what is gone")
    if seen == "in git's log only":
        repo.git("fetch", "-q")
    elif seen == "just now":
        repo.git("config", "core.logAllRefUpdates", "false")
        (repo.path / ".git/logs/refs/remotes/origin/main").unlink()
    gone = repo.git("rev-parse", "HEAD^")
    problem = rebase.refused("rebase.rewritten")
    assert problem.exit_code == 3
    assert problem.values["commit"] == gone[:10]


def test_a_remote_without_a_common_past_is_refused(
    rebase: Rebaser, repo: Repo, remote: Repo, tmp_path: Path
) -> None:
    """An address that belongs to another project."""
    remote.git("update-ref", "refs/heads/main", remote.git("commit-tree", "main^{tree}", "-m", "other"))
    rebase.refused("rebase.unrelated")


def test_a_remote_that_cannot_be_reached(rebase: Rebaser, repo: Repo, closed_port: int) -> None:
    """Nothing was fetched, nothing changed."""
    repo.git("remote", "set-url", "origin", f"git://127.0.0.1:{closed_port}/bot.git")
    assert rebase.refused("rebase.not-fetched").exit_code == 1


@pytest.mark.skipif(sys.platform == "win32", reason="a shell script stands for ssh")
def test_fetching_may_not_ask(
    rebase: Rebaser, repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is as unattended as the push."""
    folder, called = say_how_ssh_is_called(repo, tmp_path)
    monkeypatch.setenv("PATH", str(folder), prepend=":")
    rebase.refused("rebase.not-fetched")
    assert "BatchMode=yes" in called.read_text()


def test_a_branch_that_nothing_maps(rebase: Rebaser, repo: Repo, colleague: Colleague) -> None:
    """A remote without a fetch line: it works, and no reference of ours stays."""
    theirs = colleague.pushes("theirs.py", "1\n")
    repo.git("config", "--unset", "remote.origin.fetch")
    assert rebase().onto == theirs
    assert "vigie" not in repo.git("for-each-ref")


@pytest.mark.parametrize(
    "setting",
    [
        ("rebase.autoStash", "true"),
        ("rebase.autoSquash", "true"),
        ("rebase.backend", "apply"),
        ("rebase.updateRefs", "true"),
        ("core.editor", "false"),
        ("sequence.editor", "false"),
        ("commit.cleanup", "strip"),
        ("fetch.prune", "true"),
        ("merge.conflictStyle", "diff3"),
        ("core.abbrev", "5"),
    ],
    ids=lambda setting: setting[0],
)
def test_a_persons_settings_do_not_change_what_is_done(
    rebase: Rebaser, repo: Repo, colleague: Colleague, setting: tuple[str, str]
) -> None:
    """Whatever they chose for their own rebases."""
    theirs = colleague.pushes("theirs.py", "1\n")
    repo.git("branch", "other")
    repo.git("config", *setting)
    before = person(repo)
    made = rebase()
    assert person(repo) == before
    assert (made.onto, made.commits) == (theirs, 1)
    assert repo.git("show", "-s", "--format=%s", made.new_sha) == "#12 ours"


def test_hooks_do_not_run(rebase: Rebaser, repo: Repo, colleague: Colleague, tmp_path: Path) -> None:
    """The commits have passed them once; nothing of what they write is lost or made."""
    colleague.pushes("theirs.py", "1\n")
    ran = tmp_path / "ran"
    for name in ("pre-rebase", "pre-commit", "commit-msg", "post-checkout", "post-rewrite", "post-commit"):
        repo.hook(name, f"echo {name} >> '{ran.as_posix()}'", "exit 1")
    assert rebase().commits == 1
    assert not ran.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="a shell script stands for gpg")
@pytest.mark.parametrize("works", [True, False])
def test_commits_are_signed_again(
    rebase: Rebaser, repo: Repo, colleague: Colleague, tmp_path: Path, works: bool
) -> None:
    """With whom the person signs; without a signature there is no commit."""
    program = tmp_path / "gpg"
    lines = "cat > /dev/null; echo '[GNUPG:] SIG_CREATED ' >&2; echo signature" if works else "exit 1"
    program.write_text(f"#!/bin/sh\n{lines}\n")
    program.chmod(0o755)
    repo.git("config", "gpg.program", str(program))
    repo.git("config", "commit.gpgSign", "true")
    colleague.pushes("theirs.py", "1\n")
    if not works:
        assert rebase.refused("rebase.failed").exit_code == 1
        return
    assert "signature" in repo.git("cat-file", "-p", rebase().new_sha)


@pytest.mark.skipif(sys.platform == "win32", reason="a shell script stands for gpg")
def test_a_signature_that_never_comes(
    rebase: Rebaser, repo: Repo, colleague: Colleague, tmp_path: Path
) -> None:
    """It ends with the deadline."""
    program = tmp_path / "gpg"
    program.write_text("#!/bin/sh\nexec sleep 600\n")
    program.chmod(0o755)
    repo.git("config", "gpg.program", str(program))
    repo.git("config", "commit.gpgSign", "true")
    colleague.pushes("theirs.py", "1\n")
    rebase.refused("rebase.timeout", deadline=4.0)
