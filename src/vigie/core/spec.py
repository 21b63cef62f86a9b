"""What was asked for one bot, with the contract's defaults. All durations are seconds.

A ``Plain`` record rather than a dataclass: ``check`` imports this file and must not pay for ``dataclasses``
(18 of the 33 ms that the whole command may take above an empty Python, see ``bench/``).
"""

from __future__ import annotations

from vigie.plain import Plain

DEFAULT_HEALTH_URL = "http://localhost:8003/health"

START_PROBE_INTERVAL = 0.1
"""Between two probes of a bot that never answered: ``start`` must return within 0.3 s of its first answer."""

SLOW_LANE = 900.0
"""After giving up: one try this often (15 min), so that a cured world is noticed without looping."""

DAY = 86_400.0


class Spec(Plain):
    """One bot: how to launch it, how to ask whether it is well, and when to lose patience with it."""

    name: str = "bot"
    command: tuple[str, ...] = ()
    directory: str = "."
    health_url: str = DEFAULT_HEALTH_URL
    health_status: tuple[tuple[int, int], ...] = ((200, 299),)
    check_interval: float = 30.0
    check_timeout: float = 5.0
    confirm_failures: int = 3
    confirm_interval: float = 2.0
    start_grace: float = 60.0
    stop_timeout: float = 10.0
    stop_signals: tuple[str, ...] = ("SIGINT", "SIGTERM")
    restart: str = "always"
    stay_down_codes: tuple[int, ...] = (78,)
    restart_codes: tuple[int, ...] = (26, 75)
    backoff_initial: float = 1.0
    backoff_max: float = 60.0
    backoff_reset: float = 300.0
    give_up_after: int = 5
    restarts_per_day: int = 50
    max_memory: int | None = None
    max_age: float | None = None
    restart_at: tuple[str, ...] = ()
    on_change: str = "report"
    after: tuple[str, ...] = ()
    start_spacing: float = 0.0
    spare_children: tuple[str, ...] = ()
    log_max_size: int | None = 10_000_000
    log_keep: int = 5
    prove: float = 30.0
