"""``vigie reload`` and SIGHUP: new settings and a new vigie, in place, and nobody is touched who did not change."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import psutil
import pytest

import vigie
from tests.stage import QUICK, Done, Stage, Street, lives
from tests.waiting import patient, until
from vigie.records.history import History
from vigie.runtime.decider import Card
from vigie.runtime.door.client import ask_monitor

assert sys.platform != "win32", "a program takes another's place, which Windows does not know"

if sys.platform != "win32":
    import pty

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="a program takes another's place in place"),
]

SECONDS = 30.0


@pytest.fixture
def street(tmp_path: Path) -> Iterator[Street]:
    """Two bots in one project."""
    street = Street(tmp_path / "deux bots à la fois")
    yield street
    street.clear()


def reload(stage: Stage, *words: str) -> Done:
    """Ask for it as a person does."""
    return stage.vigie("reload", *words)


def knock(stage: Stage, verb: str, *names: str) -> str | None:
    """Speak to the monitor's door without a program of our own; return the key of the problem."""
    card = Card(**stage.card())
    _answer, problem = ask_monitor(card, verb, names, lambda *_line: None, patient(SECONDS))
    return None if problem is None else problem.key


# nothing changes


def test_nothing_changed_and_nobody_is_touched(street: Street) -> None:
    """Same monitor pid, same bots, same counts; the status file goes on."""
    monitor = street.monitor()
    before = street.wait_all_online()
    card = street.card()
    done = reload(street)
    assert (done.code, done.err) == (0, "")
    assert "[MONITOR] Reload asked for" in done.out
    assert "bots unchanged: 2" in done.out
    assert street.wait_all_online() == before
    assert street.card() == card
    assert monitor.poll() is None
    time.sleep(1.0)  # three check intervals
    assert street.wait_all_online() == before
    assert not any("Bad check" in line for line in street.log())
    assert street.leave(monitor) == 0
    assert street.said().rstrip().endswith("[MONITOR] Monitor left: what runs goes on unwatched")
    assert {name: home.living() for name, home in street.homes.items()} == {
        name: [pid] for name, pid in before.items()
    }


def test_a_hang_up_without_a_terminal_is_a_reload(street: Street) -> None:
    """As services send it; twice at once is no harm either."""
    monitor = street.monitor()
    before = street.wait_all_online()
    monitor.send_signal(signal.SIGHUP)
    monitor.send_signal(signal.SIGHUP)
    until(lambda: "Reloaded (vigie" in street.said(), SECONDS)
    assert monitor.poll() is None
    assert street.wait_all_online() == before
    assert street.leave(monitor) == 0


def test_no_monitor_is_told_with_what_to_do(stage: Stage) -> None:
    """Exit 1, in both languages, and as JSON."""
    done = reload(stage)
    assert done.code == 1
    assert "nothing to reload" in done.err
    assert "'vigie monitor'" in done.err
    assert "rien à recharger" in stage.vigie("reload", lang="fr").err
    assert reload(stage, "--json").json["error"]["code"] == "no-monitor"


# settings


def test_wrong_settings_are_refused_and_the_old_ones_stay(stage: Stage) -> None:
    """By the command, by the door and by the signal: exit 2, told in the log, and nothing else happens."""
    monitor = stage.monitor()
    pid = stage.wait_online()
    good = (stage.folder / "vigie.toml").read_text()
    (stage.folder / "vigie.toml").write_text(good.replace("check_interval = 0.3", "check_interval = 'often'"))
    done = reload(stage)
    assert done.code == 2
    assert "check_interval" in done.err
    assert knock(stage, "reload") == "settings.wrong-value"
    monitor.send_signal(signal.SIGHUP)
    until(lambda: stage.said().count("[ERROR]") >= 2, SECONDS)
    assert "check_interval" in stage.said()
    assert monitor.poll() is None
    (stage.folder / "vigie.toml").write_text(good)
    assert stage.lives() == [pid]
    assert stage.kill() == pid
    assert stage.wait_online(other_than=pid)
    assert stage.leave(monitor) == 0


