"""The ``.env`` as people, editors and other tools write it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.settings.projects import told
from tests.waiting import patient
from vigie.problems import USAGE, UsageProblem
from vigie.settings.dotenv import assignments, expand, read_env_file


def values(folder: Path, content: str | bytes, environ: dict[str, str] | None = None) -> dict[str, str]:
    """Write ``content`` to a ``.env`` and return the variables in it."""
    file = folder / ".env"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return dict(read_env_file(str(file), environ or {}).values)


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("NAME=value", "value"),
        ("NAME = value ", "value"),
        ("  NAME=value", "value"),
        ("export NAME=value", "value"),
        ("export\tNAME=value", "value"),
        ("NAME=", ""),
        ("NAME=two words", "two words"),
        ("NAME=a=b==", "a=b=="),
        ("NAME=value # a comment", "value"),
        ("NAME=value#kept", "value#kept"),
        ("NAME=#kept", "#kept"),
        ("NAME= # a comment", ""),
        ("NAME=it's", "it's"),
        ("NAME='single'", "single"),
        ('NAME="double"', "double"),
        ("NAME='  kept  '", "  kept  "),
        ("NAME='a # b' # a comment", "a # b"),
        ('NAME="a"#comment', "a"),
        ("NAME='it\\'s'", "it's"),
        ('NAME="say \\"hi\\""', 'say "hi"'),
        ('NAME="tab\\tline\\n"', "tab\tline\n"),
        ("NAME='no\\ttab'", "no\\ttab"),
        ('NAME="C:\\\\bots"', "C:\\bots"),
        ("NAME=C:\\bots\\new", "C:\\bots\\new"),
        ('NAME="\\d+"', "\\d+"),
        ('NAME=""', ""),
        ("NAME=déjà vu", "déjà vu"),
        ('NAME="one\ntwo"', "one\ntwo"),
    ],
)
def test_each_way_of_writing_a_value(tmp_path: Path, line: str, value: str) -> None:
    """Quotes, spaces, comments and escapes mean what python-dotenv takes them to mean."""
    assert values(tmp_path, f"BEFORE=1\n{line}\nAFTER=2\n") == {"BEFORE": "1", "NAME": value, "AFTER": "2"}


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_of_every_system(tmp_path: Path, end: str) -> None:
    """CRLF leaves nothing behind, in values without quotes, with quotes, and with several lines."""
    text = "\ufeff" + end.join(["A=1", "", "# comment", "B='2'", 'C="3', '4"', ""])
    assert values(tmp_path, text) == {"A": "1", "B": "2", "C": "3\n4"}


def test_the_last_of_two_wins(tmp_path: Path) -> None:
    """A variable that stands twice has its last value."""
    assert values(tmp_path, "A=1\nA=2") == {"A": "2"}


def test_a_name_alone_says_nothing(tmp_path: Path) -> None:
    """A line without ``=`` declares a name and gives it no value."""
    assert values(tmp_path, "A\nexport B\nC # = 3\nD=4") == {"D": "4"}


def test_variables_are_replaced_as_the_bot_would_see_them(tmp_path: Path) -> None:
    """``${NAME}`` is looked up in the environment, then further up in the file; it may have a default."""
    text = "USER=me\nHOST=file\nURL=${USER}@${HOST}/${NONE}${ELSE:-else}\nPLAIN=$USER ${ ${a:b}"
    assert values(tmp_path, text, {"HOST": "outside"})["URL"] == "me@outside/else"
    assert values(tmp_path, text)["PLAIN"] == "$USER ${ ${a:b}"


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("", ""),
        ("${A}", "1"),
        ("a${A}b${A}", "a1b1"),
        ("${B:-x y}", "x y"),
        ("${A:-x}", "1"),
        ("${A", "${A"),
        ("$A", "$A"),
    ],
)
def test_what_expands_and_what_does_not(written: str, value: str) -> None:
    """Only the braced form is a reference; an open brace is plain text."""
    assert expand(written, {"A": "1"}, {}) == value


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("A=1\nB='open", 2, "never closed"),
        ('A=1\n\nB="open\nC=3\n', 3, "never closed"),
        ("A='a'b'", 1, "after the closing quote"),
        ("A='C:\\bots\\'\nB='x'", 1, "after the closing quote"),
        ("A=1\nnot a variable", 2, "NAME=value"),
        ("A=1\n\n=value", 3, "NAME=value"),
        ("two words=value", 1, "NAME=value"),
        ("'quoted'=value", 1, "NAME=value"),
        ("A='1\n2\n3'\nB C", 4, "NAME=value"),
    ],
)
def test_a_line_that_cannot_be_understood_is_named(tmp_path: Path, text: str, line: int, words: str) -> None:
    """File and line are told, and what is wrong with it."""
    with pytest.raises(UsageProblem) as caught:
        values(tmp_path, text)
    said = told(caught.value)
    assert f".env, line {line}:" in said
    assert words in said


@pytest.mark.parametrize(
    "text", ["TOKEN='s3cr3t", "TOKEN='s3cr3t' s3cr3t", "s3cr3t s3cr3t", "TOKEN=\0s3cr3t"]
)
def test_an_error_never_shows_what_stands_there(tmp_path: Path, text: str) -> None:
    """Neither sentence, nor the exception, nor what was read shows a value."""
    with pytest.raises(UsageProblem) as caught:
        values(tmp_path, text)
    assert "s3cr3t" not in told(caught.value) + str(caught.value) + repr(caught.value.values)


def test_what_was_read_does_not_show_itself(tmp_path: Path) -> None:
    """Printing the file's contents, by accident or in a log, shows no value."""
    file = tmp_path / ".env"
    file.write_text("TOKEN=s3cr3t\n")
    read = read_env_file(str(file), {})
    assert read.values["TOKEN"] == "s3cr3t"
    for text in (repr(read), str(read), f"{read.values}", repr(read.values), "%s" % read.values):  # noqa: UP031
        assert "s3cr3t" not in text


