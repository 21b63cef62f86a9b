"""Plays the points of a story at which somebody dies: all of them, or every so many.

With ``VIGIE_TEST_FAULTS=all`` every point of every story is played, which takes a quarter of an hour; on CI every
tenth one, elsewhere every fortieth.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zlib
from pathlib import Path

from tests.needs import on_ci
from tests.waiting import patient

EVERY = 1 if os.environ.get("VIGIE_TEST_FAULTS") == "all" else 10 if on_ci() else 40


def play_points(module: str, name: str, folder: Path) -> None:
    """Play the story ``name`` of ``module`` in a program of its own; nothing may be wrong at any point."""
    first = 1 + zlib.crc32(name.encode()) % EVERY  # another one in each story, the same on each run
    played = subprocess.run(
        [sys.executable, "-m", module, name, f"{first}/{EVERY}"],
        cwd=Path(__file__).parents[1],
        env={**os.environ, "FAULTS_FOLDER": str(folder)},
        stdout=subprocess.PIPE,
        timeout=patient(900),
        check=True,
    )
    told = json.loads(played.stdout)
    assert told["points"] >= 5 or EVERY > 1, told
    assert told["wrong"] == [], f"python -m {module} {name!r} POINT plays one again"
