"""One bot being watched: its status, its hands, and what becomes of each decision.

Facts are taken one at a time, exits before anything else that waits; each decision's orders are carried out
before the next fact is looked at. Only when no fact is left do listeners hear of the changes, in order: so a
bot that crashed is launched again before anything is written or said about it.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from vigie.core.facts import Adopted, ClockJumped, Exited, Fact, Launched, TimeCame
from vigie.core.machine import decide
from vigie.core.orders import Order, Record, Tell
from vigie.core.states import STARTING, STOPPED, Status, Verdict, shown
from vigie.engines.base import Engine, Held, Identity, LaunchError
from vigie.probes.conversation import Answer
from vigie.problems import Problem
from vigie.records.log_keeper import mark_now
from vigie.records.log_note import end_of
from vigie.records.log_rotation import compress_rotated, rotate_at_launch
from vigie.runtime.hands import Hands, luck
from vigie.runtime.parking import Override, left_parked, parked_command
from vigie.runtime.place import Place
from vigie.runtime.reactor import Reactor
from vigie.runtime.remembered import NOTHING, Moment
from vigie.runtime.reserve import Reserve
from vigie.runtime.resume import BATCH, Found, find_living

if TYPE_CHECKING:
    from vigie.settings import Bot

AFTER_A_DEFECT = 5.0
"""Seconds until a watch whose decision failed is asked to decide again."""


class LaunchedWith(NamedTuple):
    """What of its settings a process has been given for good. ``environment`` holds secrets: it is never shown."""

    command: tuple[str, ...]
    directory: str
    environment: Mapping[str, str]

    def __repr__(self) -> str:
        """Show no value of the environment."""
        return f"LaunchedWith({self.command!r}, {self.directory!r})"


class Change:
    """What one fact led to: handed to everyone who listens to a watch, as things stood at that moment."""

    __slots__ = ("after", "answer", "before", "by_us", "fact", "failure", "identity", "orders")

    def __init__(self, fact: Fact, before: Status, after: Status, orders: tuple[Order, ...]) -> None:
        """Keep the fact with the status on both sides of it."""
        self.fact = fact
        self.before = before
        self.after = after
        self.orders = orders
        self.answer: Answer | None = None
        """The last probe's answer in full."""
        self.failure: LaunchError | None = None
        """Why the last launch failed, when it did."""
        self.identity: Identity | None = None
        """The process held, with ``by_us`` telling whether it was launched by us or by hand."""
        self.by_us = True


Listener = Callable[["Watch", Change], None]


