"""A command of the bot's owner is run, and its exit code 0 is well."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import psutil
import pytest

from tests.probes.asking import ask, ask_url, outcome
from tests.waiting import patient, until
from vigie.core.spec import Spec
from vigie.probes import probe_for
from vigie.probes.conversation import Answer, DeadlinePassed
from vigie.probes.exec import ask_command

posix_only = pytest.mark.skipif(sys.platform == "win32", reason="signals and process groups are POSIX")


def python(code: str, *words: str) -> list[str]:
    """Return a command that runs ``code``."""
    return [sys.executable, "-S", "-c", code, *words]


def children() -> set[int]:
    """Return the pids of our children, zombies included."""
    return {one.pid for one in psutil.Process().children()}


def gone(pid: int) -> bool:
    """Whether a process has ended; a zombie of somebody else's has."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


@pytest.fixture(autouse=True)
def nothing_is_left() -> Iterator[None]:
    """After every test of this file, no child of ours is left, not even a zombie."""
    before = children()
    yield
    assert children() <= before


@pytest.fixture(params=["descriptor", "glances"])
def either_way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Wait for the end by a descriptor where there is one, and by looking again and again."""
    if request.param == "glances":
        monkeypatch.setattr("vigie.probes.exec.descriptor_of_end", lambda _pid: -1)
    return str(request.param)


@pytest.mark.usefixtures("either_way")
def test_exit_code_0_is_well_and_any_other_is_not(tmp_path: Path) -> None:
    """The code is told."""
    assert outcome(ask(ask_command(python("pass"), str(tmp_path)))) == (True, "exec-passed")
    heard = ask(ask_command(python("raise SystemExit(7)"), str(tmp_path)))
    assert (outcome(heard), heard.values) == ((False, "exec-exit"), {"code": 7})


@posix_only
@pytest.mark.parametrize(("number", "name"), [(signal.SIGSEGV, "SIGSEGV"), (40, "40")])
def test_the_signal_that_killed_the_command_is_told(tmp_path: Path, number: int, name: str) -> None:
    """By name where it has one."""
    heard = ask(ask_command(python(f"import os; os.kill(os.getpid(), {int(number)})"), str(tmp_path)))
    expected = name if number != 40 or sys.platform == "linux" else heard.values["signal"]
    assert (outcome(heard), heard.values) == ((False, "exec-signal"), {"signal": expected})


def test_a_string_is_split_as_a_shell_splits_words_but_no_shell_sees_it(tmp_path: Path) -> None:
    """Quotes hold words together; nothing is expanded, redirected or chained."""
    code = "import sys; raise SystemExit(sys.argv[1:] != ['a b', '$HOME', '*', '>x', ';', 'exit'])"
    command = f'"{sys.executable}" -S -c "{code}" "a b" $HOME * >x ; exit'
    assert outcome(ask_url(f"exec:{command}", directory=str(tmp_path))) == (True, "exec-passed")
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def full_stdin() -> Iterator[None]:
    """Put words on our own standard input."""
    before = os.dup(0)
    reading, writing = os.pipe()
    os.write(writing, b"not for the command")
    os.close(writing)
    os.dup2(reading, 0)
    os.close(reading)
    yield
    os.dup2(before, 0)
    os.close(before)


@pytest.mark.usefixtures("full_stdin")
def test_the_command_runs_in_the_bots_directory_with_nothing_to_read_and_nobody_to_hear_it(
    tmp_path: Path,
) -> None:
    """Standard input is empty, output disappears and never blocks the command."""
    code = (
        "import os, sys; print('x' * 1_000_000); print('y' * 1_000_000, file=sys.stderr); "
        "raise SystemExit(sys.stdin.read() != '' or not os.path.samefile('.', sys.argv[1]))"
    )
    assert outcome(ask(ask_command(python(code, str(tmp_path)), str(tmp_path)))) == (True, "exec-passed")


def test_the_command_knows_what_the_bot_knows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is given the variables of the project's ``.env``; what our own environment holds is stronger."""
    monkeypatch.setenv("IN_BOTH", "ours")
    code = (
        "import os; raise SystemExit([os.environ.get('ONLY_THERE'), os.environ['IN_BOTH']] != ['é', 'ours'])"
    )
    spec = Spec(health_url=f"exec:{shlex.join(python(code))}", directory=str(tmp_path))
    environment = {"ONLY_THERE": "é", "IN_BOTH": "theirs"}
    assert outcome(ask(probe_for(spec, environment=environment))) == (True, "exec-passed")
    assert outcome(ask(probe_for(spec))) == (False, "exec-exit")


