"""What becomes of each order: every launch is answered, every tree is proven gone, nothing is left behind."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.fakes import FakeProcess, Manners
from tests.runtime.workshop import Scene, listening, turn
from vigie.core.facts import (
    Adopted,
    Exited,
    Launched,
    LaunchFailed,
    ProbeFailed,
    ProbeImpossible,
    TreeGone,
    Verb,
)
from vigie.core.orders import KeepEvidence, Record, SwitchBack, Tell
from vigie.core.reasons import Reason
from vigie.engines.base import Exit, LaunchError
from vigie.runtime.hands import LOOK_AGAIN, luck


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    """One bot, watched."""
    with Scene(tmp_path) as scene:
        scene.begin()
        yield scene


def facts(scene: Scene, *kinds: type) -> list[Any]:
    """The facts of these kinds that were taken in so far."""
    return [change.fact for change in scene.changes if isinstance(change.fact, kinds)]


def test_a_launched_process_is_held_and_its_end_is_heard(scene: Scene) -> None:
    """Launched, crashed with its code, what it left is proven gone, and launched again."""
    process = scene.online()
    process.crash(7)
    turn(scene.reactor)
    (end,) = facts(scene, Exited)
    assert (end.pid, end.code, end.signal) == (process.pid, 7, None)
    assert 0.0 <= end.luck < 1.0
    assert [type(fact) for fact in facts(scene, Launched, Exited, TreeGone)] == [
        Launched,
        Exited,
        TreeGone,
        Launched,
    ]
    assert scene.engine.process is not process
    assert scene.faults == []


def test_nothing_is_launched_before_the_whole_tree_is_gone(scene: Scene) -> None:
    """A child that clings to life is looked at more and more seldom, and killed again until it goes."""
    process = scene.online()
    child = scene.world.add(Manners(survives_kills=2), lock_path=process.lock_path, parent=process)
    process.children.append(child)
    process.crash()
    turn(scene.reactor)
    assert child.alive
    assert len(scene.engine.launched) == 1
    scene.advance(4.0)
    assert len(scene.engine.launched) == 1
    scene.advance(10.0)
    assert not child.alive
    assert len(scene.engine.launched) == 2
    assert scene.told().count("runtime.tell-leftovers") == 1


def test_looks_at_a_tree_that_will_not_go_become_seldom(scene: Scene) -> None:
    """From two milliseconds to a tenth of a second, never a busy loop."""
    process = scene.online()
    child = scene.world.add(Manners(survives_kills=1000), lock_path=process.lock_path, parent=process)
    process.children.append(child)
    process.crash()
    looks: list[float] = []
    remains = scene.engine.remains
    scene.engine.remains = lambda *args: (looks.append(scene.clock.steady()), remains(*args))[1]  # type: ignore[method-assign]
    scene.advance(4.0)
    assert len(looks) < 60
    gaps = [later - earlier for earlier, later in zip(looks[2:], looks[3:], strict=False)]
    assert max(gaps) == pytest.approx(LOOK_AGAIN[1])


@pytest.mark.parametrize(
    "error",
    [
        LaunchError("engine.disk-full", path="/x"),
        OSError(24, "Too many open files"),
        ZeroDivisionError("a defect"),
    ],
    ids=["refused", "no descriptor", "defect"],
)
def test_every_launch_is_answered(scene: Scene, error: Exception) -> None:
    """Whatever goes wrong, the core hears of it and tries again later; a defect is told besides."""
    scene.engine.refusals.extend([error])  # type: ignore[list-item]
    scene.ask(Verb.START)
    (failed,) = facts(scene, LaunchFailed)
    assert failed.detail.startswith("engine.")
    assert [type(fault) for fault in scene.faults] == (
        [ZeroDivisionError] if isinstance(error, ZeroDivisionError) else []
    )
    scene.advance(5.0)
    assert scene.watch().word == "online"


def test_a_launch_that_finds_a_copy_alive_goes_on_with_it(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """We had died before we could note it: it is taken over, not doubled and not refused."""
    scene.ask(Verb.STOP)
    lock = scene.place.copy_lock("bot")
    copy = scene.world.add(lock_path=lock)
    found = Found_of(scene, copy)
    monkeypatch.setattr(scene.watch().hands, "_find_living", found)
    scene.ask(Verb.START)
    assert [fact.pid for fact in facts(scene, Adopted)] == [copy.pid]
    assert facts(scene, LaunchFailed) == []
    scene.advance(1.5)
    assert scene.watch().word == "online"
    assert scene.world.copies(lock) == 1


def test_a_copy_that_a_kill_has_reached_is_not_gone_on_with(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It lives only until the kernel gets to it: what is found of it is let go, and the launch is refused."""
    scene.ask(Verb.STOP)
    doomed = scene.world.add(Manners(survives_kills=1), lock_path=scene.place.copy_lock("bot"))
    doomed.kill()
    assert doomed.alive
    find = Found_of(scene, doomed)
    found: list[Any] = []

    def finds() -> object:
        if doomed.alive:
            found.append(find())
            return found[-1]
        return None

    monkeypatch.setattr(scene.watch().hands, "_find_living", finds)
    scene.ask(Verb.START)
    assert facts(scene, Adopted) == []
    assert [fact.detail for fact in facts(scene, LaunchFailed)] == ["engine.copy-alive"]
    assert [one.held.fileno() for one in found] == [-1]
    doomed.kill()
    scene.advance(30.0)
    assert scene.watch().word == "online"
    assert len(scene.engine.launched) == 1
    assert scene.faults == []


