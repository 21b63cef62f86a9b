"""``vigie run`` as containers and service managers use it: signals, orphans, process 1."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.running import Run, begin, bot_is, end_all
from tests.engines.workshop import child
from tests.needs import need_tool
from tests.stage import Stage, lives
from tests.waiting import patient, until

assert sys.platform != "win32", "Windows has none of these signals"

SIGNALS = {"SIGUSR1": signal.SIGUSR1, "SIGUSR2": signal.SIGUSR2, "SIGWINCH": signal.SIGWINCH}

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="orphans are given to us on Linux")


@pytest.fixture
def runs(stage: Stage) -> Iterator[list[Run]]:
    """Whoever is appended is ended after the test, its bot too."""
    begun: list[Run] = []
    yield begun
    end_all(stage, begun)


def test_what_killed_the_bot_is_passed_on_as_a_shell_does(stage: Stage, runs: list[Run]) -> None:
    """128 and the signal; what is said names it."""
    bot_is(stage, child("dies_by_signal"), "9", more='restart = "never"\n')
    run = begin(stage, runs)
    assert run.process.wait(patient(20)) == 137
    assert "9 (SIGKILL)" in run.err


@pytest.mark.parametrize(
    ("number", "name"), [(signal.SIGTERM, "SIGTERM"), (signal.SIGINT, "SIGINT")], ids=["TERM", "INT"]
)
def test_a_signal_asks_the_bot_and_its_answer_is_ours(
    stage: Stage, runs: list[Run], number: int, name: str
) -> None:
    """The bot hears the very signal that reached us, closes in its own way, and its code is passed on."""
    bot_is(stage, child("prints_signals"))
    run = begin(stage, runs)
    run.until("ready")
    assert run.end(number) == 0
    assert run.out == f"ready\n{name}\n"
    assert stage.vigie("check").code == 1


def test_a_bot_that_does_not_listen_is_ended_after_its_time(stage: Stage, runs: list[Run]) -> None:
    """Deaf to all, it is killed; the code tells."""
    bot_is(stage, child("deaf_to_stop"))
    run = begin(stage, runs)
    run.until("ready")
    bot = stage.pid()
    assert run.end() == 137
    assert bot is not None
    assert not lives(bot)
    assert "asked SIGTERM\nasked SIGINT" in run.out


def test_a_second_signal_is_passed_on_at_once(stage: Stage, runs: list[Run]) -> None:
    """Who presses Ctrl-C twice means the bot, not its patience."""
    bot_is(stage, child("prints_signals"), "2", more="start_grace = 30\n")
    run = begin(stage, runs)
    run.until("ready")
    run.process.send_signal(signal.SIGINT)
    run.until("SIGINT")
    assert run.end(signal.SIGINT) == 0
    assert run.out == "ready\nSIGINT\nSIGINT\n"


def test_signals_that_mean_something_to_the_bot_reach_it(stage: Stage, runs: list[Run]) -> None:
    """USR1, USR2 and WINCH go to the bot itself, once each, and to nobody else of its family."""
    (stage.folder / "start.py").write_text(
        "import os, signal, sys, time\n"
        "def tell(number, frame): print(signal.Signals(number).name, flush=True)\n"
        "child = os.fork()\n"  # with the default dispositions it would die of them
        "if child == 0: time.sleep(600)\n"
        "for name in ('SIGUSR1', 'SIGUSR2', 'SIGWINCH'): signal.signal(getattr(signal, name), tell)\n"
        "print('child', child, flush=True)\n"
        "while True: time.sleep(0.05)\n"
    )
    bot_is(stage, "start.py")
    run = begin(stage, runs)
    run.until("child")
    for name, number in SIGNALS.items():
        run.process.send_signal(number)
        run.until(name)
    (below,) = run.told("child")
    assert lives(below)
    assert run.end() == 128 + signal.SIGTERM
    assert not lives(below)
    assert [line for line in run.out.splitlines() if line.startswith("SIG")] == list(SIGNALS)


def test_a_kill_of_the_run_leaves_the_bot_to_the_next(stage: Stage, runs: list[Run]) -> None:
    """Killed outright it takes nobody along; the next run goes on with the very same copy."""
    run = begin(stage, runs)
    bot = stage.wait_online()
    run.process.kill()
    run.process.wait()
    again = begin(stage, runs)
    until(lambda: "taken over" in again.err, what="the next run has taken over")
    assert stage.wait_online() == bot
    assert again.end() in (0, 128 + signal.SIGTERM, 128 + signal.SIGINT)
    assert stage.living() == []


# orphans


@linux_only
@pytest.mark.parametrize("verb", ["signal", "stop", "crash"])
def test_orphans_of_the_bot_are_reaped_and_end_with_it(stage: Stage, runs: list[Run], verb: str) -> None:
    """Stripped of session, environment, lock and parents they are given to us: none is left, none a zombie."""
    bot_is(stage, child("orphans"))
    run = begin(stage, runs)
    run.until("ready")
    run.until("zombies 0")
    (orphan,) = run.told("orphan")
    assert lives(orphan)
    if verb == "crash":
        bot = stage.pid()
        assert bot is not None
        os.kill(bot, signal.SIGKILL)
        run.until("ready", 2)
        assert not lives(orphan)
    if verb == "stop":
        assert stage.vigie("stop").code == 0
        assert run.process.wait(patient(20)) in (5, 130)
    else:
        assert run.end() == 5
    assert not any(lives(one) for one in run.told("orphan"))


@linux_only
@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 5), (signal.SIGINT, 130)], ids=["TERM", "INT"])
def test_as_process_1_of_a_container(stage: Stage, runs: list[Run], number: int, code: int) -> None:
    """Signals arrive, every zombie is reaped, the bot's own code is the container's."""
    unshare = need_tool("unshare")
    if os.geteuid() != 0:
        pytest.skip("only root may make a container here")
    bot_is(stage, child("orphans"), more='stop_signals = ["SIGTERM"]\n')
    run = begin(stage, runs, before=(unshare, "--pid", "--fork", "--mount-proc", "--kill-child"))
    run.until("ready")
    run.until("zombies 0")
    (process_1,) = until(
        lambda: Path(f"/proc/{run.process.pid}/task/{run.process.pid}/children").read_text().split(),
        what="process 1",
    )
    for harmless in (signal.SIGCHLD, signal.SIGPIPE, signal.SIGALRM):
        os.kill(int(process_1), harmless)
    os.kill(int(process_1), number)
    assert run.process.wait(patient(20)) == code, (run.out, run.err)
