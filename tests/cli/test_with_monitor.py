"""The monitor as a person meets it: it brings the bot back, obeys, leaves, and may itself die at any moment."""

from __future__ import annotations

import os
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import IO, Any

import psutil
import pytest

from tests.removal import take_away
from tests.stage import QUICK, Stage, StatusReader, Street, free_port, lives
from tests.waiting import patient, until
from vigie.records.history import History

if sys.platform != "win32":
    import fcntl
    import pty

pytestmark = pytest.mark.slow
posix_only = pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")


@pytest.fixture
def street(tmp_path: Path) -> Iterator[Street]:
    """Two bots in one project."""
    street = Street(tmp_path / "deux bots à la fois")
    yield street
    street.clear()


def settle(stage: Stage, **settings: str) -> None:
    """Write quick settings with some of them changed."""
    lines = dict(line.split(" = ", 1) for line in QUICK.strip().splitlines())
    lines.update(settings)
    text = "\n".join(f"{name} = {value}" for name, value in lines.items())
    (stage.folder / "vigie.toml").write_text(f"[bot]\n{text}\n")


# it begins


def test_a_monitor_started_on_an_offline_bot_starts_it(stage: Stage) -> None:
    """The bot comes online without a further word, and that is no restart."""
    stage.monitor()
    pid = stage.wait_online()
    assert stage.lives() == [pid]
    assert stage.status()["restart_count"] == 0
    assert stage.status()["last_restart"] is None
    assert "[START] Starting the bot..." in stage.said()
    assert f"[OK] Bot online (PID {pid})" in stage.said()


def test_a_running_bot_is_taken_over_and_not_doubled(stage: Stage) -> None:
    """Started by a command before: the same process goes on, and its crash is noticed as any other."""
    stage.vigie("start")
    (pid,) = stage.living()
    stage.monitor()
    assert stage.wait_online() == pid
    assert f"taken over (PID {pid})" in stage.said()
    stage.kill()
    stage.wait_online(other_than=pid)
    assert not stage.doubled()


def test_a_bot_launched_by_hand_is_taken_over_and_not_doubled(stage: Stage) -> None:
    """It keeps its pid; when it dies, it comes back as one of ours."""
    bot = stage.launch_by_hand()
    try:
        stage.monitor()
        assert stage.wait_online() == bot.pid
        assert f"recognised (PID {bot.pid})" in stage.said()
        assert stage.lives() == [bot.pid]
        bot.kill()
        bot.wait()
        stage.wait_online(other_than=bot.pid)
        assert not stage.doubled()
    finally:
        bot.kill()
        bot.wait()


def test_a_second_monitor_is_refused(stage: Stage) -> None:
    """Exit 3, the first one's pid named; the first one goes on."""
    first = stage.monitor()
    stage.wait_online()
    refused = stage.vigie("monitor")
    assert refused.code == 3
    assert str(first.pid) in refused.err
    assert first.poll() is None
    assert len(stage.lives()) == 1


# it brings the bot back


def test_a_crash_is_answered_with_a_new_process(stage: Stage) -> None:
    """Another pid, one restart more, and when: a local time with microseconds."""
    stage.monitor()
    stage.wait_online()
    before = datetime.now()  # noqa: DTZ005  (local time is what the contract wants)
    old = stage.kill()
    new = stage.wait_online(other_than=old)
    status = stage.status()
    assert status["restart_count"] == 1
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}", status["last_restart"])
    assert before <= datetime.fromisoformat(status["last_restart"]) <= datetime.now()  # noqa: DTZ005
    assert stage.lives() == [old, new]
    assert not stage.doubled()
    assert "[ERROR] The bot ended by itself: killed by signal 9" in stage.said() or sys.platform == "win32"
    assert "[RESTART] Restarting the bot (crashed)..." in stage.said()


def freeze(stage: Stage) -> None:
    """Stop the process dead: it lives, and answers nothing."""
    (pid,) = stage.living()
    os.kill(pid, signal.SIGSTOP)


HARMS: dict[str, Callable[[Stage], None]] = {
    "silent": lambda stage: stage.mode("silent"),
    "endless 500": lambda stage: stage.mode("500"),
    "frozen": freeze,
}


@pytest.mark.parametrize("harm", HARMS)
def test_a_hung_bot_is_replaced(stage: Stage, harm: str) -> None:
    """Alive and not well: confirmed, told, and replaced by another process."""
    if harm == "frozen" and sys.platform == "win32":
        pytest.skip("POSIX signals")
    stage.monitor()
    old = stage.wait_online()
    HARMS[harm](stage)
    until(lambda: "[ERROR] The bot is hung" in stage.said(), what="the bot is known to be hung")
    stage.mode("ok")
    new = stage.wait_online(other_than=old)
    assert not lives(old)
    assert stage.living() == [new]
    assert stage.status()["restart_count"] == 1
    assert "Bad check 3/3" in stage.said()
    assert "[RESTART] Restarting the bot (stopped answering)..." in stage.said()
    assert not stage.doubled()


