"""A network that is back ends the slow lane at once; one that never left, or nobody waits for, does nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes import Manners
from tests.runtime.workshop import Scene
from tests.waiting import patient
from vigie.core.facts import NetworkReturned, Verb
from vigie.core.reasons import Reason
from vigie.engines.base import Exit
from vigie.runtime.sensors.network_watch import NETWORK_EVERY, SELDOM, SETTLED, NetworkWatch

HOME = "192.168.1.2"


class Way:
    """Plays the way out, and counts how often it is looked for."""

    def __init__(self) -> None:
        self.address: str | None = HOME
        self.looks = 0

    def __call__(self) -> str | None:
        self.looks += 1
        return self.address


@pytest.fixture
def way() -> Way:
    """The machine is at home."""
    return Way()


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    """One bot that cannot start, and soon is given up."""
    with Scene(tmp_path, give_up_after=3, manners=Manners(ends_at_once=Exit(code=1))) as scene:
        scene.begin()
        yield scene


def sensing(scene: Scene, way: Way) -> NetworkWatch:
    """Look at the network for everyone."""
    assert scene.crew is not None
    crew = scene.crew
    return NetworkWatch(lambda: crew.watches, scene.reactor, way)


def give_up(scene: Scene) -> int:
    """Let it be given up, and return how many launches that took."""
    scene.ask(Verb.START)
    scene.advance(60.0)
    assert scene.watch().status.tally.waiting is Reason.GAVE_UP
    return len(scene.engine.launched)


def told(scene: Scene) -> int:
    """How often the core heard of a network that is back."""
    return sum(isinstance(change.fact, NetworkReturned) for change in scene.changes)


def test_a_network_that_is_back_ends_the_slow_lane(scene: Scene, way: Way) -> None:
    """Away when the bot was given up, back a while later: the next try follows at once."""
    sensor = sensing(scene, way)
    way.address = ""
    born = give_up(scene)
    scene.advance(60.0)
    assert len(scene.engine.launched) == born
    scene.engine.manners = Manners()
    way.address = HOME
    scene.advance(NETWORK_EVERY + SETTLED + 1.5)
    assert told(scene) == 1
    assert scene.watch().word == "online"
    sensor.stop()


def test_a_network_that_was_never_away_is_no_news(scene: Scene, way: Way) -> None:
    """Something else is wrong with the bot."""
    sensor = sensing(scene, way)
    give_up(scene)
    scene.advance(300.0)
    assert told(scene) == 0
    sensor.stop()


def test_a_network_that_left_while_the_bot_was_given_up(scene: Scene, way: Way) -> None:
    """Each return is told once."""
    sensor = sensing(scene, way)
    give_up(scene)
    for count in (1, 2):
        way.address = ""
        scene.advance(30.0)
        assert told(scene) == count - 1
        way.address = HOME
        scene.advance(30.0)
        assert told(scene) == count
    sensor.stop()


def test_a_short_absence_counts(scene: Scene, way: Way) -> None:
    """The box was switched off and on; a single look saw it."""
    sensor = sensing(scene, way)
    give_up(scene)
    way.address = ""
    scene.advance(NETWORK_EVERY)
    way.address = HOME
    scene.advance(10.0)
    assert told(scene) == 1
    sensor.stop()


def test_another_network_is_news_too(scene: Scene, way: Way) -> None:
    """From the cable to the radio, faster than anybody looks."""
    sensor = sensing(scene, way)
    give_up(scene)
    way.address = "10.0.0.7"
    scene.advance(2 * NETWORK_EVERY)
    assert told(scene) == 1
    sensor.stop()


def test_a_way_out_that_flickers_is_not_believed(scene: Scene, way: Way) -> None:
    """It must be there for two looks; what cannot be told counts for nothing."""
    sensor = sensing(scene, way)
    way.address = ""
    give_up(scene)
    for address in (HOME, "", "10.0.0.7", "", None, ""):
        way.address = address
        scene.advance(NETWORK_EVERY if address == "" else SETTLED)
    assert told(scene) == 0
    sensor.stop()


def test_a_network_that_came_back_during_the_last_try(scene: Scene, way: Way) -> None:
    """That try began without it and failed: the next one is not put off for a quarter of an hour."""
    sensor = sensing(scene, way)
    way.address = ""
    scene.advance(SELDOM)
    scene.engine.manners = Manners()
    process = scene.online()
    way.address = HOME
    scene.advance(2 * SELDOM)
    assert told(scene) == 0
    scene.engine.manners = Manners(ends_at_once=Exit(code=1))
    watch = scene.watch()
    watch.spec = watch.spec._replace(give_up_after=1)
    process.end(Exit(code=1))
    scene.advance(2 * NETWORK_EVERY + SELDOM)
    assert told(scene) == 1
    scene.advance(300.0)
    assert told(scene) == 1
    sensor.stop()


def test_a_network_that_came_back_before_the_last_try_is_no_news(scene: Scene, way: Way) -> None:
    """The bot had it, and was given up for another reason."""
    sensor = sensing(scene, way)
    scene.engine.manners = Manners()
    process = scene.online()
    way.address = ""
    scene.advance(2 * SELDOM)
    way.address = HOME
    scene.advance(2 * SELDOM)
    scene.engine.manners = Manners(ends_at_once=Exit(code=1))
    process.end(Exit(code=1))
    scene.advance(300.0)
    assert scene.watch().status.tally.waiting is Reason.GAVE_UP
    assert told(scene) == 0
    sensor.stop()


def test_while_nobody_waits_looks_are_rare(scene: Scene, way: Way) -> None:
    """A healthy bot costs little; after the end there is none."""
    scene.engine.manners = Manners()
    sensor = sensing(scene, way)
    scene.online()
    scene.advance(300.0)
    assert way.looks <= 300.0 / SELDOM + 1
    sensor.stop()
    looks = way.looks
    scene.advance(60.0)
    assert way.looks == looks


def test_a_look_that_fails_is_not_the_last(scene: Scene, way: Way) -> None:
    """A defect is told, and the next look comes."""

    def broken() -> str:
        raise ZeroDivisionError

    assert scene.crew is not None
    crew = scene.crew
    sensor = NetworkWatch(lambda: crew.watches, scene.reactor, broken)
    give_up(scene)
    assert len(scene.faults) > 3
    sensor.stop()


IN_A_NETWORK_OF_ITS_OWN = """
import subprocess, sys
from vigie.runtime.sensors.way_out import way_out

