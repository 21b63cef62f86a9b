"""Hides known secret values in what other programs print: a test or a traceback may show a token."""

from __future__ import annotations

from collections.abc import Iterable

SHORTEST = 6
"""Letters; a shorter value (a port, ``true``) is no secret, and hiding it would spoil the text."""

HIDDEN = "***"


def masked_values(text: str, values: Iterable[str]) -> str:
    """Return ``text`` with each of ``values`` hidden, also as Python writes it between quotes.

    A value of several lines is hidden line by line.
    """
    for piece in sorted(_pieces(values), key=len, reverse=True):
        text = text.replace(piece, HIDDEN)
    return text


def _pieces(values: Iterable[str]) -> set[str]:
    lines = {line.strip() for value in values for line in value.splitlines()}
    lines |= {repr(line)[1:-1] for line in lines}
    return {line for line in lines if len(line) >= SHORTEST}
