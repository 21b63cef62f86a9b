"""Whether a changed Python file compiles, so that a syntax error never takes a healthy bot down."""

from __future__ import annotations

import os
import subprocess
import sys
import warnings

LIMIT = 10.0
"""Seconds for the bot's own Python to compile one file."""

_COMPILE = """
import sys, warnings
warnings.simplefilter("ignore")
try:
    with open(sys.argv[1], "rb") as file:
        compile(file.read(), sys.argv[1], "exec", dont_inherit=True)
except SyntaxError:
    sys.exit(9)
"""

WELL = 0


def fault_for_the_bot(path: str, command: tuple[str, ...]) -> tuple[int, str] | None:
    """Return the line and the complaint when the bot's Python would not compile the file, else None.

    Ours is asked first. Where it complains, the bot's own may know a newer grammar: it has the last word.
    """
    fault = syntax_fault(path)
    if fault is None or not command or not _is_another_python(command[0]):
        return fault
    try:
        done = subprocess.run(
            [command[0], "-I", "-c", _COMPILE, path],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=LIMIT,
            check=False,
        )
    except (OSError, subprocess.SubprocessError):
        return fault
    return None if done.returncode == WELL else fault


def syntax_fault(path: str) -> tuple[int, str] | None:
    """Return the line and the complaint when a Python file does not compile with our Python, else None."""
    try:
        with open(path, "rb") as file:
            source = file.read()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an odd escape is the author's business, and no fault
            compile(source, path, "exec", dont_inherit=True)
    except SyntaxError as error:
        return error.lineno or 0, error.msg
    except (ValueError, OverflowError, RecursionError, MemoryError) as error:
        return 0, str(error) or type(error).__name__  # null bytes, or nested beyond all measure
    except OSError:
        return None  # removed meanwhile
    return None


def _is_another_python(program: str) -> bool:
    name = os.path.basename(program).lower()
    return name.startswith(("python", "py.exe")) and os.path.realpath(program) != os.path.realpath(
        sys.executable
    )