def test_one_bad_check_does_not_restart(stage: Stage) -> None:
    """A single 500 raises doubt, the next answer lifts it, and the process stays the same."""
    stage.monitor()
    pid = stage.wait_online()
    stage.mode("once 500")
    until(lambda: "The bot answers again" in stage.said(), what="the doubt is lifted")
    assert "Bad check 1/3" in stage.said()
    assert "Bad check 2/3" not in stage.said()
    assert stage.lives() == [pid]
    assert (stage.status()["pid"], stage.status()["restart_count"]) == (pid, 0)


def test_a_bot_that_is_still_starting_is_left_alone(stage: Stage) -> None:
    """Many checks fail while it starts; it is not restarted before its grace is over."""
    stage.env(READY_AFTER="2")
    settle(stage, check_interval="0.1", confirm_failures="1", confirm_interval="0.05")
    stage.monitor()
    assert stage.wait_state("starting")["pid"]
    pid = stage.wait_online()
    assert stage.lives() == [pid]
    assert "Bad check" not in stage.said()
    assert stage.status()["restart_count"] == 0


def test_a_bot_that_never_answers_is_replaced_after_its_grace(stage: Stage) -> None:
    """Not before, and it is told why."""
    stage.mode("500")
    settle(stage, start_grace="1")
    stage.monitor()
    until(lambda: "never answered within 1 s" in stage.said(), what="its patience is at an end")
    stage.mode("ok")
    stage.wait_online()
    assert stage.status()["restart_count"] == 1


def test_a_crash_loop_is_given_up_and_told_once(stage: Stage) -> None:
    """At once, then slower and slower, then not at all; a person's start begins anew."""
    stage.env(EXIT_CODE="3")
    settle(stage, give_up_after="4")
    monitor = stage.monitor()
    status = stage.wait_state("failed")
    assert status["reason"] == "gave-up"
    assert status["next_try"] is not None
    assert len(stage.lives()) == 4
    assert stage.status()["restart_count"] == 3
    said = stage.said()
    assert said.count("Quick tries given up after 4 ends in a row") == 1
    assert said.count("[WARNING] Next try in") == 2  # the first restart is immediate
    (bot,) = stage.vigie("check", "--json").json["bots"]
    assert (bot["state"], bot["online"], bot["pid"]) == ("failed", False, None)
    stage.env()
    assert stage.vigie("start").code == 0
    assert stage.wait_online() == stage.living()[0]
    assert stage.said().count("Quick tries given up") == 1
    assert stage.leave(monitor) == 0


def test_a_mended_bot_is_tried_at_once_after_giving_up(stage: Stage) -> None:
    """In the slow lane, new code is reason enough to try before the quarter of an hour is over."""
    script = (stage.folder / "start.py").read_text()
    (stage.folder / "start.py").write_text("import sys\nsys.exit('broken')\n")
    settle(stage, give_up_after="2")
    stage.monitor()
    stage.wait_state("failed")
    (stage.folder / "start.py").write_text(script)
    stage.wait_online()
    assert len(stage.lives()) == 1


def refusals(stage: Stage) -> int:
    """How many launches were refused so far."""
    history = History(str(stage.folder / ".vigie" / "history.db"))
    try:
        return sum(event.key == "launch-refused" for event in history.events("bot"))
    finally:
        history.close()


