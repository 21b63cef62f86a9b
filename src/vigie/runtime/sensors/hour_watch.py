"""Tells the core when an hour of the day has come at which a bot is to be restarted (``restart_at``)."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable

from vigie.core.facts import HourCame
from vigie.runtime.reactor import Reactor, Timer
from vigie.runtime.watch import Watch

HOUR_EVERY = 30.0
"""Seconds between two looks at the calendar at most: people and time servers may set it at any moment."""

MADE_UP_FOR = 600.0
"""Seconds after which an hour that was missed, because the machine slept or nobody watched, is let go."""

SPREAD_EACH = 15.0
SPREAD_MOST = 180.0
"""The restart comes up to so many seconds late for each bot watched, and at most so many for all of them: a
single bot keeps to its minute, and many bots of one machine do not log in at once."""

DAY = 86_400.0


class HourWatch:
    """Keeps the timetable of all bots that have one."""

    def __init__(
        self, watches: Callable[[], Iterable[Watch]], reactor: Reactor, draw: Callable[[], float]
    ) -> None:
        """Begin; ``watches`` tells which bots there are at each moment, ``draw`` is luck in [0, 1)."""
        self._watches = watches
        self._reactor = reactor
        self._draw = draw
        self._plans: dict[str, _Plan] = {}
        self._timer: Timer = reactor.call_at(reactor.now(), self._look)

    def stop(self) -> None:
        """Look no more."""
        self._timer.cancel()

    def _look(self) -> None:
        wait = HOUR_EVERY
        try:
            watches = [watch for watch in self._watches() if watch.spec.restart_at]
            self._plans = {watch.name: self._plan(watch) for watch in watches}
            for watch in watches:
                wait = min(wait, self._serve(watch, len(watches)))
        finally:
            self._timer = self._reactor.call_at(self._reactor.now() + wait, self._look)

    def _plan(self, watch: Watch) -> _Plan:
        plan = self._plans.get(watch.name)
        if plan is None or plan.hours != watch.spec.restart_at:
            # an hour that came moments before we did is still served, by whoever watches now
            return _Plan(watch.spec.restart_at, self._reactor.clock.wall() - MADE_UP_FOR, self._draw())
        return plan

    def _serve(self, watch: Watch, bots: int) -> float:
        """Tell the core when the hour has come, and return the seconds to the next look."""
        plan, wall = self._plans[watch.name], self._reactor.clock.wall()
        if plan.after > wall + DAY:
            plan.after = wall  # the clock was far ahead and has been put right
        due = plan.due()
        if due is None:
            return HOUR_EVERY
        moment = due + plan.luck * min(SPREAD_EACH * bots, SPREAD_MOST)
        if wall < moment:
            return max(0.0, moment - wall)
        plan.after, plan.luck = max(due, wall - MADE_UP_FOR - SPREAD_MOST), self._draw()
        renewed = watch.started is not None and due <= watch.started <= wall
        if wall < moment + MADE_UP_FOR and not renewed:
            watch.feed(HourCame())
        return 0.0


class _Plan:
    """One bot's hours, and the moment up to which they have been served."""

    __slots__ = ("after", "hours", "luck")

    def __init__(self, hours: tuple[str, ...], after: float, luck: float) -> None:
        self.hours = hours
        self.after = after
        self.luck = luck

    def due(self) -> float | None:
        from vigie.runtime.sensors.hours import next_time

        if sys.platform != "win32":  # pragma: no branch  (Windows has no tzset)
            time.tzset()  # the machine may have been carried to another time zone
        return next_time(self.hours, self.after)
