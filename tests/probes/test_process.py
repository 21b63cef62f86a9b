"""A bot with no health endpoint is well when its process lives and is no longer brand new."""

from __future__ import annotations

import pytest

from tests.probes.asking import ask, outcome
from vigie.core.spec import Spec
from vigie.probes import probe_for
from vigie.probes.process import START_SECONDS, ask_process


@pytest.mark.parametrize(
    ("pid", "age", "expected"),
    [
        (None, None, (False, "not-running")),
        (None, 100.0, (False, "not-running")),
        (7, 0.0, (False, "too-young")),
        (7, START_SECONDS - 0.001, (False, "too-young")),
        (7, START_SECONDS, (True, "alive")),
        (7, 100.0, (True, "alive")),
        (7, None, (True, "alive")),
    ],
)
def test_the_process_is_judged_by_its_life_and_age(
    pid: int | None, age: float | None, expected: tuple[bool, str]
) -> None:
    """A process that dies within the first second never started; one found running did."""
    assert outcome(ask(ask_process(pid, age))) == expected


def test_none_as_health_url_asks_the_process() -> None:
    """What the caller knows is passed on."""
    assert outcome(ask(probe_for(Spec(health_url="none"), 7, 5.0))) == (True, "alive")
    assert outcome(ask(probe_for(Spec(health_url="none")))) == (False, "not-running")
