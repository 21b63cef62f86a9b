"""When time itself matters next."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.core.statuses import IN_PHASE, PROBED, SPEC, STARTING, STOPPED, after
from vigie.core.due import Due, forgiven_at, next_due, step_ends_at
from vigie.core.reasons import Reason
from vigie.core.states import Phase, Proof, Status, Tally, Trial, Verdict, Want, Wish

ABSENT, ALIVE, STOPPING = IN_PHASE[Phase.ABSENT], IN_PHASE[Phase.ALIVE], IN_PHASE[Phase.STOPPING]
UP, DOWN, ONCE = Wish(Want.UP), Wish(Want.DOWN), Wish(Want.ONCE)
SWITCHING = Trial(Proof.SWITCHING, "new", since=20.0)
NEW = after(STARTING)


def health(status: Status, **changes: object) -> Status:
    """Return ``status`` with its health changed."""
    return replace(status, health=replace(status.health, **changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("what", "status", "due"),
    [
        ("nothing wanted, nothing there", Status(), None),
        ("stopped on purpose", after(STOPPED), None),
        ("a start that no pause holds back: it is launched at once", Status(wish=UP), None),
        ("a pause", ABSENT, (7.0, Reason.WAITING_BACKOFF)),
        ("a pause nobody waits for any more", replace(ABSENT, wish=DOWN), None),
        (
            "the slow lane",
            replace(ABSENT, tally=Tally(next_start_at=900.0, waiting=Reason.GAVE_UP)),
            (900.0, Reason.GAVE_UP),
        ),
        (
            "a due time of which the reason was lost",
            replace(ABSENT, tally=Tally(next_start_at=9.0)),
            (9.0, Reason.WAITING_BACKOFF),
        ),
        ("a way back, not the pause", replace(ABSENT, trial=SWITCHING), (140.0, Reason.TRIAL_FAILED)),
        (
            "a way back of what is not wanted",
            replace(ABSENT, wish=DOWN, trial=SWITCHING),
            (140.0, Reason.TRIAL_FAILED),
        ),
        ("our own hand, which answers at once", IN_PHASE[Phase.LAUNCHING], None),
        ("a new process: its first answer is overdue at 10", NEW, (10.0, Reason.STARTING)),
        (
            "a new process: its next question",
            health(NEW, asked=None, next_at=0.1),
            (0.1, Reason.STARTING),
        ),
        (
            "a new process: the end of its grace",
            health(NEW, asked=None, next_at=61.0),
            (60.0, Reason.NEVER_READY),
        ),
        (
            "a new process while we are blind: only the next question",
            health(NEW, asked=None, next_at=61.0, blind=True),
            (61.0, Reason.STARTING),
        ),
        ("a question without an outcome", PROBED, (41.0, Reason.ROUTINE)),
        ("the next question", health(PROBED, asked=None, next_at=33.0), (33.0, Reason.ROUTINE)),
        (
            "the next question to a doubted one",
            health(PROBED, asked=None, next_at=33.0, verdict=Verdict.DOUBTED),
            (33.0, Reason.CONFIRMING),
        ),
        (
            "the deaths of the past",
            health(replace(PROBED, tally=Tally(deaths=1)), asked=None, next_at=500.0),
            (301.0, Reason.HEALTHY),
        ),
        ("the firmer request", STOPPING, (10.0, Reason.STOP_TIMEOUT)),
        (
            "the kill",
            replace(STOPPING, life=replace(STOPPING.life, step=1)),
            (15.0, Reason.STOP_TIMEOUT),
        ),
        ("a tree that should have gone", IN_PHASE[Phase.KILLING], (20.0, Reason.LEFTOVERS)),
        ("what was left behind", IN_PHASE[Phase.CLEARING], (10.0, Reason.LEFTOVERS)),
        (
            "the nearest of two",
            replace(IN_PHASE[Phase.CLEARING], trial=replace(SWITCHING, since=-115.0)),
            (5.0, Reason.TRIAL_FAILED),
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_waited_for(what: str, status: Status, due: Due | None) -> None:
    """Everybody who waits has a due time and a reason."""
    assert next_due(status, SPEC) == due


@pytest.mark.parametrize(
    ("status", "moment"),
    [
        (replace(PROBED, tally=Tally(deaths=1)), 301.0),
        (replace(PROBED, tally=Tally(told=(Reason.DAILY_LIMIT,))), 301.0),
        (PROBED, None),
        (health(replace(PROBED, tally=Tally(deaths=1)), verdict=Verdict.DOUBTED), None),
        (health(replace(PROBED, tally=Tally(deaths=1)), online_since=None), None),
        (replace(STOPPING, tally=Tally(deaths=1)), None),
        (replace(PROBED, tally=Tally(deaths=1), life=STOPPING.life), None),
    ],
)
def test_the_past_is_forgotten_after_long_enough_online(status: Status, moment: float | None) -> None:
    """Only a living bot that is well can earn it, and only what there is can be forgotten."""
    assert forgiven_at(status, SPEC) == moment


@pytest.mark.parametrize(("step", "moment"), [(0, 10.0), (1, 15.0)])
def test_each_manner_of_asking_has_its_share_of_the_patience(step: int, moment: float) -> None:
    """Half of ``stop_timeout`` for the first, the rest for the firmer one."""
    assert step_ends_at(replace(STOPPING, life=replace(STOPPING.life, step=step)), SPEC) == moment


def test_wanted_once_waits_like_wanted_for_good() -> None:
    """A way back is the only thing it can wait for; a due time is a due time."""
    assert next_due(replace(ABSENT, wish=ONCE), SPEC) == (7.0, Reason.WAITING_BACKOFF)
    assert next_due(replace(ABSENT, wish=UP), SPEC) == (7.0, Reason.WAITING_BACKOFF)
