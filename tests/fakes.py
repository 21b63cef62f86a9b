"""An engine without processes, which crashes, hangs, clings to life and lies on command.

Its processes are ``FakeProcess`` objects in a ``FakeWorld``, which outlives the engine as real processes do:
a second engine on the same world is a monitor that was started again.
"""

from __future__ import annotations

import os
import socket
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from vigie.engines import spared
from vigie.engines.base import (
    NOBODY,
    Exit,
    Held,
    Identity,
    LaunchError,
    LaunchPlan,
    Resisting,
    Spare,
)

KILLED = Exit(signal=9)
DONE = Exit(code=0)


@dataclass(frozen=True)
class Manners:
    """How a fake process behaves. The default one runs for ever and goes when politely asked to."""

    ends_at_once: Exit | None = None
    obeys_from: int | None = 0
    """How many requests it lets pass before it listens to one; None is deaf."""
    exit_when_asked: Exit = DONE
    children: int = 0
    """Descendants that hold the copy lock and outlive it."""
    child_runs: tuple[str, ...] = ()
    """What the first of its descendants runs, where that matters: whether it is spared."""
    survives_kills: int = 0
    """So many kills have no effect yet, as with a process stuck in a system call."""


@dataclass(eq=False)
class FakeProcess:
    """One process of the fake world."""

    pid: int
    started: int
    manners: Manners
    lock_path: str | None
    plan: LaunchPlan | None = None
    parent: FakeProcess | None = None
    ended: Exit | None = None
    killed: bool = False
    """Whether it was killed, dead of it or not."""
    asked: list[str] = field(default_factory=list)
    """The signals by which it was asked to stop."""
    runs: tuple[str, ...] = ()
    """What it runs, where that matters: whether it is spared."""
    watchers: list[Callable[[], None]] = field(default_factory=list)
    children: list[FakeProcess] = field(default_factory=list)

    @property
    def identity(self) -> Identity:
        """Who it is."""
        return Identity(self.pid, self.started, "fake boot")

    @property
    def alive(self) -> bool:
        """Whether it lives."""
        return self.ended is None

    def crash(self, code: int = 1) -> None:
        """End with an exit code; children stay behind."""
        self.end(Exit(code=code))

    def die(self, signal: int = 9) -> None:
        """End by a signal; children stay behind."""
        self.end(Exit(signal=signal))

    def go_deaf(self) -> None:
        """From now on no polite request reaches it, as when its loop is blocked."""
        self.manners = replace(self.manners, obeys_from=None)

    def end(self, how: Exit) -> None:
        """End in this way and let everybody who watches know."""
        if self.ended is None:
            self.ended = how
            for tell in self.watchers:
                tell()

    def kill(self) -> None:
        """End by a kill, unless it clings to life once more."""
        self.killed = True
        if self.manners.survives_kills > 0:
            self.manners = replace(self.manners, survives_kills=self.manners.survives_kills - 1)
        else:
            self.end(KILLED)

    def tree(self) -> list[FakeProcess]:
        """Return itself and all its descendants, dead or alive."""
        return [self, *(below for child in self.children for below in child.tree())]


class FakeWorld:
    """All fake processes of one machine, each with a number of its own and a growing start time."""

    def __init__(self) -> None:
        """Begin empty."""
        self.processes: list[FakeProcess] = []
        self._next = 1000

    def add(
        self,
        manners: Manners | None = None,
        *,
        lock_path: str | None = None,
        plan: LaunchPlan | None = None,
        parent: FakeProcess | None = None,
        pid: int | None = None,
    ) -> FakeProcess:
        """Let a process begin; without ``lock_path`` it is one that somebody started by hand.

        ``pid`` reuses a number, as a busy machine does.
        """
        self._next += 1
        manners = manners or Manners()
        process = FakeProcess(pid or self._next, self._next, manners, lock_path, plan, parent)
        self.processes.append(process)
        for number in range(manners.children):
            child = self.add(
                replace(manners, children=0, ends_at_once=None), lock_path=lock_path, parent=process
            )
            child.runs = manners.child_runs if number == 0 else ()
            process.children.append(child)
        if manners.ends_at_once is not None:
            process.end(manners.ends_at_once)
        return process

    def find(self, pid: int) -> FakeProcess | None:
        """Return the living process of this number."""
        return next((one for one in self.processes if one.pid == pid and one.alive), None)

    def holding(self, lock_path: str) -> list[FakeProcess]:
        """Return the living processes that hold this copy lock."""
        return [one for one in self.processes if one.alive and one.lock_path == lock_path]

    def copies(self, lock_path: str) -> int:
        """Count the living processes that were launched (not their children) for this lock: never above 1."""
        return sum(one.parent is None for one in self.holding(lock_path))


