"""Holes are made, seen and taken out where the file system can, and it is known where it cannot."""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path

import pytest

from tests.records.conftest import mounted
from vigie.records.hole import Means, first_data, means_of, punch, take_out, try_again, unit_of, write_out

UNIT = 65_536

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="holes are made with Linux' fallocate only")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Three units of different bytes, where holes can be made."""
    if means_of(str(tmp_path)) is Means.NOTHING:
        pytest.skip("no holes can be made in files here")
    path = tmp_path / "file"
    path.write_bytes(b"1" * UNIT + b"2" * UNIT + b"3" * UNIT)
    return path


def test_a_hole_reads_as_nul_bytes_and_the_rest_stays_in_place(file: Path) -> None:
    """The size stays, the bytes behind the hole too."""
    with file.open("r+b") as opened:
        assert first_data(opened.fileno()) == 0
        punch(opened.fileno(), 0, 2 * UNIT)
        assert first_data(opened.fileno()) == 2 * UNIT
    assert file.read_bytes() == b"\0" * 2 * UNIT + b"3" * UNIT


def test_a_hole_taken_out_lets_what_follows_begin_the_file(file: Path) -> None:
    """Whoever appends goes on behind the last byte."""
    if means_of(str(file.parent)) is not Means.TAKE_OUT:
        pytest.skip("holes cannot be taken out of files here")
    with file.open("r+b") as opened, file.open("ab", buffering=0) as appending:
        punch(opened.fileno(), 0, UNIT)
        write_out(opened.fileno(), UNIT)
        take_out(opened.fileno(), UNIT)
        appending.write(b"more")
        assert first_data(opened.fileno()) == 0
    assert file.read_bytes() == b"2" * UNIT + b"3" * UNIT + b"more"


def test_a_file_that_is_nothing_but_a_hole_has_its_first_data_at_its_end(tmp_path: Path) -> None:
    """Also an empty one."""
    path = tmp_path / "file"
    for size in (0, UNIT):
        with path.open("wb") as opened:
            opened.truncate(size)
            assert first_data(opened.fileno()) == size


def test_nul_bytes_that_somebody_wrote_are_no_hole(tmp_path: Path) -> None:
    """A bot may print them."""
    path = tmp_path / "file"
    path.write_bytes(b"\0" * 3 * UNIT)
    with path.open("rb") as opened:
        assert first_data(opened.fileno()) == 0


def test_what_is_refused_is_an_error_of_the_system(file: Path) -> None:
    """A descriptor for reading only, a length that is no multiple of a block."""
    with file.open("rb") as opened:
        with pytest.raises(OSError) as raised:
            punch(opened.fileno(), 0, UNIT)
        assert raised.value.errno == errno.EBADF
        assert 4096 <= unit_of(opened.fileno()) <= UNIT
    with file.open("r+b") as opened, pytest.raises(OSError):
        take_out(opened.fileno(), 1)


def test_what_a_file_system_can_do_is_found_out_by_trying(memory_disk: Path, plain_disk: Path) -> None:
    """In memory holes stay; ramfs has none. Nothing is left of the trial."""
    assert means_of(str(memory_disk)) is Means.PUNCH
    assert means_of(str(plain_disk)) is Means.NOTHING
    assert not os.listdir(memory_disk)
    assert not os.listdir(plain_disk)


def test_a_device_number_given_again_is_tried_again(tmp_path: Path) -> None:
    """Unmounted and another mounted: what was known of the number is forgotten when something fails."""
    with mounted("tmpfs", tmp_path / "first") as first:
        assert means_of(str(first)) is Means.PUNCH
    try_again()
    with mounted("ramfs", tmp_path / "second") as second:
        assert means_of(str(second)) is Means.NOTHING
