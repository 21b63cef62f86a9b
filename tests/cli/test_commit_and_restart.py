"""The guide's second door, ``commit_and_restart.ps1``: its grammar here, its deeds where PowerShell is."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator

import pytest
import tree_sitter_powershell
from tree_sitter import Language, Node, Parser

from tests.cli import pretend_vigie

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
DOOR = os.path.join(ROOT, "commit_and_restart.ps1")

PARSER = Parser(Language(tree_sitter_powershell.language()))

SHELLS = [shell for shell in ("powershell", "pwsh") if shutil.which(shell)]

NEWER_THAN_5_1 = {
    "null coalescing": r"\?\?",
    "null conditional": r"\$\{?\w+\}?\?[.\[]",
    "ternary": r"\s\?\s[^{%]",
    "pipeline chain": r"&&|\|\|",
    "parallel": r"-Parallel\b",
    "background": r"&\s*$",
    "clean block": r"\bclean\s*\{",
}
"""What PowerShell 7 added ("What's New in PowerShell 7.x"): 5.1 refuses the whole file for one of them."""


def nodes(node: Node) -> Iterator[Node]:
    """Walk the tree."""
    yield node
    for child in node.children:
        yield from nodes(child)


def complaints(source: bytes) -> list[str]:
    """Return what is wrong with a script: what the grammar does not know, and what 5.1 does not know."""
    tree = PARSER.parse(source)
    found = [
        f"line {node.start_point[0] + 1}: {node.type}"
        for node in nodes(tree.root_node)
        if node.is_error or node.is_missing
    ]
    code = bytearray(source)
    for node in nodes(tree.root_node):
        if node.type == "comment" or node.type.endswith("string_literal") or node.type.endswith("characters"):
            code[node.start_byte : node.end_byte] = b" " * (node.end_byte - node.start_byte)
    for name, pattern in NEWER_THAN_5_1.items():
        if re.search(pattern, code.decode("ascii", "replace"), re.MULTILINE | re.IGNORECASE):
            found.append(name)
    return found


def script() -> bytes:
    """Return the door's text."""
    with open(DOOR, "rb") as file:
        return file.read()


def test_the_grammar_of_powershell_knows_every_word_of_it() -> None:
    """The script is well-formed, and uses nothing that Windows PowerShell 5.1 lacks."""
    assert complaints(script()) == []


@pytest.mark.parametrize(
    "broken",
    [
        b"if ($x { 1 }",
        b"param([string]$Message",
        b"foreach ($a in @(1) { $a }",
        b"$a = 'never closed",
        b"$name = $given ?? 'default'",
        b"$name ??= 'default'",
        b"$name = $given ? 1 : 2",
        b"git add . && git push",
        b"git add . || exit 1",
        b"1..3 | ForEach-Object -Parallel { $_ }",
    ],
)
def test_the_grammar_check_can_fail(broken: bytes) -> None:
    """A script that is torn, or too new for 5.1, does not pass the check above."""
    assert complaints(broken)


def test_it_is_pure_ascii_with_no_tab_and_no_carriage_return() -> None:
    """5.1 reads a file without byte order mark in the machine's code page: ASCII is the same in all."""
    assert script().isascii()
    assert b"\t" not in script()
    assert b"\r" not in script()


def parameters(source: bytes) -> dict[str, str]:
    """Return each parameter of the script and its type."""
    block = next(node for node in nodes(PARSER.parse(source).root_node) if node.type == "param_block")
    found = {}
    for node in nodes(block):
        if node.type == "script_parameter":
            text = (node.text or b"").decode()
            kind, name = re.fullmatch(r"\[(.+?)\]\$(\w+)", text, re.DOTALL).groups()  # type: ignore[union-attr]
            found[name] = kind
    return found


def test_it_takes_the_parameters_of_the_guide() -> None:
    """``-Message`` and ``-Files`` as the guide shows them, and the common options."""
    assert parameters(script()) == {
        "Message": "string",
        "Files": "string[]",
        "Project": "string",
        "Lang": "string",
        "Json": "switch",
        "Quiet": "switch",
    }


def test_an_unknown_or_nameless_argument_is_never_taken_for_the_message() -> None:
    """PowerShell itself refuses ``-Mesage x`` and ``-Files a.py b.py`` instead of shipping something else."""
    assert b"[CmdletBinding(PositionalBinding = $false)]" in script()


def handed_to_python(variable: str) -> str:
    """Return the Python code that the script keeps in one of its variables, its pieces put together."""
    found = re.search(rf"^\${variable} = (.*?)(?=^\S|\Z)", script().decode(), re.MULTILINE | re.DOTALL)
    assert found is not None
    tree = PARSER.parse(found.group(1).strip().encode())
    return "".join(
        (node.text or b"").decode()[1:-1] for node in nodes(tree.root_node) if node.type == "string_literal"
    )


@pytest.mark.parametrize("variable", ["ask", "run"])
def test_the_words_that_reach_python_hold_no_double_quote(variable: str) -> None:
    """5.1 drops double quotes inside an argument (PowerShell#1995): what Python is told must do without."""
    assert '"' not in handed_to_python(variable)


