"""start, stop, restart, ensure, check and status without a monitor, as a person meets them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from tests.stage import Stage, lives
from tests.waiting import until

pytestmark = pytest.mark.slow
posix_only = pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")


def test_a_whole_life_without_a_monitor(stage: Stage) -> None:
    """Offline, started, online, already online, restarted, stopped, already stopped: each told and true."""
    assert stage.vigie("check").code == 1
    started = stage.vigie("start")
    assert (started.code, started.err) == (0, "")
    assert "[START] Starting the bot..." in started.out
    assert "[STATUS] Bot: ONLINE [OK]" in started.out
    (first,) = stage.living()
    again = stage.vigie("start")
    assert again.code == 0
    assert f"already online (PID {first})" in again.out
    assert stage.living() == [first]
    restarted = stage.vigie("restart", "--json").json
    (second,) = stage.living()
    assert second != first
    assert restarted["online"] is True
    assert restarted["bots"][0]["pid"] == second
    assert restarted["bots"][0]["restart_count"] == 1
    assert stage.vigie("ensure").code == 0
    assert stage.living() == [second]
    assert stage.vigie("stop").code == 0
    assert stage.living() == []
    assert not stage.listening()
    assert "already stopped" in stage.vigie("stop").out
    assert not stage.doubled()


def test_the_french_lines_are_the_contracts(stage: Stage) -> None:
    """Online and offline, line for line."""
    assert stage.vigie("check", lang="fr").out.splitlines() == [
        "[CHECK] Vérification de l'état du bot...",
        f"[ERROR] Bot injoignable: connexion refusée, rien n'écoute sur localhost:{stage.port}",
        "[STATUS] Bot: HORS LIGNE [ERROR]",
    ]
    stage.vigie("start")
    assert stage.vigie("check", lang="fr").out.splitlines() == [
        "[CHECK] Vérification de l'état du bot...",
        "[OK] Bot en cours d'exécution",
        "[STATUS] Bot: EN LIGNE [OK]",
    ]


def test_a_timeout_is_told_as_the_contract_tells_it(stage: Stage) -> None:
    """A silent bot: the deadline that passed is in the second line."""
    stage.vigie("start")
    stage.mode("silent")
    lines = stage.vigie("check", lang="fr").out.splitlines()
    assert lines[1] == "[ERROR] Bot injoignable: délai de 0,5 s dépassé"


def test_check_has_no_side_effect(stage: Stage) -> None:
    """Nothing is created and nothing is written."""
    before = sorted(os.listdir(stage.folder))
    stage.vigie("check")
    stage.vigie("check", "--json")
    assert sorted(os.listdir(stage.folder)) == before


def test_check_says_offline_with_a_reason_in_json(stage: Stage) -> None:
    """One object, the state, the reason as a word for programs."""
    told = stage.vigie("check", "--json")
    assert told.code == 1
    (bot,) = told.json["bots"]
    assert told.json["online"] is False
    assert (bot["state"], bot["reason"], bot["pid"], bot["http_status"]) == ("stopped", "refused", None, None)


def test_a_bot_that_answers_500_is_offline_though_it_lives(stage: Stage) -> None:
    """The status is told, the pid too, and the state is not 'stopped'."""
    stage.vigie("start")
    stage.mode("500")
    told = stage.vigie("check", "--json")
    (bot,) = told.json["bots"]
    assert told.code == 1
    assert (bot["state"], bot["http_status"], bot["pid"]) == ("unresponsive", 500, stage.living()[0])


def test_a_manual_start_is_no_restart(stage: Stage) -> None:
    """Starting and stopping by hand leaves the restart count alone."""
    for _ in range(2):
        stage.vigie("start")
        stage.vigie("stop")
    assert stage.status()["restart_count"] == 0
    assert stage.status()["last_restart"] is None


def test_a_bot_that_dies_at_start_shows_its_exit_code_and_last_lines(stage: Stage) -> None:
    """What a person needs at 3 a.m. is on the screen: code, last words, where the log lies, what to do."""
    stage.environment["EXIT_CODE"] = "42"
    failed = stage.vigie("start")
    assert failed.code == 1
    assert "exit code 42" in failed.err
    assert "bot: last words, with an é" in failed.err
    assert "bot.log" in failed.err
    assert "Traceback" not in failed.out + failed.err
    told = stage.vigie("start", "--json").json
    assert told["error"]["code"] == "died-with-code"
    assert told["bots"][0]["state"] == "stopped"


def test_start_returns_soon_after_the_first_healthy_answer(stage: Stage) -> None:
    """It waits as long as the bot needs, and no process of ours stays behind."""
    stage.environment["READY_AFTER"] = "1.2"
    started = stage.vigie("start", "--json")
    assert started.code == 0
    assert started.json["bots"][0]["state"] == "online"


def test_a_bot_that_never_answers_is_left_alone_and_told(stage: Stage) -> None:
    """After its grace the command fails, and what runs goes on running."""
    (stage.folder / "vigie.toml").write_text("[bot]\nstart_grace = 0.8\n")
    stage.mode("500")
    failed = stage.vigie("start")
    assert failed.code == 1
    assert "does not answer" in failed.err
    assert len(stage.living()) == 1
    assert stage.vigie("stop").code == 0
    assert stage.living() == []


def test_no_script_is_a_clear_failure(stage: Stage) -> None:
    """A folder without start.py: which file is missing, and no process."""
    (stage.folder / "start.py").unlink()
    failed = stage.vigie("start")
    assert failed.code == 1
    assert "start.py" in failed.err
    assert "Traceback" not in failed.err


@pytest.mark.parametrize("command", ["no-such-program-here", "./start.txt"])
def test_a_command_that_cannot_run_is_a_clear_failure(stage: Stage, command: str) -> None:
    """Not found, not executable: named, exit 1, no traceback."""
    (stage.folder / "start.txt").write_text("x")
    stage.environment["BOT_COMMAND"] = command
    failed = stage.vigie("start", "--json")
    assert failed.code == 1
    assert failed.json["error"]["hint"]


def test_a_stranger_on_the_port_is_named_and_never_killed(stage: Stage, tmp_path: Path) -> None:
    """Exit 3, its pid and program told, and it goes on living."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    stranger = subprocess.Popen(
        [sys.executable, "-m", "http.server", str(stage.port), "--bind", "127.0.0.1"],
        cwd=elsewhere,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        until(stage.listening)
        refused = stage.vigie("start")
        assert refused.code == 3
        assert str(stranger.pid) in refused.err
        assert stranger.poll() is None
        assert stage.lives() == []
        assert stage.vigie("stop").code == 0
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_a_bot_launched_by_hand_is_recognised_and_not_doubled(stage: Stage) -> None:
    """check and status show its pid, start launches nothing, stop ends it."""
    bot = stage.launch_by_hand()
    try:
        assert stage.pid() == bot.pid
        started = stage.vigie("start")
        assert started.code == 0
        assert f"recognised (PID {bot.pid})" in started.out
        assert stage.lives() == [bot.pid]
        assert stage.vigie("stop").code == 0
        assert bot.wait(10) is not None
        assert not stage.doubled()
    finally:
        bot.kill()
        bot.wait()


