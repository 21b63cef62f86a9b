"""A run that was killed: found by its journal, and brought to a state in which nothing is half done.

The journal says what may have happened; the world says what did. Before the branch has moved, what was begun is
undone: the person's files were never touched, and the index becomes what it was. After that it is completed.
What reaches others or the bot (push, restart, proving) is left to ``--resume``, or to the next run, which
does the same things anyway.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from enum import Enum

from vigie.problems import Refusal
from vigie.ship.git.command import Git
from vigie.ship.git.repository import Repository, current_commit
from vigie.ship.journal import DONE, Journal, Story, read_story

IN_THE_WAY = "rollback.in-the-way"


class Left(Enum):
    """What is still to be done of an interrupted run, once nothing is half done."""

    NOTHING = "nothing"
    """No commit came of it, and none of its traces is left."""
    PUSH = "push"
    BOT = "bot"
    BACK = "back"


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
    from vigie.ship.landing.landing import from_record
    from vigie.ship.landing.take_back import take_back
    from vigie.ship.workshop import sweep

    sweep(folder)
    if story.facts("undo") is not None:
        if story.open("undo"):
            from vigie.ship.back.left_lock import clear_left_lock

            clear_left_lock(repository, sleep)
            take_back(git, from_record(story.facts("undo") or {}), sleep)
        return Left.NOTHING
    if story.facts("back") is not None:
        return _settle_back(git, repository, story)
    if story.facts("rebase") is not None:
        _settle_rebase(git, repository, story)
        left = Left.PUSH
    else:
        left = _settle_landing(git, story, folder, sleep)
    if left is Left.NOTHING and story.facts("land") is not None:
        return left
    if story.facts("push") is not None and story.facts("push", DONE) is None:
        return Left.PUSH
    if any(story.facts(step) is not None for step in ("push", "restart", "prove")):
        return Left.BOT
    return left


def _settle_rebase(git: Git, repository: Repository, story: Story) -> None:
    """Let the folder stand on what others have pushed; the commit that had landed before is another one now."""
    from vigie.ship.remote.rebase_over import finish_rebased

    if story.open("rebase"):
        facts = story.facts("rebase") or {}
        finish_rebased(git, repository, facts["old"], facts["new"])


def _settle_landing(git: Git, story: Story, folder: str, sleep: Callable[[float], None]) -> Left:
    from vigie.ship.landing.land import State, look, take_in, take_out
    from vigie.ship.landing.landing import from_record

    record = story.facts("land")
    if record is None:
        return Left.NOTHING
    landing = from_record(record)
    if look(git, landing) is not State.LANDED:
        # a commit that had landed, and no longer leads to where the branch is, was taken away by somebody
        if story.facts("land", DONE) is None:
            take_out(git, landing, sleep)
        return Left.NOTHING
    # whoever has committed more since has seen to index and files themselves
    if current_commit(git) == landing.sha:
        if story.open("land"):
            take_in(git, landing, sleep)
        if landing.files and story.facts("files", DONE) is None:
            from vigie.ship.apart.files import follow_files

            follow_files(git, landing.files, os.path.join(folder, "files"))
    return Left.PUSH


def _settle_back(git: Git, repository: Repository, story: Story) -> Left:
    from vigie.ship.back.bring_over import finish_over

    facts = story.facts("back") or {}
    if story.open("back"):
        try:
            finish_over(git, repository, facts["bad"], facts["way"])
        except Refusal as problem:
            if problem.key != IN_THE_WAY:
                raise  # what is in the way stays there: the good version will run beside it
    return Left.BACK


def close_story(folder: str, exit_code: int) -> None:
    """Note that nothing is left to do of the latest run."""
    journal = Journal(folder)
    journal.go_on()
    journal.end(exit_code)
