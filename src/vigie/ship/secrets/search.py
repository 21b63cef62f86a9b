"""Applies the rules to one text: cheap looks first, then each rule that has a chance, once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from vigie.ship.secrets.match import Match
from vigie.ship.secrets.own_values import OwnValues
from vigie.ship.secrets.plausible import is_published_sample
from vigie.ship.secrets.rule import BACK, Rule, compiled
from vigie.ship.secrets.table import OWN_VALUE

NEAR_BEFORE = 100
NEAR_AFTER = 200
"""Bytes around a word within which a secret belongs to it."""


def find_all(text: bytes, rules: Iterable[Rule], own: OwnValues) -> list[Match]:
    """Return every secret in ``text`` in its order, one for each place."""
    found = list(own.find(text))
    for rule in rules:
        found.extend(_find(rule, text))
    return _one_for_each_place(found)


def _find(rule: Rule, text: bytes) -> Iterator[Match]:
    if rule.near:
        small = text.lower()
        if any(anchor in small for anchor in rule.anchors):
            for start, end in _surroundings(small, rule.near):
                yield from _matches(rule, text, start, end)
    elif any(anchor in text for anchor in rule.anchors):
        yield from _matches(rule, text, 0, len(text))


def _surroundings(small: bytes, word: bytes) -> Iterator[tuple[int, int]]:
    """Yield the stretches around each place of ``word``; those that touch become one."""
    start = end = -1
    for place in compiled(word).finditer(small):
        if place.start() - NEAR_BEFORE > end:
            if end >= 0:
                yield start, end
            start = max(0, place.start() - NEAR_BEFORE)
        end = place.end() + NEAR_AFTER
    if end >= 0:
        yield start, end


def _matches(rule: Rule, text: bytes, start: int, end: int) -> Iterator[Match]:
    # A little beyond the end of the stretch: what it cuts through would look complete.
    pattern = compiled(rule.pattern)
    position = start
    while (found := pattern.search(text, position, min(len(text), end + BACK))) is not None:
        position = max(found.end("secret"), found.start() + 1)
        if found.start() > end:
            return
        match = _accepted(rule, text, found)
        if match is not None:
            yield match


def _accepted(rule: Rule, text: bytes, found: re.Match[bytes]) -> Match | None:
    if not rule.accept(found):
        return None
    start, end = found.span("secret")
    if rule.before:
        head = compiled(b"(?:" + rule.before + rb")\Z").search(
            text, max(0, found.start() - BACK), found.start()
        )
        if head is None:
            return None
        if "secret" in head.groupdict():
            start = head.start("secret")
    secret = text[start:end]
    return None if is_published_sample(secret) else Match(rule.kind, secret, start, end)


def _one_for_each_place(found: list[Match]) -> list[Match]:
    """Of two that overlap keep what a rule knows by name; the variable is named all the same."""
    found.sort(key=lambda match: (match.start, match.kind == OWN_VALUE, -match.end))
    kept: list[Match] = []
    for match in found:
        if not kept or match.start >= kept[-1].end:
            kept.append(match)
        elif match.kind == OWN_VALUE and kept[-1].variable is None and match.variable is not None:
            kept[-1] = kept[-1].named(match.variable)
        elif kept[-1].kind == OWN_VALUE and match.kind != OWN_VALUE and kept[-1].variable is not None:
            kept[-1] = match.named(kept[-1].variable)
    return kept
