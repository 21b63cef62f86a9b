"""A push that would wait for ever: it ends at the deadline, and nothing it started is left running."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.ship.pusher import Pusher
from tests.ship.transport.site import ASK, PACK, REFS, SILENT, STALL, Site
from tests.ship.transport.ssh_door import SshDoor
from tests.ship.workshop import Repo
from vigie.problems import Failure
from vigie.ship.remote import push as push_module
from vigie.ship.remote.remote_truth import remote_commit

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="shell scripts stand for the programs that hang"),
]

NothingLeft = Callable[[], None]
DEADLINE = 2.0


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask about an outcome for a moment only."""
    monkeypatch.setattr(push_module, "ASK_LEAST", 1.0)


def script(folder: Path, name: str, text: str) -> Path:
    """Write a program."""
    program = folder / name
    program.write_text(f"#!/bin/sh\n{text}\n")
    program.chmod(0o755)
    return program


@pytest.fixture
def silence() -> Iterator[int]:
    """Listen on a port where every connection is accepted and nothing is ever said."""
    accepted: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.05)
        over = threading.Event()

        def accept() -> None:
            while not over.is_set():
                try:
                    accepted.append(listener.accept()[0])
                except TimeoutError:
                    continue

        thread = threading.Thread(target=accept)
        thread.start()
        yield listener.getsockname()[1]
        over.set()
        thread.join()
        for connection in accepted:
            connection.close()


def test_a_credential_helper_that_hangs(
    pusher: Pusher, web: Site, repo: Repo, tmp_path: Path, nothing_left: NothingLeft
) -> None:
    """The helper and its children end too."""
    web.password = "right"
    started = tmp_path / "started"
    helper = script(tmp_path, "helper.sh", f"touch {started}\nsleep 600 &\nsleep 600")
    repo.git("config", "credential.helper", str(helper))
    assert pusher.refused(DEADLINE).key == "ship.push-timeout"
    assert started.exists()
    nothing_left()


@pytest.mark.parametrize("asker", ["core.askPass", "GIT_ASKPASS", "SSH_ASKPASS"])
def test_an_asker_that_hangs_is_never_started(
    pusher: Pusher,
    web: Site,
    repo: Repo,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    nothing_left: NothingLeft,
    asker: str,
) -> None:
    """Told at once, without waiting for the deadline."""
    web.password = "right"
    program = script(tmp_path, "ask.sh", "sleep 600")
    if asker == "core.askPass":
        repo.git("config", asker, str(program))
    else:
        monkeypatch.setenv(asker, str(program))
        monkeypatch.setenv("DISPLAY", ":0")
    assert pusher.refused(600.0).key == "ship.push-authentication"
    nothing_left()


def test_an_ssh_proxy_that_hangs(pusher: Pusher, door: SshDoor, nothing_left: NothingLeft) -> None:
    """ssh and what it started end too."""
    door.configure_client("ProxyCommand sleep 600")
    assert pusher.refused(DEADLINE).key == "ship.push-timeout"
    nothing_left()


def test_a_door_behind_which_nobody_moves(pusher: Pusher, door: SshDoor, nothing_left: NothingLeft) -> None:
    """Let in, and then nothing."""
    door.configure("ForceCommand cat > /dev/null")
    assert pusher.refused(DEADLINE).key == "ship.push-timeout"
    assert door.connections == 2
    nothing_left()


@pytest.mark.parametrize("scheme", ["http", "ssh", "git"])
def test_a_server_that_accepts_and_says_nothing(
    pusher: Pusher, door: SshDoor, repo: Repo, silence: int, nothing_left: NothingLeft, scheme: str
) -> None:
    """Whatever is spoken."""
    repo.git("remote", "set-url", "origin", f"{scheme}://127.0.0.1:{silence}/bot.git")
    assert pusher.refused(DEADLINE).key == "ship.push-timeout"
    nothing_left()


@pytest.mark.parametrize("begun", [REFS, PACK])
@pytest.mark.parametrize("fault", [SILENT, STALL])
def test_a_server_that_stops_in_the_middle(
    pusher: Pusher, web: Site, remote: Repo, nothing_left: NothingLeft, begun: str, fault: str
) -> None:
    """Before or after the commits were sent."""
    before = remote.git("rev-parse", "main")
    web.faults[begun] = [fault]
    assert pusher.refused(DEADLINE).key == "ship.push-timeout"
    assert web.waiting.is_set()
    assert remote.git("rev-parse", "main") == before
    nothing_left()


def test_a_push_that_arrived_while_nobody_answered(
    pusher: Pusher, web: Site, repo: Repo, remote: Repo, nothing_left: NothingLeft
) -> None:
    """At the deadline the remote is asked once more: it has the commit, so it is pushed."""
    remote.hook("post-receive", "exec > /dev/null 2>&1", "exec sleep 4")
    assert pusher.push(DEADLINE)
    assert remote.git("rev-parse", "main") == repo.head
    nothing_left()


def test_a_hook_of_ours_that_hangs(
    pusher: Pusher, repo: Repo, remote: Repo, nothing_left: NothingLeft
) -> None:
    """A pre-push hook ends at the deadline like everything else."""
    before = remote.git("rev-parse", "main")
    repo.hook("pre-push", "sleep 600")
    assert pusher.refused(DEADLINE).key == "ship.push-timeout"
    assert remote.git("rev-parse", "main") == before
    nothing_left()


def test_asking_the_remote_ends_too(pusher: Pusher, web: Site, nothing_left: NothingLeft) -> None:
    """A question has its own deadline."""
    web.always = {ASK: SILENT}
    with pytest.raises(Failure) as caught:
        remote_commit(pusher.git, pusher.target, DEADLINE)
    assert caught.value.values["cause"] == "timeout"
    nothing_left()


def test_the_proof_sees_what_is_left(nothing_left: NothingLeft, tmp_path: Path) -> None:
    """Something in a session of its own is found by its mark: the proof can fail."""
    process = subprocess.Popen(["sleep", "600"], start_new_session=True)
    try:
        with pytest.raises(AssertionError, match="sleep 600"), pytest.MonkeyPatch.context() as patch:
            patch.setattr("tests.waiting.PATIENCE", 0.01)
            nothing_left()
    finally:
        process.kill()
        process.wait()
