"""The two that drive probes for real: the short commands' ``ask_all``, and the monitor's loop."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from vigie.messages import ENGLISH, LANGUAGES, say
from vigie.probes.conversation import Answer, Conversation
from vigie.probes.drive import ask_all
from vigie.runtime.asking import Asking
from vigie.runtime.reactor import Reactor

Driver = Callable[[Sequence[Conversation], float], list[Answer]]


def by_command(conversations: Sequence[Conversation], timeout: float) -> list[Answer]:
    """Ask as ``check`` does."""
    return ask_all(conversations, [timeout] * len(conversations))


def by_monitor(conversations: Sequence[Conversation], timeout: float) -> list[Answer]:
    """Ask as the monitor does, all at once."""
    answers: dict[int, Answer] = {}

    with Reactor() as reactor:
        for number, conversation in enumerate(conversations):
            Asking(reactor, conversation, timeout, partial(answers.__setitem__, number)).begin()
        reactor.run(lambda: len(answers) == len(conversations))
        assert reactor._next_due() is None, "an answered probe left a moment to wake at"
    return [answers[number] for number in range(len(conversations))]


DRIVERS = (by_command, by_monitor)


def sentence(answer: Answer) -> str:
    """Return what a person reads of an answer in English; both languages must say it, on one clean line."""
    said = {
        lang: say(lang, f"probe.{answer.reason}", **{"bot": "bot", **answer.values}) for lang in LANGUAGES
    }
    for text in said.values():
        assert text
        assert text.isprintable(), f"control characters in {text!r}"
        text.encode("cp1252")
    return said[ENGLISH]
