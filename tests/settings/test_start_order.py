"""``after`` names bots that exist, and leads nobody back to himself."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.settings.projects import loaded, refused

URL = "health_url = 'none'"


def bots(**after: str) -> str:
    """Return a ``vigie.toml`` in which each bot waits for what is written."""
    return "\n".join(f"[bots.{name}]\n{URL}\nafter = {names}" for name, names in after.items())


def test_an_order_is_read(tmp_path: Path) -> None:
    """One name or a list, in any order of the tables."""
    project = loaded(tmp_path, bots(web='["db", "cache"]', cache="'db'", db="[]"))
    assert [bot.spec.after for bot in project.bots] == [("db", "cache"), ("db",), ()]


@pytest.mark.parametrize(
    ("toml", "line", "words"),
    [
        (bots(web="['dbb']", db="[]"), 3, ["bots.web.after", "'dbb'", "another bot: db"]),
        (f"[bot]\n{URL}\nafter = ['db']", 3, ["bot.after", "'db'", "no other bot"]),
        (bots(a="['a']"), 3, ["bots.a.after", "a circle: a -> a"]),
        (bots(a="['b']", b="['c']", c="['a']"), 3, ["bots.a.after", "a circle: a -> b -> c -> a"]),
        (bots(x="['b']", b="['c', 'd']", d="[]", c="['b']"), 6, ["bots.b.after", "a circle: b -> c -> b"]),
    ],
)
def test_an_order_that_cannot_be_kept_is_refused(
    tmp_path: Path, toml: str, line: int, words: list[str]
) -> None:
    """An unknown name and a circle are told with file, line and key."""
    text = refused(tmp_path, toml)
    assert f"vigie.toml, line {line}:" in text
    assert all(word in text for word in words), text
