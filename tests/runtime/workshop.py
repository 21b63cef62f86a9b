"""A whole run of a decider on a jumping clock and a fake engine: nothing sleeps, and years pass in a moment."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from pathlib import Path

from tests.fakes import FakeEngine, FakeProcess, FakeWorld, Manners
from vigie.core.facts import Asked, Verb
from vigie.core.spec import Spec
from vigie.runtime.clock import Clock
from vigie.runtime.crew import Crew
from vigie.runtime.place import Place
from vigie.runtime.reactor import Reactor
from vigie.runtime.watch import Change, Watch
from vigie.settings import Bot

Line = tuple[str, str, Mapping[str, object]]


class JumpingClock(Clock):
    """A clock that moves only when it is told to."""

    def __init__(self) -> None:
        self.steady_now = 1000.0
        self.wall_now = 1_700_000_000.0

    def steady(self) -> float:
        return self.steady_now

    def wall(self) -> float:
        return self.wall_now

    def jump(self, steady: float, wall: float | None = None) -> None:
        self.steady_now += steady
        self.wall_now += steady if wall is None else wall


def turn(reactor: Reactor, times: int = 1) -> None:
    """Let the loop turn without waiting."""
    for _ in range(times):
        reactor.call_soon(lambda: None)
        reactor._turn()


class Scene:
    """One project whose bots have no health endpoint: alive is well, a second after the launch."""

    def __init__(self, folder: Path, *names: str, manners: Manners | None = None, **settings: object) -> None:
        """``settings`` are those of every bot; the bots are called ``bot`` when no name is given."""
        self.folder = folder
        self.place = Place(str(folder))
        self.clock = JumpingClock()
        self.reactor = Reactor(self.clock)
        self.reactor.on_error = self._fault
        self.world = FakeWorld()
        self.engine = FakeEngine(self.world, manners)
        self.lines: list[Line] = []
        self.faults: list[Exception] = []
        self.changes: list[Change] = []
        spec = Spec(command=("./program",), directory=str(folder), health_url="none")
        self.bots = [Bot(spec._replace(name=name, **settings), {}) for name in names or ("bot",)]
        self.crew: Crew | None = None

    def __enter__(self) -> Scene:
        """Play."""
        return self

    def __exit__(self, *_failure: object) -> None:
        """Leave no descriptor behind."""
        if self.crew is not None:
            self.crew.close()
        self.engine.close()
        self.reactor.close()

    def begin(self, watching: bool = True, bots: int | None = None) -> Crew:
        """Put a crew together, of the first ``bots`` of them."""
        picked = self.bots[: len(self.bots) if bots is None else bots]
        self.crew = Crew(
            self.place, picked, len(self.bots), self.engine, self.reactor, self._hear, watching=watching
        )
        for watch in self.crew.watches:
            watch.listeners.append(lambda _watch, change: self.changes.append(change))
        return self.crew

    def die(self) -> None:
        """End as a killed program does: nothing is written any more, and what lived lives on."""
        assert self.crew is not None
        for watch in self.crew.watches:
            watch.let_go()
        self.crew = None
        self.reactor.close()
        self.reactor = Reactor(self.clock)
        self.reactor.on_error = self._fault
        self.engine = FakeEngine(self.world, self.engine.manners)

    def watch(self, name: str = "bot") -> Watch:
        """The watch of this bot."""
        assert self.crew is not None
        (found,) = self.crew.named([name])
        return found

    def ask(self, verb: Verb, name: str = "bot", keep: bool = True) -> None:
        """Somebody wants something, and what follows at once happens."""
        self.watch(name).feed(Asked(verb, keep=keep))
        turn(self.reactor)

    def online(self, name: str = "bot") -> FakeProcess:
        """Start this bot, wait until it is online, and return its process."""
        self.ask(Verb.START, name)
        self.advance(1.5)
        assert self.watch(name).word == "online"
        return self.engine.process

    def advance(self, seconds: float) -> None:
        """Let time pass, from one due moment to the next."""
        until = self.clock.steady() + seconds
        while True:
            turn(self.reactor, 2)  # the second hears of exits that the first has caused
            due = self.reactor._next_due()
            if due is None or due > until:
                break
            self.clock.jump(max(0.0, due - self.clock.steady()))
        self.clock.jump(until - self.clock.steady())

    def told(self) -> list[str]:
        """The keys of the lines so far."""
        return [key for _tag, key, _values in self.lines]

    def _hear(self, tag: str, key: str, values: Mapping[str, object]) -> None:
        self.lines.append((tag, key, values))

    def _fault(self, error: Exception) -> None:
        self.faults.append(error)


def listening(backlog: int = 5) -> socket.socket:
    """A socket that listens on a free loopback port; whoever asks for it closes it."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(backlog)
    return listener
