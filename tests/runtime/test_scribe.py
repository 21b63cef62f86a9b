"""What is written down: in time, together, whole, and without ever stopping the watching."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.fakes import Manners
from tests.runtime.workshop import Scene, turn
from vigie.core.facts import Verb
from vigie.engines.base import Exit, LaunchError
from vigie.records.history import History
from vigie.records.ledger import read_ledger


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    """One bot, watched."""
    with Scene(tmp_path) as scene:
        scene.begin()
        yield scene


def status(scene: Scene) -> dict[str, Any]:
    """The public file."""
    found: dict[str, Any] = json.loads((scene.folder / "bot_status.json").read_text())
    return found


def ledger(scene: Scene, name: str = "bot") -> dict[str, Any]:
    """The private record."""
    found = read_ledger(scene.place.private, name)
    assert found is not None
    return found


def events(scene: Scene) -> list[str]:
    """What the history tells, oldest first."""
    history = History(scene.place.history)
    try:
        return [event.key for event in reversed(history.events())]
    finally:
        history.close()


def test_what_lives_stands_in_both_files(scene: Scene) -> None:
    """The process in the ledger, its public face in the status file, in the same turn."""
    scene.ask(Verb.START)
    process = scene.engine.process
    assert ledger(scene)["identity"] == list(process.identity)
    assert (status(scene)["pid"], status(scene)["state"]) == (process.pid, "starting")
    scene.advance(1.5)
    assert status(scene)["state"] == "online"
    scene.ask(Verb.STOP)
    assert ledger(scene)["identity"] is None
    assert (status(scene)["pid"], status(scene)["state"]) == (None, "stopped")


def test_a_storm_of_changes_costs_one_file(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """Crash, leftovers gone, launched: written once, at the end of the turn."""
    scene.online()
    written: list[str] = []
    write = os.replace

    def counted(source: str, target: str) -> None:
        written.append(os.path.basename(target))
        write(source, target)

    monkeypatch.setattr(os, "replace", counted)
    scene.engine.process.crash()
    turn(scene.reactor)
    assert len(scene.engine.launched) == 2
    assert sorted(written) == ["bot.json", "bot_status.json"]


def test_restarts_and_their_time_are_counted(scene: Scene) -> None:
    """By crash and by request; a start is none."""
    scene.online()
    assert (status(scene)["restart_count"], status(scene)["last_restart"]) == (0, None)
    scene.engine.process.crash()
    turn(scene.reactor)
    first = status(scene)
    assert first["restart_count"] == 1
    assert first["last_restart"] is not None
    scene.advance(100.0)
    scene.ask(Verb.RESTART)
    scene.advance(1.0)
    assert status(scene)["restart_count"] == 2
    assert status(scene)["last_restart"] > first["last_restart"]


def test_the_moment_of_the_launch_does_not_wander(scene: Scene) -> None:
    """However often it is written, and whatever happens to the calendar, it stays what it was."""
    scene.online()
    told = status(scene)["started_at"]
    assert scene.crew is not None
    for jump in (10.0, -5000.0, 3.25):
        scene.clock.jump(1.0, jump)
        scene.crew.scribe.touch()
        turn(scene.reactor)
        assert status(scene)["started_at"] == told


def test_the_history_tells_what_happened_in_its_order(scene: Scene) -> None:
    """Exits asked for are no crashes; a failed launch tells whether it was refused."""
    scene.online()
    scene.engine.process.crash()
    turn(scene.reactor)
    scene.advance(1.5)
    scene.ask(Verb.STOP)
    scene.engine.refusals.append(LaunchError("engine.port-taken", refused=True, port=1, pid=2, program="x"))
    scene.ask(Verb.START)
    scene.engine.refusals.append(LaunchError("engine.disk-full", path="x"))
    scene.advance(30.0)
    told = [key for key in events(scene) if key != "state"]
    assert told[:3] == ["crashed", "exited", "launch-refused"]
    assert "state" in events(scene)


def test_incidents_of_every_kind_are_kept(tmp_path: Path) -> None:
    """Given up, the day's limit, never ready, too much memory: each is found again as the last incident."""
    from vigie.core.facts import MemoryExceeded

    with Scene(tmp_path, start_grace=0.5) as scene:
        scene.begin()
        scene.ask(Verb.START)
        scene.advance(0.7)
        assert "never-ready" in events(scene)
    other = tmp_path / "other"
    other.mkdir()
    with Scene(other, manners=Manners(ends_at_once=Exit(code=1)), give_up_after=2) as scene:
        scene.begin()
        scene.ask(Verb.START)
        scene.advance(10.0)
        assert "gave-up" in events(scene)
    third = tmp_path / "third"
    third.mkdir()
    with Scene(third) as scene:
        scene.begin()
        scene.online()
        scene.watch().feed(MemoryExceeded(10**9))
        turn(scene.reactor)
        assert "memory-exceeded" in events(scene)


