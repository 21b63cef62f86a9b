"""A loop that must not wait looks after a log, and is told when to look again and what went wrong."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.records.logs import Log, numbered
from tests.waiting import until
from vigie.problems import Failure
from vigie.records.hole import Means, means_of
from vigie.records.log_keeper import (
    AFTER_A_PROBLEM,
    LONGEST_PAUSE,
    SHORTEST_PAUSE,
    LogKeeper,
)

SIZE = 200_000


class Kept:
    """A log with a keeper, whose clock we move."""

    def __init__(self, log: Log, max_size: int | None = SIZE) -> None:
        """Begin at an arbitrary moment."""
        self.log = log
        self.now = 1000.0
        self.told: list[Failure] = []
        self.keeper = LogKeeper(log.path, log.note, log.marks, max_size, 1000, self.told.append)

    def look(self, later: float = 0.0) -> float:
        """Look ``later`` seconds later."""
        self.now += later
        return self.keeper.look(self.now, lambda: 1e9 + self.now)

    def settled(self) -> float:
        """Look until no thread is at work any more; return the pause that is asked for then."""
        until(lambda: self.keeper._thread is None or not self.keeper._thread.is_alive())
        return self.look(0.01)


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    """A log where holes can be made."""
    if means_of(str(tmp_path)) is Means.NOTHING:
        pytest.skip("no holes can be made in files here")
    return Kept(Log(tmp_path))


def test_a_log_that_is_small_enough_is_only_looked_at(kept: Kept) -> None:
    """Seldom when nothing is printed, also when there is no log."""
    kept.log.prints(numbered(100))
    assert kept.look() == LONGEST_PAUSE
    assert kept.look(5) == LONGEST_PAUSE
    kept.log.file.unlink()
    assert kept.look(5) == LONGEST_PAUSE
    assert kept.log.names() == []


def test_the_faster_it_grows_the_sooner_it_is_looked_at(kept: Kept) -> None:
    """Half of the time that is left at the pace of late."""
    kept.look()
    kept.log.prints(b"x" * 20_000)
    assert kept.look(1) == pytest.approx(180_000 / 20_000 / 2)
    kept.log.prints(b"x" * 100_000)
    assert kept.look(1) == pytest.approx(80_000 / 100_000 / 2)
    kept.log.prints(b"x" * 79_999)
    assert kept.look(1) == SHORTEST_PAUSE


def test_what_is_too_much_is_put_away_by_a_thread(kept: Kept) -> None:
    """The loop goes on meanwhile; in the end older archives are compressed."""
    lines = numbered(8000)
    kept.log.prints(lines)
    assert kept.look() == SHORTEST_PAUSE
    assert kept.settled() == LONGEST_PAUSE
    assert kept.log.names()[:3] == ["bot.log", "bot.log.1", "bot.log.2.gz"]
    assert kept.log.joined() == kept.log.streamed() == lines
    assert kept.told == []


def test_what_somebody_left_unfinished_is_finished_at_the_first_look(kept: Kept) -> None:
    """Small as the log may be."""
    kept.log.prints(numbered(100))
    Path(f"{kept.log.path}.0").write_bytes(b"half a copy")
    kept = Kept(kept.log)
    assert kept.look() == SHORTEST_PAUSE
    kept.settled()
    assert kept.log.names() == ["bot.log"]


def test_during_a_flood_archives_wait_to_be_compressed(kept: Kept) -> None:
    """Room comes first; compressing follows when the bot prints less."""
    kept.look()
    for _ in range(3):
        kept.log.prints(numbered(4000))
        kept.look(0.5)
        kept.settled()
    assert not any(name.endswith(".gz") for name in kept.log.names())
    kept.look(10)
    assert kept.settled() == LONGEST_PAUSE
    assert all(name.endswith(".gz") for name in kept.log.names()[2:])
    assert kept.log.streamed() == kept.log.joined() == numbered(4000) * 3


def test_a_problem_is_told_once_and_tried_again_later(tiny_disk: Path, fill: Callable[[Path], Path]) -> None:
    """The disk is full for a while; nothing is lost, and once there is room the log becomes small."""
    kept = Kept(Log(tiny_disk), 16_384)
    kept.log.prints(numbered(700))
    ballast = fill(tiny_disk)
    for _ in range(4):
        assert kept.look(AFTER_A_PROBLEM) == SHORTEST_PAUSE
        assert kept.settled() <= LONGEST_PAUSE
        assert kept.look(1) <= LONGEST_PAUSE
    assert [problem.key for problem in kept.told] == ["record.log-not-bounded"]
    assert kept.log.streamed() == numbered(700)
    ballast.unlink()
    assert kept.look(AFTER_A_PROBLEM) == SHORTEST_PAUSE
    kept.settled()
    assert kept.log.streamed() == numbered(700)
    assert kept.log.holds() <= 16_384
    assert len(kept.told) == 1


@pytest.mark.parametrize("max_size", [None, SIZE])
def test_a_log_that_may_grow_or_cannot_be_bounded_is_left_alone(
    plain_disk: Path, max_size: int | None
) -> None:
    """Asked for with "none", or on a file system without holes."""
    kept = Kept(Log(plain_disk), max_size)
    kept.log.prints(numbered(8000))
    kept.look()
    kept.settled()
    for _ in range(3):
        assert kept.look(60) == LONGEST_PAUSE
    assert kept.log.names() == ["bot.log"]


def test_closed_it_stops_soon_and_begins_nothing_more(kept: Kept) -> None:
    """A monitor that leaves does not wait for the disk; the next one goes on."""
    lines = numbered(40_000)
    kept.log.prints(lines)
    kept.look()
    kept.keeper.close(patience=30)
    assert kept.keeper._thread is not None
    assert not kept.keeper._thread.is_alive()
    assert kept.log.holds() > SIZE
    assert kept.look(60) > 1e9
    assert kept.log.streamed() == lines
    after = Kept(kept.log)
    after.look()
    while after.settled() < LONGEST_PAUSE:
        pass
    assert kept.log.streamed() == kept.log.joined() == lines


def test_without_a_thread_to_be_had_the_log_waits(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine at its limit is no reason to end a watch."""

    def refused(*_: object, **__: object) -> None:
        raise RuntimeError("can't start new thread")

    kept.log.prints(numbered(8000))
    monkeypatch.setattr(threading.Thread, "start", refused)
    assert kept.look() == LONGEST_PAUSE
    monkeypatch.undo()
    assert kept.look(5) == SHORTEST_PAUSE
    kept.settled()
    assert kept.log.streamed() == numbered(8000)


@pytest.mark.slow
def test_many_floods_at_once_are_all_kept_small(tmp_path: Path) -> None:
    """Real processes, a real clock: each log is trimmed, each line of each is there."""
    if means_of(str(tmp_path)) is Means.NOTHING:
        pytest.skip("no holes can be made in files here")
    logs = []
    for number in range(3):
        (tmp_path / str(number)).mkdir()
        logs.append(Log(tmp_path / str(number)))
    kept = [Kept(log, 1_000_000) for log in logs]
    with (
        logs[0].printer(100_000) as first,
        logs[1].printer(100_000) as second,
        logs[2].printer(100_000) as third,
    ):
        while any(process.poll() is None for process in (first, second, third)):
            now = time.monotonic()
            time.sleep(min(one.keeper.look(now, time.time) for one in kept))
    for one in kept:
        one.now = time.monotonic()
        while one.look(1) < LONGEST_PAUSE:
            one.settled()
        one.keeper.close()
        assert one.told == []
        assert one.log.holds() <= 1_000_000
        assert one.log.streamed() == one.log.joined() == numbered(100_000)
