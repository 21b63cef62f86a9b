"""Too much memory is told when it lasts, of bots that are online, and only of those that have a limit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.runtime.workshop import Scene
from vigie.core.facts import MemoryExceeded, Verb
from vigie.core.reasons import Reason
from vigie.runtime.sensors import memory_watch
from vigie.runtime.sensors.memory_watch import LOOKS, MEMORY_EVERY, MemoryWatch

LIMIT = 100


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    """One bot with a limit."""
    with Scene(tmp_path, max_memory=LIMIT) as scene:
        scene.begin()
        yield scene


class Machine:
    """Plays the machine's processes: what the bot's tree uses, look by look."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.used: dict[int, int] = {}
        self.shared = 0
        self.looks = 0
        self.exact_looks = 0
        monkeypatch.setattr(memory_watch, "Families", self.families)
        monkeypatch.setattr(memory_watch, "at_most", lambda tree: sum(map(self.sees, tree)) + self.shared)
        monkeypatch.setattr(memory_watch, "exact", self.exact)
        self.sees: Callable[[int], int] = lambda pid: self.used.get(pid, 0)

    def families(self) -> Machine:
        self.looks += 1
        return self

    def tree(self, pid: int) -> list[int]:
        return [pid]

    def exact(self, tree: list[int]) -> int:
        self.exact_looks += 1
        return sum(map(self.sees, tree))


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    """A machine whose memory is played."""
    return Machine(monkeypatch)


def sensing(scene: Scene) -> MemoryWatch:
    """Look at the memory of everyone."""
    assert scene.crew is not None
    crew = scene.crew
    return MemoryWatch(lambda: crew.watches, scene.reactor)


def told(scene: Scene) -> list[int]:
    """What the core heard of."""
    return [change.fact.used for change in scene.changes if isinstance(change.fact, MemoryExceeded)]


def test_too_much_for_long_enough_restarts_the_bot(scene: Scene, machine: Machine) -> None:
    """Exactly the limit is not too much; one more is, once it has lasted."""
    pid = scene.online().identity.pid
    sensor = sensing(scene)
    machine.used[pid] = LIMIT
    scene.advance(5 * MEMORY_EVERY)
    assert told(scene) == []
    machine.used[pid] = LIMIT + 1
    scene.advance((LOOKS - 1) * MEMORY_EVERY)
    assert told(scene) == []
    scene.advance(MEMORY_EVERY)
    assert told(scene) == [LIMIT + 1]
    assert scene.watch().status.life.cause is Reason.MEMORY_EXCEEDED
    scene.advance(5 * MEMORY_EVERY)
    assert told(scene) == [LIMIT + 1]
    assert len(scene.engine.launched) == 2
    sensor.stop()


def test_a_passing_peak_is_let_pass(scene: Scene, machine: Machine) -> None:
    """Every other look sees too much."""
    pid = scene.online().identity.pid
    sensor = sensing(scene)
    for number in range(10):
        machine.used[pid] = LIMIT + 1 if number % 2 else 0
        scene.advance(MEMORY_EVERY)
    assert told(scene) == []
    sensor.stop()


def test_what_several_share_is_looked_at_closely_only_when_it_matters(scene: Scene, machine: Machine) -> None:
    """The cheap figure is enough below the limit; above it the exact one decides."""
    pid = scene.online().identity.pid
    sensor = sensing(scene)
    machine.used[pid] = LIMIT - 50
    scene.advance(3 * MEMORY_EVERY)
    assert machine.exact_looks == 0
    machine.shared = 1000
    scene.advance(5 * MEMORY_EVERY)
    assert machine.exact_looks == 5
    assert told(scene) == []
    sensor.stop()


def test_nobody_looks_without_need(tmp_path: Path, machine: Machine) -> None:
    """No limit, or not online: the machine's processes are left alone; one look serves all bots."""
    with Scene(tmp_path, "a", "b") as scene:
        crew = scene.begin()
        sensor = sensing(scene)
        scene.online("a")
        scene.online("b")
        scene.advance(3 * MEMORY_EVERY)
        assert machine.looks == 0
        for watch in crew.watches:
            watch.spec = watch.spec._replace(max_memory=LIMIT)
        scene.advance(3 * MEMORY_EVERY)
        assert machine.looks == 3
        sensor.stop()
        scene.advance(3 * MEMORY_EVERY)
        assert machine.looks == 3


def test_a_bot_that_is_not_online_is_not_blamed(scene: Scene, machine: Machine) -> None:
    """It may need much while it starts."""
    sensor = sensing(scene)
    machine.sees = lambda _pid: 10 * LIMIT
    scene.advance(5 * MEMORY_EVERY - 0.5)
    scene.ask(Verb.START)
    scene.advance(0.6)
    assert scene.watch().word == "starting"
    assert machine.looks == 0
    sensor.stop()


def test_a_look_that_fails_is_not_the_last(scene: Scene, machine: Machine) -> None:
    """A defect is told, and the next look comes."""
    scene.online()

    def broken(_pid: int) -> int:
        raise ZeroDivisionError

    machine.sees = broken
    sensor = sensing(scene)
    scene.advance(3 * MEMORY_EVERY)
    assert machine.looks == 3
    assert len(scene.faults) == 3
    sensor.stop()
