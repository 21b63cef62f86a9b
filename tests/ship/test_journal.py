"""The journal of a run: whole lines only, whatever cut it short, and room for them on a full disk."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.problems import Failure
from vigie.ship.journal import BEGUN, DONE, FAILED, NAME, ROOM, Journal, read_story


def begun(folder: Path) -> Journal:
    """Begin a run."""
    journal = Journal(str(folder))
    journal.begin({"pid": 1, "message": "fix: é\udcff"})
    return journal


def test_what_is_noted_is_read_again(tmp_path: Path) -> None:
    """Steps in their order, with their facts, odd bytes of file names included."""
    journal = begun(tmp_path)
    journal.note("land", BEGUN, {"path": "a\udcffb"}, durable=True)
    story = read_story(str(tmp_path))
    assert story is not None
    assert story.run["message"] == "fix: é\udcff"
    assert story.facts("land") == {"path": "a\udcffb"}
    assert story.open("land") and not story.ended and story.step == "land"
    journal.note("land", FAILED, {"code": "x"})
    journal.end(1)
    story = read_story(str(tmp_path))
    assert story is not None
    assert story.ended and not story.open("land")
    assert story.facts("land", DONE) is None


def test_its_room_is_taken_at_once_and_is_ours_alone(tmp_path: Path) -> None:
    """A disk that fills up later cannot keep a step from being noted."""
    begun(tmp_path).close()
    file = tmp_path / NAME
    assert file.stat().st_size >= ROOM
    if sys.platform == "linux":
        assert file.stat().st_blocks * 512 >= ROOM
    if sys.platform != "win32":
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


@pytest.mark.parametrize("noise", [b"", b'{"step": "pu', b'{"step": "push"}', b"\x00\x00", b"[]"])
def test_a_line_that_was_cut_short_was_never_begun(tmp_path: Path, noise: bytes) -> None:
    """Nothing is done before its line is whole, so what is half a line did not happen; writing goes on over it."""
    journal = begun(tmp_path)
    journal.note("land", BEGUN, {"sha": "1"})
    journal.close()
    file = tmp_path / NAME
    written = file.read_bytes().rstrip(b"\n") + b"\n"
    file.write_bytes(written + noise + b"\n" * 50)
    story = read_story(str(tmp_path))
    assert story is not None
    assert story.step == "land"
    again = Journal(str(tmp_path))
    again.go_on()
    again.note("push", BEGUN, {"ref": "x"})
    again.end(0)
    story = read_story(str(tmp_path))
    assert story is not None
    assert [line.step for line in story.lines] == ["run", "land", "push", "run"]


@given(st.integers(min_value=0, max_value=400))
def test_cut_at_any_byte_it_is_a_beginning_of_what_was_written(
    tmp_path_factory: pytest.TempPathFactory, at: int
) -> None:
    """A power cut may leave any beginning of the file."""
    folder = tmp_path_factory.mktemp("cut")
    journal = begun(folder)
    for number in range(3):
        journal.note("step", BEGUN, {"number": number})
    journal.end(0)
    file = folder / NAME
    file.write_bytes(file.read_bytes()[:at])
    story = read_story(str(folder))
    steps = [] if story is None else [line.step for line in story.lines]
    assert steps == ["run", "step", "step", "step", "run"][: len(steps)]


@pytest.mark.parametrize(
    "content", [b"", b"\n\n", b"nonsense\n", b'{"step": "run", "state": "begun"}\n', b"\xff\xfe"]
)
def test_what_cannot_be_understood_is_no_story(tmp_path: Path, content: bytes) -> None:
    """Another program's file, or one of a later version, tells nothing."""
    (tmp_path / NAME).write_bytes(content)
    assert read_story(str(tmp_path)) is None


def test_a_new_run_takes_the_place_of_the_last(tmp_path: Path) -> None:
    """Only the latest run counts; the old journal stands until the new one is whole."""
    first = begun(tmp_path)
    first.note("land", BEGUN, {})
    first.close()
    begun(tmp_path).close()
    story = read_story(str(tmp_path))
    assert story is not None
    assert [line.step for line in story.lines] == ["run"]
    assert os.listdir(tmp_path) == [NAME]


def test_a_folder_that_is_gone_is_a_failure(tmp_path: Path) -> None:
    """One clear problem before anything is done."""
    with pytest.raises(Failure) as caught:
        Journal(str(tmp_path / "gone")).begin({})
    assert caught.value.key == "ship.no-journal"
    with pytest.raises(Failure):
        Journal(str(tmp_path)).go_on()


def test_a_journal_longer_than_its_room_takes_more(tmp_path: Path) -> None:
    """A commit of thousands of files."""
    journal = begun(tmp_path)
    journal.note("land", BEGUN, {"entries": ["x" * 100] * 2000})
    journal.note("land", DONE, {})
    journal.close()
    story = read_story(str(tmp_path))
    assert story is not None
    assert len((story.facts("land") or {})["entries"]) == 2000
    assert not story.open("land")
