"""What outlives us: read back exactly, moved onto today's clock, and believed whole or not at all."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.core.reasons import Reason
from vigie.core.spec import Spec
from vigie.core.states import Life, Phase, Status, Tally, Want, Wish
from vigie.engines.base import Identity
from vigie.runtime.remembered import (
    NOTHING,
    Living,
    Moment,
    Remembered,
    as_ledger,
    caught_up,
    from_ledger,
    restored,
    with_count,
)

THEN = Moment(steady=1000.0, wall=1_700_000_000.0, boot="this boot")
REASONS = st.sampled_from(list(Reason))
BEFORE = st.floats(0.0, THEN.steady)
TALLIES = st.builds(
    Tally,
    deaths=st.integers(0, 1000),
    restarts=st.lists(BEFORE, max_size=5).map(lambda moments: tuple(sorted(moments))),
    restart_count=st.integers(0, 10**9),
    next_start_at=st.none() | st.floats(0.0, 5000.0),
    waiting=st.none() | REASONS,
    told=st.lists(REASONS, max_size=3).map(tuple),
    luck=st.just(0.5),
)
PASTS = st.builds(
    Remembered,
    identity=st.none()
    | st.builds(Identity, st.integers(1, 2**22), st.integers(0, 2**40), st.text(max_size=8)),
    launched_at=BEFORE,
    by_us=st.booleans(),
    tally=st.just(Tally()),
    cause=st.none(),
    last_restart=st.none() | st.floats(0.0, 2e9),
    commit=st.none() | st.text("0123456789abcdef", min_size=40, max_size=40),
    noted_at=st.none(),
    phase=st.just(Phase.ABSENT),
    owed=st.just(False),
    left_down=st.none(),
)


def through_json(ledger: dict[str, object]) -> dict[str, Any]:
    """As the disk gives it back."""
    found: dict[str, Any] = json.loads(json.dumps(ledger))
    return found


@given(PASTS, TALLIES, st.none() | REASONS, st.floats(0.0, 1e6))
def test_in_the_same_boot_everything_comes_back_as_it_was(
    past: Remembered, tally: Tally, cause: Reason | None, later: float
) -> None:
    """Moments are on the same clock, whatever the calendar says by now."""
    status = Status(life=Life(cause=cause), tally=tally)
    now = Moment(THEN.steady + later, THEN.wall - 12345.0, THEN.boot)
    back = from_ledger(through_json(as_ledger(status, past, THEN)), now)
    assert back.tally == tally
    assert back._replace(tally=Tally(), cause=None, noted_at=None) == past
    assert (back.cause, back.noted_at) == (cause, THEN.steady)


@given(TALLIES, st.floats(0.0, 1e6), st.floats(-1e6, 1e6))
def test_after_a_reboot_nothing_lies_in_the_future_that_lay_in_the_past(
    tally: Tally, up: float, passed: float
) -> None:
    """A wrong calendar can neither make the bot wait longer than it was to wait, nor restart counts vanish."""
    status = Status(tally=tally)
    now = Moment(up, THEN.wall + passed, "another boot")
    back = from_ledger(through_json(as_ledger(status, NOTHING, THEN)), now).tally
    assert all(moment <= now.steady for moment in back.restarts)
    assert len(back.restarts) == len(tally.restarts)
    if tally.next_start_at is not None:
        assert back.next_start_at is not None
        waiting = tally.next_start_at - THEN.steady
        assert back.next_start_at - now.steady <= waiting + 1e-3
    assert (back.deaths, back.restart_count) == (tally.deaths, tally.restart_count)


@pytest.mark.parametrize(
    ("wish", "cause"),
    [
        (Wish(Want.DOWN, Reason.ASKED_STOP), Reason.ASKED_STOP),
        (Wish(Want.AS_IS, Reason.NOT_RESTARTED), Reason.STAYS_DOWN),
    ],
)
def test_what_was_left_down_is_so_until_the_machine_starts_anew(wish: Wish, cause: Reason) -> None:
    """A person's stop and a bot's own wish outlive us; the machine's start is a new day."""
    ledger = through_json(as_ledger(Status(wish=wish, life=Life(cause=cause)), NOTHING, THEN))
    back = from_ledger(ledger, THEN)
    assert back.left_down is cause
    again = restored(back, THEN.steady)
    assert (again.wish, again.life.cause) == (wish, cause)
    assert from_ledger(ledger, THEN._replace(boot="another boot")).left_down is None


