"""start, stop, restart and ensure: through the running monitor, or by ourselves under the lock."""

from __future__ import annotations

import signal
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from vigie.core.facts import Asked, Verb
from vigie.engines import local_engine
from vigie.problems import Problem
from vigie.runtime.control_client import ask_monitor
from vigie.runtime.crew import Crew
from vigie.runtime.decider import Card, become_decider
from vigie.runtime.outcome import Outcome
from vigie.runtime.place import Place
from vigie.runtime.reactor import Reactor
from vigie.runtime.report import bot_report
from vigie.runtime.voice import Voice
from vigie.runtime.watch import Watch

if TYPE_CHECKING:
    from vigie.settings import Bot

Settled = Callable[[Watch, Problem | None], None]

SLACK = 60.0
"""Seconds past the longest allowed start and stop after which a silent monitor counts as stuck."""


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
    new code was shipped and runs from this restart on.

    Raises ``Refusal`` when another command is at work, ``Failure`` when the folder cannot be written to or a
    monitor does not answer, ``KeyboardInterrupt`` when Ctrl-C was pressed (at a safe moment).
    """
    place = Place(root)
    found = become_decider(place, verb.value)
    if isinstance(found, Card):
        limit = SLACK + max(bot.spec.start_grace + bot.spec.stop_timeout for bot in bots)
        names = [bot.spec.name for bot in bots]
        extra = {} if release is None else {"release": release}
        answer, problem = ask_monitor(found, verb.value, names, voice, limit, extra)
        reports = answer.get("bots")
        return Result(
            reports if isinstance(reports, list) else [], problem, answer.get("did_anything") is True
        )
    try:
        return _by_ourselves(place, bots, everyone, verb, logging_voice)
    finally:
        found.release()


def _by_ourselves(place: Place, bots: Sequence[Bot], everyone: int, verb: Verb, voice: Voice) -> Result:
    with Reactor() as reactor:
        reactor.listen_to_signals(signal.SIGINT, signal.SIGTERM)
        crew = Crew(place, bots, everyone, local_engine(), reactor, voice, watching=False)
        try:
            problems: list[Problem | None] = []
            outcomes = [
                ask(watch, verb, keep=False, on_settled=lambda _watch, problem: problems.append(problem))
                for watch in crew.watches
            ]
            reactor.run(lambda: len(problems) == len(crew.watches))
            if reactor.signalled is not None:
                raise KeyboardInterrupt
            reports = [bot_report(watch) for watch in crew.watches]
            acted = any(outcome.did_anything for outcome in outcomes)
        finally:
            crew.close()
    return Result(reports, next((problem for problem in problems if problem is not None), None), acted)


def ask(watch: Watch, verb: Verb, keep: bool, on_settled: Settled) -> Outcome:
    """Feed the wish and listen until it has come true or failed."""
    outcome = Outcome(watch, verb, on_settled)
    watch.feed(Asked(verb, keep=keep))
    outcome.look()
    return outcome
