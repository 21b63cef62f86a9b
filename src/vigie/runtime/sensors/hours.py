"""When an hour of the day comes next: local time, across the two nights in which clocks are changed."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo


def next_time(hours: tuple[str, ...], wall: float, zone: tzinfo | None = None) -> float | None:
    """Return the next moment after ``wall``, in calendar seconds, at which one of ``hours`` ("HH:MM") comes.

    ``zone`` is the machine's own where it is None; the answer is None when no hour is named. Each comes once a
    day: an hour that a spring night leaves out comes as many minutes after the change as it lies within the
    gap (02:30 at 03:30), one that an autumn night has twice comes the first time (both by PEP 495, fold=0).
    """
    today = datetime.fromtimestamp(wall, zone).date()
    moments = []
    for hour in hours:
        at, _, minute = hour.partition(":")
        # yesterday's may still lie ahead, where the calendar has skipped or repeated something
        for days in (-1, 0, 1, 2):
            day = today + timedelta(days=days)
            named = datetime(day.year, day.month, day.day, int(at), int(minute), tzinfo=zone)
            moments.append(named.timestamp())
    return min((moment for moment in moments if moment > wall), default=None)
