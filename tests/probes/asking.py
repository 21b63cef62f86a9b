"""Asks one probe as a short command does, and proves that what came of it can be said in both languages."""

from __future__ import annotations

from tests.waiting import patient
from vigie.core.spec import Spec
from vigie.messages import LANGUAGES, say
from vigie.probes import probe_for
from vigie.probes.conversation import Answer, Conversation
from vigie.probes.drive import ask_all

ENOUGH = 10.0
"""Seconds, for a probe that is not meant to time out."""


def ask(conversation: Conversation, seconds: float | None = None) -> Answer:
    """Drive one probe to its answer within ``seconds``."""
    [answer] = ask_all([conversation], [patient(ENOUGH) if seconds is None else seconds])
    for language in LANGUAGES:
        assert say(language, f"probe.{answer.reason}", **answer.values)
    return answer


def ask_url(url: str, seconds: float | None = None, directory: str = ".") -> Answer:
    """Ask what ``health_url = url`` asks."""
    return ask(probe_for(Spec(health_url=url, directory=directory)), seconds)


def outcome(answer: Answer) -> tuple[bool | None, str]:
    """Return what most tests compare."""
    return answer.well, answer.reason
