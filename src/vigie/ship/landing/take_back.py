"""Takes a commit of ours off the branch again: the branch first, then the index; no file of the person's changes."""

from __future__ import annotations

from collections.abc import Callable

from vigie.problems import Refusal
from vigie.ship.display import SHORT
from vigie.ship.git.command import Git
from vigie.ship.git.repository import current_commit
from vigie.ship.landing.land import take_out
from vigie.ship.landing.landing import Landing


def take_back(git: Git, landing: Landing, sleep: Callable[[float], None]) -> None:
    """Move the branch back and let the index follow; killed between, the files are merely staged."""
    if current_commit(git) == landing.sha:
        move = ("-d", landing.branch, landing.sha) if landing.base is None else _back_to(landing)
        if git.query("update-ref", "-m", "vigie ship --undo", *move).code != 0:
            raise Refusal("ship.undo-overtaken", commit=landing.sha[:SHORT])
    take_out(git, landing, sleep)


def _back_to(landing: Landing) -> tuple[str, ...]:
    return (landing.branch, str(landing.base), landing.sha)
