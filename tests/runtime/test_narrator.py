"""What people are told: each change in its few lines, in both languages, and never twice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes import Manners
from tests.runtime.workshop import Scene, turn
from vigie.core.facts import Adopted, ProbeImpossible, Verb
from vigie.core.facts import Asked as AskedFact
from vigie.engines.base import Exit, LaunchError
from vigie.messages import LANGUAGES, say
from vigie.probes.conversation import Answer, Conversation
from vigie.runtime.narrator import ROUTINE_EVERY


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    """One bot, watched."""
    with Scene(tmp_path) as scene:
        scene.begin()
        yield scene


def spoken(scene: Scene) -> list[str]:
    """The lines so far in English, after making sure that French can say them too; they count as heard."""
    for _tag, key, values in scene.lines:
        for language in LANGUAGES:
            assert say(language, key, **values)
    lines = [f"[{tag}] {say('en', key, **values)}" for tag, key, values in scene.lines]
    scene.lines.clear()
    return lines


def test_a_life_from_start_to_stop(scene: Scene) -> None:
    """Started, online with its pid and the time it took, asked to stop, stopped."""
    process = scene.online()
    assert spoken(scene) == [
        "[START] Starting the bot...",
        f"[OK] Bot online (PID {process.pid}) after 1 s",
    ]
    scene.ask(Verb.STOP)
    assert spoken(scene) == [f"[STOP] Stopping the bot (PID {process.pid})...", "[OK] Bot stopped"]


def test_a_long_start_says_once_what_it_is_waiting_for(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """A wrong path in health_url would otherwise be a minute of silence; each copy is told of once."""

    def not_found(*_words: object, **_more: object) -> Conversation:
        yield from ()
        return Answer(False, "status", {"status": 404}, 404)

    monkeypatch.setattr("vigie.runtime.hands.probe_for", not_found)
    scene.ask(Verb.START)
    scene.advance(4.9)
    assert spoken(scene) == ["[START] Starting the bot..."]
    scene.advance(50.0)
    assert spoken(scene) == [
        "[INFO] Not online yet after 5 s of the 60 s allowed. Bot in error: it answers HTTP 404"
    ]
    scene.ask(Verb.RESTART)
    spoken(scene)
    scene.advance(30.0)
    assert len([line for line in spoken(scene) if "Not online yet" in line]) == 1


def test_a_deaf_bot_is_told_of(scene: Scene) -> None:
    """Asked once in words, then the force."""
    scene.online().go_deaf()
    spoken(scene)
    scene.ask(Verb.STOP)
    scene.advance(12.0)
    assert spoken(scene)[1:] == [
        "[WARNING] The bot did not stop within 10 s: ending all its processes",
        "[OK] Bot stopped",
    ]


@pytest.mark.parametrize(
    ("end", "how"), [(Exit(code=4), "exit code 4"), (Exit(signal=6), "killed by signal 6 (SIGABRT)")]
)
def test_a_crash_and_the_way_back(scene: Scene, end: Exit, how: str) -> None:
    """How it ended, that it is restarted and why, and that it is back."""
    scene.online().end(end)
    spoken(scene)
    scene.advance(1.2)
    back = scene.engine.process
    assert spoken(scene) == [
        f"[ERROR] The bot ended by itself: {how}",
        "[RESTART] Restarting the bot (crashed)...",
        f"[OK] Bot online (PID {back.pid}) after 1 s",
    ]


def test_an_end_of_an_unknown_kind(scene: Scene) -> None:
    """It is said that nobody knows."""
    scene.online()
    spoken(scene)
    scene.engine.hides_exits = True
    scene.engine.process.crash()
    turn(scene.reactor)
    assert spoken(scene)[0] == "[ERROR] The bot ended by itself: exit code unknown"


def test_a_crash_loop_is_told_with_its_pauses_and_its_end_once(tmp_path: Path) -> None:
    """The first restart is immediate, the following wait; giving up is told once, however long it lasts."""
    with Scene(tmp_path, manners=Manners(ends_at_once=Exit(code=1)), give_up_after=4) as scene:
        scene.begin()
        scene.ask(Verb.START)
        scene.advance(10_000.0)
        lines = spoken(scene)
        pauses = [line for line in lines if line.startswith("[WARNING] Next try in")]
        assert len(pauses) == 2
        assert sum("Quick tries given up after 4 ends in a row" in line for line in lines) == 1


def test_the_limit_of_the_day_is_told_once(tmp_path: Path) -> None:
    """With the limit in it."""
    with Scene(tmp_path, manners=Manners(ends_at_once=Exit(code=1)), restarts_per_day=2) as scene:
        scene.begin()
        scene.ask(Verb.START)
        scene.advance(50_000.0)
        told = [line for line in spoken(scene) if "Limit of 2 restarts a day" in line]
        assert len(told) == 1


def test_a_failed_launch_says_why(scene: Scene) -> None:
    """Each try that fails, in the engine's own words."""
    scene.engine.refusals.append(LaunchError("engine.command-not-found", command="nonesuch"))
    scene.ask(Verb.START)
    assert "[ERROR] Command not found: nonesuch" in spoken(scene)