class FakeHeld:
    """Holds a fake process; its descriptor is a real socket, so that a real selector can wait for it."""

    def __init__(self, process: FakeProcess, engine: FakeEngine, *, child: bool) -> None:
        """Watch the process."""
        self.process = process
        self._engine = engine
        self._child = child
        self._reading, self._writing = socket.socketpair()
        process.watchers.append(self._tell)
        if not process.alive:
            self._tell()

    @property
    def identity(self) -> Identity:
        """Who it is."""
        return self.process.identity

    def fileno(self) -> int:
        """Return a descriptor that becomes readable once the process has ended."""
        return self._reading.fileno()

    def ended(self) -> Exit | None:
        """Return how it ended; unknown when it is no child of this engine, or when the engine lies."""
        if self.process.ended is None:
            return None
        return self.process.ended if self._child and not self._engine.hides_exits else Exit()

    def close(self) -> None:
        """Let go."""
        if self._tell in self.process.watchers:
            self.process.watchers.remove(self._tell)
        self._reading.close()
        self._writing.close()

    def _tell(self) -> None:
        self._writing.send(b".")


class FakeEngine:
    """Fulfils ``vigie.engines.base.Engine`` on a ``FakeWorld``.

    ``manners`` is what the next processes are like, ``manners_of`` decides for each plan, ``manners_next`` is
    used up first. ``refusals`` are raised by the next launches, one each. ``journal`` tells what was asked.
    """

    def __init__(self, world: FakeWorld | None = None, manners: Manners | None = None) -> None:
        """Begin on an empty world, or on one that another engine left."""
        self.world = world or FakeWorld()
        self.manners = manners or Manners()
        self.manners_next: deque[Manners] = deque()
        self.manners_of: Callable[[LaunchPlan], Manners] | None = None
        self.refusals: deque[LaunchError] = deque()
        self.launched: list[FakeProcess] = []
        self.journal: list[tuple[object, ...]] = []
        self.hides_exits = False
        """Lie: how a process ended is never told."""
        self.hides_processes = False
        """Lie: nobody can be identified or recognised, as where ``/proc`` is closed."""
        self.kills_nothing = False
        """Lie: a kill is accepted and has no effect."""
        self._helds: list[FakeHeld] = []

    @property
    def process(self) -> FakeProcess:
        """The process launched last."""
        return self.launched[-1]

    def close(self) -> None:
        """Close every descriptor that was handed out."""
        for held in self._helds:
            held.close()
        self._helds.clear()

    def __enter__(self) -> FakeEngine:
        """Use it for a while."""
        return self

    def __exit__(self, *failure: object) -> None:
        """Close every descriptor that was handed out."""
        self.close()

    def launch(self, plan: LaunchPlan) -> Held:
        """Let a process begin, unless a refusal is due or another copy lives."""
        self.journal.append(("launch", plan.name))
        if self.refusals:
            raise self.refusals.popleft()
        holders = self.copy_holders(plan.lock_path, plan.spare)
        if holders:
            raise LaunchError("engine.copy-alive", refused=True, pids=", ".join(map(str, holders)))
        manners = self.manners if self.manners_of is None else self.manners_of(plan)
        if self.manners_next:
            manners = self.manners_next.popleft()
        process = self.world.add(manners, lock_path=plan.lock_path, plan=plan)
        self.launched.append(process)
        return self._hold(process, child=True)

    def recognise(self, identity: Identity) -> Held | None:
        """Hold a living process of exactly this identity."""
        self.journal.append(("recognise", identity.pid))
        process = self.world.find(identity.pid)
        if process is None or process.identity != identity or self.hides_processes:
            return None
        return self._hold(process, child=process in self.launched)

    def inherit(self, identity: Identity) -> Held | None:
        """Hold a process held before."""
        return self.recognise(identity)

    def identify(self, pid: int) -> Identity | None:
        """Who has this number now."""
        process = self.world.find(pid)
        return None if process is None or self.hides_processes else process.identity

    def copy_alive(self, lock_path: str, spare: Spare = NOBODY) -> bool:
        """Whether somebody holds the copy lock and is not spared."""
        return bool(self.copy_holders(lock_path, spare))

    def copy_holders(self, lock_path: str, spare: Spare = NOBODY) -> list[int]:
        """Who holds the copy lock and is not spared."""
        return sorted(one.pid for one in _without(self.world.holding(lock_path), spare))

    def ask_to_stop(self, held: Held, signal_name: str, spare: Spare = NOBODY) -> None:
        """Ask; an obedient process ends at once, with its children."""
        process = self._process(held)
        self.journal.append(("ask", process.pid, signal_name))
        for one in _without(process.tree(), spare, process):
            if one.alive:
                passed = len(one.asked)
                one.asked.append(signal_name)
                if one.manners.obeys_from is not None and passed >= one.manners.obeys_from:
                    one.end(one.manners.exit_when_asked)

    def pass_on(self, held: Held, signal_name: str) -> None:
        """Note that a signal was passed on."""
        self.journal.append(("pass on", self._process(held).pid, signal_name))

    def kill_tree(self, held: Held, lock_path: str, launched_by_us: bool, spare: Spare = NOBODY) -> None:
        """Kill the process, its descendants, and whoever else holds the lock if it was launched by us."""
        process = self._process(held)
        self.journal.append(("kill", process.pid))
        self._kill(_without(self._family(process, lock_path, launched_by_us), spare, process))

    def remains(self, held: Held, lock_path: str, launched_by_us: bool, spare: Spare = NOBODY) -> list[int]:
        """Numbers of its tree that live."""
        process = self._process(held)
        family = self._family(process, lock_path, launched_by_us)
        return [one.pid for one in _without(family, spare, process)]

    def resisting(self, pids: Sequence[int]) -> list[Resisting]:
        """Name the living; who clings to life is stuck."""
        living = [one for pid in pids if (one := self.world.find(pid)) is not None]
        return [Resisting(one.pid, "fake", one.manners.survives_kills > 0) for one in living]

    def doomed(self, identity: Identity) -> bool:
        """Whether a kill has reached it already."""
        process = self.world.find(identity.pid)
        return process is not None and process.killed

    def end_leftovers(self, lock_path: str, spare: Spare = NOBODY) -> list[int]:
        """Kill whoever holds the lock."""
        holders = _without(self.world.holding(lock_path), spare)
        self.journal.append(("leftovers", *(one.pid for one in holders)))
        self._kill(holders)
        return [one.pid for one in holders]

    def _family(self, process: FakeProcess, lock_path: str, launched_by_us: bool) -> list[FakeProcess]:
        family = [one for one in process.tree() if one.alive]
        if launched_by_us:
            family += [one for one in self.world.holding(lock_path) if one not in family]
        return family

    def _kill(self, processes: Iterable[FakeProcess]) -> None:
        if not self.kills_nothing:
            for one in processes:
                one.kill()

    def _hold(self, process: FakeProcess, *, child: bool) -> FakeHeld:
        held = FakeHeld(process, self, child=child)
        self._helds.append(held)
        return held

    @staticmethod
    def _process(held: Held) -> FakeProcess:
        assert isinstance(held, FakeHeld)
        return held.process


def _without(
    processes: Iterable[FakeProcess], spare: Spare, leader: FakeProcess | None = None
) -> list[FakeProcess]:
    return [one for one in processes if one is leader or not _spared(one, spare)]


def _spared(process: FakeProcess | None, spare: Spare) -> bool:
    if process is None:
        return False
    return spared.allows(spare, process.runs) or _spared(process.parent, spare)


def plan_for(folder: str, *command: str, name: str = "bot") -> LaunchPlan:
    """Return a plan for a bot in ``folder``, its log and lock where the product puts them."""
    return LaunchPlan(
        name=name,
        command=command or ("python", "start.py"),
        directory=folder,
        log_path=os.path.join(folder, "logs", f"{name}.log"),
        lock_path=os.path.join(folder, ".vigie", f"{name}.lock"),
        environment=dict(os.environ),
    )
