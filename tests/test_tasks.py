"""The task file: each word does what it says, in the environment that the lock file names."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import venv

import pytest

import tasks

FAKE_PYTEST = """
import sys
print("called with", *sys.argv[1:])
print("==== 1 failed in 0.01s ====")
sys.exit(3)
"""


@pytest.fixture
def copy(tmp_path: object) -> str:
    """A folder that holds a copy of the task file and of what it reads."""
    folder = os.path.join(str(tmp_path), "a copy")
    os.mkdir(folder)
    for name in ("tasks.py", "requirements.lock", "pyproject.toml"):
        shutil.copy(os.path.join(tasks.ROOT, name), folder)
    return folder


@pytest.fixture
def filled(copy: str) -> str:
    """The same with an environment that counts as filled, in which pytest only says how it was called."""
    home = os.path.join(copy, ".venv")
    venv.create(home, symlinks=os.name != "nt")
    ask = [sys.executable, "-c", "import tasks; print(tasks.fingerprint(), end='')"]
    fingerprint = subprocess.run(ask, cwd=copy, check=True, capture_output=True, text=True).stdout
    with open(os.path.join(home, "filled-from"), "w", encoding="utf-8") as file:
        file.write(fingerprint)
    site = sysconfig.get_path("purelib", vars={"base": home})
    with open(os.path.join(site, "pytest.py"), "w", encoding="utf-8") as file:
        file.write(FAKE_PYTEST)
    return copy


def run(folder: str, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the copy's task file from elsewhere."""
    return subprocess.run(
        [sys.executable, os.path.join(folder, "tasks.py"), *words],
        cwd=os.path.dirname(folder),
        env={**os.environ, **environment},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


@pytest.mark.parametrize("words", [(), ("tests",), ("--help",)])
def test_an_unknown_word_is_answered_with_the_words_there_are(copy: str, words: tuple[str, ...]) -> None:
    """Exit 2, every word with what it does, and nothing is installed."""
    done = run(copy, *words)
    assert done.returncode == 2
    for word in ("test", "lint", "types", "docs", "all", "demo", "lock"):
        assert f"\n  {word:6} " in done.stderr
    assert not os.path.exists(os.path.join(copy, ".venv"))


@pytest.mark.slow
def test_the_last_line_and_the_exit_code_are_those_of_pytest(filled: str) -> None:
    """Nothing is printed after pytest's closing line, and its exit code is passed on."""
    done = run(filled, "test")
    assert done.returncode == 3
    assert done.stdout.splitlines()[-1] == "==== 1 failed in 0.01s ===="
    assert "called with -n auto" in done.stdout


@pytest.mark.slow
def test_further_words_go_to_pytest(filled: str) -> None:
    """Whoever names tests gets those, in one process."""
    assert "called with tests/core -k story\n" in run(filled, "test", "tests/core", "-k", "story").stdout


@pytest.mark.slow
def test_an_environment_filled_from_another_lock_file_is_filled_again(filled: str) -> None:
    """When the lock file changes the environment is filled anew; here that fails, and no test is run."""
    with open(os.path.join(filled, "requirements.lock"), "w", encoding="utf-8") as file:
        file.write("nothing-of-this-name==1.0\n")
    done = run(filled, "test", PIP_NO_INDEX="1", PIP_FIND_LINKS=filled)
    assert done.returncode not in (0, 3)
    assert "called with" not in done.stdout


def test_a_python_that_cannot_make_an_environment_is_told_what_to_install(copy: str) -> None:
    """Debian keeps ensurepip in a package of its own: its name is said, and nothing is left half made."""
    os.mkdir(os.path.join(copy, "without"))
    with open(os.path.join(copy, "without", "ensurepip.py"), "w", encoding="utf-8") as file:
        file.write("raise ImportError\n")
    done = run(copy, "test", PYTHONPATH=os.path.join(copy, "without"))
    assert done.returncode == 1
    assert "apt install python3-venv" in done.stderr
    assert not os.path.exists(os.path.join(copy, ".venv"))


def test_the_lock_word_needs_its_tool(copy: str) -> None:
    """Without uv it says what to install."""
    done = run(copy, "lock", PATH=copy)
    assert done.returncode == 1
    assert "pip install uv" in done.stderr


def test_every_platform_is_type_checked() -> None:
    """The three systems that vigie runs on."""
    assert set(tasks.PLATFORMS) == {"linux", "win32", "darwin"}
