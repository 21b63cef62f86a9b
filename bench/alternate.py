"""Times commands in turn, so that whatever else the machine does falls on all of them alike."""

from __future__ import annotations

import os
import statistics
import subprocess
import time
from collections.abc import Mapping, Sequence
from typing import NamedTuple


class Times(NamedTuple):
    """Whole-process wall times of one command, in milliseconds."""

    fastest: float
    median: float
    slowest: float
    rounds: int

    def __str__(self) -> str:
        """Fastest / median / slowest."""
        return f"{self.fastest:.1f} / {self.median:.1f} / {self.slowest:.1f} ms"


def alternate(commands: Mapping[str, Sequence[str]], rounds: int, cwd: str) -> dict[str, Times]:
    """Run each command once a round, in the order given, after two rounds that do not count.

    Raises ``subprocess.CalledProcessError`` when a command does not exit 0: a time of a failure is none.
    """
    # compiled files are kept, as they are for a user
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    taken: dict[str, list[float]] = {name: [] for name in commands}
    for number in range(rounds + 2):
        for name, command in commands.items():
            began = time.perf_counter()
            subprocess.run(command, cwd=cwd, check=True, stdout=subprocess.DEVNULL, env=environment)
            if number >= 2:
                taken[name].append((time.perf_counter() - began) * 1000)
    return {
        name: Times(min(each), statistics.median(each), max(each), len(each)) for name, each in taken.items()
    }
