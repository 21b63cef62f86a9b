"""A power cut in the middle of a ship, git included: nothing of the person's is lost, and the next run ends right.

``python -m tests.ship.kill.power_cut STORY COUNT [NUMBER]`` plays one again. With ``VIGIE_TEST_FAULTS=all`` there
are sixty moments in each story, else five.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.ship.test_kill_anywhere import NAMES
from tests.waiting import patient

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="what lives is read from /proc")
pytestmark = [pytest.mark.slow, linux_only]

MOMENTS = 60 if os.environ.get("VIGIE_TEST_FAULTS") == "all" else 5


@pytest.mark.parametrize("name", NAMES)
def test_a_ship_and_its_git_that_die_together_lose_nothing(name: str, tmp_path: Path) -> None:
    """Every byte of the person's, one commit; a lock that git left is named, and the advice gets it out of the way."""
    played = subprocess.run(
        [sys.executable, "-m", "tests.ship.kill.power_cut", name, str(MOMENTS)],
        cwd=Path(__file__).parents[2],
        env={**os.environ, "FAULTS_FOLDER": str(tmp_path)},
        stdout=subprocess.PIPE,
        timeout=patient(20.0 * MOMENTS),
        check=True,
    )
    told = json.loads(played.stdout)
    assert told["cuts"] > 0, told
    assert told["wrong"] == [], (
        f"python -m tests.ship.kill.power_cut {name!r} {MOMENTS} NUMBER plays one again"
    )
