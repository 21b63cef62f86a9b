"""The stage of every story played with the real program."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stage import Stage


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """A bot's folder whose name would trip up any careless program."""
    stage = Stage(tmp_path / 'mon bot d\'été "à moi"' if not _windows() else tmp_path / "mon bot d'été")
    yield stage
    stage.clear()


def _windows() -> bool:
    import sys

    return sys.platform == "win32"
