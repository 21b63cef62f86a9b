"""A ship that is killed at any point loses nothing of the person's, pushes nothing twice, and is completed or undone.

``python -m tests.ship.kill STORY`` plays every point of one story, ``python -m tests.ship.kill STORY POINT`` one
again. With ``VIGIE_TEST_FAULTS=all`` every point of every story is played; on CI every tenth one, elsewhere every
fortieth.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zlib
from pathlib import Path

import pytest

from tests.needs import on_ci
from tests.waiting import patient

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="what lives is read from /proc")
pytestmark = [pytest.mark.slow, linux_only]

EVERY = 1 if os.environ.get("VIGIE_TEST_FAULTS") == "all" else 10 if on_ci() else 40

NAMES = (
    "ship again",
    "resume",
    "undo",
    "hooks",
    "first commit",
    "rebase",
    "taking back",
    "way back",
    "parked",
)


@pytest.mark.parametrize("name", NAMES)
def test_a_ship_killed_at_whatever_point_loses_nothing_and_comes_to_its_end(
    name: str, tmp_path: Path
) -> None:
    """Every byte of the person's, one commit, one push, no lock; the next command ends in the right state."""
    first = 1 + zlib.crc32(name.encode()) % EVERY  # another one in each story, the same on each run
    played = subprocess.run(
        [sys.executable, "-m", "tests.ship.kill", name, f"{first}/{EVERY}"],
        cwd=Path(__file__).parents[2],
        env={**os.environ, "FAULTS_FOLDER": str(tmp_path)},
        stdout=subprocess.PIPE,
        timeout=patient(900),
        check=True,
    )
    told = json.loads(played.stdout)
    assert told["points"] >= 5 or EVERY > 1, told
    assert told["wrong"] == [], f"python -m tests.ship.kill {name!r} POINT plays one again"
