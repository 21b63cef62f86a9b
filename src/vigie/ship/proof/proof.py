"""What "online" means once new code was started: the same process, well for a whole window, running that code.

One good answer proves nothing: a bot that crashes every ten seconds and is restarted each time gives many. So
the process that is there first is the one that is watched; its window begins with a good answer and is proven by
another one ``window`` seconds later, with nothing but good answers between. A bad answer is confirmed before it
is believed; one that is not confirmed begins the window anew, as does anything that kept us from looking. That
the process has ended, or another one stands in its place, needs no second look.

Nobody is blamed for what we cannot know: a bot that fails while the machine reaches no other network, or that
could not be asked, is *unknown*. Time and samples are handed in; nothing here looks at anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import NamedTuple

from vigie.messages import Phrase

LATE = 5.0
"""Seconds by which a sample may come after its time; beyond, we slept, and what was being measured is void."""

OFTEN = 5
"""How often time that we slept is given back: on a machine that is always late, a proof ends all the same."""

EVERY = 1.0
"""Seconds between two samples."""

AT_FIRST = 0.25
"""Seconds between two samples while the bot is young: most of what dies, dies at once."""

YOUNG = 3.0
"""Seconds."""

ROOM = 1.5
"""Windows that the deadline leaves room for at least: one that is shorter could never be kept."""

TINY = 1e-6
"""Seconds; what is less is nothing but rounding."""


class Sample(NamedTuple):
    """One bot at one moment."""

    healthy: bool | None
    """Its own answer; None when the question could not be put."""
    identity: tuple[object, ...] | None
    """Which process it is, for ever; None when none is known to live."""
    restarts: int = 0
    """How often it has been restarted, by anybody."""
    commit: str | None = None
    """The commit that this process was launched from; None when that cannot be told."""
    reason: str | None = None
    """Why it is not well, a key of ``messages/probe.py`` without its subject."""
    why: Phrase | None = None
    """The same as a whole sentence."""
    name: str = ""
    """The bot's."""


class Verdict(Enum):
    """What came of a proof."""

    PROVEN = "proven"
    DIED = "died"
    REPLACED = "replaced"
    UNHEALTHY = "unhealthy"
    NEVER_READY = "never-ready"
    WRONG_COMMIT = "wrong-commit"
    UNKNOWN = "unknown"


class Finding(NamedTuple):
    """A verdict, the bot that decided it, and why.

    ``reason`` is a sample's, or for ``UNKNOWN`` what kept us from knowing: ``no-way-out``, ``not-asked``,
    ``nobody-known``.
    """

    verdict: Verdict
    bot: str | None = None
    reason: str | None = None
    why: Phrase | None = None


class Terms(NamedTuple):
    """What is asked for. Seconds; ``wanted`` None: whatever commit runs is right."""

    window: float
    deadline: float
    wanted: str | None = None
    confirm_failures: int = 3
    confirm_interval: float = 2.0


class Course(NamedTuple):
    """How one bot has done so far."""

    identity: tuple[object, ...] | None = None
    """The process that is watched."""
    restarts: int = 0
    well_since: float | None = None
    well_at: float | None = None
    was_well: bool = False
    failures: int = 0
    """Bad answers in a row, of a bot that was well before."""
    last: Sample | None = None
    trouble: Sample | None = None
    """The last sample that was not well."""
    named: bool = True
    """Every good answer of the window came from a process that is known."""
    blind: bool = False
    """Since its last good answer the machine has had no way out at least once."""


class State(NamedTuple):
    """A proof under way."""

    terms: Terms
    began: float
    due: float
    """When the next sample is to be taken."""
    courses: tuple[Course, ...]
    lost: float = 0.0
    """Seconds in which the machine had no way out."""
    slept: float = 0.0
    """Seconds by which we came too late."""
    sleeps: int = 0
    last_at: float | None = None
    finding: Finding | None = None


def begin(terms: Terms, bots: int, now: float) -> State:
    """Begin to prove that so many bots are well; the first sample is due at once."""
    return State(terms, began=now, due=now, courses=(Course(),) * bots)


def take(
    state: State, samples: Sequence[Sample], now: float, *, asked: float | None = None, way_out: bool = True
) -> State:
    """Take in what was seen of every bot at ``now``; ``asked``: when we began to look.

    ``way_out``: whether the machine reaches other networks.
    """
    if state.finding is not None:
        return state
    late = (now if asked is None else asked) - state.due
    overslept = late > LATE
    lost, slept = state.lost, state.slept
    if overslept:
        slept += late if state.sleeps < OFTEN else 0.0
    elif not way_out:
        lost += now - (state.began if state.last_at is None else state.last_at)
    courses = tuple(
        _seen(course, sample, now, state.terms, way_out, overslept)
        for course, sample in zip(state.courses, samples, strict=True)
    )
    taken = state._replace(
        courses=courses, lost=lost, slept=slept, sleeps=state.sleeps + overslept, last_at=now, due=now
    )
    found = _judge(taken, now)
    return taken._replace(finding=found, due=now + _pause(taken, now))


