"""When to stop trying quickly, and how many restarts a day may have."""

from __future__ import annotations

import pytest

from vigie.core import crash_loop
from vigie.core.reasons import Reason
from vigie.core.spec import DAY, Spec
from vigie.core.states import Tally

NOW = 1000.0
MIDDLE = 0.5


@pytest.mark.parametrize(
    ("before", "due", "waiting"),
    [
        (0, None, None),
        (1, NOW + 1.0, Reason.WAITING_BACKOFF),
        (2, NOW + 2.0, Reason.WAITING_BACKOFF),
        (3, NOW + 4.0, Reason.WAITING_BACKOFF),
        (4, NOW + 900.0, Reason.GAVE_UP),
        (5, NOW + 900.0, Reason.GAVE_UP),
    ],
)
def test_each_death_is_counted_and_sets_the_next_start(
    before: int, due: float | None, waiting: Reason | None
) -> None:
    """Quick tries, and from the fifth death in a row on the slow lane."""
    tally = crash_loop.after_death(Tally(deaths=before), Spec(), NOW, MIDDLE)
    assert (tally.deaths, tally.next_start_at, tally.waiting) == (before + 1, due, waiting)


def test_a_death_that_needs_no_pause_ends_the_pause_of_the_one_before() -> None:
    """Nothing is left over of an earlier wait."""
    waiting = Tally(deaths=0, next_start_at=5.0, waiting=Reason.GAVE_UP)
    tally = crash_loop.after_death(waiting, Spec(), NOW, MIDDLE)
    assert (tally.next_start_at, tally.waiting) == (None, None)


def test_the_luck_of_a_death_is_kept_for_one_that_brings_none() -> None:
    """A process that vanished unseen has no luck of its own."""
    assert crash_loop.after_death(Tally(), Spec(), NOW, 0.9).luck == 0.9
    assert crash_loop.after_death(Tally(deaths=3), Spec(), NOW, 0.9).luck == 0.9


def test_give_up_after_one_death() -> None:
    """The strictest setting goes to the slow lane at once."""
    tally = crash_loop.after_death(Tally(), Spec(give_up_after=1), NOW, MIDDLE)
    assert (tally.next_start_at, tally.waiting) == (NOW + 900.0, Reason.GAVE_UP)


def test_a_restart_counts_for_a_day_and_not_longer() -> None:
    """The moment it is a day old it is out."""
    tally = Tally(restarts=(0.0, 1.0, 2.0))
    assert crash_loop.within_a_day(tally, DAY) == (1.0, 2.0)
    assert crash_loop.within_a_day(tally, DAY + 2.0) == ()


@pytest.mark.parametrize(
    ("used", "allowed", "may"), [(0, 0, False), (0, 1, True), (1, 1, False), (1, 2, True)]
)
def test_the_day_has_so_many_restarts(used: int, allowed: int, may: bool) -> None:
    """``restarts_per_day`` is the number of automatic restarts, not one more."""
    tally = Tally(restarts=(NOW,) * used)
    assert crash_loop.may_restart(tally, Spec(restarts_per_day=allowed), NOW) is may


def test_what_the_day_holds_back_is_due_when_the_oldest_restart_is_a_day_old() -> None:
    """Exactly then there is room for one more."""
    spec = Spec(restarts_per_day=2)
    tally = crash_loop.held_by_the_day(Tally(restarts=(100.0, 200.0)), spec, NOW)
    assert (tally.next_start_at, tally.waiting) == (100.0 + DAY, Reason.DAILY_LIMIT)
    assert crash_loop.may_restart(tally, spec, 100.0 + DAY)


def test_when_a_smaller_limit_was_set_meanwhile_enough_restarts_must_age() -> None:
    """The third oldest of three must be gone when only one is allowed."""
    spec = Spec(restarts_per_day=1)
    tally = crash_loop.held_by_the_day(Tally(restarts=(100.0, 200.0, 300.0)), spec, NOW)
    assert tally.next_start_at == 300.0 + DAY


def test_with_no_restart_allowed_it_is_looked_at_again_tomorrow() -> None:
    """A limit of nothing still has a due time."""
    tally = crash_loop.held_by_the_day(Tally(), Spec(restarts_per_day=0), NOW)
    assert tally.next_start_at == NOW + DAY


