"""Bots whose processes do not want to go, stopped and restarted the way a person does it."""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from tests.engines.workshop import child
from tests.frozen_disk import TOOLS, FrozenDisk, frozen_disk
from tests.needs import need_tool
from tests.stage import Stage, lives
from tests.waiting import until

assert sys.platform == "linux", "sessions, states and proofs of Linux"

pytestmark = pytest.mark.slow

WAYS = ("plain", "group", "session", "daemon", "bare")

SETTINGS = """
health_url = "none"
check_interval = 0.3
stop_timeout = 1
backoff_initial = 0.1
backoff_max = 0.2
"""


def bot_is(stage: Stage, *command: str, more: str = "") -> None:
    """Let the project's bot be this command."""
    words = json.dumps([sys.executable, *command])
    (stage.folder / "vigie.toml").write_text(f"[bot]\ncommand = {words}\n{SETTINGS}{more}")


def printed(stage: Stage) -> list[str]:
    """The lines of the bot's own log."""
    try:
        return (stage.folder / "logs" / "bot.log").read_text().splitlines()
    except OSError:
        return []


def numbers(stage: Stage, *names: str) -> list[int]:
    """The pids that the bot has told under these names."""
    found = [line.split() for line in printed(stage)]
    return [int(pid) for name, *pids in (words for words in found if words) if name in names for pid in pids]


@contextmanager
def ended(stage: Stage, *names: str) -> Iterator[None]:
    """End afterwards whatever lives of the processes that the bot has told."""
    try:
        yield
    finally:
        told = stage.status().get("pid")
        for pid in (*numbers(stage, *names), *([told] if isinstance(told, int) else [])):
            if lives(pid):
                psutil.Process(pid).kill()


@pytest.mark.parametrize("verb", ["stop", "restart"])
def test_nothing_of_a_scattered_family_is_left(stage: Stage, verb: str) -> None:
    """Deaf, in groups and sessions of their own, forked twice, stripped, and all of them stopped: all go."""
    bot_is(stage, child("scatters"), *WAYS)
    with ended(stage, *WAYS):
        assert stage.vigie("start").code == 0
        until(lambda: "ready" in printed(stage), what="the family is there")
        pid, family = stage.pid(), numbers(stage, *WAYS)
        assert pid is not None
        assert len(family) == len(WAYS)
        for member in (pid, *family):
            os.kill(member, signal.SIGSTOP)
        done = stage.vigie(verb)
        assert done.code == 0, done
        assert not any(lives(member) for member in (pid, *family))
        assert stage.vigie("stop").code == 0
        assert not any(lives(member) for member in numbers(stage, *WAYS))


def test_the_port_is_free_before_the_next_copy_begins(stage: Stage) -> None:
    """A deaf grandchild that kept the port with SO_REUSEPORT cannot answer for the new bot."""
    port = stage.port
    script = (
        "import os, signal, socket, time\n"
        "s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)\n"
        f"s.bind(('127.0.0.1', {port})); s.listen()\n"
        "first = os.fork()\n"
        "if first == 0:\n"
        "    os.setsid()\n"
        "    if os.fork() > 0: os._exit(0)\n"
        "    signal.signal(signal.SIGTERM, signal.SIG_IGN); signal.signal(signal.SIGINT, signal.SIG_IGN)\n"
        "    print('keeper', os.getpid(), flush=True); time.sleep(600)\n"
        "os.wait()\n"
        "time.sleep(600)\n"
    )
    (stage.folder / "keeper.py").write_text(script)
    bot_is(stage, "keeper.py")
    with ended(stage, "keeper"):
        assert stage.vigie("start").code == 0
        until(lambda: numbers(stage, "keeper"), what="the keeper")
        assert stage.vigie("restart").code == 0
        until(lambda: len(numbers(stage, "keeper")) == 2, what="the second keeper")
        assert not lives(numbers(stage, "keeper")[0])
        assert stage.vigie("stop").code == 0
        with socket.socket() as free:
            free.bind(("127.0.0.1", port))


