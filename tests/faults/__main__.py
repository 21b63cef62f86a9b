"""``python -m tests.faults STORY [POINT | FIRST/STEP]``: every point of a story, this one, or some of them.

Prints one JSON object: how many points there were, and what was wrong at which of them.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
import time
from typing import Any

# everything the forked processes need, once
import vigie.cli.check
import vigie.records.database
import vigie.runtime.by_hand  # noqa: F401

if sys.platform != "win32":
    from tests.faults.ground import Ground
    from tests.faults.lone import command, ports
    from tests.faults.stories import STORIES, play

assert sys.platform != "win32"  # mypy skips the rest there


AT_ONCE = 6
"""Runs beside each other: most of their time they wait for bots and pauses."""

ENOUGH = 2
"""Runs in a row whose mortal came to its end: all points were before."""


def run(name: str, point: int, base: str, port: int) -> dict[str, Any]:
    """Play one story with its mortal dying at this point."""
    folder = os.path.join(base, f"point {point}")
    os.mkdir(folder)
    ground = Ground(folder, port, STORIES[name].grace)
    lived = False
    try:
        lived = play(STORIES[name], ground, point)
    except AssertionError as error:
        ground.wrong.append(str(error))
    finally:
        ground.clear()
    if not ground.wrong:
        shutil.rmtree(folder)
    return {"point": point, "at": ground.last_words, "lived": lived, "wrong": ground.wrong, "folder": folder}


def all_points(name: str, base: str, first: int, step: int) -> list[dict[str, Any]]:
    """Play the story once for each point there is, some at a time."""
    results: list[dict[str, Any]] = []
    at_work: dict[int, int] = {}
    lived = 0
    point = first
    free = ports(os.getpid())
    while lived < ENOUGH or at_work:
        while lived < ENOUGH and len(at_work) < AT_ONCE:
            port = next(free)
            pid = os.fork()
            if not pid:
                try:
                    result = run(name, point, base, port)
                except BaseException as error:  # noqa: BLE001  (told by the one who gathers)
                    # a defect of these tests: nothing is gained by trying every further point
                    told = [repr(error)]
                    result = {"point": point, "at": "", "lived": True, "wrong": told, "folder": base}
                with open(os.path.join(base, f"{point}.json"), "w", encoding="utf-8") as file:
                    json.dump(result, file)
                os._exit(0)
            at_work[pid] = point
            point += step
        pid, _ = os.wait()
        if pid in at_work:
            with open(os.path.join(base, f"{at_work.pop(pid)}.json"), encoding="utf-8") as file:
                result = json.load(file)
            lived += result["lived"]
            results.append(result)
    return sorted(results, key=lambda result: int(result["point"]))


def main() -> None:
    """Play."""
    name, which = sys.argv[1], (sys.argv[2:] or ["1/1"])[0]
    first, _, step = which.partition("/")
    base = tempfile.mkdtemp(prefix="faults-", dir=os.environ.get("FAULTS_FOLDER"))
    command(0)
    began = time.monotonic()
    if step:
        results = all_points(name, base, int(first), int(step))
    else:
        results = [run(name, int(first), base, next(ports(os.getpid())))]
    wrong = [result for result in results if result["wrong"]]
    print(
        json.dumps(
            {
                "story": name,
                "points": sum(not result["lived"] for result in results),
                "seconds": round(time.monotonic() - began, 1),
                "wrong": wrong,
            },
            indent=1,
        )
    )
    if not wrong:
        shutil.rmtree(base)


if __name__ == "__main__":
    main()
