"""A secret that was found: the only record that holds one, and it shows nothing of it."""

from __future__ import annotations

from vigie.ship.display import printable

SHOWN = 4
"""Characters of a secret that are shown, enough to know which one it is."""


class Match:
    """Where in a text a secret lies, and what it is."""

    __slots__ = ("end", "kind", "secret", "start", "variable")

    def __init__(self, kind: str, secret: bytes, start: int, end: int, variable: str | None = None) -> None:
        """``start``, ``end``: bytes of the text; ``variable``: the one of ``.env`` that has this value."""
        self.kind = kind
        self.secret = secret
        self.start = start
        self.end = end
        self.variable = variable

    def __repr__(self) -> str:
        """Tell the kind and the place and nothing else."""
        return f"<{self.kind} at {self.start}>"

    def named(self, variable: str) -> Match:
        """Return the same, known to be the value of ``variable``."""
        return Match(self.kind, self.secret, self.start, self.end, variable)

    @property
    def digest(self) -> str:
        """The SHA-256 of the secret, by which it can be allowed."""
        return digest(self.secret)

    @property
    def shown(self) -> str:
        """Its first characters."""
        return masked(self.secret)


def digest(secret: bytes) -> str:
    """Return the SHA-256 in hexadecimal digits."""
    from hashlib import sha256

    return sha256(secret).hexdigest()


def masked(secret: bytes) -> str:
    """Return the first ``SHOWN`` characters and dots."""
    return "".join(printable(one) for one in secret.decode("utf-8", "replace")[:SHOWN]) + "..."
