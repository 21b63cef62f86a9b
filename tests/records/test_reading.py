"""Opening files to read, whatever they are called and whoever else has them open."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from vigie.records.reading import open_to_read, read_at

AWKWARD = ["été à l'école", "Ωμέγα и Кириллица", "日本語 \U0001f98a"]


@pytest.mark.parametrize("name", AWKWARD)
def test_a_file_of_any_name_is_read(tmp_path: Path, name: str) -> None:
    """Accents, other alphabets and letters beyond the first 65,536 stand in paths on every system."""
    folder = tmp_path / name
    folder.mkdir()
    (folder / name).write_bytes(b"0123456789")
    descriptor = open_to_read(str(folder / name))
    try:
        assert read_at(descriptor, 3, 4) == b"3456"
    finally:
        os.close(descriptor)


def test_a_missing_file_is_told_as_missing(tmp_path: Path) -> None:
    """Whoever waits for a file to be born must be able to tell that it is not there yet."""
    with pytest.raises(FileNotFoundError):
        open_to_read(str(tmp_path / "ni ici ni là"))


@pytest.mark.skipif(sys.platform != "win32", reason="elsewhere an open file is in nobody's way")
@pytest.mark.parametrize("name", AWKWARD)
def test_an_open_file_can_be_renamed_replaced_and_removed(tmp_path: Path, name: str) -> None:
    """What we read must never keep a rotation, or a status file's replacement, from happening."""
    path, beside, other = tmp_path / name, tmp_path / "beside", tmp_path / "other"
    path.write_bytes(b"old")
    beside.write_bytes(b"new")
    descriptor = open_to_read(str(path))
    try:
        path.rename(other)
        beside.rename(path)
        assert read_at(descriptor, 0, 10) == b"old"
        other.unlink()
    finally:
        os.close(descriptor)
    assert path.read_bytes() == b"new"
