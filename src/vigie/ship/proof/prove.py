"""Watches a bot whose new code was just started, until it is proven or is not; nothing is changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, Protocol

from vigie.messages import Phrase
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
    told: Phrase | None = None
    """The same as it was told."""

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
    finding, seconds = state.finding, clock() - began
    tag, told = _end(finding, seconds, window)
    tell(tag, told.key, told.values)
    return Result(finding.verdict, seconds, finding.reason, finding.bot, told)


def _end(finding: Finding, seconds: float, window: float) -> tuple[str, Phrase]:
    """Return the tag and the sentence for what came of it."""
    values: dict[str, object] = {"seconds": round(seconds, 1)}
    if finding.bot:
        values["bot"] = finding.bot
    verdict = finding.verdict
    if verdict is Verdict.PROVEN:
        return "OK", Phrase("proof.proven", seconds=window)
    if verdict is Verdict.UNKNOWN:
        return "WARNING", Phrase(f"proof.unknown-{finding.reason}", **values)
    if verdict is Verdict.WRONG_COMMIT:
        return "ERROR", Phrase("proof.wrong-commit", commit=(finding.reason or "")[:SHORT], **values)
    if finding.why is not None:
        return "ERROR", Phrase(f"proof.{verdict.value}-because", why=finding.why, **values)
    return "ERROR", Phrase(f"proof.{verdict.value}", **values)
