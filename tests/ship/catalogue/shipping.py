"""The first half of a ship, as far as files and the repository's state decide about it."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.ship.workshop import Repo
from vigie.messages import has, say
from vigie.problems import Problem
from vigie.ship.choose.remarks import remarks
from vigie.ship.git.index import ABSENT_MODE, Difference, staged_differences
from vigie.ship.landing.commit import stage
from vigie.ship.plan import Plan, make_plan
from vigie.ship.request import ShipRequest

posix_names = pytest.mark.skipif(sys.platform == "win32", reason="Windows forbids these names")


def plan(repo: Repo, *files: str, message: str | None = None, folder: str = "", alone: bool = False) -> Plan:
    """Look at what would be shipped: the files listed, else everything."""
    request = ShipRequest(str(repo.path / folder), message, files or None)
    return make_plan(request, lambda seconds: None, alone=alone)


def staged(made: Plan) -> Mapping[str, Difference]:
    """Stage what a plan chose, in an index of its own, and return what the commit would change."""
    with TemporaryDirectory() as folder:
        staging = stage(made.git, made.repository, made.selection, folder)
        return staged_differences(made.git, made.repository.base, staging.index_file)


def would_commit(repo: Repo, *files: str, folder: str = "") -> dict[str, str]:
    """Return the paths of the commit with their letters (A, M, D); the person's repository must not change."""
    before = repo.snapshot()
    changes = staged(plan(repo, *files, folder=folder))
    assert repo.snapshot() == before
    return {path: _letter(change) for path, change in changes.items()}


def _letter(change: Difference) -> str:
    if change.new.mode == ABSENT_MODE:
        return "D"
    return "A" if change.old.mode == ABSENT_MODE else "M"


def remarked(repo: Repo, *files: str) -> dict[str, str]:
    """Return what would be remarked: key -> the French sentence."""
    return {key: say("fr", key, **values) for _, key, values in remarks(plan(repo, *files))}


def refused(repo: Repo, *files: str, folder: str = "") -> Problem:
    """Return the problem that stops a ship while it looks or stages; not a byte may change."""
    before = repo.snapshot()
    with pytest.raises(Problem) as caught:
        staged(plan(repo, *files, folder=folder))
    assert repo.snapshot() == before
    for language in ("fr", "en"):
        assert say(language, caught.value.key, **caught.value.values)
        assert has(f"{caught.value.key}.hint")
        assert say(language, f"{caught.value.key}.hint", **caught.value.values)
    return caught.value


def old(file: Path, seconds: float = 3600.0) -> Path:
    """Let a file look as if nobody had touched it for so long."""
    then = time.time() - seconds
    os.utime(file, (then, then))
    return file
