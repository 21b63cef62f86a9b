"""What all runs have in common: what a killed one left is settled first, the journal begins, the report ends."""

from __future__ import annotations

import os
import time
from collections.abc import Callable

from vigie.problems import DONE, FAILED, REFUSED, SHIPPED_OFFLINE, SHIPPED_ROLLED_BACK, USAGE, Problem
from vigie.ship.choose.selection import Selection
from vigie.ship.git.configuration import read_configuration
from vigie.ship.git.repository import open_repository
from vigie.ship.interrupted import Left, close_story, interrupted_run, settle
from vigie.ship.journal import DONE as NOTED
from vigie.ship.journal import Story, read_story
from vigie.ship.plan import Plan
from vigie.ship.publish import publish
from vigie.ship.report import ShipReport
from vigie.ship.request import ShipRequest, Tell
from vigie.ship.run import Run
from vigie.ship.verify import verify

_ENDS = {
    DONE: ("OK", "ship.done"),
    SHIPPED_OFFLINE: ("WARNING", "ship.done-offline"),
    SHIPPED_ROLLED_BACK: ("WARNING", "ship.done-rolled-back"),
}

_NOTHING_DONE = (USAGE, REFUSED)


def settle_first(request: ShipRequest, tell: Tell, sleep: Callable[[float], None]) -> Left:
    """Leave nothing half done of a run that was killed, and say what was found."""
    story = interrupted_run(request.folder) if request.folder else None
    if story is None:
        return Left.NOTHING
    git, repository = open_repository(request.root)
    left = settle(git, repository, story, request.folder, sleep)
    tell("WARNING", f"ship.settled-{left.value}", {"when": story.run.get("when", "?")})
    if left is not Left.BACK:
        close_story(request.folder, FAILED)
    return left


def begin(run: Run) -> None:
    """Begin the journal; what the run before it left unpushed stays known, so that it can be taken back."""
    request, repository = run.request, run.plan.repository
    if not request.folder:
        return
    last = read_story(request.folder)
    kept = offer = None
    if last is not None:
        kept = None if last.facts("push", NOTED) else last.facts("land") or last.run.get("kept")
        offer = last.facts("offer", NOTED) or _cut_short(last) or last.run.get("offer")
    if offer is not None and offer.get("bad") == repository.head:
        run.offer = offer
    run.journal.begin(
        {
            "pid": os.getpid(),
            "when": time.strftime("%Y-%m-%d %H:%M:%S"),
            "message": request.message,
            "files": None if request.files is None else list(request.files),
            "branch": repository.branch,
            "head": repository.head,
            "kept": kept if kept is not None and kept.get("sha") == repository.head else None,
            "offer": run.offer,
        }
    )


def _cut_short(last: Story) -> dict[str, str] | None:
    """Return the way back from a version whose trial was begun and never came to a good end."""
    proof = last.facts("prove", NOTED)
    return None if proof is not None and proof.get("verdict") == "proven" else last.facts("trial")


def finish(run: Run, work: Callable[[], int]) -> ShipReport:
    """Do the work between the first line and the last, and close with what came of it."""
    run.frame("INFO", "ship.title")
    try:
        exit_code = work()
    except Problem as problem:
        run.complain(problem)
        nothing_done = run.commit is None and problem.exit_code in _NOTHING_DONE
        exit_code = problem.exit_code if nothing_done else FAILED
    run.journal.end(exit_code)
    return close(run, exit_code)


def push_and_verify(run: Run) -> int:
    """The second half: a push that fails keeps the commit, and does not leave a bot alone that is down."""
    shipped = publish(run)
    exit_code = verify(run, shipped)
    return exit_code if shipped else FAILED


def close(run: Run, exit_code: int) -> ShipReport:
    """Say the last line."""
    tag, key = _ENDS.get(exit_code, ("ERROR", "ship.not-done"))
    run.frame(tag, key)
    return report(run, exit_code)


def report(run: Run, exit_code: int) -> ShipReport:
    """Return what came of the run."""
    return ShipReport(
        exit_code=exit_code,
        commit=run.commit,
        pushed=run.pushed,
        was_online=run.was_online,
        online_after=run.online_after,
        restarted=run.restarted,
        rolled_back=run.rolled_back,
        steps=run.logbook.steps(),
        problem=run.problem,
    )


def empty_plan(request: ShipRequest) -> Plan:
    """Return a plan that commits nothing: for runs that go on from a commit that exists."""
    git, repository = open_repository(request.root)
    return Plan(git, repository, Selection(), "", read_configuration(git))
