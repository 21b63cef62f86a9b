"""From a plan to a running bot: what cannot run is refused first, and every failure has its sentence."""

from __future__ import annotations

import os
import sys

from vigie.engines import _winapi, command_line, windows_command
from vigie.engines import windows_handle as handles
from vigie.engines import windows_leftovers as leftovers
from vigie.engines import windows_spawn as spawning
from vigie.engines.base import LaunchError, LaunchPlan

assert sys.platform == "win32", "LocalPosix has spawn"  # noqa: S101  (mypy skips the rest elsewhere)

FULL = (_winapi.ERROR_DISK_FULL, _winapi.ERROR_HANDLE_DISK_FULL)
EXHAUSTED = (
    _winapi.ERROR_NOT_ENOUGH_MEMORY,
    _winapi.ERROR_OUTOFMEMORY,
    _winapi.ERROR_COMMITMENT_LIMIT,
    _winapi.ERROR_NO_SYSTEM_RESOURCES,
)
NOT_EXECUTABLE = (
    _winapi.ERROR_ACCESS_DENIED,
    _winapi.ERROR_BAD_EXE_FORMAT,
    _winapi.ERROR_EXE_MACHINE_TYPE_MISMATCH,
    _winapi.ERROR_ELEVATION_REQUIRED,
)

APPEND = (
    _winapi.FILE_APPEND_DATA  # and not FILE_WRITE_DATA: whatever is written goes to the end, whoever writes
    | _winapi.FILE_READ_ATTRIBUTES
    | _winapi.FILE_WRITE_ATTRIBUTES
    | _winapi.SYNCHRONIZE
)


def refuse_what_cannot_run(plan: LaunchPlan) -> None:
    """Raise ``LaunchError`` for what would fail anyway: no command, no folder, no such script."""
    if not plan.command or not plan.command[0]:
        raise LaunchError("engine.no-command")
    if not os.path.isdir(plan.directory):
        raise LaunchError("engine.directory-missing", directory=plan.directory)
    runs = command_line.understand(plan.command)
    if runs is None or runs.script is None or runs.module:
        return
    # node and others add an ending by themselves; a name that has one is meant as it stands
    named = bool(os.path.splitext(runs.script)[1])
    if named and not os.path.exists(os.path.join(plan.directory, runs.script)):
        raise LaunchError("engine.script-missing", script=runs.script, directory=plan.directory)


def prepare(plan: LaunchPlan) -> tuple[str, str, str]:
    """Return the program's file, its command line and its environment. Raises ``LaunchError``."""
    command, arguments = plan.command[0], plan.command[1:]
    program = windows_command.find_program(command, plan.directory, plan.environment)
    if program is None:
        if windows_command.find_program(f".\\{command}", plan.directory, plan.environment) is not None:
            raise LaunchError("engine.command-in-directory", command=command)
        raise LaunchError("engine.command-not-found", command=command)
    block = windows_command.environment_block(
        {**plan.environment, leftovers.VARIABLE: leftovers.new_mark(plan.lock_path)}, os.environ
    )
    if windows_command.is_batch_file(program):
        shell = os.path.join(_system_folder(), "cmd.exe")
        return shell, windows_command.batch_line(shell, program, arguments), block
    return program, windows_command.command_line(program, arguments), block


def run(plan: LaunchPlan, lock: handles.Handle, job: handles.Handle) -> handles.Handle:
    """Start the bot in ``job`` with ``lock`` as its input and return its process. Raises ``LaunchError``."""
    program, line, block = prepare(plan)
    with _open_log(plan.log_path) as log:
        try:
            return spawning.spawn(spawning.Start(program, line, plan.directory, block, lock, log, job))
        except OSError as error:
            raise explain(plan, error) from None


def file_problem(key: str, path: str, error: OSError) -> LaunchError:
    """Return what to tell of a file of ours that could not be opened; ``key`` for want of a better reason."""
    if error.winerror in FULL:
        return LaunchError("engine.disk-full", path=path)
    if error.winerror in EXHAUSTED:
        return LaunchError("engine.no-resources", reason=reason(error))
    return LaunchError(key, path=path, reason=reason(error))


def explain(plan: LaunchPlan, error: OSError) -> LaunchError:
    """Return what to tell of a program that could not be started."""
    command, code = plan.command[0], error.winerror
    if code in (_winapi.ERROR_DIRECTORY, _winapi.ERROR_INVALID_NAME):
        return LaunchError("engine.directory-missing", directory=plan.directory)
    if code in (_winapi.ERROR_FILE_NOT_FOUND, _winapi.ERROR_PATH_NOT_FOUND):
        return LaunchError("engine.command-not-found", command=command)
    if code in NOT_EXECUTABLE:
        return LaunchError("engine.not-executable", command=command)
    if code == _winapi.ERROR_FILENAME_EXCED_RANGE:
        return LaunchError("engine.too-big")
    if code in FULL:
        return LaunchError("engine.disk-full", path=plan.directory)
    if code in EXHAUSTED:
        return LaunchError("engine.no-resources", reason=reason(error))
    return LaunchError("engine.spawn-failed", command=command, reason=reason(error))


def reason(error: OSError) -> str:
    """Return Windows' own words, which name no value of the environment."""
    return _winapi.explain(error.winerror) if error.winerror else os.strerror(error.errno or 0)


def _open_log(path: str) -> handles.Handle:
    share = _winapi.FILE_SHARE_READ | _winapi.FILE_SHARE_WRITE | _winapi.FILE_SHARE_DELETE
    try:
        os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
        return handles.open_file(path, APPEND, share, create=True, inherit=True)
    except OSError as error:
        raise file_problem("engine.log-not-writable", path, error) from None


def _system_folder() -> str:
    import ctypes

    # asked of the system, not of the environment: COMSPEC could name any program
    answer = ctypes.create_unicode_buffer(_winapi.MAX_PATH)
    _winapi.GetSystemDirectoryW(answer, len(answer))
    return answer.value
