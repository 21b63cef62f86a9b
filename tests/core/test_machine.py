"""How a decision is made: what is settled, in which order it is said, and what a moment is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.core.statuses import (
    CLEARING,
    IN_PHASE,
    KILLING,
    ONLINE,
    PID,
    PROBED,
    SPEC,
    START,
    STARTING,
    STOP,
    after,
)
from vigie.core.facts import (
    Asked,
    CodeChanged,
    Exited,
    Launched,
    LaunchFailed,
    ProbeFailed,
    ProbePassed,
    Shipped,
    TimeCame,
    TreeGone,
    Verb,
)
from vigie.core.machine import AUTOMATIC, decide
from vigie.core.orders import AskToStop, KeepEvidence, KillTree, Launch, Probe, Record, Tell, WakeAt
from vigie.core.reasons import Reason
from vigie.core.spec import Spec
from vigie.core.states import Phase, Proof, Status, Tally, Trial, Verdict, Want, Wish
from vigie.core.take_in import DEATHS

JUMPY = SPEC._replace(confirm_failures=1)


def test_orders_come_in_the_order_in_which_they_are_to_be_carried_out() -> None:
    """What is known is kept before the bot is asked to go; the record follows, the alarm is last."""
    _, orders = decide(PROBED, ProbeFailed(2, "reset"), JUMPY, 36.0)
    assert orders == (
        KeepEvidence(Reason.HUNG),
        AskToStop(Reason.HUNG, 0),
        Record("online", "stopping", Reason.HUNG),
        WakeAt(41.0, Reason.STOP_TIMEOUT),
    )


def test_a_decision_that_changes_no_word_has_no_record() -> None:
    """And one without anything to wait for has no alarm."""
    assert decide(Status(), TimeCame(), SPEC, 5.0)[1] == ()
    _, orders = decide(PROBED, ProbePassed(2), SPEC, 36.0)
    assert orders == (WakeAt(66.0, Reason.ROUTINE),)


def test_a_moment_before_one_already_seen_counts_as_that_one() -> None:
    """The latest moment is remembered, whatever the fact."""
    status, orders = decide(PROBED, ProbePassed(2), SPEC, -1e6)
    assert status.seen == PROBED.seen == 31.0
    assert orders == (WakeAt(61.0, Reason.ROUTINE),)
    assert decide(status, TimeCame(), SPEC, 50.0)[0].seen == 50.0


def test_a_status_that_was_read_back_settles_like_one_that_was_never_interrupted() -> None:
    """Rules look at the status alone: whatever fact comes first finds what is due."""
    due = replace(after(ONLINE), seen=0.0)
    for fact in (TimeCame(), CodeChanged(), Exited(7)):
        status, orders = decide(due, fact, SPEC, 31.0)
        assert orders == (Probe(2, Reason.ROUTINE), WakeAt(41.0, Reason.ROUTINE))
        assert status.health.asked == 2


def test_a_late_alarm_finds_everything_that_is_due() -> None:
    """The pause is over and the restart is launched, however late we are."""
    status, orders = decide(IN_PHASE[Phase.ABSENT], TimeCame(), SPEC, 1e6)
    assert orders == (Launch(Reason.CRASHED, again=True), Record("backoff", "starting", Reason.CRASHED))
    assert status.tally.restarts == (1e6,)


def test_the_clearing_is_ordered_once() -> None:
    """Facts that come while it is under way do not order it again."""
    status = after(CLEARING)
    for fact in (TimeCame(), START, CodeChanged()):
        status, orders = decide(status, fact, SPEC, 6.0)
        assert KillTree(Reason.LEFTOVERS) not in orders


def test_after_the_kill_what_is_left_is_cleared_as_well() -> None:
    """The process has ended; what descended from it may have outlived it."""
    _, orders = decide(after(KILLING), Exited(PID, None, 9), SPEC, 15.1)
    assert KillTree(Reason.LEFTOVERS) in orders


@pytest.mark.parametrize(("later", "killed"), [(4.9, False), (5.0, True), (60.0, True)])
def test_a_tree_is_killed_again_after_five_seconds(later: float, killed: bool) -> None:
    """Not before, and once however late we are."""
    status, orders = decide(after(KILLING), TimeCame(), SPEC, 15.0 + later)
    assert orders.count(KillTree(Reason.LEFTOVERS)) == killed
    assert (Tell(Reason.LEFTOVERS) in orders) == killed
    if killed:
        assert status.life.since == 15.0 + later


def test_a_process_just_launched_is_asked_at_once() -> None:
    """The first answer must not wait for a first interval."""
    _, orders = decide(IN_PHASE[Phase.LAUNCHING], Launched(7), SPEC, 1.0)
    assert orders == (Probe(1, Reason.STARTING), WakeAt(11.0, Reason.STARTING))


def test_a_question_is_not_put_while_another_is_under_way() -> None:
    """Nor to a bot that has to go."""
    assert not [order for order in decide(PROBED, TimeCame(), SPEC, 40.0)[1] if isinstance(order, Probe)]
    stopping = after((*ONLINE, (31.0, STOP)))
    assert not [order for order in decide(stopping, TimeCame(), SPEC, 32.0)[1] if isinstance(order, Probe)]


def test_a_verdict_counts_only_while_we_see() -> None:
    """A bot that was ill when we last saw it is asked once more before it is ended."""
    ill = replace(PROBED.health, verdict=Verdict.ILL, asked=None, next_at=33.0, blind=True)
    status = replace(PROBED, health=ill, life=replace(PROBED.life, cause=Reason.HUNG))
    status, orders = decide(status, TimeCame(), SPEC, 33.0)
    assert orders == (Probe(3, Reason.CONFIRMING), WakeAt(43.0, Reason.CONFIRMING))
    _, orders = decide(status, ProbeFailed(3, "reset"), SPEC, 38.0)
    assert AskToStop(Reason.HUNG, 0) in orders


def test_an_illness_that_lost_its_cause_is_a_hang() -> None:
    """A status that was read back may have lost it."""
    status = replace(PROBED, health=replace(PROBED.health, verdict=Verdict.ILL))
    assert AskToStop(Reason.HUNG, 0) in decide(status, TimeCame(), SPEC, 32.0)[1]


def test_a_firmer_request_has_a_reason_even_when_the_first_has_lost_its_own() -> None:
    """A person who changed their mind wiped it out."""
    status = after((*ONLINE, (5.0, STOP), (6.0, START)))
    assert AskToStop(Reason.ASKED_STOP, 1) in decide(status, TimeCame(), SPEC, 10.0)[1]


@pytest.mark.parametrize("reason", AUTOMATIC)
def test_what_nobody_asked_for_counts_against_the_day(reason: Reason) -> None:
    """Whatever the cause: the limit holds against all of them."""
    status = Status(wish=Wish(Want.UP), life=replace(Status().life, cause=reason))
    launched, orders = decide(status, TimeCame(), SPEC, 5.0)
    assert launched.tally.restarts == (5.0,)
    assert Launch(reason, again=True) in orders
    spent = replace(status, tally=Tally(restarts=(1.0,) * SPEC.restarts_per_day))
    held, orders = decide(spent, TimeCame(), SPEC, 5.0)
    assert held.tally.waiting is Reason.DAILY_LIMIT
    assert Tell(Reason.DAILY_LIMIT) in orders


@pytest.mark.parametrize("reason", [reason for reason in Reason if reason not in AUTOMATIC])
def test_what_a_person_asked_for_does_not(reason: Reason) -> None:
    """Nor does a first start."""
    status = Status(wish=Wish(Want.UP), life=replace(Status().life, cause=reason))
    assert decide(status, TimeCame(), SPEC, 5.0)[0].tally.restarts == ()


def test_every_death_is_automatic() -> None:
    """A death that did not count against the day could be repeated without end."""
    assert set(DEATHS) < set(AUTOMATIC)


def test_the_days_limit_does_not_hold_a_command_that_was_asked_once() -> None:
    """Somebody sits in front of it and waits."""
    trial = Trial(Proof.SWITCHING, "new", since=0.0)
    spent = Tally(restarts=(1.0,) * SPEC.restarts_per_day)
    life = replace(Status().life, cause=Reason.TRIAL_FAILED)
    status = Status(wish=Wish(Want.ONCE), life=life, trial=trial, tally=spent)
    launched, orders = decide(status, TimeCame(), SPEC, 120.0)
    assert Launch(Reason.TRIAL_FAILED, again=True) in orders
    assert launched.tally == spent


def test_the_limit_of_a_pause_is_kept_before_the_limit_of_the_day() -> None:
    """While a pause runs, the day has nothing to say yet."""
    waiting = Tally(next_start_at=9.0, waiting=Reason.GAVE_UP, told=(Reason.GAVE_UP,))
    tally = replace(waiting, restarts=(1.0,) * SPEC.restarts_per_day)
    status = Status(wish=Wish(Want.UP), life=replace(Status().life, cause=Reason.CRASHED), tally=tally)
    assert decide(status, TimeCame(), SPEC, 8.0)[0].tally == tally
    assert decide(status, TimeCame(), SPEC, 9.0)[0].tally.waiting is Reason.DAILY_LIMIT


def test_what_was_promised_to_an_ill_bot_is_not_promised_when_it_is_held() -> None:
    """Whoever waits for ``ensure`` must not wait until tomorrow."""
    none_left = JUMPY._replace(restarts_per_day=0)
    held = after((*ONLINE, (31.0, TimeCame()), (31.0, ProbeFailed(2, "reset"))), none_left)
    assert held.life.phase is Phase.ALIVE
    status, orders = decide(held, Asked(Verb.ENSURE, keep=True), none_left, 32.0)
    assert not status.wish.cure
    assert orders == (WakeAt(33.0, Reason.CONFIRMING),)


def test_a_young_process_is_not_ended_a_moment_before_its_grace_is_over() -> None:
    """The limit belongs to it."""
    spec = SPEC._replace(start_grace=3.0)
    assert decide(after(STARTING, spec), TimeCame(), spec, 2.999)[0].life.phase is Phase.ALIVE
    assert decide(after(STARTING, spec), TimeCame(), spec, 3.0)[0].life.phase is Phase.STOPPING


def test_a_way_back_is_promised_only_to_what_lives_and_to_whom_nobody_stays() -> None:
    """Elsewhere the ordinary rules bring the bot back, or there is nothing left to end."""
    steps = (*ONLINE, (2.0, Shipped("new", way_back=True)), (3.0, Exited(PID, 1)), (3.0, TreeGone()))
    kept = after((*steps, (3.0, Launched(7)), (4.0, Exited(7, 1))))
    assert kept.trial.proof is Proof.SWITCHING
    assert not kept.wish.cure


def test_everything_at_once_is_settled_in_one_decision() -> None:
    """Stop without patience, and the end of a trial: one fact, all that follows from it."""
    spec = SPEC._replace(stop_timeout=0.0, confirm_failures=1)
    proving = replace(PROBED, trial=Trial(Proof.PROVING, "new", way_back=False))
    status, orders = decide(proving, ProbeFailed(2, "reset"), spec, 36.0)
    assert [type(order) for order in orders] == [
        Tell,
        KeepEvidence,
        AskToStop,
        AskToStop,
        KillTree,
        Record,
        WakeAt,
    ]
    assert status.life.phase is Phase.KILLING


# what a single decision leaves behind


def at_rest(spec: Spec = SPEC) -> Status:
    """A bot that lives, kept up."""
    status, _ = decide(Status(), Asked(Verb.START, keep=True), spec, 0.0)
    return decide(status, Launched(7), spec, 0.0)[0]


def test_a_start_that_was_refused_is_not_one_of_the_days() -> None:
    """With one restart a day: the crash's launch is refused, and tried again a second later all the same."""
    one = SPEC._replace(restarts_per_day=1)
    status, _ = decide(at_rest(one), Exited(7, 1), one, 10.0)
    status, orders = decide(status, TreeGone(), one, 10.5)
    assert Launch(Reason.CRASHED, again=True) in orders
    assert status.tally.restarts == (10.5,)
    status, _ = decide(status, LaunchFailed("engine.port-taken", refused=True), one, 10.6)
    assert status.tally.restarts == ()
    _, orders = decide(status, TimeCame(), one, 11.6)
    assert Launch(Reason.LAUNCH_REFUSED, again=True) in orders


