"""``check`` must feel instant: reading the settings imports next to nothing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.settings.projects import write

HEAVY = (
    "argparse",
    "ast",
    "dataclasses",
    "difflib",
    "inspect",
    "json",
    "logging",
    "pathlib",
    "shlex",
    "subprocess",
    "tempfile",
    "tomllib",
    "urllib.parse",
)

SCRIPT = """
import sys
from vigie.settings import find_project, load, pick
project = load(find_project(None, {}, sys.argv[1]), {})
pick(project, [])
print(" ".join(sys.modules))
"""


def modules(folder: Path) -> set[str]:
    """Return what a fresh interpreter has imported after reading the project in ``folder``."""
    # -I and -S: no site packages, whose .pth files import things of their own.
    source = str(Path(__file__).parents[2] / "src")
    script = f"import sys; sys.path.insert(0, {source!r})\n{SCRIPT}"
    command = [sys.executable, "-I", "-S", "-c", script, str(folder)]
    return set(subprocess.run(command, check=True, capture_output=True, text=True).stdout.split())


@pytest.mark.parametrize("env", [None, "TOKEN='x'\nCHECK_INTERVAL=3\nPORT=9\n"])
def test_without_a_vigie_toml_nothing_heavy_is_imported(tmp_path: Path, env: str | None) -> None:
    """Neither for a bare folder nor for one with a ``.env``."""
    assert modules(write(tmp_path, env=env)).isdisjoint(HEAVY)


def test_a_bare_folder_needs_no_reader_of_anything(tmp_path: Path) -> None:
    """What reads values, files and addresses is left out when there are none."""
    own = {name for name in modules(tmp_path) if name.startswith("vigie.settings.")}
    assert own == {
        f"vigie.settings.{name}"
        for name in ("bot", "default_command", "find", "load", "project", "schema", "sources")
    }


@pytest.mark.skipif(sys.version_info < (3, 13), reason="typing itself imports re before 3.13")
def test_no_regular_expressions(tmp_path: Path) -> None:
    """The newest Pythons do without ``re``, and so do we."""
    assert "re" not in modules(write(tmp_path, env="TOKEN='x'\n"))
