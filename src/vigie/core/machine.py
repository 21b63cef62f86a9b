"""The heart: status + fact + spec + now -> status + orders.

Theory. Four small machines (``states``) are moved by facts (``take_in``); nothing is ordered while a fact is
taken in. Then the whole is *settled*: the wish is compared with the life, and rules are applied until none
has anything to say. A rule looks at the status alone, never at the fact that led to it, so a status that was
read back after our own death settles into the same orders as one that was never interrupted.

The life goes one way round::

    absent -> launching -> alive -> stopping -> killing -> clearing -> absent
                              \\______ it exits unasked _____/

Three things hold everywhere. A new copy is launched only from *absent*, and *absent* is reached only when the
whole tree is proven gone. A process is asked to go once: from then on nothing is probed before a new one
exists. And nothing that lives is taken down by itself on a day that has no start left for it.

What could be better: a stop that is asked for while a hung bot is being replaced keeps the timing of the
replacement instead of starting its own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from vigie.core import crash_loop, exit_policy, thresholds, timetable, trial
from vigie.core.due import KILL_AGAIN, forgiven_at, next_due, step_ends_at
from vigie.core.facts import Fact
from vigie.core.orders import (
    AskToStop,
    KeepEvidence,
    KillTree,
    Launch,
    Order,
    Probe,
    Record,
    SwitchBack,
    Tell,
    WakeAt,
)
from vigie.core.reasons import Reason
from vigie.core.spec import Spec
from vigie.core.states import WANTED, Phase, Proof, Status, Verdict, Want, shown, why
from vigie.core.take_in import DEATHS, take_in

Decision = tuple[Status, tuple[Order, ...]]

UNASKED_ENDS = (*DEATHS, Reason.LAUNCH_FAILED, Reason.LAUNCH_REFUSED)
"""What can befall a bot without anybody's wish, before or after it lived."""

FAILS_A_TRIAL = (*DEATHS, Reason.LAUNCH_FAILED, *exit_policy.FOR_GOOD)

AUTOMATIC = (
    *UNASKED_ENDS,
    Reason.RESTART_WANTED,
    Reason.CODE_CHANGED,
    Reason.SETTINGS_CHANGED,
    Reason.MAX_AGE,
    Reason.RESTART_HOUR,
    Reason.TRIAL_FAILED,
)
"""Causes of a launch that no person asked for: these count against ``restarts_per_day``."""


def decide(status: Status, fact: Fact, spec: Spec, now: float) -> Decision:
    """Take one fact in and say what is to be done.

    ``now`` is the steady clock in seconds; a moment before one already seen counts as that one. The orders
    are to be carried out in the order given. At most one ``WakeAt`` is among them, the last.
    """
    now = max(now, status.seen)
    before = shown(status)
    status = take_in(replace(status, seen=now), fact, spec, now)
    status, orders = _settle(status, spec, now)
    after = shown(status)
    if after != before:
        orders.append(Record(before, after, why(status)))
    due = next_due(status, spec)
    if due is not None:
        orders.append(WakeAt(*due))
    return status, tuple(orders)


Rule = Callable[[Status, Spec, float], tuple[Status, list[Order]] | None]


def _settle(status: Status, spec: Spec, now: float) -> tuple[Status, list[Order]]:
    orders: list[Order] = []
    moved = True
    while moved:
        moved = False
        for rule in _RULES:
            outcome = rule(status, spec, now)
            if outcome is not None:
                status, more = outcome
                orders.extend(more)
                moved = True
    return status, orders


def _clear_after_exit(status: Status, _spec: Spec, _now: float) -> tuple[Status, list[Order]] | None:
    """A process that ended may have left children: they go before anything else is decided."""
    life = status.life
    if life.phase is not Phase.CLEARING or life.step == _CLEARING_ORDERED:
        return None
    return replace(status, life=replace(life, step=_CLEARING_ORDERED)), [KillTree(Reason.LEFTOVERS)]


_CLEARING_ORDERED = -1


def _kill_again(status: Status, _spec: Spec, now: float) -> tuple[Status, list[Order]] | None:
    """A tree that does not vanish is killed again, and a person hears of it."""
    life = status.life
    if life.phase not in (Phase.KILLING, Phase.CLEARING) or now < life.since + KILL_AGAIN:
        return None
    status = replace(status, life=replace(life, since=now))
    status, orders = _told(status, Reason.LEFTOVERS)
    return status, [KillTree(Reason.LEFTOVERS), *orders]


