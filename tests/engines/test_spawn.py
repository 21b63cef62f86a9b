"""What is told of a program that could not be started."""

from __future__ import annotations

import errno
import os
import subprocess
import sys

import pytest

from tests.fakes import plan_for
from vigie.engines import spawn
from vigie.engines.base import LaunchError
from vigie.messages import LANGUAGES, say

assert sys.platform != "win32"

CASES = [
    (FileNotFoundError(errno.ENOENT, "no", "bot"), "engine.command-not-found"),
    (NotADirectoryError(errno.ENOTDIR, "no", "bot"), "engine.command-not-found"),
    (OSError(errno.ENOEXEC, "no", "bot"), "engine.not-executable"),
    (OSError(errno.E2BIG, "no", "bot"), "engine.too-big"),
    (OSError(errno.ENOMEM, "no", "bot"), "engine.no-resources"),
    (BlockingIOError(errno.EAGAIN, "no", "bot"), "engine.no-resources"),
    (OSError(errno.EMFILE, "no", "bot"), "engine.no-resources"),
    (OSError(errno.ENOSPC, "no", "bot"), "engine.disk-full"),
    (OSError(errno.EIO, "no", "bot"), "engine.spawn-failed"),
    (ValueError("embedded null byte"), "engine.spawn-failed"),
    (TypeError("expected str"), "engine.spawn-failed"),
    (subprocess.SubprocessError("Exception occurred in preexec_fn."), "engine.spawn-failed"),
]


@pytest.mark.parametrize(
    ("error", "key"), CASES, ids=[f"{case[1]}-{number}" for number, case in enumerate(CASES)]
)
def test_every_failure_has_a_sentence(tmp_path: os.PathLike[str], error: Exception, key: str) -> None:
    """In both languages, with all the values it names, and with advice."""
    problem = spawn.explain(plan_for(os.fspath(tmp_path), "bot"), error)
    assert problem.key == key
    for language in LANGUAGES:
        assert say(language, problem.key, **problem.values)
        assert say(language, f"{problem.key}.hint", **problem.values)


@pytest.mark.parametrize(
    ("code", "key"),
    [
        (errno.ENOSPC, "engine.disk-full"),
        (errno.EDQUOT, "engine.disk-full"),
        (errno.EMFILE, "engine.no-resources"),
        (errno.EACCES, "engine.log-not-writable"),
        (errno.EROFS, "engine.log-not-writable"),
    ],
)
def test_a_file_of_ours_that_cannot_be_opened(code: int, key: str) -> None:
    """A full disk and a want of descriptors are told from a forbidden file."""
    problem = spawn.file_problem("engine.log-not-writable", "/x/bot.log", OSError(code, os.strerror(code)))
    assert problem.key == key
    assert all(say(language, key, **problem.values) for language in LANGUAGES)


@pytest.mark.parametrize(
    "command",
    [
        ("python", "-m", "mybot"),
        ("python", "-c", "print()"),
        ("node", "index"),
        ("./bot", "missing.cfg"),
        ("python",),
    ],
)
def test_only_a_script_that_is_surely_missing_is_refused(
    tmp_path: os.PathLike[str], command: tuple[str, ...]
) -> None:
    """Modules, code, names that the interpreter completes, and other programs' files are not judged."""
    spawn.refuse_what_cannot_run(plan_for(os.fspath(tmp_path), *command))


def test_a_missing_script_is_refused(tmp_path: os.PathLike[str]) -> None:
    """It is named with its folder."""
    with pytest.raises(LaunchError) as problem:
        spawn.refuse_what_cannot_run(plan_for(os.fspath(tmp_path), "python", "start.py"))
    assert problem.value.key == "engine.script-missing"


def test_a_secret_in_the_environment_is_in_no_reason() -> None:
    """The system's words and Python's name no value."""
    try:
        os.fsencode("secret\ud800")
    except UnicodeEncodeError as error:
        assert "secret" not in spawn.reason(error)
