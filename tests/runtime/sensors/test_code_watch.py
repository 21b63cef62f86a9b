"""Code that changed, is quiet, is nobody's unfinished work, and compiles: that, and nothing else, is told."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.fakes import Manners
from tests.runtime.at_once import AtOnce
from tests.runtime.repository import git
from tests.runtime.workshop import Scene
from tests.waiting import until
from vigie.core.facts import CodeChanged, Verb
from vigie.core.reasons import Reason
from vigie.engines.base import Exit
from vigie.runtime.sensors.aside import Aside, T
from vigie.runtime.sensors.checkout import STALE
from vigie.runtime.sensors.code_watch import CODE_EVERY, PATIENCE, RAREST, SHARE, CodeWatch
from vigie.runtime.sensors.self_written import AT_START, TIMES


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    """One bot whose code restarts it."""
    with Scene(tmp_path, on_change="restart", command=("python", "start.py")) as scene:
        set_clock(scene)
        scene.begin()
        write(scene, "start.py", "one = 1\n")
        yield scene


def set_clock(scene: Scene) -> None:
    """Let the scene's calendar begin now: the system dates files by its own."""
    scene.clock.wall_now = time.time()
    scene.reactor._wall_ahead = scene.clock.wall_now - scene.clock.steady_now


def write(scene: Scene, name: str, code: str, when: float | None = None) -> None:
    """Write code, as if at this moment of the scene's calendar."""
    path = scene.folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(code)
    moment = scene.clock.wall() if when is None else when
    os.utime(path, (moment, moment))


def sensing(scene: Scene, bots: Callable[[], int] = lambda: 1) -> CodeWatch:
    """Watch the code of the bot."""
    return CodeWatch(scene.watch(), scene.reactor, scene._hear, AtOnce(scene.reactor), bots)


def changes(scene: Scene) -> int:
    """How often the core heard of a change."""
    return sum(isinstance(change.fact, CodeChanged) for change in scene.changes)


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


@pytest.mark.parametrize("change", ["new", "removed", "renamed", "replaced"])
def test_any_change_of_a_file_is_one(scene: Scene, change: str) -> None:
    """Below the folder too, and as editors save: a new file takes the old one's name, with an older date."""
    write(scene, "cogs/old.py", "x = 0\n")
    scene.online()
    sensor = sensing(scene)
    scene.advance(2 * CODE_EVERY)
    if change == "new":
        write(scene, "cogs/new.py", "x = 1\n")
    elif change == "removed":
        (scene.folder / "cogs" / "old.py").unlink()
    elif change == "renamed":
        (scene.folder / "cogs" / "old.py").rename(scene.folder / "cogs" / "young.py")
    else:
        write(scene, "saving", "x = 2\n", when=1000.0)
        (scene.folder / "saving").replace(scene.folder / "cogs" / "old.py")
    scene.advance(3 * CODE_EVERY)
    assert changes(scene) == 1
    sensor.stop()


def test_what_says_the_same_is_no_change(scene: Scene) -> None:
    """Touched, copied over itself, changed and taken back before anybody could act."""
    scene.online()
    sensor = sensing(scene)
    scene.advance(2 * CODE_EVERY)
    write(scene, "start.py", "one = 1\n")
    scene.advance(3 * CODE_EVERY)
    write(scene, "start.py", "one = 2\n")
    scene.advance(CODE_EVERY)
    write(scene, "start.py", "one = 1\n")
    scene.advance(5 * CODE_EVERY)
    assert changes(scene) == 0
    sensor.stop()


def test_a_bot_that_writes_its_data_is_never_restarted_for_it(scene: Scene) -> None:
    """Into its own folder, all day long, with no git to ask."""
    scene.online()
    sensor = sensing(scene)
    for number in range(50):
        for name in (
            "data.json",
            "bot.db",
            "bot.db-journal",
            "config.yaml",
            "logs/x.log",
            "__pycache__/s.pyc",
        ):
            write(scene, name, str(number))
        scene.advance(CODE_EVERY)
    assert changes(scene) == 0
    sensor.stop()


def test_code_that_does_not_compile_is_told_with_file_and_line(scene: Scene) -> None:
    """Once for each content; the healthy bot is kept, whatever else changes; mended, the new code comes."""
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
    write(scene, "start.py", "fine = 1\n")
    scene.advance(20 * CODE_EVERY)
    assert changes(scene) == 0
    assert scene.told().count("runtime.code-broken") == 2
    write(scene, "cogs/games.py", "good = 2\n")
    scene.advance(3 * CODE_EVERY)
    assert changes(scene) == 1
    assert len(scene.engine.launched) == 2
    sensor.stop()


