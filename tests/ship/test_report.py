"""The steps of one run."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from vigie.problems import Failure
from vigie.ship.report import STEPS, Logbook, ShipReport, Step


def ticking(*times: float) -> Callable[[], float]:
    """Return a clock that shows these times in turn."""
    remaining = list(times)
    return lambda: remaining.pop(0)


def test_steps_are_measured_and_complete() -> None:
    """What was not done stands there as skipped, in the contract's order."""
    logbook = Logbook(ticking(10.0, 12.5))
    with logbook.step("commit") as step:
        step.detail = "abc"
    steps = logbook.steps()
    assert tuple(step.name for step in steps) == STEPS
    assert steps[3].as_json() == Step("commit", ok=True, skipped=False, detail="abc", seconds=2.5).as_json()
    assert steps[4].as_json() == Step("push", skipped=True).as_json()


def test_a_step_in_two_parts_adds_up() -> None:
    """Looking at the repository and asking the bot are one step."""
    logbook = Logbook(ticking(0.0, 1.0, 5.0, 7.0))
    with logbook.step("precheck"):
        pass
    with logbook.step("precheck") as step:
        step.detail = "online"
    assert logbook.steps()[0].as_json() == Step("precheck", detail="online", seconds=3.0).as_json()


def test_a_problem_marks_its_step() -> None:
    """The problem goes on; its code and the time it took stay."""
    logbook = Logbook(ticking(0.0, 1.0))
    with pytest.raises(Failure):
        with logbook.step("push"):
            raise Failure("ship.push-network")
    assert (
        logbook.steps()[4].as_json() == Step("push", ok=False, detail="push-network", seconds=1.0).as_json()
    )


@pytest.mark.parametrize(("exit_code", "ok"), [(0, True), (1, False), (4, False)])
def test_ok_means_exit_zero(exit_code: int, ok: bool) -> None:
    """Shipped with the bot offline is not ok."""
    report = ShipReport(exit_code, None, True, True, None, False, False, ())
    assert report.ok is ok
    assert report.as_json()["ok"] is ok


def test_seconds_are_rounded_for_people() -> None:
    """A thousandth is enough."""
    report = ShipReport(0, None, True, True, True, False, False, (Step("push", seconds=1.23456),))
    assert report.as_json()["steps"] == [
        {"name": "push", "ok": True, "skipped": False, "detail": None, "seconds": 1.235}
    ]
