"""Tells every story: ``python -m tests.core.stories [WORD]``, only those whose title holds WORD."""

from __future__ import annotations

import sys

from tests.core.stories import Story
from tests.core.stories.every import STORIES


def tell(story: Story) -> None:
    """Print one story."""
    print(f"\n{story.title}")
    for step in story.steps:
        does = ", ".join(in_short(order) for order in step.orders)
        print(f"  {step.at:10.2f} s  {in_short(step.fact):42} {step.word:13} {does}".rstrip())


def in_short(thing: object) -> str:
    """Return a fact or an order as short as it is read."""
    fields = [getattr(thing, name) for name in getattr(thing, "__dataclass_fields__", ())]
    told = [str(getattr(field, "value", field)) for field in fields if field not in (None, False, 0.5, "")]
    return f"{type(thing).__name__} {' '.join(told)}".rstrip()


if __name__ == "__main__":
    wanted = sys.argv[1] if len(sys.argv) > 1 else ""
    for story in STORIES:
        if wanted in story.title:
            tell(story)
