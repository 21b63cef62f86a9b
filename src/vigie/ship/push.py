"""Pushes one recorded commit to one branch: never "HEAD", which may have moved on, and never by force."""

from __future__ import annotations

from collections.abc import Callable

from vigie.problems import Failure
from vigie.ship.display import last_lines, reason
from vigie.ship.environment import QUIET_SSH, has_own_ssh
from vigie.ship.git import Git
from vigie.ship.process_group import Outcome
from vigie.ship.push_verdict import Verdict, judge, server_rule
from vigie.ship.remote import Target

PAUSES = (2.0, 5.0)
"""Seconds before the second and the third try; only a failing network is tried again."""

SHORT = 10
"""Digits of a commit's name shown to people."""


def is_known_there(git: Git, target: Target, sha: str) -> bool:
    """Whether git remembers the commit as what it last saw at the target: then there is nothing to push."""
    outcome = git.query("rev-parse", "-q", "--verify", target.tracking_ref)
    return outcome.code == 0 and outcome.out.strip() == sha.encode("ascii")


def push(
    git: Git,
    target: Target,
    sha: str,
    *,
    deadline: float,
    clock: Callable[[], float],
    sleep: Callable[[float], None],
    on_retry: Callable[[float, int], None],
) -> bool:
    """Push ``sha``, in ``deadline`` seconds for all tries; True if the remote did not have it yet.

    ``on_retry`` hears the pause and the number of the coming try. Raises ``Failure`` ``ship.push-...``; the
    commit is kept in every case. Pushing the same commit again is harmless, so a connection
    lost in the middle needs no other cure.
    """
    variables = {} if target.own_ssh or has_own_ssh(git.environment) else {"GIT_SSH_COMMAND": QUIET_SSH}
    until = clock() + deadline
    for number in range(2, len(PAUSES) + 3):
        outcome = git.act(
            *("push", "--porcelain", "--", target.remote, f"{sha}:{target.ref}"),
            deadline=max(1.0, until - clock()),
            variables=variables,
        )
        verdict = judge(outcome)
        if verdict in (Verdict.PUSHED, Verdict.UP_TO_DATE):
            return verdict is Verdict.PUSHED
        if verdict is not Verdict.NETWORK or number > len(PAUSES) + 1 or clock() >= until:
            break
        pause = PAUSES[number - 2]
        on_retry(pause, number)
        sleep(pause)
    raise _failure(verdict, outcome, target, sha, deadline)


def _failure(verdict: Verdict, outcome: Outcome, target: Target, sha: str, deadline: float) -> Failure:
    return Failure(
        f"ship.push-{verdict.value}",
        commit=sha[:SHORT],
        target=target.shown,
        detail=reason(outcome.err),
        rule=server_rule(outcome),
        seconds=deadline,
        output=last_lines(outcome.err) if verdict in _WORDY else (),
    )


_WORDY = (Verdict.REJECTED, Verdict.HOOK, Verdict.FAILED)
"""Verdicts whose cause only git's own words tell."""
