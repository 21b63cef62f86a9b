"""Which commits the remote does not have yet, as far as git remembers what it last saw there."""

from __future__ import annotations

from typing import NamedTuple

from vigie.ship.display import SHORT
from vigie.ship.git.command import Git
from vigie.ship.remote.target import Target

MOST = 50


class Waiting(NamedTuple):
    """A commit that waits to be pushed."""

    sha: str
    subject: str

    @property
    def short(self) -> str:
        """Its name as people see it."""
        return self.sha[:SHORT]


def unpushed_commits(git: Git, target: Target, head: str) -> tuple[Waiting, ...]:
    """Return the commits of ``head`` that the remote was not seen to have, oldest first, ``MOST`` at most."""
    outcome = git.query(
        "log", "-z", f"--max-count={MOST}", "--format=%H%x09%s", head, "--not", f"--remotes={target.remote}"
    )
    rows = outcome.out.decode("utf-8", "replace").split("\0") if outcome.code == 0 else []
    return tuple(Waiting(*row.split("\t", 1)) for row in reversed(rows) if "\t" in row)
