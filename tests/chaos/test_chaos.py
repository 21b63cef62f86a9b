"""Whoever is killed, and whenever: never two copies, never an orphan, never a lost line, in the end all online.

``VIGIE_CHAOS_SECONDS`` says for how long (10; 60 on CI), ``VIGIE_CHAOS_SEED`` which dice. To play one again:
``python -m tests.chaos SEED SECONDS``.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.needs import on_ci
from tests.waiting import patient

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="what lives is read from /proc"),
]

# read before every test's own world is cleared of them
SECONDS = float(os.environ.get("VIGIE_CHAOS_SECONDS", "60" if on_ci() else "10"))
SEED = int(os.environ.get("VIGIE_CHAOS_SEED", "2026"))


def test_a_monitor_killed_again_and_again_never_loses_or_doubles_a_bot(tmp_path: Path) -> None:
    """Several bots crash, hang, start slowly, are deaf and leave children, while commands are killed as well."""
    played = subprocess.run(
        [sys.executable, "-m", "tests.chaos", str(SEED), str(SECONDS)],
        cwd=Path(__file__).parents[2],
        env={**os.environ, "CHAOS_FOLDER": str(tmp_path)},
        stdout=subprocess.PIPE,
        timeout=patient(SECONDS * 3 + 300),
        check=True,
    )
    told = json.loads(played.stdout)
    print(told)
    assert told["monitors killed"] > 0
    assert told["launches"] > len(told)
    assert told["wrong"] == [], f"python -m tests.chaos {SEED} {SECONDS:g} plays it again"
