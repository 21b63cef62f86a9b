"""Every sentence people read: key -> (French, English), side by side; nothing else speaks.

One file per subject, loaded when a key of that subject is first asked for: the part of a key before its
first dot names the file (``probe.refused`` lives in ``messages/probe.py``). Sentences use ``str.format``
fields. Only characters that a cp1252 console can print are allowed; tests check that, that no sentence is
missing in one language, and that both languages name the same fields.
"""

from __future__ import annotations

from importlib import import_module
from typing import Final

FRENCH: Final = "fr"
ENGLISH: Final = "en"
LANGUAGES: Final = (FRENCH, ENGLISH)

Catalogue = dict[str, tuple[str, str]]

_loaded: dict[str, Catalogue] = {}


class Phrase:
    """A piece of a sentence that has words of its own: given as a value, it is said in the same language."""

    __slots__ = ("key", "values")

    def __init__(self, key: str, /, **values: object) -> None:
        """Remember which words to say and the values they name."""
        self.key = key
        self.values = values

    def __eq__(self, other: object) -> bool:
        """Two phrases are equal when they would say the same."""
        return isinstance(other, Phrase) and (self.key, self.values) == (other.key, other.values)

    __hash__ = None  # type: ignore[assignment]  # its values need not be hashable

    def __repr__(self) -> str:
        """Return the key and its values, for developers and failing tests only."""
        return f"Phrase({self.key!r}, {self.values})"


def catalogue(subject: str) -> Catalogue:
    """Return the sentences of one subject; raises ``KeyError`` when there is no such subject."""
    if subject not in _loaded:
        try:
            _loaded[subject] = import_module(f"vigie.messages.{subject}").SENTENCES
        except ModuleNotFoundError:
            raise KeyError(subject) from None
    return _loaded[subject]


def has(key: str) -> bool:
    """Tell whether a sentence exists for ``key``."""
    try:
        return key in catalogue(key.partition(".")[0])
    except KeyError:
        return False


def say(language: str, key: str, /, **values: object) -> str:
    """Return the sentence for ``key`` in ``language`` (``fr`` or ``en``) with its fields filled in.

    Raises ``KeyError`` for an unknown key or a missing field: a defect of ours that the tests rule out.
    """
    french, english = catalogue(key.partition(".")[0])[key]
    sentence = french if language == FRENCH else english
    if not values:
        return sentence
    return sentence.format(**{name: in_words(language, value) for name, value in values.items()})


def in_words(language: str, value: object) -> object:
    """Return ``value`` as a reader of ``language`` expects it: phrases said, fractions with their point."""
    if isinstance(value, Phrase):
        return say(language, value.key, **value.values)
    if isinstance(value, float):
        text = f"{value:.2f}".rstrip("0").rstrip(".")
        return text.replace(".", ",") if language == FRENCH else text
    return value
