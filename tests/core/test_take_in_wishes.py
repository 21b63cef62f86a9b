"""What a wish changes, and what code and memory ask for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.core.statuses import IN_PHASE, PROBED, SPEC
from vigie.core.facts import Asked, CodeChanged, Fact, MemoryExceeded, SettingsChanged, TimeCame, Verb
from vigie.core.machine import decide
from vigie.core.orders import Launch, WakeAt
from vigie.core.reasons import Reason
from vigie.core.states import Life, Phase, Status, Tally, Want, Wish
from vigie.core.take_in import take_in

NOW = 40.0
ABSENT, LAUNCHING = Phase.ABSENT, Phase.LAUNCHING
STOPPING, KILLING, CLEARING = Phase.STOPPING, Phase.KILLING, Phase.CLEARING
RESTARTS = SPEC._replace(on_change="restart")


def asked(status: Status, verb: Verb, keep: bool = False, by_monitor: bool = False) -> Status:
    """Return ``status`` with the wish taken in."""
    return take_in(status, Asked(verb, keep, by_monitor), SPEC, NOW)


@pytest.mark.parametrize("verb", [Verb.START, Verb.RESTART, Verb.ENSURE])
@pytest.mark.parametrize(
    ("before", "keep", "want"),
    [
        (Want.AS_IS, False, Want.ONCE),
        (Want.AS_IS, True, Want.UP),
        (Want.DOWN, False, Want.ONCE),
        (Want.DOWN, True, Want.UP),
        (Want.ONCE, False, Want.ONCE),
        (Want.ONCE, True, Want.UP),
        (Want.UP, False, Want.UP),
        (Want.UP, True, Want.UP),
    ],
)
def test_who_is_kept_stays_kept_until_somebody_says_stop(
    verb: Verb, before: Want, keep: bool, want: Want
) -> None:
    """A short command beside a monitor does not take the monitor's care away."""
    assert asked(replace(PROBED, wish=Wish(before)), verb, keep).wish.want is want


def test_a_second_wish_does_not_cancel_what_the_first_promised() -> None:
    """A replacement and a cure are still owed; stop cancels both."""
    status = replace(IN_PHASE[LAUNCHING], wish=Wish(Want.UP, again=Reason.ASKED_RESTART, cure=True))
    for verb in (Verb.START, Verb.ENSURE, Verb.RESTART):
        assert asked(status, verb).wish.again is Reason.ASKED_RESTART
        assert asked(status, verb).wish.cure
    assert asked(status, Verb.STOP).wish == Wish(Want.DOWN, Reason.ASKED_STOP)


def test_nothing_is_promised_to_what_does_not_live() -> None:
    """What comes next is a new copy anyway."""
    for phase in (ABSENT, STOPPING, KILLING, CLEARING):
        wish = asked(IN_PHASE[phase], Verb.ENSURE).wish
        assert (wish.again, wish.cure) == (None, False)
        assert asked(IN_PHASE[phase], Verb.RESTART).wish.again is None


@pytest.mark.parametrize(
    ("verb", "keep", "by_monitor", "cause"),
    [
        (Verb.START, True, False, None),
        (Verb.START, True, True, Reason.CRASHED),
        (Verb.START, False, True, None),
        (Verb.ENSURE, True, False, Reason.CRASHED),
        (Verb.ENSURE, False, False, None),
        (Verb.RESTART, True, False, Reason.ASKED_RESTART),
        (Verb.STOP, False, False, Reason.ASKED_STOP),
    ],
)
def test_what_a_program_asks_stays_a_restart_and_what_a_person_asks_becomes_a_start(
    verb: Verb, keep: bool, by_monitor: bool, cause: Reason | None
) -> None:
    """So a timer cannot start a crashing bot past the day's limit, and a person always can."""
    crashed = replace(IN_PHASE[CLEARING], wish=Wish(Want.AS_IS))
    assert asked(crashed, verb, keep, by_monitor).life.cause is cause


def test_a_wish_leaves_no_detail_of_a_failed_launch() -> None:
    """Whether it is for the bot to come or to stay away."""
    failed = replace(IN_PHASE[ABSENT], life=replace(IN_PHASE[ABSENT].life, detail="gone"))
    assert asked(failed, Verb.START).life.detail is None
    assert asked(failed, Verb.STOP).life.detail is None


