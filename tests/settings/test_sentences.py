"""Every sentence about settings is said somewhere, and everything said has a sentence."""

from __future__ import annotations

import re
from pathlib import Path

from vigie.messages import catalogue
from vigie.settings import load

ROOM = Path(load.__code__.co_filename).parent
# allowed-url and the like: names of sentences, not of files or modules.
KEY = re.compile(r'"(settings\.[a-z0-9-]+)"')


def test_code_and_catalogue_name_the_same_sentences() -> None:
    """No key is missing in the catalogue, none is left over, and each problem comes with advice."""
    said = {key for file in ROOM.glob("*.py") for key in KEY.findall(file.read_text(encoding="utf-8"))}
    sentences = set(catalogue("settings"))
    hints = {key for key in sentences if key.endswith(".hint")}
    assert sentences - hints == said
    assert {key.removesuffix(".hint") for key in hints} <= said


def test_every_problem_comes_with_advice() -> None:
    """What is raised, as opposed to what is only part of a sentence, has a hint."""
    raised = re.compile(r'UsageProblem\(\s*"(settings\.[a-z0-9-]+)"')
    for file in ROOM.glob("*.py"):
        for key in raised.findall(file.read_text(encoding="utf-8")):
            assert f"{key}.hint" in catalogue("settings"), key


def test_every_sentence_can_be_printed_on_an_old_console() -> None:
    """A cp1252 console shows all letters of both languages."""
    for pair in catalogue("settings").values():
        for sentence in pair:
            sentence.encode("cp1252")
