"""One bot from program to program, on a jumping clock: nothing measured, counted or decided is lost."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.fakes import Manners
from tests.runtime.workshop import Scene, turn
from vigie.core.facts import ClockJumped, Exited, Launched, LaunchFailed, Verb
from vigie.core.reasons import Reason
from vigie.core.states import Phase
from vigie.engines.base import Exit
from vigie.runtime.crew import Crew
from vigie.runtime.reactor import LATE, Reactor
from vigie.runtime.reload.succession import Environments, changed_at_launch, packed, unpacked
from vigie.runtime.watch import Watch
from vigie.settings import Bot, Secrets


def succeed(scene: Scene, meanwhile: Callable[[], object] = lambda: None, gap: float = 0.0) -> Crew:
    """Let another program go on ``gap`` seconds later, with what it is given of each bot."""
    crew = scene.crew
    assert crew is not None
    environments = Environments()
    bots = [packed(watch, environments, watch.name in crew.leaving) for watch in crew.watches]
    handed = json.loads(json.dumps({"bots": bots, "environments": environments.packed}))
    crew.hand_over()
    crew.let_go()
    scene.reactor.close()
    scene.reactor = Reactor(scene.clock)
    scene.reactor.on_error = scene._fault
    scene.changes.clear()
    meanwhile()
    scene.clock.jump(gap)
    secrets = [Secrets(one) for one in handed["environments"]]
    inherited = {bot.bot.spec.name: bot for bot in (unpacked(one, secrets) for one in handed["bots"])}
    scene.crew = Crew(
        scene.place,
        [bot.bot for bot in inherited.values()],
        len(scene.bots),
        scene.engine,
        scene.reactor,
        scene._hear,
        watching=True,
        inherited=inherited,
        gap=gap,
    )
    for watch in scene.crew.watches:
        watch.listeners.append(lambda _watch, change: scene.changes.append(change))
    turn(scene.reactor, 2)
    return scene.crew


def kinds(scene: Scene) -> list[type]:
    """What was taken in since the next program is there and listened to."""
    return [type(change.fact) for change in scene.changes]


def test_an_online_bot_does_not_notice(tmp_path: Path) -> None:
    """The same process, launched at the same moment; asked on, and its crash is heard with its code."""
    with Scene(tmp_path) as scene:
        scene.begin()
        process = scene.online()
        before = scene.watch()
        status, started, starts = before.status, before.started, before.log_starts
        succeed(scene, gap=0.2)
        after = scene.watch()
        assert after.status.life == status.life
        assert after.status.tally == status.tally
        assert (after.started, after.log_starts, after.word) == (started, starts, "online")
        scene.advance(3 * after.spec.check_interval)
        assert after.word == "online"
        assert len(scene.engine.launched) == 1
        process.crash(7)
        scene.advance(2.0)
        (end,) = [change.fact for change in scene.changes if isinstance(change.fact, Exited)]
        assert end.code == 7
        assert len(scene.engine.launched) == 2
        assert scene.faults == []


def test_a_question_that_was_under_way_is_put_again(tmp_path: Path) -> None:
    """Its answer came to nobody, which is no fault of the bot's."""
    from tests.runtime.workshop import listening

    with listening() as listener, Scene(tmp_path) as scene:
        scene.begin()
        scene.online()
        watch = scene.watch()
        url = f"tcp://127.0.0.1:{listener.getsockname()[1]}"
        watch.spec = watch.hands.spec = watch.spec._replace(health_url="http" + url[3:] + "/")
        until_asked = watch.spec.check_interval + 0.1
        scene.advance(until_asked)
        assert watch.status.health.asked is not None
        number = watch.status.health.asked
        scene.advance(0.5)
        succeed(scene)
        health = scene.watch().status.health
        assert health.asked is not None
        assert health.asked != number
        assert health.failures == 0


def test_a_bot_that_died_meanwhile_is_brought_back(tmp_path: Path) -> None:
    """Nobody held it in that instant: what it left behind is ended, and its death counts."""
    with Scene(tmp_path, manners=Manners(children=1)) as scene:
        scene.begin()
        process = scene.online()
        (child,) = process.children
        succeed(scene, process.crash)
        assert not child.alive
        scene.advance(2.0)
        assert scene.watch().word == "online"
        assert len(scene.engine.launched) == 2
        assert scene.watch().status.tally.restart_count == 1
        assert scene.world.copies(scene.place.copy_lock("bot")) == 1
        assert scene.faults == []


def test_a_stop_goes_on_and_so_does_its_clock(tmp_path: Path) -> None:
    """A deaf bot was asked three seconds ago: it is ended when its time is over, not later."""
    with Scene(tmp_path) as scene:
        scene.begin()
        process = scene.online()
        process.go_deaf()
        scene.ask(Verb.STOP)
        scene.advance(3.0)
        succeed(scene, gap=0.2)
        assert scene.watch().word == "stopping"
        scene.advance(scene.watch().spec.stop_timeout - 3.0 + 0.3)
        assert not process.alive
        assert scene.watch().word == "stopped"


