"""No room, no right to write, the private folder removed: the bot is kept all the same, and nothing half is left."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.needs import need_tool
from tests.removal import take_away
from tests.waiting import until
from vigie.records.history import History
from vigie.records.ledger import read_ledger

if sys.platform != "win32":
    from tests.faults.watched import Watched

assert sys.platform != "win32"  # mypy skips the rest there


pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="a small disk is mounted"),
]

SIZE = 1_048_576


class SmallDisk:
    """A file system of a megabyte."""

    def __init__(self, folder: Path) -> None:
        """Mount it."""
        self.folder = folder
        folder.mkdir()
        mount = need_tool("mount")
        if (
            os.geteuid()
            or subprocess.run(
                [mount, "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(folder)], check=False
            ).returncode
        ):
            pytest.skip("nothing may be mounted here")

    def fill(self) -> None:
        """Leave not one block."""
        filler = os.open(self.folder / "filler", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        try:
            while os.write(filler, bytes(4096)) == 4096:
                pass
        except OSError:
            pass
        finally:
            os.close(filler)

    def empty(self) -> None:
        """Make room again."""
        (self.folder / "filler").unlink()

    def remount(self, how: str) -> None:
        """Forbid or allow writing."""
        subprocess.run(["mount", "-o", f"remount,{how}", str(self.folder)], check=True)

    def close(self) -> None:
        """Take it away."""
        subprocess.run(["umount", "-l", str(self.folder)], check=True)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    """A small disk."""
    disk = SmallDisk(tmp_path / "disk")
    yield disk
    disk.close()


@pytest.fixture
def watched(disk: SmallDisk, tmp_path: Path) -> Iterator[Watched]:
    """A project on the small disk; what the bot itself writes lies elsewhere."""
    watched = Watched(disk.folder, tmp_path / "home")
    yield watched
    watched.clear()


def kill(pid: int) -> int:
    """End this copy as a crash does."""
    os.kill(pid, signal.SIGKILL)
    return pid


def records_are_whole(watched: Watched) -> None:
    """Old or new, none damaged, nothing half-written left beside them."""
    assert watched.status()["restart_count"] is not None
    if (path := Path(watched.place.private, "bot.json")).exists():
        assert read_ledger(watched.place.private, "bot") is not None, path.read_bytes()
    history = History(watched.place.history)
    history.events()
    assert history.problem is None or history.problem.key == "record.disk-full"
    history.close()
    left = [name for _, _, names in os.walk(watched.folder) for name in names]
    assert not [name for name in left if "damaged" in name or "vigie-tmp" in name], left


def test_a_bot_is_brought_back_stopped_and_started_on_a_full_disk(watched: Watched, disk: SmallDisk) -> None:
    """Crash, restart, stop, start and status through the monitor; told once; all is noted when room returns."""
    watched.watch()
    first = watched.online()
    disk.fill()
    second = watched.alone(other_than=kill(first))
    assert watched.vigie("status").returncode == 0
    assert json.loads(watched.vigie("check", "--json").stdout)["online"] is True
    done = watched.vigie("restart")
    assert done.returncode == 0, done.stdout + done.stderr
    third = watched.alone(other_than=second)
    assert watched.vigie("stop").returncode == 0
    assert watched.bot.living() == []
    done = watched.vigie("start")
    assert done.returncode == 0, done.stdout + done.stderr
    fourth = watched.alone(other_than=third)
    records_are_whole(watched)
    assert watched.said().count("no space left") == 1, watched.said()
    assert "Traceback" not in watched.said()
    disk.empty()
    assert watched.vigie("restart").returncode == 0
    fifth = watched.online(other_than=fourth)
    records_are_whole(watched)
    assert watched.alone() == fifth
    assert watched.status()["restart_count"] >= 3
    assert watched.leave() == 0


def test_a_monitor_that_begins_on_a_full_disk_takes_over_and_watches(
    watched: Watched, disk: SmallDisk
) -> None:
    """Killed while the disk is full: the next one finds the bot, brings it back, and commands alone work too."""
    watched.watch()
    first = watched.online()
    disk.fill()
    second = watched.alone(other_than=kill(first))
    watched.kill_monitor()
    watched.watch()
    until(lambda: f"taken over (PID {second})" in watched.said(), 60.0, "taken over")
    third = watched.alone(other_than=kill(second))
    watched.kill_monitor()
    done = watched.vigie("restart")
    assert done.returncode == 0, done.stdout + done.stderr
    assert watched.alone() != third
    assert watched.vigie("stop").returncode == 0
    assert watched.bot.living() == []
    records_are_whole(watched)
    disk.empty()
    assert watched.vigie("start").returncode == 0
    records_are_whole(watched)
    watched.alone()
    assert watched.vigie("stop").returncode == 0


def test_a_first_start_on_a_full_disk_succeeds_or_says_why_not(watched: Watched, disk: SmallDisk) -> None:
    """Where not even an empty lock can be made, there is no bot; where it can, nothing else stands in the way."""
    disk.fill()
    done = watched.vigie("start")
    assert "Traceback" not in done.stdout + done.stderr
    assert str(watched.folder) in done.stdout + done.stderr
    assert "no space left" in done.stdout + done.stderr
    assert (done.returncode, len(watched.bot.living())) in ((0, 1), (1, 0)), done
    disk.empty()
    assert watched.vigie("start").returncode == 0
    watched.alone()
    records_are_whole(watched)
    assert watched.vigie("stop").returncode == 0


def test_a_disk_that_became_read_only_is_told_and_nothing_is_started(
    watched: Watched, disk: SmallDisk
) -> None:
    """Looking and stopping still work; what has to write says what is in the way; afterwards all is as before."""
    assert watched.vigie("start").returncode == 0
    assert watched.vigie("stop").returncode == 0
    disk.remount("ro")
    for verb in ("check", "status"):
        seen = watched.vigie(verb, "--json")
        assert json.loads(seen.stdout)["bots"][0]["online"] is False, seen
    assert watched.vigie("stop").returncode == 0
    for verb in ("start", "ensure", "monitor"):
        done = watched.vigie(verb)
        assert done.returncode in (1, 3), done
        assert "ead-only" in done.stderr, done
        assert "Traceback" not in done.stderr
    assert watched.bot.living() == []
    disk.remount("rw")
    records_are_whole(watched)
    assert watched.vigie("start").returncode == 0
    watched.alone()
    assert watched.vigie("stop").returncode == 0


def test_a_removed_private_folder_costs_neither_the_bot_nor_its_count(tmp_path: Path) -> None:
    """Under a living monitor, and once more while nobody watches: never two, and the count goes on."""
    (tmp_path / "project").mkdir()
    watched = Watched(tmp_path / "project", tmp_path / "home")
    try:
        watched.watch()
        first = watched.online()
        second = watched.alone(other_than=kill(first))
        assert watched.online(other_than=first) == second
        take_away(watched.place.private)
        third = watched.alone(other_than=kill(second))
        assert watched.online(other_than=second) == third
        until(lambda: read_ledger(watched.place.private, "bot"), 60.0, "the ledger is there again")
        watched.kill_monitor()
        take_away(watched.place.private)
        watched.watch()
        until(lambda: f"taken over (PID {third})" in watched.said(), 60.0, "taken over")
        assert watched.alone() == third
        fourth = watched.alone(other_than=kill(third))
        assert watched.online(other_than=third) == fourth
        assert watched.status()["restart_count"] == 3
        assert watched.vigie("stop").returncode == 0
        assert watched.bot.living() == []
    finally:
        watched.clear()


def test_what_runs_is_stopped_from_a_disk_that_became_read_only(watched: Watched, disk: SmallDisk) -> None:
    """The kernel remounts a failing disk under everybody: here for a command alone, which sees it read-only."""
    assert watched.vigie("start").returncode == 0
    watched.alone()
    unshare, mount = need_tool("unshare"), need_tool("mount")
    folder = str(watched.folder)
    steps = [
        [mount, "--bind", folder, folder],
        [mount, "-o", "remount,ro,bind", folder],
        [sys.executable, "-m", "vigie", "--lang", "en", "stop", "--project", folder],
    ]
    script = f"import subprocess\nfor step in {steps}:\n    subprocess.run(step, check=True)"
    alone = [unshare, "--mount", sys.executable, "-c", script]
    done = subprocess.run(alone, capture_output=True, text=True, check=False, env=watched.environment)
    assert done.returncode == 0, done
    assert "Read-only file system" in done.stdout
    assert "[OK] Bot stopped" in done.stdout
    assert watched.bot.living() == []
