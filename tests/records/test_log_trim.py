"""A bot's log stays trimmed while the bot writes to it, and not a byte of it is lost, torn, doubled or moved."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.records.logs import CHILDREN, EVERYTHING, Log, numbered
from tests.waiting import patient, until
from vigie.records import log_trim
from vigie.records.hole import Means, means_of
from vigie.records.log_rotation import compress_rotated
from vigie.records.log_trim import trim

OrdinaryUser = Callable[[], AbstractContextManager[None]]

SMALL = 65_536


@pytest.fixture(params=["here", "tmpfs"])
def log(request: pytest.FixtureRequest, tmp_path: Path) -> Log:
    """A log on a disk that can take holes out (most), and on one where they stay (tmpfs)."""
    if request.param == "tmpfs":
        return Log(request.getfixturevalue("memory_disk"))
    if means_of(str(tmp_path)) is Means.NOTHING:
        pytest.skip("no holes can be made in files here")
    return Log(tmp_path)


def takes_out(log: Log) -> bool:
    """Whether holes are taken out where the log lies."""
    return means_of(str(log.file.parent)) is Means.TAKE_OUT


def test_a_small_or_missing_log_stays(log: Log) -> None:
    """Up to the limit nothing moves, and no log is no problem."""
    log.prints(b"x" * SMALL)
    log.trim(SMALL)
    assert log.names() == ["bot.log"]
    log.file.unlink()
    log.trim(SMALL)
    assert log.names() == []


def test_what_is_too_much_is_put_away_and_the_rest_goes_on(log: Log) -> None:
    """The newest archive is number 1, files joined in order are what was printed, the file stays the same."""
    inode = log.file.stat().st_ino
    lines = numbered(5000)
    log.prints(lines)
    trimmed = log.trim(SMALL)
    assert not trimmed.unfinished
    assert log.names()[:3] == ["bot.log", "bot.log.1", "bot.log.2"]
    assert log.joined() == log.streamed() == lines
    assert log.holds() <= SMALL
    assert all(path.stat().st_size <= SMALL for path in log.archives())
    assert log.file.stat().st_ino == inode
    if sys.platform != "win32":
        assert log.file.stat().st_blocks * 512 <= 2 * SMALL
    assert (log.file.stat().st_size <= SMALL + 4096) == takes_out(log)
    assert (trimmed.own < 4096) == takes_out(log)
    log.prints(b"more\n")
    assert log.joined() == log.streamed() == lines + b"more\n"


@pytest.mark.parametrize("line", ["x" * 63 + "\n", "é€🤖\r\n", "tick\n", "\n"])
def test_archives_begin_and_end_with_whole_lines(log: Log, line: str) -> None:
    """Also lines that never end at the edge of a block, so that every archive can be read by itself."""
    printed = ("odd\n" + line * (400_000 // len(line.encode()))).encode()
    log.prints(printed)
    log.trim(SMALL)
    assert len(log.archives()) >= 5
    assert all(archive.endswith(b"\n") for archive in log.archived())
    assert all(archive.startswith(line.encode()) for archive in log.archived()[1:])
    assert log.own().startswith(line.encode())
    assert log.joined() == log.streamed() == printed


def test_where_a_line_ends_at_a_block_the_file_stays_what_the_bot_printed(log: Log) -> None:
    """The usual case: no blank line stands at its head."""
    lines = numbered(20_000)
    log.prints(lines)
    log.trim(SMALL * 4)
    assert lines.endswith(log.file.read_bytes().lstrip(b"\0"))


def test_a_line_longer_than_the_limit_is_parted_and_joined_again(log: Log) -> None:
    """Without any line end there is still an end to an archive."""
    data = bytes(range(1, 10)) * 50_000
    log.prints(data)
    log.trim(SMALL)
    assert len(log.archives()) >= 5
    assert log.joined() == log.streamed() == data


@pytest.mark.slow
@given(
    pieces=st.lists(
        st.tuples(st.integers(0, 50_000), st.sampled_from([b"\n", b"tick\n", b"\0", b"x", b"no end "])),
        min_size=1,
        max_size=5,
    ),
    max_size=st.integers(1, 100_000),
)
@settings(max_examples=25, deadline=None)
def test_whatever_is_printed_and_whenever_it_is_put_away(
    tmp_path_factory: pytest.TempPathFactory, pieces: list[tuple[int, bytes]], max_size: int
) -> None:
    """Logs that repeat themselves, of NULs, of one line only: the stream stays what was printed."""
    folder = tmp_path_factory.mktemp("log")
    if means_of(str(folder)) is Means.NOTHING:
        pytest.skip("no holes can be made in files here")
    log = Log(folder)
    printed = b""
    for length, pattern in pieces:
        data = (pattern * (length // len(pattern) + 1))[:length]
        log.prints(data)
        printed += data
        log.trim(max_size)
        assert log.streamed() == printed
    assert log.joined() == printed


def test_only_so_many_archives_stay(log: Log) -> None:
    """The oldest goes; a smaller number than before takes effect; what is left has no gap."""
    lines = numbered(10_000)
    log.prints(lines)
    log.trim(SMALL, keep=5)
    assert [path.name for path in log.archives()] == [f"bot.log.{number}" for number in (5, 4, 3, 2, 1)]
    assert lines.endswith(log.joined())
    assert log.streamed() == log.joined()
    log.prints(lines)
    log.trim(SMALL, keep=2)
    assert [path.name for path in log.archives()] == ["bot.log.2", "bot.log.1"]
    assert lines.endswith(log.joined())


def test_older_archives_may_be_compressed_between(log: Log) -> None:
    """They are read along, and grow older with the others."""
    printed = b""
    for number in range(6):
        data = numbered(1500) + b"%d\n" % number
        log.prints(data)
        printed += data
        log.trim(SMALL)
        assert compress_rotated(log.path, EVERYTHING) is None
        assert log.streamed() == log.joined() == printed
    assert log.names()[1] == "bot.log.1"
    assert all(path.suffix == ".gz" for path in log.archives()[:-1])


def test_compressing_cut_short_doubles_nothing(log: Log) -> None:
    """Killed between the copy's arrival and the plain file's removal: read once, and sorted out next time."""
    log.prints(numbered(3000))
    log.trim(SMALL)
    (log.file.parent / "bot.log.2.gz").write_bytes(b"cut")
    assert log.streamed() == numbered(3000)
    log.prints(numbered(1000))
    log.trim(SMALL)
    assert log.streamed() == log.joined() == numbered(3000) + numbered(1000)


@pytest.mark.slow
def test_at_full_speed_nothing_is_lost_torn_doubled_or_moved(log: Log) -> None:
    """A process prints as fast as it can until its log was put away twenty times under its hands."""
    times = 0
    with log.printer(10**9) as process:
        while times < 20:
            before = len(log.archives())
            log.trim(1_000_000)
            times += len(log.archives()) > before
            assert process.poll() is None
    log.trim(1_000_000)
    assert len(log.archives()) >= 20
    length, torn = divmod(len(log.joined()), 100)
    assert not torn
    printed = numbered(length)
    assert log.joined() == printed
    assert log.streamed() == printed
    assert all(path.read_bytes().endswith(b"\n") for path in log.archives())


def test_asked_to_stop_it_stops_at_once_and_goes_on_later(log: Log) -> None:
    """Whenever that is, nothing half done is left that anybody could take for a log."""
    lines = numbered(5000)
    log.prints(lines)
    asked = 0
    for moment in range(1000):
        asked = 0

        def stop(moment: int = moment) -> bool:
            nonlocal asked
            asked += 1
            return asked > moment

        trimmed = trim(log.path, log.note, SMALL, EVERYTHING, stop)
        assert trimmed.problem is None
        assert log.streamed() == log.joined() == lines
        if not trimmed.unfinished:
            break
    assert moment > 3
    assert log.holds() <= SMALL


@pytest.mark.slow
@pytest.mark.parametrize(("what", "deaths"), [("trim", 400), ("launch", 100)])
def test_killed_at_any_line_of_its_code_the_next_one_goes_on(log: Log, what: str, deaths: int) -> None:
    """At each instant of its death our reader sees everything once, and so do the files after the next try."""
    # two parts, whose ends are at no block's edge
    log.prints(numbered(1200, 61))
    story = [sys.executable, "-m", "tests.records.dies_everywhere", log.path, log.note, what]
    done = subprocess.run(
        story, cwd=CHILDREN.parents[1], capture_output=True, text=True, timeout=patient(300), check=False
    )
    assert done.returncode == 0, done.stderr
    # some lines run hundreds of times; that so many were tried shows that none was left out
    assert int(done.stdout) > deaths


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_killed_at_random_while_the_bot_prints_at_full_speed(log: Log, seed: int) -> None:
    """Twenty-five deaths for each seed; whoever comes next goes on, and in the end nothing is amiss."""
    chance = random.Random(seed)
    count = 400_000
    bounding = [
        sys.executable,
        str(CHILDREN / "bounds_a_log.py"),
        log.path,
        log.note,
        "300000",
        str(EVERYTHING),
    ]
    deaths = 0
    with log.printer(count) as printer:
        while deaths < 25:
            with subprocess.Popen(bounding, stdout=subprocess.PIPE) as process:
                assert process.stdout is not None
                assert process.stdout.readline() == b"ready\n"
                time.sleep(chance.uniform(0, 0.08))
                process.kill()
                assert process.wait() == -9
                deaths += 1
        until(lambda: printer.poll() is not None, 60, "the printer has printed everything")
    printed = numbered(count)
    assert log.streamed() == printed
    log.trim(300_000)
    assert log.joined() == log.streamed() == printed
    assert "bot.log.0" not in log.names()


def test_a_copy_that_nobody_needs_yet_is_dropped(log: Log) -> None:
    """Killed while copying: all of it still stands in the living file."""
    log.prints(numbered(1000))
    Path(f"{log.path}.0").write_bytes(b"half a copy")
    assert log.streamed() == numbered(1000)
    log.trim(SMALL)
    assert "bot.log.0" not in log.names()
    assert log.joined() == log.streamed() == numbered(1000)


class Died(BaseException):
    """Where a kill would have ended us."""


@pytest.mark.parametrize("step", ["put_first", "punch", "filler"])
def test_what_somebody_wrote_after_our_death_is_not_wiped(
    log: Log, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """Cut and written anew before the next one came: the copy is kept, and so is every new line."""
    log.prints(numbered(3000, 61))

    def dies(*_: object) -> None:
        raise Died

    monkeypatch.setattr(log_trim, step, dies)
    with pytest.raises(Died):
        log.trim(SMALL)
    monkeypatch.undo()
    assert log.streamed() == numbered(3000, 61)
    with log.file.open("wb") as file:
        file.write(b"anew\n" * 100_000)
    log.trim(SMALL)
    assert log.joined() == log.streamed()
    assert log.streamed().endswith(b"anew\n" * 100_000)
    assert log.streamed().removesuffix(b"anew\n" * 100_000) == log.archived()[0] == numbered(3000, 61)[:65514]


@pytest.mark.parametrize("step", ["put_first", "punch", "filler", "take_out"])
def test_a_log_that_was_replaced_after_our_death_is_left_alone(
    log: Log, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """Another file bears the name: what is noted of the old one says nothing of it."""
    if step == "take_out" and not takes_out(log):
        pytest.skip("holes stay here")
    log.prints(numbered(3000, 61))

    def dies(*_: object) -> None:
        raise Died

    monkeypatch.setattr(log_trim, step, dies)
    with pytest.raises(Died):
        log.trim(SMALL)
    monkeypatch.undo()
    log.file.rename(log.file.with_name("kept"))
    log.prints(numbered(1500, 61))
    assert log.streamed().endswith(numbered(1500, 61))
    log.trim(SMALL)
    assert log.joined() == log.streamed()
    assert log.streamed().endswith(numbered(1500, 61))


def test_a_log_that_was_truncated_goes_on(log: Log) -> None:
    """``: > bot.log`` while it has a hole, or has lost one: what comes afterwards is all there."""
    log.prints(numbered(3000))
    log.trim(SMALL)
    os.truncate(log.path, 0)
    assert log.own() == b""
    log.prints(b"anew\n")
    assert log.own() == b"anew\n"
    assert log.streamed().endswith(b"anew\n")
    log.prints(numbered(3000))
    log.trim(SMALL)
    assert log.joined().endswith(b"anew\n" + numbered(3000))


def test_a_full_disk_is_told_and_costs_nothing(tiny_disk: Path, fill: Callable[[Path], Path]) -> None:
    """No room for the copy: the log stays as it is, and once there is room it is put away."""
    log = Log(tiny_disk)
    log.prints(numbered(700))
    log.trim(1_000_000)
    ballast = fill(tiny_disk)
    for _ in range(3):
        trimmed = trim(log.path, log.note, 16_384, EVERYTHING)
        assert trimmed.problem is not None
        assert trimmed.problem.key == "record.log-not-bounded"
        assert log.names() == ["bot.log"]
        assert log.own() == numbered(700)
    ballast.unlink()
    log.trim(16_384)
    assert log.archives()
    assert log.joined() == log.streamed() == numbered(700)


def test_a_folder_closed_to_us_is_told_and_costs_nothing(tmp_path: Path, ordinary_user: OrdinaryUser) -> None:
    """No archive can be made there: the bot goes on, the problem names the log."""
    log = Log(tmp_path)
    if means_of(str(log.file.parent)) is Means.NOTHING:
        pytest.skip("no holes can be made in files here")
    log.prints(numbered(3000))
    log.file.parent.chmod(0o500)
    try:
        with ordinary_user():
            trimmed = trim(log.path, log.note, SMALL, 5)
    finally:
        log.file.parent.chmod(0o700)
    assert trimmed.problem is not None
    assert trimmed.problem.values["path"] == log.path
    assert log.names() == ["bot.log"]
    assert log.own() == numbered(3000)


def test_a_note_that_cannot_be_written_costs_nothing(log: Log) -> None:
    """Nothing is moved of which nobody could know where it is."""
    log.prints(numbered(3000))
    folder = Path(log.note).parent
    folder.write_bytes(b"in the way")
    trimmed = trim(log.path, log.note, SMALL, EVERYTHING)
    assert trimmed.problem is not None
    assert log.names() == ["bot.log"]
    assert log.own() == log.streamed() == numbered(3000)
    folder.unlink()
    log.trim(SMALL)
    assert log.joined() == log.streamed() == numbered(3000)


@pytest.mark.slow
def test_several_processes_of_a_bot_at_full_speed(log: Log) -> None:
    """Each has opened the log for appending: the lines of each are all there, once, whole and in order."""
    with log.printer(100_000, 80) as first, log.printer(100_000, 90) as second, log.printer(100_000) as third:
        while any(process.poll() is None for process in (first, second, third)):
            log.trim(1_000_000)
    log.trim(1_000_000)
    printed = log.joined()
    assert log.streamed() == printed
    by_length: dict[int, list[bytes]] = {}
    for line in printed.splitlines(keepends=True):
        by_length.setdefault(len(line), []).append(line)
    assert sorted(by_length) == [80, 90, 100]
    assert all(b"".join(lines) == numbered(100_000, length) for length, lines in by_length.items())


def test_archives_and_note_are_private(log: Log) -> None:
    """Whatever the mode of the log is."""
    log.file.chmod(0o644)
    log.prints(numbered(3000))
    log.trim(SMALL)
    assert compress_rotated(log.path, EVERYTHING) is None
    for path in [*log.archives(), Path(log.note)]:
        assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes here")
def test_what_is_no_ordinary_file_is_left_alone(tmp_path: Path) -> None:
    """A pipe or a folder of that name makes nobody wait."""
    if sys.platform != "win32":
        os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    for name in ("pipe", "folder"):
        trimmed = trim(str(tmp_path / name), str(tmp_path / "note"), 1, 5)
        assert trimmed.problem is None or trimmed.problem.key == "record.log-not-bounded"


def test_another_process_at_the_same_log_is_left_to_it(log: Log) -> None:
    """A monitor that is about to leave may still be at it while the next one begins."""
    if sys.platform != "win32":
        import fcntl

        log.prints(numbered(3000))
        with log.file.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            assert log.trim(SMALL).unfinished
            assert log.names() == ["bot.log"]
        log.trim(SMALL)
        assert len(log.names()) > 1


def test_where_no_holes_can_be_made_nothing_is_touched(plain_disk: Path) -> None:
    """It says that it is not able; putting away is for the next launch."""
    log = Log(plain_disk)
    log.prints(numbered(3000))
    assert not log.trim(SMALL).able
    assert log.names() == ["bot.log"]
    assert log.file.read_bytes() == numbered(3000)
