"""``vigie run``: one bot in the foreground, on any system."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator

import psutil
import pytest

from tests.cli.running import SETTINGS, Run, begin, bot_is, end_all
from tests.engines.workshop import child
from tests.stage import Stage, lives
from tests.waiting import patient


@pytest.fixture
def runs(stage: Stage) -> Iterator[list[Run]]:
    """Whoever is appended is ended after the test, its bot too."""
    begun: list[Run] = []
    yield begun
    end_all(stage, begun)


@pytest.mark.parametrize("code", [0, 1, 7, 78, 255])
def test_the_bots_own_exit_code_is_passed_on(stage: Stage, runs: list[Run], code: int) -> None:
    """A bot that is not to be restarted ends the run, with its code and with all that it printed."""
    (stage.folder / "start.py").write_text(
        f"import sys\nprint('first')\nsys.stdout.write('no line end')\nsys.exit({code})\n"
    )
    bot_is(stage, "start.py", more='restart = "never"\n')
    run = begin(stage, runs)
    assert run.process.wait(patient(20)) == code
    assert run.out == "first\nno line end"
    assert (stage.folder / "logs" / "bot.log").read_text() == "first\nno line end"
    assert f"code {code}" in run.err


def test_an_end_for_good_by_policy_ends_the_run(stage: Stage, runs: list[Run]) -> None:
    """With on-failure a clean exit is the end, and a crash is not."""
    (stage.folder / "start.py").write_text(
        "import os, sys\nfirst = not os.path.exists('been')\nopen('been', 'w').close()\n"
        "print('here', flush=True)\nsys.exit(3 if first else 0)\n"
    )
    bot_is(stage, "start.py", more='restart = "on-failure"\n')
    run = begin(stage, runs)
    assert run.process.wait(patient(20)) == 0
    assert run.out == "here\nhere\n"


def test_a_bot_that_cannot_be_launched_ends_the_run_with_the_reason(stage: Stage, runs: list[Run]) -> None:
    """Nobody waits for a command that does not exist, where it is not to be tried again."""
    (stage.folder / "vigie.toml").write_text(
        f'[bot]\ncommand = ["no-such-program"]\n{SETTINGS}restart = "never"\n'
    )
    run = begin(stage, runs)
    assert run.process.wait(patient(20)) == 1
    assert "no-such-program" in run.err


def test_a_crashed_bot_is_brought_back_and_the_run_goes_on(stage: Stage, runs: list[Run]) -> None:
    """Watched as a monitor watches; both copies' output comes out."""
    run = begin(stage, runs)
    first = stage.wait_online()
    psutil.Process(first).kill()
    stage.wait_online(other_than=first)
    assert run.process.poll() is None
    run.until("bot: hello", 2)
    run.end()
    assert stage.living() == []


def test_other_terminals_can_ask_and_tell(stage: Stage, runs: list[Run]) -> None:
    """status, restart and stop work beside it, through its door; a stop there ends the run as well."""
    run = begin(stage, runs)
    first = stage.wait_online()
    assert stage.vigie("check").code == 0
    status = stage.vigie("status", "--json").json["bots"][0]
    assert (status["state"], status["pid"]) == ("online", first)
    assert stage.vigie("restart").code == 0
    second = stage.wait_online(other_than=first)
    refused = stage.vigie("monitor")
    assert refused.code == 3
    assert str(run.process.pid) in refused.err
    done = stage.vigie("stop")
    assert done.code == 0, done
    assert run.process.wait(patient(20)) == 0
    assert not lives(second)
    assert not stage.doubled()


def test_it_refuses_beside_a_monitor(stage: Stage, runs: list[Run]) -> None:
    """Never two who decide."""
    monitor = stage.monitor()
    run = begin(stage, runs)
    assert run.process.wait(patient(20)) == 3
    assert str(monitor.pid) in run.err