def test_several_bots_have_one_file(tmp_path: Path) -> None:
    """A word for each; a command for one of them leaves what is known of the others."""
    with Scene(tmp_path, "a", "b") as scene:
        scene.begin()
        scene.online("a")
        scene.online("b")
        assert set(status(scene)) == {"timestamp", "bots"}
        pid = status(scene)["bots"]["b"]["pid"]
    with Scene(tmp_path, "a", "b") as scene:
        scene.begin(watching=False, bots=1)
        scene.ask(Verb.START, "a")
        assert status(scene)["bots"]["b"]["pid"] == pid


def test_a_bot_that_is_no_more_leaves_the_file(tmp_path: Path) -> None:
    """Removed from the settings: whoever acts on all bots writes of all bots there are."""
    with Scene(tmp_path, "a", "b", "old") as scene:
        scene.begin()
        scene.ask(Verb.START, "old")
        assert "old" in status(scene)["bots"]
    with Scene(tmp_path, "a", "b") as scene:
        scene.begin()
        scene.ask(Verb.START, "a")
        assert set(status(scene)["bots"]) == {"a", "b"}


def test_a_count_from_before_us_is_kept(tmp_path: Path) -> None:
    """A status file that an older script wrote, or that outlived our private folder: count and time go on."""
    (tmp_path / "bot_status.json").write_text(
        '{"restart_count": 5, "last_restart": "2026-02-08T19:45:32.123456", "timestamp": 1707425132.123456}'
    )
    with Scene(tmp_path) as scene:
        scene.begin()
        scene.online()
        assert status(scene)["restart_count"] == 5
        assert status(scene)["last_restart"] == "2026-02-08T19:45:32.123456"
        scene.engine.process.crash()
        turn(scene.reactor)
        assert status(scene)["restart_count"] == 6


def test_what_stood_there_and_was_not_ours_is_kept_aside_and_told(tmp_path: Path) -> None:
    """A damaged status file and a damaged ledger."""
    (tmp_path / ".vigie").mkdir()
    (tmp_path / "bot_status.json").write_text("{damaged")
    (tmp_path / ".vigie" / "bot.json").write_text("damaged too")
    with Scene(tmp_path) as scene:
        scene.begin()
        scene.ask(Verb.START)
        assert scene.told().count("record.kept-aside") == 2
        kept = [values["kept"] for _tag, key, values in scene.lines if key == "record.kept-aside"]
        assert all(Path(str(path)).exists() for path in kept)


def test_one_file_that_cannot_be_written_does_not_keep_the_others_back(scene: Scene) -> None:
    """A folder stands where the status file should be: told once, and the ledger is written all the same."""
    in_the_way = scene.folder / "bot_status.json" / "in the way"
    in_the_way.mkdir(parents=True)
    scene.online()
    scene.engine.process.crash()
    turn(scene.reactor)
    assert ledger(scene)["tally"]["restart_count"] == 1
    assert "crashed" in events(scene)
    assert [key for key in scene.told() if key.startswith("record.")] == ["record.is-a-folder"]
    in_the_way.rmdir()
    in_the_way.parent.rmdir()
    scene.advance(2.0)
    scene.ask(Verb.STOP)
    assert status(scene)["state"] == "stopped"
    assert scene.faults == []


