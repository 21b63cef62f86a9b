"""Who is started when, on a jumping clock: an order, never a dependency."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.runtime.workshop import Scene, turn
from vigie.core.facts import Asked, Launched, Verb
from vigie.engines.base import LaunchError
from vigie.runtime.report import public_face
from vigie.runtime.start_order import StartOrder
from vigie.runtime.watch import Watch
from vigie.settings import Bot


class Play:
    """A project whose bots are started by a monitor."""

    def __init__(self, scene: Scene, **after: tuple[str, ...]) -> None:
        self.scene = scene
        scene.bots = [
            Bot(bot.spec._replace(after=after.get(bot.spec.name, ()), health_url="none"), {})
            for bot in scene.bots
        ]
        self.crew = scene.begin()
        self.noted: list[str] = []
        self.order = StartOrder(scene.reactor, scene._hear, self.noted.append)
        self.launched: list[tuple[str, float]] = []
        for watch in self.crew.watches:
            watch.listeners.append(self._hear)

    def _hear(self, watch: Watch, change: object) -> None:
        if isinstance(change.fact, Launched):  # type: ignore[attr-defined]
            self.launched.append((watch.name, self.scene.clock.steady() - 1000.0))

    def begin(self, *names: str, verb: Verb = Verb.START) -> None:
        """Start these bots, or all."""

        def start(watch: Watch) -> None:
            watch.feed(Asked(verb, keep=True))

        self.order.begin(self.crew.named(names), start, living_too=verb is Verb.RESTART)
        turn(self.scene.reactor, 3)

    def names(self) -> list[str]:
        """Who was launched, in order."""
        return [name for name, _when in self.launched]


def crash(scene: Scene, name: str) -> None:
    """End this bot's process as a crash does."""
    process = scene.world.find(scene.watch(name).status.life.pid or 0)
    assert process is not None
    process.crash()


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    """Three bots, which are well a second after their launch."""
    with Scene(tmp_path, "web", "db", "cache", start_grace=30.0) as scene:
        yield scene


def test_all_at_once_when_nothing_is_said(scene: Scene) -> None:
    """Three launches in the same moment, and nobody is told to wait."""
    play = Play(scene)
    play.begin()
    assert play.names() == ["web", "db", "cache"]
    assert "runtime.start-waits" not in scene.told()
    assert play.noted == []


def test_a_bot_is_started_once_those_it_names_are_online(scene: Scene) -> None:
    """Whatever the order in the file; the wait is told once and stands in the status file."""
    play = Play(scene, web=("db", "cache"), cache=("db",))
    play.begin()
    assert play.names() == ["db"]
    web = scene.watch("web")
    face = public_face(web)
    assert (web.word, face["state"], face["waits_for"], face["reason"]) == (
        "starting",
        "starting",
        "db, cache",
        None,
    )
    scene.advance(1.2)
    assert play.names() == ["db", "cache"]
    assert web.queued == ("cache",)
    scene.advance(1.2)
    assert play.names() == ["db", "cache", "web"]
    assert "waits_for" not in public_face(web)
    assert [values["bot"] for _tag, key, values in scene.lines if key == "runtime.start-waits"] == [
        "web",
        "cache",
    ]
    assert play.order.waiting == ()


def test_a_bot_that_never_answers_is_waited_for_no_longer_than_its_grace(scene: Scene) -> None:
    """Then the others are started anyway: a bot that can live without it must not stay down with it."""
    scene.bots = [
        Bot(bot.spec._replace(health_url="tcp://127.0.0.1:9" if bot.spec.name == "db" else "none"), {})
        for bot in scene.bots
    ]
    scene.bots = [bot for bot in scene.bots if bot.spec.name != "cache"]
    crew = scene.begin()
    order = StartOrder(scene.reactor, scene._hear, lambda _name: None)
    web, db = crew.watches
    web.spec = web.spec._replace(after=("db",))
    started: list[tuple[str, float]] = []

    def start(watch: Watch) -> None:
        started.append((watch.name, scene.clock.steady() - 1000.0))
        watch.feed(Asked(Verb.START, keep=True))

    order.begin(crew.watches, start)
    scene.advance(29.0)
    assert [name for name, _ in started] == ["db"]
    scene.advance(2.0)
    assert [name for name, _ in started] == ["db", "web"]
    assert started[1][1] == pytest.approx(30.0, abs=0.5)
    assert db.word != "online"


def test_a_bot_that_crashed_is_not_waited_for(scene: Scene) -> None:
    """Its first death lets the others go, long before its grace is over."""
    play = Play(scene, web=("db",))
    play.begin()
    assert "web" not in play.names()
    crash(scene, "db")
    scene.advance(0.1)
    assert "web" in play.names()


def test_a_refused_launch_is_not_waited_for(scene: Scene) -> None:
    """No process came of it: the next one is started at once."""
    play = Play(scene, web=("db",))
    scene.engine.refusals.append(LaunchError("engine.command-not-found", command="x"))
    play.begin("web", "db")
    assert play.order.waiting == ()


def test_a_bot_stopped_by_a_person_is_not_waited_for(scene: Scene) -> None:
    """Stopped while it was starting: the others are started."""
    play = Play(scene, web=("db",))
    play.begin()
    scene.watch("db").feed(Asked(Verb.STOP))
    scene.advance(0.5)
    assert "web" in play.names()


def test_a_bot_that_is_not_of_the_group_is_not_waited_for(scene: Scene) -> None:
    """``start web`` alone: nobody starts db, so nobody waits for it."""
    play = Play(scene, web=("db",))
    play.begin("web")
    assert play.names() == ["web"]