def quoted(value: str) -> str:
    """Return ``value`` as a careful person writes it."""
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


NAMES = st.text(st.characters(categories=["L", "N"]) | st.sampled_from("_-."), min_size=1)
VALUES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r"), max_size=40).filter(
    lambda value: "${" not in value
)


@settings(deadline=None)
@given(
    st.dictionaries(NAMES, VALUES, max_size=6),
    st.sampled_from(["", "export "]),
    st.sampled_from(["", " # it's"]),
)
def test_whatever_is_written_with_care_is_read_back(
    variables: dict[str, str], before: str, after: str
) -> None:
    """Any value between quotes with its escapes comes back as it was."""
    text = "".join(f"{before}{name}={quoted(value)}{after}\n" for name, value in variables.items())
    assert {name: value for name, value, _ in assignments(text, ".env")} == variables


@settings(deadline=None)
@given(st.binary(max_size=80) | st.text("AB='\"\\ #\n\r$\x00{}export", max_size=30).map(str.encode))
def test_no_bytes_whatever_make_a_traceback(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    """A file of anything is read, or refused in words."""
    file = os.path.join(tmp_path_factory.getbasetemp(), "anything.env")
    with open(file, "wb") as stream:
        stream.write(content)
    try:
        read_env_file(file, {})
    except UsageProblem as problem:
        told(problem)


@pytest.mark.skipif(sys.platform == "win32", reason="a pipe in a folder is POSIX")
def test_a_pipe_in_its_place_is_refused_at_once(tmp_path: Path) -> None:
    """Nobody writes into it, and no command may wait for that: exit 2, and the file is named."""
    subprocess.run(["mkfifo", ".env"], cwd=tmp_path, check=True)
    command = [sys.executable, "-m", "vigie", "--lang", "en", "check", "--project", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=patient(30))
    assert (done.returncode, done.stdout) == (USAGE, "")
    assert f"Cannot read {tmp_path / '.env'}: it is no regular file" in done.stderr