def test_what_is_held_back_is_never_due_at_once() -> None:
    """However the sums round, the next look is at least a second away, and what has aged is dropped."""
    spec = Spec(restarts_per_day=1)
    now = DAY - 0.5
    tally = crash_loop.held_by_the_day(Tally(restarts=(-1.0, 0.0)), spec, now)
    assert (tally.next_start_at, tally.restarts) == (now + 1.0, (0.0,))


def test_a_restart_is_noted_and_old_ones_are_dropped() -> None:
    """The list stays as short as a day."""
    assert crash_loop.restarted(Tally(restarts=(0.0, 10.0)), DAY + 5.0).restarts == (10.0, DAY + 5.0)


FULL = Tally(
    deaths=4,
    restarts=(1.0,),
    restart_count=7,
    next_start_at=9.0,
    waiting=Reason.GAVE_UP,
    told=(Reason.GAVE_UP, Reason.LEFTOVERS),
    luck=0.3,
)


def test_forgiven_forgets_deaths_pauses_and_what_was_told_but_not_the_day() -> None:
    """The day's restarts and the count of all restarts stay."""
    assert crash_loop.forgiven(FULL) == Tally(restarts=(1.0,), restart_count=7, luck=0.3)


def test_hurried_skips_the_pause_and_forgets_nothing() -> None:
    """Only the due time goes."""
    tally = crash_loop.hurried(FULL)
    assert (tally.next_start_at, tally.waiting) == (None, None)
    assert (tally.deaths, tally.told, tally.restarts) == (4, FULL.told, (1.0,))


def test_what_is_not_told_any_more_may_be_told_again() -> None:
    """Only the one reason is taken out."""
    assert crash_loop.not_told(FULL, Reason.LEFTOVERS).told == (Reason.GAVE_UP,)


def test_a_launch_that_something_stood_in_the_way_of_is_taken_back() -> None:
    """No process came of it: the day has that start left, and the others stay counted."""
    tally = Tally(restarts=(10.0, 20.0, 30.0))
    assert crash_loop.not_started(tally, 30.0).restarts == (10.0, 20.0)
    assert crash_loop.not_started(tally, 25.0) == tally


@pytest.mark.parametrize(
    ("refusals", "longest", "pause"),
    [(0, 60.0, 1.0), (1, 60.0, 2.0), (3, 60.0, 8.0), (4, 60.0, 10.0), (5000, 60.0, 10.0), (4, 4.0, 4.0)],
)
def test_what_stands_in_the_way_is_looked_at_again_soon(refusals: int, longest: float, pause: float) -> None:
    """At first for a moment, in the end every ten seconds; deaths are not counted, the luck of it is remembered."""
    before = Tally(deaths=3, refusals=refusals, luck=0.1)
    refused = crash_loop.refused(before, Spec(backoff_max=longest), 100.0, 0.5)
    assert refused == Tally(
        deaths=3,
        refusals=refusals + 1,
        next_start_at=100.0 + pause,
        waiting=Reason.LAUNCH_REFUSED,
        luck=0.5,
    )


@pytest.mark.parametrize(
    ("restarts", "limit", "moment"),
    [
        ((), 2, 1000.0),
        ((10.0,), 2, 1000.0),
        ((10.0, 20.0), 2, 86_410.0),
        ((1.0, 2.0), 1, 86_402.0),
        ((), 0, 87_400.0),
    ],
)
def test_when_the_day_has_a_start_left(restarts: tuple[float, ...], limit: int, moment: float) -> None:
    """Now, or when enough of the day's restarts are a day old; never with a limit of none: look again tomorrow."""
    assert crash_loop.room_at(Tally(restarts=restarts), Spec(restarts_per_day=limit), 1000.0) == moment


@pytest.mark.parametrize(("due", "moment", "then"), [(None, 5.0, None), (9.0, 5.0, 5.0), (3.0, 5.0, 3.0)])
def test_a_pause_is_shortened_and_never_made_longer(
    due: float | None, moment: float, then: float | None
) -> None:
    """Where none is running, none begins."""
    assert crash_loop.brought_forward(Tally(next_start_at=due), moment).next_start_at == then
