"""A bot's log stays bounded, and no line is lost by putting it away."""

from __future__ import annotations

import gzip
import os
import stat
import sys
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from vigie.records.log_rotation import compress_rotated, rotate, rotate_at_launch

OrdinaryUser = Callable[[], AbstractContextManager[None]]


def names(folder: Path) -> list[str]:
    """What is in a folder, sorted."""
    return sorted(os.listdir(folder))


def test_a_small_or_missing_log_stays(tmp_path: Path) -> None:
    """Up to the limit nothing moves, and no log is no problem."""
    path = tmp_path / "bot.log"
    assert rotate_at_launch(str(path), 10) is None
    path.write_bytes(b"x" * 10)
    assert rotate_at_launch(str(path), 10) is None
    assert names(tmp_path) == ["bot.log"]


def test_an_oversized_log_is_put_away_before_a_launch(tmp_path: Path) -> None:
    """Each becomes the next older one, the oldest goes, every byte as it was."""
    path = tmp_path / "bot.log"
    for number in range(8):
        path.write_bytes(b"%d" % number * 20)
        assert rotate_at_launch(str(path), 10, keep=5) is None
    assert names(tmp_path) == [f"bot.log.{number}" for number in range(1, 6)]
    kept = [(tmp_path / f"bot.log.{number}").read_bytes() for number in range(1, 6)]
    assert kept == [digit * 20 for digit in (b"7", b"6", b"5", b"4", b"3")]


def test_older_ones_are_compressed_and_go_on_growing_older(tmp_path: Path) -> None:
    """All but the newest are gzip files, private, and move along with the rest at the next rotation."""
    path = tmp_path / "bot.log"
    for number in range(7):
        path.write_bytes(b"%d\n" % number * 1000)
        assert rotate_at_launch(str(path), 10, keep=3) is None
        assert compress_rotated(str(path), keep=3) is None
    assert names(tmp_path) == ["bot.log.1", "bot.log.2.gz", "bot.log.3.gz"]
    assert (tmp_path / "bot.log.1").read_bytes() == b"6\n" * 1000
    assert gzip.decompress((tmp_path / "bot.log.2.gz").read_bytes()) == b"5\n" * 1000
    assert gzip.decompress((tmp_path / "bot.log.3.gz").read_bytes()) == b"4\n" * 1000
    if sys.platform != "win32":
        assert stat.S_IMODE((tmp_path / "bot.log.2.gz").stat().st_mode) == 0o600


def test_compressing_cut_short_is_done_again(tmp_path: Path) -> None:
    """A copy left by a kill beside the plain log is replaced by a whole one."""
    (tmp_path / "bot.log.2").write_bytes(b"whole")
    (tmp_path / "bot.log.2.gz").write_bytes(b"cut")
    assert compress_rotated(str(tmp_path / "bot.log")) is None
    assert names(tmp_path) == ["bot.log.2.gz"]
    assert gzip.decompress((tmp_path / "bot.log.2.gz").read_bytes()) == b"whole"


def test_a_log_that_is_there_plain_and_packed_moves_once(tmp_path: Path) -> None:
    """Where compressing was cut short, the plain one is the log: no two numbers ever bear the same lines."""
    path = tmp_path / "bot.log"
    for name in ("bot.log", "bot.log.1", "bot.log.1.gz"):
        (tmp_path / name).write_text(name, "utf-8")
    rotate(str(path), 0, 3)
    assert names(tmp_path) == ["bot.log.1", "bot.log.2"]
    assert (tmp_path / "bot.log.2").read_text("utf-8") == "bot.log.1"
    path.write_bytes(b"x")
    rotate(str(path), 0, 2)
    assert names(tmp_path) == ["bot.log.1", "bot.log.2"]
    assert (tmp_path / "bot.log.2").read_text("utf-8") == "bot.log"


def test_only_files_before_the_first_gap_move(tmp_path: Path) -> None:
    """A gap is filled, so that a rotation refused half-way drops nothing when it is tried again."""
    for name in ("bot.log", "bot.log.1", "bot.log.3"):
        (tmp_path / name).write_text(name, "utf-8")
    rotate(str(tmp_path / "bot.log"), 0, 3)
    assert {name: (tmp_path / name).read_text("utf-8") for name in names(tmp_path)} == {
        "bot.log.1": "bot.log",
        "bot.log.2": "bot.log.1",
        "bot.log.3": "bot.log.3",
    }


def test_a_refused_rotation_is_told_and_loses_nothing(tmp_path: Path, ordinary_user: OrdinaryUser) -> None:
    """However often it is refused, every file is still there; the launch goes on."""
    for name in ("bot.log", "bot.log.1"):
        (tmp_path / name).write_text(name * 10, "utf-8")
    tmp_path.chmod(0o500)
    with ordinary_user():
        problems = [rotate_at_launch(str(tmp_path / "bot.log"), 10) for _ in range(7)]
    tmp_path.chmod(0o700)
    assert {problem.key if problem else None for problem in problems} == {"record.log-not-rotated"}
    assert names(tmp_path) == ["bot.log", "bot.log.1"]
    assert rotate_at_launch(str(tmp_path / "bot.log"), 10) is None
    assert names(tmp_path) == ["bot.log.1", "bot.log.2"]


def test_a_rotation_while_compressing_loses_nothing(tmp_path: Path) -> None:
    """Logs are put away again and again while a thread compresses: the newest five are all there, whole."""
    path = tmp_path / "bot.log"
    finished = threading.Event()
    problems: list[object] = []

    def compress() -> None:
        while not finished.is_set():
            problems.append(compress_rotated(str(path)))

    thread = threading.Thread(target=compress)
    thread.start()
    try:
        for number in range(200):
            path.write_bytes(b"%d\n" % number * 5000)
            assert rotate_at_launch(str(path), 10) is None
    finally:
        finished.set()
        thread.join()
    assert not any(problems)
    assert compress_rotated(str(path)) is None
    kept = [
        (tmp_path / "bot.log.1").read_bytes(),
        *(gzip.decompress((tmp_path / f"bot.log.{number}.gz").read_bytes()) for number in range(2, 6)),
    ]
    assert [int(content.split()[0]) for content in kept] == [199, 198, 197, 196, 195]
    assert [len(content) for content in kept] == [20_000] * 5
    assert len(names(tmp_path)) == 5


def test_a_full_disk_leaves_the_plain_log(tiny_disk: Path, fill: Callable[[Path], Path]) -> None:
    """Without room for the compressed copy, the log stays as it is and the problem is told."""
    (tiny_disk / "bot.log.2").write_bytes(os.urandom(40_000))
    fill(tiny_disk)
    problem = compress_rotated(str(tiny_disk / "bot.log"))
    assert problem is not None
    assert problem.key == "record.disk-full"
    assert names(tiny_disk) == ["ballast", "bot.log.2"]
