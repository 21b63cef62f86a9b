"""When time itself matters next: whoever waits has a due time.

One wait has none: *launching* is answered by our own hands before anything else is looked at.
"""

from __future__ import annotations

from vigie.core.reasons import Reason
from vigie.core.spec import Spec
from vigie.core.states import WANTED, Phase, Proof, Status, Verdict
from vigie.core.thresholds import grace_ends_at, lost_at, reason_to_ask
from vigie.core.timetable import too_old_at
from vigie.core.trial import SWITCH_LIMIT

KILL_AGAIN = 5.0
"""Seconds after which a tree that would not vanish (uninterruptible sleep) is killed once more."""

Due = tuple[float, Reason]


def step_ends_at(status: Status, spec: Spec) -> float:
    """Return the moment at which the present manner of asking has had its share of ``stop_timeout``."""
    return status.life.since + spec.stop_timeout * (status.life.step + 1) / len(spec.stop_signals)


def forgiven_at(status: Status, spec: Spec) -> float | None:
    """Return the moment at which the deaths of the past are forgotten, None when nothing is to be."""
    health, tally = status.health, status.tally
    if status.life.phase is not Phase.ALIVE or health.verdict is not Verdict.WELL:
        return None
    if health.online_since is None or not (tally.deaths or tally.told):
        return None
    return health.online_since + spec.backoff_reset


def next_due(status: Status, spec: Spec) -> Due | None:
    """Return the nearest moment at which something must be decided though nothing happened, and why."""
    moments = [*_life(status, spec), *_trial(status)]
    return min(moments, key=lambda due: due[0], default=None)


def _life(status: Status, spec: Spec) -> list[Due]:
    life, tally = status.life, status.tally
    if life.phase is Phase.ABSENT:
        switching = status.trial.proof is Proof.SWITCHING  # its end is what is waited for, see below
        if tally.next_start_at is None or switching or status.wish.want not in WANTED:
            return []
        return [(tally.next_start_at, tally.waiting or Reason.WAITING_BACKOFF)]
    if life.phase is Phase.STOPPING:
        return [(step_ends_at(status, spec), Reason.STOP_TIMEOUT)]
    if life.phase in (Phase.KILLING, Phase.CLEARING):
        return [(life.since + KILL_AGAIN, Reason.LEFTOVERS)]
    return _alive(status, spec) if life.phase is Phase.ALIVE else []


def _alive(status: Status, spec: Spec) -> list[Due]:
    health = status.health
    lost = lost_at(health, spec)
    moments: list[Due] = [(health.next_at if lost is None else lost, reason_to_ask(health))]
    grace = grace_ends_at(health, status.life.launched_at, spec)
    if grace is not None:
        moments.append((grace, Reason.NEVER_READY))
    too_old = too_old_at(status, spec)
    if too_old is not None:
        moments.append((too_old, Reason.MAX_AGE))
    forgiven = forgiven_at(status, spec)
    if forgiven is not None:
        moments.append((forgiven, Reason.HEALTHY))
    return moments


def _trial(status: Status) -> list[Due]:
    if status.trial.proof is not Proof.SWITCHING:
        return []
    return [(status.trial.since + SWITCH_LIMIT, Reason.TRIAL_FAILED)]
