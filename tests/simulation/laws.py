"""What must hold at every step, checked against the world and against books of our own, never the core's.

Told apart from ``tests.core.laws``: there an onlooker hears facts and orders; here nobody believes an order
until the world has felt it. What is launched, asked to go, killed or probed is seen where it is done.

 1. Never a launch while anything lives that we know of; nothing else is ever signalled.
 2. Nothing is launched unless it is wanted: a person's *stop* is undone by a person only.
 3. Nothing that has to go, or has gone, is probed, and nothing that has gone is asked to go.
 4. Ill is only who was really seen ill, since we last slept.
 5. Restarts that nobody asked for: never more than ``restarts_per_day`` in any 24 hours, and none after a
    pause shorter than the backoff's.
 6. One record for each change of the word; what is told is told once.
 7. Nobody is woken for nothing, and nothing grows.
 8. What has nothing to do with the present process changes nothing.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

from tests.simulation.world import Process, SimHeld, World
from vigie.core.facts import (
    Adopted,
    Asked,
    ClockJumped,
    CodeChanged,
    Exited,
    Fact,
    HourCame,
    Launched,
    LaunchFailed,
    NetworkReturned,
    ProbeFailed,
    ProbePassed,
    SettingsChanged,
    Shipped,
    TimeCame,
    TreeGone,
    Verb,
)
from vigie.core.orders import AskToStop, KeepEvidence, KillTree, Record, Tell, WakeAt
from vigie.core.reasons import Reason
from vigie.core.states import UNRESPONSIVE, shown
from vigie.runtime.watch import Change, Watch

if TYPE_CHECKING:
    from vigie.core.spec import Spec

DAY = 86_400.0
SLOW_LANE = 900.0
REFUSED = 10.0
SHORTEST = 0.8
"""Jitter shortens a pause by a fifth at most."""

GRAIN = 1e-4
"""Seconds that sums of floats may be wrong by after years."""

ILLNESSES = (Reason.HUNG, Reason.NEVER_READY, Reason.MEMORY_EXCEEDED)
UNASKED = (*ILLNESSES, Reason.CODE_CHANGED)
ONCE_ONLY = (Reason.GAVE_UP, Reason.DAILY_LIMIT, Reason.LEFTOVERS)

SAME_MOMENT = 6
"""Times that one moment may be woken for: several things may be due at once, but not many."""

TURNS = 1000
"""Turns of the reactor at one moment at most."""

PER_SECOND = 150
"""Facts of one second at most: ten probes with their answers, and a person who types fast."""

LARGEST = 3000
"""Timers that the reactor may hold; cancelled ones lie there until their time has come."""


_ROUTINE = (TimeCame, ProbePassed, ProbeFailed)


class LawBroken(AssertionError):  # noqa: N818  (it is what happened, like a fact)
    """A law did not hold; the message says which, and when."""


class Pages:
    """The part of the books that outlives us, because the ledger tells it to the next one of us."""

    def __init__(self) -> None:
        """Nothing has happened."""
        self.row = 0
        self.not_before = 0.0
        self.told: frozenset[Reason] = frozenset()
        self.restarts: tuple[float, ...] = ()
        """Launches that surely nobody asked for."""
        self.launches: tuple[float, ...] = ()
        """All of them, on the steady clock: nobody may count more against the day, or count them longer."""

    def copy(self) -> Pages:
        """Return them as they are now."""
        same = Pages()
        same.__dict__.update(self.__dict__)
        return same


class Laws:
    """The overseer of a world, and a listener of the watch in it."""

    def __init__(self, world: World) -> None:
        """Oversee from now on."""
        self.world = world
        world.overseer = self
        self.broken: LawBroken | None = None
        self.facts = 0
        self._notable: deque[tuple[float, Change]] = deque(maxlen=40)
        self._last: tuple[float, Change] | None = None
        self.pages = Pages()
        self.noted = self.pages.copy()
        self.lost_restarts = 0
        """Restarts that no ledger knows of, because we were killed before it was written."""
        self.watch: Watch | None = None
        self.stray: Fact | None = None
        self.wanted = ""
        self.credit = False
        self.shipped = False
        self.unsure = False
        """An end may mean one thing or another: a release with a way back was on trial."""
        self.mine: Process | None = None
        self.exit_told = False
        self.pending_death = False
        self.online_from: float | None = None
        self.failures = 0
        self.failed_at = 0.0
        self.blind = False
        self.disturbed_at = 0.0
        self._born_at = 0.0
        self.word = ""
        self._last_automatic = -1.0
        self._moment = 0.0
        self._woken = 0
        self._turns = 0
        self._turned_at = 0.0
        self._second = 0
        self._in_second = 0

    # -- our own comings and goings

    def begin(self, watch: Watch) -> None:
        """A new run of ours."""
        self.watch = watch
        self.word = shown(watch.status)
        self.stray = None

    def end(self) -> None:
        """We died: what no ledger knows is forgotten."""
        lost = len(self.pages.restarts) - len(self.noted.restarts)
        self.lost_restarts += max(lost, 0)
        self.pages = self.noted.copy()
        self.wanted, self.credit, self.unsure = "", False, False
        self.mine, self.exit_told, self.pending_death = None, False, False
        self.online_from, self.failures = None, 0
        self.watch = None
        for one in self.world.trees:
            one.going = False  # nobody knows any more that it was asked to go

    def note(self) -> None:
        """The ledger was written."""
        self._forgiven(self._now)
        self.noted = self.pages.copy()

    def forget(self) -> None:
        """The ledger is lost, or cannot be dated: nothing that stood in it can be expected of anybody."""
        launches = (self.world.clock.steady_now,) * len(self.pages.launches)  # for all we know
        self.pages = Pages()
        self.pages.launches = launches
        self.noted = self.pages.copy()

    def settings_will_change(self) -> None:
        """What was forgiven by the old settings stays forgiven."""
        self._forgiven(self._now)

    # -- acts, before they are done

    def launching(self) -> None:
        """Laws 1, 2 and 5."""
        now, pages, spec = self._now, self.pages, self._spec
        self._law(1, self.mine is None or not self.mine.lives, "launched while the old tree lives")
        self._law(2, self.wanted in ("up", "once"), f"launched though wanted is {self.wanted!r}")
        early = pages.not_before - now
        self._law(5, early <= GRAIN, f"launched {early:.3f} s early after {pages.row} deaths in a row")
        steady = self.world.clock.steady_now
        pages.launches = (*(moment for moment in pages.launches if steady - moment < 2 * DAY), steady)
        if self.credit:
            self.credit = False
            return
        self._law(2, self.wanted == "up" or self.shipped, "wanted once, launched again")
        if self.wanted == "up":
            self._last_automatic = now
            today = self.restarts_today
            self._law(5, today < spec.restarts_per_day, f"{today} restarts within 24 hours already")
            pages.restarts = (*(moment for moment in pages.restarts if now - moment < DAY), now)

    def signalling(self, held: SimHeld, killing: bool, by_us: bool) -> None:
        """Laws 1 and 3."""
        mine = self.mine
        self._law(1, mine is not None and held.process is mine, "a signal to a process that is not the bot's")
        self._law(1, not held.closed, "a signal through a handle that was let go")
        self._law(1, by_us is not held.process.by_hand, "group and session of a person's shell are not ours")
        self._law(3, killing or not self.exit_told, "asked something to go that is known to be gone")
        held.process.going = True  # though the request may not reach it

    def probing(self) -> None:
        """Law 3."""
        known = self.mine is not None and not self.exit_told
        self._law(3, known, "probed what is not there")
        self._law(3, self.mine is None or not self.mine.going, "probed what was asked to go")

    # -- what was decided

    def hear(self, change: Change) -> None:
        """Take one decision into the books before its orders are carried out, and check it."""
        self.facts += 1
        now = self._now
        fact = change.fact
        self._last = (now, change)
        if (
            type(fact) not in _ROUTINE
            or len(change.orders) > 2
            or shown(change.before) != shown(change.after)
        ):
            self._notable.append(self._last)
        if fact is self.stray:
            self._changes_nothing(change)
        else:
            self._HEARERS.get(type(fact), Laws._anything)(self, fact, now)
        word = shown(change.after)
        records = 0
        for order in change.orders:
            kind = type(order)
            if kind is WakeAt:
                continue
            if kind is Record:
                records += 1
                if order.before != self.word or order.after != word:  # type: ignore[union-attr]
                    self._law(6, False, f"{order} while the word went from {self.word} to {word}")
            elif kind is Tell:
                self._told(order.reason, now)
            elif kind is AskToStop and order.step == 0:  # type: ignore[union-attr]
                self._goes(order.reason, now)
                evidence = order.reason not in ILLNESSES or KeepEvidence(order.reason) in change.orders
                self._law(6, evidence, "nothing was kept of what could be known")
        if records != (word != self.word):
            self._law(6, False, f"{records} records while the word went from {self.word} to {word}")
        self.word = word
        if type(fact) is Exited and change.before is not change.after:
            self._cleared_away(fact, change)
        elif word == UNRESPONSIVE and type(fact) is ProbeFailed and self.wanted == "up" and not self.unsure:
            spared = self._spec.restart == "never" or Reason.DAILY_LIMIT in change.after.tally.told
            self._law(6, spared, "ill and left alive, and nobody was told why")
        self._woken_for_something(fact, now)
        if not self.facts & 255:
            self._nothing_grows(change)

    def _cleared_away(self, fact: Exited, change: Change) -> None:
        mine = self.mine
        if (
            mine is not None
            and fact.pid == mine.pid
            and change.before.life.phase is not change.after.life.phase
        ):
            cleared = any(type(order) is KillTree for order in change.orders)
            self._law(1, cleared, "what it left behind is left there")

    def _anything(self, _fact: Fact, _now: float) -> None:
        pass

    def _asked(self, fact: Asked, _now: float) -> None:
        pages = self.pages
        if not fact.by_monitor:
            pages.not_before = 0.0
            if fact.verb is not Verb.ENSURE:
                pages.row, pages.told, self.pending_death = 0, frozenset(), False
        if fact.verb is Verb.STOP:
            self.wanted, self.credit, self.unsure = "down", False, False
            return
        lives = self.mine is not None and not self.exit_told and not self.mine.going
        entitled = {
            Verb.RESTART: True,
            Verb.START: not lives,
            Verb.ENSURE: self.unsure or self.wanted != "up",  # a timer may say it: the limits hold against it
        }
        self.credit = self.credit or entitled[fact.verb]
        self.unsure = self.unsure and not fact.keep
        self.wanted = "up" if fact.keep or self.wanted == "up" else "once"

    def _launched(self, fact: Launched, _now: float) -> None:
        self._born(fact.pid)
        self.credit = False

    def _adopted(self, fact: Adopted, _now: float) -> None:
        self._born(fact.pid)
        self.pages.not_before = 0.0
        # found where a launch was ordered: the core may count it as one
        self.pages.launches = (*self.pages.launches, self.world.clock.steady_now)

    def _born(self, pid: int) -> None:
        self.mine = next((one for one in reversed(self.world.trees) if one.pid == pid), self.world.process)
        self.exit_told, self.pending_death = False, False
        self.online_from, self.failures, self.blind = None, 0, False
        self.disturbed_at, self._born_at = 0.0, self._now

    def _launch_failed(self, fact: LaunchFailed, now: float) -> None:
        pages, spec = self.pages, self._spec
        if self.wanted != "up":
            return
        if fact.refused:  # no process came of it, and nothing is wrong with the bot
            pages.launches = pages.launches[:-1]
            pages.restarts = tuple(moment for moment in pages.restarts if moment != self._last_automatic)
            pages.not_before = now + SHORTEST * min(REFUSED, spec.backoff_initial, spec.backoff_max)
        elif spec.restart == "never":
            self.wanted = "left"
        else:
            self._died(now)

    def _exited(self, fact: Exited, now: float) -> None:
        mine = self.mine
        if mine is None or fact.pid != mine.pid or self.exit_told:
            return
        self._law(1, not mine.alive, "said to have ended while it lives")
        self.exit_told = True
        self._forgiven(now)
        if self.wanted == "up" and self.pending_death:
            self._died(now)
        elif self.wanted == "up" and not mine.going:
            self._left(fact, now)
        self.pending_death = False

    def _left(self, fact: Exited, now: float) -> None:
        """It ended by itself: what does its exit code mean?"""
        spec, code = self._spec, fact.code
        if self.shipped:
            self.unsure = (
                True  # any end of a release on trial with a way back is a crash; who knows whether it is
            )
        elif code in spec.stay_down_codes or spec.restart == "never":
            self.wanted = "left"
        elif code in spec.restart_codes:
            if self.online_from is None:
                self._died(now)
        elif spec.restart == "on-failure" and code == 0:
            self.wanted = "left"
        else:
            self._died(now)

    def _died(self, now: float) -> None:
        self._forgiven(now)
        pages, spec = self.pages, self._spec
        pages.row += 1
        self.online_from = None
        if pages.row >= spec.give_up_after:
            pause = SLOW_LANE
        elif pages.row <= 1:
            pause = 0.0
        else:
            pause = min(spec.backoff_initial * 2.0 ** min(pages.row - 2, 60), spec.backoff_max)
        pages.not_before = now + SHORTEST * pause if pause else 0.0

    def _forgiven(self, now: float) -> None:
        if self.online_from is not None and now - self.online_from >= self._spec.backoff_reset - GRAIN:
            self.pages.row, self.pages.told = 0, frozenset()

    def _tree_gone(self, _fact: TreeGone, _now: float) -> None:
        if self.mine is not None:
            self._law(1, not self.mine.lives, "taken for gone while something of it lives")
        self.pages.told -= {Reason.LEFTOVERS}

    def _passed(self, _fact: ProbePassed, now: float) -> None:
        if self.online_from is None:
            self.online_from = now

    def _jumped(self, fact: ClockJumped, now: float) -> None:
        if not 0.0 < fact.gap < self._spec.check_timeout:  # else whoever put the question makes up for it
            self.disturbed_at = now

    def _hurried(self, _fact: Fact, _now: float) -> None:
        self.pages.not_before = 0.0

    def _shipped(self, fact: Shipped, _now: float) -> None:
        self.shipped = self.shipped or fact.way_back

    _HEARERS: ClassVar[dict[type, Callable[[Laws, Any, float], None]]] = {
        Asked: _asked,
        Launched: _launched,
        Adopted: _adopted,
        LaunchFailed: _launch_failed,
        Exited: _exited,
        TreeGone: _tree_gone,
        ProbePassed: _passed,
        ClockJumped: _jumped,
        CodeChanged: _hurried,
        SettingsChanged: _hurried,
        NetworkReturned: _hurried,
        HourCame: _hurried,
        Shipped: _shipped,
    }

    # -- what the world really said

    def sampled(self, process: Process, well: bool | None, really: bool) -> None:
        """A question was answered, or was not: only what was really asked and really failed counts."""
        if process is not self.mine:
            return
        self.blind = well is None
        if well:
            self.failures = 0
        elif well is False and really:
            self.failures += 1
            self.failed_at = self._now

    def _goes(self, reason: Reason, now: float) -> None:
        spec, mine = self._spec, self.mine
        self._forgiven(now)
        slept_at = self.world.clock.slept_at
        disturbed_at = max(self.disturbed_at, slept_at if slept_at > self._born_at else 0.0)
        if reason in ILLNESSES and self.wanted == "up":
            self.pending_death = True
        if reason in UNASKED and self.wanted == "up":
            self._law(5, self.restarts_today < spec.restarts_per_day, "taken down with no start left today")
        if reason is Reason.ASKED_STOP:
            self._law(2, self.wanted == "down", "stopped though nobody said stop")
        elif reason is Reason.HUNG:
            enough = min(spec.confirm_failures, 1) if self.online_from is None else spec.confirm_failures
            self._law(4, self.failures >= enough, f"hung after {self.failures} failures")
            self._law(4, self.failed_at >= disturbed_at, "hung by evidence from before a sleep")
        elif reason is Reason.NEVER_READY:
            self._law(4, self.online_from is None, "never ready, yet it has answered")
            age = 0.0 if mine is None else self.world.clock.steady_now - mine.born
            self._law(4, age >= spec.start_grace - GRAIN, f"never ready at the age of {age:.3f} s")
            self._law(4, not self.blind, "never ready, yet the last question could not be put")
            self._law(4, self.failed_at >= disturbed_at, "never ready by evidence from before a sleep")

    def _told(self, reason: Reason, now: float) -> None:
        if reason not in ONCE_ONLY:
            return
        self._forgiven(now)
        self._law(6, reason not in self.pages.told, f"{reason} told twice")
        self.pages.told |= {reason}

    def _changes_nothing(self, change: Change) -> None:
        same = replace(change.after, seen=change.before.seen) == change.before
        quiet = all(type(order) is WakeAt for order in change.orders)
        # time itself may have come to something at this very moment
        if not (same and quiet):
            again = type(change.fact) is TimeCame
            self._law(8, again, f"{change.fact} changed something: {change.orders}")

    def _woken_for_something(self, fact: Fact, now: float) -> None:
        if type(fact) is TimeCame:
            self._woken = self._woken + 1 if now == self._moment else 1
            self._moment = now
            if self._woken > SAME_MOMENT:
                self._law(7, False, f"woken {self._woken} times at the same moment")
        second = int(now)
        self._in_second = self._in_second + 1 if second == self._second else 1
        self._second = second
        if self._in_second > PER_SECOND:
            self._law(7, False, f"{self._in_second} facts within a second")

    def _nothing_grows(self, change: Change) -> None:
        tally, watch = change.after.tally, self.watch
        assert watch is not None
        self._law(7, len(tally.restarts) <= 1000, f"{len(tally.restarts)} restarts remembered")
        self._law(7, len(tally.told) <= len(ONCE_ONLY), f"{len(tally.told)} things told")
        timers = len(watch.reactor._timers)
        self._law(7, timers <= LARGEST, f"{timers} timers")
        listeners = len(watch.listeners)
        self._law(7, listeners <= 10, f"{listeners} listeners")

    def turned(self, now: float) -> None:
        """The reactor turned once more: it must not spin while nothing happens."""
        self._turns = self._turns + 1 if now == self._turned_at else 1
        self._turned_at = now
        if self._turns > TURNS:
            self._law(7, False, f"{self._turns} turns at the same moment")

    # -- questions

    @property
    def restarts_today(self) -> int:
        """Restarts nobody asked for, within the last 24 hours."""
        now = self._now
        return sum(1 for moment in self.pages.restarts if now - moment < DAY - GRAIN)

    @property
    def _now(self) -> float:
        # true time: no clock of ours shows more of it, so a pause measured by any of them is at least as long
        return self.world.clock.true

    @property
    def _spec(self) -> Spec:
        return self.world.spec

    def story(self) -> list[str]:
        """Return the last facts that were more than routine with their orders, one line each."""
        last = [] if self._last is None or self._last in self._notable else [self._last]
        return [
            f"{now:15.3f} {change.fact!s:62} {shown(change.after):12} "
            + ", ".join(str(order) for order in change.orders)
            for now, change in (*self._notable, *last)
        ]

    def _law(self, number: int, holds: bool, what: str) -> None:
        if not holds:
            broken = LawBroken(f"law {number} at {self._now:.3f} s: {what}")
            self.broken = self.broken or broken
            raise broken
