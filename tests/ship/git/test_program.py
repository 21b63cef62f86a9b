"""Which git is run."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from vigie.problems import Failure
from vigie.ship.git.program import find_git

NAME = "git.exe" if sys.platform == "win32" else "git"


def pretend(folder: Path) -> Path:
    """Put a file that looks like git into a folder."""
    folder.mkdir(exist_ok=True)
    file = folder / NAME
    file.write_text("#!/bin/sh\nexit 0\n")
    file.chmod(0o755)
    return file


def test_the_first_git_on_the_path_is_taken(tmp_path: Path) -> None:
    """The path is absolute, so that no folder is searched again later."""
    first, second = pretend(tmp_path / "one"), pretend(tmp_path / "two")
    path = os.pathsep.join((str(tmp_path / "nowhere"), str(first.parent), str(second.parent)))
    assert find_git({"PATH": path}, str(tmp_path)) == str(first)


def test_a_git_in_the_project_is_never_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the current folder nor the project itself is searched: anybody can commit a file there."""
    project = pretend(tmp_path / "project").parent
    monkeypatch.chdir(project)
    path = os.pathsep.join(("", ".", str(project)))
    with pytest.raises(Failure) as caught:
        find_git({"PATH": path}, str(project))
    assert caught.value.key == "ship.git-missing"


@pytest.mark.skipif(sys.platform == "win32", reason="rights are POSIX")
def test_a_file_that_cannot_be_executed_is_passed_over(tmp_path: Path) -> None:
    """A note called ``git`` is no program."""
    pretend(tmp_path / "one").chmod(0o644)
    second = pretend(tmp_path / "two")
    path = os.pathsep.join((str(tmp_path / "one"), str(second.parent)))
    assert find_git({"PATH": path}, str(tmp_path / "project")) == str(second)
