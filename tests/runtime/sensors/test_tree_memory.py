"""The memory of a whole tree: children count, pages that several share count once."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator

import psutil
import pytest

from vigie.runtime.sensors import tree_memory as memory
from vigie.runtime.sensors.tree_memory import Families, at_most, exact, tree_memory

MEGABYTE = 1 << 20

Run = Callable[[str], int]

LARGE_CHILD = f"""
import subprocess, sys
code = "b = b'x' * {60 * MEGABYTE}; print('ready', flush=True); import sys; sys.stdin.read()"
subprocess.run([sys.executable, "-c", code])
"""

PREFORKING = f"""
import os, sys
shared = b"x" * {80 * MEGABYTE}
for _ in range(4):
    if os.fork() == 0:
        break
else:
    print("ready", flush=True)
sys.stdin.read()
"""

ORPHAN = f"""
import os, sys
shared = b"x" * {40 * MEGABYTE}
if os.fork() == 0:
    if os.fork() == 0:
        own = b"y" * {60 * MEGABYTE}
        print("ready", flush=True)
        sys.stdin.read()
    os._exit(0)
os.wait()
sys.stdin.read()
"""


@pytest.fixture
def run() -> Iterator[Run]:
    """Start programs that say when they are ready and end when nobody listens to them any more."""
    started: list[subprocess.Popen[str]] = []

    def run(code: str) -> int:
        process = subprocess.Popen(
            [sys.executable, "-c", code],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=sys.platform != "win32",
        )
        started.append(process)
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        return process.pid

    yield run
    for process in started:
        family = psutil.Process(process.pid).children(recursive=True)
        process.communicate()
        psutil.wait_procs(family, timeout=10.0)


def test_children_count(run: Run) -> None:
    """A parent that is small and a child that is large."""
    pid = run(LARGE_CHILD)
    used = tree_memory(pid)
    assert used is not None
    assert 60 * MEGABYTE < used < 120 * MEGABYTE
    assert psutil.Process(pid).memory_info().rss < 60 * MEGABYTE
    assert used <= at_most(Families().tree(pid))


@pytest.mark.skipif(sys.platform == "win32", reason="no fork there")
def test_shared_pages_count_once(run: Run) -> None:
    """A bot that loads its model and then forks four workers uses it once, not five times."""
    pid = run(PREFORKING)
    tree = Families().tree(pid)
    assert len(tree) == 5
    assert at_most(tree) > 5 * 80 * MEGABYTE
    assert 80 * MEGABYTE < exact(tree) < 160 * MEGABYTE


@pytest.mark.skipif(sys.platform != "linux", reason="only there the members of a session are known")
def test_a_worker_whose_parent_has_ended_counts(run: Run) -> None:
    """It is the bot's still: it belongs to its session."""
    pid = run(ORPHAN)
    assert len(Families().tree(pid)) == 2
    used = tree_memory(pid)
    assert used is not None
    assert used > 100 * MEGABYTE


def test_a_process_that_is_gone_has_none() -> None:
    """Nor does one that has ended and is not reaped."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    if sys.platform == "linux":
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        assert tree_memory(process.pid) is None
    process.wait()
    assert tree_memory(process.pid) is None
    assert at_most([process.pid]) == exact([process.pid]) == 0


@pytest.mark.skipif(sys.platform != "linux", reason="reads what only Linux tells")
@pytest.mark.parametrize("told", [b"", b"55a0-7fff [rollup]\nRss:  99 kB\n", None])
def test_where_no_share_is_told_what_is_resident_counts(
    run: Run, monkeypatch: pytest.MonkeyPatch, told: bytes | None
) -> None:
    """An old kernel, or a process that guards itself."""
    pid = run(f"b = b'x' * {40 * MEGABYTE}; print('ready', flush=True); import sys; sys.stdin.read()")
    read = memory.process_table.read_small

    def reads(path: str) -> bytes:
        if not path.endswith("smaps_rollup"):
            return bytes(read(path))
        if told is None:
            raise PermissionError(13, "Permission denied")
        return told

    monkeypatch.setattr(memory.process_table, "read_small", reads)
    assert 40 * MEGABYTE < exact([pid]) == at_most([pid])
