"""Pushing, to a real bare repository or to something that goes wrong for real."""

from __future__ import annotations

import http.server
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.ship.pusher import Pusher
from tests.ship.workshop import Repo
from tests.waiting import until
from vigie.problems import Failure
from vigie.ship.git.command import Git
from vigie.ship.remote.push import PAUSES, is_known_there
from vigie.ship.remote.remote_truth import remote_commit
from vigie.ship.remote.target import choose_target, read_configuration

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="a shell script stands for ssh")


@pytest.fixture
def pusher(repo: Repo) -> Pusher:
    """Return a pusher of a repository that is one commit ahead."""
    repo.write("bot.py", "1\n")
    repo.git("commit", "-am", "second")
    return Pusher(repo)


def test_push(pusher: Pusher, repo: Repo, remote: Repo) -> None:
    """The commit arrives; pushed again it is known to be there."""
    assert pusher.push()
    assert remote.git("rev-parse", "main") == repo.head
    assert not pusher.push()
    assert pusher.slept == []


def test_nothing_to_push_is_known_without_asking(pusher: Pusher, repo: Repo) -> None:
    """git remembers what it last saw at the remote."""
    git = Git(str(repo.path))
    target = choose_target(read_configuration(git), "refs/heads/main")
    assert not is_known_there(git, target, repo.head)
    pusher.push()
    assert is_known_there(git, target, repo.head)


def test_a_new_branch_is_made_there(pusher: Pusher, repo: Repo, remote: Repo) -> None:
    """A branch that the remote does not know yet."""
    repo.git("switch", "-c", "feature/x")
    assert pusher.push()
    assert remote.git("rev-parse", "feature/x") == repo.head


def test_the_recorded_commit_is_pushed_not_what_came_after(pusher: Pusher, repo: Repo, remote: Repo) -> None:
    """Whoever commits once more meanwhile has not asked for that to be shipped."""
    sha = repo.head
    repo.git("commit", "--allow-empty", "-m", "later")
    assert pusher.push(sha=sha)
    assert remote.git("rev-parse", "main") == sha


def test_a_remote_that_went_on_is_never_forced(pusher: Pusher, remote: Repo, tmp_path: Path) -> None:
    """Somebody else pushed: told as such, nothing there is lost, even where forcing is configured."""
    other = Repo(tmp_path)
    other.git("clone", "-q", str(remote.path), "other")
    other = Repo(tmp_path / "other")
    other.git("commit", "--allow-empty", "-m", "theirs")
    other.git("push")
    pusher.repo.git("config", "remote.origin.push", "+refs/heads/*:refs/heads/*")
    problem = pusher.refused()
    assert problem.key == "ship.push-diverged"
    assert problem.values["target"] == "origin/main"
    assert remote.git("rev-parse", "main") == other.head
    assert pusher.slept == []


def test_a_rewritten_branch_is_not_forced(pusher: Pusher, repo: Repo, remote: Repo) -> None:
    """An amended commit that was pushed before is a divergence too."""
    pusher.push()
    there = remote.git("rev-parse", "main")
    repo.git("commit", "--amend", "-m", "amended")
    assert pusher.refused().key == "ship.push-diverged"
    assert remote.git("rev-parse", "main") == there


def test_a_rule_of_the_server(pusher: Pusher, remote: Repo) -> None:
    """The number of the rule and the server's words are passed on; trying again would not help."""
    remote.hook(
        "pre-receive",
        "echo 'error: GH013: Repository rule violations found for refs/heads/main.' >&2",
        "echo '- Push cannot contain secrets' >&2",
        "exit 1",
    )
    problem = pusher.refused()
    assert problem.key == "ship.push-rejected"
    assert problem.values["rule"] == "GH013"
    output = problem.values["output"]
    assert isinstance(output, tuple) and "remote: - Push cannot contain secrets" in output
    assert pusher.slept == []


def test_own_pre_push_hook(pusher: Pusher, repo: Repo, remote: Repo) -> None:
    """The project's own hook is not passed over."""
    before = remote.git("rev-parse", "main")
    repo.hook("pre-push", "echo tests failed >&2", "exit 1")
    problem = pusher.refused()
    assert problem.key == "ship.push-hook"
    output = problem.values["output"]
    assert isinstance(output, tuple) and output[0] == "tests failed"
    assert remote.git("rev-parse", "main") == before


