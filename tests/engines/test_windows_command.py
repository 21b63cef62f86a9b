"""What Windows is told to run, checked on any system: program, command line, environment."""

from __future__ import annotations

import ntpath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.engines.base import LaunchError
from vigie.engines.windows_command import (
    INTERPRETED,
    LONGEST_LINE,
    batch_line,
    command_line,
    environment_block,
    find_program,
    is_batch_file,
)

HOME = "C:\\bots\\my bot"
SHELL = "C:\\Windows\\System32\\cmd.exe"
PATHS = {"Path": 'C:\\Windows;;tools;.;\\rooted;"C:\\Program Files\\node";D:\\late'}


def find(name: str, *files: str, environment: dict[str, str] | None = None) -> str | None:
    """Look for a program where only these files exist, whatever their case."""
    existing = {file.lower() for file in files}
    given_environment = PATHS if environment is None else environment
    return find_program(name, HOME, given_environment, lambda path: path.lower() in existing)


@pytest.mark.parametrize(
    ("name", "files", "found"),
    [
        ("python", ["C:\\Windows\\python.exe"], "C:\\Windows\\python.exe"),
        ("python.exe", ["C:\\Windows\\python.exe"], "C:\\Windows\\python.exe"),
        ("PYTHON.EXE", ["D:\\late\\python.exe"], "D:\\late\\PYTHON.EXE"),
        ("python3.11", ["C:\\Windows\\python3.11.exe"], "C:\\Windows\\python3.11.exe"),
        ("npm", ["C:\\Program Files\\node\\npm", "C:\\Program Files\\node\\npm.cmd"], None),
        ("late", ["D:\\late\\late.bat"], "D:\\late\\late.bat"),
        ("tool", ["D:\\late\\tool.bat", "D:\\late\\tool.com"], "D:\\late\\tool.com"),
    ],
)
def test_a_bare_name_is_looked_for_on_the_path(name: str, files: list[str], found: str | None) -> None:
    """In the order of the PATH, and in each folder the endings in Windows' own order."""
    expected = "C:\\Program Files\\node\\npm.cmd" if name == "npm" else found
    assert find(name, *files) == expected


@pytest.mark.parametrize(
    "file", [f"{HOME}\\tools\\bot.exe", f"{HOME}\\bot.exe", "bot.exe", "\\rooted\\bot.exe", "tools\\bot.exe"]
)
def test_a_bare_name_is_never_found_in_a_folder_that_depends_on_where_we_are(file: str) -> None:
    """Neither the current folder nor a relative entry of the PATH: anybody may drop a file there."""
    assert find("bot", file) is None


@pytest.mark.parametrize(
    ("name", "file"),
    [
        (".\\bot", f"{HOME}\\bot.exe"),
        ("./bot.exe", f"{HOME}\\bot.exe"),
        ("bin/bot", f"{HOME}\\bin\\bot.cmd"),
        ("..\\other\\bot.exe", "C:\\bots\\other\\bot.exe"),
        ("D:\\abs\\bot", "D:\\abs\\bot.exe"),
        ("start\\bot.py", f"{HOME}\\start\\bot.py"),
    ],
)
def test_a_path_is_meant_from_the_bots_folder(name: str, file: str) -> None:
    """With a separator it is no search but a place."""
    found = find(name, file)
    assert found is not None
    assert ntpath.normcase(found) == ntpath.normcase(file)


def test_nothing_is_found_without_a_path() -> None:
    """An environment without PATH has no programs by bare name."""
    assert find("python", "C:\\Windows\\python.exe", environment={"OTHER": "C:\\Windows"}) is None


@pytest.mark.parametrize("name", ["a.bat", "a.CMD", "C:\\x\\a.cmd", "a.bat.", "a.bat . ", "a.cmd  "])
def test_batch_files_are_told_by_the_name_that_windows_will_open(name: str) -> None:
    """Windows drops dots and spaces at the end of a name, so they hide no batch file."""
    assert is_batch_file(name)


@pytest.mark.parametrize("name", ["a.exe", "bat", "a.bat.exe", "cmd.exe", "a.battle"])
def test_programs_are_no_batch_files(name: str) -> None:
    """Only the ending counts."""
    assert not is_batch_file(name)


