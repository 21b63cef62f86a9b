"""What a bot may be called."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.settings.projects import loaded, refused


@pytest.mark.parametrize("name", ["music", "Music_2", "a", "0", "a-b", "_", "console", "com", "x" * 64])
def test_plain_names_are_welcome(tmp_path: Path, name: str) -> None:
    """Letters, digits, dash and underscore."""
    assert loaded(tmp_path, f"[bots.{name}]").bots[0].spec.name == name


@pytest.mark.parametrize(
    "name", ["", "-x", "a b", "é", "a/b", "..", "a.b", "x" * 65, "a\\u0000", "\\u001b[31m"]
)
def test_names_that_make_bad_file_names_are_refused(tmp_path: Path, name: str) -> None:
    """The line is told, the name, and what a name may hold."""
    text = refused(tmp_path, f'\n[bots."{name}"]')
    assert "line 2" in text
    assert "letters without accents" in text
    assert "\x1b" not in text


@pytest.mark.parametrize("name", ["con", "NUL", "Com1", "lpt9", "aux", "bot_monitor"])
def test_names_that_are_taken_are_refused(tmp_path: Path, name: str) -> None:
    """Windows opens devices under some names, and one log is the monitor's own."""
    assert "reserved" in refused(tmp_path, f"[bots.{name}]")


def test_names_that_are_one_file_elsewhere_are_refused(tmp_path: Path) -> None:
    """On Windows and macOS ``Music.log`` and ``music.log`` are the same file."""
    text = refused(tmp_path, "[bots.Music]\nhealth_url='none'\n[bots.music]\nhealth_url='none'")
    assert "line 3" in text
    assert "'music'" in text
    assert "Music" in text