def test_a_fault_that_was_there_before_keeps_no_change_back(scene: Scene) -> None:
    """A template or an old program beside the bot never compiled, and the bot runs."""
    write(scene, "old/python2.py", "print 'hello'\n")
    scene.online()
    sensor = sensing(scene)
    scene.advance(2 * CODE_EVERY)
    write(scene, "start.py", "two = 2\n")
    scene.advance(3 * CODE_EVERY)
    assert changes(scene) == 1
    sensor.stop()


def test_a_script_that_is_gone_does_not_take_the_bot_down(scene: Scene) -> None:
    """It could not be launched again; when it is back with another content, the restart follows."""
    scene.online()
    sensor = sensing(scene)
    scene.advance(2 * CODE_EVERY)
    (scene.folder / "start.py").rename(scene.folder / "away")
    scene.advance(20 * CODE_EVERY)
    assert changes(scene) == 0
    assert scene.told().count("runtime.code-missing") == 1
    (scene.folder / "away").rename(scene.folder / "start.py")
    scene.advance(5 * CODE_EVERY)
    assert changes(scene) == 0
    write(scene, "start.py", "two = 2\n")
    scene.advance(3 * CODE_EVERY)
    assert changes(scene) == 1
    sensor.stop()


def test_a_folder_moved_away_is_no_change(scene: Scene) -> None:
    """Nor is its return."""
    scene.online()
    sensor = sensing(scene)
    scene.advance(2 * CODE_EVERY)
    away = scene.folder.with_name("away")
    scene.folder.rename(away)
    scene.advance(20 * CODE_EVERY)
    assert changes(scene) == 0
    away.rename(scene.folder)
    scene.advance(5 * CODE_EVERY)
    assert changes(scene) == 0
    assert scene.faults == []
    write(scene, "start.py", "two = 2\n")
    scene.advance(3 * CODE_EVERY)
    assert changes(scene) == 1
    sensor.stop()


def test_a_checkout_in_progress_is_waited_out(scene: Scene) -> None:
    """While git holds its lock, half of the files may be old; a person hears of a long wait once."""
    scene.online()
    git(scene.folder, "init")
    sensor = sensing(scene)
    scene.advance(CODE_EVERY)
    write(scene, ".git/index.lock", "")
    write(scene, "start.py", "two = 2\n")
    scene.advance(PATIENCE / 2)
    assert "runtime.code-waits" not in scene.told()
    scene.advance(3 * PATIENCE)
    assert changes(scene) == 0
    assert scene.told().count("runtime.code-waits") == 1
    (scene.folder / ".git" / "index.lock").unlink()
    scene.advance(2 * CODE_EVERY)
    assert changes(scene) == 1
    sensor.stop()


def test_a_lock_left_behind_is_not_waited_for_for_ever(scene: Scene) -> None:
    """git was killed in the middle."""
    scene.online()
    git(scene.folder, "init")
    sensor = sensing(scene)
    scene.advance(CODE_EVERY)
    write(scene, ".git/index.lock", "")
    write(scene, "start.py", "two = 2\n")
    scene.advance(STALE - 10.0)
    assert changes(scene) == 0
    scene.advance(10.0 + 2 * CODE_EVERY)
    assert changes(scene) == 1
    sensor.stop()


def test_a_pull_that_ends_in_a_conflict_is_waited_out(scene: Scene) -> None:
    """The person settles it; one restart follows, with what they settled on."""
    git(scene.folder, "init")
    git(scene.folder, "add", "start.py")
    git(scene.folder, "commit", "-m", "one")
    git(scene.folder, "checkout", "-b", "theirs")
    write(scene, "start.py", "one = 'theirs'\n")
    git(scene.folder, "commit", "-am", "theirs")
    git(scene.folder, "checkout", "main")
    write(scene, "start.py", "one = 'ours'\n")
    git(scene.folder, "commit", "-am", "ours")
    scene.online()
    sensor = sensing(scene)
    scene.advance(2 * CODE_EVERY)
    with pytest.raises(subprocess.CalledProcessError):
        git(scene.folder, "merge", "theirs")
    scene.advance(20 * CODE_EVERY)
    write(scene, "start.py", "one = 'both'\n")
    scene.advance(20 * CODE_EVERY)
    assert changes(scene) == 0
    assert "runtime.code-broken" not in scene.told()
    git(scene.folder, "commit", "-am", "both")
    scene.advance(3 * CODE_EVERY)
    assert changes(scene) == 1
    sensor.stop()


def test_what_git_ignores_restarts_nobody(scene: Scene) -> None:
    """Until the rule is taken back: then it is new code."""
    git(scene.folder, "init")
    write(scene, ".gitignore", "generated.py\n")
    scene.online()
    sensor = sensing(scene)
    scene.advance(CODE_EVERY)
    write(scene, "generated.py", "x = 1\n")
    scene.advance(5 * CODE_EVERY)
    assert changes(scene) == 0
    write(scene, ".gitignore", "# nothing\n")
    scene.advance(3 * CODE_EVERY)
    assert changes(scene) == 1
    sensor.stop()


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


