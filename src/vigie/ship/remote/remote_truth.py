"""What the remote really has: asked of it, not of what git remembers."""

from __future__ import annotations

import os

from vigie.problems import Failure
from vigie.ship.display import reason
from vigie.ship.git.command import Git
from vigie.ship.git.environment import connection
from vigie.ship.remote.push_verdict import Verdict, judge_complaint
from vigie.ship.remote.target import Target


def remote_commit(git: Git, target: Target, deadline: float) -> str | None:
    """Return the commit the target's branch is at, None when there is no such branch.

    Asked within ``deadline`` seconds, once, where a push goes. Of several places it is the commit they agree
    on; None when they do not. Raises ``Failure`` ``ship.push-unasked``; its ``cause`` is a verdict's word.
    """
    answers = {_ask(git, place, target, deadline) for place in _places(git, target)}
    return answers.pop() if len(answers) == 1 else None


def _places(git: Git, target: Target) -> tuple[str, ...]:
    """Return where a push goes: the remote's name, unless pushes have addresses of their own."""
    listing = ("remote", "get-url", "--all")
    fetched = git.query(*listing, "--", target.remote)
    pushed = git.query(*listing, "--push", "--", target.remote)
    if pushed.code != 0 or pushed.out == fetched.out:
        return (target.remote,)
    return tuple(os.fsdecode(line) for line in pushed.out.splitlines())


def _ask(git: Git, place: str, target: Target, deadline: float) -> str | None:
    outcome = git.act(
        *("ls-remote", "--quiet", "--refs", "--", place, target.ref),
        deadline=deadline,
        variables=connection(git.environment, target.own_ssh),
    )
    if outcome.code != 0:
        cause = Verdict.TIMEOUT if outcome.code is None else judge_complaint(outcome.err)
        raise Failure("ship.push-unasked", target=target.shown, detail=reason(outcome.err), cause=cause.value)
    for line in outcome.out.splitlines():
        sha, _, ref = line.partition(b"\t")
        # The pattern also fits names that merely end like this one.
        if os.fsdecode(ref) == target.ref:
            return sha.decode("ascii")
    return None