def test_settings_that_broke_after_the_rehearsal_leave_the_monitor_alive(stage: Stage) -> None:
    """Somebody writes nonsense in the very moment of the change: the old settings are handed on and hold."""
    monitor = stage.monitor()
    pid = stage.wait_online()
    good = (stage.folder / "vigie.toml").read_text()
    path = stage.folder / "vigie.toml"
    ended = threading.Event()

    def flicker() -> None:
        while not ended.is_set():
            path.write_text("[bot]\ncheck_interval = 'often'\n")
            time.sleep(0.01)
            path.write_text(good)
            time.sleep(0.03)

    thread = threading.Thread(target=flicker)
    thread.start()
    try:
        for _ in range(25):
            knock(stage, "reload")
            assert monitor.poll() is None
    finally:
        ended.set()
        thread.join()
    path.write_text(good)
    assert stage.lives() == [pid]
    assert knock(stage, "reload") is None
    assert stage.leave(monitor) == 0


def test_what_is_ours_is_changed_without_touching_the_process(stage: Stage) -> None:
    """A new interval, a new limit: told by name, and they hold."""
    monitor = stage.monitor()
    pid = stage.wait_online()
    text = (stage.folder / "vigie.toml").read_text()
    (stage.folder / "vigie.toml").write_text(
        text.replace("stop_timeout = 2", "stop_timeout = 3\nlog_keep = 2")
    )
    done = reload(stage, "--json").json
    assert done["adjusted"] == {"bot": ["stop_timeout", "log_keep"]}
    assert (done["reloaded"], done["restarted"], done["added"]) == (True, {}, [])
    assert stage.lives() == [pid]
    assert stage.leave(monitor) == 0


@pytest.mark.parametrize("change", ["command", "directory", ".env"])
def test_what_the_process_was_launched_with_is_changed_by_a_restart(stage: Stage, change: str) -> None:
    """Told why; the other reloads after it leave the new process alone."""
    monitor = stage.monitor()
    old = stage.wait_online()
    text = (stage.folder / "vigie.toml").read_text()
    assert reload(stage).code == 0  # what it was launched with is known across this one
    if change == "command":
        text += f"command = {json.dumps([sys.executable, '-B', 'start.py'])}\n"
    elif change == "directory":
        (stage.folder / "elsewhere").symlink_to(stage.folder)
        text += 'directory = "elsewhere"\n'
    else:
        stage.env(TOKEN="s3cr3t-new")
    (stage.folder / "vigie.toml").write_text(text)
    done = reload(stage)
    assert done.code == 0
    assert f"Launch settings changed ({change})" in done.out
    new = stage.wait_online(other_than=old)
    assert not lives(old)
    assert "[RESTART] Restarting the bot (settings changed)..." in stage.said()
    assert "bots unchanged: 1" in reload(stage).out
    assert stage.wait_online() == new
    assert not stage.doubled()
    assert "s3cr3t" not in stage.said() + done.out
    assert stage.leave(monitor) == 0


def test_bots_come_and_go(tmp_path: Path) -> None:
    """A new table is started, a removed one stopped, the others do not notice."""
    street = Street(tmp_path / "trois bots", ("a", "b", "c"))
    try:
        monitor = street.monitor()
        before = street.wait_all_online()
        with_all = (street.folder / "vigie.toml").read_text()
        (street.folder / "vigie.toml").write_text(with_all[: with_all.index("[bots.c]")])
        done = reload(street)
        assert "[MONITOR] c: Bot removed from the settings: it is stopped" in done.out
        until(lambda: not street.homes["c"].living(), SECONDS, "c is stopped")
        until(lambda: set(street.status()["bots"]) == {"a", "b"}, SECONDS, "c is forgotten")
        (street.folder / "vigie.toml").write_text(with_all)
        assert reload(street, "--json").json["added"] == ["c"]
        after = street.wait_all_online()
        assert (after["a"], after["b"]) == (before["a"], before["b"])
        assert after["c"] != before["c"]
        assert knock(street, "restart", "c") is None
        assert street.leave(monitor) == 0
    finally:
        street.clear()


def test_a_renamed_bot_is_another_bot(stage: Stage) -> None:
    """The old one goes first: it would be taken for the new one, and has its port."""
    monitor = stage.monitor()
    old = stage.wait_online()
    table = f"[bots.new]\n{QUICK}\nhealth_url = 'http://localhost:{stage.port}/health'\n"
    (stage.folder / "vigie.toml").write_text(table)
    done = reload(stage, "--json").json
    assert (done["added"], done["removed"]) == (["new"], ["bot"])
    new = stage.wait_online(other_than=old)
    assert stage.living() == [new]
    assert not stage.doubled()
    assert "crashed" not in stage.said()
    assert stage.leave(monitor) == 0


