"""An hour of the day restarts a bot once, whatever is done to the clocks, and a missed one is let go."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from tests.runtime.workshop import Scene
from vigie.core.facts import HourCame
from vigie.runtime.sensors.hour_watch import MADE_UP_FOR, SPREAD_EACH, SPREAD_MOST, HourWatch

HOUR = 3600.0
DAY = 24 * HOUR


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    """One bot that is restarted at half past four; it is three o'clock, and it has been online for an hour."""
    with Scene(tmp_path, restart_at=("04:30",), check_interval=HOUR) as scene:
        now = datetime(2026, 6, 2, 2, 0).timestamp()  # noqa: DTZ001
        scene.clock.wall_now = now
        scene.reactor._wall_ahead = scene.clock.wall_now - scene.clock.steady_now
        scene.begin()
        scene.online()
        scene.advance(HOUR - 1.5)
        yield scene


def sensing(scene: Scene, luck: float = 0.0) -> HourWatch:
    """Keep the timetable."""
    assert scene.crew is not None
    crew = scene.crew
    return HourWatch(lambda: crew.watches, scene.reactor, lambda: luck)


def came(scene: Scene) -> int:
    """How often the core heard of an hour."""
    return sum(isinstance(change.fact, HourCame) for change in scene.changes)


def test_the_hour_restarts_the_bot_once_a_day(scene: Scene) -> None:
    """At the minute, and the next day again."""
    sensor = sensing(scene)
    scene.advance(1.5 * HOUR - 1.0)
    assert came(scene) == 0
    scene.advance(2.0)
    assert came(scene) == 1
    scene.advance(10.0)
    assert len(scene.engine.launched) == 2
    scene.advance(DAY - 60.0)
    assert came(scene) == 1
    scene.advance(60.0)
    assert came(scene) == 2
    assert len(scene.engine.launched) == 3
    sensor.stop()
    scene.advance(2 * DAY)
    assert came(scene) == 2


def test_luck_spreads_the_restarts(scene: Scene) -> None:
    """A single bot keeps to its minute; many are spread over three minutes at most."""
    sensor = sensing(scene, luck=0.999)
    scene.advance(1.5 * HOUR + 0.9 * SPREAD_EACH)
    assert came(scene) == 0
    scene.advance(0.1 * SPREAD_EACH)
    assert came(scene) == 1
    sensor.stop()
    assert SPREAD_MOST < MADE_UP_FOR


def test_many_bots_do_not_leave_together(tmp_path: Path) -> None:
    """Each draws its own luck."""
    names = [f"bot{number}" for number in range(20)]
    with Scene(tmp_path, *names, restart_at=("04:30",), check_interval=HOUR) as scene:
        scene.clock.wall_now = datetime(2026, 6, 2, 4, 0).timestamp()  # noqa: DTZ001
        scene.reactor._wall_ahead = scene.clock.wall_now - scene.clock.steady_now
        crew = scene.begin()
        drawn = iter([number / 20 for number in range(200)])
        sensor = HourWatch(lambda: crew.watches, scene.reactor, lambda: next(drawn))
        scene.advance(HOUR / 2 + SPREAD_MOST / 2)
        assert 8 <= came(scene) <= 12
        scene.advance(SPREAD_MOST / 2)
        assert came(scene) == 20
        sensor.stop()


def test_a_clock_set_back_does_not_bring_the_hour_twice(scene: Scene) -> None:
    """It is half past four again, the same day."""
    sensor = sensing(scene)
    scene.advance(1.5 * HOUR + 1.0)
    assert came(scene) == 1
    scene.clock.jump(0.0, wall=-HOUR)
    scene.advance(2 * HOUR)
    assert came(scene) == 1
    scene.advance(DAY)
    assert came(scene) == 2
    sensor.stop()


def test_a_clock_that_was_years_ahead_is_forgotten(scene: Scene) -> None:
    """Once it has been put right, the hour comes as before."""
    sensor = sensing(scene)
    scene.advance(1.0)
    scene.clock.jump(0.0, wall=2000 * DAY)
    scene.advance(2 * HOUR)
    count = came(scene)
    scene.clock.jump(0.0, wall=-2000 * DAY)
    scene.advance(DAY)
    assert came(scene) == count + 1
    sensor.stop()


@pytest.mark.parametrize(("late", "times"), [(MADE_UP_FOR - 60.0, 1), (MADE_UP_FOR + 60.0, 0)])
def test_an_hour_slept_through_is_made_up_for_soon_or_not_at_all(
    scene: Scene, late: float, times: int
) -> None:
    """The machine was suspended."""
    sensor = sensing(scene)
    scene.advance(1.0)
    scene.clock.jump(1.5 * HOUR + late)
    scene.advance(60.0)
    assert came(scene) == times
    scene.advance(DAY)
    assert came(scene) == times + 1
    sensor.stop()


@pytest.mark.parametrize(("late", "times"), [(MADE_UP_FOR - 60.0, 1), (MADE_UP_FOR + 60.0, 0)])
def test_an_hour_that_came_while_nobody_watched(scene: Scene, late: float, times: int) -> None:
    """The monitor was replaced just then, or had not been started yet."""
    scene.advance(1.5 * HOUR + late)
    sensor = sensing(scene)
    scene.advance(60.0)
    assert came(scene) == times
    sensor.stop()


def test_a_bot_launched_since_the_hour_is_left_alone(scene: Scene) -> None:
    """The monitor before us has served it."""
    first = sensing(scene)
    scene.advance(1.5 * HOUR + 30.0)
    assert came(scene) == 1
    first.stop()
    second = sensing(scene)
    scene.advance(HOUR)
    assert came(scene) == 1
    second.stop()


def test_other_hours_count_at_once(scene: Scene) -> None:
    """The settings were changed while we watch; a bot without hours is left alone."""
    sensor = sensing(scene)
    watch = scene.watch()
    watch.spec = watch.spec._replace(restart_at=())
    scene.advance(3 * HOUR)
    assert came(scene) == 0
    soon = time.strftime("%H:%M", time.localtime(scene.clock.wall() + 300.0))
    watch.spec = watch.spec._replace(restart_at=(soon,))
    scene.advance(600.0)
    assert came(scene) == 1
    sensor.stop()


def test_a_calendar_without_a_next_hour_is_asked_again(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is due: looked at as seldom as ever, and served as soon as there is an hour."""
    from vigie.runtime.sensors import hours
    from vigie.runtime.sensors.hour_watch import HOUR_EVERY

    looks: list[float] = []

    def never(_hours: tuple[str, ...], _after: float) -> None:
        looks.append(scene.clock.steady())

    next_time = hours.next_time
    monkeypatch.setattr(hours, "next_time", never)
    sensor = sensing(scene)
    scene.advance(3 * HOUR_EVERY + 1.0)
    assert len(looks) == 4
    monkeypatch.setattr(hours, "next_time", next_time)
    scene.advance(2 * HOUR)
    assert came(scene) == 1
    sensor.stop()
