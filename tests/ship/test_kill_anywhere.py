"""A ship that is killed at any point loses nothing of the person's, pushes nothing twice, and is completed or undone.

``python -m tests.ship.kill STORY`` plays every point of one story, ``python -m tests.ship.kill STORY POINT`` one
again. With ``VIGIE_TEST_FAULTS=all`` every point of every story is played; on CI every tenth one, elsewhere every
fortieth.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.every_point import play_points

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="what lives is read from /proc")
pytestmark = [pytest.mark.slow, linux_only]

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
    play_points("tests.ship.kill", name, tmp_path)
