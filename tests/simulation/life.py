"""One life: a bot and we ourselves, through foul and fair weather, under the laws.

In foul weather everything goes wrong that can, in any order, we are killed and come back included. Then it
turns fair: whatever is launched will be well, and within a bound that follows from the settings the bot that
is wanted has to be online, the one that is not has to be gone.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from random import Random
from unittest import mock

from tests.simulation.laws import DAY, LawBroken, Laws
from tests.simulation.nature import draw_spec, fair_temper, foul_temper, log_uniform
from tests.simulation.world import ILL, SILENT, SLUGGISH, WELL, Defect, Killed, Process, Temper, World
from vigie.core.crash_loop import REFUSED_PAUSE
from vigie.core.due import KILL_AGAIN
from vigie.core.facts import (
    Adopted,
    Asked,
    CodeChanged,
    Exited,
    Fact,
    HourCame,
    Launched,
    LaunchFailed,
    MemoryExceeded,
    NetworkReturned,
    ProbeFailed,
    ProbePassed,
    SettingsChanged,
    Shipped,
    TimeCame,
    TreeGone,
    Verb,
)
from vigie.core.orders import Record
from vigie.core.spec import SLOW_LANE, Spec
from vigie.core.states import ONLINE, STOPPED, Phase
from vigie.core.thresholds import ANSWER_SLACK
from vigie.engines.base import Exit, LaunchError
from vigie.runtime import hands, resume
from vigie.runtime import watch as watch_room
from vigie.runtime.by_hand import ByHand
from vigie.runtime.place import Place
from vigie.runtime.reactor import Reactor
from vigie.runtime.remembered import NOTHING, Moment, Remembered, as_ledger, from_ledger, restored
from vigie.runtime.resume import find_living
from vigie.runtime.watch import Change, Watch
from vigie.settings import Bot

PLACE = Place("/nowhere")
LOCK = PLACE.copy_lock("bot")


class SimWatch(Watch):
    """The real watch; only the disk below the bot's log is not there. ``overhears`` comes before the orders."""

    overhears: Callable[[Change], None]

    def _note(self, change: Change) -> None:
        super()._note(change)
        self.overhears(change)

    def _prepare_log(self) -> None:
        pass


