"""A project folder with a small real bot, its settings read by the product, and a monitor in this very process."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

import psutil

from tests.stage import lives
from tests.waiting import patient, until
from vigie.core.facts import Verb
from vigie.problems import Problem
from vigie.runtime.decider import Card, watching_monitor
from vigie.runtime.door.client import ask_monitor
from vigie.runtime.monitor import monitor
from vigie.runtime.operate import Result, operate
from vigie.runtime.place import Place
from vigie.settings import Bot, Project, load

BOT = """
import os, sys, time
sys.dont_write_bytecode = True
with open("lives", "a") as file:
    file.write(f"{os.getpid()}\\n")
print("hello", flush=True)
if os.path.exists("die"):
    print("last words", flush=True)
    sys.exit(9)
time.sleep(600)
"""

QUICK = """
health_url = "exec:true"
check_interval = 0.2
confirm_failures = 2
confirm_interval = 0.05
stop_timeout = 2
backoff_initial = 0.05
backoff_max = 0.1
"""

Line = tuple[str, str, Mapping[str, object]]


class RealProject:
    """One folder with bots in it, each in a folder of its own."""

    def __init__(self, folder: Path, names: tuple[str, ...] = ("bot",), settings: str = QUICK) -> None:
        """Write scripts and settings."""
        self.folder = folder
        self.names = names
        self.settings = settings
        self.lines: list[Line] = []
        for name in names:
            (folder / name).mkdir(exist_ok=True)
            (folder / name / "start.py").write_text(BOT)
        self.write_settings()

    @property
    def place(self) -> Place:
        """Where things lie."""
        return Place(str(self.folder))

    def write_settings(self, more: str = "") -> None:
        """Write ``vigie.toml``; ``more`` is added to every bot's settings."""
        tables = [
            f'[bots.{name}]\ncommand = ["{sys.executable}", "start.py"]\ndirectory = "{name}"\n'
            f"{self.settings}{more}\n"
            for name in self.names
        ]
        (self.folder / "vigie.toml").write_text("\n".join(tables))

    def load(self) -> Project:
        """Read the settings."""
        return load(str(self.folder), {"PATH": os.environ["PATH"]})

    def lives(self, name: str = "bot") -> list[int]:
        """Every copy that ever began."""
        try:
            return [int(line) for line in (self.folder / name / "lives").read_text().split()]
        except OSError:
            return []

    def living(self, name: str = "bot") -> list[int]:
        """The copies that live."""
        return [pid for pid in self.lives(name) if lives(pid)]

    def hear(self, tag: str, key: str, values: Mapping[str, object]) -> None:
        """One line of what happens."""
        self.lines.append((tag, key, values))

    def told(self) -> list[str]:
        """The keys of the lines so far."""
        return [key for _tag, key, _values in self.lines]

    def operate(self, verb: Verb, *names: str) -> Result:
        """Do a verb as a command does."""
        project = self.load()
        bots: list[Bot] = [bot for bot in project.bots if not names or bot.spec.name in names]
        return operate(project.root, bots, len(project.bots), verb, self.hear, self.hear)

    def with_monitor(self, play: Callable[[Card], None]) -> None:
        """Watch in this process, as the program does, while ``play`` runs in a thread; then leave."""
        failures: list[BaseException] = []

        def direct() -> None:
            try:
                play(until(lambda: watching_monitor(self.place), what="the monitor's door"))
            except BaseException as error:  # noqa: BLE001  (told by the test's own thread)
                failures.append(error)
            finally:
                os.kill(os.getpid(), signal.SIGTERM)

        thread = threading.Thread(target=direct)
        before = signal.signal(signal.SIGTERM, signal.SIG_IGN)
        thread.start()
        try:
            self.watch()
        finally:
            thread.join(patient(30))
            signal.signal(signal.SIGTERM, before)
        if failures:
            raise failures[0]

    def watch(self) -> None:
        """Watch until asked to leave."""
        monitor(self.load(), self.hear)

    def ask(
        self, card: Card, verb: str, *names: str, **extra: object
    ) -> tuple[dict[str, object], Problem | None]:
        """Ask the monitor."""
        return ask_monitor(card, verb, names or self.names, self.hear, patient(20), extra)

    def clear(self) -> None:
        """End every copy."""
        homes = {os.path.realpath(self.folder / name) for name in self.names}
        for process in psutil.process_iter():
            try:
                # by its folder: one that was launched a moment ago has told nothing of itself yet
                if process.cwd() in homes and "start.py" in process.cmdline():
                    process.kill()
            except (psutil.Error, OSError):
                continue
        until(lambda: not any(self.living(name) for name in self.names))
