"""What was cut short is told from the world, and completed; somebody else's work is left alone."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable

import pytest

from tests.ship.back.crossroads import Crossroads
from tests.waiting import until
from vigie.problems import Refusal
from vigie.ship.back.bring_over import finish_over
from vigie.ship.back.left_lock import clear_left_lock
from vigie.ship.back.standing import State, state_of


def standing(crossroads: Crossroads, new: str) -> State:
    """How far it has come."""
    return state_of(crossroads.git, crossroads.repository, crossroads.bad, new)


def complete(crossroads: Crossroads, new: str) -> None:
    """Finish without waiting for a lock's age."""
    git, repository = crossroads.git, crossroads.repository
    finish_over(
        git, repository, crossroads.bad, new, clear_lock=lambda it: clear_left_lock(it, lambda _: None)
    )


def test_before_and_after_are_told(crossroads: Crossroads) -> None:
    """Nothing, then done; finishing either is harmless."""
    new = crossroads.built()
    assert standing(crossroads, new) is State.NOTHING
    complete(crossroads, new)
    assert standing(crossroads, new) is State.DONE
    before = crossroads.repo.snapshot()
    complete(crossroads, new)
    assert crossroads.repo.snapshot() == before


def gone(crossroads: Crossroads) -> None:
    """git takes files away first."""
    os.unlink(crossroads.repo.path / "new" / "module.py")


def gone_and_written(crossroads: Crossroads) -> None:
    """Then it writes."""
    gone(crossroads)
    crossroads.repo.write("bot.py", "print('good')\n")


def half_written(crossroads: Crossroads) -> None:
    """The file under way has a beginning only."""
    gone(crossroads)
    crossroads.repo.write("bot.py", "print(")


def all_written(crossroads: Crossroads) -> None:
    """The index is next, then the branch."""
    gone_and_written(crossroads)
    crossroads.repo.write("old/part.py", "PART = 1\n")


@pytest.mark.parametrize("lock", [False, True], ids=["", "with a lock left behind"])
@pytest.mark.parametrize("cut", [gone, gone_and_written, half_written, all_written])
def test_whatever_a_killed_git_leaves_is_completed(
    crossroads: Crossroads, cut: Callable[[Crossroads], None], lock: bool
) -> None:
    """No byte of the person's is lost on the way."""
    mine, new = crossroads.mine, crossroads.built()
    cut(crossroads)
    if lock:
        crossroads.repo.write(".git/index.lock", "half an index")
    assert standing(crossroads, new) is State.HALF
    complete(crossroads, new)
    assert crossroads.is_back(new)
    assert crossroads.mine == mine


def test_an_edit_made_since_is_still_in_the_way(crossroads: Crossroads) -> None:
    """Only a beginning of the newer file counts as half written."""
    new = crossroads.built()
    gone(crossroads)
    crossroads.repo.write("bot.py", "# mine\n")
    before = crossroads.repo.snapshot()
    with pytest.raises(Refusal) as refused:
        complete(crossroads, new)
    assert refused.value.values["paths"] == ("bot.py",)
    assert crossroads.repo.snapshot() == before


HOLD = """
import sys
with open(sys.argv[1], "a"):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_lock_that_changes_or_is_held_is_never_taken(crossroads: Crossroads) -> None:
    """Another git is at work: it is waited for once, then refused."""
    new = crossroads.built()
    lock = crossroads.repo.write(".git/index.lock", "")
    held = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(lock)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert held.stdout is not None
    held.stdout.readline()
    assert not clear_left_lock(crossroads.repository, lambda _: None)
    held.communicate()

    def go_on(_seconds: float) -> None:
        lock.write_text(lock.read_text() + "more")

    assert not clear_left_lock(crossroads.repository, go_on)
    assert lock.exists()
    with pytest.raises(Refusal):
        finish_over(crossroads.git, crossroads.repository, crossroads.bad, new, clear_lock=lambda _: False)
    assert clear_left_lock(crossroads.repository, lambda _: lock.unlink())


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="a filter written for a shell")
def test_a_git_that_outlives_us_is_waited_for(crossroads: Crossroads) -> None:
    """It goes on in a session of its own when we are killed; it has closed its lock and holds it all the same."""
    repo, new = crossroads.repo, crossroads.built()
    marker, leave = crossroads.scratch / "writing", crossroads.scratch / "leave"
    wait = f"sh -c 'touch {marker}; while ! test -e {leave}; do sleep 0.05; done; cat'"
    repo.git("config", "filter.slow.clean", "cat")
    repo.git("config", "filter.slow.smudge", wait)
    (repo.path / ".git" / "info" / "attributes").write_text("part.py filter=slow\n")
    mine = crossroads.mine
    merge = subprocess.Popen(["git", "merge", "-q", "--ff-only", new], cwd=repo.path, start_new_session=True)
    until(marker.exists)
    looks: list[float] = []

    def look(seconds: float) -> None:
        looks.append(seconds)
        if len(looks) == 3:
            leave.touch()
            merge.wait()

    git, repository = crossroads.git, crossroads.repository
    try:
        finish_over(git, repository, crossroads.bad, new, clear_lock=lambda it: clear_left_lock(it, look))
    finally:
        leave.touch()
        merge.wait()
    assert len(looks) == 3
    assert crossroads.is_back(new)
    assert crossroads.mine == mine


def test_somebody_went_on_since(crossroads: Crossroads) -> None:
    """Then nothing is completed."""
    new = crossroads.built()
    gone(crossroads)
    crossroads.repo.git("commit", "-qm", "on")
    before = crossroads.repo.snapshot()
    with pytest.raises(Refusal) as refused:
        complete(crossroads, new)
    assert refused.value.key == "rollback.moved"
    assert crossroads.repo.snapshot() == before


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
def test_a_git_that_is_killed_at_work_is_completed(crossroads: Crossroads) -> None:
    """A real one, stopped dead by a filter while it writes the second of three files."""
    repo = crossroads.repo
    new = crossroads.built()
    marker = crossroads.scratch / "writing"
    slow = f"sh -c 'if test -e {crossroads.scratch}/slowly; then touch {marker}; sleep 60; fi; cat'"
    repo.git("config", "filter.slow.clean", "cat")
    repo.git("config", "filter.slow.smudge", slow)
    (repo.path / ".git" / "info" / "attributes").write_text("part.py filter=slow\n")
    (crossroads.scratch / "slowly").touch()
    mine = crossroads.mine
    merge = subprocess.Popen(
        ["git", "merge", "--ff-only", new], cwd=repo.path, start_new_session=True, stdout=subprocess.DEVNULL
    )
    until(marker.exists)
    if sys.platform != "win32":
        os.killpg(merge.pid, signal.SIGKILL)
    merge.wait()
    (crossroads.scratch / "slowly").unlink()
    assert (repo.path / ".git" / "index.lock").exists()
    assert standing(crossroads, new) is State.HALF
    complete(crossroads, new)
    assert crossroads.is_back(new)
    assert crossroads.mine == mine
