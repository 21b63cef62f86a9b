"""A model world: a process with its tree, probes, a repository and a clock, answering the core's orders.

It plays the part of the shell, without a process or a sleep: time jumps to whatever is due next. It can be
plausible (bots start, answer, crash) and unkind (bots fall silent, ignore every signal, leave trees that
will not vanish; launches fail; probes cannot be put; the machine sleeps; facts come late or from strangers).

    world = World(Spec(check_interval=10.0))
    world.ask(Verb.START, keep=True)
    world.advance(60.0)
    world.crash()

``watchers`` hear of every decision; ``tests/core/laws.py`` is one. ``facts`` is the record: ``replay`` leads
from it to the same status again.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Protocol

from vigie.core.facts import (
    Adopted,
    Asked,
    ClockJumped,
    Exited,
    Fact,
    Launched,
    LaunchFailed,
    ProbeFailed,
    ProbeImpossible,
    ProbePassed,
    SwitchedBack,
    TimeCame,
    TreeGone,
    Verb,
)
from vigie.core.machine import decide
from vigie.core.orders import AskToStop, KillTree, Launch, Order, Probe, SwitchBack, WakeAt
from vigie.core.spec import Spec
from vigie.core.states import Life, Phase, Status, Trial, shown

WELL, ILL, SILENT, IMPOSSIBLE, LOST = "well", "ill", "silent", "impossible", "lost"
WORKS, FAILS, REFUSED = "works", "fails", "refused"
AT_ONCE, SLOW, NEVER = "at once", "slow", "never"

OBEYS, FIRMER, DEAF = 0, 1, 2
"""Which manner of asking a bot obeys: the first, only the firmer one, none at all."""


@dataclass(slots=True)
class Process:
    """The bot's process and what descends from it. ``sticky``: so many kills its tree outlives."""

    pid: int
    mood: str = WELL
    deaf: int = OBEYS
    sticky: int = 0
    alive: bool = True
    told: bool = True


@dataclass(slots=True)
class Coming:
    """How the next process will behave, and whether there will be one."""

    launch: str = WORKS
    mood: str = WELL
    deaf: int = OBEYS
    sticky: int = 0


class Watcher(Protocol):
    """Hears of every decision."""

    def see(self, before: Status, fact: Fact, now: float, after: Status, orders: tuple[Order, ...]) -> None:
        """Look at one decision."""
        ...


