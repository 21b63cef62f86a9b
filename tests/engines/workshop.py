"""A folder with real processes in it: launches them, starts some by hand, and leaves none behind."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable

from tests.waiting import until
from vigie.engines import local_engine
from vigie.engines.base import Engine, Held, Identity, LaunchPlan

if sys.platform == "win32":
    KILL = signal.SIGTERM
else:
    KILL = signal.SIGKILL

CHILDREN = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "children")


def child(program: str) -> str:
    """Return the path of one of ``tests/children``."""
    return os.path.join(CHILDREN, f"{program}.py")


class Workshop:
    """Everything a test does to real processes goes through here, so that all of it is ended afterwards."""

    def __init__(self, folder: str) -> None:
        """Work in ``folder``."""
        self.folder = folder
        self.engine: Engine = local_engine()
        self.started: list[subprocess.Popen[bytes]] = []
        self.helds: list[Held] = []
        self.locks: set[str] = set()
        self.stray: list[Identity] = []

    @property
    def log_path(self) -> str:
        """Where the bot's output goes."""
        return os.path.join(self.folder, "logs", "bot.log")

    @property
    def lock_path(self) -> str:
        """The copy lock."""
        return os.path.join(self.folder, ".vigie", "bot.lock")

    def plan(self, program: str, *arguments: str) -> LaunchPlan:
        """Return the plan of the one bot, running one of ``tests/children``."""
        return self.plan_of(sys.executable, child(program), *arguments)

    def plan_of(
        self, *command: str, directory: str = "", environment: dict[str, str] | None = None
    ) -> LaunchPlan:
        """Return the plan of the one bot, running any command."""
        self.locks.add(self.lock_path)
        return LaunchPlan(
            name="bot",
            command=command,
            directory=directory or self.folder,
            log_path=self.log_path,
            lock_path=self.lock_path,
            environment=dict(os.environ) if environment is None else environment,
        )

    def launch(self, plan: LaunchPlan) -> Held:
        """Launch and remember to end it."""
        held = self.engine.launch(plan)
        self.helds.append(held)
        return held

    def start(self, program: str, *arguments: str) -> Held:
        """Launch one of ``tests/children`` and wait until it is ready."""
        held = self.launch(self.plan(program, *arguments))
        self.until_ready()
        return held

    def said(self) -> str:
        """What the bot has printed so far."""
        try:
            with open(self.log_path, encoding="utf-8", errors="surrogateescape") as file:
                return file.read()
        except FileNotFoundError:
            return ""

    def until_ready(self) -> None:
        """Wait until the program launched last says that it is what it is called."""
        until(lambda: self.said().splitlines().count("ready"), what="the bot is ready")

    def until_asked(self, times: int) -> None:
        """Wait until the deaf program has noticed so many polite requests."""
        until(lambda: self.said().count("asked") >= times, what=f"the bot was asked {times} times")

    def run_by_hand(
        self, *command: str, directory: str = "", own_session: bool = True
    ) -> subprocess.Popen[bytes]:
        """Start a command as a person would, its output to be read."""
        process = subprocess.Popen(
            command,
            cwd=directory or self.folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=own_session,
        )
        self.started.append(process)
        return process

    def by_hand(self, program: str, *arguments: str) -> Identity:
        """Start one of ``tests/children`` as a person would, wait until it is ready, return who it is."""
        process = self.run_by_hand(sys.executable, child(program), *arguments)
        assert process.stdout is not None
        while process.stdout.readline().strip() != b"ready":
            assert process.poll() is None
        return self.known(process.pid)

    def known(self, pid: int) -> Identity:
        """Return who ``pid`` is, and end it after the test."""
        who = self.engine.identify(pid)
        assert who is not None
        self.stray.append(who)
        return who

    def crash(self, held: Held) -> None:
        """End this process from outside and nothing else."""
        assert self.engine.identify(held.identity.pid) == held.identity
        os.kill(held.identity.pid, KILL)

    def another_monitor(self) -> Engine:
        """Return an engine that knows nothing of what this one has launched."""
        return local_engine()

    def gone(self, *pids: int) -> Callable[[], bool]:
        """Return the question whether none of these lives."""
        return lambda: all(self.engine.identify(pid) is None for pid in pids)

    def clear(self, held: Held, launched_by_us: bool = True) -> None:
        """End a tree and wait until it is proven gone."""
        self.engine.kill_tree(held, self.lock_path, launched_by_us)
        until(lambda: not self.engine.remains(held, self.lock_path, launched_by_us), what="nothing remains")

    def close(self) -> None:
        """End and reap everything that was started here."""
        for lock in self.locks:
            self.engine.end_leftovers(lock)
        for held in self.helds:
            # one that was let go meanwhile was ended by its test
            if self.engine.identify(held.identity.pid) == held.identity:
                self.engine.kill_tree(held, self.lock_path, True)
                until(held.ended, what="the bot has ended")
            held.ended()
            held.close()
        for who in self.stray:
            if self.engine.identify(who.pid) == who:
                with contextlib.suppress(OSError):
                    os.kill(who.pid, KILL)
        for process in self.started:
            process.kill()
            process.wait()
            for stream in (process.stdin, process.stdout):
                if stream is not None:
                    with contextlib.suppress(OSError):
                        stream.close()
