"""What each fact changes by itself, before anything is decided: one small function for each kind of fact.

A fact that does not fit the present phase (a late answer, the exit of a process that was replaced) changes
nothing. Nothing is ordered here; ``machine`` settles what follows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from vigie.core import crash_loop, exit_policy, thresholds, timetable, trial
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
    MemoryExceeded,
    NetworkReturned,
    ProbeFailed,
    ProbeImpossible,
    ProbePassed,
    SettingsChanged,
    Shipped,
    SwitchedBack,
    TimeCame,
    TreeGone,
    Verb,
)
from vigie.core.reasons import Reason
from vigie.core.spec import Spec
from vigie.core.states import Life, Phase, Proof, Status, Tally, Trial, Verdict, Want, Wish

DEATHS = (Reason.CRASHED, Reason.HUNG, Reason.NEVER_READY, Reason.MEMORY_EXCEEDED)
"""Ends that nobody asked for. Each counts: a bot that is always ill must not be restarted without pause."""


def take_in(status: Status, fact: Fact, spec: Spec, now: float) -> Status:
    """Return the status with ``fact`` taken in."""
    return _TAKERS[type(fact)](status, fact, spec, now)


def _asked(status: Status, fact: Asked, _spec: Spec, _now: float) -> Status:
    status = replace(status, tally=_pardoned(status.tally, fact))
    up_now = status.life.phase in (Phase.ALIVE, Phase.LAUNCHING)
    if fact.verb is Verb.STOP:
        life = status.life if up_now else replace(status.life, cause=Reason.ASKED_STOP, detail=None)
        return replace(status, wish=Wish(Want.DOWN, Reason.ASKED_STOP), life=life)
    wish, kept = status.wish, fact.keep or status.wish.want is Want.UP
    reason = Reason.MONITOR_STARTED if fact.by_monitor else Reason(f"asked-{fact.verb.value}")
    restart = Reason.ASKED_RESTART if fact.verb is Verb.RESTART else None
    if up_now:
        # what an earlier wish promised is still owed
        again, cure = restart or wish.again, wish.cure or fact.verb is Verb.ENSURE
        return replace(status, wish=Wish(Want.UP if kept else Want.ONCE, reason, again, cure))
    # Whatever was going on ends first. What comes next was asked for by a person and is told as such; where a
    # program asked it stays what it was, and so does a restart that is under way.
    stays = kept and (fact.by_monitor or fact.verb is Verb.ENSURE)
    stays = stays and status.life.cause not in exit_policy.FOR_GOOD
    stays = stays or status.life.cause is Reason.ASKED_RESTART
    life = replace(status.life, cause=status.life.cause if stays else restart, detail=None)
    return replace(status, wish=Wish(Want.UP if kept else Want.ONCE, reason), life=life)


def _pardoned(tally: Tally, fact: Asked) -> Tally:
    """A person's word forgets the past. A monitor that was started anew changes nothing; ``ensure``, which a
    timer may say every minute, only skips the pause: the limits hold against it.
    """
    if fact.by_monitor:
        return tally
    return crash_loop.hurried(tally) if fact.verb is Verb.ENSURE else crash_loop.forgiven(tally)


def _launched(status: Status, fact: Launched, _spec: Spec, now: float) -> Status:
    life = status.life
    if life.phase is not Phase.LAUNCHING:
        return status
    return replace(
        status,
        wish=replace(status.wish, cure=False),
        life=Life(Phase.ALIVE, now, fact.pid, now, cause=life.cause, luck=fact.luck),
        health=thresholds.fresh(status.health, now),
        tally=_counted(status),
    )


def _counted(status: Status) -> Tally:
    again = status.life.phase is Phase.LAUNCHING and status.life.cause is not None
    count = status.tally.restart_count + again
    return replace(crash_loop.hurried(status.tally), restart_count=count, refusals=0)


def _launch_failed(status: Status, fact: LaunchFailed, spec: Spec, now: float) -> Status:
    if status.life.phase is not Phase.LAUNCHING:
        return status
    cause = Reason.LAUNCH_REFUSED if fact.refused else Reason.LAUNCH_FAILED
    wish = replace(status.wish, again=None)  # there is no copy to replace
    ordered_at = status.life.since
    status = replace(status, wish=wish, life=Life(since=now, cause=cause, detail=fact.detail))
    if wish.want is not Want.UP:
        return status
    if fact.refused:
        tally = crash_loop.not_started(status.tally, ordered_at)
        return replace(status, tally=crash_loop.refused(tally, spec, now, fact.luck))
    if not exit_policy.comes_back(spec):
        return _left_down(status)
    return _died(status, spec, now, fact.luck)


def _left_down(status: Status) -> Status:
    """Nobody but a person launches the bot again; a copy that somebody launches by hand is left in peace."""
    return replace(status, wish=Wish(Want.AS_IS, Reason.NOT_RESTARTED))


def _adopted(status: Status, fact: Adopted, spec: Spec, now: float) -> Status:
    # found while launching: we ourselves died before we could note that the launch had succeeded
    if status.life.phase not in (Phase.ABSENT, Phase.LAUNCHING):
        return status
    # older than its grace: it must have answered once, so failures count from the first one on
    old = now - fact.launched_at >= spec.start_grace
    health = replace(thresholds.fresh(status.health, now), verdict=Verdict.DOUBTED if old else Verdict.NEW)
    life = Life(Phase.ALIVE, now, fact.pid, min(fact.launched_at, now), cause=Reason.ADOPTED, luck=fact.luck)
    tested = trial.seen_unwell(status.trial)
    return replace(status, life=life, health=health, tally=_counted(status), trial=tested)


def _exited(status: Status, fact: Exited, spec: Spec, now: float) -> Status:
    life = status.life
    if fact.pid != life.pid or life.phase not in (Phase.ALIVE, Phase.STOPPING, Phase.KILLING):
        return status
    cause = _why_it_ended(status, fact, spec) if life.phase is Phase.ALIVE else life.cause
    life = replace(
        life, phase=Phase.CLEARING, since=now, cause=cause, exit_code=fact.code, exit_signal=fact.signal
    )
    status = replace(status, life=life, health=thresholds.fresh(status.health, now))
    if cause in exit_policy.FOR_GOOD:
        return _left_down(status)
    return _died(status, spec, now, fact.luck) if cause in DEATHS else status


def _why_it_ended(status: Status, fact: Exited, spec: Spec) -> Reason:
    """Ask the exit policy, which is for bots that are kept up; a release with a way back fails by any end."""
    if status.wish.want is not Want.UP or (status.trial.proof is Proof.PROVING and status.trial.way_back):
        return Reason.CRASHED
    return exit_policy.verdict(spec, fact.code, proved=status.health.online_since is not None)


def _tree_gone(status: Status, _fact: TreeGone, spec: Spec, now: float) -> Status:
    life = status.life
    if life.phase not in (Phase.KILLING, Phase.CLEARING):
        return status
    unseen = life.phase is Phase.KILLING and life.cause in DEATHS  # no exit was seen that could have counted
    status = replace(
        status,
        life=replace(life, phase=Phase.ABSENT, since=now, pid=None, step=0),
        health=thresholds.fresh(status.health, now),
        tally=crash_loop.not_told(status.tally, Reason.LEFTOVERS),
    )
    return _died(status, spec, now, status.tally.luck) if unseen else status


def _died(status: Status, spec: Spec, now: float, luck: float) -> Status:
    if status.wish.want is not Want.UP:
        return status
    return replace(status, tally=crash_loop.after_death(status.tally, spec, now, luck))


def _probe_passed(status: Status, fact: ProbePassed, spec: Spec, now: float) -> Status:
    if fact.number != status.health.asked:
        return status
    tested = trial.seen_well(status.trial, now)
    health = thresholds.passed(status.health, spec, now)
    passing = trial.passes_at(tested, spec)
    if passing is not None and now < passing < health.next_at:
        health = replace(health, next_at=passing)  # the answer that ends the trial is not waited for
    return replace(status, health=health, trial=tested, wish=replace(status.wish, cure=False))


def _probe_failed(status: Status, fact: ProbeFailed, spec: Spec, now: float) -> Status:
    if fact.number != status.health.asked:
        return status
    health, life = thresholds.failed(status.health, fact.why, spec, now), status.life
    if health.verdict is Verdict.ILL and status.health.verdict is not Verdict.ILL:
        life = replace(life, cause=Reason.HUNG)
    return replace(status, health=health, life=life, trial=trial.seen_unwell(status.trial))


def _probe_impossible(status: Status, fact: ProbeImpossible, spec: Spec, now: float) -> Status:
    if fact.number != status.health.asked:
        return status
    return replace(status, health=thresholds.void(status.health, spec, now))


def _clock_jumped(status: Status, fact: ClockJumped, spec: Spec, now: float) -> Status:
    """What was being measured goes on where it stood: patience is not spent while nobody could act.

    A pause before the next start and the day's restarts are left alone: the world did not stand still. Nor is
    the question under way void when we were late by less than an answer may take: whoever puts it makes up for
    that, and a machine that is always a little late would otherwise never find a hung bot.
    """
    gap = max(fact.gap, 0.0)
    health = status.health
    if status.life.phase is Phase.ALIVE and not 0.0 < gap < spec.check_timeout:
        health = thresholds.void(thresholds.doubt_lifted(health), spec, now)
    return replace(
        status,
        life=_life_later(status.life, gap, now),
        health=replace(health, online_since=_later(health.online_since, gap, now)),
        trial=_trial_later(status.trial, gap, now),
    )


def _life_later(life: Life, gap: float, now: float) -> Life:
    return replace(life, since=min(life.since + gap, now), launched_at=min(life.launched_at + gap, now))


def _trial_later(tested: Trial, gap: float, now: float) -> Trial:
    return replace(tested, since=min(tested.since + gap, now), well_since=_later(tested.well_since, gap, now))


def _later(moment: float | None, gap: float, now: float) -> float | None:
    return None if moment is None else min(moment + gap, now)


def _code_changed(status: Status, _fact: CodeChanged, spec: Spec, now: float) -> Status:
    if status.wish.want is Want.UP and status.tally.waiting is Reason.GAVE_UP:
        return replace(status, tally=crash_loop.hurried(status.tally))  # new code may be the cure
    if spec.on_change != "restart":
        return status
    return _replace_living(status, Reason.CODE_CHANGED, spec, now)


def _memory_exceeded(status: Status, _fact: MemoryExceeded, spec: Spec, now: float) -> Status:
    if not exit_policy.comes_back(spec):
        return status
    return _replace_living(status, Reason.MEMORY_EXCEEDED, spec, now)


def _settings_changed(status: Status, fact: SettingsChanged, spec: Spec, now: float) -> Status:
    if status.wish.want is Want.UP and status.tally.waiting in (Reason.GAVE_UP, Reason.DAILY_LIMIT):
        # they may be the cure, and the day may have more starts by them than it had
        return replace(status, tally=crash_loop.hurried(status.tally))
    return _replace_living(status, Reason.SETTINGS_CHANGED, spec, now) if fact.replace else status


def _network_returned(status: Status, _fact: NetworkReturned, spec: Spec, now: float) -> Status:
    """The way out may have been what was missing; one that comes and goes must not make a loop of it."""
    if status.wish.want is not Want.UP or status.tally.waiting is not Reason.GAVE_UP:
        return status
    soon = max(now, status.life.since + spec.backoff_max)
    return replace(status, tally=crash_loop.brought_forward(status.tally, soon))


def _hour_came(status: Status, _fact: HourCame, spec: Spec, now: float) -> Status:
    if timetable.is_fresh(status, now):
        return status
    return _replace_living(status, Reason.RESTART_HOUR, spec, now)


def _replace_living(status: Status, reason: Reason, spec: Spec, now: float) -> Status:
    if status.life.phase is not Phase.ALIVE or status.wish.want is not Want.UP:
        return status
    if not crash_loop.may_restart(status.tally, spec, now):
        return status  # taking a living bot down with no start left for the day would leave it down
    return replace(status, wish=replace(status.wish, again=reason))


def _shipped(status: Status, fact: Shipped, _spec: Spec, now: float) -> Status:
    return replace(status, trial=trial.shipped(status.trial, fact.release, fact.way_back, now))


def _switched_back(status: Status, _fact: SwitchedBack, _spec: Spec, _now: float) -> Status:
    return replace(status, trial=trial.switched_back(status.trial))


def _time_came(status: Status, _fact: TimeCame, _spec: Spec, _now: float) -> Status:
    return status  # what is due is found when the status is settled


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
    SettingsChanged: _settings_changed,
    NetworkReturned: _network_returned,
    HourCame: _hour_came,
    Shipped: _shipped,
    SwitchedBack: _switched_back,
}
