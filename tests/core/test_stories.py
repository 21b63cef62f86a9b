"""Plays every named story: the orders, the word, its record, and the moment to wake at."""

from __future__ import annotations

import pytest

from tests.core.stories import Story
from tests.core.stories.every import STORIES
from vigie.core.due import next_due
from vigie.core.facts import TimeCame
from vigie.core.machine import decide
from vigie.core.orders import Order, Record, WakeAt
from vigie.core.states import shown, why


@pytest.mark.parametrize("story", STORIES, ids=[story.title for story in STORIES])
def test_the_story_comes_true(story: Story) -> None:
    """Each fact leads to the orders and the word that the story tells, and to nothing else."""
    status, wake = story.beginning, None
    for step in story.steps:
        now, moment = f"at {step.at:g} s, {step.fact}", step.at
        if isinstance(step.fact, TimeCame) and wake is not None:
            assert step.at == pytest.approx(wake), f"{now}: the alarm was set for {wake:g} s"
            moment = wake  # a sum of decimals is not always what it reads like
        before = shown(status)
        status, orders = decide(status, step.fact, story.spec, moment)
        assert shown(status) == step.word, f"{now}: {orders}"
        assert told(orders) == step.orders, now
        changed = (Record(before, step.word, why(status)),) if before != step.word else ()
        assert tuple(order for order in orders if isinstance(order, Record)) == changed, now
        due = next_due(status, story.spec)
        assert [order for order in orders if isinstance(order, WakeAt)] == ([WakeAt(*due)] if due else []), (
            now
        )
        wake = due[0] if due else None


def told(orders: tuple[Order, ...]) -> tuple[Order, ...]:
    """Return the orders that a story spells out."""
    return tuple(order for order in orders if not isinstance(order, (Record, WakeAt)))


def test_every_story_has_a_name_of_its_own() -> None:
    """No two stories are told under one title, and there are plenty of them."""
    titles = [story.title for story in STORIES]
    assert len(set(titles)) == len(titles) >= 40
