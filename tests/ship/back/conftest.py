"""A bot whose newest version is bad, with everything in its folder that must not be lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ship.back.crossroads import Crossroads
from tests.ship.workshop import Repo


@pytest.fixture
def crossroads(repo: Repo, tmp_path: Path) -> Crossroads:
    """Return the repository behind a good version, a step between, and a bad one."""
    return Crossroads(repo, tmp_path)
