"""Pushing over ssh, to a real sshd on loopback."""

from __future__ import annotations

import pytest

from tests.ship.pusher import Pusher
from tests.ship.transport.ssh_door import SshDoor
from tests.ship.workshop import Repo
from vigie.ship.remote.remote_truth import remote_commit

pytestmark = pytest.mark.slow


def there(remote: Repo) -> str:
    """Return the commit the remote is at."""
    return remote.git("rev-parse", "main")


def test_push_over_ssh(pusher: Pusher, door: SshDoor, repo: Repo, remote: Repo) -> None:
    """The commit arrives, in one connection."""
    assert pusher.push()
    assert there(remote) == repo.head
    assert door.connections == 1
    assert remote_commit(pusher.git, pusher.target, 20.0) == repo.head


@pytest.mark.parametrize("known", ["unknown", "changed"])
def test_a_host_that_is_not_the_one_it_was(pusher: Pusher, door: SshDoor, remote: Repo, known: str) -> None:
    """A key that nobody has confirmed is never accepted by us, and never written down."""
    if known == "unknown":
        door.forget_host()
    else:
        door.new_key("host")
    before, written = there(remote), (door.folder / "known").read_bytes()
    assert pusher.refused().key == "ship.push-host-key"
    assert pusher.slept == []
    assert there(remote) == before
    assert (door.folder / "known").read_bytes() == written


def test_a_key_that_opens_nothing(pusher: Pusher, door: SshDoor, remote: Repo) -> None:
    """Told at once, without another try."""
    before = there(remote)
    door.new_key("user")
    assert pusher.refused().key == "ship.push-authentication"
    assert door.connections == 1
    assert there(remote) == before


def test_a_key_behind_a_passphrase(pusher: Pusher, door: SshDoor) -> None:
    """Nobody is there to type it: told at once, not waited for."""
    door.new_key("user", passphrase="open sesame")
    (door.folder / "authorized").write_bytes((door.folder / "user.pub").read_bytes())
    assert pusher.refused().key == "ship.push-authentication"
    assert pusher.slept == []


def test_nobody_listens(pusher: Pusher, door: SshDoor, repo: Repo, remote: Repo, closed_port: int) -> None:
    """A refused connection may pass: three tries; the second finds the door open."""
    address = repo.git("remote", "get-url", "origin")
    repo.git("remote", "set-url", "origin", f"ssh://127.0.0.1:{closed_port}{remote.path}")
    assert pusher.refused().key == "ship.push-network"
    assert pusher.slept == [2.0, 5.0]

    def open_again() -> None:
        repo.git("remote", "set-url", "origin", address)

    pusher.on_sleep = open_again
    assert pusher.push()
    assert there(remote) == repo.head


def test_a_repository_that_is_not_there(pusher: Pusher, door: SshDoor, repo: Repo, remote: Repo) -> None:
    """A wrong path is no matter of patience."""
    repo.git("remote", "set-url", "origin", f"ssh://127.0.0.1:{door.port}{remote.path}-not")
    assert pusher.refused().key == "ship.push-repository-absent"
    assert door.connections == 1


@pytest.mark.parametrize("moment", ["after the answer", "before the answer"])
def test_a_line_that_is_cut_after_the_commits_arrived(
    pusher: Pusher, door: SshDoor, repo: Repo, remote: Repo, moment: str
) -> None:
    """The remote has them: asked, it says so, and nothing is sent twice."""
    if moment == "after the answer":
        door.configure('ForceCommand sh -c "$SSH_ORIGINAL_COMMAND"; kill -9 $PPID')
    else:
        remote.hook("post-receive", "kill -9 $(ps -o ppid= -p $PPID)")
    pusher.on_sleep = door.configure
    assert pusher.push()
    assert there(remote) == repo.head


def test_a_line_that_is_cut_while_the_server_thinks(
    pusher: Pusher, door: SshDoor, repo: Repo, remote: Repo
) -> None:
    """Nothing arrived, so it is tried again."""
    remote.hook("pre-receive", "kill -9 $PPID")
    pusher.on_sleep = lambda: remote.hook("pre-receive", "exit 0")
    assert pusher.push()
    assert pusher.slept == [2.0]
    assert there(remote) == repo.head


def test_a_server_that_thinks_for_a_while(pusher: Pusher, door: SshDoor, repo: Repo, remote: Repo) -> None:
    """A slow hook there is no fault."""
    remote.hook("pre-receive", "sleep 2")
    assert pusher.push()
    assert pusher.slept == []
    assert there(remote) == repo.head


def test_a_rule_of_the_server(pusher: Pusher, door: SshDoor, remote: Repo) -> None:
    """Words and number reach the person."""
    remote.hook("pre-receive", "echo 'error: GH006: Protected branch update failed' >&2", "exit 1")
    problem = pusher.refused()
    assert problem.key == "ship.push-rejected"
    assert problem.values["rule"] == "GH006"
    assert door.connections == 1