def test_check_hands_the_command_the_variables_of_the_project(tmp_path: Path) -> None:
    """The same question has the same answer whoever puts it."""
    (tmp_path / "ask.py").write_text("import os; raise SystemExit(os.environ.get('TOKEN') != 'from .env')")
    command = json.dumps(f'exec:"{sys.executable}" -S ask.py')
    (tmp_path / "vigie.toml").write_text(f"[bot]\ncheck_timeout = {patient(20)}\nhealth_url = {command}")
    for token, code in (("from .env", 0), ("another", 1)):
        (tmp_path / ".env").write_text(f"TOKEN='{token}'\n")
        done = subprocess.run(
            [sys.executable, "-m", "vigie", "--lang", "en", "check"],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=patient(60),
        )
        assert done.returncode == code, done.stderr


@posix_only
def test_a_relative_path_starts_from_the_bots_directory(tmp_path: Path) -> None:
    """Wherever vigie itself was called."""
    script = tmp_path / "check it.sh"
    script.write_text("#!/bin/sh\nexit 0\n")
    script.chmod(0o755)
    assert outcome(ask(ask_command(["./check it.sh"], str(tmp_path)))) == (True, "exec-passed")
    assert outcome(ask_url(f"exec:{shlex.quote('./check it.sh')}", directory=str(tmp_path))) == (
        True,
        "exec-passed",
    )


@posix_only
def test_the_command_leads_a_session_of_its_own(tmp_path: Path) -> None:
    """A signal to our group does not reach it, and its group can be ended as a whole."""
    code = "import os; raise SystemExit(os.getsid(0) != os.getpid() or os.getpgrp() != os.getpid())"
    assert outcome(ask(ask_command(python(code), str(tmp_path)))) == (True, "exec-passed")


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        ("", "exec-empty"),
        ("   ", "exec-empty"),
        ('""', "exec-empty"),
        ('"never closed', "exec-quotes"),
        ([], "exec-empty"),
        (["a\0b"], "exec-control"),
        (["no-such-program-anywhere"], "exec-not-found"),
        (["./no-such-file"], "exec-not-found"),
        ([os.path.abspath(os.sep) + "no-such-directory/program"], "exec-not-found"),
    ],
)
def test_a_command_that_cannot_be_started_says_nothing_of_the_bot(
    tmp_path: Path, command: str | list[str], reason: str
) -> None:
    """Restarting the bot would not cure that."""
    assert outcome(ask(ask_command(command, str(tmp_path)))) == (None, reason)


@posix_only
def test_a_file_that_is_no_program_is_told_from_one_that_is_missing(tmp_path: Path) -> None:
    """No permission, no known format, a folder, an interpreter that is not there."""
    folder = str(tmp_path)
    for name, text, mode in (
        ("plain.txt", "hello\n", 0o644),
        ("garbage", "\x01\x02\n", 0o755),
        ("lost.py", "#!/no/such/interpreter\n", 0o755),
    ):
        path = tmp_path / name
        path.write_text(text)
        path.chmod(mode)
        assert outcome(ask(ask_command([f"./{name}"], folder))) == (None, "exec-not-executable")
    (tmp_path / "folder").mkdir()
    assert outcome(ask(ask_command(["./folder"], folder))) == (None, "exec-not-executable")


def test_a_missing_directory_is_told(tmp_path: Path) -> None:
    """Rather than the command being called missing."""
    missing = str(tmp_path / "missing")
    heard = ask(ask_command(python("pass"), missing))
    assert (outcome(heard), heard.values) == ((None, "exec-directory"), {"directory": missing})


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (OSError(24, "Too many open files"), "no-descriptors"),
        (OSError(12, "Cannot allocate memory"), "no-memory"),
        (OSError(7, "Argument list too long"), "exec-failed"),
    ],
)
def test_a_want_of_our_own_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: OSError, reason: str
) -> None:
    """The system's limits are not the bot's fault."""

    def refuse(*_args: object, **_options: object) -> None:
        raise error

    monkeypatch.setattr("vigie.probes.child.subprocess.Popen", refuse)
    assert outcome(ask(ask_command(["anything"], str(tmp_path)))) == (None, reason)


