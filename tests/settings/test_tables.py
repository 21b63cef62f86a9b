"""The tables of ``vigie.toml`` and the keys in them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.settings.projects import loaded, refused


@pytest.mark.parametrize(
    ("toml", "line", "words"),
    [
        ("[bot]\nchek_interval = 3", 2, ["'chek_interval'", "[bot]", "Did you mean check_interval?"]),
        ("[bots.a]\n\nhealth-url = 'none'", 3, ["[bots.a]", "Did you mean health_url?"]),
        ("[ship]\nrolback = true", 2, ["[ship]", "Did you mean rollback?"]),
        ("[ship]\ncolour = 1", 2, ["[ship]", "restart, rollback"]),
        ("[bott]", 1, ["main table", "Did you mean bot?"]),
        ("langage = 'fr'", 1, ["Did you mean language?"]),
        ("check_interval = 3", 1, ["check_interval belongs under [bot]"]),
        ("[bot]\nrollback = true", 2, ["rollback belongs under [ship]"]),
        ("[bot]\nlanguage = 'fr'", 2, ["language belongs at the beginning"]),
        ("[bot]\nname = 'x'", 2, ["'name'", "command, directory"]),
        ("[bots]\ncommand = 'x s3cr3t'", 2, ["'command'", "[bots]", "[bots.NAME]"]),
        ('"a\\u001bb" = 1', 1, ["'a\\x1bb'"]),
    ],
)
def test_an_unknown_key_is_told_with_the_one_meant(
    tmp_path: Path, toml: str, line: int, words: list[str]
) -> None:
    """File, line, key, table; then the nearest known key, or where it belongs, or what is known there."""
    text = refused(tmp_path, toml)
    assert f"vigie.toml, line {line}:" in text
    assert all(word in text for word in words), text
    assert "s3cr3t" not in text


@pytest.mark.parametrize("name", ["bot", "bots", "ship"])
def test_a_table_must_be_a_table(tmp_path: Path, name: str) -> None:
    """A number in the place of a table is refused."""
    assert f"a table, written [{name}]" in refused(tmp_path, f"{name} = 3")


def test_a_list_of_tables_is_no_table(tmp_path: Path) -> None:
    """``[[bot]]`` is a slip that TOML allows."""
    assert "bot is [{...}]" in refused(tmp_path, "[[bot]]\ncommand = 'x'")


def test_one_or_several_not_both(tmp_path: Path) -> None:
    """``[bot]`` and ``[bots]`` together leave open which is meant."""
    text = refused(tmp_path, "[bot]\n[bots.a]")
    assert "line 2" in text
    assert "cannot stand together" in text


def test_an_empty_list_of_bots_is_a_slip(tmp_path: Path) -> None:
    """``[bots]`` without any bot in it is told."""
    assert "no bot in [bots]" in refused(tmp_path, "[bots]")


def test_dotted_and_inline_tables_are_tables_too(tmp_path: Path) -> None:
    """However TOML lets people write it."""
    project = loaded(tmp_path, "bot.check_interval = 3\nship = { restart = 'never' }")
    assert project.bots[0].spec.check_interval == 3
    assert project.ship.restart == "never"
