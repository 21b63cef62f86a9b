"""A workshop for every test: a real repository, a real bare one for GitHub, git settings of its own."""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.ship.workshop import Repo, bare_repository, new_repository
from vigie.ship.git.command import Git

CONFIGURATION = """\
[user]
    name = Ada
    email = ada@example.org
[init]
    defaultBranch = main
[core]
    autocrlf = false
"""


@pytest.fixture(autouse=True)
def configuration(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give git a home of its own, where the person has a name, and return the configuration file."""
    home = tmp_path_factory.mktemp("git-home")
    for name in ("HOME", "USERPROFILE", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, str(home))
    file = home / ".gitconfig"
    file.write_text(CONFIGURATION)
    return file


@pytest.fixture
def remote(tmp_path: Path) -> Repo:
    """Return a bare repository that stands for GitHub."""
    return bare_repository(tmp_path / "github.git")


@pytest.fixture
def repo(tmp_path: Path, remote: Repo) -> Repo:
    """Return a bot's repository: ``bot.py`` and ``commands.py`` committed and pushed to ``remote``."""
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
