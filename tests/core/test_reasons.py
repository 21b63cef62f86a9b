"""Every reason has a sentence in both languages, every word its own, and none is left over."""

from __future__ import annotations

import pytest

from vigie.core.reasons import Reason
from vigie.core.states import WORDS
from vigie.messages import LANGUAGES, catalogue, say


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("reason", Reason, ids=[reason.value for reason in Reason])
def test_every_reason_can_be_said(reason: Reason, language: str) -> None:
    """As a clause: no capital at its beginning, no full stop at its end, nothing to fill in."""
    clause = say(language, f"reason.{reason.value}")
    assert clause
    assert clause[0] == clause[0].lower()
    assert not clause.endswith(".")
    assert "{" not in clause


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("word", WORDS)
def test_every_word_can_be_said(word: str, language: str) -> None:
    """In capitals, as the guide shows it."""
    said = say(language, f"state.{word}")
    assert said
    assert said == said.upper()


def test_no_sentence_is_left_over() -> None:
    """A reason or a word that went takes its sentence with it."""
    assert set(catalogue("reason")) == {f"reason.{reason.value}" for reason in Reason}
    assert set(catalogue("state")) == {f"state.{word}" for word in WORDS}


def test_no_two_words_are_said_alike() -> None:
    """Nor two reasons: a log line must tell them apart."""
    for subject in ("reason", "state"):
        for number, language in enumerate(LANGUAGES):
            said = [sentences[number] for sentences in catalogue(subject).values()]
            assert len(set(said)) == len(said), (subject, language)


def test_the_guides_word_for_online_is_the_guides() -> None:
    """``[STATUS] Bot: EN LIGNE [OK]``."""
    assert say("fr", "state.online") == "EN LIGNE"
