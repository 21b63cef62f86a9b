"""A record of ours as plain values and back, read by another version of us: believed whole or not at all.

A field that the reader does not know is passed over, one that is missing has its default: so a newer vigie
understands an older one. Anything of the wrong kind raises ``ValueError``.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Mapping
from enum import Enum
from typing import Any, TypeVar

from vigie.plain import Plain

Record = TypeVar("Record")


def plain(value: object) -> object:
    """Return ``value`` (a record, an enum, a sequence of them, or a plain value) as JSON knows it."""
    if isinstance(value, Plain):
        return {name: plain(one) for name, one in value._asdict().items()}
    if dataclasses.is_dataclass(value):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, (tuple, list)):
        return [plain(one) for one in value]
    return value


def record(kind: type[Record], found: object) -> Record:
    """Return the record of this kind that ``plain`` made into ``found``; raises ``ValueError``."""
    if not isinstance(found, Mapping):
        raise ValueError(found)  # noqa: TRY004  (one kind of error for whatever cannot be believed)
    hints = typing.get_type_hints(kind)
    values = {name: _read(hint, found[name]) for name, hint in hints.items() if name in found}
    try:
        return kind(**values)
    except TypeError as error:
        raise ValueError(kind.__name__) from error


def _read(hint: Any, value: object) -> Any:
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        if value is None and type(None) in inner:
            return None
        (one,) = (kind for kind in inner if kind is not type(None))
        return _read(one, value)
    if origin is tuple and isinstance(value, list):
        if len(inner) == 2 and inner[1] is Ellipsis:
            return tuple(_read(inner[0], one) for one in value)
        return tuple(_read(kind, one) for kind, one in zip(inner, value, strict=True))
    if isinstance(hint, type) and issubclass(hint, Enum):
        return hint(value)
    if isinstance(hint, type) and (issubclass(hint, Plain) or dataclasses.is_dataclass(hint)):
        return record(hint, value)
    if hint is float and type(value) in (int, float):
        return value
    if type(value) is not hint:
        raise ValueError(value)
    return value
