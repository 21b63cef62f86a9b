"""A commit from a tree: written at once where no hook wants to have a say, and read as it is stored."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from vigie.problems import Failure
from vigie.ship.display import last_lines, reason
from vigie.ship.git.command import Git
from vigie.ship.git.configuration import Configuration, is_true
from vigie.ship.git.process_group import Outcome

UTF_8 = ("-c", "i18n.commitEncoding=UTF-8")
"""The message is UTF-8 whatever the configuration says of other programs' messages."""

_BLANK = b" \t\r\n"
"""What git takes for white space."""


class Stored(NamedTuple):
    """A commit as it is stored."""

    sha: str
    parents: tuple[str, ...]
    message: bytes

    @property
    def subject(self) -> str:
        """The first line of the message, as git's logs show it."""
        return first_line(self.message)


def first_line(message: bytes) -> str:
    """Return the first line of a message that is not empty."""
    return message.strip(_BLANK).partition(b"\n")[0].decode("utf-8", "replace").rstrip()


def read_commit(git: Git, name: str) -> Stored:
    """Return a commit, ``name`` being whatever git takes for one."""
    head, _, rest = git.ask("cat-file", "--batch", stdin=f"{name}\n".encode()).partition(b"\n")
    lines, _, message = rest.removesuffix(b"\n").partition(b"\n\n")
    parents = [line.split(b" ")[1] for line in lines.split(b"\n") if line.startswith(b"parent ")]
    return Stored(head.split(b" ")[0].decode("ascii"), tuple(one.decode("ascii") for one in parents), message)


def commit_tree(
    git: Git, tree: str, parents: Sequence[str], message: bytes, deadline: float, configuration: Configuration
) -> str:
    """Write a commit into the repository and return its name: no reference moves, no hook runs.

    Signed where ``commit.gpgSign`` says so, as ``git commit`` would. Raises ``Failure`` ``ship.commit-...``.
    """
    signing = ("-S",) if signs(configuration) else ()
    options = (*signing, *(word for parent in parents for word in ("-p", parent)))
    outcome = git.act(
        *UTF_8, "commit-tree", *options, "-F", "-", tree, stdin=cleaned_up(message), deadline=deadline
    )
    if outcome.code != 0:
        raise not_made(outcome, deadline, signed=bool(signing), hooks=False)
    return outcome.out.decode("ascii").strip()


def signs(configuration: Configuration) -> bool:
    """Whether commits are signed here (git-config(1), ``commit.gpgSign``)."""
    return is_true(configuration, "commit.gpgsign")


def cleaned_up(message: bytes) -> bytes:
    """Return the message as ``git commit --cleanup=whitespace`` stores it (git-stripspace(1))."""
    lines: list[bytes] = []
    for line in message.split(b"\n"):
        kept = line.rstrip(_BLANK)
        if kept or (lines and lines[-1]):
            lines.append(kept)
    while lines and not lines[-1]:
        lines.pop()
    return b"".join(line + b"\n" for line in lines)


_SIGNING = (
    b"failed to sign the data",
    b"gpg failed to sign",
    b"Couldn't load public key",
    b"for ssh signing",
)
_STORAGE = (
    b"insufficient permission",
    b"unable to create temporary file",
    b"unable to write",
    b"No space left",
    b"Read-only file system",
)
"""Why else an object could not be written: then it is not the signature's fault."""


def not_made(outcome: Outcome | None, deadline: float, *, signed: bool, hooks: bool) -> Failure:
    """Return the problem that tells why no commit was made; ``signed``: it would have been."""
    if outcome is None or outcome.code is None:
        return Failure("ship.commit-timeout", seconds=deadline)
    lines = last_lines(outcome.err)
    detail = reason(outcome.err)
    # commit-tree says nothing but 1 when the signature failed; commit tells that it could not write.
    unwritten = outcome.code == 1 if not hooks else b"failed to write commit object" in outcome.err
    other = any(mark in outcome.err for mark in _STORAGE)
    if any(mark in outcome.err for mark in _SIGNING) or (signed and unwritten and not other):
        return Failure("ship.commit-unsigned", detail=detail, output=lines)
    # git-commit(1) ends with 1 when a hook said no, with 128 when git itself could not go on.
    if hooks and outcome.code == 1:
        return Failure("ship.commit-hook", output=lines)
    return Failure("ship.commit-failed", detail=detail, output=lines)
