"""Records for the files that ``check`` imports: what ``NamedTuple`` gives, at a tenth of its price.

Creating one ``NamedTuple`` class takes 0.25 ms (it compiles a constructor), and ``check`` would create two
dozen of them in a budget of 33 ms; ``dataclasses`` alone costs 10 ms. A subclass here costs 0.02 ms, for
slower construction, which nobody notices: a command makes a few dozen records.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Self, dataclass_transform


@dataclass_transform(frozen_default=True)
class Plain:
    """A record: fields are the annotations of the class, in their order; it cannot be changed."""

    def __init__(self, *values: Any, **named: Any) -> None:
        """Take the fields by position or by name; raises ``TypeError`` when they do not fit."""
        fields = type(self).__annotations__
        if len(values) > len(fields):
            raise TypeError(f"{type(self).__name__} has {len(fields)} fields, {len(values)} were given")
        mine = self.__dict__
        mine.update(zip(fields, values, strict=False))
        for name, value in named.items():
            if name not in fields or name in mine:
                raise TypeError(f"{type(self).__name__}: {name} is no field, or was given twice")
            mine[name] = value
        if len(mine) < len(fields):
            self._take_defaults(fields)

    def _take_defaults(self, fields: dict[str, Any]) -> None:
        given = dict(self.__dict__)
        self.__dict__.clear()
        for name in fields:
            if name in given:
                self.__dict__[name] = given[name]
            elif name in type(self).__dict__:
                self.__dict__[name] = type(self).__dict__[name]
            else:
                raise TypeError(f"{type(self).__name__} lacks its field {name}")

    def _replace(self, **named: Any) -> Self:
        """Return the same record with some fields changed."""
        return type(self)(**{**self.__dict__, **named})

    def _asdict(self) -> dict[str, Any]:
        """Return the fields by name."""
        return dict(self.__dict__)

    def __iter__(self) -> Iterator[Any]:
        """Yield the fields, so that a record can be unpacked."""
        return iter(self.__dict__.values())

    def __eq__(self, other: object) -> bool:
        """Two records are equal when they are of one kind and all fields are."""
        return type(self) is type(other) and self.__dict__ == other.__dict__

    def __hash__(self) -> int:
        """Fit ``__eq__``."""
        return hash((type(self), *self.__dict__.values()))

    def __repr__(self) -> str:
        """Show the fields; a record with secrets overrides this."""
        shown = ", ".join(f"{name}={value!r}" for name, value in self.__dict__.items())
        return f"{type(self).__name__}({shown})"

    def __setattr__(self, name: str, value: object) -> None:
        """Refuse: a record cannot be changed."""
        raise AttributeError(f"{type(self).__name__}.{name} cannot be changed")

    def __delattr__(self, name: str) -> None:
        """Refuse: a record cannot be changed."""
        raise AttributeError(f"{type(self).__name__}.{name} cannot be removed")
