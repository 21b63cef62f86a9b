"""One folder with a lone bot, where processes of ours are begun by forking and die as they are told to."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import sys
import time
import traceback
from collections.abc import Callable, Mapping
from typing import Any

from tests.waiting import patient, until
from vigie.core.facts import Verb
from vigie.problems import Problem, Refusal
from vigie.records.ledger import read_ledger
from vigie.records.monitor_log import MonitorLog
from vigie.records.status_file import read_status
from vigie.runtime.monitor import monitor
from vigie.runtime.operate import operate
from vigie.runtime.place import Place
from vigie.settings import load

if sys.platform != "win32":
    from tests.faults.lone import MARK, LoneBot, bearers, command, end_bearers
    from tests.faults.points import Points

assert sys.platform != "win32"  # mypy skips the rest there


SETTINGS = """
[bot]
command = {command}
directory = "home"
health_url = "http://127.0.0.1:{port}/"
check_interval = 0.05
check_timeout = 20
start_grace = {grace}
confirm_failures = 2
confirm_interval = 0.01
stop_timeout = 0.2
backoff_initial = 0.01
backoff_max = 0.01
restarts_per_day = 1000
"""

LIMIT = 60.0
"""Seconds that anything of ours may take before the run counts as stuck."""

Hear = Callable[[str], None]


class Ground:
    """The place of one run. ``wrong`` gathers what should not be."""

    def __init__(self, folder: str, port: int, grace: float) -> None:
        """Write the settings; everything started from here bears this folder as its mark."""
        self.folder = folder
        self.place = Place(folder)
        self.bot = LoneBot(os.path.join(folder, "home"), port)
        self.wrong: list[str] = []
        self.last_words = ""
        """At which point the last process that had points died."""
        self.watching = 0
        """The monitor that runs beside a command, where there is one."""
        os.environ[MARK] = folder
        with open(os.path.join(folder, "vigie.toml"), "w", encoding="ascii") as file:
            file.write(SETTINGS.format(command=json.dumps(command(port)), port=port, grace=grace))

    # processes of ours

    def fork(self, play: Callable[[], None], dies_at: int = 0) -> int:
        """Let a new process ``play`` and return its number; it dies at this point, if it gets there."""
        words = os.path.join(self.folder, "last words")
        pid = os.fork()
        if pid:
            return pid
        code = 1
        try:
            signal.alarm(int(patient(LIMIT)))
            if dies_at:
                Points(dies_at, lambda name: _write(words, name)).install()
            play()
            code = 0
        except Problem as problem:
            _write(os.path.join(self.folder, f"problem.{os.getpid()}"), f"{problem.key} {problem.values}")
            code = 3
        except BaseException:  # noqa: BLE001  (a forked process must never run the rest of the test)
            _write(os.path.join(self.folder, f"problem.{os.getpid()}"), traceback.format_exc())
        finally:
            os._exit(code)

    def wait(self, pid: int) -> bool:
        """Wait for it; whether it came to its end. A traceback, or being stuck, is wrong."""
        _, status = os.waitpid(pid, 0)
        code = os.waitstatus_to_exitcode(status)
        problem = _read(os.path.join(self.folder, f"problem.{pid}"))
        if code == -signal.SIGALRM:
            self.wrong.append("stuck")
        elif code not in (0, -signal.SIGKILL):
            self.wrong.append(f"ended with {code}: {problem}")
        self.last_words = _read(os.path.join(self.folder, "last words")) or self.last_words
        return code == 0

    def calmly(self, play: Callable[[], None]) -> None:
        """Let a process play that nothing befalls."""
        self.wait(self.fork(play))

    # what they do

    def monitor(self, hear: Mapping[str, Callable[[], None]], once: bool = True) -> None:
        """Watch; at a line with one of these keys, do that (once)."""
        left = dict(hear)
        log = MonitorLog(self.place.monitor_log, time.time)

        def voice(tag: str, key: str, values: Mapping[str, object]) -> None:
            log.write(tag, f"{key} {dict(values)}")
            act = left.pop(key, None) if once else left.get(key)
            if act is not None:
                act()

        # the last monitor's commands may still have the lock for a moment
        until(lambda: self._monitored(voice), LIMIT)

    def _monitored(self, voice: Any) -> bool:
        try:
            monitor(load(self.folder, {}), voice)
        except Refusal as refusal:
            if refusal.key.startswith("runtime.busy"):
                return False
            raise
        return True

    def operate(self, verb: Verb, release: str | None = None) -> None:
        """Do a verb the way a command does."""
        project = load(self.folder, {})
        log = MonitorLog(self.place.monitor_log, time.time)

        def voice(tag: str, key: str, values: Mapping[str, object]) -> None:
            log.write(tag, f"{key} {dict(values)}")

        result = operate(project.root, list(project.bots), 1, verb, voice, voice, release)
        if result.problem is not None:
            raise result.problem

    def online(self) -> None:
        """Bring the bot online, by a monitor that leaves as soon as it has seen it well twice."""
        self.monitor({"check.running": leave})

    # what must hold

    def status(self) -> dict[str, Any]:
        """What the status file tells; it is wrong where it is not whole."""
        path = self.place.status_file
        if not os.path.lexists(path):
            return {}
        try:
            with open(path, "rb") as file:
                found: dict[str, Any] = json.load(file)
            assert {"restart_count", "last_restart", "timestamp", "pid"} <= found.keys()
            assert read_status(path).damaged is None
        except (ValueError, AssertionError) as error:
            self.wrong.append(f"status file: {error!r}")
            return {}
        return found

    def ledger(self) -> dict[str, Any]:
        """What the ledger tells; it is wrong where it stands there and cannot be believed."""
        found = read_ledger(self.place.private, "bot")
        if found is None and os.path.lexists(os.path.join(self.place.private, "bot.json")):
            self.wrong.append("the ledger cannot be believed")
        return found or {}

    def look_at_records(self, when: str) -> int:
        """Note what is not whole, and return the restart count."""
        before = len(self.wrong)
        ledger, status = self.ledger(), self.status()
        if os.path.lexists(self.place.history):
            connection = sqlite3.connect(self.place.history)
            try:
                (answer,) = connection.execute("PRAGMA integrity_check").fetchone()
                if answer != "ok":
                    self.wrong.append(f"history: {answer}")
            except sqlite3.Error as error:
                self.wrong.append(f"history: {error}")
            finally:
                connection.close()
        for folder, _, names in os.walk(self.folder):
            self.wrong += [f"kept aside: {name} in {folder}" for name in names if ".damaged" in name]
        for number in range(before, len(self.wrong)):
            self.wrong[number] = f"{when}: {self.wrong[number]}"
        noted = ledger.get("tally", {}).get("restart_count", 0)
        return max(int(noted), int(status.get("restart_count", 0)))

    def look_at_copies(self, when: str, exactly: int | None = None) -> None:
        """Note a second copy, or another number of copies than there should be."""
        if self.bot.doubled():
            self.wrong.append(f"{when}: two copies: {self.bot.evidence()}")
        living = self.bot.living()
        if len(living) > 1 or (exactly is not None and len(living) != exactly):
            self.wrong.append(f"{when}: {len(living)} copies live: {living} of {self.bot.begun()}")

    def look_for_orphans(self, when: str) -> None:
        """Note what still lives of everything that was ever started here."""
        try:
            # what was killed is a moment in dying
            until(lambda: not bearers(self.folder), 10.0)
        except AssertionError:
            self.wrong.append(f"{when}: left behind: {bearers(self.folder)}")

    def clear(self) -> None:
        """End whatever is left."""
        end_bearers(self.folder)


def leave() -> None:
    """Ask the monitor that we are to leave, as Ctrl-C does."""
    signal.raise_signal(signal.SIGTERM)


def _write(path: str, text: str) -> None:
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def _read(path: str) -> str:
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except OSError:
        return ""
