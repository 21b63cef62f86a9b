"""The stage of every story played with the real program."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stage import Stage

collect_ignore: list[str] = []
if sys.platform == "win32":
    collect_ignore += ["test_reload.py", "test_run_signals.py", "test_ship_interrupted.py"]
if sys.platform != "linux":
    collect_ignore += ["test_many_bots.py", "test_stubborn.py"]


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """A bot's folder whose name would trip up any careless program."""
    stage = Stage(tmp_path / 'mon bot d\'été "à moi"' if not _windows() else tmp_path / "mon bot d'été")
    yield stage
    stage.clear()


def _windows() -> bool:
    return sys.platform == "win32"
