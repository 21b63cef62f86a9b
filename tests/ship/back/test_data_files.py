"""Which files are a bot's own, by their names."""

from __future__ import annotations

import pytest

from vigie.ship.back.data_files import is_data


@pytest.mark.parametrize(
    "path",
    [
        "data.json",
        "a/points.JSON",
        "bot.db",
        "x.sqlite3",
        "bot.db-wal",
        "save.pkl",
        "users.csv",
        "me.session",
    ],
)
def test_what_bots_write(path: str) -> None:
    """Points, balances, sessions, databases."""
    assert is_data(path)


@pytest.mark.parametrize(
    "path",
    [
        *(
            "bot.py",
            "requirements.txt",
            "config.json",
            "a/bot_settings.json",
            "package.json",
            "package-lock.json",
        ),
        *(
            "pyproject.toml",
            "vigie.toml",
            "tsconfig.base.json",
            "manifest.json",
            "lang.yaml",
            "json",
            "data.json.py",
        ),
    ],
)
def test_what_belongs_to_a_version(path: str) -> None:
    """Code, settings, packages."""
    assert not is_data(path)
