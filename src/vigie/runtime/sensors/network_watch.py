"""Tells bots whose quick tries were given up that the machine has a way out again, which may be all they lacked."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from vigie.core.facts import NetworkReturned
from vigie.core.reasons import Reason
from vigie.runtime.reactor import Reactor, Timer
from vigie.runtime.sensors.way_out import way_out
from vigie.runtime.watch import Watch

NETWORK_EVERY = 2.0
"""Seconds between two looks while some bot waits for its next try; a look takes some 50 microseconds.

Asking is as quick as listening to the kernel's routing messages would let us be in what a person notices, and
the same on three systems.
"""

SELDOM = 10.0
"""Seconds between two looks while nobody waits: so it is known already whether there was a way out."""

SETTLED = 1.0
"""Seconds for which a way out must have been there: an address comes a moment before names can be looked up."""

WAITING = (Reason.WAITING_BACKOFF, Reason.GAVE_UP)


class NetworkWatch:
    """Looks for all bots at once."""

    def __init__(
        self,
        watches: Callable[[], Iterable[Watch]],
        reactor: Reactor,
        look: Callable[[], str | None] = way_out,
    ) -> None:
        """Begin; ``watches`` tells which bots there are at each moment, ``look`` what ``way_out`` does."""
        self._watches = watches
        self._reactor = reactor
        self._way_out = look
        self._known: str | None = None
        """The way out when it was last settled; None before the first look."""
        self._seen: str | None = None
        self._back_since: float | None = None
        """When the way out last came back, on the steady clock."""
        self._told: dict[str, float] = {}
        """Of which return each bot has been told."""
        self._timer: Timer = reactor.call_at(reactor.now(), self._look)

    def stop(self) -> None:
        """Look no more."""
        self._timer.cancel()

    def _look(self) -> None:
        wait = SELDOM
        try:
            watches = list(self._watches())
            if any(watch.status.tally.waiting in WAITING for watch in watches):
                wait = NETWORK_EVERY
            self._take_in(self._way_out())
            if self._seen != self._known:
                wait = SETTLED
            self._tell(watches)
        finally:
            self._timer = self._reactor.call_at(self._reactor.now() + wait, self._look)

    def _take_in(self, way: str | None) -> None:
        """Notice a way out that was not there before, once it was seen twice in a row."""
        if way is None:
            return
        before, self._seen = self._seen, way
        if self._known is None or way == "":
            self._known = way
        elif way == before != self._known:
            self._known = way
            self._back_since = self._reactor.now()

    def _tell(self, watches: list[Watch]) -> None:
        """Tell each bot that was given up and whose last try began before the way out came back."""
        back = self._back_since
        if back is None or self._known == "":
            return
        for watch in watches:
            status = watch.status
            if status.tally.waiting is not Reason.GAVE_UP or status.life.launched_at >= back:
                continue
            if self._told.get(watch.name) != back:
                self._told[watch.name] = back
                watch.feed(NetworkReturned())
