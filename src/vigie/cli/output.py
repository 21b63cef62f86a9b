"""Lines ``[TAG] text`` for people, one JSON object for programs; never a letter a console cannot print."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import TextIO

from vigie.messages import say

COLOURS = {
    "OK": "32",
    "STATUS": "1",
    "CHECK": "36",
    "INFO": "36",
    "MONITOR": "36",
    "START": "32",
    "STOP": "33",
    "RESTART": "33",
    "WARNING": "33",
    "ERROR": "31",
}
"""Tags, the same in both languages, with their colour on a terminal."""

LOUD = ("WARNING", "ERROR")
"""What ``--quiet`` still lets through."""


class Output:
    """Where a command speaks: standard output for results, standard error for complaints."""

    def __init__(self, language: str, quiet: bool = False, as_json: bool = False) -> None:
        """``as_json``: nothing but one object on standard output."""
        self.language = language
        self.as_json = as_json
        self.single = True
        """Whether the project has one bot; with several, each line begins with the bot's name."""
        self._quiet = quiet

    def line(self, tag: str, key: str, values: Mapping[str, object]) -> None:
        """Print one line, unless only JSON or nothing is wanted; a bot's last words follow their sentence."""
        if self.as_json or (self._quiet and tag not in LOUD):
            return
        self._print(sys.stdout, tag, self.text(key, values))
        words = values.get("lines")
        if isinstance(words, list):
            for line in words:
                _write(sys.stdout, f"    {line}")

    def said(self, tag: str, text: str) -> None:
        """Print one line whose sentence has been put into words already."""
        if not self.as_json and (tag in LOUD or not self._quiet):
            self._print(sys.stdout, tag, text)

    def text(self, key: str, values: Mapping[str, object]) -> str:
        """Return a sentence, with the bot's name before it where there are several."""
        words = say(self.language, key, **values)
        return words if self.single or "bot" not in values else f"{values['bot']}: {words}"

    def plain(self, text: str) -> None:
        """Print text that has no tag: a table, a log line, a help page."""
        if not self.as_json:
            _write(sys.stdout, text)

    def complain(self, tag: str, text: str) -> None:
        """Print one line to standard error."""
        self._print(sys.stderr, tag, text)

    def complain_plain(self, text: str) -> None:
        """Print a line without a tag to standard error: what belongs to the complaint before it."""
        _write(sys.stderr, text)

    def json(self, value: object) -> None:
        """Print the one JSON object."""
        import json

        _write(sys.stdout, json.dumps(value, ensure_ascii=True, allow_nan=False))

    def _print(self, stream: TextIO | None, tag: str, text: str) -> None:
        if has_colour(stream):
            _write(stream, f"\x1b[{COLOURS.get(tag, '0')}m[{tag}]\x1b[0m {text}")
        else:
            _write(stream, f"[{tag}] {text}")


def prepare_streams() -> None:
    """Make sure that no letter a console does not know can end a command."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def _write(stream: TextIO | None, text: str) -> None:
    """Write a line; a stream that is closed, full or read by nobody changes nothing about what was done."""
    if stream is None:
        return  # started with a closed standard output, as pythonw.exe starts everything
    try:
        stream.write(text + "\n")
        stream.flush()
    except (OSError, ValueError):
        _silence(stream)


def _silence(stream: TextIO) -> None:
    """Point a broken stream to nowhere, so that what it still holds back does not fail at the very end."""
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
    except (OSError, ValueError):
        pass


def has_colour(stream: TextIO | None) -> bool:
    """Tell whether colours are wanted and understood there: a terminal, and not NO_COLOR."""
    if stream is None or stream.closed:
        return False
    if "NO_COLOR" in os.environ or os.environ.get("TERM") == "dumb" or not stream.isatty():
        return False
    return _console_understands_colour(stream)


if sys.platform == "win32":

    def _console_understands_colour(stream: TextIO) -> bool:
        from vigie.cli.windows_console import understands_colour

        return understands_colour(stream.fileno())

else:

    def _console_understands_colour(_stream: TextIO) -> bool:
        return True
