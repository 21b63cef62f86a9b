"""When time itself matters next: whoever waits has a due time."""

from __future__ import annotations

from vigie.core.reasons import Reason
from vigie.core.spec import Spec
from vigie.core.states import WANTED, Phase, Proof, Status, Verdict
from vigie.core.thresholds import ANSWER_SLACK, reason_to_ask
from vigie.core.trial import SWITCH_LIMIT, passes_at

KILL_AGAIN = 5.0
"""Seconds after which a tree that would not vanish (uninterruptible sleep) is killed once more."""

STOP_STEPS = 2
"""Manners of asking: first the one that closes real bots cleanly, half-way through the firmer one."""

Due = tuple[float, Reason]


def step_ends_at(status: Status, spec: Spec) -> float:
    """Return the moment at which the present manner of asking has had its share of ``stop_timeout``."""
    return status.life.since + spec.stop_timeout * (status.life.step + 1) / STOP_STEPS


def next_due(status: Status, spec: Spec) -> Due | None:
    """Return the nearest moment at which something must be decided though nothing happened, and why."""
    moments = [*_life(status, spec), *_trial(status, spec)]
    return min(moments, key=lambda due: due[0], default=None)


def _life(status: Status, spec: Spec) -> list[Due]:
    life, tally = status.life, status.tally
    if life.phase is Phase.ABSENT:
        if status.wish.want not in WANTED or status.trial.proof is Proof.SWITCHING:
            return []
        if tally.next_start_at is None:
            return []
        return [(tally.next_start_at, tally.waiting or Reason.WAITING_BACKOFF)]
    if life.phase is Phase.STOPPING:
        return [(step_ends_at(status, spec), Reason.STOP_TIMEOUT)]
    if life.phase in (Phase.KILLING, Phase.CLEARING):
        return [(life.since + KILL_AGAIN, Reason.LEFTOVERS)]
    return _alive(status, spec) if life.phase is Phase.ALIVE else []


def _alive(status: Status, spec: Spec) -> list[Due]:
    health, life = status.health, status.life
    moments: list[Due] = []
    if health.asked is None:
        moments.append((health.next_at, reason_to_ask(health)))
    else:
        moments.append((health.asked_at + spec.check_timeout + ANSWER_SLACK, Reason.ROUTINE))
    if health.verdict is Verdict.NEW:
        moments.append((life.launched_at + spec.start_grace, Reason.NEVER_READY))
    elif status.tally.deaths and health.verdict is Verdict.WELL and health.online_since is not None:
        moments.append((health.online_since + spec.backoff_reset, Reason.HEALTHY))
    return moments


def _trial(status: Status, spec: Spec) -> list[Due]:
    if status.trial.proof is Proof.SWITCHING:
        return [(status.trial.since + SWITCH_LIMIT, Reason.TRIAL_FAILED)]
    passing = passes_at(status.trial, spec) if status.life.phase is Phase.ALIVE else None
    return [] if passing is None else [(passing, Reason.TRIAL_PASSED)]
