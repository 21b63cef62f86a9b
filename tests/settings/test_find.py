"""Which folder is the project."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.settings.projects import told
from vigie.problems import UsageProblem
from vigie.settings import find_project


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Give a folder that holds a project ``here`` with a folder inside it, and four other folders."""
    for name in ("here/deep/deeper", "chosen", "variable", "beside", "bare/deep"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "here" / "vigie.toml").touch()
    return tmp_path


def test_the_option_wins_over_everything(tree: Path) -> None:
    """``--project`` is obeyed whatever else could be the project."""
    found = find_project("chosen", {"VIGIE_PROJECT": "variable"}, str(tree), str(tree / "beside"))
    assert found == str(tree / "chosen")


def test_then_the_variable(tree: Path) -> None:
    """``VIGIE_PROJECT`` wins over the folder of ``bot_monitor.py``."""
    assert find_project(None, {"VIGIE_PROJECT": "variable"}, str(tree), str(tree / "beside")) == str(
        tree / "variable"
    )


def test_then_the_folder_of_the_script(tree: Path) -> None:
    """``bot_monitor.py`` means the folder it lies in, even when started from inside another project."""
    assert find_project(None, {}, str(tree / "here"), str(tree / "beside")) == str(tree / "beside")


@pytest.mark.parametrize("cwd", ["here", "here/deep", "here/deep/deeper"])
def test_then_the_nearest_configured_folder(tree: Path, cwd: str) -> None:
    """From anywhere inside a project, the project is found."""
    assert find_project(None, {}, str(tree / cwd)) == str(tree / "here")


def test_the_nearer_of_two_configured_folders_wins(tree: Path) -> None:
    """A project inside a project is its own."""
    (tree / "here" / "deep" / "vigie.toml").touch()
    assert find_project(None, {}, str(tree / "here" / "deep" / "deeper")) == str(tree / "here" / "deep")


def test_else_the_current_folder(tree: Path) -> None:
    """Without any ``vigie.toml`` on the way up the current folder is the project."""
    assert find_project(None, {}, str(tree / "bare" / "deep")) == str(tree / "bare" / "deep")


@pytest.mark.parametrize("blank", ["", "  "])
def test_a_blank_variable_is_no_variable(tree: Path, blank: str) -> None:
    """``VIGIE_PROJECT=`` counts as unset."""
    assert find_project(None, {"VIGIE_PROJECT": blank}, str(tree / "bare")) == str(tree / "bare")


def test_the_home_folder_can_be_meant(tree: Path) -> None:
    """``~`` is the home folder, since no shell expands it in ``--project=~``."""
    assert find_project("~", {}, str(tree)) == os.path.expanduser("~")


@pytest.mark.parametrize(
    ("chosen", "environ", "words"),
    [
        ("nowhere", {}, ["--project", "'nowhere'", "does not exist"]),
        ("here/vigie.toml", {}, ["--project", "not a folder"]),
        ("", {}, ["--project", "''"]),
        (None, {"VIGIE_PROJECT": "nowhere"}, ["VIGIE_PROJECT", "'nowhere'", "does not exist"]),
    ],
)
def test_a_folder_that_is_not_there_is_named(
    tree: Path, chosen: str | None, environ: dict[str, str], words: list[str]
) -> None:
    """Who asked for the folder, which one, and what is wrong with it: all three are told."""
    with pytest.raises(UsageProblem) as caught:
        find_project(chosen, environ, str(tree))
    text = told(caught.value)
    assert all(word in text for word in words), text