def test_a_stranger_that_took_the_port_meanwhile_is_named_and_left_alone(stage: Stage) -> None:
    """Between two lives somebody else listens: no launch, no kill; once it has gone the bot comes back."""
    settle(stage, give_up_after="30", backoff_initial="0.2", backoff_max="0.2")
    stage.env(EXIT_CODE="3")
    stage.monitor()
    until(lambda: "[WARNING] Next try in" in stage.said(), what="a pause between two lives")
    elsewhere = stage.folder.parent / "elsewhere"
    elsewhere.mkdir()
    stranger = subprocess.Popen(
        [sys.executable, "-m", "http.server", str(stage.port), "--bind", "127.0.0.1"],
        cwd=elsewhere,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        until(lambda: f"process {stranger.pid}" in stage.said(), what="the stranger is named")
        born = len(stage.lives())
        until(lambda: refusals(stage) >= 3, what="it is tried again")
        assert stage.said().count(f"process {stranger.pid}") == 1  # told once, not at every try
        assert len(stage.lives()) <= born + 1  # one may have been under way
        assert stranger.poll() is None
        assert not stage.status()["pid"]
    finally:
        stranger.kill()
        stranger.wait()
    stage.env()
    assert stage.vigie("start").code == 0
    assert stage.wait_online() == stage.living()[-1]


# it obeys


def test_leaving_the_monitor_leaves_the_bot(stage: Stage) -> None:
    """Ctrl-C: exit 0, the bot goes on, and the next monitor takes it over."""
    first = stage.monitor()
    pid = stage.wait_online()
    assert stage.leave(first) == 0
    assert stage.said().rstrip().endswith("[MONITOR] Monitor left: what runs goes on unwatched")
    assert stage.living() == [pid]
    assert stage.card() == {}
    second = stage.monitor()
    assert stage.wait_online() == pid
    assert stage.leave(second) == 0
    assert stage.lives() == [pid]


def test_every_verb_goes_through_the_monitor(stage: Stage) -> None:
    """stop is respected, start, restart and ensure do what they say, and what happens is told to the command."""
    monitor = stage.monitor()
    first = stage.wait_online()
    stopped = stage.vigie("stop")
    assert (stopped.code, stopped.err) == (0, "")
    assert f"[STOP] Stopping the bot (PID {first})..." in stopped.out
    assert "[OK] Bot stopped" in stopped.out
    assert "[STATUS] Bot: STOPPED [OK]" in stopped.out
    assert stage.living() == []
    time.sleep(1.0)  # three check intervals: nobody brings it back
    assert stage.lives() == [first]
    assert stage.status()["state"] == "stopped"
    assert "already stopped" in stage.vigie("stop").out
    started = stage.vigie("start")
    assert (started.code, started.err) == (0, "")
    assert "[START] Starting the bot..." in started.out
    (second,) = stage.living()
    assert f"[OK] Bot online (PID {second})" in started.out
    again = stage.vigie("start").out
    assert f"already online (PID {second})" in again
    assert "[CHECK]" not in again  # what the monitor tells those who look on is not for a command
    assert stage.status()["restart_count"] == 0
    restarted = stage.vigie("restart", "--json")
    assert restarted.code == 0
    (third,) = stage.living()
    (bot,) = restarted.json["bots"]
    assert (bot["pid"], bot["restart_count"], bot["state"]) == (third, 1, "online")
    assert third != second
    assert f"already online (PID {third})" in stage.vigie("ensure").out
    stage.vigie("stop")
    assert stage.vigie("ensure").code == 0
    assert stage.lives() == [first, second, third, *stage.living()]
    assert monitor.poll() is None
    assert stage.leave(monitor) == 0
    assert not stage.doubled()


def test_a_bot_that_hung_a_moment_ago_is_not_called_online(stage: Stage) -> None:
    """start and ensure ask it once more instead of repeating what was true half a minute ago."""
    settle(stage, check_interval="1000")
    stage.monitor()
    old = stage.wait_online()
    stage.mode("once 500")
    assert stage.vigie("start").code == 0
    assert "Bad check 1/3" in stage.said()
    assert stage.lives() == [old]


def test_a_bot_that_dies_at_start_fails_the_command_and_not_the_monitor(stage: Stage) -> None:
    """The exit code and the last lines are on the screen of whoever asked; the monitor goes on."""
    monitor = stage.monitor()
    stage.wait_online()
    stage.vigie("stop")
    stage.env(EXIT_CODE="42")
    failed = stage.vigie("start")
    assert failed.code == 1
    assert "exit code 42" in failed.err
    assert "bot: last words, with an é" in failed.err
    assert "Traceback" not in failed.out + failed.err
    assert monitor.poll() is None
    stage.env()
    assert stage.vigie("start").code == 0
    assert stage.wait_online() in stage.living()


def test_a_restart_uses_the_settings_of_today(stage: Stage) -> None:
    """A new value in .env reaches the bot although the monitor is older than it."""
    script = (stage.folder / "start.py").read_text()
    (stage.folder / "start.py").write_text(
        script.replace(
            "    prove_alone()\n", "    prove_alone()\n    print('token', os.environ.get('TOKEN'))\n", 1
        )
    )
    stage.env(TOKEN="old")
    stage.monitor()
    stage.wait_online()
    stage.env(TOKEN="new")
    assert stage.vigie("restart").code == 0
    log = (stage.folder / "logs" / "bot.log").read_text()
    assert [line for line in log.splitlines() if line.startswith("token")] == ["token old", "token new"]


def test_wrong_settings_of_today_change_nothing(stage: Stage) -> None:
    """The command says what is wrong, exit 2; the monitor and the bot go on."""
    monitor = stage.monitor()
    pid = stage.wait_online()
    settle(stage, check_interval='"often"')
    assert stage.vigie("restart").code == 2
    assert stage.living() == [pid]
    assert monitor.poll() is None


def test_two_commands_at_once_through_the_monitor(stage: Stage) -> None:
    """Both are answered, and there is one bot in the end."""
    stage.monitor()
    stage.wait_online()
    commands = [stage.begin(verb) for verb in ("restart", "restart", "start", "ensure")]
    ends = [(command.communicate(timeout=60), command.returncode) for command in commands]
    assert [code for _, code in ends] == [0, 0, 0, 0], ends
    assert len(stage.living()) == 1
    assert not stage.doubled()


def test_a_command_that_is_interrupted_does_not_disturb_the_monitor(stage: Stage) -> None:
    """Ctrl-C while start waits: 130 for the command, and the bot still comes online."""
    if sys.platform == "win32":
        pytest.skip("POSIX signals")
    stage.monitor()
    stage.wait_online()
    stage.vigie("stop")
    stage.env(READY_AFTER="1.5")
    born = len(stage.lives())
    command = stage.begin("start")
    until(lambda: len(stage.lives()) > born, what="a new copy has begun")
    command.send_signal(signal.SIGINT)
    _out, err = command.communicate(timeout=20)
    assert command.returncode == 130
    assert "Traceback" not in err
    assert stage.wait_online() == stage.lives()[-1]


def test_a_bot_launched_by_hand_while_stopped_is_found_by_stop(stage: Stage) -> None:
    """Whatever the monitor believed: after stop nothing of it is left."""
    stage.monitor()
    stage.wait_online()
    stage.vigie("stop")
    time.sleep(1.1)  # longer than nobody can have launched another by hand
    bot = stage.launch_by_hand()
    try:
        stopped = stage.vigie("stop")
        assert stopped.code == 0
        assert bot.wait(10) is not None
        assert stage.living() == []
    finally:
        bot.kill()
        bot.wait()


def test_a_bot_launched_by_hand_while_stopped_is_not_doubled_by_start(stage: Stage) -> None:
    """start through the monitor recognises it."""
    stage.monitor()
    stage.wait_online()
    stage.vigie("stop")
    time.sleep(1.1)
    bot = stage.launch_by_hand()
    try:
        started = stage.vigie("start")
        assert started.code == 0
        assert f"recognised (PID {bot.pid})" in started.out
        assert stage.wait_online() == bot.pid
        assert stage.living() == [bot.pid]
        assert not stage.doubled()
    finally:
        stage.vigie("stop")
        bot.kill()
        bot.wait()


# what it writes


def test_the_log_and_the_screen_have_the_guides_form(stage: Stage) -> None:
    """[2026-02-08 19:45:32] INFO     [CHECK] ..., with the guide's two lines for a bot that is well."""
    stage.monitor(lang="fr")
    stage.wait_online()
    lines = [
        "[CHECK] Vérification de l'état du bot...",
        "[OK] Bot en cours d'exécution",
    ]
    until(lambda: all(line in stage.said() for line in lines), what="a routine check is told")
    stage.kill()
    until(lambda: "RESTART" in stage.said())
    log = until(lambda: stage.log() if len(stage.log()) > 5 else None)
    form = re.compile(r"\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\] (INFO    |WARNING |ERROR   ) \[[A-Z]+\] \S.*")
    assert [line for line in log if not form.fullmatch(line)] == []
    texts = [line[31:] for line in log]
    at = texts.index(lines[0])
    assert texts[at + 1] == lines[1]
    assert any(line[22:30] == "ERROR   " for line in log)


def test_the_status_file_is_whole_at_every_instant(stage: Stage) -> None:
    """A reader that never pauses sees whole JSON through crashes, hangs, commands and a killed monitor."""
    monitor = stage.monitor()
    pid = stage.wait_online()
    with StatusReader(stage.folder) as reader:
        for _ in range(3):
            stage.kill()
            pid = stage.wait_online(other_than=pid)
        stage.mode("500")
        until(lambda: "The bot is hung" in stage.said())
        stage.mode("ok")
        pid = stage.wait_online(other_than=pid)
        stage.vigie("restart")
        stage.vigie("stop")
        monitor.kill()
        monitor.wait()
        stage.vigie("start")
        stage.vigie("stop")
    assert reader.not_whole == []
    assert reader.times > 100
    status = stage.status()
    assert (status["restart_count"], status["pid"], status["state"]) == (5, None, "stopped")
    assert abs(status["timestamp"] - time.time()) < 60


# its own death


@posix_only
def test_a_killed_monitor_loses_nothing_and_doubles_nothing(stage: Stage) -> None:
    """25 times, at any moment, while the bot starts, lives, crashes and hangs: one bot is online in the end."""
    seed = 20260208
    dice = random.Random(seed)
    settle(stage, give_up_after="1000", restarts_per_day="1000", start_grace="3")
    with StatusReader(stage.folder) as reader:
        for _ in range(25):
            monitor = stage.monitor(door=dice.random() < 0.5)
            time.sleep(dice.uniform(0.0, 0.35))
            harm = dice.choice(["none", "none", "crash", "freeze", "500", "ok"])
            for pid in stage.living():
                if harm in ("crash", "freeze"):
                    os.kill(pid, signal.SIGKILL if harm == "crash" else signal.SIGSTOP)
            if harm in ("500", "ok"):
                stage.mode(harm)
            time.sleep(dice.uniform(0.0, 0.15))
            monitor.kill()
            monitor.wait()
            assert len(stage.living()) <= 1, f"seed {seed}"
            assert not stage.doubled(), f"seed {seed}"
        stage.mode("ok")
        last = stage.monitor()
        # the file may still tell of the copy before: it is believed once the bots themselves agree
        until(lambda: stage.living() == [stage.status().get("pid")] and stage.status()["state"] == "online")
    assert not stage.doubled(), f"seed {seed}"
    assert reader.not_whole == [], f"seed {seed}"
    assert stage.leave(last) == 0


@posix_only
def test_the_next_monitor_takes_over_the_very_same_process(stage: Stage) -> None:
    """Killed while the bot is well: the same pid goes on, its crash is noticed, and the count goes on."""
    for restarts in range(2):
        monitor = stage.monitor()
        pid = stage.wait_online()
        monitor.kill()
        monitor.wait()
        monitor = stage.monitor()
        assert stage.wait_online() == pid
        stage.kill()
        stage.wait_online(other_than=pid)
        assert stage.status()["restart_count"] == restarts + 1
        assert stage.leave(monitor) == 0
    assert not stage.doubled()


@posix_only
def test_a_stop_is_carried_out_although_the_monitor_is_killed(stage: Stage) -> None:
    """The command sees that nobody answers any more and ends the work by itself."""
    stage.env(DEAF="1")
    settle(stage, stop_timeout="1")
    monitor = stage.monitor()
    pid = stage.wait_online()
    command = stage.begin("stop")
    until(lambda: "[STOP] Stopping the bot" in stage.said(), what="the monitor is at it")
    monitor.kill()
    monitor.wait()
    _out, err = command.communicate(timeout=30)
    assert (command.returncode, err) == (0, "")
    assert not lives(pid)
    assert stage.living() == []
    assert stage.status()["state"] == "stopped"


@posix_only
def test_a_restart_is_carried_out_although_the_monitor_leaves(stage: Stage) -> None:
    """Ctrl-C in the monitor's window while another window says restart: the bot is online in the end."""
    stage.env(READY_AFTER="1")
    monitor = stage.monitor()
    pid = stage.wait_online()
    command = stage.begin("restart")
    until(lambda: len(stage.lives()) > 1, what="the new copy has begun")
    assert stage.leave(monitor) == 0
    out, err = command.communicate(timeout=30)
    assert command.returncode == 0, out + err
    assert len(stage.living()) == 1
    assert stage.living() != [pid]
    assert not stage.doubled()


@posix_only
def test_a_monitor_that_is_stopped_dead_is_told_of(stage: Stage) -> None:
    """Ctrl-Z in its window: a command does not hang for minutes."""
    monitor = stage.monitor()
    stage.wait_online()
    os.kill(monitor.pid, signal.SIGSTOP)
    try:
        began = time.monotonic()
        failed = stage.vigie("stop")
        assert failed.code == 1
        assert str(monitor.pid) in failed.err
        assert time.monotonic() - began < 15
    finally:
        os.kill(monitor.pid, signal.SIGCONT)


# what befalls a monitor


def watching(stage: Stage, stdout: int | IO[str] | None, **more: Any) -> subprocess.Popen[str]:
    """Start a monitor that speaks to this descriptor, and wait until its door is open."""
    monitor = subprocess.Popen(
        [sys.executable, "-m", "vigie", "--lang", "en", "monitor"],
        cwd=stage.folder,
        env=stage.environment,
        stdout=stdout,
        stderr=stdout,
        text=True,
        **more,
    )
    stage.join(monitor)
    until(lambda: stage.door_is_open(monitor) or monitor.poll() is not None, what="the monitor's door")
    return monitor


def crash_and_return(stage: Stage, times: int = 1) -> None:
    """The bot crashes and comes back."""
    for _ in range(times):
        old = stage.kill()
        stage.wait_online(other_than=old)


@posix_only
def test_a_listener_that_hung_up_does_not_end_the_monitor(stage: Stage) -> None:
    """vigie monitor | head: whoever read it is gone, the watching goes on."""
    reading, writing = os.pipe()
    monitor = watching(stage, writing)
    os.close(writing)
    stage.wait_online()
    os.close(reading)
    crash_and_return(stage, 2)
    assert stage.leave(monitor) == 0


@posix_only
def test_a_reader_that_does_not_read_does_not_hold_the_monitor_up(stage: Stage) -> None:
    """A console in which text is marked, a pager left open: the bot comes back all the same."""
    settle(stage, give_up_after="1000", restarts_per_day="1000", backoff_max="0.1")
    reading, writing = os.pipe()
    if sys.platform == "linux":
        fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, 4096)
    monitor = watching(stage, writing)
    os.close(writing)
    try:
        stage.wait_online()
        crash_and_return(stage, 12)
        began = time.monotonic()
        assert stage.leave(monitor) == 0
        assert time.monotonic() - began < 10
    finally:
        os.close(reading)


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a device that is always full")
def test_a_full_disk_behind_the_screen_does_not_end_the_monitor(stage: Stage) -> None:
    """vigie monitor > file, and the disk is full."""
    with open("/dev/full", "w", encoding="utf-8") as full:
        monitor = watching(stage, full)
        stage.wait_online()
        crash_and_return(stage)
        assert stage.leave(monitor) == 0


