"""What is told of a scan: nothing in here holds a secret."""

from __future__ import annotations

from typing import NamedTuple

from vigie.plain import Plain
from vigie.ship.secrets.blobs import REFUSED


class Finding(NamedTuple):
    """Where a secret lies, and which it is."""

    path: str
    """Relative to the repository's top folder; empty: the commit's message."""
    line: int
    """From 1; 0: in a file that has no lines, or in the file's name."""
    kind: str
    shown: str
    """Its first four characters and dots."""
    digest: str
    """SHA-256 in hexadecimal digits."""
    commit: str | None = None
    """The unpublished commit that brought it; None: what is about to be committed."""
    variable: str | None = None
    """The variable of ``.env`` whose value it is."""


class Large(NamedTuple):
    """A file that GitHub warns of, or refuses."""

    path: str
    size: int
    """Bytes."""
    commit: str | None = None

    @property
    def refused(self) -> bool:
        """Whether a push of it would be refused."""
        return self.size > REFUSED


class Scan(Plain):
    """All that was found; scans can be added up."""

    findings: tuple[Finding, ...]
    large: tuple[Large, ...]
    marked: frozenset[str] = frozenset()
    """Hashes of secrets that a comment allows where they lie now: in older commits they are allowed as well."""

    def __add__(self, other: Scan) -> Scan:
        """Return both, without what one finds in a commit and the other allows."""
        marked = self.marked | other.marked
        kept = tuple(
            one for one in self.findings + other.findings if one.commit is None or one.digest not in marked
        )
        return Scan(kept, self.large + other.large, marked)
