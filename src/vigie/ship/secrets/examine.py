"""Looks at one file's content: what is in it, on which line, and which of it a comment allows."""

from __future__ import annotations

from typing import NamedTuple

from vigie.ship.secrets.allowed import Allowed, is_marked
from vigie.ship.secrets.encoding import as_text
from vigie.ship.secrets.match import Match
from vigie.ship.secrets.own_values import OwnValues
from vigie.ship.secrets.search import find_all
from vigie.ship.secrets.table import IN_ANY_FILE, RULES

LARGEST_TEXT = 10 * 1024 * 1024
"""Bytes of a text up to which every rule is applied."""

MOST = 20
"""Secrets told of one file; whoever has more of them needs no longer list."""


class Located(NamedTuple):
    """A secret and its line, 0 in what has no lines."""

    line: int
    match: Match


class Examined(NamedTuple):
    """What one content holds: secrets, and the hashes of those that a comment allows."""

    secrets: tuple[Located, ...]
    marked: frozenset[str]


def examine(content: bytes, own: OwnValues, allowed: Allowed) -> Examined:
    """Find what must stay home in a file's content."""
    text = as_text(content)
    if text is None:
        found = [*find_all(content, IN_ANY_FILE, own), *own.find_wide(content)]
        return Examined(
            tuple(Located(0, one) for one in found if one.digest not in allowed)[:MOST], frozenset()
        )
    found = find_all(text, RULES if len(text) <= LARGEST_TEXT else IN_ANY_FILE, own)
    return _judged(text, found, allowed) if found else _NOTHING


_NOTHING = Examined((), frozenset())


def _judged(text: bytes, found: list[Match], allowed: Allowed) -> Examined:
    secrets = []
    marked = set()
    line, counted, line_end, line_marked = 1, 0, -1, False
    may_be_marked = b"allow-secret" in text
    for match in found:
        if match.start > line_end:
            line += text.count(b"\n", counted, match.start)
            counted = match.start
            start = text.rfind(b"\n", 0, match.start) + 1
            line_end = _end_of_line(text, match.start)
            line_marked = may_be_marked and is_marked(text[start:line_end])
        if line_marked:
            marked.add(match.digest)
        elif match.digest not in allowed:
            secrets.append(Located(line, match))
            if len(secrets) == MOST:
                break
    return Examined(tuple(secrets), frozenset(marked))


def _end_of_line(text: bytes, position: int) -> int:
    end = text.find(b"\n", position)
    return len(text) if end < 0 else end