def test_a_repository_that_is_not_there(pusher: Pusher, repo: Repo, tmp_path: Path) -> None:
    """A wrong address is no matter of patience."""
    repo.git("remote", "set-url", "origin", str(tmp_path / "nowhere.git"))
    assert pusher.refused().key == "ship.push-repository-absent"
    assert pusher.slept == []


def test_an_unreachable_server_is_tried_three_times(pusher: Pusher, repo: Repo, closed_port: int) -> None:
    """With growing pauses, each announced."""
    repo.git("remote", "set-url", "origin", f"git://127.0.0.1:{closed_port}/bot.git")
    assert pusher.refused().key == "ship.push-network"
    assert pusher.slept == [2.0, 5.0]
    assert pusher.retries == [(2.0, 2), (5.0, 3)]


def test_a_network_that_comes_back(pusher: Pusher, repo: Repo, remote: Repo, closed_port: int) -> None:
    """The second try succeeds."""
    repo.git("remote", "set-url", "origin", f"git://127.0.0.1:{closed_port}/bot.git")

    def come_back() -> None:
        repo.git("remote", "set-url", "origin", str(remote.path))

    pusher.on_sleep = come_back
    assert pusher.push()
    assert pusher.slept == [2.0]


def test_tries_end_with_the_deadline(pusher: Pusher, repo: Repo, closed_port: int) -> None:
    """Pauses count: when the time for all tries is over, there is no other."""
    repo.git("remote", "set-url", "origin", f"git://127.0.0.1:{closed_port}/bot.git")

    def hours() -> None:
        pusher.now += 3600.0

    pusher.on_sleep = hours
    assert pusher.refused().key == "ship.push-network"
    assert pusher.slept == list(PAUSES[:1])


def test_a_password_in_the_address_is_never_shown(pusher: Pusher, repo: Repo, closed_port: int) -> None:
    """git repeats the address in its complaint; we do not."""
    repo.git("remote", "set-url", "origin", f"http://ada:s3cret@127.0.0.1:{closed_port}/bot.git")
    problem = pusher.refused()
    assert problem.key == "ship.push-network"
    assert "s3cret" not in str(problem.values)


@pytest.fixture
def beside(pusher: Pusher, repo: Repo, tmp_path: Path) -> Repo:
    """Return another repository that has the commit, and the same remote."""
    repo.git("clone", "-q", str(repo.path), str(tmp_path / "beside"))
    other = Repo(tmp_path / "beside")
    other.git("remote", "set-url", "origin", repo.git("remote", "get-url", "origin"))
    return other


def test_pushed_from_beside(pusher: Pusher, repo: Repo, remote: Repo, beside: Repo) -> None:
    """The hooks run there; the person's repository knows afterwards what the remote has."""
    repo.hook("pre-push", "exit 1")
    beside.hook("pre-push", "touch ran")
    assert pusher.push(beside=Git(str(beside.path)))
    assert (beside.path / "ran").exists()
    assert remote.git("rev-parse", "main") == repo.head
    assert repo.git("rev-parse", "origin/main") == repo.head
    assert is_known_there(pusher.git, pusher.target, repo.head)
    assert not pusher.push(beside=Git(str(beside.path)))


def test_a_branch_that_nothing_maps_is_not_remembered(
    pusher: Pusher, repo: Repo, remote: Repo, beside: Repo
) -> None:
    """A remote without fetch lines gets no reference that nobody would ever refresh."""
    repo.git("config", "--unset-all", "remote.origin.fetch")
    repo.git("update-ref", "-d", "refs/remotes/origin/main")
    assert pusher.push(beside=Git(str(beside.path)))
    assert remote.git("rev-parse", "main") == repo.head
    assert "refs/remotes" not in repo.git("for-each-ref")


