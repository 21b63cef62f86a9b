"""``vigie run`` under way, for the tests that play with it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys

from tests.stage import Stage
from tests.waiting import patient, until

if sys.platform == "win32":
    STOP = signal.CTRL_BREAK_EVENT
    GROUP = subprocess.CREATE_NEW_PROCESS_GROUP
else:
    STOP = signal.SIGTERM
    GROUP = 0

SETTINGS = """
health_url = "none"
check_interval = 0.3
stop_timeout = 2
backoff_initial = 0.1
backoff_max = 0.2
"""


class Run:
    """A ``vigie run`` under way; what it prints goes to two files."""

    def __init__(self, stage: Stage, *words: str, before: tuple[str, ...] = ()) -> None:
        self.folder = stage.folder
        with open(self.folder / "run.out", "wb") as out, open(self.folder / "run.err", "wb") as err:
            self.process = subprocess.Popen(
                [*before, sys.executable, "-m", "vigie", "--lang", "en", "run", *words],
                cwd=stage.folder,
                env=stage.environment,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                creationflags=GROUP,
            )

    @property
    def out(self) -> str:
        """Standard output so far."""
        return (self.folder / "run.out").read_text(errors="replace")

    @property
    def err(self) -> str:
        """Standard error so far."""
        return (self.folder / "run.err").read_text(errors="replace")

    def until(self, text: str, times: int = 1) -> None:
        """Wait until the bot has printed this so often."""
        until(
            lambda: self.out.count(text) >= times or self.process.poll() is not None,
            what=f"the bot says {text}",
        )
        assert self.out.count(text) >= times, (self.out, self.err)

    def told(self, name: str) -> list[int]:
        """The numbers that the bot printed behind this name."""
        return [int(line.split()[1]) for line in self.out.splitlines() if line.startswith(f"{name} ")]

    def end(self, number: int = STOP) -> int:
        """Send a signal and return the exit code."""
        self.process.send_signal(number)
        return self.process.wait(patient(20))


def bot_is(stage: Stage, *command: str, more: str = "") -> None:
    """Let the project's bot be this command."""
    words = json.dumps([sys.executable, *command])
    (stage.folder / "vigie.toml").write_text(f"[bot]\ncommand = {words}\n{SETTINGS}{more}")


def begin(stage: Stage, runs: list[Run], *words: str, before: tuple[str, ...] = ()) -> Run:
    """Run the bot in the foreground."""
    run = Run(stage, *words, before=before)
    runs.append(run)
    return run


def end_all(stage: Stage, runs: list[Run]) -> None:
    """End whatever of these is still under way, and its bot."""
    for run in runs:
        if run.process.poll() is None:
            run.process.send_signal(STOP)
            try:
                run.process.wait(patient(10))
            except subprocess.TimeoutExpired:
                run.process.kill()
                run.process.wait()
    stage.vigie("stop")
