"""One bot being watched: its status, its hands, and what becomes of each decision.

Facts are taken one at a time, exits before anything else that waits; each decision's orders are carried out
before the next fact is looked at. After every batch the ledger, the public status and whoever waits for an
outcome hear of what changed.
"""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING

from vigie.core.facts import Adopted, ClockJumped, Exited, Fact, Launched
from vigie.core.machine import decide
from vigie.core.orders import Order, Record, Tell
from vigie.core.states import Status, shown
from vigie.engines.base import Engine, Held
from vigie.probes.conversation import Answer
from vigie.records.log_rotation import compress_rotated, rotate_at_launch
from vigie.runtime.hands import Hands
from vigie.runtime.place import Place
from vigie.runtime.reactor import Reactor

if TYPE_CHECKING:
    from vigie.settings import Bot


class Change:
    """What one fact led to: handed to everyone who listens to a watch."""

    __slots__ = ("after", "before", "fact", "orders")

    def __init__(self, fact: Fact, before: Status, after: Status, orders: tuple[Order, ...]) -> None:
        """Keep the fact with the status on both sides of it."""
        self.fact = fact
        self.before = before
        self.after = after
        self.orders = orders


Listener = Callable[["Watch", Change], None]


class Watch:
    """One bot and everything that is known and held of it."""

    def __init__(
        self, bot: Bot, place: Place, engine: Engine, reactor: Reactor, status: Status | None = None
    ) -> None:
        """Start from ``status``, or from knowing nothing."""
        self.spec = bot.spec
        self.place = place
        self.reactor = reactor
        self.status = status or Status(seen=reactor.now())
        self.answer: Answer | None = None
        self.answered_at: float | None = None
        self.commit: str | None = None
        """The commit that was checked out when the running copy was launched."""
        self.last_restart: float | None = None
        """Calendar time of the last restart, seconds since 1970."""
        self.listeners: list[Listener] = []
        self.log_path = place.bot_log(bot.spec.name)
        self.hands = Hands(
            bot.spec,
            bot.environment,
            self.log_path,
            place.copy_lock(bot.spec.name),
            engine,
            reactor,
            self.feed,
            self._heard,
            self._make_room,
        )
        self._facts: deque[Fact] = deque()
        self._busy = False

    @property
    def name(self) -> str:
        """The bot's name."""
        return self.spec.name

    @property
    def word(self) -> str:
        """The one word for its state."""
        return shown(self.status)

    def adopt(self, held: Held, launched_at: float, launched_by_us: bool) -> None:
        """Go on with a process that already lives; ``launched_at`` is on the steady clock."""
        self.hands.take_hold(held, launched_by_us)
        self.feed(Adopted(held.identity.pid, launched_at))

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
            while self._facts:
                self._take(self._facts.popleft())
        finally:
            self._busy = False

    def overslept(self, gap: float) -> None:
        """We were late or the machine slept: what was being measured is void."""
        self.feed(ClockJumped(gap))

    def let_go(self) -> None:
        """Stop watching; the bot lives on."""
        self.hands.let_go()

    def _take(self, fact: Fact) -> None:
        before = self.status
        self.status, orders = decide(before, fact, self.spec, self.reactor.now())
        if isinstance(fact, Launched) and self.status.tally.restart_count > before.tally.restart_count:
            self.last_restart = self.reactor.clock.wall()
        if isinstance(fact, (Launched, Adopted)):
            self.answer = None
        self.hands.launched_at = self.status.life.launched_at
        for order in orders:
            if not isinstance(order, (Record, Tell)):
                self.hands.carry_out(order)
        change = Change(fact, before, self.status, orders)
        for listener in tuple(self.listeners):
            listener(self, change)

    def _make_room(self) -> None:
        rotate_at_launch(self.log_path)
        if os.path.exists(f"{self.log_path}.1"):
            # compressing 10 MB takes a third of a second, and nobody shall wait for that
            threading.Thread(target=compress_rotated, args=(self.log_path,), daemon=True).start()

    def _heard(self, answer: Answer) -> None:
        self.answer = answer
        self.answered_at = self.reactor.clock.wall()
