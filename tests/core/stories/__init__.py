"""Named stories of a bot's life: what happened, when, and the orders and the word that must come of it.

Each step reads ``at(seconds, fact, word, *orders)``. Changes of the word and the next moment to wake at
follow from the rest and are checked for every step, so they are not repeated here; a ``TimeCame()`` must come
exactly at the moment that was asked for. Luck is 0.5, so every pause has its nominal length; the spec is the
contract's unless a story has its own.

``python -m tests.core.stories`` tells them all.
"""

from __future__ import annotations

from typing import NamedTuple

from vigie.core.facts import (
    Asked,
    ClockJumped,
    CodeChanged,
    Exited,
    Fact,
    Launched,
    LaunchFailed,
    ProbeFailed,
    ProbeImpossible,
    ProbePassed,
    Shipped,
    SwitchedBack,
    TimeCame,
    TreeGone,
    Verb,
)
from vigie.core.orders import AskToStop, KeepEvidence, KillTree, Launch, Order, Probe, SwitchBack, Tell
from vigie.core.reasons import Reason
from vigie.core.spec import Spec
from vigie.core.states import Status

CONTRACT = Spec()
BOT = 101
"""The pid of the first process; later ones are 102, 103, ..."""


class Step(NamedTuple):
    """One fact, and what comes of it."""

    at: float
    fact: Fact
    word: str
    orders: tuple[Order, ...]


class Story(NamedTuple):
    """A sentence, and the steps that make it true."""

    title: str
    steps: tuple[Step, ...]
    spec: Spec = CONTRACT
    beginning: Status = Status()


def at(seconds: float, fact: Fact, word: str, *orders: Order) -> Step:
    """One step of a story."""
    return Step(seconds, fact, word, orders)


def story(title: str, *steps: Step, spec: Spec = CONTRACT, beginning: Status = Status()) -> Story:  # noqa: B008
    """A story, told in the order in which it happens."""
    return Story(title, steps, spec, beginning)


# -- facts, as short as they are said

START = Asked(Verb.START, keep=True)
START_ONCE = Asked(Verb.START)
STOP = Asked(Verb.STOP)
RESTART = Asked(Verb.RESTART, keep=True)
RESTART_ONCE = Asked(Verb.RESTART)
ENSURE = Asked(Verb.ENSURE, keep=True)
ENSURE_ONCE = Asked(Verb.ENSURE)
MONITOR = Asked(Verb.START, keep=True, by_monitor=True)
TIME = TimeCame()
GONE = TreeGone()
CODE = CodeChanged()
BACK = SwitchedBack()


def born(pid: int = BOT) -> Launched:
    """The process exists."""
    return Launched(pid)


def ends(pid: int = BOT, code: int | None = 1) -> Exited:
    """The process has ended."""
    return Exited(pid, code)


def well(number: int) -> ProbePassed:
    """The bot says it is well."""
    return ProbePassed(number)


def unwell(number: int, why: str = "timed-out") -> ProbeFailed:
    """The bot does not answer, or says it is not well."""
    return ProbeFailed(number, why)


def cannot_ask(number: int) -> ProbeImpossible:
    """The question could not be put."""
    return ProbeImpossible(number, "no-descriptor")


def not_found() -> LaunchFailed:
    """There is no such command."""
    return LaunchFailed("engine.not-found")


def in_the_way() -> LaunchFailed:
    """Something else is in the way."""
    return LaunchFailed("engine.copy-alive", refused=True)


def jump(gap: float) -> ClockJumped:
    """The machine slept."""
    return ClockJumped(gap)


def ship(release: str = "new", way_back: bool = True) -> Shipped:
    """New code was brought."""
    return Shipped(release, way_back)


# -- orders, as short as they are read


def launch(reason: Reason) -> Launch:
    """The first start, or one that a person asked for."""
    return Launch(reason)


def relaunch(reason: Reason) -> Launch:
    """A start that counts as a restart."""
    return Launch(reason, again=True)


def please_stop(reason: Reason) -> AskToStop:
    """The polite request."""
    return AskToStop(reason, 0)


def stop_now(reason: Reason) -> AskToStop:
    """The firmer one."""
    return AskToStop(reason, 1)


CLEAN = KillTree(Reason.LEFTOVERS)
KILL = KillTree(Reason.STOP_TIMEOUT)


def first_look(number: int = 1) -> Probe:
    """A question to a bot that has not answered yet."""
    return Probe(number, Reason.STARTING)


def look(number: int) -> Probe:
    """A routine question."""
    return Probe(number, Reason.ROUTINE)


def look_again(number: int) -> Probe:
    """A question to a bot that is doubted."""
    return Probe(number, Reason.CONFIRMING)


def evidence(reason: Reason) -> KeepEvidence:
    """What can be known is kept before the bot is ended."""
    return KeepEvidence(reason)


def tell(reason: Reason) -> Tell:
    """A person hears of it."""
    return Tell(reason)


def switch_back(release: str = "new") -> SwitchBack:
    """What ran before is brought back."""
    return SwitchBack(release, Reason.TRIAL_FAILED)


# -- beginnings that many stories share


def begins(number: int = 1, pid: int = BOT) -> tuple[Step, ...]:
    """A bot is started, kept, and answers after a second; question ``number + 1`` is due 30 s later."""
    return (
        at(0.0, START, "starting", launch(Reason.ASKED_START)),
        at(0.0, born(pid), "starting", first_look(number)),
        at(1.0, well(number), "online"),
    )


def begins_once() -> tuple[Step, ...]:
    """The same for a command that does not stay."""
    return (
        at(0.0, START_ONCE, "starting", launch(Reason.ASKED_START)),
        at(0.0, born(), "starting", first_look()),
        at(1.0, well(1), "online"),
    )