def test_a_stop_ends_the_waiting(scene: Scene) -> None:
    """Whoever is forgotten is not started when its turn comes."""
    play = Play(scene, web=("db",))
    play.begin()
    play.order.forget(scene.watch("web"))
    assert scene.watch("web").word == "stopped"
    scene.advance(5.0)
    assert "web" not in play.names()


def test_starts_are_spread_out(tmp_path: Path) -> None:
    """``start_spacing`` seconds between two; a bot that lives already takes no turn."""
    with Scene(tmp_path, "a", "b", "c", "d", start_spacing=5.0) as scene:
        play = Play(scene)
        play.begin("c")
        scene.advance(1.5)
        play.launched.clear()
        play.begin()
        scene.advance(20.0)
        assert [(name, round(when, 1)) for name, when in play.launched] == [
            ("a", 5.0),
            ("b", 10.0),
            ("d", 15.0),
        ]


def test_a_restart_of_several_goes_in_order(scene: Scene) -> None:
    """The database first; what needs it once that answers again."""
    play = Play(scene, web=("db",))
    play.begin()
    scene.advance(5.0)
    before = scene.watch("web").status.life.pid
    play.launched.clear()
    play.begin("web", "db", verb=Verb.RESTART)
    assert scene.watch("web").status.life.pid == before
    scene.advance(10.0)
    assert play.names() == ["db", "web"]


def test_a_later_crash_touches_nobody_else(scene: Scene) -> None:
    """Once started, bots stand each for itself."""
    play = Play(scene, web=("db",))
    play.begin()
    scene.advance(5.0)
    web = scene.watch("web").status.life.pid
    play.launched.clear()
    crash(scene, "db")
    scene.advance(5.0)
    assert play.names() == ["db"]
    assert scene.watch("web").status.life.pid == web


def test_closing_starts_nobody_any_more(scene: Scene) -> None:
    """Left while somebody waits: he is not started, and no listener stays behind."""
    play = Play(scene, web=("db",))
    listeners = len(scene.watch("db").listeners)
    play.begin()
    play.order.close()
    scene.advance(5.0)
    assert "web" not in play.names()
    assert scene.watch("web").word == "stopped"
    assert len(scene.watch("db").listeners) <= listeners


def test_nobody_is_started_by_an_order_that_is_closed(scene: Scene) -> None:
    """We leave in the moment in which the bot that was waited for comes online."""
    play = Play(scene, web=("db",))
    play.begin()
    play.order._plan()
    play.order.close()
    scene.advance(60.0)
    assert "web" not in play.names()
    assert scene.watch("web").queued is None


def test_one_that_is_decided_on_while_another_is_started_waits_no_more(scene: Scene) -> None:
    """Starting the first makes somebody stop the second: its turn does not come any more."""
    crew = scene.begin()
    order = StartOrder(scene.reactor, scene._hear, lambda _name: None)
    started: list[str] = []

    def start(watch: Watch) -> None:
        started.append(watch.name)
        order.forget(scene.watch("db"))

    order.begin(crew.named(["web", "db", "cache"]), start)
    turn(scene.reactor, 3)
    assert started == ["web", "cache"]
    order.close()


def test_a_bot_that_is_started_again_while_it_starts_is_listened_to_once(scene: Scene) -> None:
    """Somebody is impatient: who waits for it still hears of it, and nothing is left behind."""
    play = Play(scene, web=("db",))
    before = len(scene.watch("db").listeners)
    play.begin()
    play.begin("db", verb=Verb.RESTART)
    assert len(scene.watch("db").listeners) == before + 1
    scene.advance(30.0)
    assert play.names()[-1] == "web"
    assert len(scene.watch("db").listeners) == before


def test_the_next_program_keeps_to_the_order(scene: Scene) -> None:
    """It waits for whom this one waits, as long and with as much patience; and then starts who waited."""
    import json

    play = Play(scene, web=("db",), cache=("db",))
    play.begin()
    scene.advance(0.5)
    waiting, handed = play.order.waiting, json.loads(json.dumps(play.order.handed_on()))
    play.order.close()
    scene.clock.jump(0.1)
    play.order = StartOrder(scene.reactor, scene._hear, play.noted.append)
    play.order.go_on(play.crew.watches, handed)
    assert play.order.handed_on() == handed
    for name in waiting:  # as several errands do, one after the other
        play.begin(name)
    assert play.names() == ["db"]
    assert scene.watch("web").queued == ("db",)
    scene.advance(0.6)
    assert play.names() == ["db", "web", "cache"]
    assert all(play.order._hear not in watch.listeners for watch in play.crew.watches)


def test_a_death_in_the_hand_over_is_not_waited_for(scene: Scene) -> None:
    """It crashed while one program took the other's place: whoever named it is started all the same."""
    play = Play(scene, web=("db",))
    play.begin()
    waiting, handed = play.order.waiting, play.order.handed_on()
    play.order.close()
    crash(scene, "db")
    turn(scene.reactor)
    assert scene.watch("db").word == "starting"  # it was launched again at once
    play.order = StartOrder(scene.reactor, scene._hear, play.noted.append)
    play.order.go_on(play.crew.watches, handed)
    play.begin(*waiting)
    assert "web" in play.names()


def test_starts_keep_their_distance_across_programs(scene: Scene) -> None:
    """The last start of the program before counts."""
    scene.bots = [bot._replace(spec=bot.spec._replace(start_spacing=10.0)) for bot in scene.bots]
    play = Play(scene)
    play.begin("web")
    handed = play.order.handed_on()
    play.order.close()
    play.order = StartOrder(scene.reactor, scene._hear, play.noted.append)
    play.order.go_on(play.crew.watches, handed)
    play.begin("db")
    scene.advance(9.0)
    assert play.names() == ["web"]
    scene.advance(1.5)
    assert play.names() == ["web", "db"]
