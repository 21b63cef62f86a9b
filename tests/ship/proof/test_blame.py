"""Whose line it was: the last traceback, its innermost changed file, and nobody else's."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from vigie.messages import say
from vigie.ship.proof.blame import blame, crashes

PLAIN = """\
INFO: starting
Traceback (most recent call last):
  File "/srv/bot/start.py", line 3, in <module>
    bot.run()
  File "/srv/bot/bot.py", line 42, in run
    raise ValueError("no")
  File "/usr/lib/python3.11/json/__init__.py", line 346, in loads
    return _default_decoder.decode(s)
json.decoder.JSONDecodeError: Expecting value: line 1 column 1 (char 0)
"""

CHAINED = (
    PLAIN
    + """
During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "C:\\bots\\one\\cogs\\fun.py", line 7, in <module>
    import nowhere
ModuleNotFoundError: No module named 'nowhere'
"""
)

GROUP = """\
  + Exception Group Traceback (most recent call last):
  |   File "/srv/bot/bot.py", line 5, in <module>
  |     raise ExceptionGroup("two", [ValueError(1)])
  | ExceptionGroup: two (1 sub-exception)
  +-+---------------- 1 ----------------
    | Traceback (most recent call last):
    |   File "/srv/bot/bot.py", line 9, in inner
    |     raise ValueError(1)
    | ValueError: 1
    +------------------------------------
"""

SYNTAX = """\
  File "/srv/bot/bot.py", line 12
    def broken(:
               ^
SyntaxError: invalid syntax
"""


@pytest.mark.parametrize(
    ("text", "changed", "roots", "expected"),
    [
        (
            PLAIN,
            {"bot.py"},
            (),
            ("bot.py", 42, "json.decoder.JSONDecodeError: Expecting value: line 1 column 1 (char 0)"),
        ),
        (PLAIN, {"bot.py", "start.py"}, ("/srv/bot",), ("bot.py", 42, None)),
        (PLAIN, {"start.py"}, ("/srv/bot/",), ("start.py", 3, None)),
        (PLAIN, {"README.md"}, (), None),
        (PLAIN, {"json/__init__.py"}, (), None),
        (PLAIN, {"bot.py"}, ("/elsewhere",), None),
        (PLAIN, {"bot/bot.py"}, ("/srv",), ("bot/bot.py", 42, None)),
        (
            CHAINED,
            {"bot.py", "cogs/fun.py"},
            (),
            ("cogs/fun.py", 7, "ModuleNotFoundError: No module named 'nowhere'"),
        ),
        (CHAINED, {"bot.py"}, (), ("bot.py", 42, None)),
        (GROUP, {"bot.py"}, (), ("bot.py", 9, "ValueError: 1")),
        (SYNTAX, {"bot.py"}, (), ("bot.py", 12, "SyntaxError: invalid syntax")),
        ("all is well\n", {"bot.py"}, (), None),
        ("", set(), (), None),
    ],
)
def test_the_line_that_the_commit_changed_is_named(
    text: str, changed: set[str], roots: tuple[str, ...], expected: tuple[str, int, str | None] | None
) -> None:
    """Innermost first, later tracebacks before earlier ones; libraries are nobody's change."""
    found = blame(text.splitlines(), changed, roots)
    if expected is None:
        assert found is None
        return
    assert found is not None
    assert (found.values["file"], found.values["line"]) == expected[:2]
    assert expected[2] in (None, found.values["error"])
    for language in ("fr", "en"):
        assert str(expected[1]) in say(language, found.key, **found.values)


def test_a_traceback_without_its_beginning_or_its_end_still_counts() -> None:
    """The last lines of a log begin and end where they do."""
    lines = ['  File "/srv/bot/bot.py", line 4, in go', "    go()"]
    assert crashes(lines)[0].frames == (("/srv/bot/bot.py", 4),)
    assert blame(lines, {"bot.py"}) is not None


def test_what_python_really_prints_is_understood(tmp_path: Path) -> None:
    """A module of ours that fails inside a library, chained, as this Python tells it."""
    (tmp_path / "start.py").write_text("import cogs\n\ncogs.go()\n")
    (tmp_path / "cogs.py").write_text(
        "import json\n\ndef go():\n    try:\n        1 / 0\n    except ZeroDivisionError:\n        json.loads('{')\n"
    )
    done = subprocess.run(
        [sys.executable, "start.py"], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60
    )
    found = blame(done.stderr.splitlines(), {"cogs.py", "json.py"}, (str(tmp_path),))
    assert found is not None
    assert (found.values["file"], found.values["line"]) == ("cogs.py", 7)
    assert str(found.values["error"]).startswith("json.decoder.JSONDecodeError: ")


def test_a_long_error_is_cut() -> None:
    """It may hold a whole web page."""
    lines = ['  File "/srv/bot/bot.py", line 4, in go', "ValueError: " + "x" * 5000]
    found = blame(lines, {"bot.py"})
    assert found is not None
    assert len(str(found.values["error"])) <= 200
