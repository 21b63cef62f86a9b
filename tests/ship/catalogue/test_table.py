"""The table of situations in ``docs/ship-cases.md`` is whole and true."""

from __future__ import annotations

import os
import re

import pytest

from tests.ship.catalogue.table import PAGE, TOP, Row, functions, numbered, page, played, rows


def test_every_row_of_the_catalogue_is_there_once() -> None:
    """1 to 82, in order."""
    assert [row.number for row in rows()] == list(range(1, 83))


@pytest.mark.parametrize("row", rows(), ids=lambda row: str(row.number))
def test_every_test_that_is_named_exists(row: Row) -> None:
    """Nobody is sent to a test that is not there."""
    for test in played(row):
        file, _, name = test.partition("::")
        assert os.path.exists(os.path.join(TOP, "tests", file)), test
        assert name in functions(file), test


@pytest.mark.parametrize("row", rows(), ids=lambda row: str(row.number))
def test_every_row_is_played_or_says_why_not(row: Row) -> None:
    """Silence would look like proof."""
    assert played(row) or row.unplayed or "not yet" in row.answer


def test_tests_here_bear_the_number_of_a_row() -> None:
    """Another number is a slip."""
    assert set(numbered()) <= {row.number for row in rows()}


def test_the_page_is_the_table() -> None:
    """``python -m tests.ship.catalogue.table`` was run after the last change."""
    with open(PAGE, encoding="utf-8", newline="") as file:
        assert file.read() == page()


def test_the_page_shows_every_row() -> None:
    """As the person reads it: one line that begins with the number."""
    shown = [int(number) for number in re.findall(r"(?m)^\| (\d+) \|", page())]
    assert shown == list(range(1, 83))
