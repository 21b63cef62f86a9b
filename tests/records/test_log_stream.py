"""Archives and the living file are one stream, whatever happens to them while it is read."""

from __future__ import annotations

import gzip
import threading
from pathlib import Path

import pytest

from tests.records.logs import Log, numbered
from vigie.records import log_stream
from vigie.records.bot_log import EVER
from vigie.records.hole import Means, means_of
from vigie.records.log_archives import Archive
from vigie.records.log_note import end_of
from vigie.records.log_rotation import compress_rotated, rotate_at_launch
from vigie.records.log_stream import GoneError, LogStream
from vigie.records.reading import open_to_read


@pytest.fixture
def log(tmp_path: Path) -> Log:
    """A log where holes can be made."""
    if means_of(str(tmp_path)) is Means.NOTHING:
        pytest.skip("no holes can be made in files here")
    return Log(tmp_path)


def opened(log: Log) -> LogStream:
    """Return the stream of the log as it is now."""
    return LogStream(log.path, open_to_read(log.path), log.note)


def test_each_position_keeps_its_byte(log: Log) -> None:
    """However much was put away and compressed since."""
    lines = numbered(4000)
    stream = opened(log)
    log.prints(lines)
    for position in (0, 100_000, 399_900):
        assert stream.read(position, 100) == lines[position : position + 100]
    log.trim()
    assert compress_rotated(log.path, 100) is None
    for position in (0, 100_000, 399_900):
        assert stream.read(position, 100) == lines[position : position + 100]
    assert stream.read(400_000, 100) == b""
    assert stream.end() == end_of(log.path, log.note) == 400_000
    assert stream.begin_here() > 300_000
    stream.close()


def test_backwards_through_compressed_archives(log: Log) -> None:
    """As the last lines are looked for."""
    lines = numbered(4000)
    log.prints(lines)
    log.trim()
    assert compress_rotated(log.path, 100) is None
    stream = opened(log)
    position = stream.end()
    parts: list[bytes] = []
    while position > 0:
        begin = max(0, position - 7_777)
        part = b""
        while len(part) < position - begin:
            part += stream.read(begin + len(part), position - begin - len(part))
        parts.append(part)
        position = begin
    assert b"".join(reversed(parts)) == lines
    stream.close()


def test_what_was_dropped_is_told_with_where_to_go_on(log: Log) -> None:
    """The oldest archive is gone."""
    lines = numbered(4000)
    stream = opened(log)
    log.prints(lines)
    log.trim(keep=2)
    with pytest.raises(GoneError) as raised:
        stream.read(0, 100)
    following = raised.value.following
    assert stream.reachable(0) == stream.reachable(EVER) == following
    assert lines[following:].startswith(stream.read(following, 100))
    assert len(log.joined()) == 400_000 - following
    stream.close()


