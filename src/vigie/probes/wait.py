"""The one place where a short command sleeps: until a descriptor is ready or time has passed.

``select`` itself rather than ``selectors``: there is nothing to keep between two waits.
"""

from __future__ import annotations

import select
import sys
import time
from collections.abc import Iterable

from vigie.probes.conversation import Want

LONGEST_NAP = 0.2
"""Seconds. On Windows, Ctrl-C does not interrupt ``select``: it is noticed between two naps."""


def ready_by_select(wants: Iterable[Want], seconds: float) -> set[int]:
    """Sleep ``seconds`` at most, and return the wanted descriptors that are ready or broken."""
    reading: list[int] = []
    writing: list[int] = []
    for want in wants:
        reading += want.reading
        writing += want.writing
    if not reading and not writing:
        # Windows refuses to wait for nothing
        time.sleep(seconds)
        return set()
    # Windows reports a refused connection as an exception, not as writable
    return set().union(*select.select(reading, writing, writing, seconds))


if sys.platform == "win32":

    def ready(wants: Iterable[Want], seconds: float) -> set[int]:
        """Wait in the way of the system we run on."""
        return ready_by_select(wants, min(seconds, LONGEST_NAP))

else:

    def ready(wants: Iterable[Want], seconds: float) -> set[int]:
        """Wait in the way of the system we run on: ``poll`` knows no limit to descriptors."""
        masks: dict[int, int] = {}
        for want in wants:
            for descriptor in want.reading:
                masks[descriptor] = masks.get(descriptor, 0) | select.POLLIN
            for descriptor in want.writing:
                masks[descriptor] = masks.get(descriptor, 0) | select.POLLOUT
        poll = select.poll()
        for descriptor, mask in masks.items():
            poll.register(descriptor, mask)
        return {descriptor for descriptor, _ in poll.poll(seconds * 1000)}
