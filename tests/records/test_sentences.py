"""Everything this room can complain of has its sentence and its advice, and no sentence is left over."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

import pytest

import vigie.records
from vigie.messages.record import SENTENCES

ROOM = Path(vigie.records.__path__[0])
USED = set(re.findall(r'"(record\.[a-z-]+)"', "".join(file.read_text("utf-8") for file in ROOM.glob("*.py"))))
SPOKEN_BY_THOSE_ABOVE = {"record.kept-aside"}


def test_every_key_used_has_its_sentence_and_no_sentence_is_unused() -> None:
    """The catalogue and the code name the same keys."""
    sentences = {key for key in SENTENCES if not key.endswith(".hint")}
    assert sentences == USED | SPOKEN_BY_THOSE_ABOVE


@pytest.mark.parametrize("key", sorted(USED - {key for key in USED if key.startswith("record.damaged-")}))
def test_every_failure_comes_with_advice(key: str) -> None:
    """A problem says what to do next."""
    assert f"{key}.hint" in SENTENCES


@pytest.mark.parametrize("key", SENTENCES)
def test_both_languages_name_the_same_things_and_any_console_can_print_them(key: str) -> None:
    """Same fields on both sides, cp1252 only."""
    french, english = SENTENCES[key]
    assert {field for _, field, _, _ in Formatter().parse(french)} - {None} == {
        field for _, field, _, _ in Formatter().parse(english)
    } - {None}
    assert (french + english).encode("cp1252")
