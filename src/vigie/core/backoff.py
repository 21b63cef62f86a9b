"""How long to wait before the next start."""

from __future__ import annotations

from vigie.core.spec import SLOW_LANE, Spec

JITTER = 0.2
"""Spread of a pause around its nominal length, so that bots that died together do not return together."""


def jittered(seconds: float, luck: float) -> float:
    """Return ``seconds`` spread by up to 20 % either way; ``luck`` in [0, 1) is handed in."""
    return seconds * (1.0 + JITTER * (2.0 * luck - 1.0))


def pause_before_start(deaths: int, spec: Spec, luck: float) -> float:
    """Return the seconds to wait after the ``deaths``-th death in a row.

    The first restart is immediate, the second waits ``backoff_initial``, each further one twice as long, up
    to ``backoff_max`` (CONTRACT.md).
    """
    if deaths <= 1:
        return 0.0
    doublings = min(deaths - 2, 60)  # 2.0 ** 60 s is beyond any allowed maximum, and far from overflow
    return jittered(min(spec.backoff_initial * 2.0**doublings, spec.backoff_max), luck)


def pause_in_slow_lane(luck: float) -> float:
    """Return the seconds between two tries after giving up: 15 min, spread."""
    return jittered(SLOW_LANE, luck)
