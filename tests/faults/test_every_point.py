"""Stopped dead at any point of its work, a fresh process finds everything as it should be and goes on.

``python -m tests.faults STORY`` plays every point of one story, ``python -m tests.faults STORY POINT`` one again.
With ``VIGIE_TEST_FAULTS=all`` every point of every story is played, which takes a quarter of an hour; on CI every
tenth one, elsewhere every fortieth.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.every_point import play_points

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="what lives is read from /proc")
pytestmark = [pytest.mark.slow, linux_only]

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
    play_points("tests.faults", name, tmp_path)
