"""Stopped dead at any point of its work, a fresh process finds everything as it should be and goes on.

``python -m tests.faults STORY`` plays every point of one story, ``python -m tests.faults STORY POINT`` one again.
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

import pytest

from tests.needs import on_ci
from tests.waiting import patient

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="what lives is read from /proc")
pytestmark = [pytest.mark.slow, linux_only]

EVERY = 1 if os.environ.get("VIGIE_TEST_FAULTS") == "all" else 10 if on_ci() else 40

NAMES = (
    "first start by a command",
    "first start by a monitor",
    "adoption",
    "adoption of a copy launched by hand",
    "crash",
    "hang",
    "stop by a command",
    "restart by a command",
    "stop by a monitor",
    "restart by a monitor",
    "ship's restart",
    "a command beside a monitor",
)


@pytest.mark.parametrize("name", NAMES)
def test_whoever_dies_at_whatever_point_leaves_nothing_lost_doubled_or_orphaned(
    name: str, tmp_path: Path
) -> None:
    """Never two copies, records whole, counts kept, and in the end exactly one online, or none after a stop."""
    first = 1 + zlib.crc32(name.encode()) % EVERY  # another one in each story, the same on each run
    played = subprocess.run(
        [sys.executable, "-m", "tests.faults", name, f"{first}/{EVERY}"],
        cwd=Path(__file__).parents[2],
        env={**os.environ, "FAULTS_FOLDER": str(tmp_path)},
        stdout=subprocess.PIPE,
        timeout=patient(900),
        check=True,
    )
    told = json.loads(played.stdout)
    assert told["points"] >= 5 or EVERY > 1, told
    assert told["wrong"] == [], f"python -m tests.faults {name!r} POINT plays one again"


def test_every_story_is_played() -> None:
    """None is forgotten in the list above, which must not import what only Linux has."""
    from tests.faults import stories

    assert set(NAMES) == set(vars(stories)["STORIES"])