@posix_only
def test_a_monitor_without_any_output_watches(stage: Stage) -> None:
    """Started with all three standard descriptors closed."""
    starter = "import os, sys; [os.close(n) for n in range(3)]; os.execv(sys.executable, sys.argv[1:])"
    words = [sys.executable, "-m", "vigie", "--lang", "en", "monitor"]
    monitor = subprocess.Popen(
        [sys.executable, "-c", starter, *words], cwd=stage.folder, env=stage.environment, text=True
    )
    stage.join(monitor)
    stage.wait_online()
    crash_and_return(stage)
    assert stage.leave(monitor) == 0


@posix_only
@pytest.mark.parametrize("nohup", [False, True])
def test_a_terminal_that_is_closed(stage: Stage, nohup: bool) -> None:
    """The monitor leaves in good order and the bot goes on; with nohup it stays."""
    pid, terminal = pty.fork()
    if pid == 0:
        if nohup:
            signal.signal(signal.SIGHUP, signal.SIG_IGN)
        os.chdir(stage.folder)
        os.execve(
            sys.executable, [sys.executable, "-m", "vigie", "--lang", "en", "monitor"], stage.environment
        )
    try:
        until(lambda: stage.card().get("pid") == pid and stage.card()["port"], what="the monitor's door")
        bot = stage.wait_online()
        os.close(terminal)
        if nohup:
            crash_and_return(stage)
            os.kill(pid, signal.SIGTERM)
        _pid, how = os.waitpid(pid, 0)
        assert os.waitstatus_to_exitcode(how) == 0
    except BaseException:
        os.kill(pid, signal.SIGKILL)
        raise
    assert len(stage.living()) == 1
    assert nohup or stage.living() == [bot]
    assert stage.log()[-1].endswith("Monitor left: what runs goes on unwatched")


