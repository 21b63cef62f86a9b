"""Sizes of memory as people write them."""

from __future__ import annotations

import pytest

from vigie.settings.size import parse_size


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("300000000", 300_000_000),
        ("512 MB", 512_000_000),
        ("512MB", 512_000_000),
        ("512 mb", 512_000_000),
        ("1GiB", 2**30),
        ("1.5 GiB", 3 * 2**29),
        ("800M", 800 * 2**20),
        ("2g", 2**31),
        ("0.5 kB", 500),
        (" 7 B ", 7),
        ("5. kB", 5000),
        (".5 kB", 500),
    ],
)
def test_a_size_is_read(text: str, size: int) -> None:
    """Decimal and binary units, in any case, with or without a space."""
    assert parse_size(text) == size


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "MB",
        ".",
        "1,5 GB",
        "-1 GB",
        "1 XB",
        "1e9",
        "nan",
        "inf",
        "1_000",
        "1 2 MB",
        "MB 1",
        "9" * 400,
        "0x10",
    ],
)
def test_anything_else_is_no_size(text: str) -> None:
    """Signs, exponents, commas, unknown units and nonsense are refused."""
    assert parse_size(text) is None
