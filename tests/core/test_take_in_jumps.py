"""What a clock that jumped changes: what was being measured goes on where it stood."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.core.statuses import IN_PHASE, PROBED, SPEC, Change, changes
from vigie.core.facts import ClockJumped
from vigie.core.spec import DAY, Spec
from vigie.core.states import Phase, Proof, Status, Tally, Trial, Verdict
from vigie.core.take_in import take_in

NOW = 40.0
SOON = NOW + SPEC.confirm_interval
ABSENT, LAUNCHING, ALIVE = Phase.ABSENT, Phase.LAUNCHING, Phase.ALIVE
STOPPING, KILLING, CLEARING = Phase.STOPPING, Phase.KILLING, Phase.CLEARING
PROVING = Trial(Proof.PROVING, "new", well_since=30.0, well_at=30.0)


def jumped(status: Status, gap: float) -> Change:
    """Return what a jump changes."""
    return changes(status, take_in(status, ClockJumped(gap), SPEC, NOW))


ASLEEP = 20.0


@pytest.mark.parametrize(
    ("phase", "expected"),
    [
        (ABSENT, {"life.since": 26.0, "life.launched_at": 25.0}),
        (LAUNCHING, {"life.since": 20.0, "life.launched_at": 20.0}),
        (
            ALIVE,
            {
                "life.since": 20.0,
                "life.launched_at": 20.0,
                "health.asked": None,
                "health.next_at": SOON,
                "health.blind": True,
                "health.online_since": 21.0,
            },
        ),
        (STOPPING, {"life.since": 25.0, "life.launched_at": 20.0}),
        (KILLING, {"life.since": 35.0, "life.launched_at": 20.0}),
        (CLEARING, {"life.since": 25.0, "life.launched_at": 20.0}),
    ],
)
def test_a_jump_moves_what_was_being_measured_and_voids_the_question_under_way(
    phase: Phase, expected: Change
) -> None:
    """Patience is not spent while nobody could act; a pause and the day's restarts are left alone."""
    found = jumped(IN_PHASE[phase], ASLEEP)
    assert {name: value for name, value in found.items() if not name.startswith("trial.")} == expected


def test_nothing_is_moved_past_the_present() -> None:
    """However long the sleep is said to have been, at worst all begins anew."""
    found = jumped(replace(PROBED, trial=PROVING), 1e9)
    assert {name: value for name, value in found.items() if value == NOW} == {
        "life.since": NOW,
        "life.launched_at": NOW,
        "health.online_since": NOW,
        "trial.since": NOW,
        "trial.well_since": NOW,
    }


def test_a_jump_moves_the_trial_too() -> None:
    """A release must keep well for so many seconds that somebody was awake."""
    found = jumped(replace(PROBED, trial=replace(PROVING, since=5.0, well_since=7.0)), ASLEEP)
    assert (found["trial.since"], found["trial.well_since"]) == (25.0, 27.0)


def test_a_jump_backwards_moves_nothing() -> None:
    """It only voids the question under way."""
    assert set(jumped(PROBED, -50.0)) == {"health.asked", "health.next_at", "health.blind"}


def test_a_little_lateness_voids_nothing() -> None:
    """A machine that is always a little late still finds a hung bot; a whole timeout late, we know nothing."""
    doubted = replace(PROBED, health=replace(PROBED.health, verdict=Verdict.DOUBTED, failures=2))
    little = jumped(doubted, SPEC.check_timeout - 0.01)
    assert not {"health.asked", "health.failures", "health.blind"} & set(little)
    assert {"life.since", "health.online_since"} <= set(little)
    assert {"health.asked", "health.failures", "health.blind"} <= set(jumped(doubted, SPEC.check_timeout))
    assert {"health.asked", "health.failures", "health.blind"} <= set(jumped(doubted, 0.0))


def test_doubt_is_lifted_by_a_jump() -> None:
    """The failures were seen through our own sleep."""
    doubted = replace(PROBED, health=replace(PROBED.health, verdict=Verdict.DOUBTED, failures=2))
    assert jumped(doubted, ASLEEP)["health.failures"] == 0


def test_only_a_living_process_can_be_asked_anew() -> None:
    """In any other phase nothing was being asked."""
    for phase in (ABSENT, LAUNCHING, STOPPING, KILLING, CLEARING):
        assert not any(name.startswith("health") for name in jumped(IN_PHASE[phase], ASLEEP))


def test_a_day_is_a_day() -> None:
    """The limit of a day is not moved by sleep."""
    status = replace(PROBED, tally=Tally(restarts=(1.0,), next_start_at=7.0))
    assert take_in(status, ClockJumped(DAY), Spec(), NOW + DAY).tally == status.tally
