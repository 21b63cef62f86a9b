"""A workshop for every test: a real repository, a real bare one for GitHub, a git configuration of their own."""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.ship.workshop import Repo, bare_repository, new_repository
from vigie.ship.git import Git


@pytest.fixture(autouse=True)
def configuration(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give git a home of its own, where the person has a name, and return the configuration file."""
    home = tmp_path_factory.mktemp("git-home")
    for name in ("HOME", "USERPROFILE", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, str(home))
    file = home / ".gitconfig"
    file.write_text(
        "[user]\n\tname = Ada\n\temail = ada@example.org\n[init]\n\tdefaultBranch = main\n[core]\n\tautocrlf = false\n"
    )
    return file


@pytest.fixture
def remote(tmp_path: Path) -> Repo:
    """Return a bare repository that stands for GitHub."""
    return bare_repository(tmp_path / "github.git")


@pytest.fixture
def repo(tmp_path: Path, remote: Repo) -> Repo:
    """Return a bot's repository with one pushed commit (``bot.py``, ``commands.py``) whose remote is ``remote``."""
    made = new_repository(tmp_path / "bot")
    made.write("bot.py", "print('bot')\n")
    made.write("commands.py", "COMMANDS = []\n")
    made.git("add", "-A")
    made.git("commit", "-m", "first")
    made.git("remote", "add", "origin", str(remote.path))
    made.git("push", "-u", "origin", "main")
    return made


@pytest.fixture
def git(repo: Repo) -> Git:
    """Return git at the top folder of ``repo``."""
    return Git(str(repo.path))


@pytest.fixture
def closed_port() -> int:
    """Return a port of this machine on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def no_sleep() -> Callable[[float], None]:
    """Return a sleep that fails the test: nothing here should have to wait."""

    def sleep(seconds: float) -> None:
        raise AssertionError(f"slept {seconds} s")

    return sleep
