"""Moments as people write them."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator

import pytest

from vigie.cli.since import moment
from vigie.problems import UsageProblem

NOON = 1_770_548_400.0
"""2026-02-08 12:00:00 in Paris."""


@pytest.fixture(autouse=True)
def in_paris(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A place whose hour changes twice a year."""
    if sys.platform == "win32":
        pytest.skip("the time zone of a process cannot be set on Windows")
    else:
        monkeypatch.setenv("TZ", "Europe/Paris")
        time.tzset()
        yield
        monkeypatch.undo()
        time.tzset()


@pytest.mark.parametrize(
    ("text", "ago"),
    [
        ("30s", 30),
        ("10m", 600),
        ("10 min", 600),
        ("2h", 7200),
        ("1h30m", 5400),
        ("1d", 86_400),
        ("1j", 86_400),
        ("2W", 1_209_600),
        ("0s", 0),
    ],
)
def test_a_duration_counts_back_from_now(text: str, ago: float) -> None:
    """In seconds, minutes, hours, days (French ones too) and weeks."""
    assert moment(text, NOON) == NOON - ago


@pytest.mark.parametrize(
    ("text", "ago"),
    [
        ("2026-02-08 11:59", 60),
        ("2026-02-08 11:59:59", 1),
        ("2026-02-08T11:00", 3600),
        ("2026-02-08", 12 * 3600),
        ("2026-02-07 12:00", 24 * 3600),
        ("11:30", 1800),
        ("12:00:00", 0),
        ("12:01", 24 * 3600 - 60),
        ("19:45", 24 * 3600 - 7.75 * 3600),
    ],
)
def test_a_local_time_is_the_last_one_there_was(text: str, ago: float) -> None:
    """An hour that is still to come today is yesterday's."""
    assert moment(text, NOON) == NOON - ago


def test_the_change_of_the_hour_is_known() -> None:
    """Noon of the 28th of March is 24 h, of the 29th 23 h before the next day's."""
    noon = moment("2026-03-29 12:00", NOON)
    assert noon - moment("2026-03-28 12:00", NOON) == 23 * 3600
    assert moment("12:30", noon) == noon - 22.5 * 3600


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "10",
        "m",
        "-5m",
        "10y",
        "25:00",
        "2026-02-30",
        "2026-13-01 10:00",
        "99999999w",
        "1h 5",
        "é",
        "1m1",
    ],
)
def test_anything_else_is_a_clear_error(text: str) -> None:
    """It names what was found."""
    with pytest.raises(UsageProblem) as raised:
        moment(text, NOON)
    assert raised.value.key == "logs.since"
    assert raised.value.values["found"] == text
