"""A run that was killed: found by its journal, and brought to a state in which nothing is half done.

The journal says what may have happened; the world says what did. Before the branch has moved, what was begun is
undone: the person's files were never touched, and the index becomes what it was. After that it is completed.
What reaches others or the bot (push, restart, proving) is left to ``--resume``, or to the next run, which
does the same things anyway.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import NamedTuple

from vigie.ship.git import Git
from vigie.ship.journal import Journal, Story, read_story
from vigie.ship.repository import Repository


class Left(Enum):
    """What is still to be done of an interrupted run, once nothing is half done."""

    NOTHING = "nothing"
    """No commit came of it, and none of its traces is left."""
    PUSH = "push"
    BOT = "bot"
    BACK = "back"


class Interrupted(NamedTuple):
    """A run that never came to its end, and what is left of it to do."""

    story: Story
    left: Left


def interrupted_run(folder: str) -> Story | None:
    """Return the story of a run that was killed, None when the latest one came to its end. Runs no git."""
    story = read_story(folder)
    return None if story is None or story.ended else story


def settle(
    git: Git, repository: Repository, story: Story, folder: str, sleep: Callable[[float], None]
) -> Left:
    """Leave nothing half done, and say what remains; the caller holds the lock, so the run is surely dead.

    May be repeated, and be killed itself. Raises ``Refusal`` when somebody else's git is in the way.
    """
    from vigie.ship.land import from_record
    from vigie.ship.take_back import take_back
    from vigie.ship.workshop import sweep

    sweep(folder)
    if story.facts("undo") is not None:
        if story.open("undo"):
            take_back(git, from_record(story.facts("undo") or {}), sleep)
        return Left.NOTHING
    if story.facts("back") is not None:
        return _settle_back(git, repository, story)
    if story.open("rebase"):
        from vigie.ship.rebase_over import finish_rebased

        facts = story.facts("rebase") or {}
        finish_rebased(git, repository, facts["old"], facts["new"])
    left = _settle_landing(git, story, sleep)
    if left is not Left.NOTHING or story.facts("land") is None:
        if story.facts("restart") is not None or story.facts("prove") is not None:
            return Left.BOT
        if story.facts("push") is not None:
            return Left.BOT if story.facts("push", "done") is not None else Left.PUSH
    return left


def _settle_landing(git: Git, story: Story, sleep: Callable[[float], None]) -> Left:
    from vigie.ship.land import State, from_record, look, take_in, take_out

    record = story.facts("land")
    if record is None:
        return Left.NOTHING
    landing = from_record(record)
    state = look(git, landing)
    if state is State.LANDED:
        take_in(git, landing, sleep)
        return Left.PUSH
    take_out(git, landing, sleep)
    return Left.NOTHING


def _settle_back(git: Git, repository: Repository, story: Story) -> Left:
    from vigie.ship.back.bring_over import finish_over

    facts = story.facts("back") or {}
    if story.open("back"):
        finish_over(git, repository, facts["bad"], facts["way"])
    return Left.BACK


def close_story(folder: str, exit_code: int) -> None:
    """Note that nothing is left to do of the latest run."""
    journal = Journal(folder)
    journal.go_on()
    journal.end(exit_code)
