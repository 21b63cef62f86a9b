"""When new code counts as proven: told by tables, and by thousands of invented courses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vigie.messages import Phrase
from vigie.ship.proof.proof import (
    EVERY,
    LATE,
    OFTEN,
    Finding,
    Sample,
    State,
    Terms,
    Verdict,
    begin,
    ends_at,
    take,
    verdict,
)

ONE, TWO = (10, 1, "boot"), (11, 2, "boot")
NEW, OLD = "a" * 40, "b" * 40
TERMS = Terms(window=30.0, deadline=120.0, wanted=NEW)

GOOD = Sample(True, ONE, 3, NEW)
BAD = Sample(False, ONE, 3, NEW, "timeout-answering", Phrase("probe.timeout-answering", seconds=5))
STARTING = BAD._replace(reason="refused", why=None)
DEAD = Sample(False, None, 3, None, "refused")
OTHER = GOOD._replace(identity=TWO)
COUNTED = GOOD._replace(restarts=4)
UNASKED = Sample(None, ONE, 3, NEW, "no-descriptor")
STRANGER = Sample(True, None, 0, None)
OUTDATED = GOOD._replace(commit=OLD)


class Look(NamedTuple):
    """One sample of one bot, and what was odd about it."""

    sample: Sample
    way_out: bool = True
    late: float = 0.0


def played(looks: Iterator[Look] | Sequence[Look], terms: Terms = TERMS) -> tuple[State, float]:
    """Take each look when it is due, until there is a verdict or nothing more to see."""
    state, now = begin(terms, 1, 100.0), 100.0
    for look in looks:
        now = max(now, state.due) + look.late
        state = take(state, [look.sample], now, way_out=look.way_out)
        if verdict(state) is not None:
            break
    return state, now - 100.0


def course(*parts: tuple[Sample, float], terms: Terms = TERMS) -> tuple[State, float]:
    """Let each sample last for so many seconds, the last one for ever; return the end, and the seconds to it."""
    state, now = begin(terms, 1, 100.0), 100.0
    while verdict(state) is None:
        now = state.due
        left = now - 100.0
        for sample, seconds in parts:  # noqa: B007
            if left < seconds:
                break
            left -= seconds
        state = take(state, [sample], now)
    return state, now - 100.0


def found(state: State) -> tuple[Verdict, str | None]:
    """Return verdict and reason."""
    finding = verdict(state)
    assert finding is not None
    return finding.verdict, finding.reason


def test_a_bot_that_stays_well_is_proven_when_its_window_is_over() -> None:
    """From the first good answer to one exactly as much later: no sooner, no later."""
    state, seconds = course((GOOD, 1))
    assert verdict(state) == Finding(Verdict.PROVEN)
    assert seconds == pytest.approx(30.0)
    assert course((GOOD, 1), terms=TERMS._replace(window=7.3))[1] == pytest.approx(7.3)


def test_a_window_of_no_length_needs_one_good_answer() -> None:
    """Whoever asks for nothing gets a live answer all the same."""
    state, seconds = course((STARTING, 2), (GOOD, 1), terms=TERMS._replace(window=0.0))
    assert found(state) == (Verdict.PROVEN, None)
    assert 0 < seconds < 3


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ([(GOOD, 10), (DEAD, 1)], (Verdict.DIED, "refused")),
        ([(STARTING, 3), (DEAD, 1)], (Verdict.DIED, "refused")),
        ([(GOOD, 10), (OTHER, 1)], (Verdict.REPLACED, None)),
        ([(STARTING, 3), (OTHER, 1)], (Verdict.REPLACED, "refused")),
        ([(GOOD, 10), (COUNTED, 1)], (Verdict.REPLACED, None)),
        ([(GOOD, 10), (GOOD._replace(identity=None), 1)], (Verdict.DIED, None)),
    ],
    ids=["dead", "dead before it was ready", "another", "another early", "counted", "another answers"],
)
def test_a_death_or_another_process_ends_it_at_once(
    parts: list[tuple[Sample, float]], expected: tuple[Verdict, str | None]
) -> None:
    """No restart is allowed, however well what came instead answers."""
    state, seconds = course(*parts)
    assert found(state) == expected
    assert seconds < 11


def test_a_crash_loop_is_never_called_healthy() -> None:
    """A bot that answers well for eight seconds and is launched again each time has failed after eight."""

    def looping() -> Iterator[Look]:
        for life in range(100):
            for _ in range(8):
                yield Look(Sample(True, (life, life, "boot"), life, NEW))

    state, seconds = played(looping())
    assert found(state) == (Verdict.REPLACED, None)
    assert seconds < 9


def test_one_bad_answer_that_is_not_confirmed_begins_the_window_anew() -> None:
    """Two of three are forgiven, and proving takes thirty whole seconds more."""
    state, seconds = course((GOOD, 10), (BAD, 2), (GOOD, 1))
    assert found(state) == (Verdict.PROVEN, None)
    assert 35 < seconds < 50


def test_a_confirmed_bad_answer_ends_it() -> None:
    """Three in a row, two seconds apart; the sentence of the last one is kept."""
    state, seconds = course((GOOD, 10), (BAD, 1))
    assert verdict(state) == Finding(Verdict.UNHEALTHY, "", BAD.reason, BAD.why)
    # the first comes with a second's pause, the other two after two each
    assert seconds < 10 + 2 * TERMS.confirm_interval + EVERY


def test_a_bot_that_flaps_for_ever_is_unhealthy_at_the_end() -> None:
    """Never three bad answers in a row, never thirty good seconds."""
    looks = (Look(BAD if number % 9 == 8 else GOOD) for number in range(1000))
    state, seconds = played(looks)
    assert found(state) == (Verdict.UNHEALTHY, BAD.reason)
    assert 80 < seconds <= 120


def test_a_bot_that_never_answers_was_never_ready() -> None:
    """Told as soon as no window can be kept any more: nobody waits for what cannot come."""
    state, seconds = course((STARTING, 1))
    assert found(state) == (Verdict.NEVER_READY, "refused")
    assert 90 < seconds < 92


def test_a_bot_that_comes_up_late_has_its_whole_window() -> None:
    """All of it within the deadline."""
    state, seconds = course((STARTING, 80), (GOOD, 1))
    assert found(state) == (Verdict.PROVEN, None)
    assert 100 < seconds <= 120


def test_the_old_code_online_is_not_the_new_code_deployed() -> None:
    """Well, the same process, and another commit: confirmed, then told."""
    state, seconds = course((OUTDATED, 1))
    assert found(state) == (Verdict.WRONG_COMMIT, OLD)
    assert seconds < 10


@pytest.mark.parametrize("sample", [GOOD._replace(commit=None), OUTDATED])
def test_a_commit_that_is_not_asked_for_or_not_known_stands_in_nobodys_way(sample: Sample) -> None:
    """There is no repository, or its format is unknown to us."""
    terms = TERMS if sample.commit is None else TERMS._replace(wanted=None)
    assert found(course((sample, 1), terms=terms)[0]) == (Verdict.PROVEN, None)


def test_a_record_that_lags_behind_for_a_moment_is_forgiven() -> None:
    """The commit is noted a moment after the launch."""
    assert found(course((OUTDATED, 1), (GOOD, 1))[0]) == (Verdict.PROVEN, None)


def test_an_answer_from_nobody_known_proves_nothing() -> None:
    """Whose health it is cannot be told: no blame, no proof."""
    assert found(course((STRANGER, 1))[0]) == (Verdict.UNKNOWN, "nobody-known")


def test_a_bot_that_cannot_be_asked_is_not_judged() -> None:
    """We are out of descriptors, say: its window begins anew, and in the end nothing is known."""
    state, _ = course((GOOD, 10), (UNASKED, 1))
    assert found(state) == (Verdict.UNKNOWN, "not-asked")
    state, seconds = course((GOOD, 10), (UNASKED, 5), (GOOD, 1))
    assert found(state) == (Verdict.PROVEN, None)
    assert seconds > 40


@pytest.mark.parametrize("sample", [BAD, DEAD, OTHER, STARTING])
def test_nobody_is_blamed_while_the_machine_is_cut_off(sample: Sample) -> None:
    """A bot that fails, dies or is relaunched without any network: unknown."""
    looks = [*(Look(GOOD) for _ in range(10)), *(Look(sample, way_out=False) for _ in range(300))]
    assert found(played(looks)[0]) == (Verdict.UNKNOWN, "no-way-out")


def test_the_same_is_blamed_when_the_network_was_there() -> None:
    """A cut before the last good answer excuses nothing that comes after it."""
    looks = [Look(GOOD), Look(BAD, way_out=False), Look(GOOD), Look(GOOD), Look(DEAD)]
    assert found(played(looks)[0]) == (Verdict.DIED, DEAD.reason)


def test_time_without_a_network_is_given_back() -> None:
    """A bot that waits for the network for a minute still has its time, but not for ever."""
    cut = [Look(STARTING, way_out=False) for _ in range(100)]
    back = [Look(GOOD) for _ in range(60)]
    state, seconds = played([*cut, *back])
    assert found(state) == (Verdict.PROVEN, None)
    assert seconds > 120
    state, seconds = played(Look(STARTING, way_out=False) for _ in range(1000))
    assert found(state) == (Verdict.UNKNOWN, "no-way-out")
    assert seconds <= 2 * TERMS.deadline


def test_our_own_lateness_voids_what_was_being_measured() -> None:
    """The machine slept for ten minutes: the window begins anew, the deadline moves, a bad answer counts little."""
    slept = Look(GOOD, late=100.0)
    state, seconds = played([Look(GOOD), Look(GOOD), slept, *(Look(GOOD) for _ in range(60))])
    assert found(state) == (Verdict.PROVEN, None)
    assert seconds > 130
    hour = [Look(GOOD), Look(GOOD, late=3600.0), *(Look(GOOD) for _ in range(60))]
    assert found(played(hour)[0]) == (Verdict.PROVEN, None)
    drowsy = [Look(GOOD), *(Look(BAD, late=LATE + 1) for _ in range(4)), *(Look(GOOD) for _ in range(60))]
    for terms in (TERMS, TERMS._replace(confirm_failures=1)):
        assert found(played(drowsy, terms)[0]) == (Verdict.PROVEN, None)


def test_a_machine_that_is_always_late_knows_nothing() -> None:
    """It comes to an end, and blames nobody."""
    state, seconds = played(Look(GOOD, late=LATE + 1) for _ in range(1000))
    assert found(state) == (Verdict.UNKNOWN, "not-asked")
    assert seconds < 200


def test_a_deadline_shorter_than_the_window_can_be_kept() -> None:
    """Settings that contradict each other do not condemn every release."""
    for deadline in (1.0, 30.0):
        assert found(course((GOOD, 1), terms=TERMS._replace(deadline=deadline))[0]) == (
            Verdict.PROVEN,
            None,
        )


def test_all_bots_must_be_well_at_the_same_time() -> None:
    """The first one's window goes on until the last one's is over; one that fails is named."""
    state, now = begin(TERMS, 2, 0.0), 0.0
    slow = 20.0
    while verdict(state) is None:
        now = state.due
        second = GOOD if now >= slow else STARTING
        state = take(state, [GOOD._replace(name="one"), second._replace(name="two", identity=TWO)], now)
    assert found(state) == (Verdict.PROVEN, None)
    assert now == pytest.approx(slow + 30.0, abs=EVERY)
    for fates, expected in (
        ([GOOD, DEAD], Finding(Verdict.DIED, "two", "refused")),
        ([DEAD, GOOD], Finding(Verdict.DIED, "one", "refused")),
    ):
        state = take(begin(TERMS, 2, 0.0), [GOOD._replace(name="one"), GOOD._replace(name="two")], 0.0)
        named = [fate._replace(name=name) for fate, name in zip(fates, ("one", "two"), strict=True)]
        assert verdict(take(state, named, state.due)) == expected


def test_what_comes_after_a_verdict_changes_nothing() -> None:
    """A verdict is final."""
    state, seconds = course((GOOD, 5), (DEAD, 1))
    assert take(state, [GOOD], seconds + 200.0) == state


SAMPLES = st.sampled_from([GOOD, BAD, DEAD, OTHER, COUNTED, UNASKED, OUTDATED, STARTING, STRANGER])
LOOKS = st.builds(Look, SAMPLES, st.booleans(), st.sampled_from([0.0, 0.0, 0.0, 1.0, LATE, 2 * LATE]))
RUNS = st.lists(st.tuples(LOOKS, st.integers(1, 40)), min_size=1, max_size=12)
ANY_TERMS = st.builds(
    Terms,
    window=st.sampled_from([0.0, 1.0, 7.5, 30.0]),
    deadline=st.sampled_from([1.0, 20.0, 120.0]),
    wanted=st.sampled_from([None, NEW]),
    confirm_failures=st.integers(1, 4),
    confirm_interval=st.sampled_from([0.0, 0.5, 2.0]),
)


def history(runs: list[tuple[Look, int]], terms: Terms) -> tuple[State, list[tuple[float, Look]]]:
    """Play a course that goes on with good answers for ever; return the end and all that was seen when."""
    looks = [look for look, times in runs for _ in range(times)]
    state, now, seen = begin(terms, 1, 0.0), 0.0, list[tuple[float, Look]]()
    for look in (*looks, *[Look(GOOD)] * 2000):
        now = max(now, state.due) + look.late
        assert state.due >= (seen[-1][0] if seen else 0.0), "time never goes back"
        state = take(state, [look.sample], now, way_out=look.way_out)
        seen.append((now, look))
        if verdict(state) is not None:
            break
    return state, seen


@given(RUNS, ANY_TERMS)
@settings(max_examples=400, deadline=None)
def test_every_course_ends_in_time_and_every_verdict_is_earned(
    runs: list[tuple[Look, int]], terms: Terms
) -> None:
    """Whatever happens: an end by the deadline, and nothing said that the samples do not bear out."""
    state, seen = history(runs, terms)
    finding = verdict(state)
    assert finding is not None
    ended = seen[-1][0]
    slack = max(terms.confirm_interval, EVERY) + max(look.late for _, look in seen)
    assert ended <= ends_at(state) + slack
    most = 2 * max(terms.deadline, 1.5 * terms.window) + OFTEN * 2 * LATE
    assert ends_at(state) <= most + 1e-6
    last = seen[-1][1].sample
    if finding.verdict is Verdict.PROVEN:
        window = [(when, look) for when, look in seen if when >= ended - terms.window - 1e-6]
        assert all(look.sample.healthy for _, look in window)
        assert len({look.sample.identity for _, look in window}) == 1
        assert window[0][1].sample.identity is not None
        assert terms.wanted is None or all(look.sample.commit in (None, NEW) for _, look in window)
        # nobody slept within it: the first sample of the window may have come late itself
        assert all(look.late <= LATE for _, look in window[1:])
        named = [look.sample for _, look in seen if look.sample.identity is not None]
        assert all(sample.identity == named[0].identity for sample in named)
        assert all(sample.restarts <= named[0].restarts for sample in named)
    if finding.verdict is Verdict.DIED:
        assert last.identity is None
    if finding.verdict is Verdict.REPLACED:
        assert any(
            look.sample.identity != last.identity or look.sample.restarts != last.restarts for _, look in seen
        )
    if finding.verdict not in (Verdict.PROVEN, Verdict.UNKNOWN, Verdict.WRONG_COMMIT):
        assert seen[-1][1].way_out, "nobody is blamed while the machine is cut off"


@given(RUNS)
@settings(max_examples=200, deadline=None)
def test_with_several_bots_no_one_hides_anothers_fault(runs: list[tuple[Look, int]]) -> None:
    """Beside a bot that is always well, the same end comes as alone, unless the other's window was over."""
    alone, _ = history(runs, TERMS)
    looks = [look for look, times in runs for _ in range(times)]
    state, now = begin(TERMS, 2, 0.0), 0.0
    for look in (*looks, *[Look(GOOD)] * 2000):
        now = max(now, state.due) + look.late
        state = take(state, [GOOD, look.sample], now, way_out=look.way_out)
        if verdict(state) is not None:
            break
    together, single = verdict(state), verdict(alone)
    assert together is not None
    assert single is not None
    assert together.verdict is single.verdict
