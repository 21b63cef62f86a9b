"""When a named hour comes next, on ordinary days and in the nights in which clocks are changed."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pytest

from vigie.runtime.sensors.hours import next_time

try:
    PARIS = ZoneInfo("Europe/Paris")
except ZoneInfoNotFoundError:  # Windows without tzdata
    pytest.skip("no time zones on this machine", allow_module_level=True)

UTC = ZoneInfo("UTC")


def at(text: str) -> float:
    """Calendar seconds of a moment told with its distance from UTC."""
    return datetime.fromisoformat(text).timestamp()


@pytest.mark.parametrize(
    ("hours", "now", "due"),
    [
        # ordinary days
        (("04:30",), "2026-06-01T00:00:00+02:00", "2026-06-01T04:30:00+02:00"),
        (("04:30",), "2026-06-01T04:29:59+02:00", "2026-06-01T04:30:00+02:00"),
        (("04:30",), "2026-06-01T04:30:00+02:00", "2026-06-02T04:30:00+02:00"),
        (("16:00", "04:30"), "2026-06-01T05:00:00+02:00", "2026-06-01T16:00:00+02:00"),
        (("16:00", "04:30"), "2026-06-01T17:00:00+02:00", "2026-06-02T04:30:00+02:00"),
        (("00:00",), "2026-12-31T23:59:00+01:00", "2027-01-01T00:00:00+01:00"),
        (("23:59",), "2028-02-28T23:59:30+01:00", "2028-02-29T23:59:00+01:00"),
        # spring, 29 March 2026: 02:00 +01:00 becomes 03:00 +02:00
        (("01:59",), "2026-03-29T00:00:00+01:00", "2026-03-29T01:59:00+01:00"),
        (("02:30",), "2026-03-29T00:00:00+01:00", "2026-03-29T03:30:00+02:00"),
        (("02:30",), "2026-03-29T03:29:00+02:00", "2026-03-29T03:30:00+02:00"),
        (("02:30",), "2026-03-29T03:30:00+02:00", "2026-03-30T02:30:00+02:00"),
        (("03:00",), "2026-03-29T01:59:59+01:00", "2026-03-29T03:00:00+02:00"),
        (("04:30",), "2026-03-28T04:30:00+01:00", "2026-03-29T04:30:00+02:00"),
        # autumn, 25 October 2026: 03:00 +02:00 becomes 02:00 +01:00
        (("02:30",), "2026-10-25T00:00:00+02:00", "2026-10-25T02:30:00+02:00"),
        (("02:30",), "2026-10-25T02:30:00+02:00", "2026-10-26T02:30:00+01:00"),
        (("02:30",), "2026-10-25T02:10:00+01:00", "2026-10-26T02:30:00+01:00"),
        (("03:00",), "2026-10-25T02:30:00+02:00", "2026-10-25T03:00:00+01:00"),
        (("04:30",), "2026-10-24T04:30:00+02:00", "2026-10-25T04:30:00+01:00"),
    ],
)
def test_the_next_hour(hours: tuple[str, ...], now: str, due: str) -> None:
    """The nearest one after now, and never the same one twice."""
    assert next_time(hours, at(now), PARIS) == at(due)


@pytest.mark.parametrize("year", [2026, 2027])
def test_each_hour_comes_once_a_day_all_the_year(year: int) -> None:
    """Every half hour of the day, over both changes."""
    for half in range(48):
        hour = (f"{half // 2:02}:{half % 2 * 30:02}",)
        moment, days = at(f"{year}-01-01T00:00:00+01:00") - 1.0, set()
        count = 0
        while (due := next_time(hour, moment, PARIS)) is not None and due < at(
            f"{year + 1}-01-01T00:00:00+01:00"
        ):
            days.add(datetime.fromtimestamp(due, PARIS).date())
            moment, count = due, count + 1
        assert count == len(days) == 365


def test_no_hour_never_comes() -> None:
    """And without a zone it is the machine's."""
    assert next_time((), 0.0, UTC) is None
    now = at("2026-06-01T12:00:00+00:00")
    due = next_time(("03:15",), now)
    assert due is not None
    assert now < due <= now + 86_400.0
    assert datetime.fromtimestamp(due).strftime("%H:%M") == "03:15"  # noqa: DTZ006
