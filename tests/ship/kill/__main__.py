"""``python -m tests.ship.kill STORY [POINT | FIRST/STEP]``: kill a ship at every point, this one, or some of them.

Prints one JSON object: how many points there were, and what was wrong at which of them.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.ship.conftest import CONFIGURATION

if sys.platform != "win32":
    from tests.ship.kill.stories import STORIES, Story, play

assert sys.platform != "win32"  # mypy skips the rest there

ENOUGH = 2
"""Runs in a row that came to their end: all points were before."""


def all_points(name: str, story: Story, base: Path, first: int, step: int) -> list[dict[str, Any]]:
    """Play the story once for each point there is."""
    results: list[dict[str, Any]] = []
    lived, point = 0, first
    while lived < ENOUGH:
        result = play(story, base / f"{name} {point}", point)
        results.append(result)
        lived = lived + 1 if result["lived"] else 0
        point += step
    return results


def main() -> None:
    """Play."""
    name, which = sys.argv[1], (sys.argv[2:] or ["1/1"])[0]
    first, _, step = which.partition("/")
    base = Path(tempfile.mkdtemp(prefix="ship-kill-", dir=os.environ.get("FAULTS_FOLDER")))
    (base / "home").mkdir()
    (base / "home" / ".gitconfig").write_text(CONFIGURATION)
    os.environ.update(HOME=str(base / "home"), XDG_CONFIG_HOME=str(base / "home"), GIT_CONFIG_NOSYSTEM="1")
    began = time.monotonic()
    story = STORIES[name]
    story.prepare(base / "template")
    if step:
        results = all_points(name, story, base, int(first), int(step))
    else:
        results = [play(story, base / f"{name} {first}", int(first))]
    wrong = [result for result in results if result["wrong"]]
    told = {
        "story": name,
        "points": sum(not result["lived"] for result in results),
        "seconds": round(time.monotonic() - began, 1),
        "wrong": wrong,
    }
    print(json.dumps(told, indent=1))
    if not wrong:
        shutil.rmtree(base)


if __name__ == "__main__":
    main()
