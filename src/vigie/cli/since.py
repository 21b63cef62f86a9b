"""``--since``: a duration or a local time, as people write them -> epoch seconds."""

from __future__ import annotations

import re
import time

from vigie.problems import UsageProblem

UNITS = {"s": 1, "m": 60, "min": 60, "h": 3600, "d": 86_400, "j": 86_400, "w": 604_800}
"""Seconds; ``j`` is the French day."""

FORMS = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d")
HOURS = ("%H:%M:%S", "%H:%M")

LONGEST = 100_000 * 86_400.0
"""Seconds; a longer duration is a slip of the pen."""


def moment(text: str, now: float) -> float:
    """Return the moment that ``text`` means at ``now``, both epoch seconds.

    An hour alone is its last occurrence: today's, or yesterday's when today's is still to come.
    Raises ``UsageProblem`` (``logs.since``).
    """
    text = text.strip()
    ago = _duration(text.lower())
    if ago is not None and ago <= LONGEST:
        return now - ago
    today = time.localtime(now)
    try:
        for form in FORMS:
            if (read := _read(text, form)) is not None:
                return time.mktime((*read[:6], 0, 0, -1))
        for form in HOURS:
            if (read := _read(text, form)) is not None:
                # mktime counts days for us, across months and changes of the hour
                at = [time.mktime((*today[:2], today[2] - back, *read[3:6], 0, 0, -1)) for back in (0, 1)]
                return at[0] if at[0] <= now else at[1]
    except (OverflowError, ValueError):
        pass
    raise UsageProblem("logs.since", found=text)


def _duration(text: str) -> float | None:
    """Return the seconds of ``10m`` or ``1h30m``."""
    if not re.fullmatch(r"(?:\d{1,9} ?(?:s|min|m|h|d|j|w) ?)+", text):
        return None
    return float(
        sum(int(number) * UNITS[unit] for number, unit in re.findall(r"(\d+) ?(min|[smhdjw])", text))
    )


def _read(text: str, form: str) -> time.struct_time | None:
    try:
        return time.strptime(text, form)
    except ValueError:
        return None
