"""Positions stay the same while offsets move, and the record tells how far at every instant."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from vigie.problems import Failure
from vigie.records.hole import Means, means_of, punch, take_out
from vigie.records.log_frame import Frame, end_of, frame_of, settle_frame, write_frame

UNIT = 65_536


class Opened:
    """An open log of four units, with a record."""

    def __init__(self, folder: Path) -> None:
        """Print the log."""
        self.path = folder / "bot.log"
        self.path.write_bytes(os.urandom(4 * UNIT))
        self.record = str(folder / ".vigie" / "bot.rotation.json")
        self.descriptor = os.open(self.path, os.O_RDWR)

    @property
    def frame(self) -> Frame:
        """The frame as it is now."""
        return frame_of(self.descriptor, self.record)


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Opened]:
    """A log where holes can be taken out."""
    if means_of(str(tmp_path)) is not Means.TAKE_OUT:
        pytest.skip("holes cannot be taken out of files here")
    opened = Opened(tmp_path)
    yield opened
    os.close(opened.descriptor)


def test_without_a_record_positions_are_offsets(log: Opened) -> None:
    """Nothing was taken out yet."""
    assert log.frame == Frame(0, 0)
    assert frame_of(log.descriptor, "") == Frame(0, 0)
    assert end_of(str(log.path), log.record) == 4 * UNIT


def test_at_each_step_of_taking_out_the_frame_is_right(log: Opened) -> None:
    """Hollow, noted, taken out, settled; twice, and as if we had died after each."""
    for base in (0, UNIT):
        assert log.frame == Frame(base, 0)
        punch(log.descriptor, 0, UNIT)
        assert log.frame == Frame(base, UNIT)
        write_frame(log.record, log.descriptor, base, UNIT)
        assert log.frame == Frame(base, UNIT)
        settle_frame(log.descriptor, log.record)
        assert log.frame == Frame(base, UNIT)
        take_out(log.descriptor, UNIT)
        assert log.frame == Frame(base + UNIT, 0)
        settle_frame(log.descriptor, log.record)
        assert log.frame == Frame(base + UNIT, 0)
        punch(log.descriptor, 0, UNIT)
        assert log.frame == Frame(base + UNIT, UNIT)
        write_frame(log.record, log.descriptor, base + UNIT, UNIT)
        take_out(log.descriptor, UNIT)
        write_frame(log.record, log.descriptor, base + 2 * UNIT, 0)
        assert end_of(str(log.path), log.record) == 4 * UNIT
        write_frame(log.record, log.descriptor, base + UNIT, 0)
        with log.path.open("ab") as file:
            file.write(b"x" * UNIT)


def test_the_record_of_another_file_says_nothing(log: Opened) -> None:
    """The log was deleted and begins anew."""
    write_frame(log.record, log.descriptor, 12_345, 0)
    assert log.frame == Frame(12_345, 0)
    other = log.path.with_name("other.log")
    other.write_bytes(b"anew")
    with other.open("rb") as file:
        assert frame_of(file.fileno(), log.record) == Frame(0, 0)


@pytest.mark.parametrize(
    "damage",
    [
        b"",
        b"{",
        b"null",
        b"[1, 2, 3]",
        b'{"inode": 1}',
        b'{"inode": INODE, "base": -1, "hole": 0}',
        b'{"inode": INODE, "base": 1e999, "hole": 0}',
        b'{"inode": INODE, "base": true, "hole": 0}',
        b'{"inode": INODE, "base": "7", "hole": 0}',
        b'{"inode": INODE, "base": 99999999999999999999999, "hole": 0}',
        b"\xff\xfe",
        b"[" * 4096,
    ],
)
def test_a_record_that_cannot_be_believed_counts_as_none(log: Opened, damage: bytes) -> None:
    """Whatever somebody has written there."""
    write_frame(log.record, log.descriptor, 7, 0)
    inode = str(os.fstat(log.descriptor).st_ino).encode()
    Path(log.record).write_bytes(damage.replace(b"INODE", inode))
    assert log.frame == Frame(0, 0)
    settle_frame(log.descriptor, log.record)


def test_the_record_is_small_and_says_what_it_says(log: Opened) -> None:
    """Three numbers, in JSON."""
    write_frame(log.record, log.descriptor, 3, 4)
    told = json.loads(Path(log.record).read_bytes())
    assert told == {"inode": os.fstat(log.descriptor).st_ino, "base": 3, "hole": 4}


def test_a_record_without_a_place_is_a_clear_failure(log: Opened) -> None:
    """A file stands where our folder should be."""
    log.path.with_name(".vigie").write_bytes(b"")
    with pytest.raises(Failure) as raised:
        write_frame(log.record, log.descriptor, 0, 0)
    assert raised.value.key == "record.not-a-folder"


def test_a_log_that_is_not_there_ends_at_its_beginning(tmp_path: Path) -> None:
    """A bot that never printed."""
    assert end_of(str(tmp_path / "bot.log"), "") == 0