def verdict(state: State) -> Finding | None:
    """Return what came of it, None while the proof goes on."""
    return state.finding


def ends_at(state: State) -> float:
    """Return the moment by which it must be proven.

    Time that we slept is given back, ``OFTEN`` times; time without a way out too, as much again at most.
    """
    allowed = max(state.terms.deadline, ROOM * state.terms.window)
    return state.began + allowed + state.slept + min(state.lost, allowed)


def _seen(course: Course, sample: Sample, now: float, terms: Terms, way_out: bool, overslept: bool) -> Course:
    course = course._replace(last=sample, blind=course.blind or not way_out)
    if course.identity is None and sample.identity is not None:
        course = course._replace(identity=sample.identity, restarts=sample.restarts)
    if overslept or sample.healthy is None:
        course = course._replace(well_since=None, well_at=None, failures=0)
    if sample.healthy is None:
        return course
    wrong = _is_wrong(sample, terms)
    if not sample.healthy or wrong:
        course = course._replace(well_since=None, well_at=None, trouble=sample)
        counts = not overslept and (course.was_well or wrong)
        return course._replace(failures=course.failures + 1) if counts else course
    begins = course.well_since is None
    return course._replace(
        well_since=now if begins else course.well_since,
        well_at=now,
        was_well=True,
        failures=0,
        named=(begins or course.named) and sample.identity is not None,
        blind=not way_out,
    )


def _is_wrong(sample: Sample, terms: Terms) -> bool:
    """Whether it answers well and is certainly not what was to be proven."""
    if not sample.healthy or terms.wanted is None or sample.commit is None:
        return False
    return sample.commit != terms.wanted


def _judge(state: State, now: float) -> Finding | None:
    found = [_fate(course, state.terms) for course in state.courses]
    fates = [fate for fate in found if fate is not None]
    if fates:
        return _gravest(fates)
    waited_for = [course for course in state.courses if not _is_long_enough(course, state.terms)]
    if not waited_for:
        unnamed = next((course for course in state.courses if not course.named), None)
        if unnamed is not None:
            return Finding(Verdict.UNKNOWN, _name(unnamed), "nobody-known")
        return Finding(Verdict.PROVEN)
    left = ends_at(state) - now
    late = [course for course in waited_for if left < _needs(course, state.terms, now) - TINY]
    return _gravest([_out_of_time(course, state.terms) for course in late]) if late else None


def _gravest(findings: list[Finding]) -> Finding:
    """Choose: a fault that is a bot's own goes before what cannot be known of another."""
    return min(findings, key=lambda finding: finding.verdict is Verdict.UNKNOWN)


def _fate(course: Course, terms: Terms) -> Finding | None:
    """Say what has certainly happened to one bot."""
    sample = course.last
    if sample is None or course.identity is None:
        return None
    if sample.identity is None:
        return None if sample.healthy is None else _blamed(Verdict.DIED, course)
    if sample.identity != course.identity or sample.restarts > course.restarts:
        return _blamed(Verdict.REPLACED, course)
    if course.failures >= terms.confirm_failures:
        return _ill(course, terms)
    return None


def _ill(course: Course, terms: Terms) -> Finding:
    sample = course.last
    if sample is not None and _is_wrong(sample, terms):
        return Finding(Verdict.WRONG_COMMIT, _name(course), sample.commit)
    return _blamed(Verdict.UNHEALTHY if course.was_well else Verdict.NEVER_READY, course)


def _out_of_time(course: Course, terms: Terms) -> Finding:
    sample = course.last
    # with nothing to reproach it with, it was we who did not look in time
    if sample is None or sample.healthy is None or course.trouble is None:
        return Finding(Verdict.UNKNOWN, _name(course), "not-asked", sample and sample.why)
    return _ill(course, terms)


def _blamed(verdict: Verdict, course: Course) -> Finding:
    """Blame the bot, unless the machine was cut off meanwhile."""
    if course.blind:
        return Finding(Verdict.UNKNOWN, _name(course), "no-way-out")
    trouble = course.trouble
    if trouble is None:
        return Finding(verdict, _name(course))
    return Finding(verdict, _name(course), trouble.reason, trouble.why)


def _name(course: Course) -> str:
    return "" if course.last is None else course.last.name


def _is_long_enough(course: Course, terms: Terms) -> bool:
    if course.well_since is None or course.well_at is None:
        return False
    return course.well_at - course.well_since >= terms.window - TINY


def _needs(course: Course, terms: Terms, now: float) -> float:
    """Return the seconds that this bot needs at least to be proven."""
    return terms.window - (0.0 if course.well_since is None else now - course.well_since)


def _pause(state: State, now: float) -> float:
    """Return the seconds until the next sample: sooner at first, and not past the end of a window."""
    terms = state.terms
    if any(course.failures for course in state.courses):
        return terms.confirm_interval
    pause = AT_FIRST if now - state.began < YOUNG else EVERY
    needs = (_needs(course, terms, now) for course in state.courses)
    return min((need for need in needs if TINY < need < pause), default=pause)
