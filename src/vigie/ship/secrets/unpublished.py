"""Which commits a push would publish, and what each of them brought."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from vigie.problems import Failure
from vigie.ship.git.command import Git

PORTION = 500
"""Commits compared in one process."""

NO_FILE = ("000000", "160000")
"""Modes that have no content here: a file that is gone, a submodule."""


class Brought(NamedTuple):
    """One file as a commit made it."""

    commit: str
    path: str
    content: str


def unpublished(git: Git, head: str, known: Sequence[str]) -> tuple[str, ...]:
    """Return the commits of ``head`` that no member of ``known`` has, oldest first.

    ``known``: commits, refs, or patterns such as ``refs/remotes/origin/*``; what is not in the store says
    nothing. Raises ``Failure`` when ``head`` is no commit or git fails.
    """
    if head in known:
        return ()
    patterns = tuple(name for name in known if "*" in name)
    tip, *there = _resolved(git, (head, *(name for name in known if "*" not in name)))
    if tip is None:
        raise Failure("ship.git-failed", verb="cat-file", code=0, detail=f"{head} missing")
    if tip in there:
        return ()
    revisions = "".join(f"{name}\n" for name in (tip, *(f"^{name}" for name in there if name is not None)))
    excluded = ("--not", *(f"--glob={pattern}" for pattern in patterns)) if patterns else ()
    answer = git.ask("rev-list", "--reverse", "--stdin", *excluded, stdin=revisions.encode("ascii"))
    return tuple(answer.decode("ascii").split())


def _resolved(git: Git, names: tuple[str, ...]) -> list[str | None]:
    """Return the commit each name stands for, None where there is none."""
    asked = b"".join(os.fsencode(f"{name}^{{commit}}\n") for name in names)
    rows = os.fsdecode(git.ask("cat-file", "--batch-check", stdin=asked)).splitlines()
    found = [row.split(" ") for row in rows]
    return [row[0] if len(row) == 3 and row[1] == "commit" else None for row in found]


def brought(git: Git, commits: Sequence[str]) -> Iterator[Brought]:
    """Yield every file that these commits made or changed; of a merge what none of its parents has."""
    for start in range(0, len(commits), PORTION):
        yield from _compared(git, commits[start : start + PORTION])


def _compared(git: Git, commits: Sequence[str]) -> Iterator[Brought]:
    names = "".join(f"{name}\n" for name in commits).encode("ascii")
    options = ("--stdin", "-r", "-c", "--root", "--raw", "-z", "--no-renames", "--no-abbrev")
    try:
        answer = git.ask("diff-tree", *options, stdin=names)
    except Failure as failure:
        if failure.key != "ship.output-too-large" or len(commits) < 2:
            raise
        half = len(commits) // 2
        yield from _compared(git, commits[:half])
        yield from _compared(git, commits[half:])
    else:
        yield from _parse(answer)


def _parse(answer: bytes) -> Iterator[Brought]:
    """Read git-diff-tree(1)'s raw format: one colon, mode and content for each parent, then the new ones."""
    commit = ""
    fields = iter(answer.split(b"\0"))
    for field in fields:
        if not field.startswith(b":"):
            commit = field.decode("ascii", "replace").strip() or commit
            continue
        path = next(fields)
        head = field.decode("ascii").lstrip(":").split(" ")
        parents = len(field) - len(field.lstrip(b":"))
        mode, content = head[parents], head[2 * parents + 1]
        if mode not in NO_FILE:
            yield Brought(commit, os.fsdecode(path), content)


def message_of(commit: bytes) -> bytes:
    """Return the message in a commit's raw content, as UTF-8."""
    head, _, message = commit.partition(b"\n\n")
    for row in head.split(b"\n"):
        if row.startswith(b"encoding "):
            try:
                return message.decode(row[9:].decode("ascii", "replace"), "replace").encode(
                    "utf-8", "replace"
                )
            except (LookupError, ValueError):
                break
    return message
