"""``ship --dry-run``: everything that would be done, and nothing of it."""

from __future__ import annotations

import os

from vigie.problems import DONE, FAILED, Problem
from vigie.ship.bring_in import SIGNS, announce, tell_changes
from vigie.ship.display import printable
from vigie.ship.guard import Guard
from vigie.ship.landing.commit import stage
from vigie.ship.message import subject
from vigie.ship.proof.preflight import compile_changed
from vigie.ship.remote.target import choose_target
from vigie.ship.remote.unpushed import unpushed_commits
from vigie.ship.run import Run
from vigie.ship.workshop import workshop


def dry_run(run: Run) -> int:
    """Tell all of it; the exit code is that of what would stand in the way, raised as ``Problem``."""
    announce(run)
    if not run.request.show_changes:
        tell_changes(run)
    _tell_what_stands_in_the_way(run)
    selection = run.plan.selection
    if selection.paths:
        run.tell("INFO", "ship.would-commit", message=subject(run.plan.message))
    else:
        run.tell("INFO", "ship.nothing-to-commit")
    if run.request.test and selection.paths:
        run.tell("INFO", "ship.would-test", command=printable(" ".join(run.request.test)))
    possible = _tell_push(run)
    _tell_bot(run)
    return DONE if possible else FAILED


def would(run: Run) -> dict[str, object]:
    """Return for programs what would be committed, with names as they are printed."""
    selection = run.plan.selection
    files = {kind: [printable(path) for path in getattr(selection, kind)] for kind, _sign in SIGNS}
    left_out = [printable(path) for path in (*selection.left_out, *selection.generated)]
    return {"message": run.plan.message or None, "files": files, "left_out": left_out}


def _tell_what_stands_in_the_way(run: Run) -> None:
    """Stage in a copy that nobody sees, and look at it as a real run would, the hooks and the test excepted."""
    plan = run.plan
    guard = Guard(run)
    with workshop(run.request.folder or run.request.root) as folder:
        if plan.selection.paths:
            staged = stage(plan.git, plan.repository, plan.selection, folder)
            guard.look_at(staged.changes, plan.message, staged.tree)
            compile_changed(plan.git, staged.changes, run.request.programs, os.path.join(folder, "syntax"))
    guard.look_at_unpushed()


def _tell_push(run: Run) -> bool:
    plan = run.plan
    head = plan.repository.head
    try:
        target = choose_target(plan.configuration, plan.repository.branch)
    except Problem as problem:
        run.complain(problem)
        return False
    waiting = unpushed_commits(plan.git, target, head) if head else ()
    for commit in waiting:
        run.tell("INFO", "ship.would-push-commit", commit=commit.short, subject=printable(commit.subject))
    if plan.selection.paths or waiting:
        run.tell("INFO", "ship.would-push", target=target.shown)
    else:
        run.tell("INFO", "ship.nothing-to-push")
    return True


def _tell_bot(run: Run) -> None:
    online = run.bot.is_online()
    run.was_online = run.online_after = online
    run.tell("OK" if online else "WARNING", "ship.was-online" if online else "ship.was-offline")
    restart = run.request.restart
    if restart == "always" or (restart == "if-down" and not online):
        run.tell("INFO", "ship.would-restart", seconds=run.request.prove)
    elif online:
        run.tell("INFO", "ship.would-leave")
    else:
        run.tell("INFO", "ship.left-offline")
    if run.request.rollback:
        run.tell("INFO", "ship.would-roll-back")
