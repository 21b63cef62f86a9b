"""Whether the code on disk is newer than the bot, told to the moment of the launch."""

from __future__ import annotations

import pytest

from vigie.cli.status import _launched


def test_the_launch_is_told_in_calendar_time() -> None:
    """It was noted on the steady clock, together with one moment on both."""
    noted: dict[str, object] = {"launched_at": 90.25, "steady": 100.0, "wall": 5000.0}
    assert _launched(noted) == 4990.25


@pytest.mark.parametrize("missing", ["launched_at", "steady", "wall"])
def test_what_was_not_noted_tells_nothing(missing: str) -> None:
    """Then the process's own start has to do."""
    noted: dict[str, object] = {"launched_at": 90.25, "steady": 100.0, "wall": 5000.0}
    assert _launched({**noted, missing: None}) == 0.0
