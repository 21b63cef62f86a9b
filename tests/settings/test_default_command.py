"""Which program the bot is when nobody says."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from vigie.settings.default_command import default_command


def make_environment(folder: Path, name: str, windows: bool = False) -> str:
    """Put a virtual environment's Python there and return its path."""
    python = folder / name / ("Scripts/python.exe" if windows else "bin/python")
    python.parent.mkdir(parents=True)
    python.touch()
    return str(python)


@pytest.mark.parametrize("windows", [False, True])
@pytest.mark.parametrize("name", [".venv", "venv", "env"])
def test_the_projects_own_python_is_preferred(tmp_path: Path, name: str, windows: bool) -> None:
    """Under each of its usual names, on each system."""
    python = make_environment(tmp_path, name, windows)
    assert default_command((str(tmp_path),), windows) == (python, "start.py")


def test_without_one_the_running_python_is_taken(tmp_path: Path) -> None:
    """Also when what is there has no Python for this system."""
    make_environment(tmp_path, ".venv", windows=True)
    (tmp_path / "env").write_text("TOKEN=1")
    assert default_command((str(tmp_path),), windows=False) == (sys.executable, "start.py")


def test_the_bots_folder_comes_before_the_projects(tmp_path: Path) -> None:
    """Two bots in one project can each have an environment of their own."""
    bot = tmp_path / "bot"
    make_environment(tmp_path, ".venv")
    own = make_environment(bot, "env")
    assert default_command((str(bot), str(tmp_path)), windows=False) == (own, "start.py")


def test_a_python_that_does_not_know_where_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An embedded Python has no path of its own: the name alone is left for the launch to look up."""
    monkeypatch.setattr(sys, "executable", "")
    assert default_command((str(tmp_path),)) == ("python", "start.py")