def test_a_bot_of_the_same_name_in_another_folder_is_left_alone(stage: Stage, tmp_path: Path) -> None:
    """Nothing is ever found or killed by a program's name."""
    other = Stage(tmp_path / "another")
    try:
        other.vigie("start")
        (theirs,) = other.living()
        stage.vigie("start")
        stage.vigie("restart")
        stage.vigie("stop")
        assert other.living() == [theirs]
    finally:
        other.clear()


@posix_only
def test_a_deaf_bot_is_ended_after_its_timeout(stage: Stage) -> None:
    """Asked twice, then killed, children and all; told as it happens."""
    stage.environment["DEAF"] = "1"
    stage.vigie("start")
    stopped = stage.vigie("stop")
    assert stopped.code == 0
    assert "did not stop within 2 s" in stopped.out
    assert stage.living() == []


@posix_only
def test_a_frozen_bot_is_cured_by_ensure(stage: Stage) -> None:
    """ensure confirms that it is hung, replaces it, and counts that as a restart."""
    stage.vigie("start")
    (frozen,) = stage.living()
    psutil.Process(frozen).suspend()
    (stage.folder / "vigie.toml").write_text(
        "[bot]\ncheck_timeout = 0.3\nconfirm_interval = 0.1\nstart_grace = 1\n"
    )
    cured = stage.vigie("ensure", "--json")
    assert cured.code == 0
    (alive,) = stage.living()
    assert alive != frozen
    assert cured.json["bots"][0]["restart_count"] == 1


def test_a_pipe_that_nobody_reads_cannot_freeze_the_bot(stage: Stage) -> None:
    """A bot that prints a megabyte at once is online and its log is whole."""
    script = (stage.folder / "start.py").read_text()
    noisy = script.replace(
        "    prove_alone()\n", "    prove_alone()\n    print('x' * 99, *['y' * 99] * 10_000, sep='\\n')\n"
    )
    assert noisy != script
    (stage.folder / "start.py").write_text(noisy)
    assert stage.vigie("start").code == 0
    log = (stage.folder / "logs" / "bot.log").read_text()
    assert log.count("y" * 99) == 10_000