def test_archives_that_move_while_they_are_opened_are_opened_anew(
    log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between our look at their names and the opening, each has got another number."""
    lines = numbered(4000)
    log.prints(lines[:200_000])
    log.trim()
    moves = [lambda: (log.prints(lines[200_000:]), log.trim())]  # type: ignore[func-returns-value]

    class Moving(Archive):
        def __init__(self, path: str, end: int) -> None:
            if moves:
                moves.pop()()
            super().__init__(path, end)

    monkeypatch.setattr(log_stream, "Archive", Moving)
    assert log.streamed() == lines
    assert moves == []


def test_an_archive_being_read_may_be_dropped(log: Log) -> None:
    """What was opened is read to its end."""
    lines = numbered(4000)
    log.prints(lines)
    log.trim()
    stream = opened(log)
    got = stream.read(0, 100)
    for path in log.archives():
        path.unlink()
    while len(got) < 60_000:
        got += stream.read(len(got), 1000)
    assert lines.startswith(got)
    stream.close()


@pytest.mark.parametrize("damage", [b"", b"not packed at all, and longer than the shortest packed file"])
def test_a_damaged_archive_is_passed_over(log: Log, damage: bytes) -> None:
    """Whoever reads goes on with what is newer."""
    log.prints(numbered(4000))
    log.trim()
    oldest = log.archives()[0]
    length = oldest.stat().st_size
    oldest.with_name(f"{oldest.name}.gz").write_bytes(damage)
    oldest.unlink()
    assert log.streamed() == numbered(4000)[length:]


def test_of_an_archive_cut_short_the_beginning_is_read(log: Log) -> None:
    """As much as can be unpacked."""
    lines = numbered(700)
    archive = log.file.with_name("bot.log.1.gz")
    packed = gzip.compress(lines)
    # damaged in its midst, the trailer with the length is whole
    archive.write_bytes(packed[: len(packed) // 2] + b"\xff" * 20 + packed[len(packed) // 2 + 20 :])
    log.prints(b"later\n")
    came = log.streamed()
    assert came.endswith(b"later\n")
    assert lines.startswith(came.removesuffix(b"later\n")[:1000])
    assert len(came) < len(lines) + 1000


def test_without_its_folder_nothing_can_be_read_and_nothing_hangs(log: Log) -> None:
    """Somebody has deleted the logs while they are being followed."""
    log.prints(numbered(4000))
    log.trim()
    stream = opened(log)
    for path in [*log.archives(), log.file]:
        path.unlink()
    log.file.parent.rmdir()
    with pytest.raises(GoneError):
        stream.read(0, 100)
    stream.close()


def test_a_log_renamed_at_a_launch_still_knows_what_is_older(memory_disk: Path) -> None:
    """Where holes stay, the file begins anew at a launch; its old self is followed to its end."""
    log = Log(memory_disk)
    lines = numbered(4000)
    log.prints(lines)
    log.trim()
    stream = opened(log)
    assert rotate_at_launch(log.path, 1000, 100) is None
    log.file.write_bytes(b"of another launch\n")
    got = b""
    while part := stream.read(len(got), 10_000):
        got += part
    assert got == lines
    stream.close()
    assert compress_rotated(log.path, 100) is None
    # the blank line that stands behind the hole has become a line of the archive
    shown = log.streamed().splitlines(keepends=True)
    assert b"".join(line for line in shown if line.strip()) == lines + b"of another launch\n"
    assert log.streamed(0) == b"of another launch\n"


def test_positions_go_on_after_a_launch(log: Log) -> None:
    """What was noted of the old file still names the same line; its follower goes on with the next file."""
    lines = numbered(4000)
    log.prints(lines)
    stream = opened(log)
    assert rotate_at_launch(log.path, 1000, 100, log.note) is None
    assert log.file.stat().st_mode & 0o777 == 0o600
    assert end_of(log.path, log.note) == 400_000
    log.prints(b"of another launch\n")
    assert stream.end() == 400_000
    assert stream.read(399_900, 1000) == lines[-100:]
    assert log.streamed(399_900) == lines[-100:] + b"of another launch\n"
    stream.close()


@pytest.mark.slow
def test_read_in_leaps_while_everything_moves(log: Log) -> None:
    """A thread prints, puts away and compresses without a pause; every piece that is read is right."""
    count = 60_000
    lines = numbered(count)
    finished = threading.Event()

    def moves() -> None:
        for place in range(0, len(lines), 30_000):
            log.prints(lines[place : place + 30_000])
            log.trim()
            assert compress_rotated(log.path, 1000) is None
        finished.set()

    thread = threading.Thread(target=moves)
    stream = opened(log)
    thread.start()
    reads = 0
    try:
        while not finished.is_set():
            end = stream.end()
            for part in range(10):
                position = end * part // 10
                got = stream.read(position, 5000)
                assert got == lines[position : position + len(got)]
                assert got or position == end
                reads += 1
    finally:
        thread.join()
        stream.close()
    assert reads > 100
    assert log.streamed() == lines
