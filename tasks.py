#!/usr/bin/env python3
"""The words of this house: ``python tasks.py test``, or ``lint types docs all``, and ``demo`` and ``lock``.

The first time, a virtual environment ``.venv`` is made beside this file and filled with exactly what
``requirements.lock`` names. Afterwards nothing is downloaded until that file changes. Standard library only.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys

ROOT = os.path.dirname(os.path.abspath(__file__))
VENV = os.path.join(ROOT, ".venv")
PYTHON = (
    os.path.join(VENV, "Scripts", "python.exe") if os.name == "nt" else os.path.join(VENV, "bin", "python")
)
LOCK = os.path.join(ROOT, "requirements.lock")
STAMP = os.path.join(VENV, "filled-from")

OLDEST = (3, 11)

# More processes than this only wait for each other: many tests start processes of their own.
IN_PARALLEL = ("-n", "auto", "--maxprocesses", "8", "--dist", "loadgroup")

PLATFORMS = ("linux", "win32", "darwin")


def main(words: list[str]) -> int:
    """Do what the first word says with the further words; return the exit code, 2 for an unknown word."""
    if sys.version_info < OLDEST:
        print(
            f"Python 3.11 or newer is needed; this is {sys.version.split()[0]} ({sys.executable}).",
            file=sys.stderr,
        )
        return 1
    if not words or words[0] not in WORDS:
        print("usage: python tasks.py WORD [...]\n", file=sys.stderr)
        for word, (task, _) in WORDS.items():
            print(f"  {word:6} {task.__doc__}", file=sys.stderr)
        return 2
    task, needs_environment = WORDS[words[0]]
    if needs_environment and (problem := fill_environment()):
        return problem
    return task(words[1:])


def fill_environment() -> int:
    """Make ``.venv`` hold what the lock file names, and this project; return 0, or what failed returned."""
    wanted = fingerprint()
    if os.path.isfile(STAMP):
        with open(STAMP, encoding="utf-8") as file:
            if file.read() == wanted:
                return 0
    if not has_pip():
        try:
            import ensurepip  # noqa: F401
        except ImportError:
            print(
                "This Python cannot make a virtual environment: it lacks ensurepip.\n"
                "On Debian and Ubuntu: apt install python3-venv",
                file=sys.stderr,
            )
            return 1
        if code := run(sys.executable, "-m", "venv", VENV):
            return code
    pip = (PYTHON, "-m", "pip", "--disable-pip-version-check", "install", "--quiet")
    if code := run(*pip, "--require-hashes", "-r", LOCK):
        return code
    if code := run(*pip, "--no-deps", "--no-build-isolation", "--editable", ROOT):
        return code
    with open(STAMP, "w", encoding="utf-8") as file:
        file.write(wanted)
    return 0


def has_pip() -> bool:
    """Tell whether ``.venv`` can be filled; one whose making was interrupted cannot."""
    quiet = subprocess.DEVNULL
    asked = (PYTHON, "-m", "pip", "--version")
    return os.path.isfile(PYTHON) and subprocess.call(asked, stdout=quiet, stderr=quiet) == 0


def fingerprint() -> str:
    """Return what the environment depends on: the lock file, and how the project is installed."""
    digest = hashlib.sha256(ROOT.encode())
    for path in (LOCK, os.path.join(ROOT, "pyproject.toml")):
        with open(path, "rb") as file:
            digest.update(file.read())
    return digest.hexdigest()


def run(*command: str) -> int:
    """Run a command in the project's folder and return its exit code."""
    return subprocess.call(command, cwd=ROOT)


def every(*commands: tuple[str, ...]) -> int:
    """Run all of them, whatever fails; return the first exit code that is not 0."""
    return next(filter(None, [run(*command) for command in commands]), 0)


def test(words: list[str]) -> int:
    """all tests; further words go to pytest, which then runs in one process"""
    return run(PYTHON, "-m", "pytest", *(words or IN_PARALLEL))


def lint(_: list[str]) -> int:
    """style, formatting, and which room may know which"""
    ruff = (PYTHON, "-m", "ruff")
    imports = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    return every((*ruff, "check", "."), (*ruff, "format", "--check", "."), (PYTHON, "-c", imports))


def types(_: list[str]) -> int:
    """types, as Linux, Windows and macOS see them"""
    return every(*((PYTHON, "-m", "mypy", "--platform", platform) for platform in PLATFORMS))


def docs(words: list[str]) -> int:
    """that what the documents say is true"""
    return run(PYTHON, "-m", "pytest", os.path.join("tests", "docs"), *words)


def everything(_: list[str]) -> int:
    """lint, types and test (docs are among the tests)"""
    codes = [task([]) for task in (lint, types, test)]
    return next(filter(None, codes), 0)


def demo(words: list[str]) -> int:
    """a bot is killed, frozen and made ill, and comes back each time"""
    return run(PYTHON, "-m", "vigie", "demo", *words)


def lock(words: list[str]) -> int:
    """write requirements.lock anew (needs uv); --upgrade for newer versions"""
    uv = shutil.which("uv")
    if uv is None:
        print("uv is needed for this: python -m pip install uv", file=sys.stderr)
        return 1
    what = ("pyproject.toml", "--group", "dev", "--universal", "--python-version", ".".join(map(str, OLDEST)))
    how = (
        "--generate-hashes",
        "--no-annotate",
        "--no-config",
        "--quiet",
        "--output-file",
        "requirements.lock",
    )
    return run(uv, "pip", "compile", *what, *how, "--custom-compile-command", "python tasks.py lock", *words)


WORDS = {
    "test": (test, True),
    "lint": (lint, True),
    "types": (types, True),
    "docs": (docs, True),
    "all": (everything, True),
    "demo": (demo, True),
    "lock": (lock, False),
}
"""Each word, what it does, and whether it needs the environment."""


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