# what was going on goes on


def test_a_stopped_bot_stays_stopped(stage: Stage) -> None:
    """The wish is handed on."""
    monitor = stage.monitor()
    pid = stage.wait_online()
    assert stage.vigie("stop").code == 0
    assert reload(stage).code == 0
    time.sleep(1.0)
    assert stage.lives() == [pid]
    assert stage.status()["state"] == "stopped"
    assert stage.vigie("start").code == 0
    assert stage.leave(monitor) == 0


def test_a_pause_and_the_slow_lane_are_kept(stage: Stage) -> None:
    """Neither forgotten nor begun anew: the same next try, the same deaths, nothing told twice."""
    stage.env(EXIT_CODE="3")
    text = (stage.folder / "vigie.toml").read_text()
    slow = text.replace("backoff_initial = 0.1", "backoff_initial = 300")
    slow = slow.replace("backoff_max = 0.4", "backoff_max = 300\ngive_up_after = 3")
    (stage.folder / "vigie.toml").write_text(slow)
    monitor = stage.monitor()
    before = stage.wait_state("backoff")
    born = len(stage.lives())
    assert reload(stage).code == 0
    time.sleep(0.5)
    after = stage.wait_state("backoff")
    assert (after["next_try"][:18], len(stage.lives())) == (before["next_try"][:18], born)
    assert stage.leave(monitor) == 0


def test_giving_up_outlives_a_reload(stage: Stage) -> None:
    """Told once, and not tried again because of it."""
    stage.env(EXIT_CODE="3")
    text = (stage.folder / "vigie.toml").read_text()
    (stage.folder / "vigie.toml").write_text(f"{text}give_up_after = 2\n")
    monitor = stage.monitor()
    stage.wait_state("failed")
    born = len(stage.lives())
    assert reload(stage).code == 0
    assert reload(stage).code == 0
    time.sleep(0.5)
    assert stage.wait_state("failed")["reason"] == "gave-up"
    assert len(stage.lives()) == born
    assert stage.said().count("Quick tries given up") == 1
    assert stage.leave(monitor) == 0


def test_new_settings_are_tried_at_once_in_the_slow_lane(stage: Stage) -> None:
    """They may be the cure."""
    stage.env(EXIT_CODE="3")
    text = (stage.folder / "vigie.toml").read_text()
    (stage.folder / "vigie.toml").write_text(f"{text}give_up_after = 2\n")
    stage.monitor()
    stage.wait_state("failed")
    stage.env()
    assert reload(stage).code == 0
    assert stage.wait_online() == stage.living()[0]


def test_a_command_that_waits_is_answered_by_the_next_program(stage: Stage) -> None:
    """``start`` of a slow bot, three reloads meanwhile: told how it ended, exit 0, one process."""
    monitor = stage.monitor()
    stage.wait_online()
    stage.vigie("stop")
    stage.env(READY_AFTER="4")
    born = len(stage.lives())
    command = stage.begin("start")
    until(lambda: len(stage.lives()) > born, SECONDS)
    for _ in range(3):
        assert knock(stage, "reload") is None
    out, err = command.communicate(timeout=patient(SECONDS))
    assert (command.returncode, err) == (0, "")
    assert f"[OK] Bot online (PID {stage.living()[0]})" in out
    assert len(stage.lives()) == born + 1
    assert stage.leave(monitor) == 0


def test_commands_never_notice_fifty_reloads(street: Street) -> None:
    """Every one of them is answered well, the bots keep their processes, and nobody is left behind."""
    monitor = street.monitor()
    before = street.wait_all_online()
    wrong: list[object] = []
    asked = [0]
    ended = threading.Event()

    def ask(name: str) -> None:
        while not ended.is_set():
            try:
                problem = knock(street, random.choice(("start", "ensure")), name)
            except Exception as error:  # noqa: BLE001  (whatever it is, it is what the test looks for)
                problem = repr(error)
            asked[0] += 1
            if problem is not None:
                wrong.append(problem)

    threads = [threading.Thread(target=ask, args=(name,)) for name in ("a", "b")]
    for thread in threads:
        thread.start()
    try:
        for _ in range(50):
            assert knock(street, "reload") is None
    finally:
        ended.set()
        for thread in threads:
            thread.join()
    assert wrong == []
    assert asked[0] > 50
    assert street.vigie("check").code == 0
    assert street.wait_all_online() == before
    assert sorted(child.pid for child in psutil.Process(monitor.pid).children()) == sorted(before.values())
    assert not any(home.doubled() for home in street.homes.values())
    assert psutil.Process(monitor.pid).num_fds() < 60
    assert street.leave(monitor) == 0


