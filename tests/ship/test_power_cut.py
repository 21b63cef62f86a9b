"""A power cut in the middle of a ship, git included: nothing of the person's is lost, and the next run ends right.

``python -m tests.ship.kill.power_cut STORY COUNT [NUMBER]`` plays one again. With ``VIGIE_TEST_FAULTS=all`` there
are sixty moments in each story, else five.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.ship.kill.world import make_world
from tests.ship.test_kill_anywhere import NAMES
from tests.ship.workshop import Repo
from tests.waiting import patient
from vigie.problems import Refusal
from vigie.ship.back.left_lock import clear_left_lock
from vigie.ship.choose.changes import read_changes
from vigie.ship.choose.selection import select_all
from vigie.ship.git.command import Git
from vigie.ship.git.repository import find_repository
from vigie.ship.landing.commit import make_commit, stage
from vigie.ship.landing.land import move_branch, take_in
from vigie.ship.landing.landing import Landing, plan_landing
from vigie.ship.landing.take_back import take_back
from vigie.ship.plan import make_plan
from vigie.ship.request import ShipRequest

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="what lives is read from /proc")
pytestmark = [pytest.mark.slow, linux_only]

OF_A_COMMIT = ("index.lock", "HEAD.lock", "refs/heads/main.lock")
OF_OTHERS = ("packed-refs.lock", "config.lock", "refs/remotes/origin/main.lock")

LONG_AGO = 120.0
"""Seconds."""

MOMENTS = 60 if os.environ.get("VIGIE_TEST_FAULTS") == "all" else 5


@pytest.mark.parametrize("name", NAMES)
def test_a_ship_and_its_git_that_die_together_lose_nothing(name: str, tmp_path: Path) -> None:
    """Every byte of the person's, one commit; a lock that git left is named, and the advice clears it."""
    played = subprocess.run(
        [sys.executable, "-m", "tests.ship.kill.power_cut", name, str(MOMENTS)],
        cwd=Path(__file__).parents[2],
        env={**os.environ, "FAULTS_FOLDER": str(tmp_path)},
        stdout=subprocess.PIPE,
        timeout=patient(20.0 * MOMENTS),
        check=True,
    )
    told = json.loads(played.stdout)
    assert told["cuts"] > 0, told
    assert told["wrong"] == [], (
        f"python -m tests.ship.kill.power_cut {name!r} {MOMENTS} NUMBER plays one again"
    )


def left(repo: Repo, name: str, age: float = 0.0) -> Path:
    """Leave a lock as a killed git does."""
    lock = repo.path / ".git" / name
    lock.touch()
    os.utime(lock, (time.time() - age,) * 2)
    return lock


@pytest.mark.parametrize("name", OF_A_COMMIT)
def test_a_lock_that_a_dead_git_of_ours_left_is_cleared(name: str, repo: Repo, git: Git) -> None:
    """The index's, that of HEAD, the branch's: the way back and a rebase need all three."""
    lock = left(repo, name)
    assert clear_left_lock(find_repository(git), lambda _: None)
    assert not lock.exists()


@pytest.mark.parametrize("name", OF_A_COMMIT)
def test_a_lock_that_somebody_writes_to_stays(name: str, repo: Repo, git: Git) -> None:
    """Its content changes whenever it is looked at: a living git's."""
    lock = left(repo, name)

    def write(_pause: float) -> None:
        with lock.open("a") as file:
            file.write("x")

    assert not clear_left_lock(find_repository(git), write)
    assert lock.exists()


def landed(repo: Repo, git: Git, folder: Path) -> Landing:
    """Land a commit."""
    repo.write("bot.py", "print('new')\n")
    folder.mkdir()
    here = find_repository(git)
    staged = stage(git, here, select_all(here, read_changes(git)), str(folder))
    commit = make_commit(git, here, staged, "new", 60.0, str(folder / "apart"))
    landing = plan_landing(git, here, staged, commit)
    take_in(git, landing, lambda _: None)
    assert move_branch(git, landing)
    return landing


def test_a_lock_in_the_way_of_taking_back_is_named(repo: Repo, git: Git, tmp_path: Path) -> None:
    """Not "somebody has built on it": nobody has. Nothing is done, and without the lock it works."""
    first = repo.head
    landing = landed(repo, git, tmp_path / "ours")
    lock = left(repo, "refs/heads/main.lock")
    with pytest.raises(Refusal) as caught:
        take_back(git, landing, lambda _: None)
    assert caught.value.key == "ship.index-locked"
    assert str(lock) == caught.value.values["lock"]
    assert repo.head == landing.sha
    lock.unlink()
    take_back(git, landing, lambda _: None)
    assert (repo.head, repo.status()) == (first, {"bot.py": " M"})


@pytest.mark.parametrize("changed", [False, True])
@pytest.mark.parametrize("name", OF_OTHERS)
def test_an_old_lock_that_stops_no_commit_goes_as_well(name: str, changed: bool, repo: Repo) -> None:
    """It would stop the next fetch, or clean-up; a young one may be somebody's, and a dry run removes nothing."""
    if changed:
        repo.write("bot.py", "print('new')\n")
    lock, young = left(repo, name, LONG_AGO), left(repo, "refs/remotes/origin/HEAD.lock")
    request = ShipRequest(str(repo.path), message="x")
    make_plan(request, lambda _: None)
    assert lock.exists()
    plan = make_plan(request, lambda _: None, alone=True)
    assert (lock.exists(), plan.locks_removed) == (False, (str(lock),))
    assert young.exists()
    lock = left(repo, name)
    assert make_plan(request, lambda _: None, alone=True).locks_removed == ()
    assert lock.exists()


if sys.platform != "win32":
    from tests.ship.kill.stories import go_on_or_ship, ship

    def test_what_the_remote_had_already_is_taken_back_there_as_well(tmp_path: Path) -> None:
        """Killed when the remote had it and git had not noted that: the way back of ``--resume`` is pushed."""
        world = make_world(tmp_path / "world", broken=True)
        left(world.repo, "refs/remotes/origin/main.lock")
        assert ship(world, restart="never").pushed
        journal = Path(world.folder, "journal")
        lines = journal.read_bytes().splitlines()
        ended_at = next(number for number, line in enumerate(lines) if b'"push", "state": "done"' in line)
        journal.write_bytes(b"\n".join([*lines[:ended_at], b""]))
        report = go_on_or_ship(world, restart="always", rollback=True)
        assert (report.exit_code, report.rolled_back) == (5, True)
        assert world.remote.git("rev-parse", "main") == world.repo.head
