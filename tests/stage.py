"""A bot's folder with a real bot in it, and vigie run the way a person runs it: as a program of its own."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import psutil

from tests.waiting import patient, until

BOT = Path(__file__).parent / "children" / "health_bot.py"

QUICK = """
check_interval = 0.3
check_timeout = 0.5
confirm_failures = 3
confirm_interval = 0.1
stop_timeout = 2
backoff_initial = 0.1
backoff_max = 0.4
"""


class Done(NamedTuple):
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one JSON object on standard output."""
        return json.loads(self.out)


class Stage:
    """One project folder."""

    def __init__(self, folder: Path, settings: str = QUICK, script: str = "start.py") -> None:
        """Put the bot there, with a free port."""
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.port = free_port()
        self.environment = {
            name: value for name, value in os.environ.items() if name not in ("HEALTH_PORT", "EXIT_CODE")
        }
        self.monitors: list[subprocess.Popen[str]] = []
        self._out: list[Any] = []
        shutil.copy(BOT, folder / script)
        (folder / ".env").write_text(f"HEALTH_PORT={self.port}\nBOT_SECRET=s3cr3t-do-not-show\n")
        if settings:
            (folder / "vigie.toml").write_text(f"[bot]\n{settings}")

    def vigie(self, *words: str, lang: str = "en", timeout: float = 60.0, cwd: Path | None = None) -> Done:
        """Run one command to its end."""
        done = subprocess.run(
            [sys.executable, "-m", "vigie", "--lang", lang, *words],
            cwd=cwd or self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=patient(timeout),
            check=False,
        )
        return Done(done.returncode, done.stdout, done.stderr)

    def monitor(self, *words: str) -> subprocess.Popen[str]:
        """Start a monitor and wait until its door is open."""
        out = open(self.folder / f"monitor{len(self.monitors)}.out", "w", encoding="utf-8")  # noqa: SIM115
        self._out.append(out)
        flags = subprocess.CREATE_NEW_PROCESS_GROUP if sys.platform == "win32" else 0
        monitor = subprocess.Popen(
            [sys.executable, "-m", "vigie", "--lang", "en", *words, "monitor"],
            cwd=self.folder,
            env=self.environment,
            stdout=out,
            stderr=subprocess.STDOUT,
            text=True,
            creationflags=flags,
        )
        self.monitors.append(monitor)
        until(lambda: self.door_is_open(monitor) or monitor.poll() is not None, what="the monitor's door")
        return monitor

    def door_is_open(self, monitor: subprocess.Popen[str]) -> bool:
        """Whether this monitor has left its card."""
        try:
            card = json.loads((self.folder / ".vigie" / "decider.json").read_text())
        except (OSError, ValueError):
            return False
        return bool(card["pid"] == monitor.pid and card["port"])

    def said(self) -> str:
        """All that the monitors have printed so far."""
        return "".join(
            (self.folder / f"monitor{number}.out").read_text(encoding="utf-8")
            for number in range(len(self.monitors))
        )

    def leave(self, monitor: subprocess.Popen[str]) -> int:
        """Ask a monitor to leave, as Ctrl-C does, and return its exit code."""
        monitor.send_signal(signal.CTRL_BREAK_EVENT if sys.platform == "win32" else signal.SIGINT)
        return monitor.wait(patient(15))

    def mode(self, mode: str) -> None:
        """Tell the bot how to answer from now on."""
        (self.folder / "mode").write_text(mode)

    def lives(self) -> list[int]:
        """The pids of all copies that ever began, in order; told by the bots themselves."""
        try:
            return [int(line) for line in (self.folder / "lives").read_text().split()]
        except OSError:
            return []

    def living(self) -> list[int]:
        """The pids of the copies that live now."""
        return [pid for pid in self.lives() if lives(pid)]

    def doubled(self) -> bool:
        """Whether two copies ever lived at once; told by the bots themselves."""
        return (self.folder / "doubled").exists()

    def pid(self) -> int | None:
        """The pid that ``check`` tells, or None."""
        found = self.vigie("check", "--json").json["bots"][0]["pid"]
        return found if isinstance(found, int) else None

    def status(self) -> dict[str, Any]:
        """What ``bot_status.json`` tells; {} when there is none."""
        try:
            found: dict[str, Any] = json.loads((self.folder / "bot_status.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return found

    def wait_online(self, *, other_than: int | None = None, limit: float = 15.0) -> int:
        """Wait until the status file tells of an online copy (another than ``other_than``); return its pid."""

        def online() -> int | None:
            status = self.status()
            fits = status.get("state") == "online" and status.get("pid") != other_than
            return status.get("pid") if fits else None

        return until(online, limit, "the bot is online")

    def launch_by_hand(self) -> subprocess.Popen[bytes]:
        """Start the bot as a person does in a terminal."""
        environment = {**self.environment, "HEALTH_PORT": str(self.port)}
        bot = subprocess.Popen(
            [sys.executable, "start.py"], cwd=self.folder, env=environment, stdout=subprocess.DEVNULL
        )
        until(lambda: self.listening(), what="the bot launched by hand listens")
        return bot

    def listening(self) -> bool:
        """Whether somebody accepts on the health port."""
        with socket.socket() as attempt:
            return attempt.connect_ex(("127.0.0.1", self.port)) == 0

    def clear(self) -> None:
        """End everything that was started here."""
        for monitor in self.monitors:
            if monitor.poll() is None:
                monitor.kill()
            monitor.wait()
        for out in self._out:
            out.close()
        for pid in self.living():
            try:
                psutil.Process(pid).kill()
            except psutil.Error:
                continue
        until(lambda: not self.living(), what="nothing is left of the bot")


def lives(pid: int) -> bool:
    """Whether a process lives; a zombie does not."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