def test_what_lives_is_not_left_down() -> None:
    """Somebody has launched it since: the wish of before is none of its business."""
    past = NOTHING._replace(left_down=Reason.ASKED_STOP, identity=Identity(7, 1, "this boot"))
    assert restored(past, THEN.steady).wish == Wish()


def test_a_reboot_carries_moments_over_by_calendar_time() -> None:
    """A restart an hour before a reboot of ten minutes is an hour and ten minutes ago."""
    status = Status(tally=Tally(restarts=(THEN.steady - 3600.0,)))
    now = Moment(50.0, THEN.wall + 600.0, "another boot")
    (moment,) = from_ledger(through_json(as_ledger(status, NOTHING, THEN)), now).tally.restarts
    assert now.steady - moment == pytest.approx(4200.0)


JUNK = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=True)
    | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text(max_size=10), JUNK, max_size=8))
def test_garbage_is_as_good_as_nothing(ledger: dict[str, Any]) -> None:
    """A foreign record is not believed, and never an error."""
    assert from_ledger(ledger, THEN) == NOTHING


@given(st.data())
def test_a_record_with_one_wrong_value_is_believed_whole_or_not_at_all(data: st.DataObject) -> None:
    """Whatever stands in one place: what comes back can be used."""
    identity = Identity(7, 8, "this boot")
    past = NOTHING._replace(identity=identity, last_restart=5.0, commit="a" * 40)
    status = Status(tally=Tally(2, (1.0, 2.0), 3, 4.0, Reason.GAVE_UP, (Reason.GAVE_UP,)))
    ledger = through_json(as_ledger(status, past, THEN))
    inside = data.draw(st.booleans())
    where = ledger["tally"] if inside else ledger
    where[data.draw(st.sampled_from(sorted(where)))] = data.draw(JUNK)
    back = from_ledger(ledger, THEN)
    again = as_ledger(restored(back, THEN.steady), back, THEN)
    assert json.loads(json.dumps(again, allow_nan=False))
    if back.identity is not None:
        assert 0 < back.identity.pid < 2**32


@pytest.mark.parametrize(
    "identity",
    [[], [1], [0, 1, ""], [-1, 1, ""], [2**40, 1, ""], [1, -1, ""], [1, 1, 5], [True, 1, ""], "x", 5, {}],
)
def test_an_identity_that_nobody_can_have_is_not_believed(identity: object) -> None:
    """Not three values, no number of a process, no boot."""
    ledger = through_json(as_ledger(Status(), NOTHING, THEN))
    assert from_ledger({**ledger, "identity": [1, 1, ""]}, THEN).identity == Identity(1, 1, "")
    assert from_ledger({**ledger, "identity": identity}, THEN) == NOTHING


def test_no_ledger_is_no_past() -> None:
    """The first start of all."""
    assert from_ledger(None, THEN) == NOTHING


def test_a_bot_that_waited_goes_on_waiting_for_the_same_reason() -> None:
    """Why the last one ended is kept only while something waits because of it."""
    waiting = NOTHING._replace(cause=Reason.CRASHED, tally=Tally(waiting=Reason.WAITING_BACKOFF))
    assert restored(waiting, 5.0).life.cause is Reason.CRASHED
    assert restored(NOTHING._replace(cause=Reason.CRASHED), 5.0).life.cause is None
    assert restored(NOTHING, 5.0).seen == 5.0


LEFT = Remembered(
    identity=Identity(7, 100, "this boot"),
    launched_at=900.0,
    by_us=True,
    tally=Tally(deaths=1, restarts=(10.0,), restart_count=4),
    cause=None,
    last_restart=None,
    commit=None,
    noted_at=950.0,
    phase=Phase.ALIVE,
)
LATER = Living(Identity(8, 200, "this boot"), 960.0, by_us=True)


def test_the_noted_copy_that_lives_changes_nothing() -> None:
    """Nothing befell it."""
    living = Living(Identity(7, 100, "this boot"), 900.0, by_us=True)
    assert caught_up(LEFT, living, Spec(), THEN, 0.5) == LEFT


