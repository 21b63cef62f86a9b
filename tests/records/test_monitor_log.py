"""``logs/bot_monitor.log``: one entry a line, bounded, and nothing about it ever stops anybody."""

from __future__ import annotations

import os
import re
import shutil
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from vigie.records.monitor_log import MonitorLog

OrdinaryUser = Callable[[], AbstractContextManager[None]]
MOMENT = time.mktime((2026, 2, 8, 19, 45, 32, 0, 0, -1))
PREFIX = b"\xef\xbb\xbf" if sys.platform == "win32" else b""


def log_at(path: Path, max_size: int = 1_000_000, keep: int = 5) -> MonitorLog:
    """A log whose clock stands still."""
    return MonitorLog(str(path), lambda: MOMENT, max_size, keep)


def trouble(log: MonitorLog) -> str | None:
    """The key of what is wrong now."""
    return log.problem.key if log.problem else None


def test_entries_look_as_in_the_guide(tmp_path: Path) -> None:
    """The guide's two lines, byte for byte, in UTF-8."""
    log = log_at(tmp_path / "logs" / "bot_monitor.log")
    assert log.write("CHECK", "Vérification de l'état du bot...")
    assert log.write("OK", "Bot en cours d'exécution")
    assert (tmp_path / "logs" / "bot_monitor.log").read_bytes() == PREFIX + (
        "[2026-02-08 19:45:32] INFO     [CHECK] Vérification de l'état du bot...\n"
        "[2026-02-08 19:45:32] INFO     [OK] Bot en cours d'exécution\n"
    ).encode()


@pytest.mark.parametrize(
    ("tag", "level"),
    [(tag, "INFO    ") for tag in ("CHECK", "OK", "STATUS", "INFO", "START", "STOP", "RESTART", "MONITOR")]
    + [("WARNING", "WARNING "), ("ERROR", "ERROR   ")],
)
def test_each_tag_has_its_level_padded_to_eight(tmp_path: Path, tag: str, level: str) -> None:
    """Only warnings and errors are more than information."""
    log_at(tmp_path / "log").write(tag, "x")
    assert (tmp_path / "log").read_bytes().endswith(f"] {level} [{tag}] x\n".encode())


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX modes")
def test_file_and_folder_are_private(tmp_path: Path) -> None:
    """Made with 0600 in 0700; a folder that was there keeps its mode."""
    before = os.umask(0)
    try:
        log_at(tmp_path / "logs" / "log").write("OK", "x")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "logs").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "logs" / "log").stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "text", ["a\n[2026-01-01 00:00:00] ERROR    [ERROR] forged", "a\r\x1b[1A\x1b[2Kb", "\udcff"]
)
def test_one_entry_is_one_line(tmp_path: Path, text: str) -> None:
    """Line ends and control signs in a message cannot make a line of their own."""
    log = log_at(tmp_path / "log")
    assert log.write("INFO", text)
    content = (tmp_path / "log").read_bytes()
    assert content.count(b"\n") == 1
    assert not re.search(rb"[\x00-\x09\x0b-\x1f]", content)


def test_an_endless_message_is_cut(tmp_path: Path) -> None:
    """One entry cannot fill the disk."""
    log_at(tmp_path / "log").write("INFO", "x" * 10_000_000)
    assert (tmp_path / "log").stat().st_size < 20_000


def test_it_is_rotated_and_bounded(tmp_path: Path) -> None:
    """The newest lines are in the file, older ones in .1 to .3, in order; still older ones are gone."""
    log = log_at(tmp_path / "log", max_size=500, keep=3)
    for number in range(100):
        assert log.write("INFO", f"line {number}")
    files = [tmp_path / name for name in ("log.3", "log.2", "log.1", "log")]
    assert sorted(tmp_path.iterdir()) == sorted(files)
    assert all(file.stat().st_size <= 500 for file in files)
    numbers = [int(line.split()[-1]) for file in files for line in file.read_text("utf-8").splitlines()]
    assert numbers == list(range(numbers[0], 100))
    assert len(numbers) > 30


def test_a_deleted_file_or_folder_comes_back(tmp_path: Path) -> None:
    """Whatever was removed is made anew by the next entry."""
    path = tmp_path / "logs" / "log"
    log = log_at(path)
    log.write("INFO", "one")
    path.unlink()
    assert log.write("INFO", "two")
    shutil.rmtree(path.parent)
    assert log.write("INFO", "three")
    assert path.read_bytes().endswith(b"three\n")
    assert trouble(log) is None


