"""The second half of a run: is the bot online, must it be restarted, and does the new code hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vigie.problems import DONE, SHIPPED_OFFLINE
from vigie.ship.bring_up import is_online, prove_version, restart, word
from vigie.ship.journal import BEGUN
from vigie.ship.run import Run

if TYPE_CHECKING:
    from vigie.ship.proof.prove import Result


def look_first(run: Run) -> None:
    """Note how the bot is before anything is done, and which version it runs."""
    run.tell("INFO", "ship.precheck")
    with run.logbook.step("precheck") as step:
        run.was_online = run.bot.is_online()
        step.detail = word(run.was_online)
        run.parked = run.bot.parked()
        if run.was_online:
            run.ran = run.bot.running_commit()
            run.identities = run.bot.identities()
    if run.was_online:
        run.tell("OK", "ship.was-online")
    else:
        run.tell("WARNING", "ship.was-offline")


def verify(run: Run, shipped: bool) -> int:
    """Look, restart where that is asked for, prove what is new; return the exit code of what came of it."""
    if (exit_code := _offered(run)) is not None:
        return exit_code
    online = _look_again(run, _must_restart(run, True, shipped))
    launched = online and run.identities is not None and run.bot.identities() != run.identities
    if _must_restart(run, online, shipped):
        back = _restart(run, online)
        if back is None:  # nothing of the new code's: something else was in the way
            run.online_after = online and is_online(run)
            return DONE if run.online_after else SHIPPED_OFFLINE
        run.online_after = online = launched = back
        if not back:
            return _go_back(run, None)
    elif not online:
        run.tell("WARNING", "ship.left-offline")
    run.online_after = online
    if launched and run.tip is not None and run.request.prove > 0:
        result = prove_version(run, run.tip)
        if not result.proven:
            return _go_back(run, result)
        for kept in run.bot.clear_parked():
            run.tell("INFO", "rollback.kept-data", path=kept)
    elif run.request.rollback and run.commit is not None and online:
        run.tell("INFO", "ship.back-nothing-ran")
    return DONE if online else SHIPPED_OFFLINE


def _offered(run: Run) -> int | None:
    if run.offer is None:
        return None
    from vigie.ship.way_back import take_the_offer

    return take_the_offer(run)


def _go_back(run: Run, result: Result | None) -> int:
    from vigie.ship.way_back import go_back

    return go_back(run, result)


def _look_again(run: Run, will_restart: bool) -> bool:
    run.tell("INFO", "ship.verify-online" if run.was_online else "ship.verify-offline")
    with run.logbook.step("verify") as step:
        step.ok = online = is_online(run)
        step.detail = word(online)
    if online and run.was_online:
        run.tell("OK", "ship.online-before-restart" if will_restart else "ship.still-online")
    elif online:
        run.tell("OK", "ship.now-online")
    return online


def _must_restart(run: Run, online: bool, shipped: bool) -> bool:
    """A bot that runs is left alone when nothing reached the remote, whatever the setting."""
    if online:
        return (run.request.restart == "always" or run.parked) and shipped
    return run.request.restart != "never"


def _restart(run: Run, online: bool) -> bool | None:
    """Restart the bot: True online, False the new copy failed, None it could not even be tried."""
    if online:
        run.tell("RESTART", "ship.restart-always")
    else:
        run.tell("RESTART", "ship.restart-stopped" if run.was_online else "ship.restart-offline")
    if run.ran is not None and run.ran != run.tip:
        # whoever kills us from here on leaves a version that worked, and that can be gone back to
        run.journal.note("trial", BEGUN, {"bad": run.tip, "good": run.ran})
    back = restart(run)
    if back is not None:
        run.tell("OK" if back else "ERROR", "ship.restarted" if back else "ship.not-back")
    return back
