"""The middle of a run: the branch's commit goes to the remote, where it is to be seen by others."""

from __future__ import annotations

import os
from collections.abc import Callable

from vigie.problems import Problem
from vigie.ship.apart.hooks import PUSH_HOOKS, has_hooks
from vigie.ship.git.command import Git
from vigie.ship.journal import BEGUN, DONE
from vigie.ship.remote.push import is_known_there, push
from vigie.ship.remote.target import Target, choose_target, set_upstream
from vigie.ship.report import Step
from vigie.ship.run import Run
from vigie.ship.workshop import workshop

DIVERGED = "ship.push-diverged"


def publish(run: Run) -> bool:
    """Push what the branch holds; False when that failed, which is told."""
    sha = run.tip
    return sha is None or _told(run, lambda step, target: _push_unless_known(run, step, target, sha))


def publish_again(run: Run, sha: str) -> bool:
    """Push one more commit where the run before it went; False when that failed, which is told."""

    def work(_step: Step, target: Target) -> bool:
        push_recorded(run, target, sha)
        return True

    return _told(run, work)


def _told(run: Run, work: Callable[[Step, Target], bool]) -> bool:
    """Do ``work`` as the report's push; say what came of it where there was something to push."""
    try:
        with run.logbook.step("push") as step:
            target = choose_target(run.plan.configuration, run.plan.repository.branch)
            sent = work(step, target)
    except Problem as problem:
        run.complain(problem)
        return False
    if sent:
        run.tell("OK", "ship.pushed")
    return True


def _push_unless_known(run: Run, step: Step, target: Target, sha: str) -> bool:
    step.detail = target.shown
    # what was committed a moment ago cannot be known there
    if sha != run.commit and not target.sets_upstream and is_known_there(run.plan.git, target, sha):
        step.detail, step.skipped = "up-to-date", True
        run.tell("INFO", "ship.nothing-to-push")
        return False
    _push_or_rebase(run, target, sha)
    return True


def _push_or_rebase(run: Run, target: Target, sha: str) -> None:
    run.tell("INFO", "ship.push")
    try:
        push_recorded(run, target, sha)
    except Problem as problem:
        if problem.key != DIVERGED or not run.request.rebase:
            raise
        push_recorded(run, target, _rebased(run, target, sha))
    if target.sets_upstream and not set_upstream(run.plan.git, target, run.plan.repository.branch):
        run.tell("WARNING", "ship.upstream-not-set", target=target.shown)


def was_published(run: Run, way: str) -> bool:
    """Whether what ``way`` takes back is on the remote, by this run or by the one it goes on with."""
    if run.pushed or run.published:
        return True
    try:
        target = choose_target(run.plan.configuration, run.plan.repository.branch)
    except Problem:
        return False
    bad = run.plan.git.query("rev-parse", "-q", "--verify", f"{way}~1").out.decode("ascii").strip()
    return is_known_there(run.plan.git, target, bad)


def push_recorded(run: Run, target: Target, sha: str) -> None:
    """Push exactly this commit, where a hook that looks at it finds nothing of the person's to disturb."""
    git, repository = run.plan.git, run.repository
    run.journal.note("push", BEGUN, {"sha": sha, "remote": target.remote, "ref": target.ref})
    if has_hooks(git, repository, PUSH_HOOKS, run.plan.configuration):
        from vigie.ship.apart.repository import open_apart

        with workshop(run.request.folder) as folder, open_apart(git, repository, folder) as apart:
            apart.checkout(sha)
            run.pushed = _push(run, target, sha, apart.git)
    else:
        run.pushed = _push(run, target, sha, git)
    run.published = True
    run.journal.note("push", DONE, {"sha": sha})


def _push(run: Run, target: Target, sha: str, git: Git) -> bool:
    return push(
        git,
        target,
        sha,
        deadline=run.request.deadlines.push,
        clock=run.clock,
        sleep=run.sleep,
        on_retry=lambda pause, number: run.tell("WARNING", "ship.push-again", pause=pause, number=number),
        home=run.plan.git,
    )


def _rebased(run: Run, target: Target, sha: str) -> str:
    """Take in what others have pushed, and return our own commits on top of it; the folder follows first."""
    from vigie.ship.git.index import tree_differences
    from vigie.ship.proof.preflight import compile_changed
    from vigie.ship.remote.rebase import rebase_beside
    from vigie.ship.remote.rebase_over import bring_rebased

    git, request = run.plan.git, run.request
    run.tell("INFO", "rebase.begin", target=target.shown)
    with workshop(request.folder) as folder:
        made = rebase_beside(
            git, run.repository, target, sha, os.path.join(folder, "rebase"), request.deadlines.push
        )
        changes = tree_differences(git, made.onto, made.new_sha)
        compile_changed(git, changes, request.programs, os.path.join(folder, "syntax"))
        if request.test:
            from vigie.ship.project_test import test_commit

            test_commit(run, made.new_sha, os.path.join(folder, "test"))
        run.journal.note("rebase", BEGUN, {"old": sha, "new": made.new_sha}, durable=True)
        bring_rebased(git, run.repository, sha, made.new_sha)
    run.journal.note("rebase", DONE, {})
    run.tell("OK", "rebase.done", commits=made.commits)
    run.tip = made.new_sha
    if run.commit is not None:
        run.commit = made.new_sha
    return made.new_sha
