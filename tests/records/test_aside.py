"""What we cannot believe is moved, never overwritten."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from vigie.problems import Failure
from vigie.records.aside import MOST_KEPT, keep_aside


def test_a_file_and_what_belongs_to_it_move_together(tmp_path: Path) -> None:
    """The name says what happened, the extension stays, the companions keep their endings."""
    for name in ("history.db", "history.db-wal", "history.db-other"):
        (tmp_path / name).write_text(name, "utf-8")
    kept = keep_aside(str(tmp_path / "history.db"), str(tmp_path / "kept"), ("-wal", "-shm"))
    assert kept == str(tmp_path / "kept" / "history.damaged.db")
    assert sorted(os.listdir(tmp_path / "kept")) == ["history.damaged.db", "history.damaged.db-wal"]
    assert sorted(os.listdir(tmp_path)) == ["history.db-other", "kept"]


def test_nothing_is_kept_of_nothing(tmp_path: Path) -> None:
    """A missing or empty file leaves no trace."""
    (tmp_path / "empty").write_bytes(b"")
    for name in ("missing", "empty"):
        assert keep_aside(str(tmp_path / name), str(tmp_path / "kept")) is None
    assert os.listdir(tmp_path) == ["empty"]


def test_places_are_bounded(tmp_path: Path) -> None:
    """The last place is used again and again, the earlier ones are never touched."""
    for number in range(MOST_KEPT + 3):
        (tmp_path / "a.json").write_text(str(number), "utf-8")
        keep_aside(str(tmp_path / "a.json"), str(tmp_path))
    kept = {path.name: path.read_text("utf-8") for path in tmp_path.iterdir()}
    assert len(kept) == MOST_KEPT
    assert kept["a.damaged.json"] == "0"
    assert kept[f"a.damaged-{MOST_KEPT}.json"] == str(MOST_KEPT + 2)


def test_a_place_that_cannot_be_made_is_a_clear_failure(tmp_path: Path) -> None:
    """The file then stays where it is."""
    (tmp_path / "a.json").write_bytes(b"x")
    (tmp_path / "kept").write_bytes(b"in the way")
    with pytest.raises(Failure) as raised:
        keep_aside(str(tmp_path / "a.json"), str(tmp_path / "kept"))
    assert raised.value.key == "record.not-a-folder"
    assert (tmp_path / "a.json").read_bytes() == b"x"