class Watch:
    """One bot and everything that is known and held of it."""

    def __init__(
        self,
        bot: Bot,
        place: Place,
        engine: Engine,
        reactor: Reactor,
        status: Status | None = None,
        reserve: Reserve | None = None,
    ) -> None:
        """Start from ``status``, or from knowing nothing; ``reserve`` is shared with the other watches."""
        self.spec = bot.spec
        self.environment = bot.environment
        self.place = place
        self.reactor = reactor
        self.status = status or Status(seen=reactor.now())
        self.answer: Answer | None = None
        self.commit: str | None = None
        """The commit that was checked out when the running copy was launched."""
        self.started: float | None = None
        """Calendar time of the running copy's launch, seconds since 1970."""
        self.last_restart: float | None = None
        """Calendar time of the last restart, seconds since 1970."""
        self.queued: tuple[str, ...] | None = None
        """Bots whose start is waited for before this one's; () when only its turn is; None: nothing is."""
        self.listeners: list[Listener] = []
        self.on_trouble: Callable[[Problem], None] | None = None
        """Hears of what went wrong beside the bot itself, to be told."""
        self.launched_with: LaunchedWith | None = None
        """What the living process was launched with, or the settings of the day it was adopted."""
        self.log_path = place.bot_log(bot.spec.name)
        self.log_starts: dict[int, int] = {}
        """Bytes in the log when a copy was launched, by its pid: what follows are its own words."""
        self._log_size = 0
        self.hands = Hands(
            bot.spec,
            bot.environment,
            self.log_path,
            place.copy_lock(bot.spec.name),
            engine,
            reactor,
            self.feed,
            self._heard,
            self._prepare_log,
            self._find,
            reserve or Reserve(reactor.call_soon, spare=0),
            self._beside,
        )
        self._engine = engine
        self._facts: deque[Fact] = deque()
        self._untold: deque[Change] = deque()
        self._busy = False

    @property
    def name(self) -> str:
        """The bot's name."""
        return self.spec.name

    @property
    def word(self) -> str:
        """The one word for its state."""
        word = shown(self.status)
        return STARTING if word == STOPPED and self.queued is not None else word

    @property
    def all_told(self) -> bool:
        """Whether listeners have heard of all that happened, or hear of the last of it right now."""
        return not self._facts and not self._untold

    def renew(self, bot: Bot) -> None:
        """Go by these settings from now on; a process that lives keeps the environment it was given."""
        self.spec = bot.spec
        self.environment = bot.environment
        self.hands.renew(bot.spec, bot.environment)

    def adopt(self, held: Held, launched_at: float, launched_by_us: bool) -> None:
        """Go on with a process that already lives; ``launched_at`` is on the steady clock."""
        self.hands.take_hold(held, launched_by_us)
        self.feed(Adopted(held.identity.pid, launched_at, luck()))

    def feed(self, fact: Fact) -> None:
        """Take a fact in, now or as soon as the present one has been dealt with."""
        if isinstance(fact, Exited):
            self._facts.appendleft(fact)
        else:
            self._facts.append(fact)
        if self._busy:
            return
        self._busy = True
        try:
            while self._facts or self._untold:
                if self._facts:
                    self._take(self._facts.popleft())
                else:
                    self._tell(self._untold.popleft())
        finally:
            self._busy = False

    def ask_now(self) -> None:
        """Put the next routine question at once: whoever asks how a bot is does not want old news."""
        health, now = self.status.health, self.reactor.now()
        if health.verdict is Verdict.WELL and health.asked is None and health.next_at > now:
            self.status = replace(self.status, health=replace(health, next_at=now))
            self.feed(TimeCame())

    def overslept(self, gap: float) -> None:
        """We were late or the machine slept: what was being measured is void."""
        self.feed(ClockJumped(gap))

    def let_go(self) -> None:
        """Stop watching; the bot lives on."""
        self.hands.let_go()

    def _take(self, fact: Fact) -> None:
        before = self.status
        try:
            self.status, orders = decide(before, fact, self.spec, self.reactor.now())
        except Exception as error:  # noqa: BLE001  (a defect of the core: this bot must not be forgotten)
            self.hands.wake_at(self.reactor.now() + AFTER_A_DEFECT, lambda: self.feed(TimeCame()))
            self.reactor.fault(error)
            return
        change = Change(fact, before, self.status, orders)
        self._note(change)
        for order in orders:
            if not isinstance(order, (Record, Tell)):
                try:
                    self.hands.carry_out(order)
                except Exception as error:  # noqa: BLE001  (the other orders, a WakeAt above all, still hold)
                    self.reactor.fault(error)
        self._untold.append(change)

    def _note(self, change: Change) -> None:
        fact, clock = change.fact, self.reactor.clock
        self.hands.launched_at = self.status.life.launched_at
        if isinstance(fact, Launched):
            # the newest few: a death may be told after the next copy was launched
            kept = list(self.log_starts.items())[-7:]
            self.log_starts = {**dict(kept), fact.pid: self._log_size}
        if isinstance(fact, (Launched, Adopted)):
            self.launched_with = LaunchedWith(self.spec.command, self.spec.directory, self.environment)
            self.answer = None
            self.started = clock.wall() - (clock.steady() - self.status.life.launched_at)
            if change.after.tally.restart_count > change.before.tally.restart_count:
                self.last_restart = clock.wall()
        change.answer = self.answer
        change.failure = self.hands.failure
        change.by_us = self.hands.launched_by_us
        change.identity = None if self.hands.held is None else self.hands.held.identity

    def _tell(self, change: Change) -> None:
        for listener in tuple(self.listeners):
            try:
                listener(self, change)
            except Exception as error:  # noqa: BLE001  (those who listen beside it must hear nonetheless)
                self.reactor.fault(error)

    def _find(self) -> Found | None:
        clock = self.reactor.clock
        now = Moment(clock.steady(), clock.wall(), "")
        return find_living(
            self.spec, NOTHING, self.place.copy_lock(self.name), self._engine, now, patience=0.0, fresh=BATCH
        )

    def _beside(self, launching: bool) -> Override | None:
        return (parked_command if launching else left_parked)(self.place, self.spec)

    def _prepare_log(self) -> None:
        self._make_room()
        note = self.place.log_note(self.name)
        try:
            self._log_size = end_of(self.log_path, note)
        except OSError:
            self._log_size = 0
        mark_now(self.log_path, note, self.place.log_marks(self.name), self.reactor.clock.wall)

    def _make_room(self) -> None:
        for folder in (self.place.root, self.spec.directory):
            if not os.path.isdir(folder):
                # the project was moved or removed: what we would make there would be of use to nobody
                raise LaunchError("engine.directory-missing", directory=folder)
        most = self.spec.log_max_size
        try:
            if most is None or os.stat(self.log_path).st_size <= most:
                return
        except OSError:
            return  # the first launch, or what the launch itself will stumble over
        trouble = rotate_at_launch(self.log_path, most, self.spec.log_keep, self.place.log_note(self.name))
        if trouble is not None and self.on_trouble is not None:
            self.on_trouble(trouble)
        # compressing 10 MB takes a third of a second, and nobody shall wait for that
        self.reactor.call_soon(self._compress)

    def _compress(self) -> None:
        import threading

        thread = threading.Thread(
            target=compress_rotated, args=(self.log_path, self.spec.log_keep), daemon=True
        )
        try:
            thread.start()
        except RuntimeError:
            pass  # no thread left: the next launch tries again

    def _heard(self, answer: Answer) -> None:
        self.answer = answer
