"""Asking, restarting and proving the bot, each step noted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vigie.problems import Failure, Problem, Refusal
from vigie.ship.journal import BEGUN, DONE
from vigie.ship.run import Run

if TYPE_CHECKING:
    from vigie.ship.proof.prove import Result


def is_online(run: Run) -> bool:
    """Ask the bot; what cannot be asked counts as offline, and is told."""
    try:
        return run.bot.is_online()
    except Problem as problem:
        run.complain(problem)
        return False


def restart(run: Run) -> bool | None:
    """Restart and say what went wrong: True online, False the new copy failed, None it could not be tried."""
    run.journal.note("restart", BEGUN, {"commit": run.tip})
    back: bool | None
    try:
        with run.logbook.step("restart") as step:
            back = run.bot.restart()
            step.ok, step.detail = back is True, word(back is True)
    except Problem as problem:
        run.complain(problem)
        back = None if isinstance(problem, Refusal) else False
    run.journal.note("restart", DONE, {"online": back is True})
    run.restarted = run.restarted or back is not None
    return back


def prove_version(run: Run, wanted: str, name: str = "verify") -> Result:
    """Watch the bot for the whole window; a version that held is remembered as proven."""
    from vigie.ship.proof.prove import prove

    run.journal.note("prove", BEGUN, {"commit": wanted})
    with run.logbook.step(name) as step:
        result = prove(
            run.bot,
            wanted_commit=wanted,
            window=run.request.prove,
            deadline=run.request.prove_deadline,
            clock=run.clock,
            sleep=run.sleep,
            tell=run.tell_line,
            confirm_failures=run.request.confirm_failures,
            confirm_interval=run.request.confirm_interval,
        )
        step.ok, step.detail = result.proven, result.verdict.value
    if not result.proven and run.problem is None and result.told is not None:
        run.problem = Failure(result.told.key, **result.told.values)
    run.journal.note("prove", DONE, {"verdict": result.verdict.value})
    run.online_after = result.proven
    if result.proven:
        run.remember("proven", wanted)
    return result


def word(online: bool) -> str:
    """Return the word for programs."""
    return "online" if online else "offline"
