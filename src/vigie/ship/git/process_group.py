"""Runs one program in a process group of its own, with one deadline for everything it starts.

Ending only the program is not enough: ``git push`` leaves its ``ssh`` running when it alone is killed.
"""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time
from typing import IO, Any, NamedTuple

MAX_OUTPUT = 64 * 1024 * 1024
"""Bytes of standard output kept: a list of a million changed paths fits."""

MAX_COMPLAINTS = 64 * 1024
"""Bytes of standard error kept, the last ones: the end is where a program says why it gave up."""

GRACE = 3.0
"""Seconds between SIGTERM, at which git removes its lock files, and SIGKILL, at which it cannot."""


class Outcome(NamedTuple):
    """How a program ended. ``code`` is None when the deadline passed and the group was ended."""

    code: int | None
    out: bytes
    err: bytes
    cut: bool = False
    """More than ``MAX_OUTPUT`` was written to standard output: ``out`` is not whole."""


def run(
    command: tuple[str, ...], directory: str, environment: dict[str, str], stdin: bytes, deadline: float
) -> Outcome:
    """Run ``command`` to its end, at most ``deadline`` seconds long; raises ``OSError`` if it cannot start.

    Output goes to unnamed temporary files, not pipes: a hook may start something that lives on, and that
    must neither keep us waiting for its end nor die of a pipe nobody reads any more.
    """
    with _scratch() as given, _scratch() as out, _scratch() as err:
        given.write(stdin)
        given.seek(0)
        process = subprocess.Popen(
            command, cwd=directory, env=environment, stdin=given, stdout=out, stderr=err, **_APART
        )
        code: int | None
        try:
            code = _wait(process, deadline)
        except subprocess.TimeoutExpired:
            end(process)
            code = None
        except BaseException:
            end(process)
            raise
        out.seek(0)
        head = out.read(MAX_OUTPUT)
        return Outcome(code, head, _tail(err), cut=bool(out.read(1)))


def _scratch() -> IO[bytes]:
    """Return a file without a name, as ``tempfile.TemporaryFile`` does, whose import takes longer than a git."""
    if sys.platform == "linux":
        try:
            flags = os.O_TMPFILE | os.O_RDWR | os.O_CLOEXEC
            return os.fdopen(os.open(os.environ.get("TMPDIR") or "/tmp", flags, 0o600), "w+b")  # noqa: S108
        except OSError:  # not every file system knows such files
            pass
    from tempfile import TemporaryFile

    return TemporaryFile()


def _tail(file: IO[bytes]) -> bytes:
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - MAX_COMPLAINTS))
    return file.read(MAX_COMPLAINTS)


if sys.platform == "linux":

    def _wait(process: subprocess.Popen[bytes], seconds: float) -> int:
        """Wait for its end at once; ``Popen.wait`` looks again only every few milliseconds (subprocess.py)."""
        try:
            descriptor = os.pidfd_open(process.pid)
        except OSError:  # a kernel before 5.3, or no descriptor left
            return process.wait(seconds)
        try:
            waiting = select.poll()
            waiting.register(descriptor, select.POLLIN)
            if not waiting.poll(max(0.0, seconds) * 1000):
                raise subprocess.TimeoutExpired(process.args, seconds)
        finally:
            os.close(descriptor)
        return process.wait()

else:

    def _wait(process: subprocess.Popen[bytes], seconds: float) -> int:
        return process.wait(seconds)


if sys.platform == "win32":
    # Without a window of its own, and deaf to a Ctrl-C that is meant for us: we end the tree ourselves.
    _APART: dict[str, Any] = {
        "creationflags": subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW
    }

    def end(process: subprocess.Popen[bytes]) -> None:
        """End the program and all its descendants; Windows has no polite way without a shared console."""
        import psutil

        try:
            tree = psutil.Process(process.pid).children(recursive=True)
        except psutil.Error:
            tree = []
        process.kill()
        for descendant in tree:
            try:
                descendant.kill()
            except psutil.Error:
                pass
        psutil.wait_procs(tree, timeout=GRACE)
        process.wait()

else:
    # A session of its own has no terminal, so nothing in it can stop to ask a question.
    _APART: dict[str, Any] = {"start_new_session": True}

    def end(process: subprocess.Popen[bytes]) -> None:
        """End the whole group: SIGTERM, ``GRACE`` seconds, SIGKILL."""
        for number in (signal.SIGTERM, signal.SIGKILL):
            if not _signal(process.pid, number):
                break
            patience = time.monotonic() + GRACE
            while time.monotonic() < patience:
                process.poll()
                if not _signal(process.pid, 0) or _only_zombies(process.pid):
                    break
                time.sleep(0.01)
        process.wait()

    def _only_zombies(group: int) -> bool:
        """Whether all that is left of the group has ended, and only waits for a first process that is in no hurry.

        False where that cannot be told: ``/proc`` is Linux's (proc_pid_stat(5): state, parent, group).
        """
        try:
            names = os.listdir("/proc")
        except OSError:
            return False
        states = []
        for name in names:
            if name.isdecimal():
                try:
                    with open(f"/proc/{name}/stat", "rb") as file:
                        state, _parent, its_group = file.read().rpartition(b")")[2].split()[:3]
                except (OSError, ValueError):
                    continue
                if int(its_group) == group:
                    states.append(state)
        return bool(states) and all(state in (b"Z", b"X") for state in states)

    def _signal(group: int, number: int) -> bool:
        """Signal the group; False when nobody is left in it."""
        try:
            os.killpg(group, number)
        except ProcessLookupError:
            return False
        except PermissionError:
            # macOS says so of a group in which only zombies are left.
            return False
        return True
