"""The laws have teeth: each of these small faults in the core is caught by generated stories.

A law that cannot fail proves nothing. Every fault is put in by replacing one rule or one function, as a slip
of the hand would, and must break a law within a bounded number of stories.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from tests.core.drawn import SPECS, STORIES
from tests.core.episodes import Story, play
from tests.core.laws import LawBroken
from vigie.core import crash_loop, due, machine, take_in, thresholds, trial
from vigie.core.facts import Exited, LaunchFailed, ProbeFailed, ProbeImpossible
from vigie.core.orders import Launch
from vigie.core.reasons import Reason
from vigie.core.spec import Spec
from vigie.core.states import WANTED, Status, Want
from vigie.core.states import Phase as LifePhase

Patch = pytest.MonkeyPatch
Fault = Callable[[Patch], None]
FAULTS: list[Fault] = []

ENOUGH = 600
"""Stories after which a fault that was not found counts as not caught."""


def fault(put_in: Fault) -> Fault:
    """Add a fault to the list."""
    FAULTS.append(put_in)
    return put_in


def without_rule(patch: Patch, rule: str) -> None:
    """Take one rule out of the machine."""
    rules = tuple(known for known in machine._RULES if known.__name__ != rule)
    assert len(rules) == len(machine._RULES) - 1
    patch.setattr(machine, "_RULES", rules)


def other_rule(patch: Patch, rule: str, instead: Any) -> None:
    """Put another rule in the place of one."""
    assert any(known.__name__ == rule for known in machine._RULES)
    rules = tuple(instead if known.__name__ == rule else known for known in machine._RULES)
    patch.setattr(machine, "_RULES", rules)


def other_taker(patch: Patch, fact: type, instead: Any) -> None:
    """Let a fact be taken in otherwise."""
    patch.setitem(take_in._TAKERS, fact, instead)


def deaths_without(patch: Patch, reason: Reason) -> None:
    """Let one kind of death not count."""
    fewer = tuple(death for death in take_in.DEATHS if death is not reason)
    patch.setattr(take_in, "DEATHS", fewer)


@fault
def hung_bots_do_not_count_as_dead(patch: Patch) -> None:
    """A bot that is always ill would restart for ever without a pause."""
    deaths_without(patch, Reason.HUNG)


@fault
def bots_that_never_were_ready_do_not_count_as_dead(patch: Patch) -> None:
    """The same for one that never answers."""
    deaths_without(patch, Reason.NEVER_READY)


@fault
def bots_that_took_too_much_memory_do_not_count_as_dead(patch: Patch) -> None:
    """The same for one that always takes too much."""
    deaths_without(patch, Reason.MEMORY_EXCEEDED)


@fault
def a_new_copy_does_not_wait_until_nothing_is_left(patch: Patch) -> None:
    """The launch forgets to look whether the old tree is gone."""

    def launch(status: Status, spec: Spec, now: float) -> object:
        cleared = status.life.phase is LifePhase.CLEARING
        gone = replace(status, life=replace(status.life, phase=LifePhase.ABSENT)) if cleared else status
        return machine._launch(gone, spec, now)

    other_rule(patch, "_launch", launch)


@fault
def a_bot_is_launched_though_a_person_said_stop(patch: Patch) -> None:
    """The launch forgets to look at the wish."""
    patch.setattr(machine, "WANTED", (*WANTED, Want.DOWN))


@fault
def the_day_has_no_limit(patch: Patch) -> None:
    """Automatic restarts are not held back."""
    without_rule(patch, "_keep_to_the_day")


@fault
def an_ill_bot_is_taken_down_though_it_cannot_come_back_today(patch: Patch) -> None:
    """The limit is looked at only afterwards."""
    patch.setattr(machine, "_held_though_ill", lambda *_: False)


@fault
def nobody_is_told_that_an_ill_bot_is_held(patch: Patch) -> None:
    """It would look like neglect."""
    without_rule(patch, "_bear_with_the_ill")


@fault
def a_stubborn_tree_is_killed_once(patch: Patch) -> None:
    """Nobody looks again."""
    without_rule(patch, "_kill_again")


@fault
def patience_never_runs_out(patch: Patch) -> None:
    """A deaf bot is waited for."""
    without_rule(patch, "_insist")


@fault
def what_was_left_behind_is_not_cleared_away(patch: Patch) -> None:
    """The machine waits for a tree to vanish by itself."""
    without_rule(patch, "_clear_after_exit")


@fault
def what_was_wanted_once_is_brought_back(patch: Patch) -> None:
    """A command that does not stay would leave a bot that restarts itself."""
    without_rule(patch, "_nobody_stays")


@fault
def a_lost_answer_is_waited_for(patch: Patch) -> None:
    """One probe without an outcome, and the bot is never asked again."""
    without_rule(patch, "_lost_answer")


@fault
def giving_up_is_told_each_time(patch: Patch) -> None:
    """A person would hear of it every 15 minutes."""

    real = crash_loop.after_death
    patch.setattr(crash_loop, "after_death", lambda tally, *rest: replace(real(tally, *rest), told=()))


@fault
def what_could_not_be_asked_counts_as_a_failure(patch: Patch) -> None:
    """No descriptor left of our own, and a healthy bot is killed for it."""

    def impossible(status: Status, fact: ProbeImpossible, spec: Spec, now: float) -> Status:
        return take_in._probe_failed(status, ProbeFailed(fact.number, fact.why), spec, now)

    other_taker(patch, ProbeImpossible, impossible)


@fault
def late_answers_count(patch: Patch) -> None:
    """The old process answers for the new one."""

    def failed(status: Status, fact: ProbeFailed, spec: Spec, now: float) -> Status:
        mine = replace(status, health=replace(status.health, asked=fact.number))
        return take_in._probe_failed(mine, fact, spec, now)

    other_taker(patch, ProbeFailed, failed)


@fault
def any_exit_is_the_bots(patch: Patch) -> None:
    """A process that was replaced ends, and the new one is taken for dead."""

    def exited(status: Status, fact: Exited, spec: Spec, now: float) -> Status:
        pid = status.life.pid
        return take_in._exited(status, replace(fact, pid=pid or fact.pid), spec, now)

    other_taker(patch, Exited, exited)


@fault
def one_failure_is_enough(patch: Patch) -> None:
    """A passing failure restarts a healthy bot."""
    real = thresholds.failed
    patch.setattr(
        thresholds,
        "failed",
        lambda health, why, spec, now: real(health, why, spec._replace(confirm_failures=1), now),
    )


@fault
def a_verdict_is_passed_while_blind(patch: Patch) -> None:
    """A bot is said to have never been ready though it could not be asked."""
    real = thresholds.void
    patch.setattr(thresholds, "void", lambda health, spec, now: replace(real(health, spec, now), blind=False))


@fault
def a_failed_launch_does_not_count_as_a_death(patch: Patch) -> None:
    """A command that does not exist would be tried in a loop."""

    def failed(status: Status, fact: LaunchFailed, spec: Spec, now: float) -> Status:
        return replace(take_in._launch_failed(status, fact, spec, now), tally=status.tally)

    other_taker(patch, LaunchFailed, failed)


@fault
def a_death_is_counted_twice(patch: Patch) -> None:
    """When it is seen, and when the tree is gone."""
    real = take_in._exited

    def exited(status: Status, fact: Exited, spec: Spec, now: float) -> Status:
        return take_in._died(real(status, fact, spec, now), spec, now, fact.luck)

    other_taker(patch, Exited, exited)


@fault
def a_failed_release_is_put_on_trial_again(patch: Patch) -> None:
    """And sent back again, and so on."""
    real = trial.shipped
    patch.setattr(
        trial,
        "shipped",
        lambda tested, release, back, now: replace(
            real(replace(tested, failed=()), release, back, now), failed=tested.failed
        ),
    )


@fault
def the_way_back_is_not_waited_for(patch: Patch) -> None:
    """Two hands at the same files."""
    patch.setattr(
        machine,
        "_waits",
        lambda status, now: (status.tally.next_start_at or 0.0) > now,
    )


@fault
def the_pause_is_not_waited_for(patch: Patch) -> None:
    """A crash loop at full speed."""
    patch.setattr(crash_loop, "pause_before_start", lambda *_: 0.0)


@fault
def the_slow_lane_is_not_slow(patch: Patch) -> None:
    """Giving up without giving up."""
    patch.setattr(crash_loop, "pause_in_slow_lane", lambda _: 1.0)


@fault
def a_due_time_is_forgotten(patch: Patch) -> None:
    """Nobody wakes up to launch the bot after its pause."""
    real = due.next_due

    def forgetful(status: Status, spec: Spec) -> due.Due | None:
        found = real(status, spec)
        return None if found is not None and found[1] is Reason.WAITING_BACKOFF else found

    patch.setattr(machine, "next_due", forgetful)


@fault
def time_may_run_backwards(patch: Patch) -> None:
    """What was seen last is not remembered."""
    real = take_in.take_in
    patch.setattr(machine, "take_in", lambda status, *rest: real(replace(status, seen=0.0), *rest))


@fault
def evidence_is_not_kept(patch: Patch) -> None:
    """The bot is ended before anybody has looked at it."""
    patch.setattr(machine, "DEATHS", ())


@fault
def a_start_has_another_reason_than_its_own(patch: Patch) -> None:
    """Every restart would say that a person asked for it, and none would count against the day."""

    def launch(status: Status, spec: Spec, now: float) -> object:
        outcome = machine._launch(status, spec, now)
        if outcome is None:
            return None
        return outcome[0], [Launch(Reason.ASKED_START)]

    other_rule(patch, "_launch", launch)


@pytest.mark.slow
@pytest.mark.parametrize("put_in", FAULTS, ids=[put_in.__name__ for put_in in FAULTS])
def test_the_laws_catch(put_in: Fault) -> None:
    """Within a bounded number of stories, one of them breaks a law."""

    @settings(
        derandomize=True,
        max_examples=ENOUGH,
        deadline=None,
        database=None,
        phases=(Phase.generate,),
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )
    @given(spec=SPECS, story=STORIES)
    def stories_hold(spec: Spec, story: Story) -> None:
        play(spec, story)

    with pytest.MonkeyPatch.context() as patch:
        put_in(patch)
        with pytest.raises(LawBroken):
            stories_hold()


def test_without_a_fault_the_same_stories_hold() -> None:
    """What was caught above was the fault."""
    test_stories = play(Spec(), [("start", True), ("wait", 40.0), ("crash",), ("wait", 40.0)])
    assert test_stories.words == ["starting", "online", "starting", "online"]
