"""One program, one deadline for it and all it starts."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from tests.waiting import patient, until
from vigie.ship.git import process_group
from vigie.ship.git.process_group import end, run

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX")


def python(*lines: str) -> tuple[str, ...]:
    """Return the command that runs these lines."""
    return (sys.executable, "-c", "\n".join(lines))


def is_gone(pid: int) -> bool:
    """Whether a process ended; one that nobody reaped yet has ended too."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def run_here(command: tuple[str, ...], stdin: bytes = b"", deadline: float = 30.0) -> process_group.Outcome:
    """Run in the current folder with the current environment."""
    return run(command, os.curdir, dict(os.environ), stdin, patient(deadline))


def test_code_and_both_outputs_come_back() -> None:
    """Exit code, standard output and standard error are told apart."""
    outcome = run_here(python("import sys", "print('out')", "print('err', file=sys.stderr)", "sys.exit(3)"))
    assert outcome.code == 3
    assert outcome.out.strip() == b"out"
    assert outcome.err.strip() == b"err"
    assert not outcome.cut


def test_standard_input_holds_what_was_given_and_then_ends() -> None:
    """The program reads the bytes given and never waits for a person."""
    outcome = run_here(python("import sys", "print(sys.stdin.buffer.read())"), stdin=b"a\0\xff")
    assert outcome.out.strip() == b"b'a\\x00\\xff'"


def test_output_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """A flood costs no memory: the head of the output and the tail of the complaints are kept."""
    monkeypatch.setattr(process_group, "MAX_OUTPUT", 10)
    monkeypatch.setattr(process_group, "MAX_COMPLAINTS", 4)
    script = ("import sys", "sys.stdout.write('0123456789abc')", "sys.stderr.write('first last')")
    outcome = run_here(python(*script))
    assert outcome.out == b"0123456789" and outcome.cut
    assert outcome.err == b"last"


def test_a_program_that_cannot_start_raises() -> None:
    """A folder that does not exist is the caller's to explain."""
    with pytest.raises(OSError, match="nowhere"):
        run(python(""), "/nowhere", dict(os.environ), b"", 1.0)


def test_what_a_program_leaves_behind_is_neither_waited_for_nor_harmed(tmp_path: Path) -> None:
    """A hook may start something that lives on with our output in its hands."""
    pid_file, go, done = tmp_path / "pid", tmp_path / "go", tmp_path / "done"
    child = (
        "import os, sys, time",
        f"open({str(pid_file)!r}, 'w').write(str(os.getpid()))",
        f"while not os.path.exists({str(go)!r}): time.sleep(0.01)",
        "print('still writing', flush=True)",
        f"open({str(done)!r}, 'w').close()",
    )
    parent = python("import subprocess, sys", f"subprocess.Popen({[*python(*child)]!r})")
    outcome = run_here(parent)
    assert outcome.code == 0
    go.touch()
    until(done.exists)
    until(lambda: is_gone(int(pid_file.read_text())))


def test_deadline_ends_the_program() -> None:
    """When time is over there is no code, and nobody waits any longer."""
    outcome = run(python("import time", "time.sleep(600)"), os.curdir, dict(os.environ), b"", 0.3)
    assert outcome.code is None


@POSIX
def test_nothing_of_the_group_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ending ends all that was started, even what ignores the polite signal."""
    monkeypatch.setattr(process_group, "GRACE", 0.2)
    pids = tmp_path / "pids"
    script = f"trap '' TERM; sleep 600 & echo $! $$ > {pids}.new; mv {pids}.new {pids}; wait; sleep 600"
    process = subprocess.Popen(("/bin/sh", "-c", script), start_new_session=True)
    until(pids.exists)
    end(process)
    started = [int(word) for word in pids.read_text().split()]
    assert len(started) == 2
    until(lambda: all(is_gone(pid) for pid in started))


@POSIX
def test_polite_signal_comes_first(tmp_path: Path) -> None:
    """A program that cleans up when asked has the time to do so: git removes its locks."""
    cleaned, ready = tmp_path / "cleaned", tmp_path / "ready"
    script = f"trap 'echo yes > {cleaned}; exit 1' TERM; echo > {ready}; while :; do sleep 0.05; done"
    process = subprocess.Popen(("/bin/sh", "-c", script), start_new_session=True)
    until(ready.exists)
    end(process)
    assert cleaned.read_text() == "yes\n"
    assert process.returncode == 1


@POSIX
def test_runs_in_a_session_of_its_own_without_a_terminal() -> None:
    """Nothing can open the terminal to ask a question, and Ctrl-C is ours to pass on."""
    outcome = run_here(python("import os", "print(os.getsid(0) == os.getpid())"))
    assert outcome.out.strip() == b"True"


def test_a_temporary_folder_that_is_gone_is_done_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Output has a place all the same, and no file of ours is left anywhere."""
    monkeypatch.setenv("TMPDIR", str(tmp_path / "gone"))
    assert run_here(python("print('out')")).out.strip() == b"out"
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    assert run_here(python("print('out')"), stdin=b"x").out.strip() == b"out"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform != "linux", reason="descriptors of processes are Linux's")
def test_a_kernel_without_process_descriptors_will_do(monkeypatch: pytest.MonkeyPatch) -> None:
    """Or one that has none left to give: waited for as elsewhere, deadline included."""

    def none_left(_pid: int) -> int:
        raise OSError(24, "Too many open files")

    monkeypatch.setattr(os, "pidfd_open", none_left)
    assert run_here(python("import sys", "sys.exit(3)")).code == 3
    assert run(python("import time", "time.sleep(600)"), os.curdir, dict(os.environ), b"", 0.3).code is None


@pytest.mark.skipif(sys.platform != "linux", reason="descriptors are counted in /proc")
def test_no_descriptor_is_left_open() -> None:
    """Neither after an end nor after a deadline."""
    run_here(python(""))
    before = len(os.listdir("/proc/self/fd"))
    run_here(python(""))
    run(python("import time", "time.sleep(600)"), os.curdir, dict(os.environ), b"", 0.2)
    assert len(os.listdir("/proc/self/fd")) == before
