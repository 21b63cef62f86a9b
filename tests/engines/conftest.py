"""Real processes for the tests of the engines."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

import pytest

from tests.engines.workshop import Workshop

if sys.platform == "win32":
    collect_ignore = ["test_local_posix.py", "test_local_posix_corners.py"]
else:
    collect_ignore = ["test_local_windows.py"]


def left_in_us() -> tuple[int, list[int]]:
    """Count our open descriptors and list our children, zombies included; on Linux only."""
    if sys.platform == "linux":
        from vigie.engines import process_table

        me = os.getpid()
        children = sorted(row.pid for row in process_table.rows().values() if row.parent == me)
        return len(os.listdir("/proc/self/fd")), children
    else:  # noqa: RET505  (mypy would call the rest unreachable)
        return 0, []


@pytest.fixture
def workshop(tmp_path: os.PathLike[str]) -> Iterator[Workshop]:
    """Give a folder with real processes; afterwards no process, zombie or descriptor of theirs is left."""
    before = left_in_us()
    working = Workshop(os.fspath(tmp_path))
    yield working
    working.close()
    assert left_in_us() == before


@pytest.fixture
def stage(workshop: Workshop) -> Workshop:
    """Play the contract on the real engine."""
    return workshop
