"""``python -m bench [check] [start] [ship]``: all of it when nothing is named."""

from __future__ import annotations

import platform
import sys

from bench import check_speed, ship, start_speed

MEASURES = {"check": check_speed.main, "start": start_speed.main, "ship": ship.main}


def main(names: list[str]) -> int:
    """Run what is named; exit 2 for an unknown name."""
    unknown = [name for name in names if name not in MEASURES]
    if unknown:
        print(f"unknown: {', '.join(unknown)}; known: {', '.join(MEASURES)}", file=sys.stderr)
        return 2
    print(f"Python {platform.python_version()}, {platform.platform()}")
    for name in names or MEASURES:
        MEASURES[name]()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
