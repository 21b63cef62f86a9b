"""Starts one program detached: own session, no shell, no terminal, output straight to its log.

It inherits the copy lock's descriptor and nothing else of ours: no other file, no ignored or blocked
signal, no environment but the one given.
"""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys

from vigie.engines import clean_signals, command_line
from vigie.engines.base import LaunchError, LaunchPlan

assert sys.platform != "win32", "LocalWindows starts its programs through a job object"  # noqa: S101  (mypy skips the rest there)

FULL = (errno.ENOSPC, errno.EDQUOT)
EXHAUSTED = (errno.EAGAIN, errno.ENOMEM, errno.EMFILE, errno.ENFILE)


def open_log(path: str) -> int:
    """Open a bot's log for appending, private to the user, its folder made if need be.

    Raises ``LaunchError``.
    """
    # not blocking, or a named pipe that nobody reads would hold us for ever
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NONBLOCK
    try:
        try:
            descriptor = os.open(path, flags, 0o600)
        except FileNotFoundError:
            os.makedirs(os.path.dirname(path) or ".", mode=0o700, exist_ok=True)
            descriptor = os.open(path, flags, 0o600)
    except OSError as error:
        raise file_problem("engine.log-not-writable", path, error) from None
    os.set_blocking(descriptor, True)
    return descriptor


def file_problem(key: str, path: str, error: OSError) -> LaunchError:
    """Return what to tell of a file of ours that could not be opened; ``key`` for want of a better reason."""
    if error.errno in FULL:
        return LaunchError("engine.disk-full", path=path)
    if error.errno in EXHAUSTED:
        return LaunchError("engine.no-resources", reason=reason(error))
    return LaunchError(key, path=path, reason=reason(error))


def reason(error: BaseException) -> str:
    """Return the system's own words, which name no value of the environment."""
    if isinstance(error, OSError) and error.errno is not None:
        return os.strerror(error.errno)
    return str(error) if isinstance(error, ValueError) else type(error).__name__


def refuse_what_cannot_run(plan: LaunchPlan) -> None:
    """Raise ``LaunchError`` for what would only fail inside the bot: no command, no such script."""
    if not plan.command or not plan.command[0]:
        raise LaunchError("engine.no-command")
    runs = command_line.understand(plan.command)
    if runs is None or runs.script is None or runs.module or not os.path.isdir(plan.directory):
        return
    if not os.path.exists(os.path.join(plan.directory, runs.script)) and _names_a_file(runs.script):
        raise LaunchError("engine.script-missing", script=runs.script, directory=plan.directory)


def spawn(plan: LaunchPlan, environment: dict[str, str], log: int, lock: int) -> int:
    """Start the program and return its number; the caller waits for it. Raises ``LaunchError``.

    ``subprocess`` uses vfork as long as nothing has to run in the child before the program, so that the
    cost does not grow with our own size (0.6 ms against 2.2).
    """
    try:
        with clean_signals.defaults():
            process = subprocess.Popen(
                plan.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=plan.directory,
                env=environment,
                close_fds=True,
                pass_fds=(lock,),
                start_new_session=True,
            )
    except (OSError, ValueError, TypeError, subprocess.SubprocessError) as error:
        raise explain(plan, error) from None
    # Popen would warn that the process still runs, and could reap it before we learn how it ended
    process.returncode = 0
    return process.pid


def undo(pid: int) -> None:
    """End and reap a child of ours that nobody will hear of, with its whole group."""
    try:
        os.killpg(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    except (ProcessLookupError, ChildProcessError):
        pass


def explain(plan: LaunchPlan, error: Exception) -> LaunchError:
    """Return what to tell of a program that could not be started."""
    command, code = plan.command[0], error.errno if isinstance(error, OSError) else None
    if not os.path.isdir(plan.directory) and code in (errno.ENOENT, errno.ENOTDIR):
        return LaunchError("engine.directory-missing", directory=plan.directory)
    if code in (errno.EACCES, errno.EPERM) and not os.access(plan.directory, os.X_OK):
        return LaunchError("engine.directory-closed", directory=plan.directory, reason=reason(error))
    forbidden = code in (errno.EACCES, errno.EPERM)
    if code in (errno.ENOENT, errno.ENOTDIR) or (forbidden and not _is_anywhere(plan, command)):
        if not os.path.dirname(command) and os.path.isfile(os.path.join(plan.directory, command)):
            return LaunchError("engine.command-in-directory", command=command)
        interpreter = _first_line_program(os.path.join(plan.directory, command))
        if interpreter:
            return LaunchError("engine.interpreter-missing", command=command, interpreter=interpreter)
        return LaunchError("engine.command-not-found", command=command)
    if forbidden or code == errno.ENOEXEC:
        return LaunchError("engine.not-executable", command=command)
    if code == errno.E2BIG:
        return LaunchError("engine.too-big")
    if code in FULL:
        return LaunchError("engine.disk-full", path=plan.directory)
    if code in EXHAUSTED:
        return LaunchError("engine.no-resources", reason=reason(error))
    return LaunchError("engine.spawn-failed", command=command, reason=reason(error))


def _is_anywhere(plan: LaunchPlan, command: str) -> bool:
    # a folder of PATH that may not be searched makes the system say "permission denied" of any name
    if os.path.dirname(command):
        return True
    folders = os.get_exec_path(plan.environment)
    return any(os.path.exists(os.path.join(plan.directory, folder, command)) for folder in folders)


def _names_a_file(script: str) -> bool:
    # node and others add an ending by themselves; a name that has one, or a folder, is meant as it stands
    return bool(os.path.splitext(script)[1])


def _first_line_program(path: str) -> str:
    try:
        with open(path, "rb") as file:
            line = file.readline(256)
    except OSError:
        return ""
    if not line.startswith(b"#!"):
        return ""
    return ascii(os.fsdecode(line[2:].strip(b" \t\n")).partition(" ")[0]).strip("'\"")