class Life:
    """One bot's life, drawn from one seed: the same seed always lives the same life."""

    def __init__(self, seed: str, spec: Spec | None = None, years: bool = False) -> None:
        """``years``: mostly fair weather, as most of ten years is."""
        self.seed = seed
        self.years = years
        self.dice = Random(seed)
        self.spec = spec or draw_spec(self.dice)
        self.world = World(self.spec, Random(self.dice.random()))
        self.laws = Laws(self.world)
        self.world.temper = self._temper
        self.fair = False
        self.dies_young = False
        """Whether everything that is launched in foul weather crashes at once."""
        self.counts: dict[str, int] = {}
        """What happened, by name: a torment that never happens tests nothing."""
        self._turns_at = 100.0
        self._unsettled_since: float | None = None
        self._patience_ends = 0.0
        self._ledger: dict[str, object] | None = None
        self._past: Remembered = NOTHING
        self._noting = False
        self._tormenting = False
        self.watch: SimWatch | None = None
        self.reactor: Reactor | None = None

    # -- living

    def live(self, facts: int, seconds: float = float("inf")) -> Life:
        """Go on until so many facts were taken in, or so much time has passed; raises ``LawBroken``."""
        laws, clock = self.laws, self.world.clock
        until = clock.true + seconds

        def done() -> bool:
            if laws.broken is not None:
                raise laws.broken
            laws.turned(clock.true)
            self._look_at_the_weather()
            return laws.facts >= facts or clock.true >= until

        with simulated(self.world):
            try:
                self._torment_later()
                while not done():
                    if self.watch is None:
                        self._come_back()
                    if self.reactor is None:
                        continue  # we did not even get that far
                    try:
                        self.reactor.run(done)
                    except Killed:
                        self._die()
            finally:
                if self.reactor is not None:
                    self.reactor.close()
        return self

    def _come_back(self) -> None:
        world, clock = self.world, self.world.clock
        selector = world.new_selector()
        self.reactor = reactor = Reactor(clock, selector)
        selector.busy = lambda: bool(reactor._soon)
        ledger = None if self._ledger is None else json.loads(json.dumps(self._ledger))
        now = Moment(clock.steady(), clock.wall(), clock.boot)
        past = from_ledger(ledger, now)
        if any(one.alive for one in world.trees):
            past = past._replace(left_down=None)  # as ``Crew`` does: somebody has launched it since
        self._past = past
        bot = Bot(self.spec, {})
        watch = SimWatch(bot, PLACE, world, reactor, restored(past, now.steady))
        watch.overhears = self.laws.hear
        self.watch = watch
        reactor.on_late = watch.overslept
        reactor.on_error = self._defect
        self.laws.begin(watch)
        watch.listeners.append(self._hear)
        self._noting = False
        try:
            found = find_living(self.spec, past, LOCK, world, now, patience=0.0)
            lives = next((one for one in world.trees if one.alive), None)
            if found is not None:
                watch.adopt(found.held, found.launched_at, found.by_us)
            if (found is None) is not (lives is None):
                raise LawBroken(f"law 1 at {clock.steady_now:.3f} s: came back and lost the bot")
            watch.feed(Asked(Verb.START, keep=True, by_monitor=True))
        except Killed:
            self._die()

    def _defect(self, error: Exception) -> None:
        if not isinstance(error, Defect):
            raise error

    def _die(self) -> None:
        """Be gone without a word, for a while."""
        self._count("we died")
        reactor, world, dice = self.reactor, self.world, self.dice
        assert reactor is not None
        if self.watch is not None and self.watch.hands._asking is not None:
            self.watch.hands._asking._conversation.close()
        reactor.close()
        self.watch = self.reactor = None
        self.laws.end()
        self._unsettled_since = None
        world.new_selector()
        for held in list(world.holders.values()):
            held.close()
        until = world.clock.steady_now + dice.choice([0.0, 0.001, 1.0, 60.0, 7200.0])
        while (due := world.agenda.next_at) is not None and due <= until:
            world.clock.go_to(due)
            world.agenda.pop()()
        world.clock.go_to(until)
        if not self.fair and dice.random() < 0.02:
            self._count("ledger lost")
            self._ledger = None
            self.laws.forget()
        elif not self.fair and dice.random() < 0.1:
            self._count("reboot")
            for one in list(world.trees):
                one.children = 0
                world.end(one, Exit())
                if one in world.trees:
                    world.trees.remove(one)
            if world.clock.set_by:
                self.laws.forget()  # moments of another boot are dated by the calendar
            world.clock.reboot()

    # -- the ledger, as the scribe keeps it

    def _hear(self, _watch: Watch, change: Change) -> None:
        fact = change.fact
        launched = isinstance(fact, (Launched, Adopted))
        if launched:
            self._past = self._past._replace(
                identity=change.identity, launched_at=change.after.life.launched_at, by_us=change.by_us
            )
        if self._noting:
            return
        if (
            launched
            or change.before.tally is not change.after.tally
            or any(type(one) is Record for one in change.orders)
        ):
            self._noting = True
            assert self.reactor is not None
            self.reactor.call_soon(self._note)

    def _note(self) -> None:
        self._noting = False
        clock, watch = self.world.clock, self.watch
        assert watch is not None
        past = self._past
        if watch.status.life.phase is Phase.ABSENT:
            past = self._past = past._replace(identity=None)
        self._ledger = as_ledger(watch.status, past, Moment(clock.steady(), clock.wall(), clock.boot))
        self.laws.note()

    # -- weather

    def _temper(self) -> Temper:
        if self.fair:
            return fair_temper(self.dice, self.spec, self.years)
        if self.dies_young:
            return Temper(lives=self.dice.choice([0.0, 0.01, 1.0]))
        if self.dice.random() < 0.3:
            return fair_temper(self.dice, self.spec, years=False)
        return foul_temper(self.dice, self.spec)

    def _look_at_the_weather(self) -> None:
        now = self.world.clock.true
        if not self.fair:
            if now >= self._turns_at and self.watch is not None:
                self._turn_fair(now)
            return
        settled = self._is_settled()
        if settled:
            self._unsettled_since = None
            if now >= self._turns_at:
                self._turn_foul(now)
            return
        if self._unsettled_since is None:
            self._unsettled_since = now
            self._patience_ends = now + self._patience(now)
        elif now > self._patience_ends and now > self._unsettled_since + self._patience(now):
            waited = now - self._unsettled_since
            word = "gone" if self.watch is None else self.watch.word
            raise LawBroken(
                f"liveness at {now:.3f} s: wanted {self.laws.wanted!r} and still {word!r} after {waited:.1f} s"
                f" of fair weather; {None if self.watch is None else self.watch.status}"
            )

    def _is_settled(self) -> bool:
        """Whether the world is as the person wants it, as the world sees it and as we say it is."""
        laws, watch, world = self.laws, self.watch, self.world
        if watch is None:
            return False
        if laws.wanted == "up":
            if not self._can_be_up() or laws.unsure:
                return True
            process = laws.mine
            return process is not None and process.alive and process.mood is WELL and watch.word == ONLINE
        if laws.wanted == "down":
            # what somebody launched by hand afterwards is theirs
            ours = any(not one.by_hand or one is laws.mine for one in world.trees)
            return watch.word == STOPPED and not ours
        return True

    def _can_be_up(self) -> bool:
        """A bot that may not be restarted by itself today, or never, is brought back by a person."""
        return self.spec.restarts_per_day > 0 and self.spec.restart != "never"

    def _patience(self, now: float) -> float:
        """Return the bound within which all must be well again, from when it was not: the sum of all waits."""
        spec, laws = self.spec, self.laws
        answer = spec.check_timeout + ANSWER_SLACK
        found_out = (
            spec.check_interval
            + spec.start_grace
            + answer
            + (spec.confirm_failures + 1) * (spec.confirm_interval + answer)
        )
        gone = spec.stop_timeout + 3 * KILL_AGAIN
        pause = 1.2 * (max(SLOW_LANE, spec.backoff_max) + 2 * REFUSED_PAUSE)
        up = spec.start_grace + answer
        bound = found_out + gone + pause + up
        steady = self.world.clock.steady_now
        recent = [moment for moment in laws.pages.launches if steady - moment < DAY + bound]
        if laws.wanted == "up" and len(recent) >= spec.restarts_per_day > 0:
            # the day has, or had, no start left: its oldest restart must be a day old first
            assert self._unsettled_since is not None
            room = recent[-spec.restarts_per_day] + DAY - steady
            bound += max(0.0, room + (now - self._unsettled_since))
        return bound

    def _turn_fair(self, now: float) -> None:
        self.fair = self.world.fair = True
        self._count("fair")
        dice, world, spec = self.dice, self.world, self.spec
        calm = log_uniform(dice, 10.0, 1000.0) * spec.check_interval
        if self.years:
            calm = log_uniform(dice, 3600.0, 90 * DAY)
        self._turns_at = now + calm
        self._unsettled_since = None
        world.launch_trouble, world.port_taken, world.blind = None, False, False
        world.kill_works, world.exits_told, world.doom = True, True, None
        world.no_descriptors, world.loses_answers = False, 0.0
        world.answers_after = dice.choice([0.0, 0.0, 0.0, 0.01])
        for one in world.trees:
            one.temper.survives_kills = 0
            if one.mood is SLUGGISH:
                one.mood = WELL
        if self.laws.wanted != "up" and dice.random() < 0.8:
            self._ask(dice.choice([Verb.START, Verb.RESTART, Verb.ENSURE]))

    def _turn_foul(self, now: float) -> None:
        self.fair = self.world.fair = False
        self._unsettled_since = None
        self._turns_at = now + log_uniform(self.dice, 10.0, 2_000.0 if self.years else 20_000.0)
        self._torment_later()

    def _torment_later(self) -> None:
        if self._tormenting:
            return
        self._tormenting = True
        self.world.after(log_uniform(self.dice, 0.01, 200.0 if self.years else 2_000.0), self._torment)

    def _torment(self) -> None:
        self._tormenting = False
        if self.fair:
            return
        self._torment_later()
        name = self.dice.choice(_NAMES)
        self._count(name)
        TORMENTS[name](self)

    # -- means

    def _count(self, what: str) -> None:
        self.counts[what] = self.counts.get(what, 0) + 1

    def feed(self, fact: Fact) -> None:
        """Let us hear of something, soon."""
        watch = self.watch
        if watch is not None:
            assert self.reactor is not None
            self.reactor.call_soon(lambda: watch.feed(fact))

    def strays(self) -> None:
        """Let us hear what has nothing to do with the present process and its questions."""
        watch, laws = self.watch, self.laws
        assert watch is not None
        watch.feed(TimeCame())  # what is due at this moment has its own cause
        for kind in (ProbePassed, ProbeFailed, Exited, TimeCame, Launched, LaunchFailed, TreeGone, Adopted):
            status = watch.status
            fact: Fact
            if kind is ProbePassed:
                fact = ProbePassed(status.health.last_number + 7)
            elif kind is ProbeFailed:
                fact = ProbeFailed(status.health.last_number - 1, "late")
            elif kind is Exited:
                fact = Exited((status.life.pid or 0) + 5000, 3)
            elif kind is TimeCame:
                fact = TimeCame()
            elif status.life.phase is not Phase.ALIVE:
                return
            elif kind is Launched:
                fact = Launched(8)
            elif kind is LaunchFailed:
                fact = LaunchFailed("late")
            else:
                fact = TreeGone() if kind is TreeGone else Adopted(9, 0.0)
            laws.stray = fact
            watch.feed(fact)

    def _ask(self, verb: Verb, keep: bool = True) -> None:
        self.feed(Asked(verb, keep=keep))

    @property
    def living(self) -> Process | None:
        """The bot's own process, if it lives."""
        return next((one for one in self.world.trees if one.alive), None)