def _trial_ends(status: Status, spec: Spec, now: float) -> tuple[Status, list[Order]] | None:
    """A release that kept well long enough passes; one whose process died or fell ill fails."""
    proof = status.trial
    if proof.proof is Proof.SWITCHING and now >= proof.since + trial.SWITCH_LIMIT:
        return replace(status, trial=trial.switched_back(proof)), [Tell(Reason.TRIAL_FAILED)]
    if proof.proof is not Proof.PROVING:
        return None
    if status.life.phase is Phase.ALIVE and status.health.verdict is not Verdict.ILL:
        if not trial.has_passed(proof, spec):
            return None
        return replace(status, trial=trial.passed(proof)), [Tell(Reason.TRIAL_PASSED)]
    if status.life.phase is Phase.LAUNCHING or status.life.cause not in FAILS_A_TRIAL:
        return None  # stopped on purpose, or something was in the way: neither proven nor failed
    orders: list[Order] = [Tell(Reason.TRIAL_FAILED)]
    if proof.way_back:
        orders.append(SwitchBack(proof.release, Reason.TRIAL_FAILED))
    wish = status.wish
    if proof.way_back and wish.want is Want.ONCE and status.life.phase is Phase.ALIVE:
        wish = replace(wish, cure=True)  # nobody stays, yet the way back was promised: the ill copy must go
    return replace(status, wish=wish, trial=trial.failed(proof, now)), orders


def _lost_answer(status: Status, spec: Spec, now: float) -> tuple[Status, list[Order]] | None:
    """A probe of which nothing was heard, not even that its time ran out, was never put."""
    lost = thresholds.lost_at(status.health, spec)
    if lost is None or now < lost:
        return None
    return replace(status, health=thresholds.void(status.health, spec, now)), []


def _never_ready(status: Status, spec: Spec, now: float) -> tuple[Status, list[Order]] | None:
    """A process that has not answered once within its grace is ill."""
    life, health = status.life, status.health
    grace = thresholds.grace_ends_at(health, life.launched_at, spec)
    if life.phase is not Phase.ALIVE or grace is None or now < grace:
        return None
    health = replace(health, verdict=Verdict.ILL)
    return replace(status, health=health, life=replace(life, cause=Reason.NEVER_READY)), []


def _too_old(status: Status, spec: Spec, now: float) -> tuple[Status, list[Order]] | None:
    """The living copy has had its age."""
    moment = timetable.too_old_at(status, spec)
    if moment is None or now < moment:
        return None
    return replace(status, wish=replace(status.wish, again=Reason.MAX_AGE)), []


def _go_down(status: Status, spec: Spec, now: float) -> tuple[Status, list[Order]] | None:
    """The living copy has to go: unwanted, to be replaced, or ill and somebody is there to bring it back."""
    if status.life.phase is not Phase.ALIVE:
        return None
    reason = _reason_to_go(status, spec, now)
    if reason is None:
        return None
    orders: list[Order] = [KeepEvidence(reason)] if reason in DEATHS else []
    orders.append(AskToStop(reason, 0))
    cause = reason
    if reason in DEATHS and status.wish.want is Want.ONCE:
        # nobody stays who would count deaths: the replacement was asked for, or is the way back
        switching = status.trial.proof is Proof.SWITCHING
        cause = Reason.TRIAL_FAILED if switching else Reason.ASKED_ENSURE
    # the reason to replace is spent; a wish that stays up launches again from absent
    return (
        replace(
            status,
            wish=replace(status.wish, again=None, cure=False),
            life=replace(status.life, phase=Phase.STOPPING, since=now, step=0, cause=cause),
            health=thresholds.fresh(status.health, now),
        ),
        orders,
    )


def _reason_to_go(status: Status, spec: Spec, now: float) -> Reason | None:
    wish = status.wish
    if wish.want is Want.DOWN:
        return wish.reason
    if wish.again is not None:
        return wish.again
    health = status.health
    if health.verdict is not Verdict.ILL or health.blind or _held_though_ill(status, spec, now):
        return None
    stays = wish.want is Want.UP and exit_policy.comes_back(spec)
    if not stays and not wish.cure:
        return None
    return status.life.cause or Reason.HUNG


def _held_though_ill(status: Status, spec: Spec, now: float) -> bool:
    """No start is left for the day: an ill bot may recover, one that was taken down cannot."""
    up = status.wish.want is Want.UP and status.life.phase is Phase.ALIVE
    return up and status.health.verdict is Verdict.ILL and not crash_loop.may_restart(status.tally, spec, now)


def _bear_with_the_ill(status: Status, spec: Spec, now: float) -> tuple[Status, list[Order]] | None:
    """An ill bot that is held is asked on and on: it recovers, or the next day has a start for it."""
    owed = status.wish.cure or Reason.DAILY_LIMIT not in status.tally.told
    if not owed or not _held_though_ill(status, spec, now):
        return None
    status = replace(status, wish=replace(status.wish, cure=False))  # nobody shall wait for it today
    return _told(status, Reason.DAILY_LIMIT)


