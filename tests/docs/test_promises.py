"""What the documents promise is true: verbs, settings, files, links, the map of the house."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import vigie
from vigie import messages
from vigie.cli.arguments import OPTIONS
from vigie.settings import schema

ROOT = Path(__file__).parents[2]
PACKAGE = Path(vigie.__file__).parent
READMES = ("README.md", "README.fr.md")
DOCUMENTS = sorted(
    path for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("examples/*/*.md")]
)


def read(name: str) -> str:
    """Return a document's text."""
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", READMES)
@pytest.mark.parametrize("verb", OPTIONS)
def test_every_verb_is_explained_in_both_readmes(name: str, verb: str) -> None:
    """A person finds each command in their own language."""
    assert f"vigie {verb}" in read(name)


@pytest.mark.parametrize("language", messages.LANGUAGES)
@pytest.mark.parametrize("verb", OPTIONS)
def test_every_verb_is_on_the_help_page(language: str, verb: str) -> None:
    """``vigie --help`` names them all, in both languages."""
    assert re.search(rf"^  {verb} ", messages.say(language, "cli.help"), re.MULTILINE)


@pytest.mark.parametrize("template", ["vigie.fr.toml", "vigie.en.toml"])
@pytest.mark.parametrize(
    "setting", [*schema.BOT, *schema.SHIP, schema.LANGUAGE], ids=lambda setting: setting.name
)
def test_every_setting_stands_in_the_commented_file(template: str, setting: schema.Setting) -> None:
    """What can be set can be found in the file that ``vigie init`` writes."""
    text = (PACKAGE / "cli" / "templates" / template).read_text(encoding="utf-8")
    assert re.search(rf"^#\s*{setting.name}\s*=", text, re.MULTILINE), setting.name


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_inside_the_repository_leads_somewhere(document: Path) -> None:
    """No dead link."""
    for target in re.findall(r"\]\(([^)#]+)\)", document.read_text(encoding="utf-8")):
        if "://" not in target:
            assert (document.parent / target).exists(), target


def test_the_map_of_the_house_is_the_one_that_is_checked() -> None:
    """Every room of the map exists, and every room is on the map and on a floor."""
    with open(ROOT / "pyproject.toml", "rb") as file:
        layers = tomllib.load(file)["tool"]["importlinter"]["contracts"][0]["layers"]
    floors = {room.strip().removeprefix("vigie.") for layer in layers for room in layer.split("|")}
    rooms = {
        path.stem if path.is_file() else path.name
        for path in PACKAGE.iterdir()
        if (path.is_dir() and (path / "__init__.py").exists()) or path.suffix == ".py"
    } - {"__init__", "__main__"}
    assert floors == rooms
    drawn = read("docs/architecture.md")
    for room in rooms:
        assert re.search(rf"^  {room}[/.]", drawn, re.MULTILINE), room


def test_files_named_in_the_architecture_exist() -> None:
    """``room/file`` in backquotes is a file of that room."""
    for room, name in re.findall(r"`([a-z]+)/([a-z_]+)(?:\.py)?`", read("docs/architecture.md")):
        if (PACKAGE / room).is_dir():
            assert (PACKAGE / room / f"{name}.py").exists(), f"{room}/{name}"


def test_the_floors_are_kept() -> None:
    """An arrow may only point down."""
    done = subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(PACKAGE.parent)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_nothing_names_a_registry_or_a_path_of_one_machine() -> None:
    """The project can be read and built by anybody."""
    tracked = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout.split("\0")
    dot = "."
    hosts = [
        f"pypi{dot}org",
        f"pythonhosted{dot}org",
        f"npmjs{dot}org",
        f"deb{dot}debian{dot}org",
        "/" + "root/",
    ]
    for name in filter(None, tracked):
        path = ROOT / name
        if path.is_file():
            text = path.read_text(encoding="utf-8", errors="replace")
            assert not [host for host in hosts if host in text], name