def test_a_tree_that_is_being_ended_is_ended_by_the_next_program(tmp_path: Path) -> None:
    """It clung to life until now: looked at and killed again at once, and nothing is launched before it is gone."""
    with Scene(tmp_path) as scene:
        scene.begin()
        process = scene.online()
        child = scene.world.add(Manners(survives_kills=1), lock_path=process.lock_path, parent=process)
        process.children.append(child)
        process.crash()
        turn(scene.reactor)
        assert scene.watch().status.life.phase is Phase.CLEARING
        assert child.alive
        succeed(scene)
        scene.advance(0.5)
        assert not child.alive
        scene.advance(2.0)
        assert scene.watch().word == "online"
        assert len(scene.engine.launched) == 2


def test_a_launch_that_nobody_can_tell_of_is_tried_again(tmp_path: Path) -> None:
    """Handed over between the order and its answer, which only a defect can bring about: it is not forgotten."""
    from dataclasses import replace

    with Scene(tmp_path) as scene:
        scene.begin()
        scene.online()
        scene.ask(Verb.STOP)
        scene.ask(Verb.START)
        watch = scene.watch()
        scene.engine.process.crash()
        life = replace(watch.status.life, phase=Phase.LAUNCHING, pid=None)
        watch.status = replace(watch.status, life=life)
        watch.hands._forget_process()
        succeed(scene)
        assert LaunchFailed not in kinds(scene)  # it was told before anybody listened
        scene.advance(30.0)
        assert Launched in kinds(scene)
        assert scene.watch().word == "online"


def test_a_replacement_that_took_long_voids_what_was_being_measured(tmp_path: Path) -> None:
    """A loaded machine needed its time: that is no silence of the bot's."""
    heard: list[object] = []
    with Scene(tmp_path) as scene:
        scene.begin()
        scene.online()
        overslept = Watch.feed

        def hear(watch: Watch, fact: object) -> None:
            heard.append(fact)
            overslept(watch, fact)  # type: ignore[arg-type]

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Watch, "feed", hear)
            succeed(scene, gap=LATE)
            assert ClockJumped not in map(type, heard)
            succeed(scene, gap=LATE + 5.0)
        assert [fact.gap for fact in heard if isinstance(fact, ClockJumped)] == [LATE + 5.0]
        assert scene.watch().word == "online"


def test_a_bot_on_its_way_out_goes_on_leaving(tmp_path: Path) -> None:
    """No longer in the settings: the next program forgets it once nothing of it is left, and not before."""
    with Scene(tmp_path, "a", "b") as scene:
        crew = scene.begin()
        scene.online("a")
        process = scene.online("b")
        process.go_deaf()
        crew.let_leave(scene.watch("b"))
        scene.advance(1.0)
        crew = succeed(scene)
        left: list[str] = []
        crew.on_left = left.append
        assert crew.leaving == {"b"}
        scene.advance(scene.watch("b").spec.stop_timeout)
        assert left == ["b"]
        assert [watch.name for watch in crew.watches] == ["a"]
        assert not process.alive


def test_one_that_comes_back_before_it_is_forgotten_stays(tmp_path: Path) -> None:
    """Somebody starts it in the very moment in which nothing is left of it; later it goes without a listener."""
    with Scene(tmp_path, "a", "b") as scene:
        crew = scene.begin()
        watch = scene.watch("b")
        crew.let_leave(watch)
        scene.ask(Verb.START, "b")
        assert watch in crew.watches
        assert watch.word == "starting"
        scene.ask(Verb.STOP, "b")
        scene.advance(1.0)
        assert watch not in crew.watches
        assert crew.leaving == set()
        assert scene.faults == []


def test_a_crash_loop_is_counted_on(tmp_path: Path) -> None:
    """A reload is no way to begin the tries anew."""
    with Scene(tmp_path, manners=Manners(ends_at_once=Exit(code=1)), give_up_after=3) as scene:
        scene.begin()
        scene.ask(Verb.START)
        scene.advance(10.0)
        before = scene.watch().status.tally
        assert before.waiting is Reason.GAVE_UP
        succeed(scene)
        assert scene.watch().status.tally == before
        assert scene.told().count("runtime.tell-gave-up") == 1


@pytest.mark.parametrize(
    ("change", "names"),
    [
        ({}, []),
        ({"check_interval": 3.0}, []),
        ({"command": ("./other",)}, ["command"]),
        ({"directory": "/other", "command": ("./other",)}, ["command", "directory"]),
        ({"environment": {"TOKEN": "new"}}, [".env"]),
        ({"environment": {"TOKEN": "old", "SET_OUTSIDE": "x"}}, []),
    ],
    ids=["nothing", "ours alone", "command", "command and folder", "environment", "overridden anyway"],
)
def test_what_a_process_would_be_given_differently(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: dict[str, object], names: list[str]
) -> None:
    """Only what it was given for good; a variable that is set outside wins, whatever the file says."""
    monkeypatch.delenv("TOKEN", raising=False)
    monkeypatch.setenv("SET_OUTSIDE", "wins")
    with Scene(tmp_path) as scene:
        scene.bots = [scene.bots[0]._replace(environment=Secrets({"TOKEN": "old"}))]
        scene.begin()
        environment = change.pop("environment", {"TOKEN": "old"})
        assert isinstance(environment, dict)
        bot = Bot(scene.bots[0].spec._replace(**change), Secrets(environment))
        assert changed_at_launch(scene.watch(), bot) == []  # nothing lives
        scene.online()
        succeed(scene)
        assert changed_at_launch(scene.watch(), bot) == names
        scene.ask(Verb.STOP)
        assert changed_at_launch(scene.watch(), bot) == []
