"""French and English are equal: nothing is missing, nothing differs but the words."""

from __future__ import annotations

import ast
import os
import string
from collections.abc import Iterator

import pytest

import vigie
from vigie import messages
from vigie.core import exit_policy
from vigie.core.reasons import Reason
from vigie.core.states import WORDS
from vigie.records.history import INCIDENTS

PACKAGE = os.path.dirname(vigie.__file__)
SUBJECTS = sorted(
    name[:-3]
    for name in os.listdir(os.path.join(PACKAGE, "messages"))
    if name.endswith(".py") and name != "__init__.py"
)


PROBLEMS = ("Problem", "Failure", "UsageProblem", "Refusal", "LaunchError")


def template(key: str) -> str:
    """Return the English sentence of ``key`` with its fields, or nothing when there is none."""
    return messages.catalogue(key.partition(".")[0])[key][1] if messages.has(key) else ""


def fields(sentence: str) -> set[str]:
    """Return the names of the fields in a sentence."""
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}


def source_files() -> Iterator[str]:
    """Yield every Python file of the package but the catalogues."""
    for folder, folders, names in os.walk(PACKAGE):
        folders[:] = [name for name in folders if name not in ("__pycache__", "messages", "templates")]
        yield from (os.path.join(folder, name) for name in names if name.endswith(".py"))


def keys_in(path: str) -> Iterator[tuple[int, str]]:
    """Yield every literal in a file that has the form of a key of a known subject."""
    with open(path, encoding="utf-8") as file:
        tree = ast.parse(file.read())
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef))
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    inside_f_strings = {
        id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values
    }
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
            continue
        if id(node) in docstrings or id(node) in inside_f_strings:
            continue
        subject, dot, rest = node.value.partition(".")
        plain = rest.replace("-", "").replace(".hint", "").isalnum() and rest == rest.lower()
        if dot and subject in SUBJECTS and plain and not rest.endswith(("py", "json", "db", "lock", "toml")):
            yield node.lineno, node.value


@pytest.mark.parametrize("subject", SUBJECTS)
def test_every_sentence_exists_in_both_languages_and_names_the_same_fields(subject: str) -> None:
    """No sentence is empty in one language, and both can be filled in with the same values."""
    unequal = [
        key
        for key, (french, english) in messages.catalogue(subject).items()
        if not french.strip() or not english.strip() or fields(french) != fields(english)
    ]
    assert unequal == []


@pytest.mark.parametrize("subject", SUBJECTS)
def test_every_sentence_can_be_printed_by_a_cp1252_console(subject: str) -> None:
    """No emoji and no letter that a western Windows console lacks."""
    for pair in messages.catalogue(subject).values():
        for sentence in pair:
            sentence.encode("cp1252")


@pytest.mark.parametrize("subject", SUBJECTS)
def test_every_key_lives_in_the_file_of_its_subject(subject: str) -> None:
    """The part before the first dot names the file, so that every key can be found."""
    assert {key.partition(".")[0] for key in messages.catalogue(subject)} == {subject}


@pytest.mark.parametrize("subject", SUBJECTS)
def test_every_hint_follows_a_sentence(subject: str) -> None:
    """Advice never stands alone."""
    hints = [key for key in messages.catalogue(subject) if key.endswith(".hint")]
    assert [key for key in hints if not messages.has(key.removesuffix(".hint"))] == []


def test_whoever_raises_a_problem_hands_over_every_value_its_sentences_name() -> None:
    """No error can fail while it is being told."""
    lacking = []
    for path in source_files():
        with open(path, encoding="utf-8") as file:
            tree = ast.parse(file.read())
        for call in ast.walk(tree):
            if (
                not isinstance(call, ast.Call)
                or getattr(call.func, "id", "") not in PROBLEMS
                or not call.args
            ):
                continue
            key, given = call.args[0], {keyword.arg for keyword in call.keywords}
            if not isinstance(key, ast.Constant) or not isinstance(key.value, str) or None in given:
                continue
            if not messages.has(key.value):
                continue
            needed = fields(template(key.value)) | fields(template(f"{key.value}.hint"))
            if not needed <= given:
                lacking.append(f"{os.path.relpath(path, PACKAGE)}:{call.lineno} {key.value} {needed - given}")
    assert lacking == []


def test_every_key_that_the_code_names_has_a_sentence() -> None:
    """Nobody can be shown a key instead of a sentence."""
    missing = [
        f"{os.path.relpath(path, PACKAGE)}:{line} {key}"
        for path in source_files()
        for line, key in keys_in(path)
        if not messages.has(key)
    ]
    assert missing == []


@pytest.mark.parametrize("reason", list(Reason))
def test_every_reason_of_a_decision_has_a_sentence(reason: Reason) -> None:
    """Whatever is decided can be explained."""
    assert messages.has(f"reason.{reason.value}")


@pytest.mark.parametrize("word", WORDS)
def test_every_state_has_a_word_for_people(word: str) -> None:
    """The seven states of the contract can all be shown."""
    assert messages.has(f"state.{word}")


def test_fractions_are_written_the_way_each_language_writes_them() -> None:
    """French has a comma, English a point, and neither keeps idle zeros."""
    assert messages.in_words("fr", 0.25) == "0,25"
    assert messages.in_words("en", 0.25) == "0.25"
    assert messages.in_words("fr", 5.0) == "5"


def test_a_phrase_inside_a_sentence_is_said_in_the_same_language() -> None:
    """A reason named inside a sentence never stays in the other language."""
    inside = messages.Phrase("runtime.with-code", exit_status=3)
    assert "code de sortie 3" in messages.say("fr", "runtime.exited", how=inside)
    assert "exit code 3" in messages.say("en", "runtime.exited", how=inside)


def test_an_unknown_key_is_a_defect_that_shows() -> None:
    """A key without a sentence raises instead of printing nonsense."""
    with pytest.raises(KeyError):
        messages.say("fr", "no-such-subject.nothing")
    assert not messages.has("runtime.no-such-key")


@pytest.mark.parametrize("event", sorted(INCIDENTS))
def test_every_incident_can_be_told(event: str) -> None:
    """``status`` puts the last one into words, whichever it was."""
    assert messages.has(f"status.incident-{event}")


def test_everything_the_core_tells_has_a_sentence() -> None:
    """Each reason that an order to tell can bring."""
    told = (
        *exit_policy.FOR_GOOD,
        Reason.LAUNCH_FAILED,
        Reason.GAVE_UP,
        Reason.DAILY_LIMIT,
        Reason.LEFTOVERS,
        Reason.TRIAL_FAILED,
        Reason.TRIAL_PASSED,
    )
    assert [reason for reason in told if not messages.has(f"runtime.tell-{reason.value}")] == []
