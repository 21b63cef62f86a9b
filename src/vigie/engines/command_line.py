"""What a command line runs: its kind of program, and for an interpreter the script or module it is given."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from typing import NamedTuple


class Runs(NamedTuple):
    """``script`` is as written (a module's name when ``module``); ``rest`` is what comes after it."""

    kind: str
    script: str | None
    module: bool
    rest: tuple[str, ...]


class Grammar(NamedTuple):
    """Which options of an interpreter take a value, give the code itself, or name a module to run."""

    valued: frozenset[str]
    code: frozenset[str]
    module: frozenset[str] = frozenset()
    clustered: bool = True
    """One-letter options may be written together (``-uW ignore``)."""
    verbs: frozenset[str] = frozenset()
    """Words that may stand before the script (``deno run bot.ts``)."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_SHELL = Grammar(valued=_words("-o -O +o +O --rcfile --init-file"), code=_words("-c"))

GRAMMARS: dict[str, Grammar] = {
    # each from the program's own --help
    "python": Grammar(_words("-W -X --check-hash-based-pycs"), _words("-c"), _words("-m")),
    "pypy": Grammar(_words("-W -X --jit"), _words("-c"), _words("-m")),
    "node": Grammar(
        _words("-r --require --import --loader --experimental-loader -C --conditions --env-file --title"),
        _words("-e --eval -p --print -pe"),
        clustered=False,
    ),
    "deno": Grammar(_words("-c --config --import-map"), _words("eval"), clustered=False, verbs=_words("run")),
    "bun": Grammar(
        _words("-r --preload -c --config --cwd"), _words("-e -p"), clustered=False, verbs=_words("run")
    ),
    "ruby": Grammar(_words("-I -r -C -E"), _words("-e")),
    "perl": Grammar(_words("-I"), _words("-e -E")),
    "php": Grammar(_words("-c -d -z"), _words("-r -S")),
    "lua": Grammar(_words("-l"), _words("-e")),
    "java": Grammar(
        _words("-cp -classpath --class-path -p --module-path --add-modules"),
        frozenset(),
        clustered=False,
    ),
    "sh": _SHELL,
    "bash": _SHELL,
    "dash": _SHELL,
    "zsh": _SHELL,
}

SCRIPT_OPTIONS = {"php": "-f", "java": "-jar"}
"""Options whose value is the script itself."""

_ALIASES = {"pythonw": "python", "py": "python", "nodejs": "node", "javaw": "java"}


def kind_of(program: str) -> str:
    """Return the family of a program: ``/usr/bin/python3.11`` and ``pythonw.exe`` are both ``python``."""
    name = os.path.basename(program.replace("\\", "/")).lower().removesuffix(".exe").lstrip("-")
    name = re.sub(r"[-_]?\d+(\.\d+)*t?$", "", name) or name
    return _ALIASES.get(name, name)


def understand(arguments: Sequence[str]) -> Runs | None:
    """Tell what a command line runs; None when there is none.

    A program that is no known interpreter is its own script: ``script`` is then None and ``rest`` all its
    arguments. An interpreter given code, standard input or nothing has neither script nor rest.
    """
    if not arguments or not arguments[0]:
        return None
    kind = kind_of(arguments[0])
    grammar = GRAMMARS.get(kind)
    if grammar is None:
        return Runs(kind, None, False, tuple(arguments[1:]))
    position = 1
    while position < len(arguments):
        word = arguments[position]
        position += 1
        if word == "--":
            break
        if not word.startswith(("-", "+")) or len(word) == 1:
            if word in grammar.verbs:
                continue
            position -= 1
            break
        option, value = _option(word, grammar)
        if option in grammar.code:
            return Runs(kind, None, False, ())
        if option in grammar.module or option == SCRIPT_OPTIONS.get(kind):
            if not value:
                value = arguments[position] if position < len(arguments) else ""
                position += 1
            return Runs(kind, value or None, option in grammar.module, tuple(arguments[position:]))
        if option in grammar.valued and not value:
            position += 1
    if position < len(arguments) and arguments[position] != "-" and arguments[position] not in grammar.code:
        return Runs(kind, arguments[position], False, tuple(arguments[position + 1 :]))
    return Runs(kind, None, False, ())


def _option(word: str, grammar: Grammar) -> tuple[str, str]:
    """Return the option that matters in ``word`` and the value written together with it."""
    if word.startswith("--") or not grammar.clustered:
        name, _, value = word.partition("=")
        return name, value
    sign, letters = word[0], word[1:]
    for place, letter in enumerate(letters):
        option = sign + letter
        if option in grammar.valued or option in grammar.code or option in grammar.module:
            return option, letters[place + 1 :]
    return word, ""
