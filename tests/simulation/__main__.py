"""``python -m tests.simulation --seed N --facts M``: simulate, and say how fast; or how to see a failure again."""

from __future__ import annotations

import argparse
import sys

from tests.simulation.run import Failure, simulate, simulate_years


def main() -> int:
    """Simulate; 1 when a law was broken."""
    words = argparse.ArgumentParser(prog="python -m tests.simulation")
    words.add_argument("--seed", default="0", help="the same seed always lives the same lives")
    words.add_argument("--facts", type=int, default=1_000_000)
    words.add_argument("--life", type=int, default=None, help="only this one of the seed's lives")
    words.add_argument("--years", type=float, default=None, help="one life of so many years instead")
    words.add_argument(
        "--interval", type=float, default=600.0, help="check_interval of the years, in seconds"
    )
    asked = words.parse_args()
    print(f"seed {asked.seed}", flush=True)
    try:
        if asked.years is None:
            report = simulate(asked.seed, asked.facts, asked.life)
        else:
            report = simulate_years(asked.seed, asked.years, asked.interval)
    except Failure as failure:
        print(failure)
        return 1
    print(report)
    return 0


if __name__ == "__main__":
    sys.exit(main())
