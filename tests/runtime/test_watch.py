"""One bot's watch: facts in their order, listeners last, and no defect that makes it forget the bot."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.runtime.workshop import Scene, turn
from tests.waiting import until
from vigie.core import machine
from vigie.core.facts import ClockJumped, Exited, Launched, TimeCame, Verb
from vigie.core.states import Phase
from vigie.engines.base import LaunchError
from vigie.runtime.watch import AFTER_A_DEFECT, Change, Watch


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    """One bot, watched."""
    with Scene(tmp_path) as scene:
        scene.begin()
        yield scene


def test_a_crashed_bot_is_launched_before_anything_is_said_about_it(scene: Scene) -> None:
    """What listeners do, writing above all, never stands between a crash and the next process."""
    process = scene.online()
    at_the_first_word: list[int] = []

    def hear(_watch: Watch, change: Change) -> None:
        if isinstance(change.fact, Exited):
            at_the_first_word.append(len(scene.engine.launched))

    scene.watch().listeners.insert(0, hear)
    process.crash()
    turn(scene.reactor)
    assert at_the_first_word == [2]


def test_listeners_hear_each_change_as_it_was(scene: Scene) -> None:
    """The process of then, the failure of then: not those of what came after it in the same moment."""
    process = scene.online()
    scene.changes.clear()
    scene.engine.refusals.append(LaunchError("engine.disk-full", path="/x"))
    process.crash()
    turn(scene.reactor)
    kinds = [type(change.fact).__name__ for change in scene.changes]
    assert kinds[:3] == ["Exited", "TreeGone", "LaunchFailed"]
    exited, gone, failed = scene.changes[:3]
    assert exited.identity == process.identity
    assert exited.before.life.phase is Phase.ALIVE
    assert gone.identity is None
    assert failed.failure is not None
    assert failed.failure.key == "engine.disk-full"
    scene.advance(5.0)
    launched = [change for change in scene.changes if isinstance(change.fact, Launched)][-1]
    assert launched.failure is None
    assert launched.identity == scene.engine.process.identity


def test_a_listener_with_a_defect_does_not_keep_the_others_from_hearing(scene: Scene) -> None:
    """It is told; the bot is watched on, and whoever listens beside it hears everything."""

    def broken(_watch: Watch, _change: Change) -> None:
        raise ZeroDivisionError

    heard: list[Change] = []
    scene.watch().listeners.insert(0, broken)
    scene.watch().listeners.append(lambda _watch, change: heard.append(change))
    scene.online()
    assert heard
    assert len(scene.faults) == len(heard)


def test_an_order_that_fails_does_not_cancel_the_next_wake(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A probe with a defect: told, and asked again when its time is lost."""
    scene.online()
    watch = scene.watch()

    def broken(_order: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(watch.hands, "_probe", broken)
    scene.advance(watch.spec.check_interval + 60.0)
    assert len(scene.faults) >= 2
    monkeypatch.undo()
    scene.engine.process.crash()
    turn(scene.reactor)
    assert len(scene.engine.launched) == 2


def test_a_decision_that_fails_is_made_again(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """A defect of the core: told, and the bot is not forgotten for ever."""
    scene.online()

    def broken(*_words: Any) -> Any:
        raise ZeroDivisionError

    monkeypatch.setattr("vigie.runtime.watch.decide", broken)
    scene.watch().feed(TimeCame())
    assert [type(fault) for fault in scene.faults] == [ZeroDivisionError]
    scene.advance(3 * AFTER_A_DEFECT)
    assert 3 <= len(scene.faults) <= 5
    monkeypatch.setattr("vigie.runtime.watch.decide", machine.decide)
    asked = len(scene.changes)
    scene.advance(60.0)
    assert len(scene.changes) > asked


def test_sleep_is_told_to_every_bot(tmp_path: Path) -> None:
    """What was being measured is void for each of them."""
    with Scene(tmp_path, "a", "b") as scene:
        scene.begin()
        assert scene.reactor.on_late is not None
        scene.reactor.on_late(3.0)
        assert [change.fact for change in scene.changes] == [ClockJumped(3.0)] * 2


def test_a_launch_into_a_folder_that_is_gone_makes_no_ghost(scene: Scene) -> None:
    """The project was moved: refused with the folder's name, and the folder does not come back."""
    elsewhere = scene.folder.with_name("elsewhere")
    scene.folder.rename(elsewhere)
    scene.ask(Verb.START)
    failures = [change.failure for change in scene.changes if change.failure is not None]
    assert [failure.key for failure in failures][:1] == ["engine.directory-missing"]
    assert not scene.folder.exists()
    assert scene.told().count("runtime.project-gone") == 1
    scene.advance(30.0)
    assert scene.told().count("runtime.project-gone") == 1
    elsewhere.rename(scene.folder)
    scene.ask(Verb.START)
    scene.advance(1.5)
    assert scene.watch().word == "online"
    assert (scene.folder / "bot_status.json").exists()


def test_a_long_log_is_put_away_before_a_launch(tmp_path: Path) -> None:
    """Renamed at once, the older one compressed afterwards; a short one stays."""
    with Scene(tmp_path, log_max_size=1000) as scene:
        scene.begin()
        logs = tmp_path / "logs"
        logs.mkdir(exist_ok=True)
        (logs / "bot.log").write_bytes(b"short\n")
        scene.ask(Verb.START)
        assert (logs / "bot.log").read_bytes() == b"short\n"
        for number in range(2):
            (logs / "bot.log").write_bytes(b"%d\n" % number * 1000)
            scene.ask(Verb.RESTART)
        assert (logs / "bot.log.1").read_bytes() == b"1\n" * 1000
        packed = until(lambda: (logs / "bot.log.2.gz") if (logs / "bot.log.2.gz").exists() else None)
        assert gzip.decompress(packed.read_bytes()) == b"0\n" * 1000
        until(lambda: not (logs / "bot.log.2").exists())


def test_a_log_without_a_limit_is_left_alone(tmp_path: Path) -> None:
    """Whoever wants it whole keeps it whole."""
    with Scene(tmp_path, log_max_size=None) as scene:
        scene.begin()
        (tmp_path / "logs").mkdir(exist_ok=True)
        (tmp_path / "logs" / "bot.log").write_bytes(b"x" * 5000)
        scene.ask(Verb.START)
        assert sorted(path.name for path in (tmp_path / "logs").iterdir()) == ["bot.log"]


def test_a_log_that_cannot_be_put_away_is_told_and_stops_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The bot is launched all the same."""
    with Scene(tmp_path, log_max_size=1000) as scene:
        scene.begin()
        logs = tmp_path / "logs"
        (logs / "bot.log.1" / "a folder in the way").mkdir(parents=True)
        for number in range(2, 6):
            (logs / f"bot.log.{number}").mkdir()
        (logs / "bot.log").write_bytes(b"x" * 5000)
        scene.ask(Verb.START)
        assert "record.log-not-rotated" in scene.told()
        scene.advance(1.5)
        assert scene.watch().word == "online"


def test_no_thread_to_compress_with_is_no_trouble(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The next launch tries again."""

    def refuse(_thread: object) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr("threading.Thread.start", refuse)
    with Scene(tmp_path, log_max_size=1000) as scene:
        scene.begin()
        (tmp_path / "logs").mkdir(exist_ok=True)
        (tmp_path / "logs" / "bot.log").write_bytes(b"x" * 5000)
        scene.ask(Verb.START)
        turn(scene.reactor, 3)
        assert (tmp_path / "logs" / "bot.log.1").exists()
        assert scene.faults == []


def test_asking_now_puts_the_next_question_at_once(scene: Scene) -> None:
    """Only where the bot counts as well and no question is under way."""
    scene.online()
    watch = scene.watch()
    asked = watch.status.health.last_number
    watch.ask_now()
    assert watch.status.health.last_number == asked + 1
    watch.ask_now()
    scene.ask(Verb.STOP)
    watch.ask_now()
    assert scene.faults == []


def test_what_a_process_was_launched_with_shows_no_secret(scene: Scene) -> None:
    """Its environment holds the bot's token, and whatever is printed may end in a log."""
    watch = scene.watch()
    watch.environment = {"DISCORD_TOKEN": "very secret"}
    scene.online()
    assert watch.launched_with is not None
    assert watch.launched_with.environment["DISCORD_TOKEN"] == "very secret"
    assert "secret" not in repr(watch.launched_with)
    assert "./program" in repr(watch.launched_with)


def test_a_log_whose_length_nobody_knows_counts_from_its_beginning(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk fails while it is looked at: the launch goes on, and no last words are lost."""

    def fails(*_words: object) -> int:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("vigie.runtime.watch.end_of", fails)
    process = scene.online()
    assert scene.watch().log_starts == {process.pid: 0}
