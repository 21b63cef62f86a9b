"""What no probe tells: the memory of a whole tree, and code that changed, is quiet, and compiles."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.fakes import Manners
from tests.runtime.workshop import Scene
from vigie.core.facts import CodeChanged, MemoryExceeded, Verb
from vigie.core.reasons import Reason
from vigie.engines.base import Exit
from vigie.runtime.sensors import (
    CHECKOUT,
    CODE_EVERY,
    MEMORY_EVERY,
    CodeSensor,
    MemorySensor,
    being_checked_out,
    tree_memory,
)

MEGABYTE = 1 << 20


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    """One bot whose code restarts it."""
    with Scene(tmp_path, on_change="restart", max_memory=100 * MEGABYTE) as scene:
        scene.begin()
        write(scene, "start.py", "one = 1\n")
        yield scene


def write(scene: Scene, name: str, code: str, when: float | None = None) -> None:
    """Write code, as if at this moment of the scene's calendar."""
    path = scene.folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(code)
    moment = scene.clock.wall() if when is None else when
    os.utime(path, (moment, moment))


def sensing(scene: Scene) -> CodeSensor:
    """Look at the code of the bot."""
    return CodeSensor(scene.watch(), scene.reactor, scene._hear)


def changes(scene: Scene) -> int:
    """How often the core heard of a change."""
    return sum(isinstance(change.fact, CodeChanged) for change in scene.changes)


def test_the_memory_of_a_tree_counts_its_children() -> None:
    """A parent that is small and a child that is large; nothing for a process that is gone."""
    large = f"b = bytearray({60 * MEGABYTE}); print('ready', flush=True); import time; time.sleep(600)"
    code = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {large!r}])"
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    try:
        assert parent.stdout is not None
        assert parent.stdout.readline() == "ready\n"
        used = tree_memory(parent.pid)
        assert used is not None
        assert 60 * MEGABYTE < used < 200 * MEGABYTE
        assert psutil.Process(parent.pid).memory_info().rss < 60 * MEGABYTE
    finally:
        for child in psutil.Process(parent.pid).children():
            child.kill()
        parent.kill()
        parent.wait()
        if parent.stdout is not None:
            parent.stdout.close()
    assert tree_memory(parent.pid) is None