def another_copy(stage: Stage, pid: int) -> bool:
    """Whether another copy than this one has begun last."""
    return stage.lives()[-1] != pid


def test_no_exit_is_missed_while_programs_change(stage: Stage) -> None:
    """Killed at any moment of many reloads: each death has its signal in the history, and each has its restart."""
    text = (stage.folder / "vigie.toml").read_text()
    (stage.folder / "vigie.toml").write_text(f"{text}give_up_after = 1000\nrestarts_per_day = 100000\n")
    monitor = stage.monitor()
    stage.wait_online()
    dice = random.Random(7)
    killed = 0
    ended = threading.Event()

    def reload_on() -> None:
        while not ended.is_set():
            knock(stage, "reload")

    thread = threading.Thread(target=reload_on)
    thread.start()
    try:
        while killed < 25:
            pid = until(lambda: (stage.living() or [0])[-1], SECONDS, "it is back")
            time.sleep(dice.random() * 0.4)
            try:
                psutil.Process(pid).kill()
            except psutil.NoSuchProcess:
                continue
            killed += 1
            until(partial(another_copy, stage, pid), SECONDS, "another copy")
    finally:
        ended.set()
        thread.join()
    stage.wait_online()
    assert stage.leave(monitor) == 0
    history = History(str(stage.folder / ".vigie" / "history.db"))
    try:
        ends = [event.values.get("signal") for event in history.events("bot") if event.key == "crashed"]
    finally:
        history.close()
    assert ends == [9] * killed
    assert stage.status()["restart_count"] == killed
    assert not stage.doubled()


def replaced(pid: int) -> bool:
    """Whether another program has begun in this process: only then does its first environment tell so."""
    return b"VIGIE_HANDED_OVER" in Path(f"/proc/{pid}/environ").read_bytes()


def test_asked_to_leave_while_programs_change(stage: Stage) -> None:
    """SIGTERM at any moment of a reload: exit 0, said so, and the bot goes on."""
    pid = None
    dice = random.Random(3)
    for number in range(8):
        monitor = stage.monitor()
        pid = pid or stage.wait_online()
        stage.wait_online()
        monitor.send_signal(signal.SIGHUP)
        if number % 2 and sys.platform == "linux":
            until(partial(replaced, monitor.pid), SECONDS, "the other program begins")
        else:
            time.sleep(0.15 + dice.random() * 0.9)
        monitor.send_signal(signal.SIGTERM)
        assert monitor.wait(patient(SECONDS)) == 0, stage.said(number)
        assert "Monitor left" in stage.said(number)
    assert stage.lives() == [pid]


# a new version


@pytest.fixture
def own_copy(stage: Stage, tmp_path: Path) -> Path:
    """Vigie installed where the test may change it; returns the package's folder."""
    package = tmp_path / "installed" / "vigie"
    shutil.copytree(Path(vigie.__file__).parent, package, ignore=shutil.ignore_patterns("__pycache__"))
    stage.environment["PYTHONPATH"] = str(package.parent)
    return package


def test_a_new_version_takes_over(stage: Stage, own_copy: Path) -> None:
    """Whatever lies on disk: the same process is another program afterwards, and the bot has not noticed."""
    monitor = stage.monitor()
    pid = stage.wait_online()
    text = (own_copy / "__init__.py").read_text()
    (own_copy / "__init__.py").write_text(text.replace(vigie.__version__, "99.1"))
    done = reload(stage)
    assert (done.code, done.err) == (0, "")
    assert "Reloaded (vigie 99.1)" in done.out
    assert stage.lives() == [pid]
    assert monitor.poll() is None
    assert stage.leave(monitor) == 0


