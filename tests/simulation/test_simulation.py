"""Years in a world where everything goes wrong that can: every law holds, and all is well again in time."""

from __future__ import annotations

import os

import pytest

from tests.simulation.life import TORMENTS
from tests.simulation.run import YEAR, simulate, simulate_years

MILLION = 1_000_000
SHORT = 60_000
"""Facts on a developer's machine: a few seconds, and most of what can happen has happened."""


@pytest.mark.slow
def test_every_law_holds_for_a_million_facts() -> None:
    """The same seeds for everybody; CI lives through all of them, a developer through the first few."""
    facts = MILLION if os.environ.get("CI") else SHORT
    report = simulate("vigie", facts)
    print(report)
    assert report.facts >= facts
    assert set(report.counts) >= {*TORMENTS, "we died", "fair", "reboot"}, "something never happened"


@pytest.mark.slow
def test_years_pass_and_nothing_grows() -> None:
    """A bot with the default settings, asked every quarter of an hour, for a year."""
    years = 1.0
    report = simulate_years("vigie", years, interval=900.0)
    print(report)
    assert report.seconds >= years * YEAR


def test_the_same_seed_lives_the_same_life() -> None:
    """A failure can be seen again."""
    once, again = (simulate("again", 3_000, only=3) for _ in range(2))
    assert (once.facts, once.seconds, once.counts) == (again.facts, again.seconds, again.counts)