@pytest.mark.skipif(sys.platform != "linux", reason="prlimit")
def test_a_monitor_without_descriptors_still_brings_the_bot_back(stage: Stage) -> None:
    """Probes are blind and nobody is judged; a crash is answered all the same, and nothing spins."""
    stage.monitor()
    pid = stage.wait_online()
    monitor = psutil.Process(stage.monitors[0].pid)
    before = monitor.rlimit(psutil.RLIMIT_NOFILE)
    monitor.rlimit(psutil.RLIMIT_NOFILE, (monitor.num_fds(), before[1]))
    used = sum(monitor.cpu_times()[:2])
    time.sleep(1.5)
    assert sum(monitor.cpu_times()[:2]) - used < 0.7
    assert stage.living() == [pid]
    stage.kill()
    until(lambda: len(stage.living()) == 1 and stage.living() != [pid], what="the bot is back")
    monitor.rlimit(psutil.RLIMIT_NOFILE, before)
    stage.wait_online(other_than=pid)
    assert not stage.doubled()


@posix_only
def test_records_that_are_removed_while_it_runs_come_back(stage: Stage) -> None:
    """Ledger, private folder, log, status file: the bot is neither lost nor doubled."""
    monitor = stage.monitor()
    stage.wait_online()
    (stage.folder / ".vigie" / "bot.json").unlink()
    crash_and_return(stage)
    take_away(stage.folder / ".vigie")
    take_away(stage.folder / "logs")
    (stage.folder / "bot_status.json").unlink()
    crash_and_return(stage)
    assert stage.status()["restart_count"] == 2
    assert (stage.folder / "logs" / "bot.log").exists()
    assert not stage.doubled()
    monitor.kill()
    monitor.wait()
    (alive,) = stage.living()
    stage.monitor()
    assert stage.wait_online() == alive