def test_a_look_from_before_a_launch_is_not_taken_for_what_runs(scene: Scene) -> None:
    """The look is slow; meanwhile the code is saved and the bot restarted with it."""
    scene.online()
    aside = AtOnce(scene.reactor)
    sensor = CodeWatch(scene.watch(), scene.reactor, scene._hear, aside)
    scene.advance(CODE_EVERY)
    aside.held = []
    scene.advance(CODE_EVERY)
    (late,), aside.held = aside.held, None
    write(scene, "start.py", "two = 2\n")
    scene.clock.jump(0.5)
    scene.ask(Verb.RESTART)
    late()
    scene.advance(10 * CODE_EVERY)
    assert changes(scene) == 0
    sensor.stop()


def test_what_comes_of_a_look_after_the_end_is_dropped(scene: Scene) -> None:
    """Nothing is told, and no timer is left behind."""
    scene.online()
    aside = AtOnce(scene.reactor)
    aside.held = []
    sensor = CodeWatch(scene.watch(), scene.reactor, scene._hear, aside)
    sensor.stop()
    (late,) = aside.held
    late()
    assert sensor._timer is None


def test_code_changed_while_nobody_watched_counts(scene: Scene) -> None:
    """The monitor is started after the change: what runs is older than what lies there."""
    scene.online()
    scene.advance(60.0)
    write(scene, "start.py", "two = 2\n")
    scene.advance(60.0)
    sensor = sensing(scene)
    scene.advance(3 * CODE_EVERY)
    assert changes(scene) == 1
    scene.advance(30 * CODE_EVERY)
    assert changes(scene) == 1
    sensor.stop()


def test_a_date_in_the_future_is_no_change(scene: Scene) -> None:
    """The file came from a machine whose clock is ahead; each new monitor would restart the bot for it."""
    write(scene, "cogs/ahead.py", "x = 1\n", when=scene.clock.wall() + 86_400.0)
    scene.online()
    sensor = sensing(scene)
    scene.advance(30 * CODE_EVERY)
    assert changes(scene) == 0
    sensor.stop()


def test_a_bot_that_writes_code_at_every_start_is_not_restarted_for_ever(scene: Scene) -> None:
    """It is found out and told; a person's later change still restarts."""
    scene.online()
    sensor = sensing(scene)
    scene.advance(2 * CODE_EVERY)
    write(scene, "build.py", "number = 0\n")
    for number in range(1, 12):
        born = len(scene.engine.launched)
        scene.advance(3 * CODE_EVERY)
        if len(scene.engine.launched) > born:
            write(scene, "build.py", f"number = {number}\n", when=(scene.watch().started or 0.0) + 1.0)
    assert TIMES <= changes(scene) <= TIMES + 2
    assert scene.told().count("runtime.code-self-written") == 1
    count = changes(scene)
    scene.advance(10 * AT_START)
    assert changes(scene) == count
    write(scene, "start.py", "two = 2\n")
    scene.advance(3 * CODE_EVERY)
    assert changes(scene) == count + 1
    sensor.stop()


def test_other_settings_look_at_another_folder(scene: Scene, tmp_path: Path) -> None:
    """What lies there is what runs, until it changes."""
    scene.online()
    sensor = sensing(scene)
    scene.advance(2 * CODE_EVERY)
    watch = scene.watch()
    watch.spec = watch.spec._replace(directory=str(tmp_path / "other"))
    write(scene, "other/start.py", "one = 1\n", when=1000.0)
    scene.advance(5 * CODE_EVERY)
    assert changes(scene) == 0
    write(scene, "other/start.py", "two = 2\n")
    scene.advance(3 * CODE_EVERY)
    assert changes(scene) == 1
    sensor.stop()


def test_without_the_setting_nobody_looks_until_all_tries_are_given_up(tmp_path: Path) -> None:
    """In the slow lane new code is a reason to try at once; before and after, the disk is left alone."""
    with Scene(tmp_path, give_up_after=2, manners=Manners(ends_at_once=Exit(code=1))) as scene:
        set_clock(scene)
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


@pytest.mark.parametrize(
    ("took", "bots", "wait"), [(0.001, 1, CODE_EVERY), (0.2, 1, 10.0), (0.2, 3, 30.0), (9.0, 1, RAREST)]
)
def test_looking_takes_its_share_of_time_and_no_more(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, took: float, bots: int, wait: float
) -> None:
    """A large tree, or many bots, are looked at less often; yet once a minute."""
    assert SHARE == 50
    scene.online()
    looks: list[float] = []

    def slow(_content: object, _wall: float) -> None:
        looks.append(scene.clock.steady())
        scene.clock.jump(took)

    monkeypatch.setattr("vigie.runtime.sensors.code_watch.CodeContent.look", slow)
    sensor = sensing(scene, lambda: bots)
    scene.advance(5 * wait)
    assert looks[1] - looks[0] == pytest.approx(CODE_EVERY + took)  # the first is no measure
    assert looks[2] - looks[1] == pytest.approx(wait + took)
    sensor.stop()


