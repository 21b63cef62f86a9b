"""Chance, words and placeholders are told apart."""

from __future__ import annotations

import random

import pytest

from tests.ship.secrets.made import HEX, URL_WORD, WORD
from vigie.ship.secrets.common_words import is_common
from vigie.ship.secrets.plausible import is_made_up, is_random


@pytest.mark.parametrize(
    "text",
    [
        "your_bot_token",
        "EXAMPLEKEY",
        "changeme!",
        "aaaaaQ7x",
        "k7xxxxxz",
        "abcdefg9",
        "7654321x",
        "k7...x9",
        "${TOKEN}",
    ],
)
def test_placeholders(text: str) -> None:
    """Words that say so, one character again and again, letters and figures in their order."""
    assert is_made_up(text.encode())


def test_what_chance_makes_is_hardly_ever_taken_for_a_placeholder() -> None:
    """Of 20,000 tokens of 40 characters a handful at most."""
    dice = random.Random(1)
    taken = sum(is_made_up("".join(dice.choices(URL_WORD, k=40)).encode()) for _ in range(20_000))
    assert taken <= 5


@pytest.mark.parametrize("letters", [WORD, URL_WORD, HEX, "abcdefghijklmnopqrstuvwxyz0123456789"])
def test_what_chance_makes_looks_like_it(letters: str) -> None:
    """Nearly always, in every alphabet that services use."""
    dice = random.Random(2)
    made = ["".join(dice.choices(letters, k=32)).encode() for _ in range(2_000)]
    assert sum(map(is_random, made)) > 1_980


@pytest.mark.parametrize(
    "text",
    ["MyGreatDiscordBot", "eu-west-3", "gpt-4o-mini-2024-07-18", "utf8mb4_unicode_ci", "v1.2.3-beta4", "abc"],
)
def test_names_and_versions_do_not(text: str) -> None:
    """Letters and figures lie in pieces of their own."""
    assert not is_random(text.encode())


def test_words_of_settings() -> None:
    """Alone, in a row, with figures and signs between; other words are not among them."""
    for text in ("mysecretpassword", "Password-123!", "development", "super_secret_key", ""):
        assert is_common(text), text
    for text in ("correct-horse", "k7xQ2pLw", "mysecretpasswörd"):
        assert not is_common(text), text