def test_not_being_able_to_remember_is_no_failure(
    pusher: Pusher, repo: Repo, remote: Repo, beside: Repo
) -> None:
    """The push has succeeded; the note is only a note."""
    lock = repo.path / ".git/refs/remotes/origin/main.lock"
    lock.write_text("")
    assert pusher.push(beside=Git(str(beside.path)))
    assert remote.git("rev-parse", "main") == repo.head


def test_tags_are_not_pushed_along(pusher: Pusher, repo: Repo, remote: Repo) -> None:
    """Exactly one branch is pushed, whatever is configured; a tag that is refused would hide its fate."""
    repo.git("config", "push.followTags", "true")
    repo.git("tag", "-a", "v1", "-m", "v1")
    assert pusher.push()
    assert remote.git("tag") == ""


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Return a folder on a disk of 1 MB."""
    if getattr(os, "getuid", lambda: None)() != 0:
        pytest.skip("only root can mount a disk")
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
    if subprocess.run(command, capture_output=True, check=False).returncode != 0:
        pytest.skip("no disk can be mounted here")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.fixture
def remote_on_small_disk(small_disk: Path, repo: Repo) -> Repo:
    """Return ``origin``, moved to the small disk."""
    repo.git("clone", "-q", "--bare", str(repo.path), str(small_disk / "github.git"))
    moved = Repo(small_disk / "github.git")
    moved.git("update-ref", "refs/heads/main", "main^")
    repo.git("remote", "set-url", "origin", str(moved.path))
    return moved


def test_a_full_disk_there(pusher: Pusher, repo: Repo, remote_on_small_disk: Repo) -> None:
    """Told as what it is, and not tried again; with room, the same push succeeds."""
    repo.write("big", os.urandom(1_000_000).hex())
    repo.git("add", "big")
    repo.git("commit", "-m", "big")
    before = remote_on_small_disk.git("rev-parse", "main")
    problem = pusher.refused()
    assert problem.key == "ship.push-not-stored"
    assert "No space left" in str(problem.values["output"])
    assert pusher.slept == []
    assert remote_on_small_disk.git("rev-parse", "main") == before
    mounted = str(remote_on_small_disk.path.parent)
    subprocess.run(["mount", "-o", "remount,size=64m", mounted], check=True)
    assert pusher.push()
    assert remote_on_small_disk.git("rev-parse", "main") == repo.head


def test_a_disk_there_that_cannot_be_written(pusher: Pusher, repo: Repo, remote_on_small_disk: Repo) -> None:
    """A folder that only lets itself be read."""
    mounted = str(remote_on_small_disk.path.parent)
    subprocess.run(["mount", "-o", "remount,ro", mounted], check=True)
    assert pusher.refused().key == "ship.push-not-stored"
    assert pusher.slept == []


def test_a_branch_that_is_checked_out_there(pusher: Pusher, repo: Repo, tmp_path: Path) -> None:
    """git refuses to pull a folder away from under somebody; so it is told."""
    repo.git("clone", "-q", str(repo.path), str(tmp_path / "worked-in"))
    repo.git("remote", "set-url", "origin", str(tmp_path / "worked-in"))
    repo.git("commit", "--allow-empty", "-m", "third")
    problem = pusher.refused()
    assert problem.key == "ship.push-rejected"
    assert problem.values["rule"] == "branch is currently checked out"


def test_a_lock_there_that_goes_away(pusher: Pusher, repo: Repo, remote: Repo) -> None:
    """Another push holds the branch for a moment."""
    lock = remote.path / "refs/heads/main.lock"
    lock.write_text("")
    pusher.on_sleep = lock.unlink
    assert pusher.push()
    assert pusher.slept == [2.0]
    assert remote.git("rev-parse", "main") == repo.head


def test_a_lock_there_that_stays(pusher: Pusher, remote: Repo) -> None:
    """After three tries it is told, in the server's own words."""
    (remote.path / "refs/heads/main.lock").write_text("")
    problem = pusher.refused()
    assert problem.key == "ship.push-busy"
    assert pusher.slept == list(PAUSES)
    assert "main.lock" in str(problem.values["output"])


