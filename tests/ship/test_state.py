"""May a commit be made now?"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.ship.workshop import Repo
from vigie.problems import Failure, Refusal
from vigie.ship.changes import Change
from vigie.ship.git import Git
from vigie.ship.repository import find_repository
from vigie.ship.state import require_free_index, require_identity, require_no_conflict


def test_unmerged_files_are_named() -> None:
    """A file with conflict marks must not be committed."""
    changes = (Change("a.py", "M"), Change("b.py", unmerged=True))
    with pytest.raises(Refusal) as caught:
        require_no_conflict(changes)
    assert caught.value.values == {"files": "b.py"}
    require_no_conflict(changes[:1])


def test_unknown_person_is_told_before_hooks_run(git: Git, configuration: Path) -> None:
    """Without a name git would refuse at the very end."""
    require_identity(git)
    configuration.write_text("[user]\n    useConfigOnly = true\n")
    with pytest.raises(Failure) as caught:
        require_identity(git)
    assert caught.value.key == "ship.no-identity"


def test_a_lock_that_goes_away_is_waited_for(git: Git, repo: Repo) -> None:
    """An editor that refreshes its view holds the index for an instant only."""
    lock = repo.write(".git/index.lock")
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) == 3:
            lock.unlink()

    require_free_index(find_repository(git), sleep)
    assert slept == [0.02, 0.04, 0.08]


def test_a_lock_that_stays_is_refused_and_left_alone(git: Git, repo: Repo) -> None:
    """It may be a living git's: it is named, never deleted."""
    lock = repo.write(".git/index.lock")
    slept: list[float] = []
    with pytest.raises(Refusal) as caught:
        require_free_index(find_repository(git), slept.append)
    assert caught.value.key == "ship.index-locked"
    assert lock.exists()
    assert 1.2 < sum(slept) < 1.3


def test_a_free_index_costs_no_time(git: Git, no_sleep: Callable[[float], None]) -> None:
    """Without a lock nobody waits."""
    require_free_index(find_repository(git), no_sleep)
