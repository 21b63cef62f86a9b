"""Files that git was told not to look at: their changes are invisible, and a commit would quietly lack them.

``git update-index --assume-unchanged`` and ``--skip-worktree`` set the marks; a sparse checkout sets the second one.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

from vigie.problems import Refusal
from vigie.ship.display import printable
from vigie.ship.git.command import Git

Tracked = Mapping[str, str]
"""Path -> its letter in git-ls-files(1), ``-v``: small when assumed unchanged, S when skipped."""


def read_tracked(git: Git) -> dict[str, str]:
    """Return every path in the index with its letter; ``git`` is at the top folder."""
    entries = (entry for entry in git.ask("ls-files", "-v", "-z").split(b"\0") if entry)
    return {os.fsdecode(entry[2:]): chr(entry[0]) for entry in entries}


def require_visible(name: str, letter: str, file: str) -> None:
    """Raise ``Refusal`` for a listed file whose changes git does not see; ``file`` is where it lies on disk."""
    if letter.upper() == "S":
        if not os.path.lexists(file):
            raise Refusal("staging.not-checked-out", file=printable(name))
        raise Refusal("staging.skip-worktree", file=printable(name))
    if letter.islower():
        raise Refusal("staging.assume-unchanged", file=printable(name))