class World:
    """Everything outside the core, for one bot."""

    def __init__(self, spec: Spec, luck: Callable[[], float] = lambda: 0.5) -> None:
        """Begin with nothing alive and nothing said."""
        self.spec = spec
        self.now = 1000.0
        self.status = Status(seen=self.now)
        self.process: Process | None = None
        self.coming = Coming()
        self.answers = WELL
        """``WELL``: a probe tells the bot's mood; ``IMPOSSIBLE``, ``LOST``: our own side is at fault."""
        self.answer_delay = 0.01
        self.stop_delay = 0.5
        self.switching = AT_ONCE
        self.sees_exits = True
        """Whether the exit of a process that was killed is seen before its tree is proven gone."""
        self.watchers: list[Watcher] = []
        self.facts: list[tuple[float, Fact]] = []
        self.beginning = self.status
        self.words: list[str] = []
        self.orders: list[Order] = []
        self._luck = luck
        self._pids = 100
        self._soon: deque[Fact] = deque()
        self._later: list[tuple[float, int, Callable[[], None]]] = []
        self._count = 0
        self._wake: float | None = None

    # -- what people and the machine do

    def ask(self, verb: Verb, keep: bool = False, by_monitor: bool = False) -> None:
        """Somebody asks for something."""
        self.tell(Asked(verb, keep, by_monitor))

    def tell(self, *facts: Fact) -> None:
        """Hand in facts, and carry out all that can be done at this moment."""
        self._soon.extend(facts)
        self._drain()

    def crash(self, seconds_ago: float = 0.0, code: int | None = 1) -> None:
        """The process ends by itself, if there is one; the clock may have run backwards meanwhile."""
        if self.process is not None and self.process.alive:
            self.process.alive = False
            self.take_late(Exited(self.process.pid, code, luck=self._luck()), seconds_ago)

    def turn(self, mood: str) -> None:
        """The living process becomes well, ill or silent."""
        if self.process is not None:
            self.process.mood = mood

    def found(self, age: float, mood: str) -> None:
        """A copy that somebody launched by hand ``age`` seconds ago is noticed."""
        if self.process is None:
            self.process = replace(self._newborn(), mood=mood)
            self.tell(Adopted(self.process.pid, self.now - age))

    def sleep(self, seconds: float, counted: bool = True, noticed: bool = True) -> None:
        """Nobody acts for a while. ``counted``: the steady clock went on; ``noticed``: the shell says so."""
        if counted:
            self.now += seconds
        if noticed:
            self.tell(ClockJumped(seconds))
        self.advance(0.0)

    def return_anew(self) -> None:
        """We ourselves die and come back: tally and failed releases are remembered, what lives is found."""
        tally, past = self.status.tally, self.status.trial
        cause = self.status.life.cause if tally.waiting else None
        trial = Trial(failed=past.failed, proven=past.proven)
        self.status = Status(life=Life(cause=cause), trial=trial, tally=tally, seen=self.now)
        self.beginning, self.facts = self.status, []
        self._soon.clear()
        self._later.clear()
        self._wake = None
        for watcher in self.watchers:
            if hasattr(watcher, "forget"):
                watcher.forget()
        if self.process is not None:
            if self.process.alive:
                self.process.told = True
                self.tell(Adopted(self.process.pid, self.now - 1.0))
            else:
                self.process = None  # what it left behind is not found again: a refused launch would say so

    # -- time

    def advance(self, seconds: float, most: int = 100_000) -> None:
        """Let ``seconds`` pass, or fewer when ``most`` facts were taken in before."""
        end = self.now + seconds
        limit = len(self.facts) + most
        while len(self.facts) < limit:
            due = self.next_event()
            if due is None or due > end:
                self.now = end
                return
            self.now = max(self.now, due)
            self._happen()

    def next_event(self) -> float | None:
        """Return when something will happen next by itself."""
        moments = [self._later[0][0]] if self._later else []
        if self._wake is not None:
            moments.append(self._wake)
        return min(moments, default=None)

    def _happen(self) -> None:
        if self._later and self._later[0][0] <= self.now:
            heapq.heappop(self._later)[2]()
        else:
            self._wake = None
            self._soon.append(TimeCame())
        self._drain()

    def _at(self, delay: float, what: Callable[[], None]) -> None:
        self._count += 1
        heapq.heappush(self._later, (self.now + delay, self._count, what))

    # -- facts in, orders out

    def _drain(self) -> None:
        while self._soon:
            self._take(self._soon.popleft(), self.now)

    def take_late(self, fact: Fact, seconds: float) -> None:
        """Hand in one fact with a moment that lies ``seconds`` in the past: the clock ran backwards."""
        self._take(fact, self.now - seconds)
        self._drain()

    def _take(self, fact: Fact, now: float) -> None:
        before = self.status
        self.status, orders = decide(before, fact, self.spec, now)
        self.facts.append((now, fact))
        if shown(self.status) != shown(before):
            self.words.append(shown(self.status))
        self.orders.extend(orders)
        for order in orders:
            self._carry_out(order)
        for watcher in self.watchers:
            watcher.see(before, fact, now, self.status, orders)

    def _carry_out(self, order: Order) -> None:
        if isinstance(order, Launch):
            self._launch()
        elif isinstance(order, AskToStop):
            self._ask_to_stop(order.step)
        elif isinstance(order, KillTree):
            self._kill_tree()
        elif isinstance(order, Probe):
            self._probe(order.number)
        elif isinstance(order, WakeAt):
            self._wake = order.when
        elif isinstance(order, SwitchBack):
            self._switch_back()

    def _launch(self) -> None:
        if self.process is not None:
            # the lock that a bot's processes inherit: while any of them lives, another launch is refused
            self._soon.append(LaunchFailed("engine.copy-alive", refused=True, luck=self._luck()))
        elif self.coming.launch == WORKS:
            self.process = self._newborn()
            self._soon.append(Launched(self.process.pid, self._luck()))
        else:
            refused = self.coming.launch == REFUSED
            self._soon.append(LaunchFailed("engine.not-found", refused=refused, luck=self._luck()))

    def _newborn(self) -> Process:
        self._pids += 1
        coming = self.coming
        return Process(self._pids, mood=coming.mood, deaf=coming.deaf, sticky=coming.sticky)

    def _ask_to_stop(self, step: int) -> None:
        process = self.process
        if process is not None and process.alive and step >= process.deaf:
            self._at(self.stop_delay, lambda: self._end(process, code=0))

    def _end(self, process: Process, code: int | None = None, signal: int | None = None) -> None:
        if process.alive:
            process.alive = False
            self._soon.append(Exited(process.pid, code, signal, self._luck()))

    def _kill_tree(self) -> None:
        process = self.process
        if process is None:
            self._soon.append(TreeGone())
        elif process.sticky > 0:
            process.sticky -= 1
        else:
            if self.sees_exits:
                self._end(process, signal=9)
            process.alive, self.process = False, None
            self._soon.append(TreeGone())

    def _probe(self, number: int) -> None:
        process = self.process
        mood = process.mood if process is not None and process.alive else ILL
        if self.answers == IMPOSSIBLE:
            self._at(self.answer_delay, lambda: self._soon.append(ProbeImpossible(number, "no-descriptor")))
        elif self.answers == LOST:
            pass
        elif mood == WELL:
            self._at(self.answer_delay, lambda: self._soon.append(ProbePassed(number)))
        elif mood == ILL:
            self._at(self.answer_delay, lambda: self._soon.append(ProbeFailed(number, "status")))
        else:
            timeout = self.spec.check_timeout
            self._at(timeout, lambda: self._soon.append(ProbeFailed(number, "timed-out")))

    def _switch_back(self) -> None:
        if self.switching == AT_ONCE:
            self._soon.append(SwitchedBack())
        elif self.switching == SLOW:
            self._at(30.0, lambda: self._soon.append(SwitchedBack()))

    # -- unkindness

    def stray_facts(self) -> list[Fact]:
        """Facts that no longer, not yet or never belong to the present process: none may change anything."""
        status = self.status
        asked, last = status.health.asked, status.health.last_number
        strays: list[Fact] = [Exited(7), Exited((status.life.pid or 0) + 1000, 3), TimeCame()]
        strays += [ProbeFailed(number, "late") for number in (0, last - 1, last + 1) if number != asked]
        strays += [ProbePassed(number) for number in (0, last - 1, last + 1) if number != asked]
        strays += [ProbeImpossible(last + 1, "late")]
        if status.life.phase is not Phase.LAUNCHING:
            strays += [Launched(8), LaunchFailed("late"), LaunchFailed("late", refused=True)]
        if status.life.phase not in (Phase.KILLING, Phase.CLEARING):
            strays += [TreeGone()]
        if status.life.phase not in (Phase.ABSENT, Phase.LAUNCHING):
            strays += [Adopted(9, self.now)]
        return strays

    def cure(self) -> None:
        """From now on everything works: bots start, answer and obey, and every question can be put."""
        self.coming = Coming()
        self.answers = WELL
        self.switching = AT_ONCE
        if self.process is not None:
            self.process.mood, self.process.deaf, self.process.sticky = WELL, OBEYS, 0


def replay(beginning: Status, facts: Iterable[tuple[float, Fact]], spec: Spec) -> Status:
    """Return the status that recorded facts lead to."""
    status = beginning
    for now, fact in facts:
        status, _ = decide(status, fact, spec, now)
    return status
