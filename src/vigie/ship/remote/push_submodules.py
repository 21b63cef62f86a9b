"""May a commit that names commits of submodules be pushed: only if others can get those too.

git has ``push --recurse-submodules=check`` for it; that looks into the submodules of the repository it pushes
from, and where a push is made apart there are none. ``on-demand``, which pushes them along, does not know what to
do with a commit that is named by its number. The question asked here is the one git asks.
"""

from __future__ import annotations

import os

from vigie.problems import Failure
from vigie.ship.display import SHORT, listed
from vigie.ship.git.command import Git
from vigie.ship.git.index import tree_differences
from vigie.ship.remote.target import Target

_LINK = "160000"


def require_pushed_submodules(git: Git, target: Target, sha: str) -> None:
    """Raise ``Failure`` ``ship.push-submodule`` when ``sha`` newly names a commit that only this disk has.

    ``git`` is where the submodules lie; one that is not there cannot be asked, nor was its commit made here.
    """
    if not os.path.lexists(os.path.join(git.directory, ".gitmodules")):
        return
    missing = [path for path, commit in _links(git, target, sha) if _only_here(git, path, commit)]
    if missing:
        raise Failure("ship.push-submodule", commit=sha[:SHORT], target=target.shown, folders=listed(missing))


def _links(git: Git, target: Target, sha: str) -> list[tuple[str, str]]:
    """Return path and commit of the links that the remote, as far as is known, does not have yet."""
    base = git.query("rev-parse", "-q", "--verify", f"{target.tracking_ref}^{{commit}}")
    known = base.out if base.code == 0 else git.ask("hash-object", "-t", "tree", "--stdin")
    changes = tree_differences(git, known.strip().decode("ascii"), sha)
    return [(path, change.new.content) for path, change in changes.items() if change.new.mode == _LINK]


def _only_here(git: Git, path: str, commit: str) -> bool:
    folder = os.path.join(git.directory, path)
    if not os.path.lexists(os.path.join(folder, ".git")):
        return False
    outcome = git.at(folder).query("rev-list", "-n", "1", commit, "--not", "--remotes", "--")
    return outcome.code == 0 and outcome.out.strip() != b""
