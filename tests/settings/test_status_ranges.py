"""Which HTTP answers count as healthy."""

from __future__ import annotations

import pytest

from vigie.settings.status_ranges import read_ranges


@pytest.mark.parametrize(
    ("value", "ranges"),
    [
        (200, ((200, 200),)),
        ("204", ((204, 204),)),
        ("200-299", ((200, 299),)),
        (" 200 - 299 ", ((200, 299),)),
        ("200-204, 401", ((200, 204), (401, 401))),
        ([200, "300-399"], ((200, 200), (300, 399))),
    ],
)
def test_ranges_are_read(value: object, ranges: tuple[tuple[int, int], ...]) -> None:
    """One number, a range, several in one text, or a list of them."""
    assert read_ranges(value) == ranges


@pytest.mark.parametrize(
    "value",
    [
        [],
        "",
        "ok",
        "2xx",
        "200-",
        "-299",
        "200-2999",
        2.5,
        True,
        None,
        {},
        [200, None],
        [[200]],
        "200-299-300",
    ],
)
def test_one_wrong_part_spoils_the_whole(value: object) -> None:
    """Nothing is guessed: a wrong part makes the value wrong."""
    assert read_ranges(value) == ()
