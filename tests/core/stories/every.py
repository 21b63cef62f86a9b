"""Every story there is."""

from __future__ import annotations

from tests.core.stories import (
    Story,
    adopting,
    clocks,
    crashing,
    ensuring,
    hanging,
    leaving,
    limits,
    starting,
    stopping,
    timetable,
    trials,
)

ROOMS = (
    starting,
    crashing,
    hanging,
    stopping,
    ensuring,
    adopting,
    limits,
    leaving,
    timetable,
    trials,
    clocks,
)

STORIES: tuple[Story, ...] = tuple(story for room in ROOMS for story in room.STORIES)
