"""Puts files into the folder apart: those of one tree, and links to what hooks need and no commit holds."""

from __future__ import annotations

import os

from vigie.problems import Failure
from vigie.ship.apart.links import link_folder
from vigie.ship.git.command import Git, failed
from vigie.ship.git.repository import Repository

CHECKOUT_DEADLINE = 300.0
"""Seconds; a cold disk writes some hundred files a second."""

WITHOUT_LARGE_FILES = {"GIT_LFS_SKIP_SMUDGE": "1"}
"""Pointers of git-lfs stay pointers: hooks seldom read what they stand for, and fetching it may take minutes."""

DEPENDENCIES = ("node_modules", ".venv", "venv", "env")
"""Folders from which hooks run their tools."""


def check_out(git: Git, tree: str, deadline: float) -> None:
    """Make index and files those of ``tree``, filters applied, within ``deadline`` seconds.

    Sparse checkouts stay sparse. Raises ``Failure``.
    """
    outcome = git.act(
        *("read-tree", "-m", "-u", "--no-recurse-submodules", tree),
        deadline=deadline,
        variables=WITHOUT_LARGE_FILES,
    )
    if outcome.code is None:
        raise Failure("ship.git-silent", verb="read-tree", seconds=deadline)
    if outcome.code != 0:
        raise failed("read-tree", outcome)


def link_dependencies(repository: Repository, work: str, git_dir: str) -> None:
    """Lead from ``work`` to the person's folders of dependencies, and keep these links out of every commit.

    One that cannot be made is done without: a hook that needs it will say so.
    """
    made = []
    for place in dict.fromkeys(("", repository.prefix)):
        for name in DEPENDENCIES:
            source = os.path.join(repository.top, place, name)
            target = os.path.join(work, place, name)
            if (
                not os.path.isdir(source)
                or os.path.lexists(target)
                or not os.path.isdir(os.path.dirname(target))
            ):
                continue
            try:
                link_folder(source, target)
            except OSError:
                continue
            made.append(f"/{_pattern(place)}{name}\n")
    if made:
        # The usual "node_modules/" does not match a link: git takes it for a file.
        with open(os.path.join(git_dir, "info", "exclude"), "ab") as file:
            file.write(os.fsencode("".join(("\n", *made))))


def _pattern(path: str) -> str:
    """Return a path as a pattern that matches it alone (gitignore(5))."""
    return "".join("\\" + letter if letter in "\\*?[" else letter for letter in path)
