"""Hundreds of bots in one monitor, real ones: as small as a process can be."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.stage import Stage, lives
from tests.waiting import until

assert sys.platform == "linux", "limits of another process are looked at with prlimit(2)"

if sys.platform != "win32":
    import resource

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="limits and tiny programs of POSIX"),
]

MANY = 130
SECONDS = 90.0

TINY = "#include <unistd.h>\nint main(void) { for (;;) pause(); }\n"


class Crowd(Stage):
    """One project of many bots, each in a folder of its own; alive is well."""

    def __init__(self, folder: Path, count: int) -> None:
        super().__init__(folder, settings="")
        self.names = [f"b{number}" for number in range(count)]
        command = json.dumps(program(folder))
        tables = []
        for name in self.names:
            (folder / name).mkdir()
            tables.append(f'[bots.{name}]\ncommand = {command}\ndirectory = "{name}"\nhealth_url = "none"\n')
        (folder / "vigie.toml").write_text("\n".join(tables))

    def bots(self) -> dict[str, Any]:
        """What the status file tells of each."""
        found: dict[str, Any] = self.status().get("bots", {})
        return found

    def all_online(self, *, other_than: dict[str, int] | None = None) -> dict[str, int]:
        """Wait until every bot is online, with another pid than before; return their pids."""
        before = other_than or {}

        def online() -> dict[str, int] | None:
            bots = self.bots()
            well = [name for name, bot in bots.items() if bot["state"] == "online"]
            fresh = [name for name in well if bots[name]["pid"] != before.get(name)]
            return {name: bots[name]["pid"] for name in fresh} if len(fresh) == len(self.names) else None

        return until(online, SECONDS, "all of them are online")

    def clear(self) -> None:
        """End everything that was started here."""
        pids = [bot["pid"] for bot in self.bots().values() if bot["pid"]]
        super().clear()
        for process in map(process_of, pids):
            if process is not None and process.cwd().startswith(str(self.folder)):
                process.kill()


def process_of(pid: int) -> psutil.Process | None:
    """The process of this number, if there is one."""
    try:
        return psutil.Process(pid)
    except psutil.Error:
        return None


def program(folder: Path) -> list[str]:
    """The smallest program there is: compiled where there is a compiler."""
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is not None:
        (folder / "tiny.c").write_text(TINY)
        made = subprocess.run([compiler, "-o", folder / "tiny", folder / "tiny.c"], check=False)
        if made.returncode == 0:
            return [str(folder / "tiny")]
    return [sys.executable, "-S", "-c", "import signal\nwhile True: signal.pause()"]


@pytest.fixture
def crowd(tmp_path: Path) -> Iterator[Crowd]:
    """Many bots in one project."""
    crowd = Crowd(tmp_path / "foule", MANY)
    yield crowd
    crowd.clear()


def test_a_crowd_is_launched_storms_and_is_told(crowd: Crowd) -> None:
    """All are launched; all die at once and all come back, each restarted once; every command copes."""
    crowd.environment["PATH"] = os.environ["PATH"]
    monitor = crowd.monitor()
    before = crowd.all_online()
    assert len(set(before.values())) == MANY
    assert crowd.vigie("check", "--json", timeout=SECONDS).json["online"] is True
    told = crowd.vigie("status", "--json", timeout=SECONDS).json
    assert len(told["bots"]) == MANY
    assert all(bot["memory"] for bot in told["bots"])

    written: set[int] = set()
    for pid in before.values():
        os.kill(pid, 9)
    crowd_is_back = False
    while not crowd_is_back:
        written.add((crowd.folder / "bot_status.json").stat().st_ino)
        bots = crowd.bots()
        crowd_is_back = all(bot["state"] == "online" and bot["pid"] != before[n] for n, bot in bots.items())
    after = crowd.all_online(other_than=before)
    assert {bot["restart_count"] for bot in crowd.bots().values()} == {1}
    assert not any(lives(pid) for pid in before.values())
    assert len(written) < MANY / 2  # one file for many changes

    assert "unchanged" in crowd.vigie("reload", timeout=SECONDS).out
    assert crowd.all_online() == after
    stopped = crowd.vigie("stop", timeout=SECONDS)
    assert stopped.code == 0
    assert stopped.out.count(": Bot stopped\n") == MANY
    assert not any(lives(pid) for pid in after.values())
    assert crowd.leave(monitor) == 0


@pytest.mark.skipif(sys.platform != "linux", reason="prlimit(2)")
def test_more_files_may_be_open_where_it_takes_more(crowd: Crowd) -> None:
    """The monitor's soft limit is raised as far as it takes; bots have the one they would have had."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (200, hard))
    try:
        monitor = crowd.monitor()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    pids = crowd.all_online()
    assert resource.prlimit(monitor.pid, resource.RLIMIT_NOFILE)[0] > 200
    for pid in pids.values():
        assert resource.prlimit(pid, resource.RLIMIT_NOFILE) == (200, hard)
    assert "[WARNING]" not in crowd.said()
    assert crowd.vigie("reload").code == 0
    os.kill(pids["b0"], 9)
    new = until(lambda: crowd.bots()["b0"]["pid"] not in (None, pids["b0"]) and crowd.bots()["b0"]["pid"])
    until(lambda: resource.prlimit(new, resource.RLIMIT_NOFILE) == (200, hard))
    crowd.vigie("stop", timeout=SECONDS)
    assert crowd.leave(monitor) == 0


@pytest.mark.skipif(sys.platform != "linux", reason="prlimit(2)")
def test_a_hard_limit_that_is_too_low_is_told(tmp_path: Path) -> None:
    """In words, with what would be needed; the bots are watched all the same."""
    crowd = Crowd(tmp_path / "petite foule", 20)
    script = (
        "import resource, sys\n"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (150, 150))\n"
        "from vigie.cli.main import main\n"
        "sys.exit(main(sys.argv[1:]))\n"
    )
    out = open(crowd.folder / "own.out", "w", encoding="utf-8")  # noqa: SIM115
    monitor = subprocess.Popen(
        [sys.executable, "-c", script, "--lang", "en", "monitor"],
        cwd=crowd.folder,
        env=crowd.environment,
        stdout=out,
        stderr=subprocess.STDOUT,
    )
    try:
        crowd.all_online()
        said = (crowd.folder / "own.out").read_text()
        assert "limit of open files (150) is low for 20 bots (288 would be needed)" in said
        crowd.vigie("stop", timeout=SECONDS)
    finally:
        monitor.kill()
        monitor.wait()
        out.close()
        crowd.clear()
