"""What the parts of one monitor share: its voice, and room for all its bots."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

if sys.platform == "win32":
    pytest.skip("limits of POSIX", allow_module_level=True)

import resource

from tests.runtime.workshop import Scene
from vigie.core.facts import Launched, Verb
from vigie.runtime.decider import Decider, become_decider
from vigie.runtime.descriptor_limit import A_BOT, OURS
from vigie.runtime.station import Station
from vigie.runtime.watch import Change

SOFT = 256


@pytest.fixture
def hard() -> Iterator[int]:
    """A soft limit that is good for a handful of bots; tells the hard one."""
    before, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (SOFT, hard))
    yield hard
    resource.setrlimit(resource.RLIMIT_NOFILE, (before, hard))


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    """One bot."""
    with Scene(tmp_path) as scene:
        yield scene


@pytest.fixture
def decider(scene: Scene) -> Iterator[Decider]:
    """The lock."""
    decider = become_decider(scene.place, "monitor")
    assert isinstance(decider, Decider)
    yield decider
    decider.release()


def test_a_few_bots_change_nothing(scene: Scene, decider: Decider, hard: int) -> None:
    """Nothing is raised, so nothing is given back."""
    station = Station(scene.place.root, scene.reactor, scene._hear, decider, None)
    station.make_room(1)
    assert station.first_soft_limit is None
    assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] == SOFT
    assert scene.told() == []


def test_the_limit_we_began_with_is_the_first_and_is_remembered(
    scene: Scene, decider: Decider, hard: int
) -> None:
    """Raised for more and more bots, and by the program before us: bots are given what was before all that."""
    station = Station(scene.place.root, scene.reactor, scene._hear, decider, None)
    station.make_room(SOFT)
    assert station.first_soft_limit == SOFT
    station.make_room(2 * SOFT)
    assert station.first_soft_limit == SOFT
    assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] == OURS + 2 * SOFT * A_BOT
    later = Station(scene.place.root, scene.reactor, scene._hear, decider, 64)
    later.make_room(3 * SOFT)
    assert later.first_soft_limit == 64
    assert scene.told() == []


def test_more_bots_than_the_system_allows_are_told_of(scene: Scene, decider: Decider, hard: int) -> None:
    """With what is needed and what there is."""
    if hard == resource.RLIM_INFINITY:
        pytest.skip("the system allows everything")
    station = Station(scene.place.root, scene.reactor, scene._hear, decider, None)
    station.make_room(hard)
    ((tag, key, values),) = scene.lines
    assert (tag, key) == ("WARNING", "runtime.few-descriptors")
    assert values == {"count": hard, "needed": OURS + A_BOT * hard, "hard": hard}


@pytest.mark.skipif(sys.platform != "linux", reason="only there the limit of another process can be set")
def test_every_new_process_is_given_the_limit_of_before(scene: Scene, decider: Decider, hard: int) -> None:
    """A real process, told of by a launch; and none where nothing was raised."""
    station = Station(scene.place.root, scene.reactor, scene._hear, decider, None)
    watch = scene.begin().watches[0]
    bot = subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE)

    def limit() -> int:
        return int(resource.prlimit(bot.pid, resource.RLIMIT_NOFILE)[0])

    launched = Change(Launched(bot.pid, 0.5), watch.status, watch.status, ())
    try:
        station.launched(watch, launched)
        assert limit() == SOFT
        resource.prlimit(bot.pid, resource.RLIMIT_NOFILE, (SOFT * 2, hard))
        station.first_soft_limit = SOFT - 1
        station.launched(watch, launched)
        assert limit() == SOFT - 1
    finally:
        bot.communicate()


def test_who_waits_for_a_bot_hears_of_it_and_of_no_other(scene: Scene, decider: Decider) -> None:
    """And nothing that is only routine."""
    heard: list[str] = []
    station = Station(scene.place.root, scene.reactor, scene._hear, decider, None)
    station.voices.append(({"bot"}, lambda _tag, key, _values: heard.append(key)))
    for key, bot in (("runtime.online", "bot"), ("runtime.online", "other"), ("check.running", "bot")):
        station.speak("OK", key, {"bot": bot})
    assert heard == ["runtime.online"]
    assert len(scene.lines) == 3


def test_a_bot_is_not_started_by_one_who_is_leaving(scene: Scene, decider: Decider) -> None:
    """Its turn comes after Ctrl-C was pressed."""
    station = Station(scene.place.root, scene.reactor, scene._hear, decider, None)
    station.man(scene.begin())
    scene.reactor.signalled = 2
    station.start(scene.watch())
    assert scene.engine.launched == []
    scene.reactor.signalled = None
    station.start(scene.watch())
    assert len(scene.engine.launched) == 1
    scene.ask(Verb.STOP)
