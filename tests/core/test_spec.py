"""What is asked for one bot when nothing was set: the contract's defaults, and the design's numbers."""

from __future__ import annotations

import pytest

from vigie.core.spec import DAY, DEFAULT_HEALTH_URL, SLOW_LANE, START_PROBE_INTERVAL, Spec


@pytest.mark.parametrize(
    ("setting", "default"),
    [
        ("health_url", "http://localhost:8003/health"),
        ("health_status", ((200, 299),)),
        ("check_interval", 30.0),
        ("check_timeout", 5.0),
        ("confirm_failures", 3),
        ("confirm_interval", 2.0),
        ("start_grace", 60.0),
        ("stop_timeout", 10.0),
        ("backoff_initial", 1.0),
        ("backoff_max", 60.0),
        ("backoff_reset", 300.0),
        ("give_up_after", 5),
        ("restarts_per_day", 50),
        ("max_memory", None),
        ("on_change", "report"),
    ],
)
def test_the_defaults_are_the_contracts(setting: str, default: object) -> None:
    """Each setting of CONTRACT.md has the default that it promises."""
    assert getattr(Spec(), setting) == default


def test_the_slow_lane_is_a_quarter_of_an_hour() -> None:
    """One try every 15 minutes, counted in seconds like everything else."""
    assert (SLOW_LANE, DAY) == (15 * 60.0, 24 * 60 * 60.0)


def test_a_starting_bot_is_asked_often_enough() -> None:
    """``start`` returns within 0.3 s of the first healthy answer: the question must come well before that."""
    assert START_PROBE_INTERVAL <= 0.2


def test_one_address_is_the_default() -> None:
    """The guide's."""
    assert Spec().health_url == DEFAULT_HEALTH_URL
