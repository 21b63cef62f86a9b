"""A repository one commit ahead, and the servers it can be pushed to."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from tests.ship.pusher import Pusher
from tests.ship.transport.site import Site, site
from tests.ship.transport.ssh_door import SshDoor, ssh_door
from tests.ship.workshop import Repo
from tests.waiting import until


@pytest.fixture
def pusher(repo: Repo) -> Pusher:
    """Return a pusher of a repository that is one commit ahead."""
    repo.write("bot.py", "1\n")
    repo.git("commit", "-am", "second")
    return Pusher(repo)


@pytest.fixture
def web(repo: Repo, remote: Repo) -> Iterator[Site]:
    """Serve the remote over http; ``origin`` is there."""
    with site(remote) as server:
        repo.git("remote", "set-url", "origin", f"{server.address}/{remote.path.name}")
        yield server


@pytest.fixture
def door(repo: Repo, remote: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SshDoor]:
    """Open the remote over ssh; ``origin`` is there, and the person's ssh knows the way."""
    with ssh_door(tmp_path / "ssh") as opened:
        monkeypatch.setenv("PATH", str(opened.programs), prepend=":")
        repo.git("remote", "set-url", "origin", f"ssh://127.0.0.1:{opened.port}{remote.path}")
        yield opened


@pytest.fixture
def nothing_left(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], None]]:
    """Return a proof that nothing we started runs any more: whatever we start bears a mark.

    The mark is in the environment, which a child has from its parent whatever session or group it went to.
    """
    mark = uuid.uuid4().hex
    monkeypatch.setenv("SHIP_TEST_MARK", mark)

    def left() -> list[str]:
        found = []
        for process in psutil.process_iter():
            try:
                if process.environ().get("SHIP_TEST_MARK") == mark:
                    found.append(" ".join(process.cmdline()))
            except psutil.Error:
                continue
        return found

    def prove() -> None:
        # A process ended by a signal is still seen for a moment, until its parent has taken note.
        until(lambda: not left(), what=f"nothing left: {left()}")

    yield prove
    prove()
