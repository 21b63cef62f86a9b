"""What ``status`` tells of a ship: one that is at work, or one that was killed and what it has left to do."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from vigie.messages import Phrase

if TYPE_CHECKING:
    from vigie.runtime.place import Place
    from vigie.ship.journal import Story


def ship_status(place: Place) -> tuple[str, Phrase] | None:
    """Return a word for programs and one for people; None when the latest ship came to its end.

    A run that was killed leaves nothing half done once this has looked: that costs some questions to git, and only
    then. What it still had to do with others or with the bot is told, not done.
    """
    if not os.path.exists(os.path.join(place.ship, "journal")):
        return None
    from vigie.ship.interrupted import interrupted_run

    story = interrupted_run(place.ship)
    return None if story is None else _look(place, story)


def _look(place: Place, story: Story) -> tuple[str, Phrase]:
    from vigie.engines.file_lock import FileLock
    from vigie.problems import Problem

    when = story.run.get("when", "?")
    with FileLock(os.path.join(place.private, "ship.lock")) as lock:
        if not lock.acquire():
            pid = story.run.get("pid", "?")
            return "at-work", Phrase("status.ship-at-work", pid=pid, when=when, step=story.step)
        try:
            left = _settle(place, story)
        except Problem as problem:
            return "stuck", Phrase("status.ship-stuck", when=when, why=Phrase(problem.key, **problem.values))
    return left, Phrase(f"status.ship-{left}", when=when)


def _settle(place: Place, story: Story) -> str:
    from vigie.problems import FAILED
    from vigie.ship.git.repository import open_repository
    from vigie.ship.interrupted import Left, close_story, settle

    git, repository = open_repository(place.root)
    left = settle(git, repository, story, place.ship, time.sleep)
    if left is Left.NOTHING:
        close_story(place.ship, FAILED)
    return left.value
