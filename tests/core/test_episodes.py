"""Generated stories: single facts and whole episodes, small numbers in the spec, the laws after every fact.

The same stories are drawn on every run. More and other ones: ``VIGIE_TEST_EXAMPLES=20000 VIGIE_TEST_SEED=7``.
A broken law prints the shortest story that breaks it and the command that plays it step by step.
"""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings

from tests.core.drawn import SPECS, STORIES
from tests.core.episodes import Story, play
from vigie.core.spec import Spec

EXAMPLES = int(os.environ.get("VIGIE_TEST_EXAMPLES", "1500"))
SEED = int(os.environ.get("VIGIE_TEST_SEED", "2026"))


@settings(derandomize=True, max_examples=200, deadline=None, database=None, print_blob=False)
@given(spec=SPECS, story=STORIES)
def test_every_story_keeps_the_laws(spec: Spec, story: Story) -> None:
    """Whatever happens to a bot, in whatever order, the laws hold after every fact."""
    play(spec, story)


@pytest.mark.slow
@seed(SEED)
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    phases=(Phase.generate, Phase.shrink),
    suppress_health_check=[HealthCheck.too_slow],
)
@given(spec=SPECS, story=STORIES)
def test_many_stories_keep_the_laws(spec: Spec, story: Story) -> None:
    """The same for thousands of stories."""
    play(spec, story)
