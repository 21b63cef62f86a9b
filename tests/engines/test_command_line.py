"""What a command line runs."""

from __future__ import annotations

import pytest

from vigie.engines.command_line import kind_of, understand


@pytest.mark.parametrize(
    ("program", "kind"),
    [
        ("python", "python"),
        ("python3", "python"),
        ("/usr/bin/python3.11", "python"),
        ("python3.13t", "python"),
        ("C:\\Python\\pythonw.exe", "python"),
        ("PYTHON.EXE", "python"),
        ("py", "python"),
        ("pypy3.10", "pypy"),
        ("node", "node"),
        ("nodejs", "node"),
        ("node-20", "node"),
        ("-bash", "bash"),
        ("./bot", "bot"),
        ("bot2", "bot"),
        ("7", "7"),
    ],
)
def test_a_program_has_a_kind(program: str, kind: str) -> None:
    """Its version, folder and ending do not matter."""
    assert kind_of(program) == kind


@pytest.mark.parametrize(
    ("line", "script", "rest"),
    [
        ("python start.py", "start.py", ""),
        ("python -u start.py --debug", "start.py", "--debug"),
        ("python -X dev -W ignore start.py", "start.py", ""),
        ("python -Xdev -Wignore start.py", "start.py", ""),
        ("python -uW ignore start.py", "start.py", ""),
        ("python -I -- start.py", "start.py", ""),
        ("python --check-hash-based-pycs never start.py", "start.py", ""),
        ("python start.py -m other", "start.py", "-m other"),
        ("node --require ./x.js --inspect index.js a", "index.js", "a"),
        ("node --env-file=.env index.js", "index.js", ""),
        ("node -r ./x.js index.js", "index.js", ""),
        ("deno run -A bot.ts", "bot.ts", ""),
        ("bun run bot.ts", "bot.ts", ""),
        ("ruby -I lib bot.rb", "bot.rb", ""),
        ("perl -Ilib -w bot.pl", "bot.pl", ""),
        ("php -d memory_limit=1 bot.php", "bot.php", ""),
        ("php -f bot.php", "bot.php", ""),
        ("java -Xmx1g -cp lib/x.jar -jar bot.jar a", "bot.jar", "a"),
        ("bash -eu run.sh", "run.sh", ""),
        ("bash -o pipefail run.sh", "run.sh", ""),
    ],
)
def test_the_script_is_found_behind_options(line: str, script: str, rest: str) -> None:
    """Options that take a value do not pass it off as the script."""
    runs = understand(line.split())
    assert runs is not None
    assert (runs.script, runs.module, runs.rest) == (script, False, tuple(rest.split()))


@pytest.mark.parametrize(
    "line",
    [
        "python",
        "python -",
        "python -c print() start.py",
        "python -Ic print() start.py",
        "python -Bc print() start.py",
        "node -e 1 start.py",
        "node --eval=1 start.py",
        "deno eval 1",
        "bash -lc start.py",
        "perl -ne print start.py",
        "php -S localhost:1 start.py",
    ],
)
def test_code_and_standard_input_are_no_script(line: str) -> None:
    """What only looks like a script behind code is none."""
    runs = understand(line.split())
    assert runs is not None
    assert runs.script is None


@pytest.mark.parametrize(
    ("line", "module", "rest"),
    [
        ("python -m mybot --x", "mybot", "--x"),
        ("python -mmybot", "mybot", ""),
        ("python -um mybot start.py", "mybot", "start.py"),
        ("python -m py_compile start.py", "py_compile", "start.py"),
    ],
)
def test_a_module_is_told_from_a_script(line: str, module: str, rest: str) -> None:
    """The file behind a module's name is that module's argument."""
    runs = understand(line.split())
    assert runs is not None
    assert (runs.script, runs.module, runs.rest) == (module, True, tuple(rest.split()))


def test_another_program_is_its_own_script() -> None:
    """An editor or a grep runs itself, whatever file it is given."""
    runs = understand(["vim", "start.py"])
    assert runs is not None
    assert (runs.kind, runs.script, runs.rest) == ("vim", None, ("start.py",))


@pytest.mark.parametrize("arguments", [[], [""], ["", "start.py"]])
def test_nothing_runs_nothing(arguments: list[str]) -> None:
    """An empty command line, as a kernel thread has, is understood as none."""
    assert understand(arguments) is None


@pytest.mark.parametrize(
    "line", ["python -m", "python -W", "python -X", "php -f", "node --require", "deno run"]
)
def test_an_unfinished_line_is_no_trouble(line: str) -> None:
    """An option without its value, at the very end, runs nothing known."""
    runs = understand(line.split())
    assert runs is not None
    assert runs.script is None
