"""A monitor keeps the logs of its bots bounded, launched by it or found alive; short commands do not."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.runtime.workshop import Scene
from tests.waiting import until
from vigie.records.bot_log import EVER, last_lines
from vigie.records.hole import Means, means_of
from vigie.records.log_keeper import LONGEST_PAUSE, SHORTEST_PAUSE
from vigie.records.log_marks import position_at
from vigie.records.log_note import end_of
from vigie.runtime.log_care import LogCare

SIZE = 1 << 20
LINES = [b"%07d " % number + b"x" * 91 + b"\n" for number in range(30_000)]


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    """One bot whose log may have a MiB."""
    if means_of(str(tmp_path)) is Means.NOTHING:
        pytest.skip("no holes can be made in files here")
    with Scene(tmp_path, log_max_size=SIZE, log_keep=5) as scene:
        (tmp_path / "logs").mkdir()
        scene.begin()
        yield scene


def cared_for(scene: Scene) -> LogCare:
    """Let the loop look once after the log."""
    care = LogCare(scene.watch(), scene.reactor)
    scene.advance(0.01)
    return care


def prints(scene: Scene, lines: list[bytes]) -> None:
    """Append, as the bot does."""
    with open(scene.watch().log_path, "ab") as log:
        log.write(b"".join(lines))


def until_short(scene: Scene) -> None:
    """Let the loop look, on its own clock, until the log is short again."""

    def short() -> bool:
        scene.advance(SHORTEST_PAUSE)
        return os.path.getsize(scene.watch().log_path) <= SIZE + 4096 and ".1" in listing(scene)

    until(short, 20)


def listing(scene: Scene) -> list[str]:
    """The endings of what lies in the folder of logs."""
    return sorted(name.removeprefix("bot.log") for name in os.listdir(scene.folder / "logs"))


def shown(scene: Scene, count: int) -> list[bytes]:
    """The last lines as ``vigie logs`` shows them."""
    note = scene.place.log_note("bot")
    return [f"{line}\n".encode() for line in last_lines(scene.watch().log_path, count, EVER, note)]


def test_the_log_of_a_living_bot_becomes_short_and_no_line_is_lost(scene: Scene) -> None:
    """The loop never waits for it: a thread does the work."""
    scene.online()
    care = cared_for(scene)
    prints(scene, LINES)
    scene.advance(LONGEST_PAUSE)
    until_short(scene)
    care.stop()
    assert shown(scene, len(LINES) + 10) == LINES


def test_a_bot_found_alive_is_cared_for_too(scene: Scene) -> None:
    """Nothing depends on our having launched it."""
    scene.online()
    prints(scene, LINES)
    scene.die()
    scene.begin()
    assert scene.watch().word == "online"
    care = cared_for(scene)
    until_short(scene)
    care.stop()
    assert shown(scene, len(LINES) + 10) == LINES


def test_without_a_monitor_a_living_log_is_left_alone(scene: Scene) -> None:
    """A short command looks after nothing."""
    scene.online()
    prints(scene, LINES)
    scene.advance(60)
    assert listing(scene) == [""]


def test_new_settings_count_from_the_next_look_on(scene: Scene) -> None:
    """A log that was allowed to grow is shortened once it is not any more."""
    watch = scene.watch()
    watch.renew(scene.bots[0]._replace(spec=watch.spec._replace(log_max_size=None)))
    scene.online()
    care = cared_for(scene)
    prints(scene, LINES)
    scene.advance(30)
    assert listing(scene) == [""]
    watch.renew(scene.bots[0])
    until_short(scene)
    care.stop()


def test_when_lines_were_printed_is_noted(scene: Scene) -> None:
    """At each launch, and every ten seconds in which the bot prints; once it is stopped, no more."""
    scene.online()
    care = cared_for(scene)
    marks = scene.place.log_marks("bot")
    for _ in range(5):
        prints(scene, LINES[:10])
        scene.advance(10)
    middle = scene.clock.wall() - 25
    assert 100 * 100 >= (position_at(marks, middle) or 0) > 0
    assert position_at(marks, scene.clock.wall()) == 5000
    care.stop()
    prints(scene, LINES[:10])
    scene.advance(60)
    assert position_at(marks, scene.clock.wall()) == 5000


def test_what_goes_wrong_is_told_once(scene: Scene) -> None:
    """A folder stands where the copy would go; the bot goes on."""
    scene.online()
    (scene.folder / "logs" / "bot.log.0").mkdir()
    care = cared_for(scene)
    prints(scene, LINES)

    def told() -> bool:
        scene.advance(LONGEST_PAUSE)
        return "record.log-not-bounded" in scene.told()

    until(told, 20)
    for _ in range(20):
        scene.advance(LONGEST_PAUSE)
    care.stop()
    assert scene.told().count("record.log-not-bounded") == 1
    assert scene.faults == []
    assert end_of(scene.watch().log_path, scene.place.log_note("bot")) == len(b"".join(LINES))


def test_last_words_are_found_although_the_log_was_shortened_meanwhile(scene: Scene) -> None:
    """The place where a copy's words begin keeps its meaning."""
    scene.online()
    prints(scene, LINES)
    care = cared_for(scene)
    until_short(scene)
    care.stop()
    watch = scene.watch()
    watch._prepare_log()
    assert watch._log_size == len(b"".join(LINES))
    prints(scene, [b"last words\n"])
    note = scene.place.log_note("bot")
    assert last_lines(watch.log_path, 15, watch._log_size, note) == ["last words"]


def test_a_trouble_that_nobody_wants_to_hear_of_ends_nothing(scene: Scene) -> None:
    """Told where somebody listens; without that the log is looked after all the same."""
    from vigie.problems import Failure, Problem

    told: list[Problem] = []
    trouble = Failure("record.disk-full", path="/x")
    care = cared_for(scene)
    scene.watch().on_trouble = told.append
    care._tell(trouble)
    scene.watch().on_trouble = None
    care._tell(trouble)
    scene.advance(2 * LONGEST_PAUSE)
    care.stop()
    assert told == [trouble]
    assert scene.faults == []
