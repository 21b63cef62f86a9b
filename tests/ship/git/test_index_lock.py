"""Locks of git's that are in the way; the catalogue's rows 35 and 36 play them with real gits."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.ship.workshop import Repo
from vigie.problems import Refusal
from vigie.ship.git import lock_owner
from vigie.ship.git.index_lock import STILL, require_free
from vigie.ship.git.lock_owner import Unprovable, find_owner

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux can prove a lock to be nobody's")


def nap(seconds: float) -> None:
    """Let no time pass."""


@pytest.fixture
def lock(repo: Repo) -> Path:
    """Return a lock that nobody owns, made an hour ago."""
    made = repo.write(".git/index.lock", "")
    then = time.time() - 3600
    os.utime(made, (then, then))
    return made


def free(repo: Repo, lock: Path, alone: bool = True, now: float | None = None) -> bool:
    """Ask for the lock to go away."""
    at = time.time() if now is None else now
    return require_free(str(lock), (str(repo.path),), nap, alone=alone, wall=lambda: at)


def test_a_lock_that_is_gone_needs_nothing(repo: Repo, lock: Path) -> None:
    """Nothing was removed, and nothing is said to be."""
    lock.unlink()
    assert free(repo, lock) is False


def test_age_is_counted_to_the_second(repo: Repo, lock: Path) -> None:
    """One second too young is too young; a clock that went back makes it younger still."""
    made = lock.stat().st_mtime
    for now in (made + STILL - 1, made - 500):
        with pytest.raises(Refusal) as caught:
            free(repo, lock, now=now)
        assert caught.value.code == "lock-left"
        assert caught.value.values["seconds"] == max(0, round(now - made))
    assert free(repo, lock, now=made + STILL) is True
    assert not lock.exists()


def test_who_only_looks_removes_nothing(repo: Repo, lock: Path) -> None:
    """Without our own lock, what is there may be another run's."""
    with pytest.raises(Refusal):
        free(repo, lock, alone=False)
    assert lock.exists()


def test_a_lock_made_anew_while_the_old_one_was_judged_is_given_back(repo: Repo, lock: Path) -> None:
    """What is removed is what was judged, to the byte."""

    def meanwhile() -> float:
        fresh = lock.with_name("fresh")
        fresh.write_text("a living git writes here")
        os.replace(fresh, lock)
        return time.time()

    with pytest.raises(Refusal) as caught:
        require_free(str(lock), (str(repo.path),), nap, alone=True, wall=meanwhile)
    assert caught.value.code == "lock-left"
    assert lock.read_text() == "a living git writes here"
    assert [path.name for path in lock.parent.iterdir() if path.name.startswith("index.lock")] == [
        "index.lock"
    ]


def test_a_disk_that_other_machines_share_proves_nothing(
    repo: Repo, lock: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A git on another machine is in no list of ours."""
    seen = os.lstat(lock)
    assert find_owner(str(lock), seen, (str(repo.path),)) is None
    kind = subprocess.run(
        ["stat", "--file-system", "--format=%T", str(lock)], capture_output=True, check=True, text=True
    ).stdout.strip()
    kinds = {
        row.split(" - ")[1].split(" ")[0] for row in Path("/proc/self/mountinfo").read_text().splitlines()
    }
    monkeypatch.setattr(lock_owner, "_SHARED", frozenset(kinds | {kind}))
    with pytest.raises(Unprovable):
        find_owner(str(lock), seen, (str(repo.path),))
    with pytest.raises(Refusal) as caught:
        free(repo, lock)
    assert caught.value.code == "lock-left"


def test_parts_of_git_that_never_lock_are_in_nobodys_way(repo: Repo, lock: Path) -> None:
    """The keeper of passwords lives on for a quarter of an hour after a push."""
    folder = repo.path / ".git" / "keeper"
    folder.mkdir(mode=0o700)
    with subprocess.Popen(
        ["git", "credential-cache--daemon", str(folder / "socket")], cwd=repo.path, stdout=subprocess.PIPE
    ) as keeper:
        assert keeper.stdout is not None
        assert keeper.stdout.readline() == b"ok\n"
        try:
            assert free(repo, lock) is True
        finally:
            keeper.terminate()


def test_a_git_told_by_a_variable_where_to_work(repo: Repo, lock: Path, tmp_path: Path) -> None:
    """It stands elsewhere and names the repository nowhere else."""
    surroundings = {**os.environ, "GIT_DIR": str(repo.path / ".git")}
    with subprocess.Popen(
        ["git", "cat-file", "--batch"],
        cwd=tmp_path,
        env=surroundings,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdin is not None and process.stdout is not None
        process.stdin.write(b"HEAD\n")
        process.stdin.flush()
        process.stdout.readline()
        with pytest.raises(Refusal) as caught:
            free(repo, lock)
        process.communicate()
    assert (caught.value.code, caught.value.values["pid"]) == ("lock-held", process.pid)


def test_a_process_that_git_itself_named(repo: Repo, lock: Path, tmp_path: Path) -> None:
    """``index~pid.lock`` (git 2.54) and ``next-index-PID.lock`` tell whose it is, wherever that git stands."""
    with subprocess.Popen(
        ["git", "hash-object", "--stdin-paths"], cwd=tmp_path, stdin=subprocess.PIPE
    ) as process:
        while Path(f"/proc/{process.pid}/comm").read_text() != "git\n":
            time.sleep(0.01)
        for name, text in (
            ("index~pid.lock", f"pid {process.pid}\n"),
            (f"next-index-{process.pid}.lock", ""),
        ):
            beside = repo.write(f".git/{name}", text)
            with pytest.raises(Refusal) as caught:
                free(repo, lock)
            assert caught.value.values["pid"] == process.pid
            beside.unlink()
        assert free(repo, lock) is True
        process.communicate()
