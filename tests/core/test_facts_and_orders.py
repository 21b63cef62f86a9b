"""The words of the conversation: facts in the past tense, orders with a reason, both unchangeable."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, fields
from typing import get_args

import pytest

from vigie.core.facts import Asked, Fact, Verb
from vigie.core.orders import Launch, Order
from vigie.core.reasons import Reason

FACTS: tuple[type, ...] = get_args(Fact)
ORDERS: tuple[type, ...] = get_args(Order)


@pytest.mark.parametrize("order", ORDERS)
def test_every_order_carries_its_reason(order: type) -> None:
    """Without one it cannot be given."""
    reason = next(field for field in fields(order) if field.name == "reason")
    assert reason.type == "Reason"


@pytest.mark.parametrize("kind", [*FACTS, *ORDERS])
def test_nobody_changes_what_was_said(kind: type) -> None:
    """A fact or an order that is handed around stays what it was."""
    assert kind.__dataclass_params__.frozen  # type: ignore[attr-defined]
    with pytest.raises(FrozenInstanceError):
        Launch(Reason.CRASHED).again = True  # type: ignore[misc]


def test_a_verb_is_what_people_type() -> None:
    """And each wish but the monitor's has a reason of its own."""
    assert [verb.value for verb in Verb] == ["start", "stop", "restart", "ensure"]
    for verb in Verb:
        assert Reason(f"asked-{verb.value}") in Reason


def test_a_wish_is_that_of_a_person_who_leaves_unless_said_otherwise() -> None:
    """The careful default: nobody stays, nobody is a monitor."""
    assert Asked(Verb.START) == Asked(Verb.START, keep=False, by_monitor=False)
