"""Watches a bot whose new code was just started, until it is proven or is not; nothing is changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, Protocol

from vigie.ship.display import SHORT
from vigie.ship.proof.proof import Finding, Sample, Terms, Verdict, begin, take
from vigie.ship.request import Tell


class Watched(Protocol):
    """All that proving needs of the bots."""

    def sample(self) -> tuple[Sample, ...]:
        """Look once, now, at every bot: its answer and which process gives it."""
        ...

    def has_way_out(self) -> bool:
        """Whether the machine reaches other networks at all; True when that cannot be told."""
        ...


class Result(NamedTuple):
    """What came of watching."""

    verdict: Verdict
    seconds: float
    """How long it was watched."""
    reason: str | None = None
    """Why, for programs: see ``proof.Finding``."""
    bot: str | None = None
    """The bot that decided it."""

    @property
    def proven(self) -> bool:
        """Whether all is well."""
        return self.verdict is Verdict.PROVEN


def prove(
    bots: Watched,
    *,
    wanted_commit: str | None,
    window: float,
    deadline: float,
    clock: Callable[[], float],
    sleep: Callable[[float], None],
    tell: Tell,
    confirm_failures: int = 3,
    confirm_interval: float = 2.0,
) -> Result:
    """Watch for ``window`` seconds without a break, ``deadline`` in all; say one line before and one after.

    ``wanted_commit`` None: whatever runs is right. ``clock`` gives seconds that never go back. Nothing is held
    while it waits: a Ctrl-C goes through as it comes.
    """
    terms = Terms(window, deadline, wanted_commit, confirm_failures, confirm_interval)
    tell("INFO", "proof.begin", {"seconds": window})
    began = asked = clock()
    state = None
    while True:
        samples = bots.sample()
        if state is None:
            state = begin(terms, len(samples), began)
        way_out = all(sample.healthy for sample in samples) or bots.has_way_out()
        state = take(state, samples, clock(), asked=asked, way_out=way_out)
        if state.finding is not None:
            break
        sleep(max(0.0, state.due - clock()))
        asked = clock()
    result = Result(state.finding.verdict, clock() - began, state.finding.reason, state.finding.bot)
    _tell_end(tell, state.finding, result, window)
    return result


def _tell_end(tell: Tell, finding: Finding, result: Result, window: float) -> None:
    values: dict[str, object] = {"seconds": round(result.seconds, 1)}
    if finding.bot:
        values["bot"] = finding.bot
    if result.proven:
        tell("OK", "proof.proven", {"seconds": window})
    elif finding.verdict is Verdict.UNKNOWN:
        tell("WARNING", f"proof.unknown-{finding.reason}", values)
    elif finding.verdict is Verdict.WRONG_COMMIT:
        tell("ERROR", "proof.wrong-commit", {**values, "commit": (finding.reason or "")[:SHORT]})
    elif finding.why is not None:
        tell("ERROR", f"proof.{finding.verdict.value}-because", {**values, "why": finding.why})
    else:
        tell("ERROR", f"proof.{finding.verdict.value}", values)
