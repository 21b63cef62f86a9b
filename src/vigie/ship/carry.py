"""The guide's workflow, step by step: look, stage, commit, push, verify, restart what stopped, prove what is new.

What is found wrong before anything was done is raised as a ``Problem``. Later ones are told, noted in the
report, and what still makes sense goes on: a refused push keeps the commit and does not leave the bot alone.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from vigie.problems import DONE, SHIPPED_ROLLED_BACK, Problem
from vigie.ship.bring_in import bring_in
from vigie.ship.course import begin, close, finish, push_and_verify, report, settle_first
from vigie.ship.interrupted import Left
from vigie.ship.journal import BEGUN, Journal
from vigie.ship.plan import make_plan
from vigie.ship.report import Logbook, ShipReport
from vigie.ship.request import BotDoor, ShipRequest, Tell
from vigie.ship.run import Run
from vigie.ship.verify import look_first


def carry(
    request: ShipRequest,
    bot: BotDoor,
    tell: Tell,
    clock: Callable[[], float],
    sleep: Callable[[float], None] = time.sleep,
) -> ShipReport:
    """Bring one new version; ``clock`` gives seconds that never go back.

    Raises ``UsageProblem``, ``Refusal`` or ``Failure`` only when nothing was done.
    """
    logbook = Logbook(clock)
    with logbook.step("precheck"):
        if not request.dry_run and settle_first(request, tell, sleep) is Left.BACK:
            return _finish_the_way_back(request, bot, tell, clock, sleep)
        plan = make_plan(request, sleep, alone=bool(request.folder) and not request.dry_run)
    run = Run(request, plan, bot, tell, logbook, Journal(request.folder), clock, sleep)
    if request.dry_run:
        return _look_only(run)
    begin(run)
    return finish(run, lambda: _from_the_beginning(run))


def _finish_the_way_back(
    request: ShipRequest,
    bot: BotDoor,
    tell: Tell,
    clock: Callable[[], float],
    sleep: Callable[[float], None],
) -> ShipReport:
    """First bring back online what a killed run was about to; then do what was asked, if that went well."""
    from vigie.ship.pick_up import pick_up

    came = pick_up(request, bot, tell, clock, sleep)
    if came is not None and came.exit_code != SHIPPED_ROLLED_BACK:
        return came
    return carry(request, bot, tell, clock, sleep)


def _from_the_beginning(run: Run) -> int:
    look_first(run)
    run.journal.note("precheck", BEGUN, {"online": run.was_online, "ran": run.ran})
    # No commit: nothing new is on its way, so the bot is none of our business; what is raised here ends the run.
    bring_in(run)
    exit_code = push_and_verify(run)
    if run.commit is not None:
        _tidy(run)
    return exit_code


def _tidy(run: Run) -> None:
    """What git does after a commit of its own: clear up when much lies about."""
    from vigie.ship.apart.housekeeping import tidy

    tidy(run.plan.git, run.repository, run.plan.configuration)


def _look_only(run: Run) -> ShipReport:
    from vigie.ship.dry_run import dry_run, would

    run.frame("INFO", "ship.title")
    try:
        exit_code = dry_run(run)
    except Problem as problem:
        run.complain(problem)
        exit_code = problem.exit_code
    if exit_code == DONE:
        run.frame("OK", "ship.dry-run-done")
        came = report(run, exit_code)
    else:
        came = close(run, exit_code)
    return came._replace(would=would(run))
