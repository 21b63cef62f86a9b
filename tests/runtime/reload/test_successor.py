"""The last step of a reload: the other program, or, when that cannot be, ourselves with all that we know."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator

import pytest

from tests.waiting import until
from vigie.engines import local_engine
from vigie.engines.base import Identity
from vigie.problems import Refusal
from vigie.runtime.reactor import Reactor
from vigie.runtime.reload import handover
from vigie.runtime.reload import successor as successors
from vigie.runtime.reload.successor import Successor, let_signals_come, let_signals_wait, own_command

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no program takes another's place there")


def ourselves() -> Identity:
    """Who we are."""
    found = local_engine().identify(os.getpid())
    assert found is not None
    return found


class Stage:
    """A monitor that has put everything away."""

    def __init__(self, command: list[str]) -> None:
        self.reactor = Reactor()
        self.let_go: list[bool] = []
        self.kept, self._other = os.pipe()
        self.successor = Successor(
            command,
            {"bots": ["bot"]},
            ourselves(),
            [self.kept],
            self.reactor,
            lambda: self.let_go.append(True),
        )

    def close(self) -> None:
        """Leave nothing open."""
        self.reactor.close()
        os.close(self.kept)
        os.close(self._other)


@pytest.fixture
def stage() -> Iterator[Stage]:
    """One whose successor does not exist."""
    stage = Stage(["/no/such/program"])
    yield stage
    stage.close()


def test_a_program_that_cannot_be_started_leaves_us_with_all_that_we_know(stage: Stage) -> None:
    """Told with its reason; what was packed is read by ourselves, and no child of ours inherits anything."""
    problem = stage.successor.take_over()
    assert isinstance(problem, Refusal)
    assert (problem.key, problem.values["reason"]) == (
        "runtime.reload-not-carried-out",
        "No such file or directory",
    )
    assert stage.let_go == [True]
    assert not os.get_inheritable(stage.kept)
    handed = handover.take(local_engine().identify)
    assert handed is not None
    assert handed["bots"] == ["bot"]


def test_the_other_program_inherits_what_it_needs(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """The memory with all that we know, the lock and the lines; and it is told where to read."""
    seen: dict[str, object] = {}

    def becomes(program: str, command: list[str]) -> None:
        pid, _, number = os.environ[handover.VARIABLE].partition(":")
        seen.update(program=program, command=command, pid=pid)
        seen["inherited"] = os.get_inheritable(int(number)) and os.get_inheritable(stage.kept)
        raise OSError(8, "Exec format error")  # the test's own program is to go on

    monkeypatch.setattr(successors.os, "execv", becomes)
    stage.successor.take_over()
    assert seen == {
        "program": "/no/such/program",
        "command": ["/no/such/program"],
        "pid": str(os.getpid()),
        "inherited": True,
    }
    assert handover.take(local_engine().identify) is not None


def test_a_signal_that_came_at_the_last_moment_is_heard_by_whoever_is_there(stage: Stage) -> None:
    """Ctrl-C just before the replacement: kept by the system, and delivered once somebody listens."""
    heard: list[int] = []
    before = signal.signal(signal.SIGTERM, lambda number, _frame: heard.append(number))
    over = threading.Event()
    rounds: list[bool] = []

    def take_what_comes() -> None:
        while not over.wait(0.001):
            rounds.append(True)

    another = threading.Thread(target=take_what_comes)
    another.start()
    try:
        let_signals_wait()
        stage.reactor.signalled = signal.SIGTERM
        stage.successor.take_over()
        done = len(rounds)
        until(lambda: len(rounds) > done + 5, what="another thread could have taken it")
        assert heard == []
        let_signals_come()
        assert heard == [signal.SIGTERM]
    finally:
        over.set()
        another.join()
        let_signals_come()
        signal.signal(signal.SIGTERM, before)
        handover.take(local_engine().identify)


def test_our_own_command_is_the_one_we_were_started_with(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the very interpreter; nobody knows it inside another program."""
    monkeypatch.setattr(sys, "orig_argv", ["python", "-X", "utf8", "-m", "vigie", "monitor"])
    assert own_command() == [sys.executable, "-X", "utf8", "-m", "vigie", "monitor"]
    monkeypatch.setattr(sys, "orig_argv", [])
    assert own_command() is None
