"""Lets the person's repository follow a commit that was made apart: first the index, then the branch.

In this order a kill between the two leaves the chosen files staged, as ``git add`` does, never a reversal that
the next plain ``git commit`` would carry out. Every step looks at the world, does what is missing, and may be
repeated.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from enum import Enum

from vigie.problems import Failure, Refusal
from vigie.ship.display import last_lines, printable, reason
from vigie.ship.git.command import Git, failed
from vigie.ship.git.index import (
    Entry,
    fingerprint,
    patiently,
    replace_index,
    set_entries,
    staged_differences,
)
from vigie.ship.git.process_group import Outcome
from vigie.ship.git.repository import BRANCHES
from vigie.ship.landing.landing import Landing

PATIENCE_FOR_REFS = ("-c", "core.filesRefLockTimeout=1000")
"""Milliseconds; git's own 100 are less than a busy editor may take."""


class State(Enum):
    """How far a landing came, as the repository tells it."""

    NOTHING = "nothing"
    INDEX = "index"
    """The index follows, the branch does not."""
    LANDED = "landed"
    OVERTAKEN = "overtaken"
    """Somebody else moved the branch, and not from our commit."""


def take_in(git: Git, landing: Landing, sleep: Callable[[float], None]) -> None:
    """Let the real index follow; what somebody staged meanwhile is left alone. May be repeated.

    Raises ``Refusal`` ``ship.index-locked`` when another git goes on holding the index, and
    ``apart.branch-switched`` when another branch has been checked out; then nothing was done.
    """
    _require_branch(git, landing)

    def missing() -> dict[str, Entry]:
        if landing.index_file and _replaced(landing):
            return {}
        if landing.seen and fingerprint(_index_file(landing)) == landing.seen:
            return {path: entry.new for path, entry in landing.entries.items()}
        now = _entries_now(git, landing)
        return {path: entry.new for path, entry in landing.entries.items() if now[path] == entry.old}

    _write(git, landing, missing, sleep)


def _replaced(landing: Landing) -> bool:
    try:
        return replace_index(_index_file(landing), landing.index_file, landing.seen)
    except OSError:  # locked: whoever writes it path by path will be told so
        return False


def take_out(git: Git, landing: Landing, sleep: Callable[[float], None]) -> None:
    """Put back the entries of before, where they are still what ``take_in`` wrote. May be repeated.

    Raises ``Refusal`` ``ship.index-locked``; then nothing was done.
    """

    def written() -> dict[str, Entry]:
        now = _entries_now(git, landing)
        return {path: entry.old for path, entry in landing.entries.items() if now[path] == entry.new}

    _write(git, landing, written, sleep)


def _entries_now(git: Git, landing: Landing) -> dict[str, Entry]:
    """Return what the real index holds for the paths of a landing: where it does not differ, the commit's."""
    staged = staged_differences(git, landing.sha)
    return {
        path: staged[path].new if path in staged else entry.new for path, entry in landing.entries.items()
    }


def _write(
    git: Git, landing: Landing, needed: Callable[[], dict[str, Entry]], sleep: Callable[[float], None]
) -> None:
    wrote = False
    refused: Outcome | None = None

    def attempt() -> bool:
        nonlocal wrote, refused
        refused = None
        entries = needed()
        if not entries:
            return True
        outcome = set_entries(git, entries)
        wrote, refused = outcome.code == 0, outcome
        return wrote or not _is_locked(outcome)

    if not patiently(attempt, sleep):
        raise Refusal("ship.index-locked", lock=_lock(landing, refused))
    if refused is not None and refused.code != 0:
        raise failed("update-index", refused)
    if wrote:
        # Written entries carry no dates; without this, every tool that looks next reads the files again.
        git.query("update-index", "-q", "--refresh")


_LOCK = rb"(?s)Unable to create '(.+?\.lock)'"


def _is_locked(outcome: Outcome) -> bool:
    return re.search(_LOCK, outcome.err) is not None


def _lock(landing: Landing, outcome: Outcome | None) -> str:
    named = None if outcome is None else lock_named(outcome)
    return named or printable(_index_file(landing) + ".lock")


def lock_named(outcome: Outcome) -> str | None:
    """Return the lock that kept git from its work, fit to be shown; None when it was something else."""
    found = re.search(_LOCK, outcome.err)
    return printable(os.fsdecode(found[1])) if found else None


def _index_file(landing: Landing) -> str:
    return os.path.join(landing.git_dir, "index")


def move_branch(git: Git, landing: Landing) -> bool:
    """Let the branch hold the commit, if it still holds what it did; False when somebody else moved it.

    True as well when it holds the commit already. Raises ``Failure`` ``ship.commit-failed`` when git could
    not move it: the branch is locked, or a hook forbids it.
    """
    kind = "commit" if landing.base is not None else "commit (initial)"
    old = landing.base or "0" * len(landing.sha)
    outcome = git.act(
        *(*PATIENCE_FOR_REFS, "update-ref", "-m", f"{kind}: {landing.subject}"),
        *(landing.branch, landing.sha, old),
        deadline=MOVE_DEADLINE,
    )
    if outcome.code == 0:
        return True
    tip = _tip(git, landing)
    if tip == landing.base:
        raise Failure("ship.commit-failed", detail=reason(outcome.err), output=last_lines(outcome.err))
    return _holds(git, landing, tip)


MOVE_DEADLINE = 60.0
"""Seconds; a hook may look on (githooks(5), ``reference-transaction``)."""


def look(git: Git, landing: Landing) -> State:
    """Tell from the repository how far a landing came; changes nothing."""
    tip = _tip(git, landing)
    if tip != landing.base:
        return State.LANDED if _holds(git, landing, tip) else State.OVERTAKEN
    if git.query("cat-file", "-e", f"{landing.sha}^{{tree}}").code != 0:
        return State.NOTHING
    now = _entries_now(git, landing)
    followed = any(now[path] == entry.new for path, entry in landing.entries.items())
    return State.INDEX if followed else State.NOTHING


def _tip(git: Git, landing: Landing) -> str | None:
    outcome = git.query("rev-parse", "-q", "--verify", landing.branch)
    return outcome.out.decode("ascii").strip() if outcome.code == 0 else None


def _holds(git: Git, landing: Landing, tip: str | None) -> bool:
    """Whether the branch holds the commit, perhaps with others on top of it."""
    if tip is None or tip == landing.sha:
        return tip is not None
    return git.query("merge-base", "--is-ancestor", landing.sha, tip).code == 0


def _require_branch(git: Git, landing: Landing) -> None:
    """Raise ``Refusal`` ``apart.branch-switched`` when HEAD no longer stands on the branch."""
    expected = os.fsencode(landing.branch)
    try:
        with open(os.path.join(landing.git_dir, "HEAD"), "rb") as file:
            if landing.git_dir and file.read().strip() == b"ref: " + expected:
                return
    except OSError:
        pass
    # Not every kind of repository keeps HEAD in a file.
    if git.query("symbolic-ref", "-q", "HEAD").out.strip() != expected:
        raise Refusal("apart.branch-switched", branch=printable(landing.branch.removeprefix(BRANCHES)))
