"""The loop that watches: it looks when it is time, says two lines, and holds nothing while it waits."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.ship.workshop import Transcript
from vigie.messages import Phrase
from vigie.ship.proof.proof import Sample, Verdict
from vigie.ship.proof.prove import Result, prove

ONE, TWO = (10, 1, "boot"), (11, 2, "boot")
NEW = "a" * 40
GOOD = Sample(True, ONE, 0, NEW)


class Bots:
    """Bots whose state is told by a function of the time; asking takes ``takes`` seconds."""

    def __init__(self, state: Callable[[float], tuple[Sample, ...]], takes: float = 0.01) -> None:
        self.now = 1000.0
        self.looked: list[float] = []
        self.way_out: Callable[[float], bool] = lambda _elapsed: True
        self._state = state
        self._takes = takes

    @property
    def elapsed(self) -> float:
        """Seconds since it all began."""
        return self.now - 1000.0

    def sample(self) -> tuple[Sample, ...]:
        """Answer after a moment."""
        self.looked.append(self.elapsed)
        self.now += self._takes
        return self._state(self.elapsed)

    def has_way_out(self) -> bool:
        """Tell what the story says."""
        return self.way_out(self.elapsed)

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        assert seconds >= 0
        self.now += seconds


def watched(bots: Bots, heard: Transcript, wanted: str | None = NEW, window: float = 30.0) -> Result:
    """Prove with the clock of the story."""
    return prove(
        bots,
        wanted_commit=wanted,
        window=window,
        deadline=120.0,
        clock=lambda: bots.now,
        sleep=bots.sleep,
        tell=heard,
    )


def test_a_good_bot_is_proven_and_two_lines_are_said() -> None:
    """One before, one after; looked at every second or so, more often at first."""
    bots, heard = Bots(lambda _elapsed: (GOOD,)), Transcript()
    result = watched(bots, heard)
    assert result.proven
    assert result.verdict is Verdict.PROVEN
    assert 30.0 <= result.seconds < 32.0
    assert heard.keys == ["proof.begin", "proof.proven"]
    gaps = [later - earlier for earlier, later in zip(bots.looked, bots.looked[1:], strict=False)]
    assert max(gaps) < 1.1
    assert len([moment for moment in bots.looked if moment < 3]) > 8
    assert len(bots.looked) < 50


@pytest.mark.parametrize(
    ("sample", "verdict", "key"),
    [
        (Sample(False, None, reason="refused"), Verdict.DIED, "proof.died"),
        (GOOD._replace(identity=TWO), Verdict.REPLACED, "proof.replaced"),
        (
            Sample(False, ONE, 0, NEW, "status", Phrase("probe.status", status=503)),
            Verdict.UNHEALTHY,
            "proof.unhealthy-because",
        ),
        (Sample(False, ONE, 0, NEW), Verdict.UNHEALTHY, "proof.unhealthy"),
        (
            Sample(False, None, 0, None, "refused", Phrase("probe.refused", place="127.0.0.1:1")),
            Verdict.DIED,
            "proof.died-because",
        ),
        (
            GOOD._replace(identity=TWO, why=Phrase("probe.alive", pid=1)),
            Verdict.REPLACED,
            "proof.replaced",
        ),
        (GOOD._replace(commit="b" * 40), Verdict.WRONG_COMMIT, "proof.wrong-commit"),
        (Sample(None, ONE, 0, NEW), Verdict.UNKNOWN, "proof.unknown-not-asked"),
    ],
)
def test_what_goes_wrong_is_said_in_one_line(sample: Sample, verdict: Verdict, key: str) -> None:
    """After ten good seconds; both languages have the sentence."""
    bots, heard = Bots(lambda elapsed: (GOOD if elapsed < 10 else sample,)), Transcript()
    result = watched(bots, heard)
    assert result.verdict is verdict
    assert not result.proven
    assert heard.keys == ["proof.begin", key]


def test_a_bot_that_never_came_is_told_with_its_reason() -> None:
    """Asked at the door of a machine that has a network."""
    refused = Sample(False, ONE, 0, NEW, "refused", Phrase("probe.refused", place="127.0.0.1:1"))
    heard = Transcript()
    assert watched(Bots(lambda _elapsed: (refused,)), heard).verdict is Verdict.NEVER_READY
    assert heard.keys[-1] == "proof.never-ready-because"
    heard = Transcript()
    assert watched(Bots(lambda _elapsed: (refused._replace(why=None),)), heard).reason == "refused"
    assert heard.keys[-1] == "proof.never-ready"


def test_a_machine_that_is_cut_off_blames_nobody() -> None:
    """The network goes, and the bot with it."""
    bots = Bots(lambda elapsed: (GOOD if elapsed < 10 else Sample(False, None, reason="refused"),))
    bots.way_out = lambda elapsed: elapsed < 9
    heard = Transcript()
    result = watched(bots, heard)
    assert (result.verdict, result.reason) == (Verdict.UNKNOWN, "no-way-out")
    assert heard.keys[-1] == "proof.unknown-no-way-out"


def test_an_answer_from_nobody_known_is_told() -> None:
    """Nobody knows whose health that is."""
    heard = Transcript()
    result = watched(Bots(lambda _elapsed: (Sample(True, None),)), heard)
    assert (result.verdict, result.reason) == (Verdict.UNKNOWN, "nobody-known")
    assert heard.keys[-1] == "proof.unknown-nobody-known"


def test_the_bot_that_decided_it_is_named() -> None:
    """Of several."""
    dead = Sample(False, None, reason="refused", name="two")
    bots = Bots(
        lambda elapsed: (GOOD._replace(name="one"), dead if elapsed > 5 else GOOD._replace(name="two"))
    )
    assert watched(bots, Transcript()).bot == "two"


def test_slow_answers_are_no_lateness_of_ours() -> None:
    """A bot that takes five seconds to answer well is proven like any other."""
    assert watched(Bots(lambda _elapsed: (GOOD,), takes=5.0), Transcript()).proven


def test_a_sleep_of_the_machine_begins_the_window_anew() -> None:
    """The lid was closed for an hour after ten seconds."""
    bots = Bots(lambda _elapsed: (GOOD,))
    plain = bots.sleep

    def sleep(seconds: float) -> None:
        plain(seconds + (3600 if 10 < bots.elapsed < 11 else 0))

    bots.sleep = sleep  # type: ignore[method-assign]
    result = watched(bots, Transcript())
    assert result.proven
    assert result.seconds > 3600 + 30


def test_ctrl_c_goes_through_as_it_comes() -> None:
    """While it waits, and while it asks."""
    heard = Transcript()

    def interrupted(_elapsed: float) -> tuple[Sample, ...]:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        watched(Bots(interrupted), heard)
    assert heard.keys == ["proof.begin"]
    bots = Bots(lambda _elapsed: (GOOD,))

    def sleep(seconds: float) -> None:
        raise KeyboardInterrupt

    bots.sleep = sleep  # type: ignore[method-assign]
    with pytest.raises(KeyboardInterrupt):
        watched(bots, heard)
