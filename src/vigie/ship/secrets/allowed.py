"""What the person allows: one line by a comment on it, one secret by its hash in a committed list."""

from __future__ import annotations

from collections.abc import Callable

from vigie.ship.git.command import Git
from vigie.ship.secrets.blobs import offline
from vigie.ship.secrets.rule import compiled

FILE = ".vigie-allow"
"""Lies in the project's folder; one SHA-256 a line, ``#`` begins a comment."""

_MARK = rb"(?:#|//|/\*|;|<!--|--|%|\bREM\b|\brem\b)[^\n]{0,200}?vigie: ?allow-secret\b"
_HASH = rb"[0-9a-f]{64}"


class Allowed:
    """Hashes of secrets that may be published; read when first asked for, which is seldom."""

    __slots__ = ("_hashes", "_read")

    def __init__(self, read: Callable[[], frozenset[str]]) -> None:
        """``read`` fetches the hashes."""
        self._read = read
        self._hashes: frozenset[str] | None = None

    def __contains__(self, digest: object) -> bool:
        """Whether the secret with this hash may be published."""
        if self._hashes is None:
            self._hashes = self._read()
        return digest in self._hashes


NOTHING_ALLOWED = Allowed(frozenset)


def load_allowed(git: Git, tree: str, prefix: str) -> Allowed:
    """Return what the list in ``tree`` allows, a commit or a tree; without a list, nothing.

    ``prefix``: the project's folder, "" or ``bots/one/``. The file on disk says nothing: what allows a secret
    is published with it.
    """

    def read() -> frozenset[str]:
        outcome = offline(git).query("cat-file", "blob", f"{tree}:{prefix}{FILE}")
        return hashes(outcome.out) if outcome.code == 0 else frozenset()

    return Allowed(read)


def hashes(content: bytes) -> frozenset[str]:
    """Read an allow list; what is no hash is passed over."""
    lines = content.removeprefix(b"\xef\xbb\xbf").splitlines()
    rows = (line.partition(b"#")[0].strip().lower() for line in lines)
    return frozenset(row.decode("ascii") for row in rows if compiled(_HASH).fullmatch(row))


def is_marked(line: bytes) -> bool:
    """Whether a comment on this line allows what stands in it."""
    return b"vigie:" in line and compiled(_MARK).search(line) is not None
