"""``vigie.toml``: well-formed or not, and on which line."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.settings.projects import told, write
from tests.waiting import patient
from vigie.problems import USAGE, UsageProblem
from vigie.settings import load
from vigie.settings.toml_file import TomlFile, line_of, read_toml


def read(folder: Path, text: str | bytes) -> TomlFile:
    """Write ``text`` to a ``vigie.toml`` and read it."""
    return read_toml(os.path.join(write(folder, text), "vigie.toml"))


def test_mark_and_line_ends_of_windows_editors(tmp_path: Path) -> None:
    """What Notepad and PowerShell write is read."""
    assert read(tmp_path, b"\xef\xbb\xbf[bot]\r\ncheck_interval = 3\r\n").table == {
        "bot": {"check_interval": 3}
    }


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[bot]\ncommand = python", ["line 2, column 11", "between quotes"]),
        ('[bot]\ncommand = "C:\\bots"\nx = "C:\\windows"', ["line 3", "single quotes"]),
        ('[bot]\ncommand = "C:\\Users\\me"', ["line 2", "single quotes"]),
        ("[bot]\na = 1\na = 2\n", ["line 3", "already defined"]),
        ("[bot]\n[bot]\n", ["line 2", "already defined"]),
        ("[bot", ["line 1", "[bot]"]),
        ('\n\na = """never closed', ["line 3"]),
        ("just words", ["line 1"]),
        ("a = " + "9" * 5000, ["too long"]),
        ("a = " + "[" * 100_000, ["vigie.toml"]),
    ],
)
def test_what_is_not_toml_is_told_with_its_place(tmp_path: Path, text: str, words: list[str]) -> None:
    """File, line and, for the usual slips, what to write instead."""
    with pytest.raises(UsageProblem) as caught:
        read(tmp_path, text)
    said = told(caught.value)
    assert all(word in said for word in ["vigie.toml", *words]), said


PLACES = '''\
# a comment
language = "fr"

bot.directory = "."   # dotted
ship = { restart = "never",  rollback = true }
text = """
[bots.music]
command = 1
"""
list = [
  1,
  2,
]

[bots.music]
"check_interval" = 3
command = [
  "python",
]

["bots".'chat']
command = "x"
'''


@pytest.mark.parametrize(
    ("keys", "line"),
    [
        (("language",), 2),
        (("bot",), 4),
        (("bot", "directory"), 4),
        (("ship", "rollback"), 5),
        (("text",), 6),
        (("list",), 10),
        (("bots",), 15),
        (("bots", "music"), 15),
        (("bots", "music", "check_interval"), 16),
        (("bots", "music", "command"), 17),
        (("bots", "chat"), 21),
        (("bots", "chat", "command"), 22),
    ],
)
def test_the_line_of_a_key_is_found(tmp_path: Path, keys: tuple[str, ...], line: int) -> None:
    """However a key is written, and whatever looks like it in a text, its statement's first line is found."""
    assert line_of(read(tmp_path, PLACES), keys) == line


@settings(deadline=None)
@given(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
    | st.text("[]bots.music=\"'\n{}#,1 ", max_size=60)
)
def test_no_text_whatever_makes_a_traceback(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    """Any text is a project, or refused in words."""
    folder = tmp_path_factory.getbasetemp() / "any-toml"
    folder.mkdir(exist_ok=True)
    try:
        load(os.fspath(write(folder, text)), {})
    except UsageProblem as problem:
        told(problem)


SCALARS = (
    st.integers()
    | st.floats()
    | st.booleans()
    | st.text(st.characters(min_codepoint=32, max_codepoint=126, exclude_characters="'"), max_size=20)
)
ITEMS = SCALARS | st.lists(SCALARS, max_size=3)


def in_toml(value: object) -> str:
    """Return ``value`` as TOML."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return "[" + ", ".join(map(in_toml, value)) + "]"
    return f"'{value}'" if isinstance(value, str) else str(value)


KEYS = [
    "command",
    "directory",
    "health_url",
    "health_status",
    "check_interval",
    "give_up_after",
    "max_memory",
    "on_change",
]


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(KEYS), ITEMS), st.sampled_from(["[bot]", "[bots.a]", "[ship]", ""]))
def test_no_value_of_any_type_makes_a_traceback(
    tmp_path_factory: pytest.TempPathFactory, table: dict[str, object], header: str
) -> None:
    """Numbers, texts, lists and truth values in the place of any other are refused in words."""
    folder = tmp_path_factory.getbasetemp() / "any-values"
    folder.mkdir(exist_ok=True)
    text = header + "\n" + "".join(f"{key} = {in_toml(value)}\n" for key, value in table.items())
    try:
        load(os.fspath(write(folder, text)), {})
    except UsageProblem as problem:
        told(problem)


@pytest.mark.skipif(sys.platform == "win32", reason="a pipe in a folder is POSIX")
def test_a_pipe_in_its_place_is_refused_at_once(tmp_path: Path) -> None:
    """Nobody writes into it, and no command may wait for that: exit 2, and the file is named."""
    subprocess.run(["mkfifo", "vigie.toml"], cwd=tmp_path, check=True)
    command = [sys.executable, "-m", "vigie", "--lang", "en", "check", "--project", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=patient(30))
    assert (done.returncode, done.stdout) == (USAGE, "")
    assert f"Cannot read {tmp_path / 'vigie.toml'}: it is no regular file" in done.stderr
