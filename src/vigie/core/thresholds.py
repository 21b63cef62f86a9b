"""How many answers in a row change the verdict on a living process.

A process that never answered is not judged by its failures but by its start grace. Once it has answered, a
first failure only raises doubt; it is asked again soon, and ``confirm_failures`` in a row make it ill. A
question that could not be put changes nothing.
"""

from __future__ import annotations

from dataclasses import replace

from vigie.core.reasons import Reason
from vigie.core.spec import START_PROBE_INTERVAL, Spec
from vigie.core.states import Health, Verdict

ANSWER_SLACK = 5.0
"""Seconds past ``check_timeout`` after which a probe without any outcome is taken as never put."""


def fresh(health: Health, now: float) -> Health:
    """Return the health of a process nobody has asked yet; probe numbers go on, so late answers cannot count."""
    return Health(last_number=health.last_number, next_at=now)


def asked(health: Health, now: float) -> Health:
    """Note that a probe is under way."""
    number = health.last_number + 1
    return replace(health, last_number=number, asked=number, asked_at=now)


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
    )


def failed(health: Health, why: str, spec: Spec, now: float) -> Health:
    """Take in a bad answer."""
    if health.verdict is Verdict.NEW:
        return replace(health, why=why, asked=None, next_at=now + START_PROBE_INTERVAL)
    failures = health.failures + 1
    ill = health.verdict is Verdict.ILL or failures >= spec.confirm_failures
    return replace(
        health,
        verdict=Verdict.ILL if ill else Verdict.DOUBTED,
        failures=failures,
        why=why,
        asked=None,
        next_at=now + spec.confirm_interval,
    )


def void(health: Health, spec: Spec, now: float) -> Health:
    """Throw the probe under way away: it could not be put, or we were too late to judge its answer."""
    soon = START_PROBE_INTERVAL if health.verdict is Verdict.NEW else spec.confirm_interval
    return replace(health, asked=None, next_at=now + soon)


def doubt_lifted(health: Health) -> Health:
    """Begin counting anew: the failures so far were seen through our own sleep."""
    if health.verdict is not Verdict.DOUBTED:
        return health
    return replace(health, failures=0)
