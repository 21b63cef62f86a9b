"""The way in: what is about to be committed, and what earlier commits would publish, is searched for secrets.

``refuse(scan_changes(...) + scan_unpushed(...))`` is all that a caller needs.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping

from vigie.ship.git.command import Git
from vigie.ship.git.index import Difference
from vigie.ship.secrets.allowed import FILE, NOTHING_ALLOWED, Allowed, load_allowed
from vigie.ship.secrets.blobs import WARN, Blob, offline, read
from vigie.ship.secrets.examine import Examined, Located, examine
from vigie.ship.secrets.finding import Finding, Large, Scan
from vigie.ship.secrets.own_values import OwnValues, own_values
from vigie.ship.secrets.refuse import refuse
from vigie.ship.secrets.search import find_all
from vigie.ship.secrets.table import RULES
from vigie.ship.secrets.unpublished import NO_FILE, brought, message_of, unpublished

__all__ = [
    "FILE",
    "NOTHING_ALLOWED",
    "Allowed",
    "Finding",
    "Large",
    "OwnValues",
    "Scan",
    "load_allowed",
    "own_values",
    "refuse",
    "scan_changes",
    "scan_unpushed",
]

SURELY_SMALL = 4 * 1024 * 1024
"""Bytes of the files on disk below which their contents in git are read without asking for sizes first."""

_Place = tuple[str, str | None]
"""A path ("": the message), and the commit that brought it."""


def scan_changes(
    git: Git, differences: Mapping[str, Difference], message: str, own: OwnValues, allowed: Allowed
) -> Scan:
    """Search what is about to be committed: new contents, names of new files, the message.

    Raises ``Failure`` when git fails. A mode alone that changed publishes nothing new.
    """
    places: dict[str, list[_Place]] = {}
    for path, difference in differences.items():
        if difference.new.mode not in NO_FILE and difference.new.content != difference.old.content:
            places.setdefault(difference.new.content, []).append((path, None))
    ledger = _Ledger(own, allowed, differences)
    ledger.examine(message.encode("utf-8", "replace"), [("", None)])
    for blob in read(offline(git), tuple(places), small=_surely_small(git, places.values())):
        ledger.take(blob, places[blob.name])
    return ledger.scan()


def scan_unpushed(git: Git, head: str, known: tuple[str, ...], own: OwnValues, allowed: Allowed) -> Scan:
    """Search every commit of ``head`` that the remote lacks, its message too, also what a later one took out.

    ``known``: what the remote has: commits, refs, or patterns such as ``refs/remotes/origin/*``. Raises
    ``Failure`` when ``head`` is no commit or git fails.
    """
    git = offline(git)
    commits = unpublished(git, head, known)
    places: dict[str, list[_Place]] = {commit: [("", commit)] for commit in commits}
    for one in brought(git, commits):
        places.setdefault(one.content, []).append((one.path, one.commit))
    ledger = _Ledger(own, allowed, {path for found in places.values() for path, _ in found})
    for blob in read(git, tuple(places)):
        ledger.take(blob, places[blob.name])
    return ledger.scan()


def _surely_small(git: Git, places: Iterable[list[_Place]]) -> bool:
    """Whether the files are small on disk. A filter may still store them larger; then sizes are asked."""
    size = 0
    for found in places:
        try:
            size += os.lstat(os.path.join(git.directory, found[0][0])).st_size
        except (OSError, ValueError):
            return False
    return size <= SURELY_SMALL


class _Ledger:
    """What one scan has found so far."""

    def __init__(self, own: OwnValues, allowed: Allowed, paths: Iterable[str]) -> None:
        self._own = own
        self._allowed = allowed
        self._findings: dict[tuple[str, str, int, bool], Finding] = {}
        self._large: list[Large] = []
        self._marked: frozenset[str] = frozenset()
        # Names of files are published as well, and shown: one look at all of them, since nearly none has a secret.
        self._names_hold_secrets = bool(find_all(b"\n".join(map(os.fsencode, paths)), RULES, own))

    def take(self, blob: Blob, places: list[_Place]) -> None:
        """Look at one object, which lies at these places."""
        if blob.size > WARN:
            self._large.extend(Large(self._name(path, commit), blob.size, commit) for path, commit in places)
        if blob.content is None:
            return
        content = message_of(blob.content) if blob.kind == "commit" else blob.content
        self.examine(content, places)

    def examine(self, content: bytes, places: list[_Place]) -> None:
        """Look at one content, which lies at these places."""
        seen = examine(content, self._own, self._allowed)
        self._marked |= seen.marked
        for path, commit in places:
            self._note(seen, self._name(path, commit), commit)

    def scan(self) -> Scan:
        """Return all of it; what a comment allows now is allowed in older commits."""
        return Scan((), (), self._marked) + Scan(tuple(self._findings.values()), tuple(self._large))

    def _name(self, path: str, commit: str | None) -> str:
        """Return the path as it may be shown; a secret in it is a finding."""
        if not self._names_hold_secrets or not path:
            return path
        name = os.fsencode(path)
        secrets = [one for one in find_all(name, RULES, self._own) if one.digest not in self._allowed]
        for one in reversed(secrets):
            name = name[: one.start] + one.shown.encode("utf-8") + name[one.end :]
        shown = os.fsdecode(name)
        self._note(Examined(tuple(Located(0, one) for one in secrets), frozenset()), shown, commit)
        return shown

    def _note(self, seen: Examined, path: str, commit: str | None) -> None:
        for line, match in seen.secrets:
            # A file that changed in ten commits holds its secret ten times: the oldest is the one to name.
            place = 0 if commit is not None else line
            key = (path, match.digest, place, commit is None)
            finding = Finding(path, line, match.kind, match.shown, match.digest, commit, match.variable)
            self._findings.setdefault(key, finding)
