"""A bot's folder with a real bot in it, and vigie run the way a person runs it: as a program of its own."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
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


class Home:
    """Where one bot lives: its script, its port, and what the bot itself tells."""

    def __init__(self, folder: Path, script: str = "start.py") -> None:
        """Put the bot there, with a free port."""
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.port = free_port()
        shutil.copy(BOT, folder / script)

    def mode(self, mode: str) -> None:
        """Tell the bot how to answer from now on."""
        beside = self.folder / "mode.new"
        beside.write_text(mode)
        beside.replace(self.folder / "mode")

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

    def listening(self) -> bool:
        """Whether somebody accepts on the health port."""
        with socket.socket() as attempt:
            return attempt.connect_ex(("127.0.0.1", self.port)) == 0

    def kill(self) -> int:
        """End the one living copy as a crash does, and return its pid."""
        (pid,) = self.living()
        psutil.Process(pid).kill()
        return pid

    def end_all(self) -> None:
        """End every copy that lives."""
        for pid in {*self.living(), *self.at_home()}:
            try:
                psutil.Process(pid).kill()
            except psutil.Error:
                continue
        until(lambda: not self.living(), what="nothing is left of the bot")

    def at_home(self) -> list[int]:
        """The pids of the copies in our folder that were launched so lately that they have told nothing yet."""
        here = os.path.realpath(self.folder)
        found = []
        for process in psutil.process_iter():
            try:
                if process.cwd() == here and "start.py" in process.cmdline():
                    found.append(process.pid)
            except (psutil.Error, OSError):
                continue  # somebody else's, or gone meanwhile
        return found


class Stage(Home):
    """One project folder, by default with one bot in it."""

    def __init__(self, folder: Path, settings: str = QUICK, script: str = "start.py") -> None:
        """Put the bot there, with a free port."""
        super().__init__(folder, script)
        self.environment = {
            name: value for name, value in os.environ.items() if name not in ("HEALTH_PORT", "EXIT_CODE")
        }
        self.monitors: list[subprocess.Popen[str]] = []
        self._out: list[Any] = []
        self._env = {"HEALTH_PORT": str(self.port), "BOT_SECRET": "s3cr3t-do-not-show"}
        self.env()
        if settings:
            (folder / "vigie.toml").write_text(f"[bot]\n{settings}")

    def env(self, **variables: str) -> None:
        """Write the project's ``.env``, with these variables added to what stands there always."""
        lines = [f"{name}={value}\n" for name, value in {**self._env, **variables}.items()]
        (self.folder / ".env").write_text("".join(lines))

    def vigie(self, *words: str, lang: str = "en", timeout: float = 60.0, cwd: Path | None = None) -> Done:
        """Run one command to its end."""
        command = self.begin(*words, lang=lang, cwd=cwd)
        try:
            out, err = command.communicate(timeout=patient(timeout))
        except BaseException:
            command.kill()
            command.communicate()
            raise
        return Done(command.returncode, out, err)

    def begin(self, *words: str, lang: str = "en", cwd: Path | None = None) -> subprocess.Popen[str]:
        """Begin one command; whoever calls ends it with ``communicate``."""
        return subprocess.Popen(
            [sys.executable, "-m", "vigie", "--lang", lang, *words],
            cwd=cwd or self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )

    def monitor(self, *words: str, door: bool = True, lang: str = "en") -> subprocess.Popen[str]:
        """Start a monitor and, with ``door``, wait until its door is open."""
        out = open(self.folder / f"monitor{len(self.monitors)}.out", "w", encoding="utf-8")  # noqa: SIM115
        self._out.append(out)
        flags = 0
        if sys.platform == "win32":
            flags = subprocess.CREATE_NEW_PROCESS_GROUP
        monitor = subprocess.Popen(
            [sys.executable, "-m", "vigie", "--lang", lang, *words, "monitor"],
            cwd=self.folder,
            env=self.environment,
            stdout=out,
            stderr=subprocess.STDOUT,
            text=True,
            creationflags=flags,
        )
        self.monitors.append(monitor)
        if door:
            until(lambda: self.door_is_open(monitor) or monitor.poll() is not None, what="the monitor's door")
        return monitor

    def join(self, monitor: subprocess.Popen[str]) -> None:
        """Let a monitor that was started elsewhere be ended with everything else."""
        self.monitors.append(monitor)
        out = open(self.folder / f"monitor{len(self.monitors) - 1}.out", "w", encoding="utf-8")  # noqa: SIM115
        self._out.append(out)

    def door_is_open(self, monitor: subprocess.Popen[str]) -> bool:
        """Whether this monitor has left its card."""
        card = self.card()
        return bool(card and card["pid"] == monitor.pid and card["port"])

    def card(self) -> dict[str, Any]:
        """The decider's card; {} when there is none."""
        try:
            found: dict[str, Any] = json.loads((self.folder / ".vigie" / "decider.card.json").read_text())
        except (OSError, ValueError):
            return {}
        return found

    def said(self, number: int | None = None) -> str:
        """All that the monitors, or this one of them, have printed so far."""
        wanted = range(len(self.monitors)) if number is None else [number]
        return "".join((self.folder / f"monitor{one}.out").read_text(encoding="utf-8") for one in wanted)

    def log(self) -> list[str]:
        """The lines of ``logs/bot_monitor.log``."""
        return (self.folder / "logs" / "bot_monitor.log").read_text(encoding="utf-8-sig").splitlines()

    def leave(self, monitor: subprocess.Popen[str]) -> int:
        """Ask a monitor to leave, as Ctrl-C does, and return its exit code."""
        if sys.platform == "win32":
            monitor.send_signal(signal.CTRL_BREAK_EVENT)
        else:
            monitor.send_signal(signal.SIGINT)
        return monitor.wait(patient(15))

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

    def wait_state(self, state: str, limit: float = 15.0) -> dict[str, Any]:
        """Wait until the status file tells this state, and return all that it tells."""
        return until(lambda: self.status() if self.status().get("state") == state else None, limit, state)

    def launch_by_hand(self) -> subprocess.Popen[bytes]:
        """Start the bot as a person does in a terminal."""
        environment = {**self.environment, "HEALTH_PORT": str(self.port)}
        bot = subprocess.Popen(
            [sys.executable, "start.py"], cwd=self.folder, env=environment, stdout=subprocess.DEVNULL
        )
        until(lambda: self.listening(), what="the bot launched by hand listens")
        return bot

    def clear(self) -> None:
        """End everything that was started here."""
        for monitor in self.monitors:
            if monitor.poll() is None:
                monitor.kill()
            monitor.wait()
        for out in self._out:
            out.close()
        self.end_all()


