"""Whether changed Python files compile, so that a syntax error never takes a healthy bot down.

The Python that runs the bot is asked, because it alone knows its grammar: it may be older than ours, or
newer. It compiles in a process of its own, one for all files; nothing of theirs is run. Ours is asked only
where no other can be, or where it is the very same program and the question is too small to start another.
"""

from __future__ import annotations

import os
import sys
import warnings
from typing import NamedTuple

PYTHON = (".py", ".pyw")

LIMIT = 60.0
"""Seconds for the bot's own Python to compile what has changed; a thousand files take a few."""

_COMPILE = r"""
import sys, warnings
warnings.simplefilter("ignore")
def tell(*words):
    line = "\t".join(str(word) for word in words)
    sys.stdout.buffer.write(line.encode("ascii", "backslashreplace").replace(b"\n", b" ") + b"\n")
for number, path in enumerate(sys.stdin.buffer.read().split(b"\0")):
    try:
        with open(path, "rb") as file:
            source = file.read()
        compile(source, "code", "exec", dont_inherit=True)
    except OSError:
        continue
    except SyntaxError as error:
        tell("fault", number, error.lineno or 0, error.msg)
        break
    except Exception as error:
        tell("fault", number, 0, str(error) or type(error).__name__)
        break
tell("done")
"""


class Fault(NamedTuple):
    """What is wrong with a file; ``line`` is 0 where no line can be named."""

    path: str
    line: int
    what: str


def is_python(path: str) -> bool:
    """Whether the file's name says that it is Python."""
    return path.lower().endswith(PYTHON)


def first_fault(paths: list[str], command: tuple[str, ...], directory: str) -> Fault | None:
    """Return the first fault among the Python files of ``paths``, None when all of them compile.

    A file that is gone has no fault. Takes up to ``LIMIT`` seconds: not for the loop.
    """
    python = [path for path in paths if is_python(path)]
    if not python:
        return None
    told = _ask(interpreter(command, directory), python, directory)
    if told is None:
        return next((fault for path in python if (fault := syntax_fault(path)) is not None), None)
    return told[0] if told else None


def interpreter(command: tuple[str, ...], directory: str) -> list[str]:
    """Return the words that start the bot's Python, or our own where the command names none."""
    name = os.path.basename(command[0]).lower() if command else ""
    if name in ("py", "py.exe"):
        return [command[0], *(word for word in command[1:2] if word[:1] == "-" and word[1:2].isdigit())]
    if not name.startswith(("python", "pypy")):
        return [sys.executable]
    if os.path.dirname(command[0]):
        return [os.path.join(os.path.abspath(directory), command[0])]
    return [command[0]]


def is_our_own(python: list[str]) -> bool:
    """Whether this is the program we run in: a virtual environment's Python is a link to the one it was made of.

    A copy, a launcher or a name to be looked up does not count, though it may well be the same.
    """
    if len(python) != 1 or not os.path.isabs(python[0]):
        return False
    if python[0] == sys.executable:
        return True
    return os.path.realpath(python[0]) == os.path.realpath(sys.executable)


def _ask(python: list[str], paths: list[str], directory: str) -> list[Fault] | None:
    """Return the first fault that this Python finds, none when all is well, None when it cannot tell."""
    from vigie.ship.git.process_group import run

    given = b"\0".join(os.fsencode(path) for path in paths)
    try:
        answer = run((*python, "-I", "-S", "-c", _COMPILE), directory, dict(os.environ), given, LIMIT)
    except (OSError, ValueError):
        return None
    lines = answer.out.decode("ascii", "replace").split("\n")
    if answer.code is None or "done" not in (line.strip() for line in lines):
        return None
    for line in lines:
        words = line.strip().split("\t")
        if words[0] == "fault" and len(words) == 4:
            return [Fault(paths[int(words[1])], int(words[2]), words[3])]
    return []


def syntax_fault(path: str) -> Fault | None:
    """Return what our own Python finds wrong with a file, None when it compiles."""
    try:
        with open(path, "rb") as file:
            source = file.read()
    except OSError:
        return None  # removed meanwhile
    return source_fault(path, source)


def source_fault(path: str, source: bytes) -> Fault | None:
    """Return what our own Python finds wrong with this content of a file, None when it compiles."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an odd escape is the author's business, and no fault
            compile(source, path, "exec", dont_inherit=True)
    except SyntaxError as error:
        return Fault(path, error.lineno or 0, error.msg)
    except (ValueError, OverflowError, RecursionError, MemoryError) as error:
        return Fault(path, 0, str(error) or type(error).__name__)  # null bytes, or nested beyond all measure
    return None
