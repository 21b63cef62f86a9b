"""The files that are copied into a bot's folder: found in a source checkout, and in an installed wheel."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile

import pytest

from vigie.cli import template_files
from vigie.cli.template_files import read_template
from vigie.problems import Failure

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

AT_THE_ROOT = ("bot_monitor.py", "commit_and_restart.ps1", "examples/echo_bot/start.py")
IN_THE_PACKAGE = ("vigie.fr.toml", "vigie.en.toml", "auto-restart.fr.yml", "auto-restart.en.yml", "gitignore")


@pytest.mark.parametrize("name", AT_THE_ROOT)
def test_from_its_sources_the_files_of_the_repository_are_used(name: str) -> None:
    """There is one copy of each, and it is that one."""
    with open(os.path.join(ROOT, name), "rb") as file:
        assert read_template(name) == file.read()
    assert not os.path.exists(os.path.join(template_files.TEMPLATES, name))


def test_a_file_that_is_not_there_is_an_incomplete_installation() -> None:
    """It is said which one, and where it was looked for."""
    with pytest.raises(Failure) as caught:
        read_template("absent.toml")
    assert caught.value.key == "init.incomplete-install"
    assert caught.value.values == {"name": "absent.toml", "folder": template_files.TEMPLATES}


@pytest.mark.slow
def test_an_installed_wheel_has_them_all(tmp_path: object) -> None:
    """Built as for a release and unpacked elsewhere, vigie prepares a folder with no repository around it."""
    out, site, bot = (os.path.join(str(tmp_path), name) for name in ("out", "site", "bot"))
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", out],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    with zipfile.ZipFile(os.path.join(out, os.listdir(out)[0])) as wheel:
        wheel.extractall(site)
    os.mkdir(bot)
    program = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from vigie.cli.init import initialise\n"
        "from vigie.cli.template_files import TEMPLATES, read_template\n"
        "assert TEMPLATES.startswith(sys.argv[1]), TEMPLATES\n"
        "print(*(one.what for one in initialise(sys.argv[2], 'fr')))\n"
        "read_template('examples/echo_bot/start.py')\n"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", program, site, bot], check=True, capture_output=True, text=True
    )
    assert done.stdout.split() == ["created"] * 5
    for name in ("bot_monitor.py", "commit_and_restart.ps1"):
        with open(os.path.join(ROOT, name), "rb") as source, open(os.path.join(bot, name), "rb") as copy:
            assert copy.read() == source.read()
    packaged = os.path.join(site, "vigie", "cli", "templates")
    for name in (*AT_THE_ROOT, *IN_THE_PACKAGE):
        assert os.path.isfile(os.path.join(packaged, name)), name