class Street(Stage):
    """One project with several bots, each in a home of its own."""

    def __init__(self, folder: Path, names: tuple[str, ...] = ("a", "b"), settings: str = QUICK) -> None:
        """Put the bots there; ``settings`` are every bot's."""
        super().__init__(folder, settings="")
        self.homes = {name: Home(folder / f"home of {name}") for name in names}
        self.settings = settings
        self.write_settings()

    def write_settings(self, **more: str) -> None:
        """Write ``vigie.toml``; ``more`` are further settings of single bots."""
        tables = []
        for name, home in self.homes.items():
            command = json.dumps([sys.executable, "start.py", str(home.port)])
            tables.append(
                f"[bots.{name}]\ncommand = {command}\ndirectory = {json.dumps(home.folder.name)}\n"
                f'health_url = "http://127.0.0.1:{home.port}/health"\n{self.settings}{more.get(name, "")}\n'
            )
        (self.folder / "vigie.toml").write_text("\n".join(tables), encoding="utf-8")

    def wait_all_online(self, limit: float = 15.0) -> dict[str, int]:
        """Wait until every bot is online, and return their pids."""

        def online() -> dict[str, int] | None:
            bots = self.status().get("bots", {})
            if set(bots) != set(self.homes) or any(bot["state"] != "online" for bot in bots.values()):
                return None
            return {name: bot["pid"] for name, bot in bots.items()}

        return until(online, limit, "all bots are online")

    def clear(self) -> None:
        """End everything that was started here."""
        super().clear()
        for home in self.homes.values():
            home.end_all()


class StatusReader:
    """Reads the status file again and again, as other programs do, and keeps what was not whole."""

    def __init__(self, folder: Path) -> None:
        """Read from ``with`` on."""
        self.times = 0
        self.not_whole: list[bytes] = []
        self._path = folder / "bot_status.json"
        self._enough = threading.Event()
        self._thread = threading.Thread(target=self._read)

    def __enter__(self) -> StatusReader:
        """Begin to read."""
        self._thread.start()
        return self

    def __exit__(self, *_failure: object) -> None:
        """Read no more."""
        self._enough.set()
        self._thread.join()

    def _read(self) -> None:
        seen = False
        while not self._enough.wait(0.0005):
            try:
                content = self._path.read_bytes()
            except FileNotFoundError:
                if seen:
                    self.not_whole.append(b"the file is gone")
                continue
            except PermissionError:
                continue  # Windows, in the instant of the replacement
            seen = True
            self.times += 1
            try:
                whole = isinstance(json.loads(content), dict)
            except ValueError:
                whole = False
            if not whole:
                self.not_whole.append(content)


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