TIRED = replace(IN_PHASE[ABSENT], tally=Tally(4, (1.0,), 3, 950.0, Reason.GAVE_UP, (Reason.GAVE_UP,)))


@pytest.mark.parametrize(
    ("fact", "deaths", "due", "told"),
    [
        (Asked(Verb.START), 0, None, ()),
        (Asked(Verb.STOP), 0, None, ()),
        (Asked(Verb.RESTART), 0, None, ()),
        (Asked(Verb.ENSURE), 4, None, (Reason.GAVE_UP,)),
        (Asked(Verb.START, True, by_monitor=True), 4, 950.0, (Reason.GAVE_UP,)),
    ],
)
def test_a_persons_word_forgets_the_past_and_a_programs_does_not(
    fact: Fact, deaths: int, due: float | None, told: tuple[Reason, ...]
) -> None:
    """A monitor changes nothing, ``ensure`` only skips the pause; the day's restarts stay in any case."""
    tally = take_in(TIRED, fact, SPEC, NOW).tally
    assert (tally.deaths, tally.next_start_at, tally.told) == (deaths, due, told)
    assert tally.restarts == (1.0,)


# -- code and memory

SPENT = Tally(restarts=(NOW - 1.0,) * SPEC.restarts_per_day)


@pytest.mark.parametrize("fact", [CodeChanged(), MemoryExceeded(9)])
@pytest.mark.parametrize(
    ("before", "replaced"),
    [
        (PROBED, True),
        (replace(PROBED, wish=Wish(Want.ONCE)), False),
        (replace(PROBED, wish=Wish(Want.AS_IS)), False),
        (replace(PROBED, tally=SPENT), False),
        (IN_PHASE[LAUNCHING], False),
        (IN_PHASE[CLEARING], False),
    ],
)
def test_only_a_living_bot_that_can_be_brought_back_today_is_replaced(
    fact: Fact, before: Status, replaced: bool
) -> None:
    """Taking down one that stays down would help nobody."""
    assert (take_in(before, fact, RESTARTS, NOW).wish.again is not None) is replaced


def test_new_code_ends_the_wait_of_a_bot_that_was_given_up() -> None:
    """Whatever ``on_change`` says: nothing that runs is disturbed."""
    assert take_in(TIRED, CodeChanged(), SPEC, NOW).tally.next_start_at is None
    assert take_in(TIRED, CodeChanged(), RESTARTS, NOW).tally.deaths == 4


@pytest.mark.parametrize("waiting", [Reason.WAITING_BACKOFF, Reason.DAILY_LIMIT])
def test_new_code_ends_no_other_wait(waiting: Reason) -> None:
    """A short pause is over soon, and the day's limit protects the bot's account."""
    status = replace(TIRED, tally=replace(TIRED.tally, waiting=waiting))
    assert take_in(status, CodeChanged(), RESTARTS, NOW) == status


def test_new_code_is_nothing_to_a_bot_that_was_given_up_and_is_not_wanted_any_more() -> None:
    """Stop is stop."""
    status = replace(TIRED, wish=Wish(Want.DOWN))
    assert take_in(status, CodeChanged(), SPEC, NOW) == status


def test_settings_that_allow_more_restarts_a_day_free_the_bot_that_waits_for_tomorrow() -> None:
    """And those that do not leave it waiting, without a second word about it."""
    one_a_day = SPEC._replace(restarts_per_day=1)
    used_up = Tally(deaths=1, restarts=(NOW - 10.0,))
    down = replace(
        IN_PHASE[ABSENT], wish=Wish(Want.UP), life=Life(since=NOW, cause=Reason.CRASHED), tally=used_up
    )
    held, _ = decide(down, TimeCame(), one_a_day, NOW)
    assert held.tally.waiting is Reason.DAILY_LIMIT
    _, orders = decide(held, SettingsChanged(), SPEC._replace(restarts_per_day=2), NOW + 1.0)
    assert Launch(Reason.CRASHED, again=True) in orders
    again, orders = decide(held, SettingsChanged(), one_a_day, NOW + 1.0)
    assert (again.tally, [type(order) for order in orders]) == (held.tally, [WakeAt])