def test_a_death_that_nobody_saw_is_counted_and_answered_with_a_restart() -> None:
    """The ledger says that it lived and nobody asked it to go: it has crashed."""
    back = caught_up(LEFT, None, Spec(), THEN, 0.5)
    assert (back.identity, back.cause, back.tally.deaths, back.tally.restart_count) == (
        None,
        Reason.CRASHED,
        2,
        4,
    )
    assert back.tally.next_start_at is not None
    assert restored(back, THEN.steady).life.cause is Reason.CRASHED


def test_a_restart_that_we_died_before_noting_is_counted() -> None:
    """Another copy of ours lives: one death and one restart more, and nothing is waited for any more."""
    back = caught_up(LEFT, LATER, Spec(), THEN, 0.5)
    assert (back.tally.deaths, back.tally.restart_count, back.tally.restarts) == (2, 5, (10.0, 960.0))
    assert (back.tally.next_start_at, back.tally.waiting) == (None, None)
    assert back.last_restart == THEN.wall - 40.0


@pytest.mark.parametrize("phase", [Phase.STOPPING, Phase.KILLING])
def test_a_restart_that_somebody_asked_for_is_owed_and_no_death(phase: Phase) -> None:
    """It was asked to go and went; the copy that follows counts as a restart and nobody is to blame."""
    past = LEFT._replace(phase=phase, cause=Reason.ASKED_RESTART)
    back = caught_up(past, None, Spec(), THEN, 0.5)
    assert (back.tally, back.owed) == (LEFT.tally, True)
    assert restored(back, THEN.steady).life.cause is Reason.ASKED_RESTART
    again = caught_up(past, LATER, Spec(), THEN, 0.5)
    assert (again.tally.deaths, again.tally.restart_count, again.tally.restarts) == (1, 5, (10.0,))


def test_a_hung_copy_that_went_before_us_is_one_death() -> None:
    """Asked to go because it was ill: its exit would have been counted."""
    past = LEFT._replace(phase=Phase.STOPPING, cause=Reason.HUNG)
    assert caught_up(past, None, Spec(), THEN, 0.5).tally.deaths == 2
    cleared = past._replace(phase=Phase.CLEARING)  # the exit was seen, and counted
    assert caught_up(cleared, None, Spec(), THEN, 0.5).tally.deaths == 1


def test_a_copy_that_was_to_stop_owes_nothing() -> None:
    """The wish outlived us: what comes next is a start."""
    past = LEFT._replace(phase=Phase.STOPPING, cause=Reason.ASKED_STOP)
    back = caught_up(past, None, Spec(), THEN, 0.5)
    assert (back.tally, back.owed, restored(back, 0.0).life.cause) == (LEFT.tally, False, None)


def test_a_reboot_is_nobodys_death() -> None:
    """Another boot's id, or a moment before this boot began where systems have no such id."""
    for past in (
        LEFT._replace(identity=Identity(7, 100, "another boot")),
        LEFT._replace(noted_at=-20.0),
    ):
        back = caught_up(past, None, Spec(), THEN, 0.5)
        assert (back.tally, back.owed) == (LEFT.tally, False)


def test_a_copy_launched_by_hand_meanwhile_is_nobodys_restart() -> None:
    """Whoever launched it counts for himself."""
    assert caught_up(LEFT, LATER._replace(by_us=False), Spec(), THEN, 0.5) == LEFT


def test_the_end_of_a_pause_that_was_not_noted_is_counted() -> None:
    """Nothing lived and a start was due: the copy that lives now is that start."""
    waiting = Tally(deaths=2, restart_count=4, next_start_at=999.0, waiting=Reason.WAITING_BACKOFF)
    past = LEFT._replace(identity=None, phase=Phase.ABSENT, cause=Reason.CRASHED, tally=waiting)
    back = caught_up(past, LATER, Spec(), THEN, 0.5)
    assert (back.tally.deaths, back.tally.restart_count, back.tally.waiting) == (2, 5, None)
    first = past._replace(tally=Tally(), cause=None)
    assert caught_up(first, LATER, Spec(), THEN, 0.5).tally.restart_count == 0


def test_the_greater_count_is_kept() -> None:
    """A count taken over from a status file never lowers ours."""
    assert with_count(Tally(restart_count=3), 7).restart_count == 7
    assert with_count(Tally(restart_count=7), 3).restart_count == 7
