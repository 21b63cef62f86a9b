"""Reads objects of the repository as they would be published: few processes, little memory, no network."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from vigie.problems import Failure
from vigie.ship.git.command import Git

PORTION = 16 * 1024 * 1024
"""Bytes read at a time; one object may be larger."""

PORTION_COUNT = 2_000

WARN = 50 * 1024 * 1024
"""Bytes from which GitHub warns of a file ("About large files on GitHub": 50 MiB)."""

REFUSED = 100 * 1024 * 1024
"""Bytes above which GitHub refuses a push ("About large files on GitHub": 100 MiB)."""


class Blob(NamedTuple):
    """An object's kind (``blob``, ``commit``), size and content; None for one so large that nobody reads it."""

    name: str
    kind: str
    size: int
    content: bytes | None

    def __repr__(self) -> str:
        """Show no content."""
        return f"Blob({self.name!r}, {self.kind!r}, {self.size})"


def offline(git: Git) -> Git:
    """Return the same git, which fetches nothing that a partial clone lacks and hides nothing.

    With replaced objects (git-replace(1)) one would read other content than is pushed.
    """
    other = git.at(git.directory)
    other.environment = {**git.environment, "GIT_NO_LAZY_FETCH": "1", "GIT_NO_REPLACE_OBJECTS": "1"}
    return other


def read(git: Git, names: Sequence[str], *, small: bool = False) -> Iterator[Blob]:
    """Yield these objects; what is not in the store is left out. ``git``: from ``offline``.

    ``small``: there is reason to think that all of them together are, which saves asking for sizes. Raises
    ``Failure`` when git fails.
    """
    if not names:
        return
    answer = _at_once(git, names) if small and len(names) <= PORTION_COUNT else None
    if answer is not None:
        yield from _parse(answer)
        return
    sizes = _sizes(git, names)
    for name, (kind, size) in sizes.items():
        if size > WARN:
            yield Blob(name, kind, size, None)
    for portion in _portions(sizes):
        yield from _parse(git.ask("cat-file", *_BATCH, stdin=_lines(portion)))


_BATCH = ("--batch", "--buffer")
_CHECK = ("--batch-check", "--buffer")


def _at_once(git: Git, names: Sequence[str]) -> bytes | None:
    """Return the answer for all names, None when it is too large after all, or git stumbles over one."""
    try:
        outcome = git.query("cat-file", *_BATCH, stdin=_lines(names))
    except Failure as failure:
        if failure.key != "ship.output-too-large":
            raise
        return None
    return outcome.out if outcome.code == 0 else None


def _sizes(git: Git, names: Sequence[str]) -> dict[str, tuple[str, int]]:
    """Return kind and size of each object that is there."""
    outcome = git.query("cat-file", *_CHECK, stdin=_lines(names))
    if outcome.code != 0:
        # In a partial clone git gives up at the first object that it may not fetch.
        here = set(git.ask("cat-file", "--batch-all-objects", "--unordered", *_CHECK).split())
        kept = [name for name in names if name.encode("ascii") in here]
        outcome = outcome._replace(out=git.ask("cat-file", *_CHECK, stdin=_lines(kept)))
    rows = (row.split(" ") for row in outcome.out.decode("ascii", "replace").splitlines())
    return {row[0]: (row[1], int(row[2])) for row in rows if len(row) == 3}


def _portions(sizes: dict[str, tuple[str, int]]) -> Iterator[list[str]]:
    portion: list[str] = []
    room = PORTION
    for name, (_, size) in sizes.items():
        if size > WARN:
            continue
        if portion and (size > room or len(portion) >= PORTION_COUNT):
            yield portion
            portion, room = [], PORTION
        portion.append(name)
        room -= size
    if portion:
        yield portion


def _parse(answer: bytes) -> Iterator[Blob]:
    """Read git-cat-file(1)'s batch output: ``name kind size``, new line, the content, new line."""
    position = 0
    while position < len(answer):
        end = answer.index(b"\n", position)
        row = answer[position:end].decode("ascii", "replace").split(" ")
        position = end + 1
        if len(row) == 3:
            size = int(row[2])
            yield Blob(row[0], row[1], size, answer[position : position + size])
            position += size + 1


def _lines(names: Sequence[str]) -> bytes:
    return "".join(f"{name}\n" for name in names).encode("ascii")
