"""The file lock: one holder among real processes, freed by the system however the holder dies."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from vigie.engines.file_lock import FileLock

HOLD = """
import sys
from vigie.engines.file_lock import FileLock

lock = FileLock(sys.argv[1])
print("held" if lock.acquire() else "busy", flush=True)
sys.stdin.readline()
"""

HOLD_WITH_CHILD = """
import subprocess, sys
from vigie.engines.file_lock import FileLock

lock = FileLock(sys.argv[1])
print("held" if lock.acquire() else "busy", flush=True)
child = subprocess.Popen(
    [sys.executable, "-c", "import time; time.sleep(600)"],
    stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, close_fds=False,
)
print(child.pid, flush=True)
sys.stdin.readline()
"""


@contextmanager
def running(program: str, path: str) -> Iterator[subprocess.Popen[str]]:
    """Run ``program`` on the lock at ``path``; nothing of it is left afterwards."""
    with subprocess.Popen(
        [sys.executable, "-c", program, path],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def said(process: subprocess.Popen[str]) -> str:
    """Return the next line the other process prints."""
    assert process.stdout is not None
    return process.stdout.readline().strip()


def until(true: Callable[[], bool]) -> None:
    """Wait until something is so, for 20 s at most."""
    limit = time.monotonic() + 20
    while not true():
        assert time.monotonic() < limit, "it never came true"
        time.sleep(0.01)


@pytest.fixture
def path(tmp_path: os.PathLike[str]) -> str:
    """Return where the lock lies: in a folder with a space and accents."""
    folder = os.path.join(tmp_path, "mon bot à moi")
    os.mkdir(folder)
    return os.path.join(folder, "decider.lock")


def test_a_free_lock_is_taken_at_once(path: str) -> None:
    """The first to ask holds it, asking again changes nothing, and release lets go."""
    with FileLock(path) as lock:
        before, taken, again, during = lock.held, lock.acquire(), lock.acquire(), lock.held
    assert (before, taken, again, during, lock.held) == (False, True, True, True, False)


def test_two_holders_in_one_process_exclude_each_other(path: str) -> None:
    """The lock belongs to the object, not to the process: a second object waits its turn."""
    with FileLock(path) as first, FileLock(path) as second:
        assert first.acquire()
        assert not second.acquire()
        first.release()
        assert second.acquire()
        assert not first.acquire()


def test_releasing_what_is_not_held_does_nothing(path: str) -> None:
    """Release may be called at any moment, twice, or by one who was refused, and frees nobody else's lock."""
    with FileLock(path) as holder, FileLock(path) as refused, FileLock(path) as third:
        assert holder.acquire()
        assert not refused.acquire()
        refused.release()
        refused.release()
        assert not third.acquire()


def test_another_process_is_refused_while_we_hold_it(path: str) -> None:
    """What we hold, another process cannot take."""
    with FileLock(path) as lock:
        assert lock.acquire()
        with running(HOLD, path) as other:
            assert said(other) == "busy"


def test_another_process_gets_it_once_we_let_go(path: str) -> None:
    """Released here, it is free there."""
    with FileLock(path) as lock:
        assert lock.acquire()
        lock.release()
        with running(HOLD, path) as other:
            assert said(other) == "held"
            assert not lock.acquire()


def test_a_holder_that_ends_frees_it(path: str) -> None:
    """A holder that ends without a word of release leaves nothing stale."""
    with running(HOLD, path) as other:
        assert said(other) == "held"
        assert other.stdin is not None
        other.stdin.write("\n")
        other.stdin.flush()
        other.wait(20)
    with FileLock(path) as lock:
        assert os.path.exists(path)
        until(lock.acquire)


def test_a_holder_that_is_killed_frees_it(path: str) -> None:
    """A holder killed on the spot (SIGKILL, TerminateProcess) leaves nothing stale."""
    with FileLock(path) as lock:
        with running(HOLD, path) as other:
            assert said(other) == "held"
            assert not lock.acquire()
            other.kill()
            other.wait(20)
        until(lock.acquire)


def test_a_child_of_the_holder_does_not_hold_it(path: str) -> None:
    """A program started by the holder, even one that is given all it can inherit, keeps nothing locked."""
    import psutil

    with FileLock(path) as lock, running(HOLD_WITH_CHILD, path) as other:
        assert said(other) == "held"
        child = psutil.Process(int(said(other)))
        try:
            other.kill()
            other.wait(20)
            until(lock.acquire)
            assert child.is_running()
        finally:
            child.kill()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows does not let an open file be removed")
def test_a_removed_file_makes_no_second_holder(path: str) -> None:
    """Two that lock after the file was removed lock the same new file: one of them only."""
    with FileLock(path) as early, FileLock(path) as late, FileLock(path) as later:
        assert early.acquire()
        os.unlink(path)
        assert late.acquire()
        assert not later.acquire()


@pytest.mark.skipif(sys.platform == "win32", reason="replaces flock, which Windows has not")
def test_a_file_removed_between_open_and_lock_is_tried_again(
    path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file vanishes right after we opened it: we end up locking the one that others will find."""
    fcntl = importlib.import_module("fcntl")
    real = fcntl.flock
    vanished: list[str] = []

    def flock(descriptor: int, operation: int) -> None:
        if not vanished:
            vanished.append(path)
            os.unlink(path)
        real(descriptor, operation)

    monkeypatch.setattr(fcntl, "flock", flock)
    with FileLock(path) as lock, FileLock(path) as second:
        assert lock.acquire()
        assert vanished
        assert not second.acquire()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps rights elsewhere")
def test_the_file_is_private(path: str) -> None:
    """Nobody but the user may open the lock file, so nobody else can hold it."""
    with FileLock(path) as lock:
        assert lock.acquire()
        assert os.stat(path).st_mode & 0o777 == 0o600


def test_a_folder_that_is_missing_is_an_error_not_a_refusal(tmp_path: os.PathLike[str]) -> None:
    """What cannot be opened is told as such: "somebody else holds it" would be a lie."""
    lock = FileLock(os.path.join(tmp_path, "nowhere", "decider.lock"))
    with pytest.raises(FileNotFoundError):
        lock.acquire()
    assert not lock.held


def test_no_descriptor_is_left_by_a_refusal(path: str) -> None:
    """A thousand refusals use up nothing."""
    with FileLock(path) as holder, FileLock(path) as refused:
        assert holder.acquire()
        for _ in range(1000):
            assert not refused.acquire()
        with open(path, "rb") as probe:
            assert probe.fileno() < 200
