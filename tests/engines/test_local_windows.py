"""The real engine on Windows: the contract, then what only Windows can show."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest

from tests.engines.contract import EngineContract, how_it_ended, readable
from tests.engines.workshop import Workshop, child
from tests.waiting import until
from vigie.engines.base import Exit, Identity, LaunchError, LaunchPlan

if sys.platform != "win32":
    pytest.skip("needs Windows", allow_module_level=True)

from vigie.engines import windows_break, windows_leftovers, windows_tree
from vigie.engines import windows_copy_lock as copy_lock
from vigie.engines import windows_process as processes
from vigie.engines.local_windows import LocalWindows
from vigie.engines.windows_job import Job, name_of

PYTHON: str = getattr(sys, "_base_executable", sys.executable)
"""The interpreter itself: in a virtual environment python.exe is a launcher that starts it as its child."""


class WindowsWorkshop(Workshop):
    """A workshop whose bots are one process each."""

    engine: LocalWindows

    def plan(self, program: str, *arguments: str) -> LaunchPlan:
        """Return the plan of the one bot, running one of ``tests/children`` in the interpreter itself."""
        return self.plan_of(PYTHON, child(program), *arguments)


@pytest.fixture
def workshop(tmp_path: os.PathLike[str]) -> Iterator[WindowsWorkshop]:
    """Give a folder with real processes; all of them are ended afterwards."""
    working = WindowsWorkshop(os.fspath(tmp_path))
    yield working
    working.close()


class TestLocalWindows(EngineContract):
    """The contract, on real processes."""
