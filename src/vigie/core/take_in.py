"""What each fact changes by itself, before anything is decided: one small function for each kind of fact.

A fact that does not fit the present phase (a late answer, the exit of a process that was replaced) changes
nothing. Nothing is ordered here; ``machine`` settles what follows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from vigie.core import crash_loop, thresholds, trial
from vigie.core.facts import (
    Adopted,
    Asked,
    ClockJumped,
    CodeChanged,
    Exited,
    Fact,
    Launched,
    LaunchFailed,
    MemoryExceeded,
    ProbeFailed,
    ProbeImpossible,
    ProbePassed,
    Shipped,
    SwitchedBack,
    TimeCame,
    TreeGone,
    Verb,
)
from vigie.core.reasons import Reason
from vigie.core.spec import Spec
from vigie.core.states import Life, Phase, Status, Verdict, Want, Wish

DEATHS = (Reason.CRASHED, Reason.HUNG, Reason.NEVER_READY)
"""Ends that nobody asked for: each counts against the bot."""


def take_in(status: Status, fact: Fact, spec: Spec, now: float) -> Status:
    """Return the status with ``fact`` taken in."""
    return _TAKERS[type(fact)](status, fact, spec, now)


def _asked(status: Status, fact: Asked, _spec: Spec, _now: float) -> Status:
    tally = status.tally if fact.by_monitor else crash_loop.forgiven(status.tally)
    status = replace(status, tally=tally)
    if fact.verb is Verb.STOP:
        return replace(status, wish=Wish(Want.DOWN, Reason.ASKED_STOP))
    reason = Reason.MONITOR_STARTED if fact.by_monitor else Reason(f"asked-{fact.verb.value}")
    kept = fact.keep or status.wish.want is Want.UP
    wish = Wish(
        Want.UP if kept else Want.ONCE,
        reason,
        again=Reason.ASKED_RESTART if fact.verb is Verb.RESTART else None,
        cure=fact.verb is Verb.ENSURE,
    )
    life = status.life
    if life.phase in (Phase.ALIVE, Phase.LAUNCHING):
        return replace(status, wish=wish)
    # whatever was going on ends first; what comes next was asked for by a person, and is told as such
    restart = Reason.ASKED_RESTART if fact.verb is Verb.RESTART else None
    cause = life.cause if fact.by_monitor else restart
    return replace(status, wish=replace(wish, again=None), life=replace(life, cause=cause, detail=None))


def _launched(status: Status, fact: Launched, _spec: Spec, now: float) -> Status:
    if status.life.phase is not Phase.LAUNCHING:
        return status
    again = status.life.cause is not None
    tally = status.tally
    return replace(
        status,
        wish=replace(status.wish, cure=False),
        life=replace(
            status.life,
            phase=Phase.ALIVE,
            since=now,
            pid=fact.pid,
            launched_at=now,
            exit_code=None,
            exit_signal=None,
        ),
        health=thresholds.fresh(status.health, now),
        tally=replace(tally, restart_count=tally.restart_count + 1) if again else tally,
    )


def _launch_failed(status: Status, fact: LaunchFailed, spec: Spec, now: float) -> Status:
    if status.life.phase is not Phase.LAUNCHING:
        return status
    cause = Reason.LAUNCH_REFUSED if fact.refused else Reason.LAUNCH_FAILED
    status = replace(status, life=Life(since=now, cause=cause, detail=fact.detail))
    return _died(status, spec, now, fact.luck)


def _adopted(status: Status, fact: Adopted, spec: Spec, now: float) -> Status:
    if status.life.phase is not Phase.ABSENT:
        return status
    # older than its grace: it must have answered once, so failures count from the first one on
    old = now - fact.launched_at >= spec.start_grace
    health = replace(thresholds.fresh(status.health, now), verdict=Verdict.DOUBTED if old else Verdict.NEW)
    life = Life(Phase.ALIVE, now, fact.pid, min(fact.launched_at, now), cause=Reason.ADOPTED)
    return replace(status, life=life, health=health)


def _exited(status: Status, fact: Exited, _spec: Spec, now: float) -> Status:
    life = status.life
    if fact.pid != life.pid or life.phase not in (Phase.ALIVE, Phase.STOPPING, Phase.KILLING):
        return status
    return replace(
        status,
        life=replace(
            life,
            phase=Phase.CLEARING,
            since=now,
            cause=Reason.CRASHED if life.phase is Phase.ALIVE else life.cause,
            exit_code=fact.code,
            exit_signal=fact.signal,
        ),
        health=thresholds.fresh(status.health, now),
        tally=replace(status.tally, luck=fact.luck),
    )


def _tree_gone(status: Status, _fact: TreeGone, spec: Spec, now: float) -> Status:
    life = status.life
    if life.phase not in (Phase.KILLING, Phase.CLEARING):
        return status
    status = replace(
        status,
        life=replace(life, phase=Phase.ABSENT, since=now, pid=None, step=0),
        health=thresholds.fresh(status.health, now),
    )
    if life.cause not in DEATHS:
        return status
    return _died(status, spec, now, status.tally.luck)


def _died(status: Status, spec: Spec, now: float, luck: float) -> Status:
    if status.wish.want is not Want.UP:
        return replace(status, wish=replace(status.wish, want=Want.DOWN, again=None, cure=False))
    return replace(status, tally=crash_loop.after_death(status.tally, spec, now, luck))


def _probe_passed(status: Status, fact: ProbePassed, spec: Spec, now: float) -> Status:
    if fact.number != status.health.asked:
        return status
    return replace(
        status,
        health=thresholds.passed(status.health, spec, now),
        trial=trial.seen_well(status.trial, now),
        wish=replace(status.wish, cure=False),
    )


def _probe_failed(status: Status, fact: ProbeFailed, spec: Spec, now: float) -> Status:
    if fact.number != status.health.asked:
        return status
    return replace(
        status,
        health=thresholds.failed(status.health, fact.why, spec, now),
        trial=trial.seen_unwell(status.trial),
    )


def _probe_impossible(status: Status, fact: ProbeImpossible, spec: Spec, now: float) -> Status:
    if fact.number != status.health.asked:
        return status
    return replace(status, health=thresholds.void(status.health, spec, now))


def _clock_jumped(status: Status, fact: ClockJumped, spec: Spec, now: float) -> Status:
    gap = max(fact.gap, 0.0)
    life, health, proof = status.life, status.health, status.trial
    if life.phase is Phase.ALIVE:
        health = thresholds.void(thresholds.doubt_lifted(health), spec, now)
    since = health.online_since
    return replace(
        status,
        life=replace(life, since=min(life.since + gap, now), launched_at=min(life.launched_at + gap, now)),
        health=replace(health, online_since=None if since is None else min(since + gap, now)),
        trial=replace(
            proof, since=min(proof.since + gap, now), well_since=_later(proof.well_since, gap, now)
        ),
    )


def _later(moment: float | None, gap: float, now: float) -> float | None:
    return None if moment is None else min(moment + gap, now)


def _code_changed(status: Status, _fact: CodeChanged, spec: Spec, now: float) -> Status:
    if spec.on_change != "restart":
        return status
    return _replace_living(status, Reason.CODE_CHANGED, spec, now)


def _memory_exceeded(status: Status, _fact: MemoryExceeded, spec: Spec, now: float) -> Status:
    return _replace_living(status, Reason.MEMORY_EXCEEDED, spec, now)


def _replace_living(status: Status, reason: Reason, spec: Spec, now: float) -> Status:
    if status.life.phase is not Phase.ALIVE or status.wish.want is not Want.UP or status.wish.again:
        return status
    if not crash_loop.may_restart(status.tally, spec, now):
        return status  # taking a living bot down with no start left for the day would leave it down
    return replace(status, wish=replace(status.wish, again=reason))


def _shipped(status: Status, fact: Shipped, _spec: Spec, now: float) -> Status:
    return replace(status, trial=trial.shipped(status.trial, fact.release, fact.way_back, now))


def _switched_back(status: Status, _fact: SwitchedBack, _spec: Spec, _now: float) -> Status:
    return replace(status, trial=trial.switched_back(status.trial))


def _time_came(status: Status, _fact: TimeCame, spec: Spec, now: float) -> Status:
    health = status.health
    if health.asked is not None and now >= health.asked_at + spec.check_timeout + thresholds.ANSWER_SLACK:
        return replace(status, health=thresholds.void(health, spec, now))
    return status


_TAKERS: dict[type, Callable[[Status, Any, Spec, float], Status]] = {
    Asked: _asked,
    Launched: _launched,
    LaunchFailed: _launch_failed,
    Adopted: _adopted,
    Exited: _exited,
    TreeGone: _tree_gone,
    ProbePassed: _probe_passed,
    ProbeFailed: _probe_failed,
    ProbeImpossible: _probe_impossible,
    TimeCame: _time_came,
    ClockJumped: _clock_jumped,
    CodeChanged: _code_changed,
    MemoryExceeded: _memory_exceeded,
    Shipped: _shipped,
    SwitchedBack: _switched_back,
}
