"""Objects of two repositories: the one apart borrows the person's, and gives its new ones back."""

from __future__ import annotations

import os
from collections.abc import Sequence

from vigie.ship.git.command import Git, failed
from vigie.ship.git.repository import Repository

BRING_DEADLINE = 300.0
"""Seconds for bringing the objects of one commit over; hooks may have added large files."""


def borrow(repository: Repository, git_dir: str) -> None:
    """Let the repository in ``git_dir`` read the person's objects; raises ``OSError``. It never writes there."""
    path = os.path.join(repository.common_dir, "objects").replace(os.sep, "/")
    file = os.path.join(git_dir, "objects", "info", "alternates")
    os.makedirs(os.path.dirname(file), exist_ok=True)
    with open(file, "wb") as stream:
        stream.write(_quoted(os.fsencode(path)) + b"\n")


def _quoted(path: bytes) -> bytes:
    """Return a path as a line of ``alternates``: as it is, or quoted (gitrepository-layout(5))."""
    if not path.startswith((b'"', b"#")) and b"\n" not in path:
        return path
    return b'"' + path.replace(b"\\", b"\\\\").replace(b'"', b'\\"').replace(b"\n", b"\\n") + b'"'


def bring(apart: Git, home: Git, sha: str, known: Sequence[str], folder: str) -> None:
    """Write what ``sha`` needs and only the repository apart has into the person's.

    No reference is made. ``known``: commits that the person's repository has, whole. ``folder``: ours, for a file on
    the way. Raises ``Failure``; what was written by then is in nobody's way, and bringing again is harmless.
    """
    wanted = "".join((f"{sha}\n", *(f"^{name}\n" for name in known))).encode("ascii")
    options = ("pack-objects", "--quiet", "--revs", "--local", "--non-empty")
    name = apart.ask(*options, os.path.join(folder, "new"), stdin=wanted).decode("ascii").strip()
    if name:
        with open(os.path.join(folder, f"new-{name}.pack"), "rb") as pack:
            outcome = home.act("unpack-objects", "-q", stdin=pack.read(), deadline=BRING_DEADLINE)
        if outcome.code != 0:
            raise failed("unpack-objects", outcome)
    # Whoever gets the commit must get all of it: a missing object would only be noticed at the push.
    home.ask("rev-list", "--objects", "--quiet", sha, *(f"^{commit}" for commit in known), "--")
