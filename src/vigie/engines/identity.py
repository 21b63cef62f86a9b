"""Who a process is, for ever: its number, the kernel's start time and the boot it belongs to.

A number alone is recycled; a recycled number has another start time, and start times repeat only after a
reboot, which changes the boot id.
"""

from __future__ import annotations

import os
import sys
import time

from vigie.engines import process_table
from vigie.engines.base import Identity

assert sys.platform != "win32", "LocalWindows knows processes by their creation time"  # noqa: S101  (mypy skips the rest there)

_boot: str | None = None


def boot_id() -> str:
    """Return the id of this boot: random on Linux (random(4)), "" where start times are absolute."""
    global _boot
    if _boot is None:
        _boot = ""
        if sys.platform == "linux":
            try:
                _boot = process_table.read_small("/proc/sys/kernel/random/boot_id").decode("ascii").strip()
            except OSError:
                pass
    return _boot


if sys.platform == "linux":

    def now() -> int:
        """This moment, on the scale of ``Identity.started``."""
        return int(time.clock_gettime(time.CLOCK_BOOTTIME) * os.sysconf("SC_CLK_TCK"))

    def age(identity: Identity) -> float:
        """Seconds since its start, to a hundredth; the calendar of the boot is only known to the second."""
        ticks = os.sysconf("SC_CLK_TCK")
        return max(0.0, time.clock_gettime(time.CLOCK_BOOTTIME) - identity.started / ticks)

else:

    def now() -> int:
        """This moment, on the scale of ``Identity.started``."""
        return int(time.time() * 1_000_000)

    def age(identity: Identity) -> float:
        """Seconds since its start."""
        return max(0.0, time.time() - identity.started / 1_000_000)


def of_row(row: process_table.Row) -> Identity:
    """Name the process of a row."""
    return Identity(row.pid, row.started, boot_id())


def identify(pid: int) -> Identity | None:
    """Who ``pid`` is right now, or None when it is gone, a zombie, or may not be looked at."""
    if pid <= 0:
        return None
    try:
        row = process_table.row(pid)
    except OSError:
        return None
    return None if row is None or row.over else of_row(row)


def gone(identity: Identity) -> bool:
    """Whether this very process has certainly ended; not being able to look is no proof."""
    try:
        row = process_table.row(identity.pid)
    except OSError:
        return False
    return row is None or row.over or of_row(row) != identity


def lives(identity: Identity) -> bool:
    """Whether this very process, and not a later one of its number, is certainly there and no zombie."""
    return identify(identity.pid) == identity