def test_the_env_file_reaches_the_bot_and_nothing_else(stage: Stage) -> None:
    """The secret is known to the bot, and stands in no file of ours and on no screen."""
    shown = stage.vigie("start").out + stage.vigie("status").out + stage.vigie("status", "--json").out
    stage.vigie("stop")
    assert "secret is known" in (stage.folder / "logs" / "bot.log").read_text()
    assert "s3cr3t" not in shown
    for folder, _folders, names in os.walk(stage.folder):
        for name in names:
            if name != ".env":
                assert b"s3cr3t" not in Path(folder, name).read_bytes(), name


@posix_only
def test_our_files_are_private(stage: Stage) -> None:
    """Nobody else can read what the bot prints or what we know."""
    stage.vigie("start")
    for name in (".vigie", "logs"):
        assert (stage.folder / name).stat().st_mode & 0o077 == 0
    for path in (
        stage.folder / "bot_status.json",
        *(stage.folder / "logs").iterdir(),
        *(stage.folder / ".vigie").iterdir(),
    ):
        assert path.stat().st_mode & 0o077 == 0, path


def test_two_starts_at_once_make_one_bot(stage: Stage) -> None:
    """Whoever comes second waits a moment or is refused with exit 3; never two copies."""
    stage.environment["READY_AFTER"] = "0.5"
    commands = [
        subprocess.Popen(
            [sys.executable, "-m", "vigie", "--lang", "en", "start"],
            cwd=stage.folder,
            env=stage.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for _ in range(4)
    ]
    ends = [(command.communicate(timeout=60)[0], command.returncode) for command in commands]
    assert {code for _, code in ends} <= {0, 3}
    assert any(code == 0 for _, code in ends)
    assert len(stage.lives()) == 1
    assert not stage.doubled()


@posix_only
def test_ctrl_c_while_starting_leaves_a_bot_that_is_known(stage: Stage) -> None:
    """Exit 130; the bot that was launched goes on, and the next command finds it."""
    stage.environment["READY_AFTER"] = "5"
    command = subprocess.Popen(
        [sys.executable, "-m", "vigie", "--lang", "en", "start"],
        cwd=stage.folder,
        env=stage.environment,
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    )
    until(stage.lives)
    command.send_signal(signal.SIGINT)
    _out, err = command.communicate(timeout=20)
    assert command.returncode == 130
    assert "Ctrl-C" in err
    assert "Traceback" not in err
    (pid,) = stage.living()
    assert stage.pid() == pid
    assert stage.vigie("stop").code == 0
    assert stage.living() == []


@posix_only
def test_a_command_killed_between_launch_and_note_loses_nothing(stage: Stage) -> None:
    """The ledger is gone, as if we had died before writing it: the lock still leads to the bot."""
    stage.vigie("start")
    (pid,) = stage.living()
    (stage.folder / ".vigie" / "bot.json").unlink()
    (stage.folder / "bot_status.json").unlink()
    started = stage.vigie("start")
    assert started.code == 0
    assert stage.lives() == [pid]
    assert not stage.doubled()


GARBAGE = [
    b"",
    b"{",
    b'{"restart_count": 5, "last_re',
    b"\xff\xfe\x00garbage",
    b"[1, 2, 3]",
    b'{"hello": "world"}',
    b'{"restart_count": -4, "last_restart": 12, "timestamp": "x", "pid": 1}',
    b'{"restart_count": 1, "last_restart": null, "timestamp": 1e400, "pid": true}',
    b"[" * 100_000,
]


@pytest.mark.parametrize("content", GARBAGE, ids=range(len(GARBAGE)))
def test_a_damaged_status_file_stops_nothing(stage: Stage, content: bytes) -> None:
    """Whatever stands there: every verb does its work, and the file is whole again afterwards."""
    (stage.folder / "bot_status.json").write_bytes(content)
    assert stage.vigie("check", "--json").json["online"] is False
    assert stage.vigie("status").code == 0
    assert stage.vigie("start").code == 0
    assert stage.status()["state"] == "online"
    assert stage.vigie("stop").code == 0


def test_a_status_file_with_a_strangers_pid_is_not_believed(stage: Stage) -> None:
    """A dead bot's file with a pid that somebody else has by now: offline, and that process is left alone."""
    stranger = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    try:
        known = {
            "restart_count": 7,
            "last_restart": "2026-02-08T19:45:32.123456",
            "timestamp": 1.0,
            "pid": stranger.pid,
        }
        (stage.folder / "bot_status.json").write_text(json.dumps({**known, "state": "online"}))
        (bot,) = stage.vigie("check", "--json").json["bots"]
        assert (bot["online"], bot["pid"], bot["restart_count"]) == (False, None, 7)
        assert stage.vigie("stop").code == 0
        assert stage.vigie("start").code == 0
        assert stage.status()["restart_count"] == 7
        stage.vigie("stop")
        assert lives(stranger.pid)
    finally:
        stranger.kill()
        stranger.wait()


@posix_only
def test_a_recycled_pid_in_the_ledger_is_not_believed(stage: Stage) -> None:
    """The number lives, but it was started at another time: nothing is done to it."""
    stage.vigie("start")
    (pid,) = stage.living()
    psutil.Process(pid).kill()
    until(lambda: not lives(pid))
    stranger = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    try:
        from vigie.records.ledger import read_ledger, write_ledger

        record = read_ledger(str(stage.folder / ".vigie"), "bot")
        assert record is not None
        identity = record["identity"]
        assert isinstance(identity, list)
        write_ledger(
            str(stage.folder / ".vigie"), "bot", {**record, "identity": [stranger.pid, *identity[1:]]}
        )
        assert stage.vigie("check", "--json").json["bots"][0]["pid"] is None
        assert stage.vigie("stop").code == 0
        assert stage.vigie("restart").code == 0
        assert lives(stranger.pid)
    finally:
        stranger.kill()
        stranger.wait()


@posix_only
@pytest.mark.skipif(sys.platform != "win32" and os.geteuid() == 0, reason="root writes everywhere")
def test_a_folder_that_cannot_be_written_to_is_told(stage: Stage) -> None:
    """check and status still work; what must write says so and does nothing."""
    stage.folder.chmod(0o500)
    try:
        assert stage.vigie("check").code == 1
        assert stage.vigie("status").code == 0
        failed = stage.vigie("start")
        assert failed.code == 1
        assert "Traceback" not in failed.err
    finally:
        stage.folder.chmod(0o700)


def test_a_file_where_our_folder_should_be_is_told(stage: Stage) -> None:
    """.vigie is a file: a clear failure, the file untouched."""
    (stage.folder / ".vigie").write_text("mine")
    failed = stage.vigie("start", "--json")
    assert failed.code == 1
    assert failed.json["error"]["code"]
    assert (stage.folder / ".vigie").read_text() == "mine"
    assert stage.vigie("check").code == 1


def test_a_project_path_of_200_characters_works(tmp_path: Path) -> None:
    """Long paths fit everywhere: lock, log, ledger, control door."""
    deep = tmp_path
    while len(str(deep)) < 190:
        deep = deep / "un dossier plutôt long"
    stage = Stage(deep)
    try:
        assert stage.vigie("start").code == 0
        monitor = stage.monitor()
        assert stage.vigie("restart").code == 0
        assert stage.leave(monitor) == 0
        assert stage.vigie("stop").code == 0
    finally:
        stage.clear()


def test_logs_shows_the_last_lines(stage: Stage) -> None:
    """-n counts lines from the end; before the first launch there is a clear message."""
    assert stage.vigie("logs").code == 1
    stage.vigie("start")
    assert stage.vigie("logs", "-n", "1").out.startswith("bot: hello")
    assert stage.vigie("logs", "-n", "x").code == 2


@posix_only
def test_logs_follows_what_is_written(stage: Stage) -> None:
    """-f goes on as the log grows, and ends with Ctrl-C and 130."""
    stage.vigie("start")
    following = subprocess.Popen(
        [sys.executable, "-m", "vigie", "--lang", "en", "logs", "-f", "-n", "0"],
        cwd=stage.folder,
        env=stage.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert following.stdout is not None
    try:
        until(lambda: _follows(stage, following), what="a new line is shown")
        following.send_signal(signal.SIGINT)
        assert following.wait(10) == 130
    finally:
        following.kill()
        following.wait()
        following.stdout.close()


def _follows(stage: Stage, following: subprocess.Popen[str]) -> bool:
    import select

    with open(stage.folder / "logs" / "bot.log", "a", encoding="utf-8") as log:
        log.write("a new line\n")
    assert following.stdout is not None
    readable, _, _ = select.select([following.stdout], [], [], 0.3)
    return bool(readable) and "a new line" in following.stdout.readline()
