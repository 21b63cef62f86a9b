"""Pushes one recorded commit to one branch: never "HEAD", which may have moved on, and never by force."""

from __future__ import annotations

from collections.abc import Callable

from vigie.problems import Failure
from vigie.ship.display import SHORT, last_lines, reason
from vigie.ship.git.command import Git
from vigie.ship.git.environment import connection
from vigie.ship.git.process_group import Outcome
from vigie.ship.remote.push_submodules import require_pushed_submodules
from vigie.ship.remote.push_verdict import Verdict, judge, server_rule
from vigie.ship.remote.remote_truth import remote_commit
from vigie.ship.remote.target import Target, tracked_ref

PAUSES = (2.0, 5.0)
"""Seconds before the second and the third try, of what may pass by itself."""

ASK_LEAST, ASK_MOST = 5.0, 15.0
"""Seconds for asking the remote what became of a push; the least also when the push used up its time."""


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
    home: Git | None = None,
) -> bool:
    """Push ``sha``, in ``deadline`` seconds for all tries; True if the remote did not have it yet.

    ``on_retry`` hears the pause and the number of the coming try. ``home`` is the person's repository when
    ``git`` is another, in which the pre-push hooks run: it then remembers what the remote has. When it is not
    known what became of a push, the remote is asked, for at most ``ASK_MOST`` seconds of the deadline or
    ``ASK_LEAST`` after it. Raises ``Failure`` ``ship.push-...``; the commit is kept in every case. Pushing
    the same commit again is harmless.
    """
    owner = git if home is None else home
    require_pushed_submodules(owner, target, sha)
    variables = connection(git.environment, target.own_ssh)
    until = clock() + deadline
    perhaps_there = False
    for number in range(2, len(PAUSES) + 3):
        outcome = git.act(
            *("push", "--porcelain", "--no-follow-tags", "--recurse-submodules=no"),
            *("--", target.remote, f"{sha}:{target.ref}"),
            deadline=max(1.0, until - clock()),
            variables=variables,
        )
        verdict = judge(outcome)
        if verdict in (Verdict.PUSHED, Verdict.UP_TO_DATE):
            if owner is not git:
                _remember(owner, target, sha)
            return perhaps_there or verdict is Verdict.PUSHED
        if verdict in _UNCERTAIN:
            there = _is_there(git, target, sha, until - clock())
            if there:
                _remember(owner, target, sha)
                return True
            perhaps_there = perhaps_there or there is None
        if verdict not in _PASSING or number > len(PAUSES) + 1 or clock() >= until:
            break
        pause = PAUSES[number - 2]
        on_retry(pause, number)
        sleep(pause)
    raise _failure(verdict, outcome, target, sha, deadline)


def _is_there(git: Git, target: Target, sha: str, left: float) -> bool | None:
    """Ask whether the branch there is at ``sha``; None when nobody answers."""
    try:
        return remote_commit(git, target, max(ASK_LEAST, min(ASK_MOST, left))) == sha
    except Failure:
        return None


def _remember(git: Git, target: Target, sha: str) -> None:
    """Note what the remote has, as ``git push`` does in its own repository; it is a note, no more."""
    ref = tracked_ref(git, target)
    if ref is not None:
        git.query("update-ref", "-m", "update by push", ref, sha)


def _failure(verdict: Verdict, outcome: Outcome, target: Target, sha: str, deadline: float) -> Failure:
    return Failure(
        f"ship.push-{verdict.value}",
        commit=sha[:SHORT],
        target=target.shown,
        detail=reason(outcome.err),
        rule=server_rule(outcome),
        seconds=deadline,
        output=_said(verdict, outcome),
    )


def _said(verdict: Verdict, outcome: Outcome) -> tuple[str, ...]:
    """Return others' words where only they tell the cause; a hook of ours may print it on either output."""
    if verdict is Verdict.HOOK:
        return last_lines(outcome.out + outcome.err)
    return last_lines(outcome.err) if verdict in _WORDY else ()


_UNCERTAIN = (Verdict.NETWORK, Verdict.TIMEOUT, Verdict.FAILED)
"""The commit may have arrived all the same."""

_PASSING = (Verdict.NETWORK, Verdict.BUSY)
"""May be otherwise in a moment."""

_WORDY = (Verdict.REJECTED, Verdict.HOOK, Verdict.FAILED, Verdict.BUSY, Verdict.NOT_STORED, Verdict.TOO_LARGE)
"""Verdicts whose cause only git's own words tell."""