def test_a_look_that_fails_is_not_the_last(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """A defect of ours is told, in the loop, and the next look comes."""
    scene.online()
    looks: list[int] = []

    def broken(_content: object, _wall: float) -> None:
        looks.append(1)
        raise ZeroDivisionError

    monkeypatch.setattr("vigie.runtime.sensors.code_watch.CodeContent.look", broken)
    sensor = CodeWatch(scene.watch(), scene.reactor, scene._hear, Aside(scene.reactor))

    def twice() -> bool:
        scene.advance(CODE_EVERY)
        return len(scene.faults) >= 2

    until(twice)
    assert isinstance(scene.faults[0], ZeroDivisionError)
    sensor.stop()


@pytest.mark.slow
def test_a_real_monitor_takes_new_code_when_it_is_whole(tmp_path: Path) -> None:
    """Ignored files and data: nothing; a fault: told, the bot is kept; mended: one restart, with real git."""
    git(tmp_path, "init")
    (tmp_path / ".gitignore").write_text("generated.py\n")
    (tmp_path / "start.py").write_text("import part, time\nprint(part.NAME, flush=True)\ntime.sleep(600)\n")
    (tmp_path / "part.py").write_text("NAME = 'one'\n")
    (tmp_path / "vigie.toml").write_text(
        f'[bot]\ncommand = [{sys.executable!r}, "-B", "start.py"]\nhealth_url = "none"\non_change = "restart"\n'
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    words = [sys.executable, "-m", "vigie", "--project", str(tmp_path), "--lang", "en"]
    spoken, said = tmp_path / "logs" / "bot.log", tmp_path / "monitor.out"

    def has(path: Path, text: str) -> Callable[[], bool]:
        return lambda: path.exists() and text in path.read_text()

    with said.open("w") as out:
        monitor = subprocess.Popen([*words, "monitor"], env=environment, stdout=out, stderr=out)
    try:
        until(has(said, "Bot online"), 60.0, "the bot is online")
        (tmp_path / "generated.py").write_text("x = 1\n")
        (tmp_path / "data.json").write_text("{}\n")
        (tmp_path / "part.py").write_text("NAME = (\n")
        until(has(said, "part.py, line 1"), 60.0, "the fault is told")
        assert spoken.read_text() == "one\n"
        (tmp_path / "part.py").write_text("NAME = 'two'\n")
        until(has(spoken, "two"), 60.0, "the new code runs")
        until(lambda: said.read_text().count("Bot online") == 2, 60.0, "the new copy is online")
        assert [line for line in spoken.read_text().splitlines() if line in ("one", "two")] == ["one", "two"]
    finally:
        subprocess.run([*words, "stop"], env=environment, capture_output=True, timeout=120.0)
        monitor.terminate()
        monitor.wait(60.0)


class Halting(AtOnce):
    """Looks at once, and keeps back what comes of judging, which is the job that was begun by a look."""

    judging: Callable[[], None] | None = None
    fails = False

    def do(self, job: Callable[[], T], then: Callable[[T | None], None]) -> None:
        found = job()
        if isinstance(found, tuple):
            then(found)
        else:
            self.judging = lambda: then(None if self.fails else found)


def changed_and_being_judged(scene: Scene) -> tuple[Halting, CodeWatch]:
    """New code has been quiet, and is being compiled beside the loop."""
    scene.online()
    aside = Halting(scene.reactor)
    sensor = CodeWatch(scene.watch(), scene.reactor, scene._hear, aside)
    scene.advance(2 * CODE_EVERY)
    write(scene, "start.py", "two = 2\n")
    scene.advance(2 * CODE_EVERY)
    assert aside.judging is not None
    return aside, sensor


def test_what_comes_of_judging_after_the_end_is_dropped(scene: Scene) -> None:
    """We leave while the new code is compiled: the bot is not restarted any more."""
    aside, sensor = changed_and_being_judged(scene)
    sensor.stop()
    assert aside.judging is not None
    aside.judging()
    assert changes(scene) == 0


def test_code_that_nobody_could_judge_is_judged_anew(scene: Scene) -> None:
    """No thread, or a defect of ours: neither taken for fit nor forgotten."""
    aside, sensor = changed_and_being_judged(scene)
    aside.fails = True
    assert aside.judging is not None
    aside.judging()
    assert changes(scene) == 0
    aside.judging, aside.fails = None, False
    scene.advance(CODE_EVERY)
    assert aside.judging is not None
    aside.judging()
    assert changes(scene) == 1
    sensor.stop()