class _Closed(http.server.BaseHTTPRequestHandler):
    """Asks everybody for a password."""

    def do_GET(self) -> None:
        self.send_response(401)
        self.send_header("WWW-Authenticate", 'Basic realm="GitHub"')
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def closed_site() -> Iterator[str]:
    """Serve a site that wants a password, and return its address."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Closed) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/bot.git"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("asker", ["none", "core.askPass", "GIT_ASKPASS"])
def test_nobody_is_asked_for_a_password(
    pusher: Pusher, repo: Repo, closed_site: str, asker: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without stored credentials the push fails at once, whatever asker is configured."""
    asked = tmp_path / "asked"
    program = repo.write("../ask.sh", f"#!/bin/sh\ntouch '{asked.as_posix()}'\n")
    program.chmod(0o755)
    if asker == "core.askPass":
        repo.git("config", "core.askPass", program.as_posix())
    elif asker == "GIT_ASKPASS":
        monkeypatch.setenv("GIT_ASKPASS", program.as_posix())
    repo.git("remote", "set-url", "origin", closed_site)
    assert pusher.refused().key == "ship.push-authentication"
    assert not asked.exists()
    assert pusher.slept == []


@POSIX
@pytest.mark.slow
def test_an_ssh_that_hangs_is_ended_with_all_its_children(
    pusher: Pusher, repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At the deadline nothing of the push is left running."""
    pids = tmp_path / "pids"
    script = tmp_path / "ssh.sh"
    script.write_text(f"sleep 600 &\necho $! $$ >> {pids}\nwait\n")
    monkeypatch.setenv("GIT_SSH_COMMAND", f"/bin/sh {script}")
    monkeypatch.setenv("GIT_SSH_VARIANT", "ssh")
    repo.git("remote", "set-url", "origin", "ssh://git@127.0.0.1/bot.git")
    problem = pusher.refused(deadline=3.0)
    assert problem.key == "ship.push-timeout"
    assert pusher.slept == []
    started = [int(pid) for pid in pids.read_text().split()]
    until(lambda: not any(alive(pid) for pid in started))


def alive(pid: int) -> bool:
    """Whether a process runs."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def say_how_ssh_is_called(repo: Repo, tmp_path: Path) -> tuple[Path, Path]:
    """Put a program called ``ssh`` into a folder that writes down its arguments; return folder and file."""
    folder, called = tmp_path / "bin", tmp_path / "called"
    folder.mkdir()
    program = folder / "ssh"
    program.write_text(
        f'#!/bin/sh\necho "$@" >> {called}\necho "Host key verification failed." >&2\nexit 255\n'
    )
    program.chmod(0o755)
    repo.git("remote", "set-url", "origin", "ssh://git@127.0.0.1/bot.git")
    return folder, called


@POSIX
def test_ssh_may_not_ask_and_does_not_wait_for_the_dead(
    pusher: Pusher, repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A person who set nothing gets an ssh that gives up."""
    folder, called = say_how_ssh_is_called(repo, tmp_path)
    monkeypatch.setenv("PATH", str(folder), prepend=":")
    assert pusher.refused().key == "ship.push-host-key"
    assert "BatchMode=yes" in called.read_text()
    assert "ConnectTimeout=15" in called.read_text()


@POSIX
def test_a_question_may_not_ask_either(
    pusher: Pusher, repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the remote has is asked in the same unattended way."""
    folder, called = say_how_ssh_is_called(repo, tmp_path)
    monkeypatch.setenv("PATH", str(folder), prepend=":")
    with pytest.raises(Failure) as caught:
        remote_commit(pusher.git, pusher.target, 20.0)
    assert caught.value.values["cause"] == "host-key"
    assert "BatchMode=yes" in called.read_text()


@POSIX
@pytest.mark.parametrize("place", ["environment", "configuration"])
def test_a_persons_own_ssh_is_used_as_it_is(
    pusher: Pusher, repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    """Their key, their jump host, their options."""
    folder, called = say_how_ssh_is_called(repo, tmp_path)
    if place == "environment":
        monkeypatch.setenv("GIT_SSH_COMMAND", f"{folder / 'ssh'} -i my-key")
    else:
        repo.git("config", "core.sshCommand", f"{folder / 'ssh'} -i my-key")
    pusher.refused()
    assert "-i my-key" in called.read_text()
    assert "BatchMode" not in called.read_text()
