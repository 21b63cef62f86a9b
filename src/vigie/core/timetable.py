"""Restarts with nothing wrong behind them: after an age, or at an hour of the day, if the day has a start left."""

from __future__ import annotations

from vigie.core import crash_loop
from vigie.core.spec import Spec
from vigie.core.states import Phase, Status, Want

AGE_JITTER = 0.1
"""A bot may be replaced up to a tenth of ``max_age`` early, so that bots of one age do not leave together."""

FRESH = 300.0
"""Seconds for which a new process counts as fresh as a restart at the named hour would make it."""


def too_old_at(status: Status, spec: Spec) -> float | None:
    """Return the moment at which the living process has had its age, and the day a start left; None: never."""
    life = status.life
    if spec.max_age is None or life.phase is not Phase.ALIVE or status.wish.want is not Want.UP:
        return None
    if status.wish.again is not None:
        return None
    old = life.launched_at + spec.max_age * (1.0 - AGE_JITTER * life.luck)
    return max(old, crash_loop.room_at(status.tally, spec, status.seen))


def is_fresh(status: Status, now: float) -> bool:
    """Tell whether the living process is so young that an hour of the day need not replace it."""
    return now - status.life.launched_at < FRESH
