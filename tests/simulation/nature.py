"""What is drawn: settings of a bot, tempers of processes, and the torments of a foul day."""

from __future__ import annotations

from random import Random

from tests.simulation.world import ILL, SILENT, SLUGGISH, WELL, Temper
from vigie.core.spec import Spec
from vigie.engines.base import Exit

FOREVER = float("inf")

EXITS = (Exit(code=0), Exit(code=1), Exit(code=26), Exit(code=75), Exit(code=78), Exit(signal=11), Exit())


def log_uniform(dice: Random, lowest: float, highest: float) -> float:
    """Draw a number whose order of magnitude is evenly spread."""
    return float(lowest * (highest / lowest) ** dice.random())


def draw_spec(dice: Random, name: str = "bot") -> Spec:
    """Draw settings, within what the settings allow."""
    pick = dice.choice
    signals = pick(
        [("SIGINT", "SIGTERM"), ("SIGINT", "SIGTERM"), ("SIGTERM",), ("SIGINT", "SIGTERM", "SIGQUIT")]
    )
    return Spec(
        name=name,
        command=("bot",),
        check_interval=pick([1.0, 5.0, 30.0, 30.0, 60.0, 300.0]),
        check_timeout=pick([0.5, 2.0, 5.0, 5.0]),
        confirm_failures=pick([1, 2, 3, 3, 5]),
        confirm_interval=pick([0.5, 2.0, 2.0, 10.0]),
        start_grace=pick([0.5, 3.0, 10.0, 60.0]),
        stop_timeout=pick([0.0, 1.0, 10.0, 10.0]),
        stop_signals=signals,
        restart=pick(["always", "always", "always", "on-failure", "never"]),
        backoff_initial=pick([0.1, 1.0, 1.0, 5.0]),
        backoff_max=pick([5.0, 60.0, 60.0, 600.0]),
        backoff_reset=pick([10.0, 300.0, 300.0, 3600.0]),
        give_up_after=pick([1, 2, 3, 5, 5, 10]),
        restarts_per_day=pick([0, 1, 2, 5, 20, 50, 50]),
        max_age=pick([None, None, 600.0, 86_400.0]),
        on_change=pick(["report", "restart"]),
        prove=pick([0.0, 30.0]),
    )


def fair_temper(dice: Random, spec: Spec, years: bool) -> Temper:
    """Draw a bot as one should be: soon ready, for days or weeks."""
    week = 7 * 86_400.0
    ready_at = min(spec.start_grace * 0.5, 2.0) * dice.random()
    return Temper(
        ready_at=ready_at,
        lives=ready_at + 5.0 + dice.expovariate(1.0 / (4 * week if years else 60.0 * spec.check_interval)),
        exit=dice.choice([Exit(code=1), Exit(signal=9), Exit(code=0)]),
        goes_within=0.5 * dice.random(),
    )


def foul_temper(dice: Random, spec: Spec) -> Temper:
    """Draw a bot that is trouble in one way or several."""
    temper = Temper(
        ready_at=spec.start_grace * dice.choice([0.0, 0.01, 0.1, 0.9, 1.0, 1.1]),
        exit=dice.choice(EXITS),
        exit_when_asked=dice.choice(EXITS),
        obeys_from=dice.choice([0, 0, 0, 1, None]),
        goes_within=spec.stop_timeout * dice.choice([0.0, 0.01, 0.49, 0.5, 0.99, 1.0]),
        children=dice.choice([0, 0, 0, 1, 3]),
        survives_kills=dice.choice([0, 0, 0, 1, 4]),
    )
    how = dice.random()
    if how < 0.15:
        temper.lives = 0.0
    elif how < 0.6:
        temper.lives = log_uniform(dice, 0.001, 30_000.0)
    if dice.random() < 0.1:
        temper.ready_at = FOREVER
    if dice.random() < 0.5:
        age = log_uniform(dice, 0.1, 10_000.0)
        falls = [(age, dice.choice([ILL, SILENT, SLUGGISH]))]
        if dice.random() < 0.5:
            falls.append((age + log_uniform(dice, 0.1, 10 * spec.check_interval), WELL))
        temper.falls = tuple(falls)
    return temper