@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="mounts a small file system")
def test_a_full_disk_is_told_once_and_stops_nothing(tmp_path: Path) -> None:
    """The old files stay whole; once there is room again, everything is written."""
    small = tmp_path / "small"
    small.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=400k", "tmpfs", small], check=False)
    if mounted.returncode:
        pytest.skip("may not mount here")
    try:
        with Scene(small) as scene:
            scene.begin()
            scene.online()
            before = status(scene)
            ballast = small / "ballast"
            with open(ballast, "wb", buffering=0) as file, pytest.raises(OSError, match="No space"):
                while True:
                    file.write(b"x" * 4096)
            for _ in range(3):
                scene.engine.process.crash()
                turn(scene.reactor)
                scene.advance(20.0)
            assert scene.watch().word == "online"
            assert status(scene) == before
            assert scene.told().count("record.disk-full") == 1
            ballast.unlink()
            scene.ask(Verb.STOP)
            assert (status(scene)["state"], status(scene)["restart_count"]) == ("stopped", 3)
            assert events(scene).count("crashed") == 3
    finally:
        subprocess.run(["umount", "-l", small], check=True)


def test_a_history_begun_anew_is_told_once(tmp_path: Path) -> None:
    """A damaged database is kept aside; what follows is written to a new one."""
    (tmp_path / ".vigie").mkdir()
    (tmp_path / ".vigie" / "history.db").write_bytes(b"not a database at all, but long enough" * 100)
    with Scene(tmp_path) as scene:
        scene.begin()
        scene.online()
        assert scene.told().count("record.history-damaged") == 1
        assert "state" in events(scene)


def test_a_history_that_cannot_be_written_is_told_once(tmp_path: Path) -> None:
    """It stops nothing."""
    (tmp_path / ".vigie" / "history.db" / "a folder").mkdir(parents=True)
    for number in range(1, 10):
        mark = "" if number == 1 else f"-{number}"
        (tmp_path / ".vigie" / f"history.damaged{mark}.db" / "x").mkdir(parents=True)
    with Scene(tmp_path) as scene:
        scene.begin()
        scene.online()
        scene.ask(Verb.STOP)
        assert len([key for key in scene.told() if key.startswith("record.")]) == 1
        assert status(scene)["state"] == "stopped"


def test_nothing_to_write_writes_nothing(scene: Scene) -> None:
    """A flush without news touches no file."""
    assert scene.crew is not None
    scene.crew.scribe.flush()
    assert not (scene.folder / "bot_status.json").exists()


def test_what_is_only_an_event_writes_only_the_history(scene: Scene) -> None:
    """Nothing of what the two files tell has changed: neither is written for it."""
    scene.online()
    assert scene.crew is not None
    stamps = [
        os.stat(path).st_mtime_ns for path in (scene.place.status_file, scene.place.private + "/bot.json")
    ]
    scene.crew.scribe._add(scene.watch(), "noticed")
    turn(scene.reactor)
    assert events(scene)[-1] == "noticed"
    assert stamps == [
        os.stat(path).st_mtime_ns for path in (scene.place.status_file, scene.place.private + "/bot.json")
    ]


def test_a_bot_can_be_forgotten_twice(tmp_path: Path) -> None:
    """It leaves the status file, what happens to it later is written nowhere, and once more changes nothing."""
    with Scene(tmp_path, "a", "b") as scene:
        crew = scene.begin()
        scene.online("b")
        scene.online("a")
        watch = scene.watch("a")
        crew.scribe.forget(watch)
        crew.scribe.forget(watch)
        turn(scene.reactor)
        assert set(status(scene)["bots"]) == {"b"}
        told = len(events(scene))
        scene.ask(Verb.STOP, "a")
        assert len(events(scene)) == told
        assert scene.faults == []
