"""Finds the old name of a renamed file when only the new one was listed.

git keeps no renames: it tells them by likeness. So that it can compare, both are staged in a copy of the index that
nobody sees, with their contents kept beside the repository's own.
"""

from __future__ import annotations

import os
from collections.abc import Iterable

from vigie.problems import Failure
from vigie.ship.git.command import Git
from vigie.ship.git.index import copy_index, take_from_disk
from vigie.ship.git.repository import Repository


def find_renames(
    git: Git, repository: Repository, added: Iterable[str], gone: Iterable[str]
) -> tuple[tuple[str, str], ...]:
    """Return old and new name of each file in ``added`` that is one of ``gone`` under another name.

    git's own measure decides: half of the content is the same (git-diff(1), ``--find-renames``). Empty files are
    like each other and mean nothing. Raises ``Failure`` when a file cannot be read.
    """
    added, gone = set(added), set(gone)
    if not added or not gone:
        return ()
    from tempfile import TemporaryDirectory

    try:
        with TemporaryDirectory(prefix="vigie-ship-") as folder:
            index = os.path.join(folder, "index")
            copy_index(repository.index_file, index)
            aside = _aside(git, repository, os.path.join(folder, "objects"))
            take_from_disk(aside, added | gone, index)
            likeness = ("--cached", "--raw", "-z", "--find-renames", "--no-rename-empty")
            answer = aside.ask("diff-index", *likeness, repository.base, "--", index=index)
    except OSError as error:
        raise Failure("ship.no-workspace", detail=str(error.strerror)) from error
    return tuple(pair for pair in _pairs(answer) if pair[0] in gone and pair[1] in added)


def _aside(git: Git, repository: Repository, objects: str) -> Git:
    """Return the same git, writing contents to ``objects`` and reading the repository's as well."""
    os.mkdir(objects)
    shared = os.path.join(repository.common_dir, "objects").replace(os.sep, "/")
    # Quoted as in C, since a folder's name may hold the separator (git(1), GIT_ALTERNATE_OBJECT_DIRECTORIES).
    quoted = '"' + shared.replace("\\", "\\\\").replace('"', '\\"') + '"'
    aside = git.at(git.directory)
    aside.environment = {
        **git.environment,
        "GIT_OBJECT_DIRECTORY": objects,
        "GIT_ALTERNATE_OBJECT_DIRECTORIES": quoted,
    }
    return aside


def _pairs(answer: bytes) -> Iterable[tuple[str, str]]:
    """Read git-diff-index(1)'s raw format; a rename is the one kind of line with two paths."""
    fields = iter(answer.split(b"\0"))
    for head in fields:
        if not head:
            return
        path = os.fsdecode(next(fields))
        if head.rpartition(b" ")[2].startswith(b"R"):
            yield path, os.fsdecode(next(fields))
