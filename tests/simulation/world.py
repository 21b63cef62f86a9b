"""The simulated world of one bot: processes with trees, an engine, a port, an endpoint, all of them unkind.

What a process is like is drawn when it is launched (``Temper``). Every act of the engine is first shown to
``watch_over`` (the laws), then done: so what is forbidden is seen even where it would have had no effect.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Protocol

from tests.simulation.machine import Agenda, JumpingClock, JumpingSelector
from vigie.core.spec import Spec
from vigie.engines.base import NOBODY, Exit, Held, Identity, LaunchError, LaunchPlan, Resisting, Spare
from vigie.probes.conversation import Answer, Conversation, DeadlinePassed, Want

WELL, ILL, SILENT, SLUGGISH = "well", "ill", "silent", "sluggish"
"""Moods: answers, answers badly, accepts and says nothing, answers about when patience runs out."""

KILLED = Exit(signal=9)

FIRST_DESCRIPTOR = 1 << 20


class Defect(Exception):  # noqa: N818  (a slip of ours)
    """A defect in a probe: it ends without an answer."""


class Killed(BaseException):
    """We ourselves are killed, here and now: no handler may catch it, nothing more is done."""


@dataclass(slots=True)
class Temper:
    """What a process will be like. Times are seconds of its age unless said otherwise."""

    ready_at: float = 0.1
    lives: float | None = None
    exit: Exit = Exit(code=1)  # noqa: RUF009  (it cannot be changed)
    falls: tuple[tuple[float, str], ...] = ()
    """Ages at which its mood changes."""
    obeys_from: int | None = 0
    goes_within: float = 0.05
    """Seconds from the request it obeys to its end."""
    exit_when_asked: Exit = Exit(code=0)  # noqa: RUF009
    children: int = 0
    survives_kills: int = 0


class Process:
    """One process, with so many descendants that hold the copy lock beside it."""

    __slots__ = ("alive", "born", "by_hand", "children", "end", "going", "identity", "mood", "pid", "temper")

    def __init__(self, pid: int, born: float, temper: Temper, by_hand: bool, boot: str) -> None:
        """Begin to live."""
        self.pid = pid
        self.identity = Identity(pid, int(born * 1e6), boot)
        """Who it is: the number may come again, the start never does."""
        self.born = born
        self.temper = temper
        self.by_hand = by_hand
        self.alive = True
        self.end: Exit | None = None
        self.mood = WELL
        self.children = temper.children
        self.going = False

    @property
    def lives(self) -> bool:
        """Whether anything of its tree lives."""
        return self.alive or self.children > 0


class SimHeld:
    """Holds a process; ``child``: its exit code can be learnt."""

    def __init__(self, world: World, process: Process, fd: int, child: bool) -> None:
        """Watch the process."""
        self.process = process
        self.closed = False
        self._world = world
        self._fd = fd
        self._child = child

    @property
    def identity(self) -> Identity:
        """Who it is."""
        return self.process.identity

    def fileno(self) -> int:
        """Return a number that the selector knows."""
        return self._fd

    def ended(self) -> Exit | None:
        """Return how it ended; unknown where the system does not say."""
        if self.process.end is None:
            return None
        return self.process.end if self._child else Exit()

    def close(self) -> None:
        """Let go."""
        self.closed = True
        self._world.selector.readable.discard(self._fd)
        self._world.holders.pop(self._fd, None)


class Overseer(Protocol):
    """Sees every act on the world before it is done."""

    def launching(self) -> None:
        """A process is about to be launched."""
        ...

    def signalling(self, held: SimHeld, killing: bool, by_us: bool) -> None:
        """A process is about to be asked to go, or its tree to be killed."""
        ...

    def probing(self) -> None:
        """The bot is about to be asked how it is."""
        ...

    def sampled(self, process: Process, well: bool | None, really: bool) -> None:
        """It answered, or did not; ``really``: it is the bot that is at fault for a bad answer."""
        ...


class World:
    """Everything outside of us."""

    def __init__(self, spec: Spec, dice: Random, overseer: Overseer | None = None) -> None:
        """Begin with nothing alive."""
        self.spec = spec
        self.dice = dice
        self.overseer = overseer
        self.clock = JumpingClock()
        self.agenda = Agenda()
        self.selector = self.new_selector()
        self.process: Process | None = None
        """The newest copy, alive or not."""
        self.trees: list[Process] = []
        """Everything of which something lives."""
        self.holders: dict[int, SimHeld] = {}
        self.temper: Callable[[], Temper] = Temper
        """Draws what the next process will be like."""
        self.launch_trouble: LaunchError | None = None
        self.port_taken = False
        self.blind = False
        """No question can be put: no network, no descriptor left."""
        self.answers_after = 0.0
        self.no_descriptors = False
        """Whether looking at processes, and launching one, fails for want of descriptors."""
        self.loses_answers = 0.0
        """Which share of the questions is never answered, for a defect of ours."""
        self.kill_works = True
        self.fair = False
        """Whether all that is launched will be well."""
        self.exits_told = True
        """Whether the system tells how processes end."""
        self.doom: str | None = None
        """Which act of the engine we will not survive, ``before-...`` or ``after-...``."""
        self._pid = 1_000
        self._fd = FIRST_DESCRIPTOR

    # -- what the life needs

    def new_selector(self) -> JumpingSelector:
        """Return the selector of a new run of ours; what the old one waited for is forgotten."""
        self.selector = JumpingSelector(self.clock, self.agenda)
        self.holders = {}
        return self.selector

    def after(self, seconds: float, what: Callable[[], None]) -> None:
        """Let something happen in so many seconds."""
        self.agenda.at(self.clock.steady_now + seconds, what)

    def living(self) -> list[Process]:
        """Return the bot's own processes that live, not their children."""
        return [one for one in self.trees if one.alive]

    # -- processes

    def begin(self, temper: Temper, by_hand: bool = False) -> Process:
        """Let a process begin."""
        # numbers come again soon, as on a small container
        self._pid = self._pid + 1 if self._pid < 1_400 else 1_001
        process = Process(self._pid, self.clock.steady_now, temper, by_hand, self.clock.boot)
        self.process = process
        self.trees.append(process)
        if temper.ready_at > 0.0:
            process.mood = ILL
            if temper.ready_at < float("inf"):
                self.after(temper.ready_at, lambda: self.turn(process, WELL))
        for age, mood in temper.falls:
            self.after(age, lambda mood=mood: self.turn(process, mood))  # type: ignore[misc]
        if temper.lives is not None:
            if temper.lives <= 0.0:
                self.end(process, temper.exit)
            else:
                self.after(temper.lives, lambda: self.end(process, temper.exit))
        return process

    def turn(self, process: Process, mood: str) -> None:
        """Its mood changes."""
        # nobody can say whether a bot that answers sometimes is to be left alone or replaced
        process.mood = ILL if self.fair and mood is SLUGGISH else mood

    def end(self, process: Process, how: Exit) -> None:
        """It ends by itself or is ended; its children stay behind."""
        if not process.alive:
            return
        process.alive = False
        process.end = how if self.exits_told else Exit()
        for fd, held in self.holders.items():
            if held.process is process:
                self.selector.readable.add(fd)
        self._bury(process)

    def _bury(self, process: Process) -> None:
        if not process.lives and process in self.trees:
            self.trees.remove(process)

    def _kill(self, process: Process) -> None:
        if not self.kill_works:
            return
        if process.temper.survives_kills > 0:
            process.temper.survives_kills -= 1
            return
        process.children = 0
        self.end(process, KILLED)
        self._bury(process)

    # -- the engine

    def _need_descriptor(self) -> None:
        if self.no_descriptors:
            raise OSError(24, "Too many open files")

    def _fate(self, act: str) -> None:
        if self.doom == act:
            self.doom = None
            raise Killed(act)

    def _hold(self, process: Process, child: bool) -> SimHeld:
        self._fd += 1
        held = self.holders[self._fd] = SimHeld(self, process, self._fd, child)
        if not process.alive:
            self.selector.readable.add(self._fd)
        return held

    def launch(self, plan: LaunchPlan) -> Held:
        """Start the bot, unless a copy lives or something is in the way."""
        if self.overseer is not None:
            self.overseer.launching()
        self._fate("before-launch")
        self._need_descriptor()
        if self.launch_trouble is not None:
            raise self.launch_trouble
        if self.trees:
            raise LaunchError("engine.copy-alive", refused=True, pids="")
        self.clock.go_to(self.clock.steady_now + 0.002)
        process = self.begin(self.temper())
        self._fate("after-launch")
        return self._hold(process, child=True)

    def recognise(self, identity: Identity) -> Held | None:
        """Hold a living process of exactly this identity."""
        for one in self.trees:
            if one.alive and one.identity == identity:
                return self._hold(one, child=False)
        return None

    def inherit(self, identity: Identity) -> Held | None:
        """Nobody becomes a new version of itself here."""
        return None

    def pass_on(self, held: Held, signal_name: str) -> None:
        """Nobody runs a bot in the foreground here."""

    def identify(self, pid: int) -> Identity | None:
        """Who has this number."""
        return next((one.identity for one in self.trees if one.alive and one.pid == pid), None)

    def doomed(self, identity: Identity) -> bool:
        """Nobody dies slowly here: who is killed is gone, or is not."""
        return False

    def copy_alive(self, lock_path: str, spare: Spare = NOBODY) -> bool:
        """Whether anything that was launched by us lives."""
        return any(not one.by_hand for one in self.trees)

    def copy_holders(self, lock_path: str, spare: Spare = NOBODY) -> list[int]:
        """The bot's process itself; children have no number here."""
        return [one.pid for one in self.trees if one.alive and not one.by_hand]

    def ask_to_stop(self, held: Held, signal_name: str, spare: Spare = NOBODY) -> None:
        """Ask; who obeys goes a little later."""
        step = self.spec.stop_signals.index(signal_name)
        assert isinstance(held, SimHeld)
        if self.overseer is not None:
            self.overseer.signalling(held, killing=False, by_us=not held.process.by_hand)
        self._need_descriptor()
        self._fate("before-ask")
        process = held.process
        temper = process.temper
        if process.alive and temper.obeys_from is not None and step >= temper.obeys_from:
            self.after(temper.goes_within, lambda: self._go(process))
        self._fate("after-ask")

    def _go(self, process: Process) -> None:
        process.children = 0
        self.end(process, process.temper.exit_when_asked)
        self._bury(process)

    def kill_tree(self, held: Held, lock_path: str, launched_by_us: bool, spare: Spare = NOBODY) -> None:
        """Kill everything of it, as far as killing works today."""
        assert isinstance(held, SimHeld)
        if self.overseer is not None:
            self.overseer.signalling(held, killing=True, by_us=launched_by_us)
        self._fate("before-kill")
        self._kill(held.process)
        self._fate("after-kill")

    def remains(self, held: Held, lock_path: str, launched_by_us: bool, spare: Spare = NOBODY) -> list[int]:
        """Numbers of what lives of it."""
        assert isinstance(held, SimHeld)
        self._need_descriptor()
        process = held.process
        return [process.pid] * process.alive + list(range(1, 1 + process.children))

    def resisting(self, pids: Sequence[int]) -> list[Resisting]:
        """Nobody is ever stuck here."""
        return []

    def end_leftovers(self, lock_path: str, spare: Spare = NOBODY) -> list[int]:
        """End what an earlier launch left behind."""
        found = [one for one in self.trees if not one.by_hand]
        for one in found:
            self._kill(one)
        return [one.pid for one in found]

    # -- the endpoint

    def conversation(self) -> Conversation:
        """Ask the bot that is there how it is."""
        if self.overseer is not None:
            self.overseer.probing()
        if self.loses_answers and self.dice.random() < self.loses_answers:
            raise Defect
        process = self._who_answers()
        mood = ILL if process is None else process.mood
        delay = self.answers_after
        if mood is SLUGGISH:
            delay = self.spec.check_timeout * (0.9 + 0.2 * self.dice.random())
        try:
            if mood is SILENT:
                yield Want()
            elif delay:
                yield Want(pause=delay)
        except DeadlinePassed:
            self._sampled(process, False, mood is not WELL or delay > 0.8 * self.spec.check_timeout)
            return Answer(False, "timed-out", {})
        if self.blind:
            self._sampled(process, None, False)
            return Answer(None, "no-descriptor", {})
        now_there = self._who_answers()
        if now_there is None or now_there.mood is SILENT:
            self._sampled(process, False, True)
            return Answer(False, "refused", {})
        well = now_there.mood is not ILL
        self._sampled(process, well, True)
        return Answer(well, "status", {})

    def _sampled(self, process: Process | None, well: bool | None, really: bool) -> None:
        if self.overseer is not None and process is not None:
            self.overseer.sampled(process, well, really)

    def _who_answers(self) -> Process | None:
        return next((one for one in self.trees if one.alive), None)