@posix_only
def test_a_project_that_is_moved_while_it_runs(stage: Stage) -> None:
    """The running bot goes on, no ghost of the old folder appears, and it is told once."""
    monitor = stage.monitor()
    stage.wait_online()
    until(lambda: "Bot is running" in stage.said(), what="everything about its start has been written")
    old, new = stage.folder, stage.folder.with_name("moved away")
    old.rename(new)
    stage.folder = new
    stage.kill()
    until(lambda: "The bot's folder does not exist" in stage.said(), what="the launch is refused")
    until(lambda: "The project's folder is gone" in stage.said(), what="it is told")
    assert not old.exists()
    new.rename(old)
    stage.folder = old
    until(lambda: len(stage.living()) == 1, what="the bot is back with its folder")
    assert stage.said().count("The project's folder is gone") == 1
    assert stage.leave(monitor) == 0


# several bots


def test_several_bots_are_watched_by_one_monitor(street: Street) -> None:
    """Each comes online; the status file has a word for each; check asks one or all."""
    monitor = street.monitor()
    pids = street.wait_all_online()
    status = street.status()
    assert set(status) == {"timestamp", "bots"}
    assert {name: home.living() for name, home in street.homes.items()} == {
        name: [pid] for name, pid in pids.items()
    }
    both = street.vigie("check", "--json")
    assert both.code == 0
    assert [(bot["name"], bot["pid"]) for bot in both.json["bots"]] == list(pids.items())
    street.vigie("stop", "b")
    assert street.homes["b"].living() == []
    assert street.homes["a"].living() == [pids["a"]]
    assert street.vigie("check", "a").code == 0
    assert street.vigie("check", "b").code == 1
    assert street.vigie("check").code == 1
    assert street.vigie("start", "b").code == 0
    assert street.homes["a"].lives() == [pids["a"]]
    assert street.vigie("check").code == 0
    assert street.leave(monitor) == 0


