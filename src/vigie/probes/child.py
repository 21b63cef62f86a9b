"""The short-lived process of a health command: started, watched, and ended with all that it started.

A check that leaves processes behind would otherwise leave some at every interval.
"""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from collections.abc import Mapping

from vigie.probes.failures import OF_OURS, Trouble

REAP_LIMIT = 1.0
"""Seconds to wait for a killed command to be gone; only one stuck in the kernel takes longer."""

NOT_FOUND = (errno.ENOENT, errno.ENOTDIR)
NOT_EXECUTABLE = (errno.EACCES, errno.EPERM, errno.ENOEXEC, errno.EISDIR)
WINDOWS_NO_PROGRAM = 193
"""ERROR_BAD_EXE_FORMAT."""


def started(
    words: list[str], directory: str, environment: Mapping[str, str] | None = None
) -> subprocess.Popen[bytes]:
    """Start the command in ``directory``, in a session of its own; raises ``Trouble``.

    ``environment`` is added to our own, where it is the weaker of the two.
    """
    program = words[0]
    if os.path.dirname(program):
        # a relative path means the bot's directory; Windows by itself would look in ours
        program = os.path.join(os.path.abspath(directory), program)
    flags = 0
    if sys.platform == "win32":
        flags = subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW
    try:
        return subprocess.Popen(
            [program, *words[1:]],
            cwd=directory,
            env={**environment, **os.environ} if environment else None,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # means nothing to Windows
            creationflags=flags,
        )
    except ValueError:
        raise Trouble("exec-control", well=None) from None
    except OSError as error:
        raise _trouble(error, program, directory) from None


def _trouble(error: OSError, program: str, directory: str) -> Trouble:
    """Whatever kept the command from starting says nothing of the bot."""
    if error.filename == directory or not os.path.isdir(directory):
        return Trouble("exec-directory", well=None, directory=directory)
    if error.errno in NOT_FOUND and not os.path.exists(program):
        return Trouble("exec-not-found", well=None, program=program)
    if error.errno in (*NOT_FOUND, *NOT_EXECUTABLE) or getattr(error, "winerror", None) == WINDOWS_NO_PROGRAM:
        return Trouble("exec-not-executable", well=None, program=program)
    number = error.errno or 0
    if number in OF_OURS:
        return Trouble(OF_OURS[number], well=None)
    return Trouble("exec-failed", well=None, detail=errno.errorcode.get(number, type(error).__name__))


def descriptor_of_end(pid: int) -> int:
    """Return a descriptor that becomes readable when our child ``pid`` ends, or -1 where there is none."""
    if sys.platform == "linux":
        try:
            return os.pidfd_open(pid)
        except OSError:
            pass  # an old kernel, a sandbox, or no descriptor left
    return -1


def has_ended(process: subprocess.Popen[bytes]) -> bool:
    """Whether the command is over. It is not reaped yet where the system allows: its number stays its own."""
    if sys.platform != "win32" and hasattr(os, "waitid"):
        try:
            return os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
        except ChildProcessError:
            return True
    return process.poll() is not None


def end_all(process: subprocess.Popen[bytes]) -> int | None:
    """Kill the command and all that it started, and return its exit code, minus the signal that ended it.

    None when somebody else collected the code: a host process that ignores SIGCHLD makes the system do that.
    """
    if sys.platform == "win32":
        _end_tree(process)
    elif process.returncode is None:
        over = False
        try:
            if hasattr(os, "waitid"):
                over = os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
        except ChildProcessError:
            # its number may be another process's by now, and so may its group's
            process.returncode = 0
            return None
        if not over:
            from vigie.probes.offspring import kill_offspring

            # as long as it lives, its children are known by it; stopped, it starts no more of them
            _to_group(process.pid, signal.SIGSTOP)
            kill_offspring(process.pid)
        _to_group(process.pid, signal.SIGKILL)
    return _reaped(process)


def _to_group(pid: int, number: int) -> None:
    if sys.platform != "win32":
        try:
            os.killpg(pid, number)
        except (ProcessLookupError, PermissionError):
            pass  # nothing left; macOS says "not permitted" of a group whose members are all dead


def _end_tree(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is not None:
        return
    import psutil

    try:
        family = psutil.Process(process.pid).children(recursive=True)
    except psutil.Error:
        family = []
    process.kill()
    for one in family:
        try:
            one.kill()
        except psutil.Error:
            pass


def _reaped(process: subprocess.Popen[bytes]) -> int | None:
    try:
        return process.wait(REAP_LIMIT)
    except subprocess.TimeoutExpired:
        import threading

        # stuck in the kernel (a dead network drive): it is reaped whenever it comes free
        threading.Thread(target=process.wait, daemon=True).start()
        return None