# -- torments

Torment = Callable[[Life], None]
TORMENTS: dict[str, Torment] = {}


def torment(what: Torment) -> Torment:
    """Add a torment."""
    TORMENTS[what.__name__] = what
    return what


@torment
def a_person_speaks(life: Life) -> None:
    """Somebody wants something."""
    life._ask(life.dice.choice(list(Verb)), keep=life.dice.random() < 0.9)


@torment
def a_person_says_start(life: Life) -> None:
    """Most of the time the bot is wanted."""
    life._ask(Verb.START)


@torment
def it_crashes(life: Life) -> None:
    """The process ends by itself."""
    if life.living is not None:
        life.world.end(life.living, life.dice.choice([Exit(code=1), Exit(signal=9), Exit(code=26), Exit()]))


@torment
def it_crashes_again_and_again(life: Life) -> None:
    """Whatever is launched for a while dies soon."""
    life.dies_young = True
    life.world.after(log_uniform(life.dice, 1.0, 5000.0), lambda: setattr(life, "dies_young", False))


@torment
def it_falls_ill(life: Life) -> None:
    """It hangs, answers badly or slowly; it may get over it."""
    one = life.living
    if one is None:
        return
    one.mood = life.dice.choice([ILL, SILENT, SLUGGISH])
    if life.dice.random() < 0.6:
        life.world.after(log_uniform(life.dice, 0.1, 5000.0), lambda: life.world.turn(one, WELL))


