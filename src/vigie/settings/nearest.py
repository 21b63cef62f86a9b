"""The known word that somebody probably meant."""

from __future__ import annotations

from collections.abc import Iterable


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word closest to ``word``, or None when none is close enough to be worth naming.

    Close: one slip for every three letters; or ``word`` begins a known word, or is one whole part of it
    (``timeout`` of ``check_timeout``). Upper and lower case, ``-`` and ``_`` are the same letter.
    """
    wanted = _plain(word)
    allowed = max(1, len(wanted) // 3)
    best: str | None = None
    for candidate in known:
        # The difference in length is the least that slips can be: it spares measuring absurdly long words.
        if abs(len(candidate) - len(wanted)) <= allowed:
            slips = distance(wanted, _plain(candidate))
            if slips <= allowed:
                best, allowed = candidate, slips - 1
    if best is None and len(wanted) >= 3:
        return next((candidate for candidate in known if _is_part(wanted, _plain(candidate))), None)
    return best


def distance(one: str, other: str) -> int:
    """Return how many slips lead from ``one`` to ``other``: a letter too many, missing or wrong, two swapped.

    This is the optimal string alignment distance: no letter is touched twice.
    """
    before_last: list[int] = []
    last = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        row = [i]
        for j, opposite in enumerate(other, 1):
            slips = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (letter != opposite))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == opposite:
                slips = min(slips, before_last[j - 2] + 1)
            row.append(slips)
        before_last, last = last, row
    return last[-1]


def _is_part(word: str, whole: str) -> bool:
    return whole.startswith(word) or word in whole.split("_")


def _plain(word: str) -> str:
    return word.casefold().replace("-", "_")
