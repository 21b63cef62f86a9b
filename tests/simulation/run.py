"""Many lives one after another, what they came to, and the story of the one that broke a law."""

from __future__ import annotations

import time
from collections import Counter

from tests.simulation.laws import LawBroken
from tests.simulation.life import Life
from vigie.core.spec import Spec

FACTS_OF_A_LIFE = 10_000
YEAR = 365.25 * 86_400.0


class Failure(AssertionError):  # noqa: N818  (it tells a story)
    """A law was broken; the text tells how to see it again, and what came last."""


class Report:
    """What was simulated."""

    def __init__(self) -> None:
        """Nothing yet."""
        self.facts = 0
        self.lives = 0
        self.seconds = 0.0
        self.took = 0.0
        self.lost_restarts = 0
        self.counts: Counter[str] = Counter()

    def add(self, life: Life) -> None:
        """Add a life that kept all laws."""
        self.facts += life.laws.facts
        self.lives += 1
        self.seconds += life.world.clock.true
        self.lost_restarts += life.laws.lost_restarts
        self.counts.update(life.counts)

    def __str__(self) -> str:
        """Say it for people."""
        happened = ", ".join(f"{name} {times}" for name, times in sorted(self.counts.items()))
        return (
            f"{self.facts} facts in {self.lives} lives, {self.seconds / YEAR:.1f} simulated years, "
            f"{self.took:.1f} s of one core: {self.facts / max(self.took, 1e-9):.0f} facts/s. "
            f"Restarts that no ledger knew of: {self.lost_restarts}.\n{happened}"
        )


def simulate(seed: str, facts: int, only: int | None = None) -> Report:
    """Live until so many facts were taken in, or only the life of this number; raises ``Failure``."""
    report = Report()
    began = time.process_time()
    number = only or 0
    while report.facts < facts:
        life = Life(f"{seed}/{number}")
        _live(life, FACTS_OF_A_LIFE, f"--seed {seed} --life {number}")
        report.add(life)
        if only is not None:
            break
        number += 1
    report.took = time.process_time() - began
    return report


def simulate_years(seed: str, years: float, interval: float) -> Report:
    """Live one long life with the default settings, asked every ``interval`` seconds; raises ``Failure``."""
    report = Report()
    began = time.process_time()
    spec = Spec(command=("bot",), check_interval=interval)
    life = Life(f"{seed}/years", spec, years=True)
    _live(life, 10**12, f"--seed {seed} --years {years:g} --interval {interval:g}", years * YEAR)
    report.add(life)
    report.took = time.process_time() - began
    return report


def _live(life: Life, facts: int, again: str, seconds: float = float("inf")) -> None:
    try:
        life.live(facts, seconds)
    except LawBroken as broken:
        story = "\n".join(life.laws.story())
        raise Failure(
            f"{story}\n{broken}\nsettings: {life.spec}\nseen again with: python -m tests.simulation {again}"
        ) from broken
