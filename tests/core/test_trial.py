"""Whether a new release is kept or sent back."""

from __future__ import annotations

from dataclasses import replace

import pytest

from vigie.core import trial
from vigie.core.spec import Spec
from vigie.core.states import Proof, Trial

NOW = 100.0
SPEC = Spec(prove=30.0)
NONE = Trial(proven="old")
AWAITING = Trial(Proof.AWAITING, "new", way_back=True, since=50.0, proven="old")
PROVING = replace(AWAITING, proof=Proof.PROVING)
HALF_PROVEN = replace(PROVING, well_since=60.0, well_at=80.0)
SWITCHING = Trial(Proof.SWITCHING, "new", since=50.0, failed=("new",), proven="old")
ALL = (NONE, AWAITING, PROVING, HALF_PROVEN, SWITCHING)


@pytest.mark.parametrize("before", ALL)
@pytest.mark.parametrize("way_back", [True, False])
def test_a_shipped_release_waits_for_its_launch(before: Trial, way_back: bool) -> None:
    """Whatever was on trial before makes room for it; what failed stays remembered."""
    after = trial.shipped(before, "newer", way_back, NOW)
    assert after == Trial(Proof.AWAITING, "newer", way_back, NOW, failed=before.failed, proven="old")


def test_a_release_that_failed_before_is_not_put_on_trial() -> None:
    """It runs, for a person wanted it, without a trial and without a way back."""
    after = trial.shipped(replace(HALF_PROVEN, failed=("bad",)), "bad", way_back=True, now=NOW)
    assert after == Trial(since=50.0, failed=("bad",), proven="old")


def test_the_first_launch_begins_the_proof() -> None:
    """From then on it is this release that runs."""
    assert trial.launching(AWAITING, NOW) == replace(PROVING, since=NOW)


def test_a_later_launch_begins_the_window_of_health_anew() -> None:
    """The trial itself goes on."""
    assert trial.launching(HALF_PROVEN, NOW) == PROVING


@pytest.mark.parametrize("other", [NONE, SWITCHING])
def test_a_launch_without_a_release_on_trial_proves_nothing(other: Trial) -> None:
    """Nothing changes."""
    assert trial.launching(other, NOW) == other


def test_good_answers_open_the_window_and_move_its_end() -> None:
    """The first is remembered, and the last."""
    opened = trial.seen_well(PROVING, NOW)
    assert (opened.well_since, opened.well_at) == (NOW, NOW)
    later = trial.seen_well(opened, NOW + 7.0)
    assert (later.well_since, later.well_at) == (NOW, NOW + 7.0)


def test_a_bad_answer_closes_the_window() -> None:
    """The next good one opens another."""
    assert trial.seen_unwell(HALF_PROVEN) == PROVING


@pytest.mark.parametrize("other", [NONE, AWAITING, SWITCHING])
def test_answers_count_only_while_a_release_is_being_proven(other: Trial) -> None:
    """What runs before the first launch is the release before."""
    assert trial.seen_well(other, NOW) == other
    assert trial.seen_unwell(other) == other


@pytest.mark.parametrize(
    ("tested", "moment"),
    [(HALF_PROVEN, 90.0), (PROVING, None), (AWAITING, None), (NONE, None), (SWITCHING, None)],
)
def test_the_window_must_be_30_seconds_long(tested: Trial, moment: float | None) -> None:
    """A good answer from that moment on passes the trial."""
    assert trial.passes_at(tested, SPEC) == moment


@pytest.mark.parametrize(("last", "passed"), [(None, False), (89.9, False), (90.0, True), (95.0, True)])
def test_only_an_answer_at_the_end_of_the_window_passes(last: float | None, passed: bool) -> None:
    """Time alone proves nothing."""
    assert trial.has_passed(replace(HALF_PROVEN, well_at=last), SPEC) is passed


def test_nothing_passes_without_a_window() -> None:
    """No good answer, no proof."""
    assert not trial.has_passed(PROVING, SPEC)


def test_a_release_that_passed_is_the_proven_one() -> None:
    """Nothing of the trial is left, least of all a way back."""
    assert trial.passed(HALF_PROVEN) == Trial(since=50.0, proven="new")


def test_a_release_that_failed_is_sent_back_where_there_is_a_way_back() -> None:
    """It is remembered, and the way back is spent."""
    assert trial.failed(HALF_PROVEN, NOW) == replace(SWITCHING, since=NOW)


def test_a_release_that_failed_without_a_way_back_is_only_remembered() -> None:
    """There is nothing to wait for."""
    after = trial.failed(replace(PROVING, way_back=False, failed=("bad",)), NOW)
    assert (after.proof, after.failed, after.proven) == (Proof.NONE, ("bad", "new"), "old")


def test_the_switch_back_ends_once() -> None:
    """What failed stays remembered; told twice, or without one, nothing changes."""
    ended = trial.switched_back(SWITCHING)
    assert (ended.proof, ended.release, ended.failed) == (Proof.NONE, "", ("new",))
    for other in (NONE, AWAITING, PROVING, HALF_PROVEN, ended):
        assert trial.switched_back(other) is other
