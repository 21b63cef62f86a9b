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
    return (french if language == FRENCH else english).format(**values)