@pytest.mark.parametrize(
    "broken", ["def", "raise RuntimeError('half an upgrade')", "import nothing_of_this_name"]
)
def test_a_version_that_does_not_start_is_refused(stage: Stage, own_copy: Path, broken: str) -> None:
    """Exit 3, why, what to do; the old program goes on watching."""
    monitor = stage.monitor()
    pid = stage.wait_online()
    good = (own_copy / "runtime" / "watch.py").read_text()
    (own_copy / "runtime" / "watch.py").write_text(f"{good}\n{broken}\n")
    assert knock(stage, "reload") == "runtime.reload-cannot-start"
    monitor.send_signal(signal.SIGHUP)
    until(lambda: stage.said().count("The new version does not start") == 2, SECONDS)
    assert monitor.poll() is None
    (own_copy / "runtime" / "watch.py").write_text(good)
    stage.kill()
    assert stage.wait_online(other_than=pid)
    assert reload(stage).code == 0
    assert stage.leave(monitor) == 0


def test_a_version_that_says_nothing_is_refused(stage: Stage, own_copy: Path) -> None:
    """It hangs at its start: ended after a while, the old one goes on, and the child is gone."""
    for path in (own_copy / "runtime" / "reload" / "rehearsal.py",):
        path.write_text(path.read_text().replace("LIMIT = 60.0", "LIMIT = 3.0"))
    monitor = stage.monitor()
    pid = stage.wait_online()
    good = (own_copy / "__init__.py").read_text()
    (own_copy / "__init__.py").write_text(f"{good}\nimport time\ntime.sleep(600)\n")
    assert knock(stage, "reload") == "runtime.reload-too-slow"
    (own_copy / "__init__.py").write_text(good)
    assert [child.pid for child in psutil.Process(monitor.pid).children()] == [pid]
    assert stage.leave(monitor) == 0


def test_a_program_that_cannot_be_put_in_our_place_changes_nothing(stage: Stage) -> None:
    """The system refuses the last step: told, and the old program goes on with all it had packed."""
    script = (
        "import os, sys\n"
        "def refused(*words): raise OSError(7, 'Argument list too long')\n"
        "os.execv = refused\n"
        "from vigie.cli.main import main\n"
        "sys.exit(main(sys.argv[1:]))\n"
    )
    out = open(stage.folder / "own.out", "w", encoding="utf-8")  # noqa: SIM115
    monitor = subprocess.Popen(
        [sys.executable, "-c", script, "--lang", "en", "monitor"],
        cwd=stage.folder,
        env=stage.environment,
        stdout=out,
        stderr=subprocess.STDOUT,
    )
    try:
        until(lambda: stage.card().get("port"), SECONDS)
        pid = stage.wait_online()
        for _ in range(3):
            assert knock(stage, "reload") == "runtime.reload-not-carried-out"
        assert knock(stage, "ensure", "bot") is None
        stage.kill()
        assert stage.wait_online(other_than=pid)
        assert stage.status()["restart_count"] == 1
        monitor.send_signal(signal.SIGTERM)
        assert monitor.wait(patient(SECONDS)) == 0
    finally:
        if monitor.poll() is None:
            monitor.kill()
        monitor.wait()
        out.close()


# whose hang-up it is


def in_terminal(stage: Stage) -> tuple[int, int]:
    """Start a monitor in a terminal of its own; return its pid and the terminal's other end."""
    pid, master = pty.fork()
    if pid == 0:  # pragma: no cover  (the child)
        os.chdir(stage.folder)
        words = [sys.executable, "-m", "vigie", "--lang", "en", "monitor"]
        os.execve(sys.executable, words, stage.environment)
    return pid, master


def ended(pid: int) -> int | None:
    """How a child of ours ended, None while it lives."""
    found, status = os.waitpid(pid, os.WNOHANG)
    return None if found == 0 else os.waitstatus_to_exitcode(status) + 1000


def test_a_closed_terminal_ends_the_monitor_and_a_signal_reloads_it(stage: Stage) -> None:
    """In a terminal: SIGHUP from a person is a reload as long as the terminal stands; when it goes, we leave."""
    pid, master = in_terminal(stage)
    try:
        bot = stage.wait_online()
        said = b""
        os.kill(pid, signal.SIGHUP)
        while b"Reloaded (vigie" not in said:
            said += os.read(master, 4096)
        assert ended(pid) is None
        assert stage.lives() == [bot]
    finally:
        os.close(master)
    how: list[int] = []
    try:
        how.append(until(lambda: ended(pid), SECONDS, "the monitor has left"))
    finally:
        if not how:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
    assert how == [1000]
    assert "Monitor left" in "\n".join(stage.log())
    assert stage.living() == [bot]