def test_a_hang_is_told_step_by_step(tmp_path: Path) -> None:
    """Each bad check with its number, the verdict, the replacement; a recovery where there is one."""
    with Scene(tmp_path, confirm_failures=3) as scene:
        scene.begin()
        process = scene.online()
        spoken(scene)
        watch = scene.watch()
        good = watch.spec
        watch.spec = watch.hands.spec = good._replace(health_url="exec:")  # cannot be asked at all
        scene.advance(31.0)
        blind = spoken(scene)
        assert len([line for line in blind if line.startswith("[WARNING] Cannot check")]) == 1
        refused = good._replace(health_url="tcp://127.0.0.1:1")
        watch.spec = watch.hands.spec = refused
        for _ in range(20):
            scene.advance(0.5)
        lines = spoken(scene)
        assert [line for line in lines if "Bad check" in line] == [
            f"[WARNING] Bad check {number}/3 before the bot counts as hung" for number in (1, 2, 3)
        ]
        assert "[ERROR] The bot is hung: it will be replaced" in lines
        assert lines.index("[ERROR] The bot is hung: it will be replaced") < lines.index(
            f"[STOP] Stopping the bot (PID {process.pid})..."
        )
        assert "[RESTART] Restarting the bot (stopped answering)..." in lines


def test_a_doubt_that_passes_is_told(scene: Scene) -> None:
    """One bad check, then a good one."""
    scene.online()
    watch = scene.watch()
    good = watch.spec
    watch.spec = watch.hands.spec = good._replace(health_url="tcp://127.0.0.1:1")
    scene.advance(watch.spec.check_interval)
    for _ in range(3):
        scene.advance(0.01)
    watch.spec = watch.hands.spec = good
    spoken(scene)
    scene.advance(5.0)
    assert spoken(scene) == ["[OK] The bot answers again"]


def test_routine_checks_are_told_but_not_too_often(tmp_path: Path) -> None:
    """The guide's two lines, at most every few seconds, in a monitor only."""
    with Scene(tmp_path, check_interval=0.5) as scene:
        scene.begin()
        scene.online()
        spoken(scene)
        scene.advance(4 * ROUTINE_EVERY)
        lines = spoken(scene)
        assert set(lines) == {"[CHECK] Checking the bot's state...", "[OK] Bot is running"}
        assert 6 <= len(lines) <= 10


@pytest.mark.parametrize(("watching", "names"), [(False, ("bot",)), (True, ("a", "b"))])
def test_routine_is_not_told_by_commands_nor_for_several(
    tmp_path: Path, watching: bool, names: tuple[str, ...]
) -> None:
    """There it would only be noise."""
    with Scene(tmp_path, *names) as scene:
        scene.begin(watching=watching)
        scene.online(names[0])
        scene.lines.clear()
        scene.advance(200.0)
        assert scene.told() == []


def test_who_is_taken_over_is_told(tmp_path: Path) -> None:
    """By a monitor always; by a command only a bot that somebody launched by hand."""
    for watching, by_us, expected in (
        (True, True, "runtime.adopted"),
        (True, False, "runtime.adopted-by-hand"),
        (False, True, None),
        (False, False, "runtime.adopted-by-hand"),
    ):
        folder = tmp_path / f"{watching}{by_us}"
        folder.mkdir()
        with Scene(folder) as scene:
            scene.begin(watching=watching)
            process = scene.world.add()
            held = scene.engine.recognise(process.identity)
            assert held is not None
            scene.watch().adopt(held, scene.clock.steady(), by_us)
            assert isinstance(scene.changes[0].fact, Adopted)
            told = [key for key in scene.told() if key.startswith("runtime.adopted")]
            assert told == ([] if expected is None else [expected])


def test_a_bot_that_never_answers_is_told_with_its_grace(tmp_path: Path) -> None:
    """So many seconds after its launch."""
    with Scene(tmp_path, start_grace=0.5) as scene:
        scene.begin()
        scene.ask(Verb.START)
        scene.advance(0.7)
        assert any("never answered within 0.5 s" in line for line in spoken(scene))


def test_answers_that_nobody_asked_for_are_not_told(scene: Scene) -> None:
    """A late one, after its question was thrown away."""
    scene.online()
    spoken(scene)
    scene.watch().feed(ProbeImpossible(9999, "no-descriptors"))
    assert spoken(scene) == []


def test_asking_while_it_is_ill_is_told(tmp_path: Path) -> None:
    """start without a monitor, of a bot that is running and known to be ill."""
    with Scene(tmp_path, start_grace=0.5) as scene:
        scene.begin(watching=False)
        scene.ask(Verb.START, keep=False)
        scene.advance(1.0)
        assert scene.watch().word == "unresponsive"
        assert "runtime.unresponsive" not in scene.told()
    with Scene(tmp_path, start_grace=0.5) as scene:
        scene.begin(watching=False)
        scene.ask(Verb.START, keep=False)
        spoken(scene)
        # its grace is over, and the question how it is comes before the clock's own word
        scene.clock.jump(0.8)
        scene.watch().feed(AskedFact(Verb.START))
        assert spoken(scene)[0] == "[WARNING] The bot is running but does not answer"


def test_what_stands_in_the_way_is_told_once(scene: Scene) -> None:
    """Tried again every few seconds; another stranger, or somebody who asks again, and it is told anew."""
    for pid in (7, 7, 7, 8, 8):
        scene.engine.refusals.append(
            LaunchError("engine.port-taken", refused=True, port=1, pid=pid, program="x")
        )
    scene.ask(Verb.START)
    scene.advance(60.0)
    told = [values["pid"] for _tag, key, values in scene.lines if key == "engine.port-taken"]
    assert told == [7, 8]
    assert scene.watch().word == "online"


def test_blindness_that_lasts_is_told_once(tmp_path: Path) -> None:
    """The question is put again every few moments, and cannot be."""
    with Scene(tmp_path, check_interval=1.0) as scene:
        scene.begin()
        scene.online()
        watch = scene.watch()
        watch.spec = watch.hands.spec = watch.spec._replace(health_url="exec:")
        scene.advance(30.0)
        blind = [change for change in scene.changes if isinstance(change.fact, ProbeImpossible)]
        assert len(blind) > 3
        assert len([line for line in spoken(scene) if line.startswith("[WARNING] Cannot check")]) == 1