def Found_of(scene: Scene, process: FakeProcess) -> Callable[[], object]:  # noqa: N802  (makes a Found)
    """A search that finds this process."""
    from vigie.runtime.resume import Found

    def find() -> Found:
        held = scene.engine.recognise(process.identity)
        assert held is not None
        return Found(held, scene.clock.steady(), True)

    return find


def test_a_search_that_fails_still_lets_the_launch_be_answered(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not a descriptor left to look with, or a defect: the launch goes on, and the lock guards against doubles."""
    for number, error in enumerate((OSError(24, "x"), KeyError("defect"))):

        def fail(error: Exception = error) -> None:
            raise error

        monkeypatch.setattr(scene.watch().hands, "_find_living", fail)
        scene.ask(Verb.STOP)
        scene.advance(10.0)
        scene.ask(Verb.START)
        assert len(scene.engine.launched) == number + 1
    assert [type(fault) for fault in scene.faults] == [KeyError]


def test_a_kill_that_cannot_look_is_tried_again(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a descriptor nothing is taken for gone; as soon as there is one again it goes on."""
    process = scene.online()
    blind = True
    remains, ask = scene.engine.remains, scene.engine.ask_to_stop

    def looks(*args: Any) -> list[int]:
        if blind:
            raise OSError(24, "Too many open files")
        return remains(*args)

    def asks(*args: Any) -> None:
        if blind:
            raise OSError(24, "Too many open files")
        ask(*args)

    monkeypatch.setattr(scene.engine, "remains", looks)
    monkeypatch.setattr(scene.engine, "ask_to_stop", asks)
    scene.ask(Verb.STOP)
    scene.advance(12.0)
    assert process.alive
    assert scene.watch().word == "stopping"
    blind = False
    scene.advance(6.0)
    assert not process.alive
    assert scene.watch().word == "stopped"
    assert scene.faults == []


def test_a_crash_while_nothing_can_be_looked_at_is_no_restart_yet(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it left behind is unknown: no second copy before it is proven gone."""
    process = scene.online()
    remains = scene.engine.remains

    def blind(*_words: Any) -> list[int]:
        raise OSError(24, "Too many open files")

    monkeypatch.setattr(scene.engine, "remains", blind)
    process.crash()
    scene.advance(3.0)
    assert len(scene.engine.launched) == 1
    monkeypatch.setattr(scene.engine, "remains", remains)
    scene.advance(1.0)
    assert len(scene.engine.launched) == 2


@pytest.mark.parametrize("verb", [Verb.START, Verb.STOP])
def test_a_copy_launched_by_hand_meanwhile_is_found_before_anything_is_done(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, verb: Verb
) -> None:
    """start goes on with it instead of doubling it, stop ends it."""
    from vigie.runtime.operate import ask

    scene.ask(Verb.STOP)
    scene.advance(10.0)
    copy = scene.world.add()
    monkeypatch.setattr(scene.watch().hands, "_find_living", Found_of(scene, copy))
    ask(scene.watch(), verb, True, lambda _watch, _problem: None)
    assert [fact.pid for fact in facts(scene, Adopted)] == [copy.pid]
    scene.advance(1.5)
    assert copy.alive == (verb is Verb.START)
    assert scene.engine.launched == []
    if verb is Verb.START:
        scene.watch().hands.look_around()  # holding one, it looks for no other
        assert len(facts(scene, Adopted)) == 1


def test_asking_nobody_to_stop_does_nothing(scene: Scene) -> None:
    """An order that comes when nothing is held."""
    from vigie.core.orders import AskToStop, KillTree

    hands = scene.watch().hands
    hands.carry_out(AskToStop(Reason.ASKED_STOP))
    hands.carry_out(KillTree(Reason.LEFTOVERS))
    hands._ended()
    hands._look_again(0.1)
    assert scene.faults == []
    assert [type(fact) for fact in facts(scene, TreeGone)] == [TreeGone]


def test_an_exit_that_is_seen_while_looking_is_told_once(scene: Scene) -> None:
    """Killed, and the kernel's word comes only with the look at what remains."""
    process = scene.online()
    process.go_deaf()
    scene.ask(Verb.STOP)
    scene.advance(30.0)
    assert len(facts(scene, Exited)) == 1
    assert len(facts(scene, TreeGone)) == 1
    assert scene.watch().word == "stopped"


def test_exit_of_an_unknown_kind_is_still_an_exit(scene: Scene) -> None:
    """Where the system cannot tell how it ended, that it ended is enough."""
    process = scene.online()
    scene.engine.hides_exits = True
    process.end(Exit(code=3))
    turn(scene.reactor)
    (end,) = facts(scene, Exited)
    assert (end.code, end.signal) == (None, None)


def test_an_answer_that_comes_after_the_question_was_dropped_is_not_heard(tmp_path: Path) -> None:
    """The old process answers at last, while it is already being stopped: nobody listens any more."""
    with listening() as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        with Scene(tmp_path, health_url="none") as scene:
            scene.begin()
            scene.online()
            scene.changes.clear()
            watch = scene.watch()
            watch.spec = watch.hands.spec = watch.spec._replace(health_url=url)
            before = len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0
            scene.advance(watch.spec.check_interval + 1)
            listener.settimeout(5.0)
            connection, _ = until_accepted(scene, listener)
            with connection:
                scene.ask(Verb.STOP)
                try:
                    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
                except OSError:
                    pass  # hung up on already
                turn(scene.reactor, 5)
                assert watch.word == "stopped"
                assert not facts(scene, ProbeFailed, ProbeImpossible)
            if before:
                # the bot's own two descriptors are gone as well
                assert len(os.listdir("/proc/self/fd")) <= before


def until_accepted(scene: Scene, listener: socket.socket) -> tuple[socket.socket, Any]:
    """Let the probe connect."""
    turn(scene.reactor, 3)
    return listener.accept()


def test_the_environment_is_the_systems_with_the_projects_beneath(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is set already wins over .env; Python bots print at once, in letters that everybody can read."""
    from vigie.core.spec import Spec
    from vigie.settings import Bot

    monkeypatch.setenv("BOTH", "from outside")
    monkeypatch.delenv("PYTHONUTF8", raising=False)
    monkeypatch.delenv("PYTHONUNBUFFERED", raising=False)
    with Scene(tmp_path) as scene:
        scene.bots = [
            Bot(
                Spec(command=("/usr/bin/python3", "x"), directory=str(tmp_path), health_url="none"),
                {"BOTH": "a", "ONE": "b"},
            )
        ]
        scene.begin()
        scene.ask(Verb.START)
        plan = scene.engine.process.plan
        assert plan is not None
        assert (plan.environment["BOTH"], plan.environment["ONE"]) == ("from outside", "b")
        assert plan.environment["PYTHONUNBUFFERED"] == "1"
        assert plan.environment["PYTHONIOENCODING"] == "utf-8:backslashreplace"
        watch = scene.watch()
        watch.renew(Bot(watch.spec._replace(command=("node",)), {"ONE": "new"}))
        scene.ask(Verb.RESTART)
        scene.advance(1.0)
        plan = scene.engine.process.plan
        assert plan is not None
        assert (plan.command, plan.environment["ONE"]) == (("node",), "new")
        assert "PYTHONUNBUFFERED" not in plan.environment
        monkeypatch.setenv("PYTHONUTF8", "1")
        watch.renew(Bot(watch.spec._replace(command=("python",)), {}))
        scene.ask(Verb.RESTART)
        plan = scene.engine.process.plan
        assert plan is not None
        assert "PYTHONIOENCODING" not in plan.environment


def test_what_is_not_for_the_hands_is_left_to_others(scene: Scene) -> None:
    """Evidence is in the history already; with nothing to go back to, the core is told at once."""
    hands = scene.watch().hands
    hands.carry_out(KeepEvidence(Reason.HUNG))
    hands.carry_out(Record("online", "stopped", Reason.ASKED_STOP))
    hands.carry_out(Tell(Reason.GAVE_UP))
    hands.carry_out(SwitchBack("abc", Reason.TRIAL_FAILED))
    assert [type(change.fact).__name__ for change in scene.changes] == ["SwitchedBack"]
    assert scene.faults == []


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="counts descriptors in /proc")
def test_many_lives_leak_nothing(scene: Scene) -> None:
    """As many descriptors after many crashes, stops and starts as before."""
    scene.online()
    before = len(os.listdir("/proc/self/fd")) - 2 * len(scene.engine._helds)
    for number in range(90):
        if number % 3:
            scene.engine.process.crash()
            turn(scene.reactor)
            scene.ask(Verb.START)
        else:
            scene.ask(Verb.STOP)
            scene.ask(Verb.START)
    assert len(scene.engine.launched) > 60
    living = [held for held in scene.engine._helds if held._reading.fileno() >= 0]
    assert len(living) == 1
    assert len(os.listdir("/proc/self/fd")) <= before + 2


def test_luck_is_spread_over_the_whole_range() -> None:
    """From 0 to just under 1."""
    drawn = [luck() for _ in range(2000)]
    assert 0.0 <= min(drawn) < 0.05
    assert 0.95 < max(drawn) < 1.0
