"""What is said is also written, and a listener that is gone or full harms nobody."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from vigie.cli.journal import logged, quietly, unless_told_later
from vigie.cli.output import Output

Line = tuple[str, str]


def test_each_line_is_logged_and_passed_on(tmp_path: Path) -> None:
    """In the language of the command."""
    heard: list[Line] = []
    speak = logged(str(tmp_path), Output("fr"), lambda tag, key, _values: heard.append((tag, key)))
    speak("OK", "check.running", {"bot": "bot"})
    assert heard == [("OK", "check.running")]
    log = (tmp_path / "logs" / "bot_monitor.log").read_text(encoding="utf-8-sig")
    assert log.endswith("] INFO     [OK] Bot en cours d'exécution\n")


def test_a_project_that_was_moved_does_not_come_back_as_a_folder_with_a_log(tmp_path: Path) -> None:
    """The line is still said."""
    heard: list[str] = []
    gone = tmp_path / "gone"
    logged(str(gone), Output("en"), lambda _tag, key, _values: heard.append(key))("OK", "check.running", {})
    assert heard == ["check.running"]
    assert not gone.exists()


@pytest.mark.parametrize("error", [BrokenPipeError(), OSError(28, "full"), ValueError("closed")])
def test_a_listener_that_is_gone_harms_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    """Logged all the same; from then on standard output leads nowhere, and what it held back is lost quietly."""

    def broken(_tag: str, _key: str, _values: Mapping[str, object]) -> None:
        raise error

    with open(tmp_path / "terminal", "w", encoding="utf-8") as terminal:
        monkeypatch.setattr(sys, "stdout", terminal)
        logged(str(tmp_path), Output("en"), broken)("OK", "check.running", {})
        terminal.write("to nobody")
        terminal.flush()
        assert os.path.samestat(os.fstat(terminal.fileno()), os.stat(os.devnull))
    assert (tmp_path / "terminal").read_text() == ""
    assert "Bot is running" in (tmp_path / "logs" / "bot_monitor.log").read_text(encoding="utf-8-sig")


def test_without_a_standard_output_nothing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """Started with it closed, or as a Windows service."""
    heard: list[str] = []

    def hear(_tag: str, key: str, _values: Mapping[str, object]) -> None:
        heard.append(key)
        raise OSError

    monkeypatch.setattr(sys, "stdout", None)
    quietly(hear)("OK", "check.running", {})
    assert heard == []
    monkeypatch.setattr(sys, "stdout", object())
    quietly(hear)("OK", "check.running", {})
    assert heard == ["check.running"]


def test_a_command_leaves_to_its_end_why_a_launch_failed() -> None:
    """There it is told once, with what to do about it; everything else is told as it happens."""
    heard: list[Line] = []
    speak = unless_told_later(lambda tag, key, _values: heard.append((tag, key)))
    for line in (("ERROR", "engine.port-taken"), ("ERROR", "runtime.exited"), ("WARNING", "engine.x")):
        speak(*line, {})
    assert heard == [("ERROR", "runtime.exited"), ("WARNING", "engine.x")]
