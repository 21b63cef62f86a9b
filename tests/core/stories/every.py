"""Every story there is."""

from __future__ import annotations

from tests.core.stories import (
    Story,
    adopting,
    clocks,
    crashing,
    ensuring,
    hanging,
    limits,
    starting,
    stopping,
    trials,
)

ROOMS = (starting, crashing, hanging, stopping, ensuring, adopting, limits, trials, clocks)

STORIES: tuple[Story, ...] = tuple(story for room in ROOMS for story in room.STORIES)
