"""What the bot printed is read from its end and followed without losing or repeating anything."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vigie.problems import Failure
from vigie.records.bot_log import CUT_MARK, LONGEST_LINE, Follower, follow, last_lines
from vigie.records.log_rotation import rotate_at_launch


class Ended(Exception):  # noqa: N818  (the end of a story, not an error)
    """The story is over."""


def told(path: Path, *steps: Callable[[], object], last: int = 0) -> list[bytes]:
    """Follow ``path`` while each idle moment does the next step; return the pieces that came."""
    remaining: Iterator[Callable[[], object]] = iter(steps)
    pauses: list[float] = []

    def wait(seconds: float) -> None:
        pauses.append(seconds)
        step = next(remaining, None)
        if step is None:
            raise Ended
        step()

    pieces: list[bytes] = []
    with pytest.raises(Ended):
        pieces.extend(data for _, data in follow([Follower(str(path), last)], wait))
    assert all(0.1 <= pause <= 0.25 for pause in pauses)
    return pieces


def appended(path: Path, data: bytes) -> Callable[[], None]:
    """A step: the bot prints."""

    def step() -> None:
        with path.open("ab") as file:
            file.write(data)

    return step


def test_the_last_lines_come_without_their_ends(tmp_path: Path) -> None:
    """LF, CRLF and a last line still being written."""
    path = tmp_path / "bot.log"
    path.write_bytes("un\r\ndeux é\n\ntrois".encode())
    assert last_lines(str(path), 10) == ["un", "deux é", "", "trois"]
    assert last_lines(str(path), 2) == ["", "trois"]
    appended(path, b"\n")()
    assert last_lines(str(path), 2) == ["", "trois"]


@pytest.mark.parametrize(("data", "lines"), [(b"", []), (b"\n", [""]), (b"a", ["a"]), (b"a\n", ["a"])])
def test_short_files_have_the_lines_they_have(tmp_path: Path, data: bytes, lines: list[str]) -> None:
    """Nothing is invented at the edges, and no line is asked for without an answer."""
    path = tmp_path / "bot.log"
    path.write_bytes(data)
    assert last_lines(str(path), 15) == lines
    assert last_lines(str(path), 0) == []


def test_a_missing_log_has_no_lines(tmp_path: Path) -> None:
    """A bot that never printed is no error."""
    assert last_lines(str(tmp_path / "logs" / "bot.log"), 15) == []


def test_what_is_not_text_is_replaced(tmp_path: Path) -> None:
    """Any byte can be shown."""
    path = tmp_path / "bot.log"
    path.write_bytes(b"caf\xe9\n\xff\xfe\n")
    assert last_lines(str(path), 2) == ["caf\ufffd", "\ufffd\ufffd"]


def test_an_earlier_runs_lines_are_not_shown(tmp_path: Path) -> None:
    """``since`` is the size at launch; a file cut since then is shown from its beginning."""
    path = tmp_path / "bot.log"
    path.write_bytes(b"of yesterday\n")
    size = path.stat().st_size
    assert last_lines(str(path), 15, since=size) == []
    appended(path, b"of today\n")()
    assert last_lines(str(path), 15, since=size) == ["of today"]
    path.write_bytes(b"anew\n")
    assert last_lines(str(path), 15, since=size) == ["anew"]


def test_of_a_huge_log_only_the_end_is_read(tmp_path: Path) -> None:
    """The last lines of 2 GB come at once."""
    path = tmp_path / "bot.log"
    with path.open("wb") as file:
        file.truncate(2_000_000_000)
    appended(path, b"\n" + b"".join(b"line %d\n" % number for number in range(100)))()
    begun = time.perf_counter()
    assert last_lines(str(path), 15) == [f"line {number}" for number in range(85, 100)]
    assert time.perf_counter() - begun < 1.0


def test_an_endless_line_is_cut_between_characters(tmp_path: Path) -> None:
    """Of one line without end the last KiB are shown, marked, no character broken."""
    path = tmp_path / "bot.log"
    path.write_bytes("€".encode() * 1_000_000)
    for count in (1, 15):
        (line,) = last_lines(str(path), count)
        assert line.startswith(CUT_MARK)
        assert set(line.removeprefix(CUT_MARK)) == {"€"}
        assert len(line.encode()) <= LONGEST_LINE + len(CUT_MARK)


def test_long_lines_do_not_hide_their_neighbours(tmp_path: Path) -> None:
    """Lines of the greatest length shown are all there, whole."""
    path = tmp_path / "bot.log"
    lines = [str(number) * LONGEST_LINE for number in range(9)]
    path.write_bytes("\r\n".join(lines).encode())
    assert last_lines(str(path), 3) == lines[-3:]


@given(
    lines=st.lists(st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs"])), max_size=30),
    count=st.integers(1, 20),
)
@settings(max_examples=100, deadline=None)
def test_any_lines_come_back(tmp_path_factory: pytest.TempPathFactory, lines: list[str], count: int) -> None:
    """The same lines as reading the whole file would give."""
    path = tmp_path_factory.mktemp("lines") / "bot.log"
    path.write_bytes("".join(line + "\n" for line in lines).encode())
    assert last_lines(str(path), count) == lines[-count:]


@pytest.mark.parametrize("count", [1, 1000, 5000])
def test_blocks_do_not_show(tmp_path: Path, count: int) -> None:
    """Lines that lie across the blocks that are read are whole."""
    path = tmp_path / "bot.log"
    lines = [f"{number} " + "x" * (number % 97) for number in range(5000)]
    path.write_bytes("\n".join(lines).encode())
    assert last_lines(str(path), count) == lines[-count:]


def test_a_folder_of_that_name_is_a_clear_failure(tmp_path: Path) -> None:
    """Reading and following both say so."""
    for attempt in (
        lambda: last_lines(str(tmp_path), 1),
        lambda: next(follow([Follower(str(tmp_path))], time.sleep)),
    ):
        with pytest.raises(Failure) as raised:
            attempt()
        assert raised.value.key in ("record.not-a-file", "record.not-readable")


def test_following_begins_with_the_last_lines_and_goes_on(tmp_path: Path) -> None:
    """The lines asked for, then everything new, nothing twice."""
    path = tmp_path / "bot.log"
    path.write_bytes(b"1\n2\n3\n")
    pieces = told(path, appended(path, b"4\n"), appended(path, b"5"), appended(path, b"\n6\n"), last=2)
    assert b"".join(pieces) == b"2\n3\n4\n5\n6\n"


def test_following_without_last_lines_gives_only_what_is_new(tmp_path: Path) -> None:
    """What was there before stays unsaid."""
    path = tmp_path / "bot.log"
    path.write_bytes(b"old\n")
    assert told(path, appended(path, b"new\n")) == [b"new\n"]


def test_a_log_that_does_not_exist_yet_is_waited_for(tmp_path: Path) -> None:
    """Neither folder nor file are there; once they are, all of it is new."""
    path = tmp_path / "logs" / "bot.log"
    pieces = told(
        path, path.parent.mkdir, lambda: None, appended(path, b"first\n"), appended(path, b"second\n")
    )
    assert b"".join(pieces) == b"first\nsecond\n"


def test_a_log_that_was_cut_is_read_from_its_beginning(tmp_path: Path) -> None:
    """Truncated, then written anew."""
    path = tmp_path / "bot.log"
    path.write_bytes(b"old old old\n")
    pieces = told(path, appended(path, b"more\n"), lambda: path.write_bytes(b""), appended(path, b"new\n"))
    assert b"".join(pieces) == b"more\nnew\n"


def test_a_log_cut_and_grown_past_our_place_is_noticed(tmp_path: Path) -> None:
    """Between two looks the file was cut and became longer than before: none of it is missed."""
    path = tmp_path / "bot.log"
    path.write_bytes(b"old\n")
    anew = b"".join(b"new %d\n" % number for number in range(100))
    assert b"".join(told(path, lambda: path.write_bytes(anew))) == anew


def test_a_renamed_log_is_read_to_its_end_before_its_successor(tmp_path: Path) -> None:
    """What was written between our last look and the rotation comes first, then the new file whole."""
    path = tmp_path / "bot.log"
    path.write_bytes(b"")

    def rotated() -> None:
        appended(path, b"last words\n")()
        assert rotate_at_launch(str(path), 5) is None
        path.write_bytes(b"first words\n")

    pieces = told(path, appended(path, b"1\n"), rotated, appended(path, b"2\n"))
    assert b"".join(pieces) == b"1\nlast words\nfirst words\n2\n"


def test_a_renamed_log_without_successor_is_still_followed(tmp_path: Path) -> None:
    """Another program rotated and the bot goes on writing to the old file until it is restarted."""
    path = tmp_path / "bot.log"
    path.write_bytes(b"")
    moved = tmp_path / "moved"
    pieces = told(
        path, lambda: path.rename(moved), appended(moved, b"still here\n"), lambda: path.write_bytes(b"new\n")
    )
    assert b"".join(pieces) == b"still here\nnew\n"


@pytest.mark.skipif(sys.platform == "win32", reason="an open file cannot be deleted at once on Windows")
def test_a_deleted_and_recreated_log_is_read_from_its_beginning(tmp_path: Path) -> None:
    """A file of the same name is another file."""
    path = tmp_path / "bot.log"
    path.write_bytes(b"old\n")

    def recreated() -> None:
        path.unlink()
        path.write_bytes(b"old\nnew\n")

    assert b"".join(told(path, recreated)) == b"old\nnew\n"


def test_a_character_is_never_split(tmp_path: Path) -> None:
    """Byte after byte, every piece that comes can be decoded by itself."""
    path = tmp_path / "bot.log"
    path.write_bytes(b"")
    text = "aé€🤖z\n"
    steps = [appended(path, bytes([byte])) for byte in text.encode()]
    pieces = told(path, *steps)
    assert [piece.decode() for piece in pieces] == list(text)


def test_what_is_not_utf8_comes_all_the_same(tmp_path: Path) -> None:
    """Bytes that look like half a character are given once that is clear, or at a change of file."""
    path = tmp_path / "bot.log"
    path.write_bytes(b"")

    def recreated() -> None:
        path.rename(tmp_path / "moved")
        path.write_bytes(b"new\n")

    pieces = told(
        path,
        appended(path, b"caf\xe9"),
        appended(path, b"\n\x80\x80\x80\x80\xff"),
        appended(path, b"\xe2\x82"),
        recreated,
    )
    assert b"".join(pieces) == b"caf\xe9\n\x80\x80\x80\x80\xff\xe2\x82new\n"


@given(
    data=st.text().map(str.encode) | st.binary(),
    cuts=st.lists(st.integers(0, 40), max_size=8),
)
@settings(max_examples=100, deadline=None)
def test_any_bytes_in_any_pieces_arrive_in_order(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, cuts: list[int]
) -> None:
    """Nothing is lost, repeated or reordered, but for half a character that may still be completed."""
    path = tmp_path_factory.mktemp("follow") / "bot.log"
    path.write_bytes(b"")
    edges = sorted({0, len(data), *(min(cut, len(data)) for cut in cuts)})
    steps = [appended(path, data[begin:end]) for begin, end in pairwise(edges)]
    came = b"".join(told(path, *steps))
    assert data.startswith(came)
    assert len(data) - len(came) <= 3
    assert came == data or data[len(came)] >= 0xC0


def test_a_big_log_comes_in_pieces(tmp_path: Path) -> None:
    """Memory stays small however much is shown."""
    path = tmp_path / "bot.log"
    path.write_bytes(b"")
    data = os.urandom(1_000_000)
    pieces = told(path, appended(path, data))
    assert b"".join(pieces)[: len(data) - 3] == data[:-3]
    assert max(map(len, pieces)) <= 65_539


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="counts descriptors in /proc")
def test_following_lets_go_of_every_file(tmp_path: Path) -> None:
    """Through renames and at its end no descriptor stays open."""
    path = tmp_path / "bot.log"
    before = len(os.listdir("/proc/self/fd"))

    def recreated() -> None:
        path.unlink(missing_ok=True)
        path.write_bytes(b"x\n")

    told(path, *[recreated] * 20)
    last_lines(str(path), 5)
    assert len(os.listdir("/proc/self/fd")) == before
