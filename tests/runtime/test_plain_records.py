"""A status becomes plain values and comes back the same; what is half understood is not believed at all."""

from __future__ import annotations

import dataclasses
import json
import typing
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.core.reasons import Reason
from vigie.core.spec import Spec
from vigie.core.states import Health, Life, Phase, Status, Tally, Wish
from vigie.engines.base import Identity
from vigie.runtime.plain_records import plain, record


def through_json(value: object) -> Any:
    """As it is handed over."""
    return json.loads(json.dumps(plain(value)))


FINITE = st.floats(allow_nan=False, allow_infinity=False)


def drawn(kind: type[Any]) -> st.SearchStrategy[Any]:
    """Any record of this kind, whatever fields it has by now."""
    hints = typing.get_type_hints(kind)
    return st.builds(kind, **{name: _of(hint) for name, hint in hints.items()})


def _of(hint: Any) -> st.SearchStrategy[Any]:
    inner = typing.get_args(hint)
    if inner and typing.get_origin(hint) is tuple:
        return st.lists(_of(inner[0]), max_size=4).map(tuple)
    if inner:
        return st.one_of(*(st.none() if one is type(None) else _of(one) for one in inner))
    if dataclasses.is_dataclass(hint):
        return drawn(hint)  # type: ignore[arg-type]
    return FINITE if hint is float else st.from_type(hint)


@given(drawn(Status))
def test_every_status_comes_back(status: Status) -> None:
    """Field by field, enums and tuples included."""
    assert record(Status, through_json(status)) == status


def test_a_spec_comes_back() -> None:
    """With ranges, names and what is not set."""
    spec = Spec("bot", ("x", "y"), health_status=((200, 299), (404, 404)), after=("db",), max_memory=1 << 30)
    assert record(Spec, through_json(spec)) == spec


def test_a_newer_reader_has_defaults_and_an_older_one_passes_over() -> None:
    """A field that is missing, and one that nobody knows."""
    found = through_json(Life(Phase.ALIVE, 3.0, 7, cause=Reason.CRASHED))
    del found["luck"]
    found["colour"] = "blue"
    assert record(Life, found) == Life(Phase.ALIVE, 3.0, 7, cause=Reason.CRASHED)


@pytest.mark.parametrize(
    ("kind", "found"),
    [
        (Life, None),
        (Life, {"phase": "asleep"}),
        (Life, {"since": "soon"}),
        (Life, {"pid": True}),
        (Life, {"pid": 1.5}),
        (Tally, {"restarts": 3}),
        (Tally, {"restarts": ["x"]}),
        (Wish, {"again": "because"}),
        (Health, {"verdict": None}),
        (Spec, {"command": "x"}),
        (Identity, {"pid": 1}),
        (Spec, {"health_status": [[1]]}),
    ],
)
def test_what_is_wrong_is_not_believed(kind: type, found: object) -> None:
    """One wrong value is enough."""
    with pytest.raises(ValueError, match=r".*"):
        record(kind, found)