def _insist(status: Status, spec: Spec, now: float) -> tuple[Status, list[Order]] | None:
    """Patience with a process that was asked to stop has run out, for this manner of asking or for all."""
    life = status.life
    if life.phase is not Phase.STOPPING or now < step_ends_at(status, spec):
        return None
    if life.step + 1 < len(spec.stop_signals):
        firmer = AskToStop(life.cause or Reason.ASKED_STOP, life.step + 1)
        return replace(status, life=replace(life, step=firmer.step)), [firmer]
    return replace(status, life=replace(life, phase=Phase.KILLING, since=now)), [
        KillTree(Reason.STOP_TIMEOUT)
    ]


def _nobody_stays(status: Status, _spec: Spec, _now: float) -> tuple[Status, list[Order]] | None:
    """What was wanted once has come to its end: only a way back that is under way launches again."""
    life, wish = status.life, status.wish
    if life.phase not in (Phase.CLEARING, Phase.ABSENT) or wish.want is not Want.ONCE:
        return None
    if life.cause not in UNASKED_ENDS:
        return None
    if status.trial.proof is Proof.SWITCHING:
        return replace(status, life=replace(life, cause=Reason.TRIAL_FAILED)), []
    return replace(status, wish=replace(wish, want=Want.AS_IS, again=None, cure=False)), []


def _waits(status: Status, now: float) -> bool:
    due = status.tally.next_start_at
    return status.trial.proof is Proof.SWITCHING or (due is not None and now < due)


def _brings_itself_back(status: Status) -> bool:
    return status.wish.want is Want.UP and status.life.cause in AUTOMATIC


def _keep_to_the_day(status: Status, spec: Spec, now: float) -> tuple[Status, list[Order]] | None:
    """A start that nobody asked for waits for tomorrow when the day has none left."""
    if status.life.phase not in (Phase.CLEARING, Phase.ABSENT) or not _brings_itself_back(status):
        return None
    if _waits(status, now) or crash_loop.may_restart(status.tally, spec, now):
        return None
    return replace(status, tally=crash_loop.held_by_the_day(status.tally, spec, now)), []


def _launch(status: Status, _spec: Spec, now: float) -> tuple[Status, list[Order]] | None:
    """Nothing lives, something is wanted, and no pause is running: launch."""
    life, tally = status.life, status.tally
    if life.phase is not Phase.ABSENT or status.wish.want not in WANTED or _waits(status, now):
        return None
    if _brings_itself_back(status):
        tally = crash_loop.restarted(tally, now)
    cause = None if life.cause is Reason.ASKED_STOP else life.cause
    return (
        replace(
            status,
            life=replace(life, phase=Phase.LAUNCHING, since=now, cause=cause, detail=None, step=0),
            tally=crash_loop.hurried(tally),
            trial=trial.launching(status.trial, now),
        ),
        [Launch(cause or status.wish.reason, again=cause is not None)],
    )


def _tell_that_it_stays_down(status: Status, _spec: Spec, _now: float) -> tuple[Status, list[Order]] | None:
    """A bot that left for good is missed by nobody's clock: a person hears of it once."""
    life = status.life
    left = status.wish.reason is Reason.NOT_RESTARTED and life.phase in (Phase.CLEARING, Phase.ABSENT)
    if not left or life.cause is None or life.cause in status.tally.told:
        return None
    return _told(status, life.cause)


def _tell_once(status: Status, _spec: Spec, _now: float) -> tuple[Status, list[Order]] | None:
    """Giving up, or reaching the day's limit, is told once until a person acts or the bot recovers."""
    tally = status.tally
    if tally.waiting not in (Reason.GAVE_UP, Reason.DAILY_LIMIT) or tally.waiting in tally.told:
        return None
    return _told(status, tally.waiting)


def _told(status: Status, reason: Reason) -> tuple[Status, list[Order]]:
    tally = status.tally
    if reason in tally.told:
        return status, []
    return replace(status, tally=replace(tally, told=(*tally.told, reason))), [Tell(reason)]


def _ask(status: Status, _spec: Spec, now: float) -> tuple[Status, list[Order]] | None:
    """The next probe is due."""
    health = status.health
    if status.life.phase is not Phase.ALIVE or health.asked is not None or now < health.next_at:
        return None
    reason = thresholds.reason_to_ask(health)
    health = thresholds.asked(health, now)
    return replace(status, health=health), [Probe(health.last_number, reason)]


def _forgive(status: Status, spec: Spec, now: float) -> tuple[Status, list[Order]] | None:
    """Online long enough: the deaths of the past are forgotten."""
    moment = forgiven_at(status, spec)
    if moment is None or now < moment:
        return None
    return replace(status, tally=crash_loop.forgiven(status.tally)), []


_RULES: tuple[Rule, ...] = (
    _clear_after_exit,
    _kill_again,
    _lost_answer,
    _never_ready,
    _too_old,
    _trial_ends,
    _go_down,
    _bear_with_the_ill,
    _insist,
    _nobody_stays,
    _keep_to_the_day,
    _launch,
    _tell_once,
    _tell_that_it_stays_down,
    _forgive,
    _ask,
)
