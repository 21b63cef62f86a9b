"""From a command and an environment to what CreateProcessW takes: program, command line, environment block.

Pure apart from looking whether files exist, so all of it is checked on any system.

A program is looked for by us, never by Windows, whose search begins with the current folder: there a file
that somebody dropped would win over the real program. Batch files (``npm.cmd`` is one) are run by cmd.exe,
which is a shell with quoting rules of its own that no quoting can satisfy for every argument (CVE-2024-24576
and its kin): it gets only arguments in which it can find nothing to interpret; others are refused.
"""

from __future__ import annotations

import ntpath
import os
from collections.abc import Callable, Mapping, Sequence

from vigie.engines.base import LaunchError

PROGRAMS = (".com", ".exe")
BATCH_FILES = (".bat", ".cmd")

INTERPRETED = '"%&|<>^!\r\n'
"""Characters that cmd.exe or a batch file that hands its arguments on could take for its own."""

LONGEST_LINE = 32_766
"""Characters of a command line ("CreateProcessW", lpCommandLine, without the closing NUL)."""

NEEDED = "SYSTEMROOT"
"""Without it a Windows program has no sockets and Python no source of chance."""


def find_program(
    name: str,
    directory: str,
    environment: Mapping[str, str],
    is_file: Callable[[str], bool] = os.path.isfile,
) -> str | None:
    """Return the file that ``name`` means, or None.

    With a separator in it, ``name`` is a path, a relative one from ``directory``. Without, it is looked for
    in the PATH of ``environment``, in absolute folders only.
    """
    endings = (*PROGRAMS, *BATCH_FILES)
    names = [name] if name.lower().endswith(endings) else [*(name + ending for ending in endings), name]
    if any(separator in name for separator in "/\\:"):
        folders = [directory]
    else:
        search = next((value for key, value in environment.items() if key.upper() == "PATH"), "")
        folders = [folder for part in search.split(";") if _is_absolute(folder := part.strip().strip('"'))]
    for folder in folders:
        for candidate in names:
            path = ntpath.normpath(ntpath.join(folder, candidate))
            if is_file(path):
                return path
    return None


def is_batch_file(program: str) -> bool:
    """Whether cmd.exe has to run it."""
    return program.lower().rstrip(". ").endswith(BATCH_FILES)


def command_line(program: str, arguments: Sequence[str]) -> str:
    """Return the line from which the C runtime of ``program`` reads ``arguments`` as they are."""
    from subprocess import list2cmdline

    return _bounded(list2cmdline([program, *arguments]))


def batch_line(shell: str, program: str, arguments: Sequence[str]) -> str:
    """Return the line with which cmd.exe (``shell``) runs a batch file.

    Raises ``LaunchError`` when it could find something of its own in a word. ``/d``: no commands from the
    registry first; ``/v:off``: no ``!``; ``/s``: the outer quotes go, the inner ones stay.
    """
    suspects = [*(character for character in '"%' if character in program)]
    suspects += [character for character in INTERPRETED if any(character in word for word in arguments)]
    if suspects:
        raise LaunchError(
            "engine.batch-argument", command=ntpath.basename(program), character=repr(suspects[0])
        )
    words = " ".join(_quoted(word) for word in (program, *arguments))
    return _bounded(f'"{shell}" /d /e:on /v:off /s /c "{words}"')


def environment_block(environment: Mapping[str, str], fallback: Mapping[str, str]) -> str:
    """Return the variables as CreateProcessW wants them: sorted without regard to case, each ended by NUL.

    Two names that differ only in case are one variable for Windows: the later one counts. What Windows
    cannot do without comes from ``fallback``. Raises ``LaunchError`` for a name or value that would end
    early; it never shows the value.
    """
    variables: dict[str, tuple[str, str]] = {}
    for name, value in environment.items():
        if not name or "=" in name[1:] or "\0" in name or "\0" in value:
            raise LaunchError("engine.bad-variable", variable=name.replace("\0", "?"))
        variables[name.upper()] = (name, value)
    if NEEDED not in variables and NEEDED in fallback:
        variables[NEEDED] = (NEEDED, fallback[NEEDED])
    ordered = (variables[key] for key in sorted(variables))
    return "".join(f"{name}={value}\0" for name, value in ordered) + "\0"


def _is_absolute(folder: str) -> bool:
    drive, rest = ntpath.splitdrive(folder)
    return bool(drive) and rest[:1] in ("\\", "/")


def _quoted(word: str) -> str:
    # a backslash before the closing quote would escape it for the program that the batch file calls
    end = len(word) - len(word.rstrip("\\"))
    return f'"{word}{word[len(word) - end :]}"'


def _bounded(line: str) -> str:
    if len(line) > LONGEST_LINE:
        raise LaunchError("engine.too-big")
    return line
