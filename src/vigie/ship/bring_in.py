"""The first half of a run: from what changed in the folder to a commit on the branch.

Everything that can say no is asked before anything of the person's is touched: secrets, sizes, syntax, tests, hooks,
signatures. The commit is made apart; then the index follows it, and last the branch. Whoever dies between the two
leaves files that are staged, never a reversal that the next plain commit would carry out.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

from vigie.problems import Failure, Refusal
from vigie.ship.choose.moving_files import look, moved
from vigie.ship.choose.remarks import remarks
from vigie.ship.display import listed, printable
from vigie.ship.git.index import Difference
from vigie.ship.guard import Guard
from vigie.ship.journal import BEGUN, DONE, FAILED
from vigie.ship.landing.commit import Commit, Staging, make_commit, stage
from vigie.ship.landing.land import move_branch, take_in, take_out
from vigie.ship.landing.landing import Landing, as_record, plan_landing
from vigie.ship.message import subject
from vigie.ship.proof.preflight import compile_changed
from vigie.ship.run import Run
from vigie.ship.workshop import workshop

SIGNS = (("added", "+"), ("modified", "~"), ("removed", "-"))


def bring_in(run: Run) -> None:
    """Commit what was chosen; raises ``Problem`` when no commit came of it: then nothing has changed."""
    announce(run)
    plan = run.plan
    guard = Guard(run)
    with workshop(run.request.folder) as folder:
        if plan.selection.paths:
            staged = _stage(run, folder)
            if not staged.empty:
                _commit(run, guard, staged, folder)
                return
        guard.look_at_unpushed()
    run.tell("INFO", "ship.nothing-to-commit")


def _stage(run: Run, folder: str) -> Staging:
    """Stage in a copy of the index; what is being written meanwhile goes as it was read, and is named."""
    plan = run.plan
    with run.logbook.step("stage") as step:
        step.detail = listed(plan.selection.paths)
        before = look(plan.repository.top, plan.selection.from_disk)
        staged = stage(plan.git, plan.repository, plan.selection, folder)
    if moving := moved(plan.repository.top, before):
        run.tell("WARNING", "staging.moved", files=listed(moving))
    return staged


def announce(run: Run) -> None:
    """Say what is about to be staged, and what is not."""
    selection = run.plan.selection
    run.tell("INFO", "ship.stage")
    if run.request.files is None:
        run.tell("INFO", "ship.adding-all")
    elif selection.paths:
        prefix = run.plan.repository.prefix
        names = [path.removeprefix(prefix) for path in selection.paths]
        run.tell("INFO", "ship.adding", files=listed(names))
    for tag, key, values in remarks(run.plan):
        run.tell(tag, key, **values)
    if run.request.show_changes:
        tell_changes(run)


def tell_changes(run: Run) -> None:
    """Say each path that goes into the commit, with what becomes of it."""
    selection, prefix = run.plan.selection, run.plan.repository.prefix
    for kind, sign in SIGNS:
        for path in getattr(selection, kind):
            run.tell("INFO", "ship.change", sign=sign, file=printable(path.removeprefix(prefix)))


def _commit(run: Run, guard: Guard, staged: Staging, folder: str) -> None:
    plan, request = run.plan, run.request
    guard.look_at(staged.changes, plan.message, staged.tree)
    compile_changed(plan.git, staged.changes, request.programs, os.path.join(folder, "syntax"))
    if request.test:
        from vigie.ship.project_test import test_commit

        test_commit(run, staged.tree, os.path.join(folder, "test"))
    run.tell("INFO", "ship.commit", message=subject(plan.message))
    run.journal.note("commit", BEGUN, {"tree": staged.tree})
    with run.logbook.step("commit") as step:
        made = make_commit(
            plan.git,
            plan.repository,
            staged,
            plan.message,
            request.deadlines.commit,
            os.path.join(folder, "apart"),
            plan.configuration,
        )
        by_hooks = _by_hooks(staged.changes, made)
        if by_hooks:
            guard.look_at(by_hooks, "", made.sha)
        landing = plan_landing(plan.git, plan.repository, staged, made)
        land(run, landing)
        step.detail = run.commit = run.tip = made.sha
        run.changed = tuple(made.changes)
    run.tell("OK", "ship.committed")
    if made.by_hooks:
        run.tell("INFO", "ship.by-hooks", files=listed(made.by_hooks))
    _let_files_follow(run, landing, os.path.join(folder, "files"))


def _by_hooks(chosen: Mapping[str, Difference], made: Commit) -> dict[str, Difference]:
    """Return what hooks have put into the commit or changed in it: nobody has looked at that yet."""
    if made.changes is chosen:
        return {}
    return {path: change for path, change in made.changes.items() if chosen.get(path) != change}


def land(run: Run, landing: Landing) -> None:
    """Let index and branch follow the commit; raises ``Problem``, and then neither has."""
    git = run.plan.git
    run.journal.note("land", BEGUN, as_record(landing), durable=True)
    try:
        take_in(git, landing, run.sleep)
        _move(run, landing)
    except (Refusal, Failure):
        run.journal.note("land", FAILED, {})
        raise
    run.journal.note("land", DONE, {"sha": landing.sha})


def _move(run: Run, landing: Landing) -> None:
    git = run.plan.git
    try:
        moved = move_branch(git, landing)
    except Failure:
        take_out(git, landing, run.sleep)
        raise
    if not moved:
        take_out(git, landing, run.sleep)
        raise Refusal("ship.branch-moved", branch=run.plan.repository.short_branch)


def _let_files_follow(run: Run, landing: Landing, folder: str) -> None:
    """Bring what hooks made of a file into the folder, where nobody has touched it since."""
    if not landing.files:
        return
    from vigie.ship.apart.files import follow_files

    try:
        left = follow_files(run.plan.git, landing.files, folder)
    except Failure as problem:
        run.tell("WARNING", problem.key, **problem.values)
        return
    run.journal.note("files", DONE, {})
    if left:
        run.tell("WARNING", "ship.not-followed", files=listed(left))
