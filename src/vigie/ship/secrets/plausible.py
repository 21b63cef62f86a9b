"""Tells what chance made from what a person made up: examples and placeholders are no secrets."""

from __future__ import annotations

from itertools import pairwise

from vigie.ship.secrets.rule import compiled

LONGEST_STAIRS = 6
"""Characters in a row of which each follows the one before (``abcdef``, ``654321``)."""

_MADE_UP = (
    b"example",
    b"placeholder",
    b"changeme",
    b"change_me",
    b"change-me",
    b"your_",
    b"your-",
    b"yourtoken",
    b"yourbot",
    b"yourkey",
    b"your_token",
    b"_here",
    b"-here",
    b"tokenhere",
    b"replace_",
    b"replace-",
    b"insert_",
    b"insert-",
    b"redacted",
    b"dummy-",
    b"dummy_",
    b"dummytoken",
    b"sample-",
    b"sample_",
    b"notreal",
    b"not-a-real",
    b"not_a_real",
)

PUBLISHED_SAMPLES = frozenset({"02f7ce3c263f85c019eeeeea4b08f1b7f6ade2b7a2199c14f3efdac0eef382e1"})
"""SHA-256 of tokens that everybody has: the one in Discord's reference ("Authentication")."""

_RUN = rb"(?s)(.)\1{4}"
"""Five equal characters in a row come by chance in one token of 400,000."""

_HIDDEN = rb"\.\.\.|\*\*|\$\{|\$\(|\{\{|<[a-z]"


def is_made_up(secret: bytes) -> bool:
    """Whether this is a placeholder: words that say so, one character repeated, letters in their order."""
    small = secret.lower()
    if any(word in small for word in _MADE_UP) or compiled(_HIDDEN).search(small):
        return True
    if compiled(_RUN).search(small):
        return True
    return _stairs(small, 1) > LONGEST_STAIRS or _stairs(small, -1) > LONGEST_STAIRS


def is_published_sample(secret: bytes) -> bool:
    """Whether this stands in the service's own documentation."""
    from hashlib import sha256

    return sha256(secret).hexdigest() in PUBLISHED_SAMPLES


def _stairs(text: bytes, step: int) -> int:
    """Return how many characters in a row are ``step`` apart, at most."""
    best = length = 1
    for one, following in pairwise(text):
        length = length + 1 if following - one == step else 1
        best = max(best, length)
    return best


def is_varied(secret: bytes, kinds: int) -> bool:
    """Whether at least ``kinds`` different characters occur."""
    return len(set(secret)) >= kinds


def has_both_cases(secret: bytes) -> bool:
    """Whether capital and small letters occur, as in everything random of some length that may have both."""
    return secret != secret.lower() and secret != secret.upper()


def has_letters_and_digits(secret: bytes) -> bool:
    """Whether both occur."""
    return any(48 <= one <= 57 for one in secret) and secret.lower() != secret.upper()


def is_random(text: bytes) -> bool:
    """Whether chance made this, by the look of it: a word, a name, a version or an address would not pass.

    What counts is how often the kind of character changes inside words: per character 0.4 times in random
    text, 0.15 times in words run together, where a capital that begins a word does not count twice. Changes
    between letters and figures, of which words have few, weigh more.
    """
    pairs = [(_kind(one), _kind(following)) for one, following in pairwise(text)]
    changes = sum(_is_change(one, following) for one, following in pairs)
    figures = sum(_is_change(one, following) and b"9" in (one, following) for one, following in pairs)
    return (changes >= 3 and changes >= 0.2 * len(pairs)) or (figures >= 4 and figures >= 0.14 * len(pairs))


def _is_change(one: bytes, following: bytes) -> bool:
    return bool(one and following) and one != following and (one, following) != (b"U", b"l")


def is_letter_or_digit(letter: int) -> bool:
    """Whether this byte is one, in ASCII."""
    return bool(_kind(letter))


def _kind(letter: int) -> bytes:
    if 97 <= letter <= 122:
        return b"l"
    if 65 <= letter <= 90:
        return b"U"
    return b"9" if 48 <= letter <= 57 else b""
