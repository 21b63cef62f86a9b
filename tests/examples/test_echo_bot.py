"""The included example bot, run for real: it chats, says how it is, falls ill when asked, leaves politely."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest

from tests.waiting import patient, until

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
EXAMPLE = os.path.join(ROOT, "examples", "echo_bot")

WINDOWS = sys.platform == "win32"


class Bot:
    """A running example bot."""

    def __init__(self, folder: str, environment: dict[str, str]) -> None:
        """Launch it in ``folder``, its output in a file."""
        self.log = os.path.join(folder, "output.txt")
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, os.path.join(folder, "start.py")],
                env={**os.environ, **environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
            )

    def output(self) -> list[str]:
        """Return the lines it has printed."""
        with open(self.log, encoding="utf-8") as log:
            return log.read().splitlines()

    def port(self, of: str) -> int:
        """Return the port it says it listens on."""

        def said() -> str | None:
            return next((line for line in self.output() if line.startswith(of)), None)

        return int(until(said, what=f"{of} ...").removesuffix("/health").rpartition(":")[2])

    def chat(self, *lines: str) -> list[str]:
        """Write lines to its chat port and return one answer for each; nothing for those it never answers."""
        with socket.create_connection(("127.0.0.1", self.port("Chat on")), patient(10)) as link:
            link.sendall("".join(f"{line}\n" for line in lines).encode())
            link.shutdown(socket.SHUT_WR)
            with suppress(ConnectionError):
                return link.makefile(encoding="utf-8").read().splitlines()
        return []

    def tell(self, line: str) -> None:
        """Write a line to its chat port and do not wait for an answer."""
        with socket.create_connection(("127.0.0.1", self.port("Chat on")), patient(10)) as link:
            link.sendall(f"{line}\n".encode())

    def health(self, path: str = "/health", limit: float = 10) -> tuple[int, dict[str, object]]:
        """Return the status and the facts of its health endpoint."""
        link = http.client.HTTPConnection("127.0.0.1", self.port("Health on"), timeout=patient(limit))
        try:
            link.request("GET", path)
            answer = link.getresponse()
            return answer.status, json.load(answer)
        finally:
            link.close()

    def exit_code(self) -> int:
        """Wait for its end."""
        return self.process.wait(patient(10))


Launch = Callable[..., Bot]


@pytest.fixture
def launch(tmp_path: object) -> Iterator[Launch]:
    """Give a function that launches a copy of the bot on ports of its own; it is ended afterwards."""
    folder = os.path.join(str(tmp_path), "echo bot")
    shutil.copytree(EXAMPLE, folder)
    bots: list[Bot] = []

    def launched(**environment: str) -> Bot:
        bots.append(Bot(folder, {"CHAT_PORT": "0", "HEALTH_PORT": "0", **environment}))
        return bots[-1]

    yield launched
    for bot in bots:
        bot.process.kill()
        bot.process.wait()


def test_it_says_back_what_it_hears(launch: Launch) -> None:
    """An echo bot: any line comes back, accents too, and commands are answered in turn."""
    bot = launch()
    assert bot.chat("bonjour, ça va ?", "!ping", "!dance") == [
        "bonjour, ça va ?",
        "pong",
        "unknown command: dance (try !help)",
    ]
    assert "!crash" in bot.chat("!help")[0]
    assert "Message 2: !ping" in bot.output()


def test_it_says_whether_it_is_well(launch: Launch) -> None:
    """GET /health answers 200 with facts, any other path 404."""
    bot = launch()
    bot.chat("one", "two")
    status, facts = bot.health()
    assert (status, facts["ok"], facts["heard"]) == (200, True, 2)
    assert bot.health("/")[0] == 404


def test_it_answers_any_status_it_is_asked_to(launch: Launch) -> None:
    """``!answer 500`` makes it ill at /health, ``!answer 200`` well again, nonsense changes nothing."""
    bot = launch()
    bot.chat("!answer 500")
    assert bot.health()[0] == 500
    assert bot.chat("!answer everything") == ["a status from 200 to 599, please"]
    assert bot.health()[0] == 500
    bot.chat("!answer 200")
    assert bot.health()[0] == 200


def test_a_crash_ends_it_with_a_traceback(launch: Launch) -> None:
    """``!crash`` ends the process as an unhandled error does: exit code 1, the reason in its output."""
    bot = launch()
    bot.tell("!crash")
    assert bot.exit_code() == 1
    assert bot.output()[-1] == "RuntimeError: !crash was asked for"


def test_frozen_it_lives_and_is_deaf(launch: Launch) -> None:
    """``!freeze`` blocks its event loop: the process lives, the port takes connections, no answer comes."""
    bot = launch()
    bot.tell("!freeze")
    until(lambda: "Frozen" in bot.output())
    with pytest.raises(TimeoutError):
        bot.health(limit=0.3)
    assert bot.process.poll() is None


@pytest.mark.slow
def test_a_slow_start_is_slow(launch: Launch) -> None:
    """With SLOW_START it lives before it answers."""
    bot = launch(SLOW_START="1")
    until(lambda: "Connecting..." in bot.output())
    assert "Ready" not in bot.output()
    assert bot.health()[0] == 200


@pytest.mark.parametrize("polite", ["CTRL_BREAK_EVENT"] if WINDOWS else ["SIGTERM", "SIGINT"])
def test_asked_politely_it_leaves(launch: Launch, polite: str) -> None:
    """The polite request of each system ends it with exit code 0, an open chat or not."""
    bot = launch()
    with socket.create_connection(("127.0.0.1", bot.port("Chat on")), patient(10)) as link:
        link.sendall(b"hello\n")
        assert link.recv(100) == b"hello\n"
        bot.process.send_signal(getattr(signal, polite))
        assert bot.exit_code() == 0
    assert bot.output()[-1] == "Goodbye"


def test_its_ports_come_from_the_env_file_too(launch: Launch, tmp_path: object) -> None:
    """Launched by hand it reads ``.env`` itself; the environment is stronger."""
    with open(os.path.join(str(tmp_path), "echo bot", ".env"), "w", encoding="utf-8") as file:
        file.write("# ports\nHEALTH_PORT=not a port\nSLOW_START = 0\n")
    assert launch().health()[0] == 200
    bot = launch(HEALTH_PORT="")
    assert bot.exit_code() == 1, "an empty variable is no port, and .env does not replace it"


def test_a_taken_port_is_said(launch: Launch) -> None:
    """A second copy on the same port ends at once with a sentence and no traceback."""
    first = launch()
    second = launch(HEALTH_PORT=str(first.port("Health on")))
    assert second.exit_code() == 1
    assert second.output()[-1].startswith("Cannot open a port")


def test_the_example_environment_names_the_ports_it_uses() -> None:
    """Copying ``.env.example`` to ``.env`` changes nothing: it shows the defaults."""
    with open(os.path.join(EXAMPLE, ".env.example"), encoding="utf-8") as file:
        shown = dict(line.strip().split("=") for line in file if not line.startswith("#"))
    with open(os.path.join(EXAMPLE, "start.py"), encoding="utf-8") as file:
        source = file.read()
    assert set(shown) == {"HEALTH_PORT", "CHAT_PORT", "SLOW_START"}
    for name, value in shown.items():
        assert f'"{name}", "{value}"' in source
