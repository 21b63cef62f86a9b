"""A run put together: what lived goes on, what was counted is counted on, and nobody is left held."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.fakes import Manners
from tests.runtime.workshop import Scene, turn
from vigie.core.facts import Launched, Verb
from vigie.core.reasons import Reason
from vigie.engines.base import Exit
from vigie.runtime.reserve import SPARE


def test_the_next_run_goes_on_with_what_lives(tmp_path: Path) -> None:
    """The same process, its launch at the same moment, its end heard as before; nothing is launched."""
    with Scene(tmp_path) as scene:
        scene.begin()
        process = scene.online()
        launched_at = scene.watch().status.life.launched_at
        scene.die()
        scene.clock.jump(50.0)
        scene.begin()
        scene.ask(Verb.START)
        life = scene.watch().status.life
        assert (life.pid, life.launched_at) == (process.pid, launched_at)
        assert scene.engine.launched == []
        assert "runtime.adopted" in scene.told()
        process.crash()
        turn(scene.reactor)
        scene.advance(1.5)
        assert len(scene.engine.launched) == 1
        assert scene.watch().status.tally.restart_count == 1


def test_deaths_are_counted_across_our_own(tmp_path: Path) -> None:
    """A monitor that is started anew while the bot waits does not begin to try anew."""
    with Scene(tmp_path, manners=Manners(ends_at_once=Exit(code=1)), give_up_after=3) as scene:
        scene.begin()
        scene.ask(Verb.START)
        scene.advance(10.0)
        assert scene.watch().word == "failed"
        born = len(scene.world.processes)
        due = scene.watch().status.tally.next_start_at
        scene.die()
        crew = scene.begin()
        from vigie.core.facts import Asked

        crew.watches[0].feed(Asked(Verb.START, keep=True, by_monitor=True))
        scene.advance(60.0)
        tally = scene.watch().status.tally
        assert (tally.next_start_at, tally.waiting) == (due, Reason.GAVE_UP)
        assert len(scene.world.processes) == born
        assert scene.told().count("runtime.tell-gave-up") == 1


def test_what_died_while_nobody_watched_is_launched(tmp_path: Path) -> None:
    """Its identity in the ledger leads to nobody."""
    with Scene(tmp_path) as scene:
        scene.begin()
        scene.online()
        process = scene.engine.process
        scene.die()
        scene.changes.clear()
        process.crash()
        scene.begin()
        scene.ask(Verb.START)
        assert [type(change.fact) for change in scene.changes].count(Launched) == 1


def test_a_recycled_number_is_not_taken_for_the_bot(tmp_path: Path) -> None:
    """The pid lives, and is somebody else."""
    with Scene(tmp_path) as scene:
        scene.begin()
        scene.online()
        process = scene.engine.process
        scene.die()
        process.crash()
        stranger = scene.world.add(pid=process.pid)
        scene.begin()
        scene.ask(Verb.STOP)
        assert stranger.alive
        assert scene.watch().status.life.pid is None


def test_bots_are_found_by_name(tmp_path: Path) -> None:
    """One, several, or all; names that nobody has are passed over."""
    with Scene(tmp_path, "a", "b") as scene:
        crew = scene.begin()
        assert [watch.name for watch in crew.named([])] == ["a", "b"]
        assert [watch.name for watch in crew.named(["b", "nobody"])] == ["b"]


def test_only_a_monitor_keeps_descriptors_back(tmp_path: Path) -> None:
    """And gives them up at the end."""
    if not os.path.isdir("/proc/self/fd"):
        pytest.skip("counts descriptors in /proc")
    with Scene(tmp_path) as scene:
        before = len(os.listdir("/proc/self/fd"))
        scene.begin(watching=False)
        assert len(os.listdir("/proc/self/fd")) == before
    with Scene(tmp_path) as scene:
        before = len(os.listdir("/proc/self/fd"))
        crew = scene.begin()
        assert len(os.listdir("/proc/self/fd")) == before + SPARE
        crew.close()
        assert len(os.listdir("/proc/self/fd")) == before


@pytest.mark.slow
def test_ten_years_of_crashes_and_stops(tmp_path: Path) -> None:
    """Never two copies, and whenever one looks, weeks later, the bot is online."""
    with Scene(tmp_path, check_interval=86_400.0, restarts_per_day=1000) as scene:
        scene.begin()
        lock = scene.place.copy_lock("bot")
        scene.online()
        for age in range(100):
            scene.advance(86_400.0 * 365 / 10)
            assert scene.world.copies(lock) <= 1
            assert scene.watch().word == "online", age
            if age % 3:
                scene.engine.process.crash(age % 256)
            else:
                scene.ask(Verb.STOP)
                scene.ask(Verb.START)
            scene.advance(5.0)
        assert scene.faults == []
