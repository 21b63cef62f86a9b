"""Check commands that flood, never end, ignore signals or breed: killed at the deadline, and nothing is left."""

from __future__ import annotations

import os
import shlex
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.probes.drivers import DRIVERS, Driver, sentence
from tests.probes.hostile import HostileServer
from tests.probes.servers import deaf, free_port
from tests.stage import lives
from tests.waiting import patient, until
from vigie.core.spec import Spec
from vigie.probes import probe_for

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="these ways of misbehaving are POSIX"),
]

TIMEOUT = 2.0

NOTE = """
import os, signal, subprocess, sys, time
def note():
    with open("pids", "a") as file:
        file.write(f"{os.getpid()}\\n")
def forever():
    while True: time.sleep(60)
"""

DEAF = "[signal.signal(n, signal.SIG_IGN) for n in (1, 2, 3, 13, 15)]; "

MISBEHAVIOUR = {
    "never ends": "note(); forever()",
    "floods both outputs": "note()\nwhile True: os.write(1, b'x' * 65536); os.write(2, b'y' * 65536)",
    "ignores every polite signal": DEAF + "note(); forever()",
    "stops itself": "note(); os.kill(os.getpid(), signal.SIGSTOP)",
    "is ended by a child that keeps all it was given": (
        "note()\nif os.fork() == 0:\n    note(); forever()\nforever()"
    ),
    "breeds a group of its own": "note()\nif os.fork() == 0:\n    os.setpgid(0, 0); note(); forever()\nforever()",
    "breeds a session of its own": (
        "note()\nif os.fork() == 0:\n    os.setsid(); " + DEAF + "note()\n"
        "    if os.fork() == 0:\n        os.setpgid(0, 0); note()\n    forever()\nforever()"
    ),
    "reads without end": "note(); sys.stdin.read(); forever()",
}
"""What each does until it is killed; each notes the number of every process it is."""

PROCESSES = {
    "is ended by a child that keeps all it was given": 2,
    "breeds a group of its own": 2,
    "breeds a session of its own": 3,
}


def prepared(folder: Path, code: str) -> str:
    """Write the command down in a folder of its own, and return the health URL."""
    folder.mkdir()
    (folder / "ask.py").write_text(NOTE + code)
    return f"exec:{shlex.join([sys.executable, '-S', 'ask.py'])}"


def noted(folder: Path) -> list[int]:
    """Return the numbers of all processes that this command was."""
    try:
        return [int(line) for line in (folder / "pids").read_text().split()]
    except OSError:
        return []


@pytest.fixture(autouse=True)
def all_end(tmp_path: Path) -> Iterator[None]:
    """Leave none of them behind, even when a test fails."""
    yield
    for found in tmp_path.glob("*/pids"):
        for pid in filter(lives, map(int, found.read_text().split())):
            psutil.Process(pid).kill()


@pytest.mark.parametrize("driver", DRIVERS)
def test_whatever_a_command_does_it_is_over_at_its_deadline(driver: Driver, tmp_path: Path) -> None:
    """All at once: each is told as too slow, none holds another up, and no process of any is left."""
    probes = []
    for number, code in enumerate(MISBEHAVIOUR.values()):
        folder = tmp_path / str(number)
        url = prepared(folder, code)
        probes.append(probe_for(Spec(health_url=url, directory=str(folder))))
    before = {one.pid for one in psutil.Process().children()}
    began = time.monotonic()
    answers = driver(probes, patient(TIMEOUT))
    took = time.monotonic() - began
    assert [(one.well, one.reason) for one in answers] == [(False, "timeout-exec")] * len(MISBEHAVIOUR)
    assert patient(TIMEOUT) <= took < patient(TIMEOUT + 4)
    for one in answers:
        assert sentence(one)
    for number, name in enumerate(MISBEHAVIOUR):
        pids = noted(tmp_path / str(number))
        assert len(pids) == PROCESSES.get(name, 1), name
        if sys.platform != "linux" and name.startswith("breeds"):
            for pid in filter(lives, pids):
                psutil.Process(pid).kill()  # only Linux tells whose children they are
        until(lambda p=pids: not any(lives(pid) for pid in p), what=f"nothing is left of what {name}")  # type: ignore[misc]
    assert {one.pid for one in psutil.Process().children()} <= before


@pytest.mark.parametrize("driver", DRIVERS)
def test_a_child_that_keeps_the_outputs_does_not_delay_the_verdict(driver: Driver, tmp_path: Path) -> None:
    """The command itself has ended well; who else holds what it was given is nobody's business."""
    url = prepared(tmp_path / "bot", "note()\nif os.fork() == 0:\n    note(); forever()\n")
    began = time.monotonic()
    [heard] = driver([probe_for(Spec(health_url=url, directory=str(tmp_path / "bot")))], patient(20))
    assert (heard.well, heard.reason) == (True, "exec-passed")
    assert time.monotonic() - began < patient(10)
    until(lambda: not any(lives(pid) for pid in noted(tmp_path / "bot")), what="the child is gone too")


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="counts descriptors in /proc")
@pytest.mark.parametrize("driver", DRIVERS)
def test_two_hundred_floods_leave_nothing_behind(driver: Driver, tmp_path: Path) -> None:
    """No descriptor, no process, no memory of what they printed."""
    url = "exec:yes to every question there may ever be"
    spec = Spec(health_url=url, directory=str(tmp_path))
    driver([probe_for(spec) for _ in range(4)], 0.2)
    descriptors, memory = len(os.listdir("/proc/self/fd")), psutil.Process().memory_info().rss
    for _ in range(50):
        answers = driver([probe_for(spec) for _ in range(4)], 0.05)
        assert {one.reason for one in answers} == {"timeout-exec"}
    assert len(os.listdir("/proc/self/fd")) == descriptors
    assert psutil.Process().memory_info().rss - memory < 2_000_000
    assert not [one for one in psutil.Process().children() if one.name() == "yes"]


@pytest.mark.parametrize("driver", DRIVERS)
def test_ports_that_behave_badly_have_their_verdict_in_time(driver: Driver) -> None:
    """``tcp://`` asks for nothing but a connection: whoever takes it is well, whatever he does then."""
    with (
        HostileServer(lambda _target: iter(["reset"]), early=True) as rude,
        HostileServer(lambda _target: iter([b"x" * 10_000_000, "stay"]), early=True) as talkative,
        HostileServer(lambda _target: iter(["stay"]), early=True) as mute,
        deaf() as port,
    ):
        places = [server.url("", "tcp") for server in (rude, talkative, mute)]
        places += [f"tcp://127.0.0.1:{port}", f"tcp://127.0.0.1:{free_port()}"]
        began = time.monotonic()
        answers = driver([probe_for(Spec(health_url=place)) for place in places], 1.0)
        took = time.monotonic() - began
    expected = [(True, "connected")] * 3 + [(False, "timeout-connecting"), (False, "refused")]
    found = [(one.well, one.reason) for one in answers]
    # a reset may arrive before we look at the connection that it ends
    assert found[0] in ((True, "connected"), (False, "reset"))
    assert found[1:] == expected[1:]
    assert took < 1.0 + patient(3)
    for one in answers:
        assert sentence(one)