@torment
def it_goes_deaf(life: Life) -> None:
    """It hears no request any more, or stops in the kernel where not even a kill reaches it."""
    one = life.living
    if one is not None:
        one.temper.obeys_from = None
        one.temper.survives_kills = life.dice.choice([0, 1, 3])


@torment
def kills_do_not_work(life: Life) -> None:
    """For a while."""
    life.world.kill_works = False
    life.world.after(log_uniform(life.dice, 1.0, 600.0), lambda: setattr(life.world, "kill_works", True))


@torment
def launches_fail(life: Life) -> None:
    """For a while: no such command, or something in the way."""
    refused = life.dice.random() < 0.4
    key = "engine.port-taken" if refused else "engine.command-not-found"
    life.world.launch_trouble = LaunchError(key, refused=refused)
    life.world.after(log_uniform(life.dice, 1.0, 5000.0), lambda: setattr(life.world, "launch_trouble", None))


@torment
def descriptors_run_out(life: Life) -> None:
    """For a while no process can be looked at, and none launched."""
    life.world.no_descriptors = True
    life.world.after(log_uniform(life.dice, 0.1, 600.0), lambda: setattr(life.world, "no_descriptors", False))


@torment
def answers_get_lost(life: Life) -> None:
    """For a while, by a defect of ours."""
    life.world.loses_answers = life.dice.choice([0.1, 0.9, 1.0])
    life.world.after(log_uniform(life.dice, 1.0, 2000.0), lambda: setattr(life.world, "loses_answers", 0.0))


@torment
def it_hangs_overnight(life: Life) -> None:
    """It falls ill, and the machine sleeps for more than a day soon after."""
    one, spec = life.living, life.spec
    if one is None:
        return
    one.mood = ILL
    seen = spec.check_interval + spec.confirm_failures * (spec.confirm_interval + spec.check_timeout) + 10.0

    def sleep() -> None:
        if not life.fair:
            life.world.clock.sleep(90_000.0, counted=True)

    life.world.after(seen, sleep)


@torment
def we_are_blind(life: Life) -> None:
    """No question can be put for a while."""
    life.world.blind = True
    life.world.after(log_uniform(life.dice, 0.1, 600.0), lambda: setattr(life.world, "blind", False))


@torment
def answers_are_slow(life: Life) -> None:
    """For a while, up to the point where patience runs out."""
    life.world.answers_after = life.dice.choice([0.01, 0.5, 0.99, 1.0, 1.01]) * life.spec.check_timeout
    life.world.after(log_uniform(life.dice, 1.0, 2000.0), lambda: setattr(life.world, "answers_after", 0.0))


@torment
def exits_are_not_told(life: Life) -> None:
    """The system does not say how processes end."""
    life.world.exits_told = not life.world.exits_told