def test_a_start_after_a_stop_owes_the_stop_nothing() -> None:
    """Neither why it went nor what an earlier launch stumbled over is said of the new process."""
    status, _ = decide(at_rest(), Asked(Verb.STOP), SPEC, 10.0)
    status, _ = decide(status, Exited(7, 0), SPEC, 11.0)
    status, _ = decide(status, TreeGone(), SPEC, 11.0)
    status, orders = decide(status, Asked(Verb.START, keep=True, by_monitor=True), SPEC, 20.0)
    assert (status.life.phase, status.life.since, status.life.cause) == (Phase.LAUNCHING, 20.0, None)
    assert Launch(Reason.MONITOR_STARTED) in orders
    assert decide(status, Launched(8), SPEC, 20.0)[0].tally.restart_count == 0
    failed, _ = decide(status, LaunchFailed("engine.not-found"), SPEC, 20.0)
    assert failed.life.detail is None, "the next try begins at once, and has not stumbled yet"


def test_what_was_wanted_once_leaves_no_wish_behind() -> None:
    """A bot that ends before its command is done is looked at from then on, no more."""
    status, _ = decide(Status(), Asked(Verb.ENSURE), SPEC, 0.0)
    status, _ = decide(status, Asked(Verb.RESTART), SPEC, 0.0)
    status, _ = decide(status, LaunchFailed("engine.not-found"), SPEC, 0.0)
    assert status.wish.want is Want.AS_IS
    assert (status.wish.again, status.wish.cure) == (None, False)


def test_the_days_limit_holds_back_only_what_comes_by_itself() -> None:
    """A cure that a person asked for is given to an ill bot on any day."""
    ill = replace(PROBED.health, verdict=Verdict.ILL, online_since=None, next_at=99.0)
    spent = Tally(restarts=(30.0,))
    status = replace(PROBED, wish=Wish(Want.ONCE, Reason.ASKED_ENSURE, cure=True), health=ill, tally=spent)
    _, orders = decide(status, TimeCame(), SPEC._replace(restarts_per_day=1), 40.0)
    assert AskToStop(Reason.HUNG, 0) in orders
