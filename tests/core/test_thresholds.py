"""How answers become a verdict."""

from __future__ import annotations

from dataclasses import replace

import pytest

from vigie.core import thresholds
from vigie.core.reasons import Reason
from vigie.core.spec import START_PROBE_INTERVAL, Spec
from vigie.core.states import Health, Verdict

NOW = 100.0
SPEC = Spec()
"""30 s between looks, 2 s between doubts, three failures make it ill, a probe has 5 s."""

NEW = Health(verdict=Verdict.NEW, last_number=4, asked=4, asked_at=99.0)
WELL = Health(verdict=Verdict.WELL, last_number=4, asked=4, asked_at=99.0, online_since=50.0)
DOUBTED = replace(WELL, verdict=Verdict.DOUBTED, failures=1, why="refused")
LAST_DOUBT = replace(DOUBTED, failures=2)
ILL = replace(WELL, verdict=Verdict.ILL, failures=3, why="refused", online_since=None)


@pytest.mark.parametrize("before", [NEW, WELL, DOUBTED, LAST_DOUBT, ILL])
def test_a_good_answer_makes_it_well_whatever_was_before(before: Health) -> None:
    """All failures are forgotten, and the next look is one interval away."""
    after = thresholds.passed(replace(before, blind=True), SPEC, NOW)
    assert (after.verdict, after.failures, after.why, after.asked) == (Verdict.WELL, 0, None, None)
    assert after.next_at == NOW + 30.0
    assert not after.blind


@pytest.mark.parametrize(("before", "since"), [(NEW, NOW), (WELL, 50.0), (DOUBTED, 50.0), (ILL, NOW)])
def test_online_since_the_first_good_answer_after_being_new_or_ill(before: Health, since: float) -> None:
    """A mere doubt does not interrupt it."""
    assert thresholds.passed(before, SPEC, NOW).online_since == since


@pytest.mark.parametrize(
    ("before", "verdict", "failures", "pause", "online_since"),
    [
        (NEW, Verdict.NEW, 0, START_PROBE_INTERVAL, None),
        (WELL, Verdict.DOUBTED, 1, 2.0, 50.0),
        (DOUBTED, Verdict.DOUBTED, 2, 2.0, 50.0),
        (LAST_DOUBT, Verdict.ILL, 3, 2.0, None),
        (ILL, Verdict.ILL, 4, 2.0, None),
        (replace(ILL, failures=0), Verdict.ILL, 1, 2.0, None),
    ],
)
def test_a_bad_answer_raises_doubt_and_three_in_a_row_make_it_ill(
    before: Health, verdict: Verdict, failures: int, pause: float, online_since: float | None
) -> None:
    """Who has never answered is not judged by failures; who is ill stays ill until a good answer."""
    after = thresholds.failed(replace(before, blind=True), "reset", SPEC, NOW)
    assert (after.verdict, after.failures, after.why, after.asked) == (verdict, failures, "reset", None)
    assert after.next_at == NOW + pause
    assert after.online_since == online_since
    assert not after.blind


def test_one_failure_is_enough_where_that_was_set() -> None:
    """``confirm_failures`` of 1 confirms at once."""
    assert thresholds.failed(WELL, "reset", Spec(confirm_failures=1), NOW).verdict is Verdict.ILL


@pytest.mark.parametrize(
    ("before", "pause"),
    [(NEW, START_PROBE_INTERVAL), (WELL, 2.0), (DOUBTED, 2.0), (ILL, 2.0)],
)
def test_a_question_that_was_not_put_changes_nothing_and_is_put_again_soon(
    before: Health, pause: float
) -> None:
    """Only that we are blind is noted."""
    after = thresholds.void(before, SPEC, NOW)
    assert after == replace(before, asked=None, next_at=NOW + pause, blind=True)


def test_doubt_is_lifted_and_nothing_else_is() -> None:
    """The failures of a doubted process are forgotten; it stays doubted until it answers."""
    assert thresholds.doubt_lifted(LAST_DOUBT) == replace(LAST_DOUBT, failures=0)
    for other in (NEW, WELL, ILL):
        assert thresholds.doubt_lifted(other) is other


def test_a_new_process_begins_anew_but_numbers_go_on() -> None:
    """An answer meant for the process before can never be taken for its own."""
    assert thresholds.fresh(DOUBTED, NOW) == Health(last_number=4, next_at=NOW)


def test_each_question_has_a_number_of_its_own() -> None:
    """One more than the last."""
    after = thresholds.asked(replace(WELL, asked=None), NOW)
    assert (after.last_number, after.asked, after.asked_at) == (5, 5, NOW)


def test_a_question_without_any_outcome_is_lost_a_while_after_its_time_ran_out() -> None:
    """The shell itself says when time ran out; this is for a shell that says nothing at all."""
    assert thresholds.lost_at(WELL, SPEC) == 99.0 + 5.0 + 5.0
    assert thresholds.lost_at(replace(WELL, asked=None), SPEC) is None


@pytest.mark.parametrize(
    ("health", "ends"),
    [
        (NEW, 10.0 + 60.0),
        (replace(NEW, blind=True), None),
        (WELL, None),
        (DOUBTED, None),
        (ILL, None),
    ],
)
def test_grace_ends_only_for_who_never_answered_and_while_we_see(health: Health, ends: float | None) -> None:
    """Blind, we wait for a question that was really put."""
    assert thresholds.grace_ends_at(health, 10.0, SPEC) == ends


@pytest.mark.parametrize(
    ("health", "reason"),
    [(NEW, Reason.STARTING), (WELL, Reason.ROUTINE), (DOUBTED, Reason.CONFIRMING), (ILL, Reason.CONFIRMING)],
)
def test_every_question_has_a_reason(health: Health, reason: Reason) -> None:
    """Still starting, as always, or to make sure."""
    assert thresholds.reason_to_ask(health) is reason
