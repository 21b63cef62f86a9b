"""Whether changed code compiles: told with its line, nothing run, and the bot's own Python has the last word."""

from __future__ import annotations

import os
import sys
import warnings
from pathlib import Path

import pytest

from vigie.ship.proof.syntax import (
    Fault,
    first_fault,
    interpreter,
    is_our_own,
    source_fault,
    syntax_fault,
)


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
    path = written(tmp_path, code)
    assert syntax_fault(path) is None
    assert first_fault([path], (sys.executable,), str(tmp_path)) is None


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
    path = written(tmp_path, code)
    for fault in (syntax_fault(path), first_fault([path], (sys.executable,), str(tmp_path))):
        assert fault is not None
        assert fault.path == path
        assert fault.line >= 0 if line is None else fault.line == line
        assert fault.what


def test_looking_runs_nothing_and_warns_of_nothing(tmp_path: Path) -> None:
    """Code that would delete something, and an escape that newer Pythons frown upon."""
    victim = tmp_path / "victim"
    victim.write_text("x")
    path = written(tmp_path, f"import os\nos.unlink({str(victim)!r})\npattern = '\\d'\n")
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        assert syntax_fault(path) is None
        assert first_fault([path], (sys.executable,), str(tmp_path)) is None
    assert victim.exists()
    assert heard == []


def test_a_file_that_is_gone_has_no_fault(tmp_path: Path) -> None:
    """Removed between two looks."""
    assert syntax_fault(str(tmp_path / "gone.py")) is None


def playing_python(folder: Path, script: str) -> str:
    """A program called like a Python."""
    python = folder / "python3.99"
    python.write_text(f"#!/bin/sh\n{script}\n")
    python.chmod(0o700)
    return str(python)


@pytest.mark.skipif(sys.platform == "win32", reason="a script that plays another Python")
@pytest.mark.parametrize(
    ("code", "script", "fault"),
    [
        ("type of the future = 1\n", "echo done", None),
        ("x = 1\n", "printf 'fault\\t0\\t7\\ttoo new for me\\ndone\\n'", (7, "too new for me")),
    ],
    ids=["newer than ours", "older than ours"],
)
def test_the_bots_own_python_has_the_last_word(
    tmp_path: Path, code: str, script: str, fault: tuple[int, str] | None
) -> None:
    """Its grammar is the one that counts, whatever ours says."""
    path = written(tmp_path, code)
    told = first_fault([path], (playing_python(tmp_path, script), "start.py"), str(tmp_path))
    assert told == (None if fault is None else Fault(path, *fault))


@pytest.mark.skipif(sys.platform == "win32", reason="a script that plays another Python")
@pytest.mark.parametrize("script", ["exit 3", "echo nonsense", "kill -SEGV $$", "exec sleep 60"])
def test_where_it_cannot_tell_ours_is_asked(
    tmp_path: Path, script: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It crashes, says something else, never ends."""
    monkeypatch.setattr("vigie.ship.proof.syntax.LIMIT", 0.5)
    command = (playing_python(tmp_path, script), "start.py")
    assert first_fault([written(tmp_path, "x = 1\n")], command, str(tmp_path)) is None
    assert first_fault([written(tmp_path, "def broken(:\n")], command, str(tmp_path)) is not None


def test_a_python_that_is_not_there_leaves_ours(tmp_path: Path) -> None:
    """Nor does a folder that is gone keep us from telling."""
    path = written(tmp_path, "def broken(:\n")
    for command, folder in ((("python-nowhere",), tmp_path), ((sys.executable,), tmp_path / "gone")):
        assert first_fault([path], command, str(folder)) is not None


def test_the_first_fault_of_many_files_is_told(tmp_path: Path) -> None:
    """One process for all; what is no Python, or is gone, is passed over."""
    paths = []
    for name, code in (
        ("a.py", "x = 1\n"),
        ("gone.py", None),
        ("b.js", "}"),
        ("c.py", "\n)\n"),
        ("d.py", "("),
    ):
        paths.append(str(tmp_path / name))
        if code is not None:
            (tmp_path / name).write_text(code)
    fault = first_fault(paths, (sys.executable,), str(tmp_path))
    assert fault is not None
    assert (fault.path, fault.line) == (str(tmp_path / "c.py"), 2)
    assert first_fault([str(tmp_path / "b.js")], (sys.executable,), str(tmp_path)) is None


def test_which_python_is_the_bots(tmp_path: Path) -> None:
    """A relative one lies in the bot's folder; the launcher of Windows is told the version it is told."""
    folder = str(tmp_path)
    mine = os.path.join("venv", "bin", "python")
    assert interpreter((mine, "start.py"), folder) == [os.path.join(folder, mine)]
    assert interpreter(("python3", "start.py"), folder) == ["python3"]
    assert interpreter(("py", "-3.11", "start.py"), folder) == ["py", "-3.11"]
    assert interpreter(("py", "-m", "bot"), folder) == ["py"]
    for command in ((), ("node", "x.js"), ("uv", "run", "bot.py")):
        assert interpreter(command, folder) == [sys.executable]


def test_content_is_judged_like_the_file(tmp_path: Path) -> None:
    """What git holds and what lies on disk are told alike."""
    for code in (b"x = 1\n", b"\n)\n", b"x = 1\0\n", b"x = '\xff'\n"):
        path = written(tmp_path, code)
        assert source_fault(path, code) == syntax_fault(path)


@pytest.mark.skipif(sys.platform == "win32", reason="a virtual environment there has a program of its own")
def test_whether_it_is_the_python_we_run_in(tmp_path: Path) -> None:
    """A virtual environment made of it is; a copy, a launcher, a name without a folder may be anything."""
    assert is_our_own([sys.executable])
    link = tmp_path / "venv-python"
    link.symlink_to(sys.executable)
    assert is_our_own([str(link)])
    for python in (
        [playing_python(tmp_path, "true")],
        ["python3"],
        ["py", "-3.11"],
        [str(tmp_path / "gone")],
    ):
        assert not is_our_own(python)
