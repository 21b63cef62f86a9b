"""How many probes may be under way together when there are more than a shell's limits are made for.

Loaded only then. Every probe in hand at the same time is what makes a ``check`` of hundreds of hung bots take
as long as that of one.
"""

from __future__ import annotations

import sys

MOST = 400
"""Probes under way together at most. The limit this needs stays below 1024, which the commands of ``exec:``
probes inherit and which ``select`` in them can bear."""

EACH = 2
"""Descriptors that a probe holds: two calls to ``localhost``, or a command and the watch over it."""

OURS = 40
"""Descriptors for everything else."""

ON_WINDOWS = 200
"""Windows waits for 512 sockets at most."""


def room_for(count: int, least: int) -> int:
    """Return how many of ``count`` probes may be begun at once, never fewer than ``least``.

    Raises our own soft limit of descriptors towards what they need; macOS gives a shell's programs 256.
    """
    wanted = min(count, MOST)
    if sys.platform == "win32":
        return max(least, min(wanted, ON_WINDOWS))
    else:  # noqa: RET505  (a type checker for Windows reads no further otherwise)
        import resource

        needed = wanted * EACH + OURS
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        if soft != resource.RLIM_INFINITY and soft < needed:
            most = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
            try:
                resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
                soft = most
            except (OSError, ValueError):
                pass
            wanted = min(wanted, (soft - OURS) // EACH)
        return max(least, wanted)
