"""Whether git, or a person with git, is in the middle of changing the files of a folder."""

from __future__ import annotations

import os

from vigie.runtime.revision import git_folder

LOCKS = ("index.lock",)
"""Git is writing at this moment: half of the files may be old."""

OPERATIONS = ("MERGE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD", "rebase-merge", "rebase-apply")
"""A person has begun something that they will end or take back (git-status(1) tells of the same)."""

STALE = 600.0
"""Seconds after which a lock is one that a killed git has left behind: no checkout takes as long."""


def at_work(folder: str, wall: float) -> str | None:
    """Return the sign of a checkout, a merge or a rebase in progress around ``folder``, None when there is none.

    ``wall`` is the calendar time now in seconds. A merge has no age: its end is waited for.
    """
    git = git_folder(folder)
    if git is None:
        return None
    for sign in LOCKS:
        try:
            age = wall - os.stat(os.path.join(git, sign)).st_mtime
        except OSError:
            continue
        if abs(age) < STALE:  # far in the future it is no younger: a clock was wrong
            return sign
    return next((sign for sign in OPERATIONS if os.path.exists(os.path.join(git, sign))), None)
