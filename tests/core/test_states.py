"""The one word people see, and the reason behind it."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, fields

import pytest

from vigie.core.reasons import Reason
from vigie.core.states import (
    BACKOFF,
    FAILED,
    ONLINE,
    STARTING,
    STOPPED,
    STOPPING,
    UNRESPONSIVE,
    WANTED,
    WORDS,
    Health,
    Life,
    Phase,
    Status,
    Tally,
    Trial,
    Verdict,
    Want,
    Wish,
    shown,
    why,
)

ABSENT, LAUNCHING, ALIVE = Phase.ABSENT, Phase.LAUNCHING, Phase.ALIVE
CLEARING = Phase.CLEARING
GOING = (Phase.STOPPING, Phase.KILLING)
UNWANTED = tuple(want for want in Want if want not in WANTED)


def status(
    phase: Phase,
    want: Want,
    cause: Reason | None = None,
    waiting: Reason | None = None,
    verdict: Verdict = Verdict.NEW,
    online_since: float | None = None,
    reason: Reason = Reason.ASKED_START,
) -> Status:
    """Return a status of which only what matters for the word is said."""
    return Status(
        wish=Wish(want, reason),
        life=Life(phase, cause=cause),
        health=Health(verdict, online_since=online_since),
        tally=Tally(waiting=waiting),
    )


@pytest.mark.parametrize("want", UNWANTED)
def test_what_is_absent_and_not_wanted_is_stopped(want: Want) -> None:
    """Its reason is how it came to its end, if it ever lived."""
    assert shown(status(ABSENT, want)) == STOPPED
    assert why(status(ABSENT, want)) is Reason.STOPPED
    assert why(status(ABSENT, want, Reason.CRASHED)) is Reason.CRASHED
    assert why(status(ABSENT, want, Reason.ASKED_STOP)) is Reason.ASKED_STOP


@pytest.mark.parametrize("want", UNWANTED)
def test_what_is_cleared_away_and_not_wanted_is_stopping(want: Want) -> None:
    """Nothing of it may be left before it counts as stopped."""
    assert shown(status(CLEARING, want, Reason.CRASHED)) == STOPPING
    assert why(status(CLEARING, want, Reason.CRASHED)) is Reason.CRASHED


@pytest.mark.parametrize("phase", [ABSENT, CLEARING])
@pytest.mark.parametrize("want", WANTED)
@pytest.mark.parametrize(
    ("waiting", "word", "reason"),
    [
        (None, STARTING, Reason.CRASHED),
        (Reason.WAITING_BACKOFF, BACKOFF, Reason.WAITING_BACKOFF),
        (Reason.GAVE_UP, FAILED, Reason.GAVE_UP),
        (Reason.DAILY_LIMIT, FAILED, Reason.DAILY_LIMIT),
    ],
)
def test_what_has_ended_and_is_wanted_says_when_the_next_one_comes(
    phase: Phase, want: Want, waiting: Reason | None, word: str, reason: Reason
) -> None:
    """At once, after a pause, or not for long; whatever is still being cleared away."""
    told = status(phase, want, Reason.CRASHED, waiting)
    assert (shown(told), why(told)) == (word, reason)


@pytest.mark.parametrize("want", Want)
def test_what_is_being_launched_is_starting_unless_it_has_to_go_at_once(want: Want) -> None:
    """A person who says stop while it is launched reads that it is stopping."""
    told = status(LAUNCHING, want, Reason.CRASHED, reason=Reason.ASKED_STOP)
    if want in WANTED:
        assert (shown(told), why(told)) == (STARTING, Reason.CRASHED)
    else:
        assert (shown(told), why(told)) == (STOPPING, Reason.ASKED_STOP)


def test_a_first_start_has_the_reason_of_the_wish() -> None:
    """Nothing else caused it."""
    assert why(status(LAUNCHING, Want.UP)) is Reason.ASKED_START
    assert why(status(ALIVE, Want.UP)) is Reason.ASKED_START


@pytest.mark.parametrize("want", Want)
@pytest.mark.parametrize(
    ("verdict", "online_since", "word", "reason"),
    [
        (Verdict.NEW, None, STARTING, Reason.ADOPTED),
        (Verdict.DOUBTED, None, STARTING, Reason.ADOPTED),
        (Verdict.WELL, 5.0, ONLINE, Reason.HEALTHY),
        (Verdict.DOUBTED, 5.0, ONLINE, Reason.HEALTHY),
    ],
)
def test_what_lives_is_starting_until_it_answers_and_online_until_it_is_ill(
    want: Want, verdict: Verdict, online_since: float | None, word: str, reason: Reason
) -> None:
    """A doubt is not told to people."""
    told = status(ALIVE, want, Reason.ADOPTED, verdict=verdict, online_since=online_since)
    assert (shown(told), why(told)) == (word, reason)


@pytest.mark.parametrize("want", Want)
@pytest.mark.parametrize("cause", [Reason.HUNG, Reason.NEVER_READY])
@pytest.mark.parametrize("online_since", [None, 5.0])
def test_what_is_ill_is_unresponsive(want: Want, cause: Reason, online_since: float | None) -> None:
    """With the verdict as its reason."""
    told = status(ALIVE, want, cause, verdict=Verdict.ILL, online_since=online_since)
    assert (shown(told), why(told)) == (UNRESPONSIVE, cause)


def test_an_illness_without_a_cause_is_a_hang() -> None:
    """A status that was read back may have lost it."""
    assert why(status(ALIVE, Want.UP, verdict=Verdict.ILL)) is Reason.HUNG


@pytest.mark.parametrize("want", Want)
@pytest.mark.parametrize("phase", GOING)
@pytest.mark.parametrize(
    ("cause", "reason"),
    [(Reason.HUNG, Reason.HUNG), (Reason.ASKED_STOP, Reason.ASKED_STOP), (None, Reason.STOPPED)],
)
def test_what_was_asked_to_go_is_stopping_whatever_comes_after(
    want: Want, phase: Phase, cause: Reason | None, reason: Reason
) -> None:
    """It still lives."""
    told = status(phase, want, cause, waiting=None, verdict=Verdict.WELL, online_since=5.0)
    assert (shown(told), why(told)) == (STOPPING, reason)


@pytest.mark.parametrize("kind", [Wish, Life, Health, Trial, Tally, Status])
def test_a_status_is_never_changed_but_replaced(kind: type) -> None:
    """Whoever holds one may keep it: the decision after it makes another."""
    with pytest.raises(FrozenInstanceError):
        setattr(kind(), fields(kind)[0].name, None)


def test_there_are_seven_words() -> None:
    """Those of CONTRACT.md, in its order."""
    assert WORDS == ("stopped", "starting", "online", "unresponsive", "stopping", "backoff", "failed")


def test_nothing_is_known_at_first() -> None:
    """An empty status is a stopped bot of which nobody has said anything."""
    assert (shown(Status()), Status().wish.want) == (STOPPED, Want.AS_IS)
