"""The simulation has teeth: each of these faults, in the core or in what joins it to the world, breaks a law.

A simulation that finds nothing proves nothing. Every fault is put in by replacing one rule or one function,
as a slip of the hand would, and must be found within a bounded number of facts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.core import test_laws_can_fail as faults_of_the_core
from tests.simulation.run import Failure, simulate
from vigie.core import backoff, crash_loop, machine, thresholds
from vigie.core.reasons import Reason
from vigie.core.spec import Spec
from vigie.core.states import Status
from vigie.runtime import remembered, resume
from vigie.runtime.hands import Hands

Patch = pytest.MonkeyPatch
Fault = Callable[[Patch], None]
FAULTS: list[Fault] = []

ENOUGH = 400_000
"""Facts after which a fault that was not found counts as not caught; most are found within a few thousand."""

BEYOND = (
    "time_may_run_backwards",  # no steady clock runs backwards here
    "a_failed_release_is_put_on_trial_again",  # the hands keep nothing to go back to: a way back ends at once
    "the_way_back_is_not_waited_for",
    "a_start_has_another_reason_than_its_own",  # what is said of a start is not looked at here
)
"""Faults of the core that only the stories of ``tests.core`` can see."""


def fault(put_in: Fault) -> Fault:
    """Add a fault to the list."""
    FAULTS.append(put_in)
    return put_in


@fault
def an_illness_that_lasted_overnight_needs_no_second_look(patch: Patch) -> None:
    """The machine wakes up and kills on yesterday's evidence."""
    real = machine._reason_to_go

    def hasty(status: Status, spec: Spec, now: float) -> Reason | None:
        return real(replace(status, health=replace(status.health, blind=False)), spec, now)

    patch.setattr(machine, "_reason_to_go", hasty)


@fault
def the_first_pause_is_half_as_long(patch: Patch) -> None:
    """A slip in a formula."""
    real = backoff.pause_before_start
    patch.setattr(crash_loop, "pause_before_start", lambda *given: real(*given) / 2)


@fault
def a_good_answer_does_not_end_the_doubt(patch: Patch) -> None:
    """Three failures in a week would be as bad as three in a row."""
    real = thresholds.passed
    patch.setattr(
        thresholds,
        "passed",
        lambda health, spec, now: replace(real(health, spec, now), failures=health.failures),
    )


@fault
def the_ledger_forgets_the_days_restarts(patch: Patch) -> None:
    """Whoever is killed often enough restarts the bot without a limit."""
    real = remembered.as_ledger

    def forgetful(*given: Any) -> dict[str, object]:
        ledger = real(*given)
        tally = ledger["tally"]
        assert isinstance(tally, dict)
        return {**ledger, "tally": {**tally, "restarts": []}}

    patch.setattr("tests.simulation.life.as_ledger", forgetful)


@fault
def the_ledger_forgets_the_pause(patch: Patch) -> None:
    """A crash loop together with ours."""
    real = remembered.as_ledger

    def forgetful(*given: Any) -> dict[str, object]:
        ledger = real(*given)
        tally = ledger["tally"]
        assert isinstance(tally, dict)
        return {**ledger, "tally": {**tally, "next_start_at": None}}

    patch.setattr("tests.simulation.life.as_ledger", forgetful)


@fault
def who_holds_the_copy_lock_is_not_looked_at(patch: Patch) -> None:
    """What was launched just before we were killed is lost."""
    patch.setattr(resume, "_launched_unnoted", lambda *_: None)


@fault
def a_tree_is_gone_when_its_root_is(patch: Patch) -> None:
    """Children that cling to life are taken for gone."""
    patch.setattr(Hands, "_nothing_remains", lambda *_: True)


@fault
def whoever_is_found_was_launched_by_us(patch: Patch) -> None:
    """The group of a person's shell would be killed with a bot that was launched by hand."""
    real = Hands.take_hold
    patch.setattr(
        Hands, "take_hold", lambda self, held, launched_by_us, **named: real(self, held, True, **named)
    )


@fault
def an_exit_is_not_heard(patch: Patch) -> None:
    """The bot is dead and nobody knows before the next question."""
    patch.setattr(Hands, "_ended", lambda _self: None)


@fault
def nobody_wakes_up(patch: Patch) -> None:
    """A moment that is far away is not waited for."""
    real = Hands.wake_at

    def lazy(self: Hands, when: float, callback: Callable[[], None]) -> None:
        if when - self._reactor.now() < 500.0:
            real(self, when, callback)

    patch.setattr(Hands, "wake_at", lazy)


OF_THE_CORE = [one for one in faults_of_the_core.FAULTS if one.__name__ not in BEYOND]


@pytest.mark.slow
@pytest.mark.parametrize("put_in", [*FAULTS, *OF_THE_CORE], ids=lambda put_in: put_in.__name__)
def test_the_simulation_catches(put_in: Fault) -> None:
    """Within a bounded number of facts, a law is broken."""
    with pytest.MonkeyPatch.context() as patch:
        put_in(patch)
        with pytest.raises(Failure, match=r"(law \d|liveness) at .*\n.*\nseen again with"):
            simulate("teeth", ENOUGH)
