"""start, stop, restart and ensure: through the running monitor, or by ourselves under the lock."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from vigie.core.facts import Asked, Verb
from vigie.engines import local_engine
from vigie.problems import Problem
from vigie.runtime.crew import Crew
from vigie.runtime.decider import Card, Decider, become_decider
from vigie.runtime.door.client import MonitorGoneError, ask_monitor
from vigie.runtime.outcome import Outcome
from vigie.runtime.place import Place
from vigie.runtime.reactor import LEAVE, Reactor
from vigie.runtime.report import bot_report
from vigie.runtime.standard_descriptors import open_standard_descriptors
from vigie.runtime.start_order import StartOrder
from vigie.runtime.voice import Voice
from vigie.runtime.watch import Watch

if TYPE_CHECKING:
    from vigie.settings import Bot

Settled = Callable[[Watch, Problem | None], None]

SLACK = 60.0
"""Seconds past the longest allowed start and stop after which a silent monitor counts as stuck."""

TAKE_OVER = 5.0
"""Seconds that a monitor which hung up may take to be gone, before its command is given up."""

STEP = 0.05


class Result(NamedTuple):
    """What came of a verb: a report for each bot, and the first problem."""

    bots: list[dict[str, object]]
    problem: Problem | None
    did_anything: bool
    """Whether something was launched or stopped for it."""


def operate(
    root: str,
    bots: Sequence[Bot],
    everyone: int,
    verb: Verb,
    voice: Voice,
    logging_voice: Voice,
    release: str | None = None,
) -> Result:
    """Do ``verb`` to ``bots``; ``everyone`` is how many bots the project has.

    ``logging_voice`` also writes the log: used when we act ourselves, a monitor writes its own. ``release``:
    new code was shipped and runs from this restart on. A monitor that dies while it is at work leaves the
    rest to us: every verb may be begun anew.

    Raises ``Refusal`` when another command is at work, ``Failure`` when the folder cannot be written to or a
    monitor does not answer, ``KeyboardInterrupt`` when Ctrl-C was pressed (at a safe moment).
    """
    open_standard_descriptors()
    place = Place(root)
    gone: tuple[Card, MonitorGoneError] | None = None
    given_up_at = 0.0
    while True:
        found = become_decider(place, verb.value)
        if isinstance(found, Decider):
            try:
                return _by_ourselves(place, bots, everyone, verb, logging_voice)
            finally:
                found.release()
        if gone is None or found != gone[0]:
            try:
                return _through(found, bots, verb, voice, release)
            except MonitorGoneError as error:
                gone, given_up_at = (found, error), time.monotonic() + TAKE_OVER
        elif time.monotonic() >= given_up_at:
            raise gone[1]
        time.sleep(STEP)


def _through(card: Card, bots: Sequence[Bot], verb: Verb, voice: Voice, release: str | None) -> Result:
    limit = SLACK + max(
        bot.spec.start_grace + bot.spec.stop_timeout + bot.spec.check_timeout + bot.spec.start_spacing
        for bot in bots
    )
    extra = {} if release is None else {"release": release}
    answer, problem = ask_monitor(card, verb.value, [bot.spec.name for bot in bots], voice, limit, extra)
    reports = answer.get("bots")
    return Result(reports if isinstance(reports, list) else [], problem, answer.get("did_anything") is True)


def _by_ourselves(place: Place, bots: Sequence[Bot], everyone: int, verb: Verb, voice: Voice) -> Result:
    with Reactor() as reactor:
        reactor.listen_to_signals(*LEAVE)
        crew = Crew(place, bots, everyone, local_engine(), reactor, voice, watching=False)
        order = StartOrder(reactor, voice, crew.scribe.touch)
        try:
            problems: list[Problem | None] = []
            outcomes: list[Outcome] = []

            def begin(watch: Watch) -> None:
                if reactor.signalled is None:
                    outcomes.append(
                        ask(watch, verb, keep=False, on_settled=lambda _watch, end: problems.append(end))
                    )

            in_turn(order, crew.watches, verb, begin)
            reactor.run(lambda: len(problems) == len(crew.watches))
            if reactor.signalled is not None:
                raise KeyboardInterrupt
            reports = [bot_report(watch) for watch in crew.watches]
            acted = any(outcome.did_anything for outcome in outcomes)
        finally:
            order.close()
            crew.scribe.touch()  # what stood there of a bot that died unseen is not left to be believed
            crew.close()
    return Result(reports, next((problem for problem in problems if problem is not None), None), acted)


def in_turn(order: StartOrder, watches: Sequence[Watch], verb: Verb, begin: Callable[[Watch], None]) -> None:
    """Call ``begin`` for each bot when its turn has come; a stop waits for nobody."""
    if verb is not Verb.STOP:
        order.begin(watches, begin, living_too=verb is Verb.RESTART)
        return
    for watch in watches:
        order.forget(watch)
        begin(watch)


def ask(watch: Watch, verb: Verb, keep: bool, on_settled: Settled) -> Outcome:
    """Feed the wish and listen until it has come true or failed."""
    outcome = Outcome(watch, verb, on_settled)
    watch.feed(Asked(verb, keep=keep))
    if verb is Verb.STOP:
        watch.hands.look_around()
    elif verb is not Verb.RESTART:
        watch.ask_now()
    outcome.look()
    return outcome
