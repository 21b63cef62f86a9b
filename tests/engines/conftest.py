"""Real processes for the tests of the engines."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.engines.workshop import Workshop


@pytest.fixture
def workshop(tmp_path: os.PathLike[str]) -> Iterator[Workshop]:
    """Give a folder with real processes; all of them are ended afterwards."""
    working = Workshop(os.fspath(tmp_path))
    yield working
    working.close()


@pytest.fixture
def stage(workshop: Workshop) -> Workshop:
    """Play the contract on the real engine."""
    return workshop
