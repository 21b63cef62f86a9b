"""Makes text from outside harmless: it can neither forge a line of a log nor command a terminal."""

from __future__ import annotations

import re
from typing import Final

_TERMINAL_SEQUENCES: Final = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"  # colours, cursor moves (ECMA-48, control sequences)
    r"|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x90-\x9f]*(?:\x07|\x1b\\|\x9c)"  # titles, links
    r"|\x1b[ -/]*[0-~]"  # the short ones
)

_KEPT_SPACES: Final = "\u00a0\u202f"
"""The spaces that French puts before ``:`` and ``;``; Python counts them as unprintable."""


def one_line(text: str) -> str:
    r"""Return ``text`` as one line: line ends and all else that cannot be seen become ``\n``, ``\x1b``."""
    if text.isprintable():
        return text
    return "".join(
        sign if sign.isprintable() or sign in _KEPT_SPACES else sign.encode("unicode_escape").decode("ascii")
        for sign in text
    )


def printable(text: str) -> str:
    """Return what a person would read of ``text``: no terminal sequences, spaces for tabs and line ends."""
    if text.isprintable():
        return text
    text = _TERMINAL_SEQUENCES.sub("", text).rstrip("\r\n")
    return "".join(
        sign if sign.isprintable() or sign in _KEPT_SPACES else " " if sign in "\t\r\n" else ""
        for sign in text
    )
