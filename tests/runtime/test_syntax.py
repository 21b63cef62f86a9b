"""Whether changed code compiles: told with its line, nothing run, and the bot's own Python has the last word."""

from __future__ import annotations

import os
import sys
import warnings
from pathlib import Path

import pytest

from vigie.runtime.syntax import fault_for_the_bot, syntax_fault


def written(folder: Path, code: str | bytes) -> str:
    """Write a file and return its path."""
    path = folder / "code.py"
    path.write_bytes(code.encode() if isinstance(code, str) else code)
    return str(path)


@pytest.mark.parametrize(
    "code",
    ["", "x = 1\n", "print('é')\n", b"# -*- coding: latin-1 -*-\nx = '\xe9'\n", b"\xef\xbb\xbfx = 1\r\n"],
)
def test_good_code_has_no_fault(tmp_path: Path, code: str | bytes) -> None:
    """Empty, accents, old encodings, Windows's mark and line ends."""
    assert syntax_fault(written(tmp_path, code)) is None


@pytest.mark.parametrize(
    ("code", "line"),
    [
        ("def broken(:\n", 1),
        ("x = 1\n\n  y = 2\n", 3),
        (b"x = '\xff'\n", None),
        (b"x = 1\0\n", None),
        ("x = " + "(" * 500 + ")" * 500 + "\n", None),
        ("-" * 200_000 + "1\n", None),
    ],
    ids=["syntax", "indentation", "encoding", "null byte", "brackets", "signs"],
)
def test_bad_code_has_a_line_and_a_word(tmp_path: Path, code: str | bytes, line: int | None) -> None:
    """Never an error of ours, whatever stands there."""
    fault = syntax_fault(written(tmp_path, code))
    assert fault is not None
    assert fault[0] >= 0 if line is None else fault[0] == line
    assert fault[1]


def test_looking_runs_nothing_and_warns_of_nothing(tmp_path: Path) -> None:
    """Code that would delete something, and an escape that newer Pythons frown upon."""
    victim = tmp_path / "victim"
    victim.write_text("x")
    path = written(tmp_path, f"import os\nos.unlink({str(victim)!r})\npattern = '\\d'\n")
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        assert syntax_fault(path) is None
    assert victim.exists()
    assert heard == []


def test_a_file_that_is_gone_has_no_fault(tmp_path: Path) -> None:
    """Removed between two looks."""
    assert syntax_fault(str(tmp_path / "gone.py")) is None


@pytest.mark.skipif(sys.platform == "win32", reason="a script that plays another Python")
@pytest.mark.parametrize(("answer", "broken"), [(0, False), (9, True), (3, True)])
def test_the_bots_own_python_has_the_last_word(tmp_path: Path, answer: int, broken: bool) -> None:
    """It may be newer than ours and know more; where it cannot tell, ours is believed."""
    python = tmp_path / "python3.99"
    python.write_text(f'#!/bin/sh\necho "$@" > {tmp_path}/asked\nexit {answer}\n')
    python.chmod(0o700)
    path = written(tmp_path, "type of the future = 1\n")
    assert (fault_for_the_bot(path, (str(python), "start.py")) is not None) == broken
    assert path in (tmp_path / "asked").read_text()


def test_only_another_python_is_asked(tmp_path: Path) -> None:
    """Ours, no Python at all, one that is not there: what we found stands."""
    path = written(tmp_path, "def broken(:\n")
    for command in (
        (),
        (sys.executable,),
        ("node", "x.js"),
        (os.path.join(str(tmp_path), "python-nowhere"),),
    ):
        assert fault_for_the_bot(path, command) is not None
    assert fault_for_the_bot(written(tmp_path, "x = 1\n"), ("python-nowhere",)) is None
