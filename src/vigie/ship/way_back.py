"""When new code has failed: whether to go back, and the one way back there is.

Only a bot that ran well before can have been broken by what came new, and only code that really ran can have
broken it. The way back is a new commit with the files of the last good version, brought into the folder by a
fast-forward that refuses rather than overwrite; where the person's own edits are in its way, the last good
version is run beside them. Either is proven like any release, and there is no second way back.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from vigie.messages import Phrase
from vigie.problems import SHIPPED_OFFLINE, SHIPPED_ROLLED_BACK, Failure, Problem, Refusal
from vigie.ship.bring_up import prove_version, restart
from vigie.ship.display import SHORT, listed
from vigie.ship.journal import BEGUN, DONE, FAILED
from vigie.ship.proof.proof import Verdict
from vigie.ship.run import Run
from vigie.ship.workshop import workshop

if TYPE_CHECKING:
    from vigie.ship.proof.prove import Result

MOVED = "rollback.moved"


def go_back(run: Run, result: Result | None) -> int:
    """Deal with new code that failed (``result`` None: it never came online); return the exit code."""
    bad = run.tip
    run.online_after = False
    if bad is None:
        return SHIPPED_OFFLINE
    if result is not None and result.verdict is Verdict.WRONG_COMMIT:
        run.tell("WARNING", "ship.back-did-not-run")
        run.online_after = run.bot.is_online()
        return SHIPPED_OFFLINE
    if _is_blameless(run, result):
        run.tell("WARNING", "ship.back-unknown")
        return SHIPPED_OFFLINE
    with run.logbook.step("verify") as step:
        step.ok = False
    _tell_blame(run)
    run.remember("failed", bad)
    good = _good_version(run, bad)
    if good is None:
        run.tell("WARNING", "ship.back-no-good-version" if run.was_online else "ship.back-was-offline")
        return SHIPPED_OFFLINE
    if not run.request.rollback and not (run.request.ask and run.request.ask("ship.back-ask")):
        run.journal.note("offer", DONE, {"bad": bad, "good": good})
        run.tell("INFO", "ship.back-offer", good=good[:SHORT])
        return SHIPPED_OFFLINE
    return roll_back(run, bad, good, _why(run, result))


def take_the_offer(run: Run) -> int | None:
    """Go back as an earlier run has offered; None when it has not, when nobody asks, or when the bot is well."""
    if run.offer is None or not run.request.rollback or run.tip != run.offer["bad"] or run.was_online:
        return None
    run.tell("WARNING", "ship.back-offered", bad=run.offer["bad"][:SHORT])
    return roll_back(run, run.offer["bad"], run.offer["good"], None)


def _why(run: Run, result: Result | None) -> Phrase | None:
    """What the new code has failed by, in words."""
    if result is not None:
        return result.told
    return None if run.problem is None else Phrase(run.problem.key, **run.problem.values)


def roll_back(run: Run, bad: str, good: str, why: Phrase | None) -> int:
    """Bring the last good version back, or run it beside the person's edits; prove it; tell the remote."""
    with run.logbook.step("rollback") as step:
        step.detail = good
        try:
            way = _bring_back(run, bad, good)
        except Problem as problem:
            step.ok = False
            run.complain(problem)
            return SHIPPED_OFFLINE
    exit_code = end_of_way_back(run, good, way)
    if exit_code == SHIPPED_ROLLED_BACK:
        # what was told of the copy that failed helps nobody now that another one is online
        run.problem = Failure("ship.new-code-failed", good=good[:SHORT], why=why or Phrase("ship.known-bad"))
    return exit_code


def end_of_way_back(run: Run, good: str, way: str | None) -> int:
    """Bring the good version up and prove it; ``way``: the commit that holds it, None when it is parked."""
    run.tell("RESTART", "ship.back-restart", good=good[:SHORT])
    back = restart(run)
    if back:
        back = run.request.prove <= 0 or prove_version(run, way or good, "rollback").proven
    run.online_after = bool(back)
    if not back:
        run.tell("ERROR", "ship.back-not-back")
        return SHIPPED_OFFLINE
    run.rolled_back = True
    run.remember("parked" if way is None else "rolled-back", way or good)
    if way is None:
        run.tell("OK", "ship.back-parked", good=good[:SHORT], bad=str(run.tip)[:SHORT])
    else:
        run.tell("OK", "ship.back-done", good=good[:SHORT])
        _tell_remote(run, way)
    return SHIPPED_ROLLED_BACK


def _bring_back(run: Run, bad: str, good: str) -> str | None:
    """Return the commit that the folder was brought to, None when the good version runs beside it."""
    from vigie.ship.back.bring_over import bring_over
    from vigie.ship.back.revert import build_way_back, data_between

    git = run.plan.git
    run.tell("WARNING", "ship.back-begin", good=good[:SHORT])
    if data := data_between(git, bad, good):
        run.tell("INFO", "ship.back-data-stays", files=listed(data))
    with workshop(run.request.folder) as folder:
        way = build_way_back(git, run.repository, bad, good, os.path.join(folder, "back"))
        run.journal.note("back", BEGUN, {"bad": bad, "good": good, "way": way}, durable=True)
        try:
            bring_over(git, run.repository, way, os.path.join(folder, "over"))
        except Refusal as problem:
            run.journal.note("back", FAILED, {"code": problem.code})
            if problem.key == MOVED:
                raise
            # that is no end of it, so no advice yet
            run.tell("WARNING", problem.key, **problem.values)
            park(run, bad, good)
            return None
    run.journal.note("back", DONE, {})
    run.tip = way
    return way


def park(run: Run, bad: str, good: str) -> None:
    """Let the good version run beside the folder; raises ``Failure`` where that cannot be. May be repeated."""
    from vigie.ship.back.release_folder import release_folder

    run.journal.note("park", BEGUN, {"bad": bad, "good": good})
    folder = release_folder(run.plan.git, run.repository, good, run.request.root)
    why = run.bot.park(bad, good, folder)
    if why is not None:
        raise Failure("ship.back-not-parked", good=good[:SHORT], why=why)
    run.journal.note("park", DONE, {})
    run.tell("WARNING", "ship.back-parking", bad=bad[:SHORT], good=good[:SHORT])


def _is_blameless(run: Run, result: Result | None) -> bool:
    """Nothing can be said against new code while the machine reaches nobody, or when nobody could look."""
    return (result is not None and result.verdict is Verdict.UNKNOWN) or not run.bot.has_way_out()


def _tell_blame(run: Run) -> None:
    from vigie.ship.proof.blame import blame

    words = run.bot.last_words()
    for line in words:
        run.tell("INFO", "ship.said", line=line)
    found = blame(words, run.changed, (run.plan.repository.top,))
    if found is not None:
        run.tell("ERROR", "ship.back-blame", where=found)


def _good_version(run: Run, bad: str) -> str | None:
    """The version that ran well when this run began; unknown, the one proven last, else the one before ours."""
    if not run.was_online:
        return (
            run.offer["good"] if run.offer is not None and run.may_go_back(run.offer["good"], bad) else None
        )
    for candidate in (run.ran, run.bot.last_proven(), run.plan.repository.head):
        if candidate is not None and candidate != bad and run.may_go_back(candidate, bad):
            return candidate
    return None


def _tell_remote(run: Run, way: str) -> None:
    """Others shall see the same truth, and the next pull not bring the fault back; the bot runs either way."""
    from vigie.ship.publish import publish_again, was_published

    if was_published(run, way) and not publish_again(run, way):
        run.tell("WARNING", "ship.back-not-pushed")
