"""Repositories inside the repository: a fast-forward moves the pointer to one, and leaves its files behind.

The bot runs those files, so they must follow: from the commit they stand on to the one that is named now, as
long as nothing in them was changed by hand and that commit is here.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from vigie.problems import Failure
from vigie.ship.back.on_disk import SUBMODULE
from vigie.ship.display import printable, reason
from vigie.ship.git.command import Git
from vigie.ship.git.index import Difference
from vigie.ship.git.repository import Repository, current_commit

DEADLINE = 120.0


class Pointer(NamedTuple):
    """A submodule that is filled and whose commit changes. ``free``: it can follow without harm."""

    path: str
    commit: str
    free: bool


def moved(git: Git, repository: Repository, differences: Mapping[str, Difference]) -> tuple[Pointer, ...]:
    """Return the filled submodules that both versions have, at different commits."""
    return tuple(
        Pointer(path, difference.new.content, _is_free(git.at(place), difference))
        for path, difference in sorted(differences.items())
        if difference.old.mode == difference.new.mode == SUBMODULE
        and os.path.lexists(os.path.join(place := os.path.join(repository.top, path), ".git"))
    )


def _is_free(inside: Git, difference: Difference) -> bool:
    if current_commit(inside) == difference.new.content:
        return True
    known = inside.query("cat-file", "-e", f"{difference.new.content}^{{commit}}").code == 0
    if not known or current_commit(inside) != difference.old.content:
        return False
    return not inside.ask("status", "--porcelain", "--untracked-files=no")


def follow(git: Git, repository: Repository, pointers: Iterable[Pointer], no_hooks: tuple[str, ...]) -> None:
    """Check the named commits out; raises ``Failure`` ``rollback.submodule`` for the first that will not."""
    for pointer in pointers:
        inside = git.at(os.path.join(repository.top, pointer.path))
        if current_commit(inside) == pointer.commit:
            continue
        outcome = inside.act(
            *no_hooks,
            *("checkout", "--quiet", "--detach", "--no-overwrite-ignore", pointer.commit),
            deadline=DEADLINE,
        )
        if outcome.code != 0:
            raise Failure(
                "rollback.submodule", path=printable(pointer.path), detail=reason(outcome.err) or "-"
            )
