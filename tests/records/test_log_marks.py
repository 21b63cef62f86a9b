"""From a moment to a place in the log: never too late, and at most one mark too early."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.records.log_marks import LARGEST, note_mark, position_at

MINUTE = 60.0


def noted(path: Path, *marks: tuple[float, int]) -> str:
    """Note these marks, and return the path as text."""
    for wall, position in marks:
        assert note_mark(str(path), wall, 0, position) is None
    return str(path)


def test_what_is_looked_for_begins_at_the_last_mark_before_it(tmp_path: Path) -> None:
    """Marks are a minute apart, moments are not."""
    path = noted(tmp_path / ".vigie" / "bot.marks", (1000, 0), (1060, 500), (1120, 900))
    assert position_at(path, 1000) == 0
    assert position_at(path, 1059.9) == 0
    assert position_at(path, 1060) == 500
    assert position_at(path, 1119) == 500
    assert position_at(path, 5000) == 900


def test_before_the_first_mark_nothing_is_known(tmp_path: Path) -> None:
    """Also without any mark."""
    path = noted(tmp_path / "bot.marks", (1000, 70))
    assert position_at(path, 999.9) is None
    assert position_at(str(tmp_path / "none"), 1000) is None


def test_a_bot_that_prints_nothing_leaves_one_mark(tmp_path: Path) -> None:
    """What it prints later was printed after all those moments."""
    path = noted(tmp_path / "bot.marks", *((1000 + minute * MINUTE, 7) for minute in range(1000)))
    noted(tmp_path / "bot.marks", (90_000, 8))
    assert len(Path(path).read_bytes().splitlines()) == 2
    assert position_at(path, 50_000) == 7


def test_marks_stay_few(tmp_path: Path) -> None:
    """Beyond some number the older ones become coarser; the newest are never the ones that go."""
    path = noted(tmp_path / "bot.marks", *((1000.0 + number, number) for number in range(20_000)))
    assert os.path.getsize(path) <= LARGEST + 100
    for number in (19_999, 19_000, 17_000):
        assert position_at(path, 1000.0 + number) == number
    for number in (1, 777, 5_000):
        assert number - 30 <= (position_at(path, 1000.0 + number) or 0) <= number


def test_a_log_that_began_anew_is_shown_from_its_beginning(tmp_path: Path) -> None:
    """All of it was printed after the moment, whatever was noted of the old one."""
    path = noted(tmp_path / "bot.marks", (1000, 5000))
    for wall, position in ((1060, 320), (1120, 380)):
        assert note_mark(path, wall, 300, position) is None
    assert position_at(path, 1030) == 300
    assert position_at(path, 1060) == 300
    assert position_at(path, 1130) == 380


def test_a_clock_that_jumps_makes_nothing_disappear(tmp_path: Path) -> None:
    """Set back by an hour, or wrong for one mark: what follows the right mark is all there."""
    path = noted(tmp_path / "back", (10_000, 1), (10_060, 2), (6_520, 3), (6_580, 4))
    assert position_at(path, 6_530) == 3
    path = noted(tmp_path / "wrong", (10_000, 1), (4e9, 2), (10_120, 3))
    assert position_at(path, 10_060) == 1
    assert position_at(path, 10_130) == 3


@pytest.mark.parametrize(
    "damage", [b"", b"\0" * 100, b"1060.0", b"1060.0 5x\n", b"x 5\n", b"1e999 nan\n", b"-"]
)
def test_damaged_marks_are_passed_over_and_swallow_none(tmp_path: Path, damage: bytes) -> None:
    """A power cut has left half of one, or somebody has written there."""
    path = tmp_path / "bot.marks"
    noted(path, (1000, 10))
    with path.open("ab") as file:
        file.write(damage)
    noted(path, (1120, 30))
    assert position_at(str(path), 1000) == 10
    assert position_at(str(path), 1130) == 30


@given(
    st.lists(st.tuples(st.integers(0, 500), st.integers(0, 500)), min_size=1, max_size=20),
    st.integers(0, 9999),
)
def test_for_any_steady_clock_the_place_is_right(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[int, int]], moment: int
) -> None:
    """What was printed after the moment stands behind the place."""
    path = tmp_path_factory.mktemp("marks") / "bot.marks"
    wall = position = 0
    marks = []
    for later, more in steps:
        wall, position = wall + later, position + more
        marks.append((wall, position))
    noted(path, *marks)
    place = position_at(str(path), moment)
    before = [position for wall, position in marks if wall <= moment]
    assert place == (before[-1] if before else None)


def test_marks_are_private(tmp_path: Path) -> None:
    """Nobody else's business."""
    path = noted(tmp_path / ".vigie" / "bot.marks", (1000, 1))
    if sys.platform != "win32":
        assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
        assert stat.S_IMODE(os.stat(tmp_path / ".vigie").st_mode) == 0o700


def test_a_full_disk_or_a_closed_folder_is_told(
    tiny_disk: Path,
    tmp_path: Path,
    fill: Callable[[Path], Path],
    ordinary_user: Callable[[], AbstractContextManager[None]],
) -> None:
    """And the next one is noted when there is room again."""
    path = tiny_disk / "bot.marks"
    ballast = fill(tiny_disk)
    problem = note_mark(str(path), 1000, 0, 1)
    assert problem is not None
    assert problem.key == "record.disk-full"
    ballast.unlink()
    assert note_mark(str(path), 1060, 0, 2) is None
    assert position_at(str(path), 1070) == 2
    closed = tmp_path / "closed"
    closed.mkdir(0o500)
    with ordinary_user():
        problem = note_mark(str(closed / "bot.marks"), 1000, 0, 1)
    assert problem is not None
    assert problem.key == "record.not-writable"