def test_a_file_moved_away_is_not_written_to_any_more(tmp_path: Path) -> None:
    """Another program's rotation is respected."""
    path = tmp_path / "log"
    log = log_at(path)
    log.write("INFO", "one")
    path.rename(tmp_path / "moved")
    log.write("INFO", "two")
    assert (tmp_path / "moved").read_bytes().endswith(b"one\n")
    assert path.read_bytes().endswith(b"two\n")


def test_a_full_disk_is_remembered_and_recovered_from(tiny_disk: Path, fill: Callable[[Path], Path]) -> None:
    """False while there is no room, with the problem and the count; later entries are whole lines again."""
    path = tiny_disk / "log"
    log = log_at(path)
    assert log.write("INFO", "before")
    ballast = fill(tiny_disk)
    while log.write("INFO", "y" * 1000):
        pass
    assert not log.write("INFO", "lost")
    assert trouble(log) == "record.disk-full"
    assert log.lost == 2
    ballast.unlink()
    assert log.write("INFO", "after")
    assert trouble(log) is None
    lines = path.read_text("utf-8").splitlines()
    assert lines[0].endswith("before")
    assert lines[-1] == "[2026-02-08 19:45:32] INFO     [INFO] after"


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
def test_a_device_that_refuses_every_byte_is_a_problem_only(tmp_path: Path) -> None:
    """No space left from the first byte on."""
    (tmp_path / "log").symlink_to("/dev/full")
    log = log_at(tmp_path / "log")
    assert not log.write("INFO", "x")
    assert trouble(log) == "record.disk-full"


@pytest.mark.parametrize(
    ("place", "key"), [("folder", "record.is-a-folder"), ("file/log", "record.no-folder")]
)
def test_what_is_in_the_way_is_a_problem_only(tmp_path: Path, place: str, key: str) -> None:
    """A folder of that name, a file where the folder should be: told, not raised, and got over."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_bytes(b"")
    log = log_at(tmp_path / place)
    assert not log.write("INFO", "x")
    assert trouble(log) == key
    (tmp_path / "folder").rmdir()
    (tmp_path / "file").unlink()
    assert log.write("INFO", "x")


def test_a_file_we_may_not_write_is_a_problem_only(tmp_path: Path, ordinary_user: OrdinaryUser) -> None:
    """A log made by an administrator is told of, and used again once it is ours."""
    path = tmp_path / "log"
    path.write_bytes(b"")
    path.chmod(0o400)
    log = log_at(path)
    with ordinary_user():
        assert not log.write("INFO", "x")
        assert trouble(log) == "record.not-writable"
        path.chmod(0o600)
        assert log.write("INFO", "x")


def test_a_cut_last_line_does_not_swallow_the_next_entry(tmp_path: Path) -> None:
    """After a power cut in mid-line, the next entry begins a line of its own."""
    path = tmp_path / "log"
    path.write_bytes(b"[2026-02-08 19:45:31] INFO     [INFO] cut in the mid")
    log_at(path).write("INFO", "whole")
    assert path.read_bytes().split(b"\n")[1] == b"[2026-02-08 19:45:32] INFO     [INFO] whole"


WRITER = """
import sys, time
from vigie.records.monitor_log import MonitorLog
log = MonitorLog(sys.argv[1], time.time, max_size=20_000, keep=50)
for number in range(2000):
    assert log.write("INFO", f"{sys.argv[2]} {number}"), log.problem
"""


@pytest.mark.skipif(sys.platform == "win32", reason="appending is not one step on Windows")
def test_two_processes_may_write_to_it(tmp_path: Path) -> None:
    """A monitor and a command write and rotate at once: no line is lost or mixed with another."""
    path = tmp_path / "log"
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path), name],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )
        for name in ("monitor", "command")
    ]
    assert [writer.wait(timeout=60) for writer in writers] == [0, 0]
    lines = [line for file in tmp_path.iterdir() for line in file.read_text("utf-8").splitlines() if line]
    written = sorted(tuple(line.split("[INFO] ")[1].split()) for line in lines)
    assert written == sorted((name, str(number)) for name in ("monitor", "command") for number in range(2000))
