"""The pause before the next start."""

from __future__ import annotations

import pytest

from vigie.core.backoff import jittered, pause_before_start, pause_in_slow_lane
from vigie.core.spec import Spec

MIDDLE = 0.5
LEAST, MOST = 0.0, 0.999999


@pytest.mark.parametrize(
    ("deaths", "seconds"),
    [(0, 0.0), (1, 0.0), (2, 1.0), (3, 2.0), (4, 4.0), (5, 8.0), (6, 16.0), (7, 32.0), (8, 60.0), (9, 60.0)],
)
def test_the_first_restart_is_immediate_and_each_pause_twice_the_one_before(
    deaths: int, seconds: float
) -> None:
    """Nothing, then ``backoff_initial``, doubling up to ``backoff_max``."""
    assert pause_before_start(deaths, Spec(), MIDDLE) == seconds


def test_the_pause_begins_and_ends_where_the_spec_says() -> None:
    """Both numbers are the bot's own."""
    spec = Spec(backoff_initial=3.0, backoff_max=10.0)
    assert [pause_before_start(deaths, spec, MIDDLE) for deaths in (2, 3, 4)] == [3.0, 6.0, 10.0]


def test_a_bot_that_has_died_a_million_times_waits_no_longer_than_the_maximum() -> None:
    """No number of deaths overflows."""
    assert pause_before_start(1_000_000, Spec(), MIDDLE) == 60.0


def test_the_maximum_holds_even_when_it_is_below_the_first_pause() -> None:
    """Whoever sets a small maximum means it."""
    assert pause_before_start(2, Spec(backoff_initial=5.0, backoff_max=2.0), MIDDLE) == 2.0


@pytest.mark.parametrize(("luck", "factor"), [(LEAST, 0.8), (0.25, 0.9), (MIDDLE, 1.0), (MOST, 1.2)])
def test_jitter_spreads_by_a_fifth_either_way(luck: float, factor: float) -> None:
    """Bots that died together do not come back together, nor much earlier or later than said."""
    assert jittered(100.0, luck) == pytest.approx(100.0 * factor, rel=1e-5)
    assert pause_before_start(4, Spec(), luck) == pytest.approx(4.0 * factor, rel=1e-5)
    assert pause_in_slow_lane(luck) == pytest.approx(900.0 * factor, rel=1e-5)