def read_back(line: str) -> list[str]:
    """Split a command line as Microsoft's C runtime does ("Parsing C command-line arguments")."""
    words: list[str] = []
    position, size = 0, len(line)
    while position < size:
        while position < size and line[position] in " \t":
            position += 1
        if position >= size:
            break
        word, quoted = "", False
        while position < size and (quoted or line[position] not in " \t"):
            slashes = 0
            while position < size and line[position] == "\\":
                slashes, position = slashes + 1, position + 1
            if position < size and line[position] == '"':
                word += "\\" * (slashes // 2)
                if slashes % 2:
                    word += '"'
                elif quoted and line[position + 1 : position + 2] == '"':
                    word, position = word + '"', position + 1
                else:
                    quoted = not quoted
                position += 1
            else:
                word += "\\" * slashes
                if position < size and (quoted or line[position] not in " \t"):
                    word, position = word + line[position], position + 1
        words.append(word)
    return words


@given(st.lists(st.text(st.sampled_from('ab \\"\t%&é'), max_size=8), max_size=5))
def test_a_program_reads_the_arguments_as_they_are(arguments: list[str]) -> None:
    """Whatever quotes, spaces and backslashes they contain."""
    assert read_back(command_line("C:\\x y\\bot.exe", arguments)) == ["C:\\x y\\bot.exe", *arguments]


def test_a_line_that_is_too_long_is_refused() -> None:
    """Windows takes 32767 characters with the closing one."""
    program = "C:\\bot.exe"
    room = LONGEST_LINE - len(program) - 1
    assert len(command_line(program, ["x" * room])) == LONGEST_LINE
    with pytest.raises(LaunchError) as error:
        command_line(program, ["x" * (room + 1)])
    assert error.value.key == "engine.too-big"


def test_a_batch_file_is_run_by_the_systems_own_shell() -> None:
    """The outer quotes are the ones that /s takes away; a backslash at the end does not escape the quote."""
    line = batch_line(SHELL, "C:\\R&D (1)\\npm.cmd", ["run", "a b", "", "C:\\dir\\"])
    assert line == (f'"{SHELL}" /d /e:on /v:off /s /c ""C:\\R&D (1)\\npm.cmd" "run" "a b" "" "C:\\dir\\\\""')


@pytest.mark.parametrize("character", INTERPRETED)
def test_a_batch_file_gets_nothing_that_cmd_could_interpret(character: str) -> None:
    """Refused before anything runs; the argument itself, which may be a secret, is not told."""
    with pytest.raises(LaunchError) as error:
        batch_line(SHELL, "C:\\npm.cmd", ["fine", f"secret{character}word"])
    assert error.value.key == "engine.batch-argument"
    assert error.value.values == {"command": "npm.cmd", "character": repr(character)}


def test_a_batch_file_whose_own_path_would_be_interpreted_is_refused() -> None:
    """cmd.exe replaces ``%NAME%`` inside quotes, too."""
    with pytest.raises(LaunchError) as error:
        batch_line(SHELL, "C:\\100%\\npm.cmd", [])
    assert error.value.key == "engine.batch-argument"


def test_the_environment_is_sorted_without_regard_to_case() -> None:
    """As CreateProcessW demands; each variable and the whole end with NUL."""
    block = environment_block({"b": "2", "A": "1", "_": "3", "C": "", "SystemRoot": "C:\\Windows"}, {})
    assert block == "A=1\0b=2\0C=\0SystemRoot=C:\\Windows\0_=3\0\0"


def test_of_two_names_that_differ_in_case_the_later_counts() -> None:
    """Windows knows one variable only: what .env says comes after what we inherited."""
    given_twice = {"PATH": "inherited", "SYSTEMROOT": "x", "Path": "from .env"}
    assert environment_block(given_twice, {}) == "Path=from .env\0SYSTEMROOT=x\0\0"


def test_what_windows_needs_is_added() -> None:
    """A bot without SYSTEMROOT has no sockets; one that has it keeps its own."""
    assert environment_block({}, {"SYSTEMROOT": "C:\\Windows"}) == "SYSTEMROOT=C:\\Windows\0\0"
    assert environment_block({"systemroot": "D:"}, {"SYSTEMROOT": "C:"}) == "systemroot=D:\0\0"
    assert environment_block({}, {}) == "\0"


def test_the_drives_own_folders_are_kept() -> None:
    """Windows keeps the current folder of each drive in variables whose name begins with an equals sign."""
    assert environment_block({"=C:": "C:\\x", "SYSTEMROOT": "s"}, {}) == "=C:=C:\\x\0SYSTEMROOT=s\0\0"


@pytest.mark.parametrize(
    ("name", "value"), [("", "secret"), ("A=B", "secret"), ("A\0B", "secret"), ("A", "sec\0ret")]
)
def test_a_variable_that_would_end_early_is_refused_without_its_value(name: str, value: str) -> None:
    """It would become other variables; and a value may be a token, which no message shows."""
    with pytest.raises(LaunchError) as error:
        environment_block({name: value}, {})
    assert error.value.key == "engine.bad-variable"
    assert "sec" not in str(error.value.values)