def ip(*words):
    subprocess.run(["ip", *words], check=True)

print(repr(way_out()))
ip("link", "set", "lo", "up")
print(repr(way_out()))
ip("link", "add", "cable", "type", "veth", "peer", "name", "far")
ip("address", "add", "198.51.100.2/24", "dev", "cable")
ip("link", "set", "cable", "up")
print(repr(way_out()))
ip("route", "add", "default", "via", "198.51.100.1")
print(repr(way_out()))
ip("link", "set", "cable", "down")
print(repr(way_out()))
ip("link", "set", "cable", "up")
ip("route", "add", "default", "via", "198.51.100.1")
print(repr(way_out()))
ip("route", "replace", "blackhole", "default")
print(repr(way_out()))
"""


def in_a_network_of_its_own(*command: str) -> list[str]:
    """Return the words that run a command where no network is, or skip where that may not be done."""
    words = ["unshare", "--net", "--", *command]
    try:
        tried = subprocess.run(
            ["unshare", "--net", "--", "ip", "link", "add", "cable", "type", "veth"], capture_output=True
        )
    except OSError:
        pytest.skip("unshare is not installed")
    if tried.returncode != 0:
        pytest.skip("network namespaces need root")
    return words


@pytest.mark.skipif(sys.platform != "linux", reason="network namespaces are Linux's")
def test_the_way_out_of_a_real_machine() -> None:
    """No interface, loopback alone, a network without a gateway, with one, the cable out and in, a black hole."""
    words = in_a_network_of_its_own(sys.executable, "-c", IN_A_NETWORK_OF_ITS_OWN)
    done = subprocess.run(words, capture_output=True, text=True, timeout=60.0)
    assert done.stderr == ""
    here = "'198.51.100.2'"
    assert done.stdout.split("\n") == ["''", "''", "''", here, "''", here, "''", ""]


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="network namespaces are Linux's")
def test_a_real_monitor_tries_at_once_when_the_cable_is_back(tmp_path: Path) -> None:
    """The bot dies for want of a network until it is given up; the cable comes back; the bot is online."""
    (tmp_path / "start.py").write_text(
        "import socket, sys, time\n"
        "with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:\n"
        "    s.connect(('192.0.2.1', 9))\n"
        "time.sleep(600)\n"
    )
    (tmp_path / "vigie.toml").write_text(
        f'[bot]\ncommand = [{sys.executable!r}, "start.py"]\nhealth_url = "none"\n'
        "give_up_after = 2\nbackoff_initial = 0.2\nbackoff_max = 1\n"
    )
    (tmp_path / "story.py").write_text(
        "import subprocess, sys, threading\n"
        "def ip(*words): subprocess.run(['ip', *words], check=True)\n"
        "ip('link', 'set', 'lo', 'up')\n"
        "ip('link', 'add', 'cable', 'type', 'veth', 'peer', 'name', 'far')\n"
        "ip('address', 'add', '198.51.100.2/24', 'dev', 'cable')\n"
        "words = [sys.executable, '-m', 'vigie', '--project', '.', '--lang', 'en']\n"
        "monitor = subprocess.Popen([*words, 'monitor'], stdout=subprocess.PIPE, text=True)\n"
        f"guard = threading.Timer({patient(60.0)}, monitor.terminate)\n"
        "guard.start()\n"
        "given_up = False\n"
        "try:\n"
        "    for line in monitor.stdout:\n"
        "        print(line, end='')\n"
        "        if 'Quick tries given up' in line:\n"
        "            given_up = True\n"
        "            ip('link', 'set', 'cable', 'up')\n"
        "            ip('route', 'add', 'default', 'via', '198.51.100.1')\n"
        "            print('CABLE', flush=True)\n"
        "        if given_up and 'Bot online' in line:\n"
        "            break\n"
        "finally:\n"
        "    guard.cancel()\n"
        "    subprocess.run([*words, 'stop'])\n"
        "    monitor.terminate()\n"
        "    monitor.communicate(timeout=30)\n"
    )
    words = in_a_network_of_its_own(sys.executable, "story.py")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    environment.pop("VIGIE_PROJECT", None)
    done = subprocess.run(
        words, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=patient(150.0)
    )
    assert done.returncode == 0, done.stdout + done.stderr
    _before, _cable, after = done.stdout.partition("CABLE")
    assert "Bot online" in after
