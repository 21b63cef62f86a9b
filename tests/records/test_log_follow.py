"""Followed across everything that happens to a log: each line comes once, in order, at any speed."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.records.logs import Log, numbered
from vigie.records.bot_log import EVER, Follower, follow, last_lines
from vigie.records.hole import Means, means_of
from vigie.records.log_note import end_of
from vigie.records.log_rotation import compress_rotated, rotate_at_launch

LINE = 100


class Ended(Exception):  # noqa: N818  (the end of a story, not an error)
    """The story is over."""


@pytest.fixture(params=["here", "tmpfs"])
def log(request: pytest.FixtureRequest, tmp_path: Path) -> Log:
    """A log on a disk that can take holes out (most), and on one where they stay (tmpfs)."""
    if request.param == "tmpfs":
        return Log(request.getfixturevalue("memory_disk"))
    if means_of(str(tmp_path)) is Means.NOTHING:
        pytest.skip("no holes can be made in files here")
    return Log(tmp_path)


def told(log: Log, *steps: Callable[[], object], last: int | None = 0, since: int = EVER) -> bytes:
    """Follow while each idle moment does the next step; return what came."""
    remaining: Iterator[Callable[[], object]] = iter(steps)

    def wait(_seconds: float) -> None:
        step = next(remaining, None)
        if step is None:
            raise Ended
        step()

    pieces: list[bytes] = []
    with pytest.raises(Ended):
        pieces.extend(data for _, data in follow([Follower(log.path, last, log.note, since)], wait))
    return b"".join(pieces)


def test_a_follower_goes_on_where_it_was_when_the_head_is_put_away(log: Log) -> None:
    """Before, behind and in the midst of what is moved."""
    lines = numbered(6000)
    parts = [lines[place : place + 60_000] for place in range(0, len(lines), 60_000)]
    steps: list[Callable[[], object]] = []
    for part in parts:
        steps += [lambda part=part: log.prints(part), log.trim]  # type: ignore[misc]
    assert told(log, *steps) == lines


def test_a_follower_that_fell_behind_reads_the_archives(log: Log) -> None:
    """Several of them, packed or not; also from the record's beginning and in the midst of a character."""
    lines = numbered(3000) + "é€🤖\n".encode() * 5000

    def much() -> None:
        log.prints(lines)
        log.trim()
        assert compress_rotated(log.path, 100) is None

    assert told(log, much, much) == lines * 2


def test_of_a_log_that_appears_nothing_is_missed_however_soon_it_is_put_away(log: Log) -> None:
    """Printed and put away between two looks, the first of which has found no file."""
    lines = numbered(3000)
    log.file.unlink()

    def much() -> None:
        log.prints(lines)
        log.trim()

    assert told(log, lambda: None, much) == lines


def test_of_a_successor_nothing_is_missed_however_soon_it_is_put_away(log: Log) -> None:
    """Renamed at a launch, printed into and put away between two looks: positions go on."""
    lines = numbered(6000)

    def launched() -> None:
        log.prints(lines[100_000:200_000])
        assert rotate_at_launch(log.path, 1000, 100, log.note) is None
        log.prints(lines[200_000:])
        log.trim()

    assert told(log, lambda: log.prints(lines[:100_000]), launched) == lines


def test_a_follower_that_fell_behind_too_far_goes_on_with_what_is_kept(log: Log) -> None:
    """Nothing repeated, nothing out of order."""
    lines = numbered(6000)

    def too_much() -> None:
        log.prints(lines[5000:])
        log.trim(keep=2)

    came = told(log, lambda: log.prints(lines[:5000]), too_much)
    assert came.startswith(lines[:5000])
    assert lines.endswith(came[5000:])
    assert 100_000 < len(came) < 200_000


def test_the_last_lines_reach_back_into_the_archives(log: Log) -> None:
    """A log just put away has few lines of its own."""
    lines = [line.decode() for line in numbered(6000).splitlines()]
    log.prints(numbered(6000))
    log.trim()
    for count in (1, 500, 2000, 7000):
        assert last_lines(log.path, count, note=log.note) == lines[-count:]
    assert told(log, last=2000) == numbered(6000)[-2000 * LINE :]


def test_an_earlier_runs_lines_are_not_shown_whatever_was_put_away(log: Log) -> None:
    """``since`` is a position, and keeps its meaning."""
    log.prints(numbered(3000))
    launched = end_of(log.path, log.note)
    assert launched == 3000 * LINE
    log.prints(b"today 1\n")
    log.trim(16_384)
    log.prints(b"today 2\n")
    assert last_lines(log.path, 15, launched, log.note) == ["today 1", "today 2"]
    assert log.streamed(launched) == b"today 1\ntoday 2\n"
    assert (
        told(log, lambda: log.prints(b"today 3\n"), last=None, since=launched)
        == b"today 1\ntoday 2\ntoday 3\n"
    )


def test_everything_since_ever_is_read_in_order(log: Log) -> None:
    """Also what was put away before the living file began, and in pieces."""
    log.file.with_name("bot.log.1").write_bytes(b"of an earlier file\n")
    log.prints(numbered(3000))
    assert log.streamed(0) == numbered(3000)
    assert told(log, last=None) == b"of an earlier file\n" + numbered(3000)
    assert last_lines(log.path, 5000, note=log.note)[0] == "000000000 " + "x" * 89
    assert last_lines(log.path, 5000, EVER, log.note)[0] == "of an earlier file"


def test_a_log_cut_while_it_is_followed_begins_anew(log: Log) -> None:
    """Truncated by somebody after its head was put away, and grown past our place at once."""

    def cut() -> None:
        log.file.write_bytes(b"")
        log.prints(b"anew\n" * 30_000)

    lines = numbered(1000)
    steps: list[Callable[[], object]] = [
        lambda: log.prints(lines),
        log.trim,
        cut,
        lambda: log.prints(b"more\n"),
        lambda: log.prints(b"yet\n"),
    ]
    assert told(log, *steps) == lines + b"anew\n" * 30_000 + b"more\nyet\n"


@pytest.mark.slow
def test_at_full_speed_every_line_comes_once_and_in_order(log: Log) -> None:
    """A process prints, a thread puts away and packs, and the follower sees what was printed."""
    count = 400_000
    finished = threading.Event()
    problems: list[object] = []

    def keeps() -> None:
        while not finished.is_set():
            log.trim(1_000_000)
            problems.append(compress_rotated(log.path, 1000))

    came: list[bytes] = []
    length = 0
    thread = threading.Thread(target=keeps)
    with log.printer(count):
        thread.start()
        try:
            for _, piece in follow([Follower(log.path, 0, log.note, 0)], time.sleep):
                came.append(piece)
                length += len(piece)
                if length >= count * LINE:
                    break
        finally:
            finished.set()
            thread.join()
    assert not any(problems)
    assert b"".join(came) == numbered(count)
    assert len(log.archives()) >= 20
