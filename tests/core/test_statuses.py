"""The statuses that other tests begin with are what their names say."""

from __future__ import annotations

import pytest

from tests.core.statuses import IN_PHASE, STOPPED, after
from vigie.core.states import Phase, shown


@pytest.mark.parametrize("phase", Phase, ids=[phase.value for phase in Phase])
def test_there_is_a_status_for_each_phase(phase: Phase) -> None:
    """Each was reached by facts."""
    assert IN_PHASE[phase].life.phase is phase


def test_a_stopped_bot_is_stopped() -> None:
    """Asked to go, gone, nothing left."""
    assert shown(after(STOPPED)) == "stopped"