FAMILY = """
import os, subprocess, sys, time
inner = "import time; time.sleep(600)"
other = subprocess.Popen([sys.executable, "-S", "-c", inner])
with open("pids.tmp", "w") as file:
    file.write(f"{os.getpid()} {other.pid}")
os.rename("pids.tmp", "pids")
"""


def family(folder: Path) -> list[int]:
    """Return the pids that ``FAMILY`` wrote down."""

    def written() -> list[int]:
        try:
            return [int(word) for word in (folder / "pids").read_text().split()]
        except OSError:
            return []

    return until(written, what="the command has started its child")


def all_gone(pids: list[int]) -> None:
    """Wait until none of them lives."""
    for pid in pids:
        until(partial(gone, pid), what=f"{pid} is gone")


@pytest.mark.usefixtures("either_way")
def test_at_the_deadline_the_command_is_killed_with_all_that_it_started(tmp_path: Path) -> None:
    """Nothing of it stays behind."""
    probe = ask_command(python(FAMILY + "time.sleep(600)"), str(tmp_path))
    next(probe)
    pids = family(tmp_path)
    with pytest.raises(StopIteration) as end:
        probe.throw(DeadlinePassed(5))
    heard: Answer = end.value.value
    assert (outcome(heard), heard.values) == ((False, "timeout-exec"), {"seconds": 5})
    all_gone(pids)


@pytest.mark.usefixtures("either_way")
def test_closing_the_probe_kills_the_command_with_all_that_it_started(tmp_path: Path) -> None:
    """Ctrl-C leaves nothing running either."""
    probe = ask_command(python(FAMILY + "time.sleep(600)"), str(tmp_path))
    next(probe)
    pids = family(tmp_path)
    probe.close()
    all_gone(pids)


@posix_only
def test_what_a_command_leaves_behind_ends_with_it(tmp_path: Path) -> None:
    """Otherwise every interval would leave one more."""
    assert outcome(ask(ask_command(python(FAMILY), str(tmp_path)))) == (True, "exec-passed")
    all_gone(family(tmp_path))


@posix_only
def test_a_command_that_ignores_polite_signals_is_killed_all_the_same(tmp_path: Path) -> None:
    """The deadline holds for everybody."""
    code = "import signal, time\nfor n in (1, 2, 15): signal.signal(n, signal.SIG_IGN)\ntime.sleep(600)"
    assert outcome(ask(ask_command(python(code), str(tmp_path)), seconds=0.5)) == (False, "timeout-exec")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux gives a descriptor for a process")
def test_where_there_is_a_descriptor_nothing_is_polled(tmp_path: Path) -> None:
    """The probe wants exactly one thing: the end of the command."""
    probe = ask_command(python("import time; time.sleep(600)"), str(tmp_path))
    want = next(probe)
    probe.close()
    assert len(want.reading) == 1
    assert (want.writing, want.pause) == ((), None)


@pytest.mark.skipif(not hasattr(os, "waitid"), reason="without waitid the lost code cannot be noticed")
@posix_only
def test_an_exit_code_that_the_system_kept_to_itself_is_not_taken_for_success(tmp_path: Path) -> None:
    """A program that ignores SIGCHLD never hears its children's exit codes."""
    child_ended = signal.Signals["SIGCHLD"]
    before = signal.signal(child_ended, signal.SIG_IGN)
    try:
        assert outcome(ask(ask_command(python("raise SystemExit(1)"), str(tmp_path)))) == (
            None,
            "exec-unknown",
        )
    finally:
        signal.signal(child_ended, before)


@posix_only
def test_a_command_stuck_in_the_kernel_does_not_hold_us_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is reaped whenever it comes free; a killed process that does not die cannot be made on purpose."""
    monkeypatch.setattr("vigie.probes.child.REAP_LIMIT", 0.01)
    monkeypatch.setattr("vigie.probes.child.os.killpg", lambda _pid, _signal: None)
    release = str(tmp_path / "release")
    code = f"import os, time\nwhile not os.path.exists({release!r}): time.sleep(0.01)"
    before = children()
    began = time.monotonic()
    assert outcome(ask(ask_command(python(code), str(tmp_path)), seconds=0.05)) == (False, "timeout-exec")
    assert time.monotonic() - began < patient(1)
    (tmp_path / "release").touch()
    until(lambda: children() <= before, what="the thread has reaped it")
