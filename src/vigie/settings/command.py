"""The bot's program as somebody wrote it, as a list of words that goes to the system and never to a shell."""

from __future__ import annotations

import os

from vigie.messages import Phrase
from vigie.settings.lost_backslash import refuse_lost_backslash
from vigie.settings.origin import NotAllowedError

WINDOWS = os.name == "nt"


def read_command(value: object, windows: bool = WINDOWS) -> tuple[str, ...]:
    """Return the words of a command given as text or as a list of words.

    Raises ``NotAllowedError``, which never shows the command: people write tokens into it.
    """
    words = value
    if isinstance(value, str):
        words = split_words(value, windows)
        if words is None:
            raise _wrong("settings.found-open-quote")
    if not isinstance(words, list):
        raise NotAllowedError(Phrase("settings.allowed-command"))
    if not all(isinstance(word, str) for word in words):
        raise _wrong("settings.found-not-text")
    if not words or not words[0].strip():
        raise _wrong("settings.found-nothing")
    if any("\0" in word for word in words):
        raise _wrong("settings.found-control")
    refuse_lost_backslash(words[0])
    return tuple(words)


def split_words(text: str, windows: bool = WINDOWS) -> list[str] | None:
    """Split as the system's shell splits words; None when a quote is never closed.

    Windows: a backslash is part of a path and only double quotes hold words together. Elsewhere: POSIX rules.
    """
    import shlex

    words = shlex.shlex(text, posix=True, punctuation_chars=False)
    words.whitespace_split = True
    words.commenters = ""
    if windows:
        words.escape = ""
        words.quotes = '"'
    try:
        return list(words)
    except ValueError:
        return None


def _wrong(found: str) -> NotAllowedError:
    return NotAllowedError(Phrase("settings.allowed-command"), Phrase(found))
