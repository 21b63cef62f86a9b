"""``ship --undo``: take the latest commit of ours back while nobody else has seen it. No file changes."""

from __future__ import annotations

from collections.abc import Callable

from vigie.problems import FAILED, Failure, Refusal
from vigie.ship.display import SHORT
from vigie.ship.git.command import Git
from vigie.ship.git.repository import current_commit
from vigie.ship.interrupted import Left, close_story, settle
from vigie.ship.journal import BEGUN, DONE, Journal, Story, read_story
from vigie.ship.landing.landing import Landing, from_record
from vigie.ship.landing.take_back import take_back
from vigie.ship.plan import Plan
from vigie.ship.remote.remote_truth import remote_commit
from vigie.ship.remote.target import choose_target

PATIENCE = 30.0
"""Seconds that the remote may take to say what it has."""


def undo(plan: Plan, folder: str, sleep: Callable[[float], None]) -> str | None:
    """Take it back and return its name; None when the latest run had left no commit.

    Raises ``Refusal`` (``ship.undo-...``) for a commit that others may have, or that more was built on, ``Failure``
    ``ship.nothing-to-undo``.
    """
    story = read_story(folder)
    if story is None or story.facts("undo", DONE) is not None:
        raise Failure("ship.nothing-to-undo")
    left = Left.NOTHING
    if not story.ended:
        left = settle(plan.git, plan.repository, story, folder, sleep)
    if not story.ended and left is Left.NOTHING:
        close_story(folder, FAILED)
        return None
    record = story.facts("land") or story.run.get("kept")
    if record is None:
        if not story.ended:
            close_story(folder, FAILED)
            return None
        raise Failure("ship.nothing-to-undo")
    landing = from_record(record)
    _require_ours_alone(plan, story, landing)
    journal = Journal(folder)
    journal.go_on()
    journal.note("undo", BEGUN, record, durable=True)
    take_back(plan.git, landing, sleep)
    journal.note("undo", DONE, {})
    journal.end(0)
    return landing.sha


def _require_ours_alone(plan: Plan, story: Story, landing: Landing) -> None:
    head = current_commit(plan.git)
    if story.facts("undo") is not None and head != landing.sha:
        return  # killed half-way: the branch is back already
    if head != landing.sha or plan.repository.branch != landing.branch:
        raise Refusal("ship.undo-overtaken", commit=landing.sha[:SHORT])
    try:
        target = choose_target(plan.configuration, plan.repository.branch)
    except Failure:
        return  # no remote, nobody else
    there = remote_commit(plan.git, target, PATIENCE)
    if there is not None and _contains(plan.git, there, landing.sha):
        raise Refusal("ship.undo-pushed", commit=landing.sha[:SHORT], target=target.shown)


def _contains(git: Git, there: str, sha: str) -> bool:
    """Whether the remote's commit is ours or built on it; one that is unknown here may be."""
    return there == sha or git.query("merge-base", "--is-ancestor", sha, there).code in (0, 128)
