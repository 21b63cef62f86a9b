"""What each fact changes by itself: a table of phases and facts. A pair that is not in it changes nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import pytest

from tests.core.statuses import DEAD_ONCE, IN_PHASE, PID, PROBED, SPEC, Change, after, changes
from vigie.core.facts import (
    Adopted,
    Asked,
    ClockJumped,
    CodeChanged,
    Exited,
    Fact,
    HourCame,
    Launched,
    LaunchFailed,
    MemoryExceeded,
    NetworkReturned,
    ProbeFailed,
    ProbeImpossible,
    ProbePassed,
    SettingsChanged,
    Shipped,
    SwitchedBack,
    TimeCame,
    TreeGone,
    Verb,
)
from vigie.core.reasons import Reason
from vigie.core.states import Health, Life, Phase, Proof, Status, Tally, Trial, Verdict, Want, Wish
from vigie.core.take_in import take_in

NOW = 40.0
ABSENT, LAUNCHING, ALIVE = Phase.ABSENT, Phase.LAUNCHING, Phase.ALIVE
STOPPING, KILLING, CLEARING = Phase.STOPPING, Phase.KILLING, Phase.CLEARING

BORN: Change = {
    "life.phase": ALIVE,
    "life.since": NOW,
    "life.pid": 500,
    "life.launched_at": NOW,
    "health.next_at": NOW,
}
NOT_LAUNCHED: Change = {
    "life.phase": ABSENT,
    "life.since": NOW,
    "life.detail": "gone",
    "tally.deaths": 1,
}
ENDED: Change = {
    "life.phase": CLEARING,
    "life.since": NOW,
    "life.exit_code": 3,
    "health": Health(last_number=1, next_at=NOW),
}
GONE: Change = {
    "life.phase": ABSENT,
    "life.since": NOW,
    "life.pid": None,
    "life.step": 0,
    "health.next_at": NOW,
}
SOON = NOW + SPEC.confirm_interval
FORGIVEN: Change = {"tally.deaths": 0, "tally.next_start_at": None, "tally.waiting": None}

TABLE: dict[tuple[Phase, Fact], Change] = {
    (LAUNCHING, Launched(500)): BORN,
    (LAUNCHING, LaunchFailed("gone")): {**NOT_LAUNCHED, "life.cause": Reason.LAUNCH_FAILED},
    (LAUNCHING, LaunchFailed("gone", refused=True)): {
        **NOT_LAUNCHED,
        "life.cause": Reason.LAUNCH_REFUSED,
        "tally.deaths": 0,
        "tally.next_start_at": NOW + SPEC.backoff_initial,
        "tally.refusals": 1,
        "tally.waiting": Reason.LAUNCH_REFUSED,
    },
    (ABSENT, Adopted(500, 35.0)): {
        **BORN,
        "life.launched_at": 35.0,
        "life.cause": Reason.ADOPTED,
        "life.exit_code": None,
        "tally.next_start_at": None,
        "tally.waiting": None,
    },
    (ABSENT, Adopted(500, -100.0)): {
        **BORN,
        "life.launched_at": -100.0,
        "life.cause": Reason.ADOPTED,
        "life.exit_code": None,
        "health.verdict": Verdict.DOUBTED,
        "tally.next_start_at": None,
        "tally.waiting": None,
    },
    (ABSENT, Adopted(500, 999.0)): {
        **BORN,
        "life.cause": Reason.ADOPTED,
        "life.exit_code": None,
        "tally.next_start_at": None,
        "tally.waiting": None,
    },
    (LAUNCHING, Adopted(500, 35.0)): {**BORN, "life.launched_at": 35.0, "life.cause": Reason.ADOPTED},
    (LAUNCHING, Adopted(500, -100.0)): {
        **BORN,
        "life.launched_at": -100.0,
        "life.cause": Reason.ADOPTED,
        "health.verdict": Verdict.DOUBTED,
    },
    (LAUNCHING, Adopted(500, 999.0)): {**BORN, "life.cause": Reason.ADOPTED},
    (ALIVE, Exited(PID, 3)): {
        **ENDED,
        "health": Health(last_number=2, next_at=NOW),
        "life.cause": Reason.CRASHED,
        "tally.deaths": 1,
    },
    (STOPPING, Exited(PID, 3)): ENDED,
    (KILLING, Exited(PID, 3)): ENDED,
    (ALIVE, Exited(PID, signal=9)): {
        **ENDED,
        "health": Health(last_number=2, next_at=NOW),
        "life.cause": Reason.CRASHED,
        "life.exit_code": None,
        "life.exit_signal": 9,
        "tally.deaths": 1,
    },
    (STOPPING, Exited(PID, signal=9)): {**ENDED, "life.exit_code": None, "life.exit_signal": 9},
    (KILLING, Exited(PID, signal=9)): {**ENDED, "life.exit_code": None, "life.exit_signal": 9},
    (KILLING, TreeGone()): GONE,
    (CLEARING, TreeGone()): GONE,
    (ALIVE, ProbePassed(2)): {"health.asked": None, "health.next_at": NOW + 30.0},
    (ALIVE, ProbeFailed(2, "reset")): {
        "health.asked": None,
        "health.verdict": Verdict.DOUBTED,
        "health.failures": 1,
        "health.why": "reset",
        "health.next_at": SOON,
    },
    (ALIVE, ProbeImpossible(2, "no-descriptor")): {
        "health.asked": None,
        "health.next_at": SOON,
        "health.blind": True,
    },
    (ALIVE, MemoryExceeded(9)): {"wish.again": Reason.MEMORY_EXCEEDED},
    # asking
    (ABSENT, Asked(Verb.START, keep=True)): {**FORGIVEN, "life.cause": None},
    (CLEARING, Asked(Verb.START, keep=True)): {**FORGIVEN, "life.cause": None},
    (STOPPING, Asked(Verb.START, keep=True)): {
        "wish": Wish(Want.UP, Reason.ASKED_START),
        "life.cause": None,
    },
    (KILLING, Asked(Verb.START, keep=True)): {"wish": Wish(Want.UP, Reason.ASKED_START), "life.cause": None},
    (ABSENT, Asked(Verb.START)): {**FORGIVEN, "life.cause": None},
    (CLEARING, Asked(Verb.START)): {**FORGIVEN, "life.cause": None},
    (STOPPING, Asked(Verb.START)): {"wish": Wish(Want.ONCE, Reason.ASKED_START), "life.cause": None},
    (KILLING, Asked(Verb.START)): {"wish": Wish(Want.ONCE, Reason.ASKED_START), "life.cause": None},
    (ABSENT, Asked(Verb.STOP)): {
        **FORGIVEN,
        "wish": Wish(Want.DOWN, Reason.ASKED_STOP),
        "life.cause": Reason.ASKED_STOP,
    },
    (LAUNCHING, Asked(Verb.STOP)): {"wish": Wish(Want.DOWN, Reason.ASKED_STOP)},
    (ALIVE, Asked(Verb.STOP)): {"wish": Wish(Want.DOWN, Reason.ASKED_STOP)},
    (CLEARING, Asked(Verb.STOP)): {
        **FORGIVEN,
        "wish": Wish(Want.DOWN, Reason.ASKED_STOP),
        "life.cause": Reason.ASKED_STOP,
    },
    (ABSENT, Asked(Verb.RESTART)): {
        **FORGIVEN,
        "wish.reason": Reason.ASKED_RESTART,
        "life.cause": Reason.ASKED_RESTART,
    },
    (LAUNCHING, Asked(Verb.RESTART)): {
        "wish.reason": Reason.ASKED_RESTART,
        "wish.again": Reason.ASKED_RESTART,
    },
    (ALIVE, Asked(Verb.RESTART)): {"wish.reason": Reason.ASKED_RESTART, "wish.again": Reason.ASKED_RESTART},
    (STOPPING, Asked(Verb.RESTART)): {
        "wish": Wish(Want.ONCE, Reason.ASKED_RESTART),
        "life.cause": Reason.ASKED_RESTART,
    },
    (KILLING, Asked(Verb.RESTART)): {
        "wish": Wish(Want.ONCE, Reason.ASKED_RESTART),
        "life.cause": Reason.ASKED_RESTART,
    },
    (CLEARING, Asked(Verb.RESTART)): {
        **FORGIVEN,
        "wish.reason": Reason.ASKED_RESTART,
        "life.cause": Reason.ASKED_RESTART,
    },
    (ABSENT, Asked(Verb.ENSURE)): {
        "wish.reason": Reason.ASKED_ENSURE,
        "tally.next_start_at": None,
        "tally.waiting": None,
    },
    (LAUNCHING, Asked(Verb.ENSURE)): {"wish.reason": Reason.ASKED_ENSURE, "wish.cure": True},
    (ALIVE, Asked(Verb.ENSURE)): {"wish.reason": Reason.ASKED_ENSURE, "wish.cure": True},
    (STOPPING, Asked(Verb.ENSURE)): {"wish": Wish(Want.ONCE, Reason.ASKED_ENSURE), "life.cause": None},
    (KILLING, Asked(Verb.ENSURE)): {"wish": Wish(Want.ONCE, Reason.ASKED_ENSURE), "life.cause": None},
    (CLEARING, Asked(Verb.ENSURE)): {"wish.reason": Reason.ASKED_ENSURE},
    (ABSENT, Asked(Verb.ENSURE, keep=True)): {
        "wish.reason": Reason.ASKED_ENSURE,
        "tally.next_start_at": None,
        "tally.waiting": None,
    },
    (LAUNCHING, Asked(Verb.ENSURE, keep=True)): {"wish.reason": Reason.ASKED_ENSURE, "wish.cure": True},
    (ALIVE, Asked(Verb.ENSURE, keep=True)): {"wish.reason": Reason.ASKED_ENSURE, "wish.cure": True},
    (STOPPING, Asked(Verb.ENSURE, keep=True)): {"wish": Wish(Want.UP, Reason.ASKED_ENSURE)},
    (KILLING, Asked(Verb.ENSURE, keep=True)): {"wish": Wish(Want.UP, Reason.ASKED_ENSURE)},
    (CLEARING, Asked(Verb.ENSURE, keep=True)): {"wish.reason": Reason.ASKED_ENSURE},
    (ABSENT, Asked(Verb.START, True, by_monitor=True)): {"wish.reason": Reason.MONITOR_STARTED},
    (LAUNCHING, Asked(Verb.START, True, by_monitor=True)): {"wish.reason": Reason.MONITOR_STARTED},
    (ALIVE, Asked(Verb.START, True, by_monitor=True)): {"wish.reason": Reason.MONITOR_STARTED},
    (STOPPING, Asked(Verb.START, True, by_monitor=True)): {"wish": Wish(Want.UP, Reason.MONITOR_STARTED)},
    (KILLING, Asked(Verb.START, True, by_monitor=True)): {"wish": Wish(Want.UP, Reason.MONITOR_STARTED)},
    (CLEARING, Asked(Verb.START, True, by_monitor=True)): {"wish.reason": Reason.MONITOR_STARTED},
}

EVERYWHERE: dict[Fact, Change] = {
    Shipped("new", way_back=True): {"trial": Trial(Proof.AWAITING, "new", way_back=True, since=NOW)}
}
"""Facts that mean the same in every phase."""

NOWHERE: tuple[Fact, ...] = (
    TimeCame(),
    CodeChanged(),
    SettingsChanged(),
    NetworkReturned(),
    HourCame(),
    SwitchedBack(),
    Exited(PID + 7, 3),
    ProbePassed(1),
)
"""Facts that change none of these statuses by themselves."""

FACTS = sorted({fact for _, fact in TABLE} | {*EVERYWHERE, *NOWHERE}, key=repr)
PAIRS = [(phase, fact) for fact in FACTS for phase in Phase]


def flat(expected: Change, before: Status) -> Change:
    """Return the expected change with whole machines spelled out."""
    whole = {name: value for name, value in expected.items() if "." not in name}
    found = {name: value for name, value in expected.items() if "." in name}
    return found | changes(before, replace(before, **whole))


@pytest.mark.parametrize(("phase", "fact"), PAIRS, ids=[f"{phase.value}-{fact}" for phase, fact in PAIRS])
def test_the_table(phase: Phase, fact: Fact) -> None:
    """A fact changes what the table says, and nothing at all where it does not fit."""
    before = IN_PHASE[phase]
    expected = flat(TABLE.get((phase, fact), EVERYWHERE.get(fact, {})), before)
    told_apart = {name: value for name, value in expected.items() if value != look_up(before, name)}
    assert changes(before, take_in(before, fact, SPEC, NOW)) == told_apart


def look_up(status: Status, name: str) -> object:
    """Return the value behind a dotted name."""
    found: object = status
    for part in name.split("."):
        found = getattr(found, part)
    return found


def test_every_kind_of_fact_is_in_the_table() -> None:
    """Whoever adds a fact says here what it does in each phase."""
    assert {type(fact) for fact in FACTS} | {ClockJumped} == set(get_args(Fact))


# -- what a single status for each phase cannot show


def test_a_launch_that_had_a_cause_counts_as_a_restart() -> None:
    """The first start has none; everything after a death or a restart has."""
    status = after(DEAD_ONCE)
    assert take_in(status, Launched(7), SPEC, NOW).tally.restart_count == 1
    assert take_in(status, Adopted(7, NOW), SPEC, NOW).tally.restart_count == 1
    assert take_in(IN_PHASE[ABSENT], Adopted(7, NOW), SPEC, NOW).tally.restart_count == 1
    assert take_in(IN_PHASE[LAUNCHING], Launched(7), SPEC, NOW).tally.restart_count == 0


@pytest.mark.parametrize(("age", "verdict"), [(59.9, Verdict.NEW), (60.0, Verdict.DOUBTED)])
def test_a_copy_that_is_found_is_old_once_its_grace_would_be_over(age: float, verdict: Verdict) -> None:
    """Then it is judged by its failures, not by a grace that has passed."""
    found = take_in(IN_PHASE[ABSENT], Adopted(7, NOW - age), SPEC, NOW)
    assert found.health.verdict is verdict


def test_a_new_process_owes_nothing_to_the_one_before() -> None:
    """Its exit, its failures and the promise of a cure are gone."""
    status = after(DEAD_ONCE)
    status = replace(status, wish=replace(status.wish, cure=True), life=replace(status.life, step=1))
    born = take_in(status, Launched(7), SPEC, NOW)
    assert born.life == Life(ALIVE, NOW, 7, NOW, cause=Reason.CRASHED)
    assert not born.wish.cure


def test_a_failed_launch_leaves_no_copy_to_replace() -> None:
    """A restart asked for meanwhile would otherwise end the copy that comes of the next try."""
    status = replace(IN_PHASE[LAUNCHING], wish=Wish(Want.UP, again=Reason.ASKED_RESTART))
    assert take_in(status, LaunchFailed("gone"), SPEC, NOW).wish.again is None


def test_the_exit_is_counted_once_when_it_is_seen() -> None:
    """Not again when what it left behind is gone."""
    counted = take_in(PROBED, Exited(PID, 1, luck=0.9), SPEC, NOW)
    assert (counted.tally.deaths, counted.tally.luck) == (1, 0.9)
    assert take_in(counted, TreeGone(), SPEC, NOW).tally.deaths == 1


HUNG = replace(
    IN_PHASE[KILLING],
    wish=Wish(Want.UP),
    life=replace(IN_PHASE[KILLING].life, cause=Reason.HUNG),
    tally=Tally(deaths=1, luck=1.0),
)


def test_a_death_without_an_exit_is_counted_when_the_tree_is_gone() -> None:
    """With the luck of the death before."""
    gone = take_in(HUNG, TreeGone(), SPEC, NOW)
    assert gone.tally.deaths == 2
    assert gone.tally.next_start_at == pytest.approx(NOW + 1.2)


def test_a_death_that_was_asked_for_is_none() -> None:
    """Neither with an exit nor without."""
    asked = replace(HUNG, life=replace(HUNG.life, cause=Reason.ASKED_RESTART))
    assert take_in(asked, TreeGone(), SPEC, NOW).tally.deaths == 1
    assert take_in(asked, Exited(PID, 0), SPEC, NOW).tally.deaths == 1


def test_a_death_is_counted_only_where_somebody_stays() -> None:
    """Nobody else would have any use for the pause."""
    once = replace(PROBED, wish=Wish(Want.ONCE))
    assert take_in(once, Exited(PID, 1), SPEC, NOW).tally == once.tally


def test_what_could_not_be_killed_may_be_told_again_of_the_next_process() -> None:
    """The tree is gone, the matter closed."""
    status = replace(HUNG, tally=Tally(told=(Reason.GAVE_UP, Reason.LEFTOVERS)))
    assert take_in(status, TreeGone(), SPEC, NOW).tally.told == (Reason.GAVE_UP,)


def test_being_ill_has_a_cause_from_the_moment_of_the_verdict() -> None:
    """Why it was launched is history then."""
    doubted = replace(PROBED.health, verdict=Verdict.DOUBTED, failures=2)
    status = replace(PROBED, health=doubted, life=replace(PROBED.life, cause=Reason.NEVER_READY))
    ill = take_in(status, ProbeFailed(2, "reset"), SPEC, NOW)
    assert (ill.health.verdict, ill.life.cause) == (Verdict.ILL, Reason.HUNG)


def test_staying_ill_does_not_change_the_cause() -> None:
    """A bot that was never ready does not become one that hangs by failing again."""
    status = replace(
        PROBED,
        health=replace(PROBED.health, verdict=Verdict.ILL),
        life=replace(PROBED.life, cause=Reason.NEVER_READY),
    )
    assert take_in(status, ProbeFailed(2, "reset"), SPEC, NOW).life.cause is Reason.NEVER_READY


def test_a_good_answer_settles_what_ensure_promised() -> None:
    """It is online: there is nothing to cure."""
    status = replace(PROBED, wish=Wish(Want.ONCE, cure=True))
    assert not take_in(status, ProbePassed(2), SPEC, NOW).wish.cure


PROVING = Trial(Proof.PROVING, "new", well_since=30.0, well_at=30.0)


@pytest.mark.parametrize(
    ("prove", "next_at"),
    [(10.0, NOW + 30.0), (10.5, 40.5), (30.0, 60.0), (40.0, NOW + 30.0), (50.0, NOW + 30.0)],
)
def test_a_release_on_trial_is_asked_at_the_end_of_its_window(prove: float, next_at: float) -> None:
    """Unless the next look comes first, or this answer was the last one needed."""
    status = take_in(replace(PROBED, trial=PROVING), ProbePassed(2), SPEC._replace(prove=prove), NOW)
    assert status.health.next_at == next_at
    assert status.trial.well_at == NOW


@pytest.mark.parametrize("fact", [ProbeFailed(2, "reset"), Adopted(7, NOW)])
def test_a_bad_answer_or_another_process_closes_the_window(fact: Fact) -> None:
    """A release must keep well in one process, without a break."""
    before = IN_PHASE[ABSENT] if isinstance(fact, Adopted) else PROBED
    status = take_in(replace(before, trial=PROVING), fact, SPEC, NOW)
    assert (status.trial.proof, status.trial.well_since) == (Proof.PROVING, None)


def test_the_way_back_ends() -> None:
    """Launching is free again."""
    status = replace(IN_PHASE[ABSENT], trial=Trial(Proof.SWITCHING, "new"))
    assert take_in(status, SwitchedBack(), SPEC, NOW).trial == Trial()


@pytest.mark.parametrize(
    ("phase", "fact"), [(LAUNCHING, Launched(7, luck=0.9)), (ABSENT, Adopted(7, NOW, luck=0.9))]
)
def test_a_process_has_the_luck_it_was_born_with(phase: Phase, fact: Fact) -> None:
    """It decides how early its age is over."""
    assert take_in(IN_PHASE[phase], fact, SPEC, NOW).life.luck == 0.9


def test_a_bot_that_left_for_good_is_wanted_by_nobody_and_said_why() -> None:
    """Nothing is undone that a person may do: the wish is as if nothing had been said."""
    kept = replace(PROBED, wish=Wish(Want.UP))
    left = take_in(kept, Exited(PID, 78), SPEC, NOW)
    assert left.wish == Wish(Want.AS_IS, Reason.NOT_RESTARTED)
    assert left.life.cause is Reason.STAYS_DOWN


def test_the_end_of_a_trial_that_falls_together_with_a_routine_look_asks_once() -> None:
    """Nothing is moved that is already where it should be."""
    spec = SPEC._replace(prove=40.0)
    status = take_in(replace(PROBED, trial=PROVING), ProbePassed(2), spec, NOW)
    assert status.health.next_at == NOW + spec.check_interval
