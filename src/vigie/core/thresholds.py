"""How many answers in a row change the verdict on a living process.

A process that never answered is not judged by its failures but by its start grace. Once it has answered, a
first failure only raises doubt; it is asked again soon, and ``confirm_failures`` in a row make it ill. A
question that could not be put changes nothing, except that nobody is judged while we are blind.
"""

from __future__ import annotations

from dataclasses import replace

from vigie.core.reasons import Reason
from vigie.core.spec import START_PROBE_INTERVAL, Spec
from vigie.core.states import Health, Verdict

ANSWER_SLACK = 5.0
"""Seconds past ``check_timeout`` after which a probe without any outcome is taken as never put."""


def fresh(health: Health, now: float) -> Health:
    """Return the health of a process nobody has asked yet; numbers go on, so late answers cannot count."""
    return Health(last_number=health.last_number, next_at=now)


def asked(health: Health, now: float) -> Health:
    """Note that a probe is under way."""
    number = health.last_number + 1
    return replace(health, last_number=number, asked=number, asked_at=now)


def lost_at(health: Health, spec: Spec) -> float | None:
    """Return the moment at which the probe under way counts as never put, None when none is under way."""
    return None if health.asked is None else health.asked_at + spec.check_timeout + ANSWER_SLACK


def grace_ends_at(health: Health, launched_at: float, spec: Spec) -> float | None:
    """Return the moment at which a process that never answered has had its time.

    None when it has answered, and while we are blind: then the next answer to a question that was really put
    decides.
    """
    if health.verdict is not Verdict.NEW or health.blind:
        return None
    return launched_at + spec.start_grace


def reason_to_ask(health: Health) -> Reason:
    """Say why the next probe is put."""
    if health.verdict is Verdict.NEW:
        return Reason.STARTING
    return Reason.ROUTINE if health.verdict is Verdict.WELL else Reason.CONFIRMING


def passed(health: Health, spec: Spec, now: float) -> Health:
    """Take in a good answer."""
    since = now if health.online_since is None else health.online_since
    return replace(
        health,
        verdict=Verdict.WELL,
        failures=0,
        why=None,
        asked=None,
        next_at=now + spec.check_interval,
        online_since=since,
        blind=False,
    )


def failed(health: Health, why: str, spec: Spec, now: float) -> Health:
    """Take in a bad answer."""
    if health.verdict is Verdict.NEW:
        return replace(health, why=why, asked=None, next_at=now + START_PROBE_INTERVAL, blind=False)
    failures = health.failures + 1
    ill = health.verdict is Verdict.ILL or failures >= spec.confirm_failures
    return replace(
        health,
        verdict=Verdict.ILL if ill else Verdict.DOUBTED,
        failures=failures,
        why=why,
        asked=None,
        next_at=now + spec.confirm_interval,
        online_since=None if ill else health.online_since,
        blind=False,
    )


def void(health: Health, spec: Spec, now: float) -> Health:
    """Throw the probe under way away: it could not be put, or we were too late to judge its answer.

    While we are blind it is put again every ``confirm_interval``: a starting bot's haste would be spent on nothing.
    """
    hasty = health.verdict is Verdict.NEW and not health.blind
    soon = START_PROBE_INTERVAL if hasty else spec.confirm_interval
    return replace(health, asked=None, next_at=now + soon, blind=True)


def doubt_lifted(health: Health) -> Health:
    """Begin counting anew: the failures so far were seen through our own sleep."""
    if health.verdict is not Verdict.DOUBTED:
        return health
    return replace(health, failures=0)
