"""One lone bot under a monitor that is a program of its own, and commands as a person gives them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.waiting import patient, until
from vigie.records.history import History
from vigie.records.status_file import read_status
from vigie.runtime.place import Place

if sys.platform != "win32":
    from tests.faults.lone import MARK, LoneBot, command, end_bearers, ports

assert sys.platform != "win32"  # mypy skips the rest there


SETTINGS = """
[bot]
command = {command}
directory = {home}
health_url = "http://127.0.0.1:{port}/"
check_interval = 3600
backoff_initial = 0.01
backoff_max = 0.01
give_up_after = 1000
"""


class Watched:
    """One bot, whose monitor may be killed and started."""

    def __init__(self, folder: Path, home: Path) -> None:
        """Write the settings; the bot itself lives in ``home``."""
        self.folder = folder
        self.place = Place(str(folder))
        port = next(ports(os.getpid()))
        self.bot = LoneBot(str(home), port)
        settings = SETTINGS.format(command=json.dumps(command(port)), home=json.dumps(str(home)), port=port)
        (folder / "vigie.toml").write_text(settings)
        self.mark = str(home)
        self.environment = {**os.environ, MARK: self.mark}
        self.monitor: subprocess.Popen[bytes] | None = None
        self._said = home / "said"

    def watch(self) -> None:
        """Start a monitor."""
        with open(self._said, "ab") as said:
            self.monitor = subprocess.Popen(
                [sys.executable, "-m", "vigie", "--lang", "en", "monitor"],
                cwd=self.folder,
                env=self.environment,
                stdout=said,
                stderr=said,
            )

    def vigie(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run one command to its end."""
        return subprocess.run(
            [sys.executable, "-m", "vigie", "--lang", "en", *words],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=patient(120),
        )

    def kill_monitor(self) -> None:
        """End it as nothing else can."""
        assert self.monitor is not None
        self.monitor.kill()
        self.monitor.wait()

    def leave(self) -> int:
        """Ask the monitor to leave."""
        assert self.monitor is not None
        self.monitor.send_signal(signal.SIGINT)
        return self.monitor.wait(patient(30))

    def said(self) -> str:
        """What the monitors have said."""
        return self._said.read_text() if self._said.exists() else ""

    def status(self) -> dict[str, Any]:
        """What the status file tells of the bot; it must be whole."""
        told = read_status(self.place.status_file)
        assert told.damaged is None
        return told.of("bot")

    def online(self, other_than: int | None = None) -> int:
        """Wait until the status file tells of a copy that answered, and return its pid."""

        def pid() -> int | None:
            told = self.status()
            found = told["pid"] if told.get("state") == "online" else None
            return found if isinstance(found, int) and found != other_than else None

        return until(pid, 60.0, "the bot is online")

    def alone(self, other_than: int | None = None) -> int:
        """Wait until exactly one copy lives, by its own evidence, and return its pid."""

        def pid() -> int | None:
            living = [int(copy.partition(".")[0]) for copy in self.bot.living()]
            return living[0] if len(living) == 1 and living[0] != other_than else None

        found = until(pid, 60.0, "one copy lives")
        assert not self.bot.doubled()
        return found

    def answered_after(self, old: int) -> float:
        """Wait for the copy that follows ``old``, and return the seconds between its end and that beginning."""
        self.online(other_than=old)
        when = {(word, int(copy.partition(".")[0])): at for word, copy, at in self.bot.evidence()}
        begun = [pid for word, pid in when if word == "begin"]
        follower = begun[begun.index(old) + 1]
        return (when["begin", follower] - when["end", old]) / 1000

    def end_of(self, pid: int) -> dict[str, object]:
        """What the history tells of this copy's end."""
        history = History(self.place.history)
        try:
            return next(event.values for event in history.events() if event.values.get("pid") == pid)
        finally:
            history.close()

    def clear(self) -> None:
        """End everything."""
        if self.monitor is not None and self.monitor.poll() is None:
            self.kill_monitor()
        end_bearers(self.mark)
