"""The whole project: several bots, language, shipping, secrets."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.settings.projects import loaded, refused, write
from vigie.settings import ShipSettings, load

TWO = "[bots.music]\nhealth_url = 'none'\n[bots.chat]\nhealth_url = 'http://localhost:2/'\n"


def test_a_bare_folder_is_a_project(tmp_path: Path) -> None:
    """No file is needed."""
    project = loaded(tmp_path)
    assert project.root == str(tmp_path)
    assert project.config_path is None
    assert project.language is None
    assert project.ship == ShipSettings("if-down", False)
    assert [bot.environment for bot in project.bots] == [{}]


def test_an_empty_file_changes_nothing(tmp_path: Path) -> None:
    """An empty ``vigie.toml`` and an empty ``.env`` are as good as none, but for the path."""
    bare = loaded(tmp_path)
    assert loaded(tmp_path, "", "") == bare._replace(config_path=str(tmp_path / "vigie.toml"))


def test_several_bots_keep_their_order_and_their_own_settings(tmp_path: Path) -> None:
    """Each table is one bot; what the environment says for all holds for all."""
    project = loaded(tmp_path, TWO + "check_interval = 7", environ={"CHECK_TIMEOUT": "2"})
    assert [bot.spec.name for bot in project.bots] == ["music", "chat"]
    assert [bot.spec.check_interval for bot in project.bots] == [30, 7]
    assert [bot.spec.check_timeout for bot in project.bots] == [2, 2]


@pytest.mark.parametrize("variable", ["BOT_COMMAND", "HEALTH_CHECK_URL"])
def test_a_variable_that_cannot_say_which_bot_is_refused(tmp_path: Path, variable: str) -> None:
    """One address or command for two bots would be wrong for one of them, wherever it comes from."""
    text = refused(tmp_path, TWO, environ={variable: "none"})
    assert f"Environment variable {variable}" in text
    assert "music, chat" in text
    assert "[bots.music]" in text
    assert f"line 1, variable {variable}" in refused(tmp_path, TWO, f"{variable}=none")


def test_ports_that_bots_read_themselves_are_left_to_them(tmp_path: Path) -> None:
    """``PORT`` and ``HEALTH_PORT`` move nothing where there are several bots."""
    project = loaded(tmp_path, TWO, "PORT=9\nHEALTH_PORT=8", {"HEALTH_PORT": "7"})
    assert [bot.spec.health_url for bot in project.bots] == ["none", "http://localhost:2/"]


def test_one_address_cannot_answer_for_two_bots(tmp_path: Path) -> None:
    """The dead one would look alive; also when both only have the default."""
    text = refused(tmp_path, "[bots.a]\n[bots.b]\n")
    assert "line 2: b and a have the same health address" in text
    text = refused(tmp_path, "[bots.a]\n[bots.b]\nhealth_url = 'http://localhost:8003/health'\n")
    assert "line 3: b and a" in text


def test_bots_without_an_address_can_be_many(tmp_path: Path) -> None:
    """``none`` is no address to share."""
    assert len(loaded(tmp_path, "[bots.a]\nhealth_url='none'\n[bots.b]\nhealth_url='none'\n").bots) == 2


@pytest.mark.parametrize(
    ("toml", "env", "environ", "language"),
    [
        ("language = 'fr'", None, {}, "fr"),
        ("language = 'fr'", "VIGIE_LANG=en", {}, "en"),
        ("language = 'fr'", "VIGIE_LANG=en", {"VIGIE_LANG": "FR"}, "fr"),
        ("language = 'fr'", None, {"VIGIE_LANG": ""}, "fr"),
    ],
)
def test_the_language_somebody_chose(
    tmp_path: Path, toml: str, env: str | None, environ: dict[str, str], language: str
) -> None:
    """The same order of strength as for every setting."""
    assert loaded(tmp_path, toml, env, environ).language == language


def test_how_it_ships(tmp_path: Path) -> None:
    """``[ship]`` is read, each key alone or both."""
    assert loaded(tmp_path, "[ship]\nrollback = true").ship == ShipSettings("if-down", True)
    assert loaded(tmp_path, "[ship]\nrestart = 'always'\nrollback = false").ship == ShipSettings(
        "always", False
    )


def test_the_bot_gets_its_env_file_and_nobody_sees_it(tmp_path: Path) -> None:
    """All of ``.env`` goes to the bot; printing bot or project shows none of it, nor of the environment."""
    project = loaded(tmp_path, None, "TOKEN='s3cr3t'\nCHECK_INTERVAL=2", {"OTHER": "s3cr3t"})
    assert project.bots[0].environment == {"TOKEN": "s3cr3t", "CHECK_INTERVAL": "2"}
    assert "s3cr3t" not in f"{project!r} {project} {project.bots[0]!r} {project.bots[0].environment}"


def test_a_virtual_environment_called_dot_env_is_no_file(tmp_path: Path) -> None:
    """Some people's ``.env`` is a folder."""
    (tmp_path / ".env").mkdir()
    assert loaded(tmp_path).bots[0].environment == {}


def test_a_folder_called_vigie_toml_is_told(tmp_path: Path) -> None:
    """There is no other use for that name."""
    (tmp_path / "vigie.toml").mkdir()
    assert "it is a folder" in refused(tmp_path)


@pytest.mark.parametrize("name", ["vigie.toml", ".env"])
def test_text_in_another_encoding_is_told(tmp_path: Path, name: str) -> None:
    """Latin-1 and PowerShell's UTF-16 are named, with what to do."""
    for content in ("# caf\xe9\n".encode("latin-1"), "# x\n".encode("utf-16")):
        (tmp_path / name).write_bytes(content)
        text = refused(tmp_path)
        assert f"{name}, line 1: the file is not UTF-8" in text
        assert "Set-Content" in text


def test_reading_changes_nothing(tmp_path: Path) -> None:
    """Loading writes no file and leaves the environment alone."""
    write(tmp_path, TWO, "TOKEN=1")
    before, environ = sorted(os.listdir(tmp_path)), dict(os.environ)
    load(str(tmp_path), os.environ)
    assert sorted(os.listdir(tmp_path)) == before
    assert dict(os.environ) == environ