def test_every_byte_comes_out_once_and_in_order(stage: Stage, runs: list[Run]) -> None:
    """At full speed, and whatever bytes they are."""
    (stage.folder / "start.py").write_text(
        "import sys\nfor i in range(100_000):\n    sys.stdout.buffer.write(b'%d \\xff\\x00\\xc3\\xa9\\n' % i)\n"
    )
    bot_is(stage, "start.py", more='restart = "never"\n')
    run = begin(stage, runs)
    assert run.process.wait(patient(30)) == 0
    expected = b"".join(b"%d \xff\x00\xc3\xa9\n" % i for i in range(100_000))
    assert (stage.folder / "run.out").read_bytes() == expected


def test_a_reader_that_is_gone_harms_nobody(stage: Stage) -> None:
    """Standard output closed at the other end: the bot goes on, is watched, and its code is passed on."""
    (stage.folder / "start.py").write_text(
        "import time\nfor i in range(100):\n    print('x' * 10_000, flush=True)\n    time.sleep(0.01)\n"
        "raise SystemExit(9)\n"
    )
    bot_is(stage, "start.py", more='restart = "never"\n')
    reading, writing = os.pipe()
    process = subprocess.Popen(
        [sys.executable, "-m", "vigie", "run"], cwd=stage.folder, env=stage.environment, stdout=writing
    )
    os.close(writing)
    os.close(reading)
    assert process.wait(patient(20)) == 9


def test_a_reader_that_does_not_read_holds_nobody_up(stage: Stage) -> None:
    """A full pipe makes neither the bot wait nor the end of the run."""
    (stage.folder / "start.py").write_text(
        "for i in range(100):\n    print('x' * 10_000, flush=True)\nraise SystemExit(9)\n"
    )
    bot_is(stage, "start.py", more='restart = "never"\n')
    reading, writing = os.pipe()
    process = subprocess.Popen(
        [sys.executable, "-m", "vigie", "run"], cwd=stage.folder, env=stage.environment, stdout=writing
    )
    os.close(writing)
    try:
        assert process.wait(patient(20)) == 9
    finally:
        os.close(reading)
    assert (stage.folder / "logs" / "bot.log").stat().st_size == 100 * 10_001


def test_one_bot_has_to_be_named_where_there_are_several(stage: Stage, runs: list[Run]) -> None:
    """Two of them: which one, is asked; the named one runs."""
    words = json.dumps([sys.executable, child("prints_signals")])
    (stage.folder / "vigie.toml").write_text(
        "".join(f"[bots.{name}]\ncommand = {words}\n{SETTINGS}" for name in ("a", "b"))
    )
    run = begin(stage, runs)
    assert run.process.wait(patient(20)) == 2
    assert "a, b" in run.err
    named = begin(stage, runs, "b")
    named.until("ready")
    assert named.end() == 0
    assert (stage.folder / "logs" / "b.log").exists()
    assert not (stage.folder / "logs" / "a.log").exists()


def test_json_does_not_go_with_it(stage: Stage) -> None:
    """Standard output is the bot's."""
    done = stage.vigie("run", "--json")
    assert done.code == 2
    assert done.json["error"]["code"] == "run-no-json"


def test_new_settings_are_taken_for_its_own_bot_alone(stage: Stage, runs: list[Run]) -> None:
    """A reload beside it touches nobody who did not change and launches none of the project's others."""
    words = json.dumps([sys.executable, child("prints_signals")])

    def settings(more: str) -> str:
        tables = [f"[bots.{name}]\ncommand = {words}\n{SETTINGS}{more}" for name in ("a", "b")]
        return "".join(tables)

    (stage.folder / "vigie.toml").write_text(settings(""))
    run = begin(stage, runs, "b")
    run.until("ready")
    (stage.folder / "vigie.toml").write_text(settings("check_timeout = 4\n"))
    done = stage.vigie("reload")
    assert done.code == 0, done
    assert run.process.poll() is None
    told = json.loads((stage.folder / "bot_status.json").read_text(encoding="utf-8"))
    assert "b" in told["bots"]
    assert not (stage.folder / "logs" / "a.log").exists()
    assert run.out == "ready\n"
    run.end()
