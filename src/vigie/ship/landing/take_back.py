"""Takes a commit of ours off the branch again: the branch first, then the index; no file of the person's changes."""

from __future__ import annotations

from collections.abc import Callable

from vigie.problems import Refusal
from vigie.ship.display import SHORT
from vigie.ship.git.command import Git
from vigie.ship.git.repository import current_commit
from vigie.ship.landing.land import lock_named, take_out
from vigie.ship.landing.landing import Landing


def take_back(git: Git, landing: Landing, sleep: Callable[[float], None]) -> None:
    """Move the branch back and let the index follow; killed between, the files are merely staged.

    Raises ``Refusal`` ``ship.index-locked`` or ``ship.undo-overtaken``; then nothing was done.
    """
    if current_commit(git) == landing.sha:
        move = ("-d", landing.branch, landing.sha) if landing.base is None else _back_to(landing)
        outcome = git.query("update-ref", "-m", "vigie ship --undo", *move)
        if outcome.code != 0:
            if (lock := lock_named(outcome)) is not None:
                raise Refusal("ship.index-locked", lock=lock)
            raise Refusal("ship.undo-overtaken", commit=landing.sha[:SHORT])
    take_out(git, landing, sleep)


def _back_to(landing: Landing) -> tuple[str, ...]:
    return (landing.branch, str(landing.base), landing.sha)
