"""``vigie.toml``: its table, and on which line something stands in it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from vigie.plain import Plain
from vigie.problems import UsageProblem
from vigie.settings.text_file import read_text


class TomlFile(Plain):
    """A file that is well-formed TOML, and what it holds."""

    path: str
    text: str
    table: dict[str, Any]


def read_toml(path: str) -> TomlFile:
    """Read the file at ``path``.

    Raises ``UsageProblem`` when it cannot be read or is not TOML; that names line and column.
    """
    import tomllib

    text = read_text(path)
    try:
        return TomlFile(path, text, tomllib.loads(text))
    except (ValueError, RecursionError) as error:
        # tomllib lets a plain ValueError pass for numbers of more than 4300 digits, and RecursionError for
        # brackets nested too deep.
        raise _not_toml(path, text, str(error)) from None


def line_of(toml: TomlFile, keys: Sequence[str]) -> int:
    """Return the line, from 1, of the statement that first brings the value at ``keys`` into being.

    tomllib tells no lines, and a second reader of TOML might disagree with it. So tomllib is asked: the
    statement is the one with which the beginning of the file first holds ``keys``, found by halving.
    """
    lines = toml.text.split("\n")
    low, high = 1, len(lines)
    while low < high:
        middle = (low + high) // 2
        if _beginning_holds(lines, middle, keys):
            high = middle
        else:
            low = middle + 1
    return low


def _beginning_holds(lines: list[str], count: int, keys: Sequence[str]) -> bool:
    """Whether ``keys`` exist in the first ``count`` lines, with those that end the statement begun there."""
    table: object = None
    while table is None:
        table = _parsed("\n".join(lines[:count]))
        count += 1
    for key in keys:
        if not isinstance(table, dict) or key not in table:
            return False
        table = table[key]
    return True


def _parsed(text: str) -> dict[str, Any] | None:
    import tomllib

    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError):
        return None


def _not_toml(path: str, text: str, message: str) -> UsageProblem:
    from vigie.messages import Phrase

    detail, _, where = message.rpartition(" (at ")
    numbers = where.removeprefix("line ").removesuffix(")").split(", column ")
    if where == "end of document)":
        line = text.rstrip("\n").count("\n") + 1
        place = Phrase("settings.in-file", file=path, line=line)
    elif len(numbers) == 2:
        place = Phrase("settings.in-file-column", file=path, line=numbers[0], column=numbers[1])
    else:
        return UsageProblem("settings.toml-too-much", file=path)
    return UsageProblem("settings.not-toml", place=place, detail=detail, advice=Phrase(_advice(detail)))


def _advice(detail: str) -> str:
    if "\\" in detail or "hex value" in detail:
        return "settings.toml-backslash"
    if "overwrite" in detail or "twice" in detail or "Duplicate" in detail:
        return "settings.toml-twice"
    if detail == "Invalid value":
        return "settings.toml-quotes"
    return "settings.toml-example"