def test_python_makes_of_them_what_is_meant(tmp_path: object) -> None:
    """The code that asks and the code that runs, as the script gives them, without PowerShell in between."""
    record = os.path.join(str(tmp_path), "record.json")
    source = pretend_vigie.install(os.path.join(str(tmp_path), "mon bot préféré", "src"))
    request = os.path.join(str(tmp_path), "request.tmp")
    with open(request, "w", encoding="ascii") as file:
        file.write(r'{"message":"\u00e9t\u00e9"}')
    # the options come after -P and before -c, as in the script
    assert b"-P -c $ask $source" in script()
    assert b"-P -X utf8 -c $run $source $request\n" in script()
    environment = pretend_vigie.environment(record)
    python = [*pretend_vigie.WITHOUT_VIGIE, "-P"]
    asked = subprocess.run([*python, "-c", handed_to_python("ask"), source], env=environment, check=False)
    done = subprocess.run(
        [*python, "-X", "utf8", "-c", handed_to_python("run"), source, request],
        env=environment,
        stdout=subprocess.DEVNULL,
        check=False,
    )
    assert (asked.returncode, done.returncode) == (0, 42)
    called = pretend_vigie.recorded(record)
    assert called["argv"] == ["ship", "--request", request]
    assert called["door"] == "commit_and_restart"
    assert called["request"] == {"message": "été"}


@pytest.fixture
def folder(tmp_path: object) -> str:
    """A bot's folder with spaces and accents that holds a copy of the door."""
    folder = os.path.join(str(tmp_path), "mon bot préféré")
    os.mkdir(folder)
    shutil.copy(DOOR, folder)
    return folder


def run(shell: str, folder: str, call: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Call the door from a script in ``folder`` that has the strictest preferences a caller can have."""
    caller = os.path.join(folder, "caller.ps1")
    with open(caller, "w", encoding="ascii", newline="") as file:
        file.write("Set-StrictMode -Version Latest\n$ErrorActionPreference = 'Stop'\n")
        file.write("$PSNativeCommandUseErrorActionPreference = $true\n")
        file.write("[Console]::OutputEncoding = New-Object System.Text.UTF8Encoding($false)\n")
        file.write(f"& ./commit_and_restart.ps1 {call}\nexit $LASTEXITCODE\n")
    return subprocess.run(
        [shell, "-NoProfile", "-NonInteractive", "-ExecutionPolicy", "Bypass", "-File", caller],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )


def with_this_python(record: str, place: str) -> dict[str, str]:
    """Return an environment in which this Python is the first and has the pretended vigie."""
    path = os.path.dirname(sys.executable) + os.pathsep + os.environ.get("PATH", "")
    return pretend_vigie.environment(record, PYTHONPATH=place, PATH=path)


@pytest.mark.slow
@pytest.mark.parametrize("shell", SHELLS or [pytest.param("", marks=pytest.mark.skip("no PowerShell here"))])
def test_message_and_files_arrive_undamaged(shell: str, folder: str, tmp_path: object) -> None:
    """Quotes, dollars, backticks, accents, new lines reach vigie; the exit code comes back, no file stays."""
    record = os.path.join(str(tmp_path), "record.json")
    place = pretend_vigie.install(os.path.join(str(tmp_path), "installed"))
    message = 'fix: "guillemets" d\'été $HOME `n %PATH% & | < > ^ \\" fin\\\nligne 2'
    quoted = "'" + message.replace("'", "''").replace("é", "' + [char]0xE9 + '") + "'"
    environment = with_this_python(record, place)
    temporary = os.path.join(str(tmp_path), "temporary")
    os.mkdir(temporary)
    environment |= dict.fromkeys(("TMPDIR", "TEMP", "TMP"), temporary)
    done = run(shell, folder, f"-Message ({quoted}) -Files 'a.py,b c.py', '$d.py' -Json", environment)
    assert (done.returncode, "déjà vu" in done.stdout) == (42, True), done.stderr
    called = pretend_vigie.recorded(record)
    assert os.path.samefile(called["request"].pop("beside"), folder)
    assert called["request"] == {
        "message": message,
        "files": ["a.py,b c.py", "$d.py"],
        "project": None,
        "lang": None,
        "json": True,
        "quiet": False,
    }
    assert called["door"] == "commit_and_restart"
    assert "PYTHONUTF8" not in set(called["environment"]) - set(environment), "the bot would inherit it"
    assert not [name for name in os.listdir(temporary) if name.endswith(".tmp")]


@pytest.mark.slow
@pytest.mark.parametrize("shell", SHELLS or [pytest.param("", marks=pytest.mark.skip("no PowerShell here"))])
def test_what_was_not_said_is_not_invented(shell: str, folder: str, tmp_path: object) -> None:
    """Without message and files the request says so, which is not the same as an empty message or no file."""
    record = os.path.join(str(tmp_path), "record.json")
    place = pretend_vigie.install(os.path.join(str(tmp_path), "installed"))
    environment = with_this_python(record, place)
    assert run(shell, folder, "", environment).returncode == 42
    request = pretend_vigie.recorded(record)["request"]
    assert (request["message"], request["files"]) == (None, None)
    assert run(shell, folder, "-Message '' -Files @()", environment).returncode == 42
    request = pretend_vigie.recorded(record)["request"]
    assert (request["message"], request["files"]) == ("", [""])


@pytest.mark.slow
@pytest.mark.parametrize("shell", SHELLS or [pytest.param("", marks=pytest.mark.skip("no PowerShell here"))])
def test_without_vigie_it_says_what_to_type(shell: str, folder: str, tmp_path: object) -> None:
    """No Python with vigie: both languages on stderr, one JSON object on stdout, exit 1."""
    absent = os.path.join(str(tmp_path), "absent")
    pretend_vigie.install(absent, "raise ImportError(name='vigie')\n")
    environment = with_this_python("", absent)
    done = run(shell, folder, "-Json", environment)
    assert done.returncode == 1
    assert "Le paquet vigie est introuvable" in done.stderr
    assert json.loads(done.stdout)["error"]["code"] == "vigie-not-found"
