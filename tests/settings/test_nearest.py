"""The word that somebody probably meant."""

from __future__ import annotations

import pytest

from vigie.settings import schema
from vigie.settings.nearest import distance, nearest

KNOWN = [setting.name for setting in schema.BOT]


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("check_intervall", "check_interval"),
        ("chekc_interval", "check_interval"),
        ("check-interval", "check_interval"),
        ("Check_Interval", "check_interval"),
        ("healt_url", "health_url"),
        ("comand", "command"),
        ("max_mem", "max_memory"),
        ("timeout", "check_timeout"),
        ("memory", "max_memory"),
        ("giveup_after", "give_up_after"),
    ],
)
def test_slips_are_recognised(word: str, meant: str) -> None:
    """A letter too many, missing or swapped, another case or dash, or half the word: it is found."""
    assert nearest(word, KNOWN) == meant


@pytest.mark.parametrize("word", ["", "x", "he", "colour", "zzzzzzzzzzzz"])
def test_nothing_is_better_than_nonsense(word: str) -> None:
    """A word that resembles no setting has no nearest one."""
    assert nearest(word, KNOWN) is None


def test_an_endless_word_costs_nothing() -> None:
    """Lengths are compared first."""
    assert nearest("c" * 1_000_000, KNOWN) is None


def test_the_closest_of_several_wins() -> None:
    """Between two similar names the one with fewer slips is named."""
    assert nearest("backof_max", ["backoff_reset", "backoff_max", "backoff_min"]) == "backoff_max"


@pytest.mark.parametrize(
    ("one", "other", "slips"),
    [("", "", 0), ("a", "", 1), ("", "ab", 2), ("ab", "ba", 1), ("abc", "abd", 1), ("kitten", "sitting", 3)],
)
def test_slips_are_counted(one: str, other: str, slips: int) -> None:
    """The count is the same in both directions."""
    assert distance(one, other) == distance(other, one) == slips
