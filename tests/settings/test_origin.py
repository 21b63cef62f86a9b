"""What an error may show of a value, and what it must not."""

from __future__ import annotations

import datetime

import pytest

from vigie.settings.origin import FromVariable, toml_text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (3, "3"),
        (2.5, "2.5"),
        (True, "true"),
        ("a", "'a'"),
        ("tab\t", "'tab\\t'"),
        ("\x1b[31m", "'\\x1b[31m'"),
        ([1, "a", False], "[1, 'a', false]"),
        ({"password": "x"}, "{...}"),
        ([{"password": "x"}], "[{...}]"),
        (list(range(9)), "[0, 1, 2, 3, 4, 5, 6, 7, ...]"),
        (datetime.date(2026, 2, 8), "2026-02-08"),
        ("x" * 100, "'" + "x" * 59 + "..."),
    ],
)
def test_a_value_is_shown_in_one_short_line(value: object, text: str) -> None:
    """Much as TOML writes it, without control characters, and of tables nothing."""
    assert toml_text(value) == text


def test_a_number_of_any_length_can_be_shown() -> None:
    """Python itself refuses to write more than 4300 digits."""
    assert len(toml_text(10**5000)) < 100


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("abc", "'abc'"),
        ("30 s3cr3t", "'30'..."),
        ("30\nTOKEN=s3cr3t", "'30'..."),
        ("${TOKEN}", "'${TOKEN}'"),
        ("", "''"),
    ],
)
def test_of_a_variable_only_the_first_word_is_shown(written: str, shown: str) -> None:
    """After a forgotten quote or line end the rest may be a neighbour's secret."""
    assert FromVariable("CHECK_INTERVAL", "s3cr3t", written).shown() == shown
