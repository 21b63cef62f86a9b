"""The core decides and does nothing else: no clock, no files, no network, no logging, no dice."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator

import pytest

import vigie.core
import vigie.plain

ROOM = os.path.dirname(vigie.core.__file__)
FILES = sorted(name for name in os.listdir(ROOM) if name.endswith(".py"))

ALLOWED = {"__future__", "collections.abc", "dataclasses", "enum", "typing", "vigie.plain"}
"""All that a decision needs from elsewhere: shapes of things, and nothing that acts."""

FORBIDDEN_CALLS = {
    "__import__",
    "breakpoint",
    "compile",
    "eval",
    "exec",
    "globals",
    "hash",  # differs from run to run for texts, so a replay would not
    "id",
    "input",
    "open",
    "print",
    "setattr",
    "vars",
}


def tree(name: str) -> ast.Module:
    """Return a file of the core, parsed."""
    with open(os.path.join(ROOM, name), encoding="utf-8") as file:
        return ast.parse(file.read(), name)


def test_the_one_neighbour_that_the_core_knows_is_as_pure() -> None:
    """Records for ``check`` are shapes too."""
    assert set(imported(vigie.plain.__file__)) <= ALLOWED


def imported(name: str) -> Iterator[str]:
    """Yield the modules that a file names in its imports, wherever they stand."""
    for node in ast.walk(tree(name)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute in this house"
            yield node.module or ""


@pytest.mark.parametrize("name", FILES)
def test_the_core_imports_only_shapes_and_itself(name: str) -> None:
    """What is not imported cannot be done."""
    strangers = {module for module in imported(name) if module not in ALLOWED}
    assert {module for module in strangers if module.partition(".core")[0] != "vigie"} == set()


@pytest.mark.parametrize("name", FILES)
def test_the_core_calls_nothing_that_acts_or_differs_from_run_to_run(name: str) -> None:
    """Not even a print."""
    calls = {
        node.func.id
        for node in ast.walk(tree(name))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    assert calls & FORBIDDEN_CALLS == set()


@pytest.mark.parametrize("name", FILES)
def test_the_core_keeps_nothing_between_two_decisions(name: str) -> None:
    """No global is written to, so a decision depends on what is handed in alone."""
    assert not [node for node in ast.walk(tree(name)) if isinstance(node, (ast.Global, ast.Nonlocal))]


def test_the_eyes_of_this_test_are_open() -> None:
    """It would see a stranger."""
    assert FILES
    assert any("vigie.core.states" in set(imported(name)) for name in FILES)
    assert "vigie.core" not in ALLOWED