def test_too_much_memory_is_told_to_the_core(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only above the limit, only of a bot that is online, again and again until stopped."""
    used: list[int | None] = [None, 100 * MEGABYTE, 100 * MEGABYTE + 1]
    monkeypatch.setattr("vigie.runtime.sensors.tree_memory", lambda _pid: used.pop(0))
    sensor = MemorySensor(scene.watch(), scene.reactor)
    scene.advance(2 * MEMORY_EVERY)  # it is not online: nobody looks
    assert len(used) == 3
    scene.online()
    scene.advance(3 * MEMORY_EVERY)
    (told,) = [change.fact for change in scene.changes if isinstance(change.fact, MemoryExceeded)]
    assert told.used == 100 * MEGABYTE + 1
    assert scene.watch().status.life.cause is Reason.MEMORY_EXCEEDED
    sensor.stop()


def test_a_look_at_memory_that_fails_is_not_the_last(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """A defect is told, and the next look comes."""
    scene.online()
    looks: list[int] = []

    def broken(pid: int) -> int:
        looks.append(pid)
        raise ZeroDivisionError

    monkeypatch.setattr("vigie.runtime.sensors.tree_memory", broken)
    sensor = MemorySensor(scene.watch(), scene.reactor)
    scene.advance(3 * MEMORY_EVERY)
    assert len(looks) == 3
    assert len(scene.faults) == 3
    sensor.stop()


def test_changed_code_restarts_once_it_is_quiet(scene: Scene) -> None:
    """Not while somebody is still saving; once, not again."""
    scene.online()
    sensor = sensing(scene)
    scene.advance(10 * CODE_EVERY)
    assert changes(scene) == 0
    for number in range(5):
        write(scene, "start.py", f"one = {number + 2}\n")
        scene.advance(CODE_EVERY)
    assert changes(scene) == 0
    scene.advance(2 * CODE_EVERY)
    assert changes(scene) == 1
    assert len(scene.engine.launched) == 2
    scene.advance(20 * CODE_EVERY)
    assert changes(scene) == 1
    sensor.stop()
    write(scene, "start.py", "nobody = 'looks'\n")
    scene.advance(5 * CODE_EVERY)
    assert changes(scene) == 1
    sensor.stop()


@pytest.mark.parametrize("change", ["new", "removed"])
def test_a_new_or_removed_file_is_a_change(scene: Scene, change: str) -> None:
    """Below the folder too."""
    write(scene, "cogs/old.py", "")
    scene.online()
    sensor = sensing(scene)
    scene.advance(CODE_EVERY)
    if change == "new":
        write(scene, "cogs/new.py", "x = 1\n")
    else:
        (scene.folder / "cogs" / "old.py").unlink()
    scene.advance(3 * CODE_EVERY)
    assert changes(scene) == 1
    sensor.stop()


def test_code_that_does_not_compile_is_told_with_file_and_line(scene: Scene) -> None:
    """The healthy bot is kept; once it is mended, the new code comes."""
    scene.online()
    sensor = sensing(scene)
    scene.advance(CODE_EVERY)
    write(scene, "cogs/games.py", "good = 1\ndef broken(:\n")
    scene.advance(3 * CODE_EVERY)
    assert changes(scene) == 0
    (values,) = [values for _tag, key, values in scene.lines if key == "runtime.code-broken"]
    assert (values["file"], values["line"]) == (os.path.join("cogs", "games.py"), 2)
    scene.advance(20 * CODE_EVERY)
    assert scene.told().count("runtime.code-broken") == 1
    write(scene, "cogs/games.py", "good = 2\n")
    scene.advance(3 * CODE_EVERY)
    assert changes(scene) == 1
    sensor.stop()


def test_a_checkout_in_progress_is_waited_out(scene: Scene) -> None:
    """While git holds its lock, half of the files may be old."""
    scene.online()
    (scene.folder / ".git").mkdir()
    sensor = sensing(scene)
    scene.advance(CODE_EVERY)
    write(scene, ".git/index.lock", "")
    write(scene, "start.py", "two = 2\n")
    scene.advance(10 * CODE_EVERY)
    assert changes(scene) == 0
    (scene.folder / ".git" / "index.lock").unlink()
    scene.advance(2 * CODE_EVERY)
    assert changes(scene) == 1
    sensor.stop()


def test_every_sign_of_git_at_work_is_known(tmp_path: Path) -> None:
    """A lock, a merge, a rebase of either kind."""
    assert not being_checked_out(str(tmp_path))
    for sign in CHECKOUT:
        folder = tmp_path / sign
        (folder / ".git" / sign).mkdir(parents=True)
        assert being_checked_out(str(folder))


def test_a_bot_that_was_restarted_with_the_new_code_is_not_restarted_for_it(scene: Scene) -> None:
    """Saved, and restarted by hand or by a crash before the change was noticed."""
    scene.online()
    sensor = sensing(scene)
    scene.advance(CODE_EVERY)
    write(scene, "start.py", "two = 2\n")
    scene.clock.jump(0.5)
    scene.ask(Verb.RESTART)
    born = len(scene.engine.launched)
    scene.advance(10 * CODE_EVERY)
    assert changes(scene) == 0
    assert len(scene.engine.launched) == born
    write(scene, "start.py", "three = 3\n")
    scene.advance(3 * CODE_EVERY)
    assert changes(scene) == 1
    sensor.stop()


def test_a_change_right_after_a_launch_is_not_missed(scene: Scene) -> None:
    """Launched, then saved, both between two looks: the new code does not run yet."""
    scene.online()
    sensor = sensing(scene)
    scene.advance(CODE_EVERY)
    scene.ask(Verb.RESTART)
    scene.clock.jump(0.5)
    write(scene, "start.py", "two = 2\n")
    scene.advance(3 * CODE_EVERY)
    assert changes(scene) == 1
    sensor.stop()


def test_without_the_setting_nobody_looks_until_all_tries_are_given_up(tmp_path: Path) -> None:
    """In the slow lane new code is a reason to try at once; before and after, the disk is left alone."""
    with Scene(tmp_path, give_up_after=2, manners=Manners(ends_at_once=Exit(code=1))) as scene:
        scene.begin()
        write(scene, "start.py", "broken = 1\n")
        sensor = sensing(scene)
        write(scene, "start.py", "broken = 2\n")
        scene.advance(10 * CODE_EVERY)
        assert changes(scene) == 0
        scene.ask(Verb.START)
        scene.advance(20.0)
        assert scene.watch().status.tally.waiting is Reason.GAVE_UP
        born = len(scene.engine.launched)
        scene.advance(20.0)
        assert len(scene.engine.launched) == born
        scene.engine.manners = Manners()
        write(scene, "start.py", "mended = 1\n")
        scene.advance(3 * CODE_EVERY + 2.0)
        assert changes(scene) == 1
        assert scene.watch().word == "online"
        write(scene, "start.py", "more = 1\n")
        scene.advance(10 * CODE_EVERY)
        assert changes(scene) == 1
        sensor.stop()


def test_a_very_large_tree_is_looked_at_less_often(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """A look that takes a second comes once in so many."""
    scene.online()
    looks: list[float] = []

    def slow(_folder: str) -> list[tuple[str, float]]:
        looks.append(scene.clock.steady())
        scene.clock.jump(1.0)
        return []

    monkeypatch.setattr("vigie.runtime.sensors.code_files", slow)
    sensor = sensing(scene)
    scene.advance(300.0)
    assert 3 <= len(looks) <= 8
    sensor.stop()
