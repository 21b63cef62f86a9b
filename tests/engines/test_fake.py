"""The fake engine keeps the promise too, so that what the runtime learns on it holds for real ones."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.engines.contract import EngineContract
from tests.fakes import FakeEngine, FakeHeld, FakeProcess, FakeWorld, Manners, plan_for
from vigie.engines.base import Engine, Exit, Held, Identity, LaunchError, LaunchPlan

MANNERS = {
    "sleeps": Manners(),
    "prints_signals": Manners(),
    "deaf_to_stop": Manners(obeys_from=None),
    "leaves_grandchildren": Manners(children=2),
    "leaves_a_worker": Manners(children=2, child_runs=("python", "worker.py")),
}


class FakeStage:
    """Reads a program's name as manners."""

    def __init__(self, folder: str) -> None:
        """Begin with an empty world."""
        self.folder = folder
        self.world = FakeWorld()
        self.fakes: list[FakeEngine] = []
        self.engine: Engine = self.another_monitor()

    def plan(self, program: str, *arguments: str) -> LaunchPlan:
        """Return a plan that names the program."""
        return plan_for(self.folder, program, *arguments)

    def launch(self, plan: LaunchPlan) -> Held:
        """Launch on the fake engine."""
        return self.engine.launch(plan)

    def until_ready(self) -> None:
        """Fake processes are ready at once."""

    def until_asked(self, times: int) -> None:
        """Fake processes note requests at once."""
        assert len(self.fakes[0].process.asked) == times

    def by_hand(self, program: str, *arguments: str) -> Identity:
        """Add a process without a lock."""
        return self.world.add(self.manners(self.plan(program, *arguments))).identity

    def crash(self, held: Held) -> None:
        """End its process."""
        assert isinstance(held, FakeHeld)
        held.process.die()

    def another_monitor(self) -> Engine:
        """Return a new engine on the same world."""
        engine = FakeEngine(self.world)
        engine.manners_of = self.manners
        self.fakes.append(engine)
        return engine

    @staticmethod
    def manners(plan: LaunchPlan) -> Manners:
        """Understand a plan's command."""
        program, *arguments = plan.command
        if program == "dies_at_once":
            return Manners(ends_at_once=Exit(code=int(arguments[0])))
        return MANNERS[program]


@pytest.fixture
def stage(tmp_path: os.PathLike[str]) -> Iterator[FakeStage]:
    """Give a stage and close what it opened."""
    played = FakeStage(os.fspath(tmp_path))
    yield played
    for engine in played.fakes:
        engine.close()


class TestFakeEngine(EngineContract):
    """The contract, on the fake."""


@pytest.fixture
def engine() -> Iterator[FakeEngine]:
    """Give a fake engine."""
    with FakeEngine() as fake:
        yield fake


def launch(engine: FakeEngine, folder: str = "/bots/echo") -> tuple[Held, FakeProcess, str]:
    """Launch one bot and return what holds it, the process and the lock's path."""
    plan = plan_for(folder)
    return engine.launch(plan), engine.process, plan.lock_path


def test_it_crashes_on_command(engine: FakeEngine) -> None:
    """A test decides when and how a process ends."""
    held, process, lock = launch(engine)
    process.crash(5)
    assert held.ended() == Exit(code=5)
    assert engine.world.copies(lock) == 0


def test_it_hangs_on_command(engine: FakeEngine) -> None:
    """A process that was told to be deaf hears nothing but the kill."""
    held, process, lock = launch(engine)
    process.go_deaf()
    engine.ask_to_stop(held, "SIGINT")
    engine.ask_to_stop(held, "SIGTERM")
    assert process.alive
    assert process.asked == ["SIGINT", "SIGTERM"]
    engine.kill_tree(held, lock, True)
    assert held.ended() == Exit(signal=9)


def test_it_clings_to_life_on_command(engine: FakeEngine) -> None:
    """A process may need several kills."""
    engine.manners_next.append(Manners(survives_kills=1))
    held, process, lock = launch(engine)
    engine.kill_tree(held, lock, True)
    assert engine.remains(held, lock, True) == [process.pid]
    engine.kill_tree(held, lock, True)
    assert engine.remains(held, lock, True) == []


def test_it_lies_on_command(engine: FakeEngine) -> None:
    """It can hide how processes end, hide processes, and not kill."""
    held, process, lock = launch(engine)
    engine.kills_nothing = True
    engine.kill_tree(held, lock, True)
    assert process.alive
    engine.hides_processes = True
    assert engine.identify(process.pid) is None
    assert engine.recognise(process.identity) is None
    engine.hides_exits = True
    process.crash()
    assert held.ended() == Exit()


def test_it_refuses_on_command(engine: FakeEngine) -> None:
    """A launch can be made to fail, once for each refusal."""
    engine.refusals.append(LaunchError("engine.command-not-found", command="pyhton"))
    with pytest.raises(LaunchError, match=r"engine\.command-not-found"):
        launch(engine)
    assert engine.world.processes == []
    launch(engine)
    assert [word[0] for word in engine.journal] == ["launch", "launch"]


def test_a_number_can_be_recycled(engine: FakeEngine) -> None:
    """A later process may get the same number and is another one."""
    held, process, _ = launch(engine)
    process.crash()
    later = engine.world.add(pid=process.pid)
    assert engine.identify(process.pid) == later.identity
    assert engine.recognise(held.identity) is None


def test_processes_outlive_the_engine(engine: FakeEngine) -> None:
    """Another engine on the same world finds what the first one launched, and does not know its exit code."""
    _, process, _ = launch(engine)
    with FakeEngine(engine.world) as other:
        adopted = other.recognise(process.identity)
        assert adopted is not None
        process.crash(4)
        assert adopted.ended() == Exit()