@torment
def we_are_late(life: Life) -> None:
    """Others had the processor."""
    life.world.selector.late = log_uniform(life.dice, 0.01, 3000.0)


@torment
def we_are_always_a_little_late(life: Life) -> None:
    """For a few minutes, by less than we notice."""

    def again(times: int) -> None:
        life.world.selector.late = life.dice.random() * 0.9
        if times and not life.fair:
            life.world.after(life.dice.random() * 5.0, lambda: again(times - 1))

    again(30)


@torment
def the_machine_sleeps(life: Life) -> None:
    """Its steady clock may go on or not."""
    life.world.clock.sleep(log_uniform(life.dice, 1.0, 50_000.0), counted=life.dice.random() < 0.5)


@torment
def somebody_sets_the_calendar(life: Life) -> None:
    """Forwards or backwards; what a ledger says of another boot cannot be dated then."""
    life.world.clock.set_calendar(life.dice.choice([-1, 1]) * log_uniform(life.dice, 0.1, 1e6))


@torment
def the_code_changes(life: Life) -> None:
    """Somebody edits."""
    life.feed(CodeChanged())


@torment
def it_takes_too_much_memory(life: Life) -> None:
    """Again."""
    life.feed(MemoryExceeded(10**9))


@torment
def the_settings_change(life: Life) -> None:
    """The monitor is reloaded."""
    if life.watch is None:
        return
    other = draw_spec(life.dice)
    if life.years:
        old = life.spec  # how often the bot is asked says how much there is to simulate
        other = other._replace(
            check_interval=old.check_interval,
            confirm_interval=old.confirm_interval,
            start_grace=old.start_grace,
            restarts_per_day=old.restarts_per_day,
        )
    life.laws.settings_will_change()
    life.spec = life.world.spec = other
    life.watch.renew(Bot(other, {}))
    life.feed(SettingsChanged(replace=life.dice.random() < 0.5))


@torment
def the_network_returns(life: Life) -> None:
    """After having been away, or not."""
    life.feed(NetworkReturned())


@torment
def the_hour_comes(life: Life) -> None:
    """At which the bot is to be restarted."""
    life.feed(HourCame())


@torment
def new_code_is_shipped(life: Life) -> None:
    """With or without a way back."""
    life.feed(Shipped(life.dice.choice("abcdef"), way_back=life.dice.random() < 0.2))


@torment
def somebody_launches_it_by_hand(life: Life) -> None:
    """While nothing of it lives."""
    if not life.world.trees:
        temper = foul_temper(life.dice, life.spec)
        temper.children = 0  # they would hold no lock of ours, and nobody could tell whose they are
        life.world.begin(temper, by_hand=True)


@torment
def strays_arrive(life: Life) -> None:
    """Facts of processes and questions long gone."""
    if life.reactor is not None:
        life.reactor.call_soon(life.strays)


@torment
def we_are_killed(life: Life) -> None:
    """Now."""
    if life.watch is not None:
        raise Killed


@torment
def we_are_killed_in_the_act(life: Life) -> None:
    """Before or after the next thing we do to a process."""
    act = life.dice.choice(["launch", "ask", "kill"])
    life.world.doom = f"{life.dice.choice(['before', 'after'])}-{act}"


_NAMES = sorted(TORMENTS)


# -- the seams


@contextmanager
def simulated(world: World) -> Iterator[None]:
    """Put the world where probes, dice, the port and the process table are, as long as it lives."""

    def by_hand(_spec: Spec, _lock: str, _fresh: float = 0.0) -> ByHand | None:
        found = next((one for one in world.trees if one.alive and one.by_hand), None)
        return None if found is None else ByHand(found.pid, marked=False)

    def launched_at(pid: int, now: Moment) -> float:
        found = next(one for one in world.trees if one.alive and one.pid == pid)
        return now.steady - (world.clock.steady_now - found.born)

    def free_port(_spec: Spec) -> None:
        if world.port_taken:
            raise LaunchError("engine.port-taken", refused=True)

    with ExitStack() as stack:
        for where, name, instead in (
            (hands, "probe_for", lambda *_: world.conversation()),
            (hands, "require_free_port", free_port),
            (hands, "luck", world.dice.random),
            (resume, "find_by_hand", by_hand),
            (watch_room, "luck", world.dice.random),
            (resume, "_was_launched_by_us", lambda *_: True),
            (resume, "_descends_from", lambda *_: False),
            (resume, "_launched_at", launched_at),
        ):
            stack.enter_context(mock.patch.object(where, name, instead))
        yield