def test_a_child_left_on_purpose_lives_through_stop_start_restart_and_crash(stage: Stage) -> None:
    """With spare_children the worker is nobody's to end, and never keeps the bot from coming back."""
    bot_is(stage, child("leaves_a_worker"), more='spare_children = ["worker.py"]\n')
    with ended(stage, "worker", "other"):
        assert stage.vigie("start").code == 0
        until(lambda: printed(stage).count("ready") == 1, what="the bot is ready")
        first = stage.pid()
        assert stage.vigie("stop").code == 0
        assert [lives(pid) for pid in numbers(stage, "worker")] == [True, True]
        assert [lives(pid) for pid in numbers(stage, "other")] == [False]
        assert stage.vigie("start").code == 0
        until(lambda: printed(stage).count("ready") == 2, what="the second bot is ready")
        second = stage.pid()
        assert first != second
        again = stage.vigie("start")
        assert (again.code, stage.pid()) == (0, second)
        stage.monitor()
        assert second is not None
        os.kill(second, signal.SIGKILL)
        until(lambda: printed(stage).count("ready") == 3, what="the third bot is ready")
        assert stage.vigie("stop").code == 0
        assert [lives(pid) for pid in numbers(stage, "worker")] == [True] * 6
        assert [lives(pid) for pid in numbers(stage, "other")] == [False] * 3


# stuck in the kernel


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[FrozenDisk]:
    """A disk that holds whoever writes to it; needs root, so that it is skipped for anybody else."""
    for tool in TOOLS:
        need_tool(tool)
    if os.geteuid() != 0:
        pytest.skip("only root may mount and freeze a disk")
    try:
        with frozen_disk(tmp_path) as disk:
            yield disk
    except OSError as error:
        pytest.skip(f"no disk can be mounted here: {error}")


def state(pid: int) -> str:
    """The kernel's letter for what a process does; "" when it is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return ""


@pytest.mark.parametrize("who", ["itself", "child"])
def test_what_the_kernel_holds_is_named_and_not_waited_for(stage: Stage, disk: FrozenDisk, who: str) -> None:
    """Stop and restart end with its number and name, no second copy begins; later all is well again."""
    bot_is(stage, child("writes_to"), str(disk.folder / "file"), who)
    with ended(stage, "writer"):
        assert stage.vigie("start").code == 0
        (writer,) = until(lambda: numbers(stage, "writer"), what="somebody writes")
        until(lambda: state(writer) == "D", what="it is stuck")
        stopped = stage.vigie("stop")
        assert stopped.code == 1
        assert f"(PID {writer})" in stopped.err
        assert "state D" in stopped.err
        begun = stage.vigie("restart")
        assert begun.code in (1, 3), begun
        assert "state D" in begun.err
        assert str(writer) in begun.err
        assert numbers(stage, "writer") == [writer]
        disk.thaw()
        until(lambda: not lives(writer), what="it has ended")
        assert stage.vigie("start").code == 0
        assert stage.vigie("stop").code == 0


def test_a_monitor_says_why_it_does_not_launch_and_launches_when_it_can(
    stage: Stage, disk: FrozenDisk
) -> None:
    """The bot crashed, its child is stuck and holds the copy lock: a person hears of it, once."""
    bot_is(stage, child("writes_to"), str(disk.folder / "file"), "child")
    with ended(stage, "writer"):
        stage.monitor()
        (writer,) = until(lambda: numbers(stage, "writer"), what="somebody writes")
        until(lambda: state(writer) == "D", what="it is stuck")
        bot = stage.wait_online()
        os.kill(bot, signal.SIGKILL)
        until(lambda: f"(PID {writer})" in stage.said(), what="the monitor names it")
        assert "state D" in stage.said()
        assert numbers(stage, "writer") == [writer]
        disk.thaw()
        until(lambda: len(numbers(stage, "writer")) == 2, what="the bot is back")
        assert stage.said().count("state D") == 1
        assert stage.vigie("stop").code == 0
