"""Whether git, or a person with git, is in the middle of changing the files."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

import pytest

from tests.runtime.repository import git, write
from vigie.runtime.sensors.checkout import LOCKS, OPERATIONS, STALE, at_work


@pytest.mark.parametrize("sign", [*LOCKS, *OPERATIONS])
def test_every_sign_is_known(tmp_path: Path, sign: str) -> None:
    """Above the bot's folder too."""
    below = tmp_path / "bots" / "one"
    below.mkdir(parents=True)
    assert at_work(str(below), time.time()) is None
    (tmp_path / ".git").mkdir()
    assert at_work(str(below), time.time()) is None
    write(tmp_path / ".git" / sign)
    assert at_work(str(below), time.time()) == sign


def test_a_lock_left_behind_does_not_block_for_ever(tmp_path: Path) -> None:
    """git was killed; nor does one whose date lies in the future."""
    lock = write(tmp_path / ".git" / "index.lock")
    born = os.stat(lock).st_mtime
    assert at_work(str(tmp_path), born + STALE - 1.0) == "index.lock"
    assert at_work(str(tmp_path), born + STALE + 1.0) is None
    assert at_work(str(tmp_path), born - STALE - 1.0) is None


def test_a_real_merge_with_a_conflict_is_waited_out(tmp_path: Path) -> None:
    """From the conflict until the person takes it back; in a linked worktree too."""
    git(tmp_path, "init")
    write(tmp_path / "start.py", "one\n")
    git(tmp_path, "add", "--all")
    git(tmp_path, "commit", "-m", "one")
    git(tmp_path, "branch", "other")
    write(tmp_path / "start.py", "two\n")
    git(tmp_path, "commit", "-am", "two")
    beside = tmp_path / "beside"
    git(tmp_path, "worktree", "add", str(beside), "other")
    write(beside / "start.py", "three\n")
    git(beside, "commit", "-am", "three")
    assert at_work(str(beside), time.time()) is None
    with pytest.raises(subprocess.CalledProcessError):
        git(beside, "merge", "main")
    assert at_work(str(beside), time.time()) == "MERGE_HEAD"
    assert at_work(str(tmp_path), time.time()) is None
    git(beside, "merge", "--abort")
    assert at_work(str(beside), time.time()) is None