def test_one_bots_trouble_does_not_delay_the_other(street: Street) -> None:
    """While one is deaf, hung and being ended for seconds, the other comes back at once."""
    street.env(DEAF="1")
    street.settings = street.settings.replace("stop_timeout = 2", "stop_timeout = 6")
    street.write_settings()
    street.monitor()
    pids = street.wait_all_online()
    street.homes["a"].mode("500")
    until(lambda: "a: Stopping the bot" in street.said(), what="a is being ended")
    began = time.monotonic()
    street.homes["b"].kill()
    until(lambda: len(street.homes["b"].living()) == 1 and street.homes["b"].living() != [pids["b"]])
    assert time.monotonic() - began < 3
    assert street.homes["a"].living() == [pids["a"]]  # still being waited for
    street.homes["a"].mode("ok")


def test_start_of_one_bot_leaves_the_other_alone(street: Street) -> None:
    """Without a monitor too: one is started, the other stays as it is, and the status file tells of both."""
    assert street.vigie("start", "a").code == 0
    assert street.homes["b"].lives() == []
    assert street.vigie("start", "b").code == 0
    assert len(street.homes["a"].lives()) == 1
    assert {name: bot["state"] for name, bot in street.status()["bots"].items()} == {
        "a": "online",
        "b": "online",
    }
    assert street.vigie("stop", "a").code == 0
    assert street.homes["a"].living() == []
    assert len(street.homes["b"].living()) == 1
    assert street.status()["bots"]["b"]["state"] == "online"


def test_a_bot_that_fails_does_not_hide_the_others(street: Street) -> None:
    """start of all: the one that dies fails the command, and how the other is is told as well."""
    (street.homes["b"].folder / "start.py").write_text("import sys\nsys.exit(7)\n")
    failed = street.vigie("start")
    assert failed.code == 1
    assert "exit code 7" in failed.err
    assert "[STATUS] a: Bot: ONLINE [OK]" in failed.out
    assert "[STATUS] b: Bot: OFFLINE [ERROR]" in failed.out


