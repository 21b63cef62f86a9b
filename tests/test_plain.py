"""The cheap records: made, compared, replaced, unpacked, and never changed."""

from __future__ import annotations

import pytest

from vigie.plain import Plain


class Point(Plain):
    """Two numbers and a name."""

    x: int
    y: int = 2
    name: str = "p"


class Other(Plain):
    """The same fields, another kind."""

    x: int
    y: int = 2
    name: str = "p"


def test_fields_come_by_position_by_name_or_by_default() -> None:
    """All ways give the same record, with its fields in the order of the class."""
    assert Point(1) == Point(x=1, y=2) == Point(1, 2, "p") == Point(name="p", x=1)
    assert list(Point(name="q", x=1)) == [1, 2, "q"]
    x, y, name = Point(5)
    assert (x, y, name) == (5, 2, "p")


@pytest.mark.parametrize(
    ("values", "named"), [((), {}), ((1, 2, "p", 4), {}), ((1,), {"z": 1}), ((1,), {"x": 1})]
)
def test_fields_that_do_not_fit_are_refused(values: tuple[object, ...], named: dict[str, object]) -> None:
    """Too many, too few, unknown or twice."""
    with pytest.raises(TypeError):
        Point(*values, **named)  # type: ignore[arg-type]


def test_a_record_is_replaced_and_never_changed() -> None:
    """Replacing makes a new record; setting and deleting are refused."""
    point = Point(1)
    assert point._replace(y=9) == Point(1, 9)
    with pytest.raises(AttributeError):
        point.x = 3  # type: ignore[misc]
    with pytest.raises(AttributeError):
        del point.x
    assert point == Point(1)


def test_equality_asks_for_the_same_kind() -> None:
    """Two kinds with the same values are not equal, and equal ones hash alike."""
    assert Point(1) != Other(1)
    assert Point(1) != (1, 2, "p")
    assert hash(Point(1)) == hash(Point(1, 2))


def test_a_record_shows_its_fields() -> None:
    """For developers and failing tests."""
    assert repr(Point(1)) == "Point(x=1, y=2, name='p')"
