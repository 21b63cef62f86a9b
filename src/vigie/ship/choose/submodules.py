"""A submodule's commit is shared only when its own remote has it: else every other clone fails.

The same is asked again before a push, for commits that were made by other means; here it is asked before a commit
exists that would have to wait.
"""

from __future__ import annotations

import os
from collections.abc import Iterable

from vigie.problems import Refusal
from vigie.ship.choose.changes import Change
from vigie.ship.choose.selection import Selection
from vigie.ship.display import printable
from vigie.ship.git.command import Git


def require_published(git: Git, changes: Iterable[Change], selection: Selection) -> None:
    """Raise ``Refusal`` ``staging.submodule-unpushed`` unless the chosen submodules' remotes hold their commits.

    ``git`` is at the top folder. Only what git remembers of the remotes is asked; a submodule that is not there
    cannot be asked.
    """
    chosen = {*selection.added, *selection.modified}
    for change in changes:
        folder = os.path.join(git.directory, change.path)
        if not change.submodule or change.path not in chosen:
            continue
        if os.path.lexists(os.path.join(folder, ".git")) and not _is_published(git.at(folder)):
            raise Refusal("staging.submodule-unpushed", file=printable(change.path))


def _is_published(inside: Git) -> bool:
    """Whether a remote was seen to hold the commit that the submodule stands on."""
    answer = inside.query("for-each-ref", "--count=1", "--contains=HEAD", "--format=x", "refs/remotes/")
    return answer.code == 0 and answer.out.strip() != b""