def test_a_bot_added_since_is_refused_with_a_word(street: Street) -> None:
    """The running monitor does not know it: exit 3 and what to do, not silence."""
    street.monitor()
    street.wait_all_online()
    text = (street.folder / "vigie.toml").read_text()
    (street.folder / "vigie.toml").write_text(
        text
        + f'\n[bots.c]\nhealth_url = "http://127.0.0.1:{free_port()}/"\ncommand = ["python", "start.py"]\n'
    )
    refused = street.vigie("start", "c")
    assert refused.code == 3
    assert "c" in refused.err
    assert "'vigie reload'" in refused.err


def test_bots_that_run_the_same_script_are_kept_apart(tmp_path: Path) -> None:
    """Two bots, one script, one folder, told apart by an argument: neither is taken for the other."""
    stage = Stage(tmp_path / "same script", settings="")
    script = (stage.folder / "start.py").read_text()
    (stage.folder / "start.py").write_text(script.replace("    prove_alone()\n    with", "    with", 1))
    other = free_port()
    (stage.folder / "vigie.toml").write_text(
        f'[bots.long]\ncommand = ["{sys.executable}", "start.py", "{other}"]\n'
        f'health_url = "http://127.0.0.1:{other}/health"\n{QUICK}\n'
        f'[bots.short]\ncommand = ["{sys.executable}", "start.py"]\n'
        f'health_url = "http://127.0.0.1:{stage.port}/health"\n{QUICK}\n'
    )
    try:
        assert stage.vigie("start", "long").code == 0
        (first,) = stage.living()
        assert stage.vigie("start", "short").code == 0
        assert len(stage.living()) == 2
        assert stage.vigie("stop", "short").code == 0
        assert stage.living() == [first]
        assert stage.vigie("stop", "short").code == 0
        assert stage.living() == [first]
    finally:
        stage.clear()


@posix_only
def test_what_a_person_stopped_is_not_brought_back_by_our_own_death(stage: Stage) -> None:
    """Whatever started the next monitor need not be a person who wants the bot up; a person's start does."""
    monitor = stage.monitor()
    stage.wait_online()
    assert stage.vigie("stop").code == 0
    monitor.kill()
    monitor.wait()
    stage.monitor()
    until(lambda: "stays down" in stage.said(), what="the next monitor has said that it stays down")
    assert stage.living() == []
    assert stage.vigie("start").code == 0
    assert len(stage.living()) == 1


def test_a_monitor_that_a_person_starts_anew_starts_what_was_stopped(stage: Stage) -> None:
    """Leaving and coming back is a person's word: it means all of the project's bots."""
    monitor = stage.monitor()
    stage.wait_online()
    assert stage.vigie("stop").code == 0
    assert stage.leave(monitor) == 0
    stage.monitor()
    stage.wait_online()


def test_a_stop_that_is_overtaken_is_answered_at_once(stage: Stage) -> None:
    """Somebody says start while the bot is still being stopped: the one who said stop hears of it, and is done."""
    stage.env(DEAF="1")
    settle(stage, stop_timeout="2")
    stage.monitor()
    stage.wait_online()
    stop = stage.begin("stop")
    until(lambda: "[STOP] Stopping the bot" in stage.said(), what="the monitor is at it")
    assert stage.vigie("start").code == 0
    _out, err = stop.communicate(timeout=patient(20))
    assert stop.returncode == 1
    assert "asked for the opposite" in err
    assert len(stage.living()) == 1


def test_a_bot_that_nobody_can_ask_does_not_hold_a_command_for_ever(stage: Stage) -> None:
    """The probe's own program does not exist: told after the grace, and the bot is left running."""
    settle(stage, start_grace="1", health_url='"exec:there-is-no-such-program"')
    done = stage.vigie("ensure")
    assert done.code == 1
    assert "could not be put within 1" in done.err
    assert len(stage.living()) == 1
    assert stage.vigie("stop").code == 0


def test_a_new_monitor_says_what_a_bot_still_waits_for(stage: Stage) -> None:
    """Whoever has just started a monitor sees why nothing happens, and what to do."""
    settle(stage, give_up_after="2")
    stage.env(EXIT_CODE="3")
    monitor = stage.monitor()
    stage.wait_state("failed")
    assert stage.leave(monitor) == 0
    stage.monitor()
    until(lambda: "stays offline for now (too many failures in a row)" in stage.said(), what="told why")


def test_a_monitor_has_no_json(stage: Stage) -> None:
    """It has no end, and one object is promised."""
    done = stage.vigie("monitor", "--json")
    assert (done.code, done.json["error"]["code"]) == (2, "monitor-no-json")
