"""What a rule is: how one kind of secret looks, and how it is told from an example."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import NamedTuple

BACK = 48
"""Bytes before a find that a rule may look at."""

Accept = Callable[["re.Match[bytes]"], bool]


class Rule(NamedTuple):
    """One kind of secret.

    A text without any of the ``anchors`` is not searched. ``pattern`` should begin with fixed letters, which
    the engine looks for quickly, and every repetition in it has an upper limit, so that no text makes it slow.
    """

    kind: str
    """Names the sentence ``secret.kind-<kind>``."""
    anchors: tuple[bytes, ...]
    pattern: bytes
    """The secret is its group ``secret``."""
    accept: Accept
    """Whether a match is a secret indeed, not an example."""
    before: bytes = b""
    """What must stand right before; if it has a group ``secret``, that is the secret's beginning."""
    near: bytes = b""
    """A word (in small letters) that must stand near by; ``anchors`` are then looked for in small letters."""


def follows_edge(letters: bytes) -> bytes:
    r"""Return a pattern of ``letters`` where they begin a word.

    ``\n`` and the like before them, as JSON and notebooks write line ends, and ``%3D`` and the like of web
    addresses are no part of the word.
    """
    word = re.escape(letters)
    return b"".join(
        (
            word,
            rb"(?:(?<![A-Za-z0-9_+/-]",
            word,
            rb")|(?<=\\[nrt]",
            word,
            rb")|(?<=%[0-9A-Fa-f]{2}",
            word,
            rb"))",
        )
    )


@cache
def compiled(pattern: bytes) -> re.Pattern[bytes]:
    """Compile a pattern when it is first needed; most runs need few of them."""
    return re.compile(pattern)
