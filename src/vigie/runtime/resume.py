"""After a death of ours, or for a command that comes later: find who still lives, and go on with it.

In this order: the process the ledger names, if it is still that process; a process that holds the copy
lock although the ledger does not know it (we died between the launch and the note); a copy that somebody
launched by hand. Children that outlived the bot's own process are no bot any more: they are ended, because
they keep its port and its place.
"""

from __future__ import annotations

import os
import sys
import time
from typing import NamedTuple

from vigie.core.spec import Spec
from vigie.engines.base import Engine, Held, Identity
from vigie.runtime.by_hand import find_by_hand
from vigie.runtime.remembered import Moment, Remembered

PATIENCE = 1.0
"""Seconds to wait for leftovers to vanish; what resists longer makes the launch refuse instead."""

SLACK = 0.1
"""Seconds by which a start time may be wrong: the kernel counts in hundredths."""


class Found(NamedTuple):
    """A living process of the bot; ``launched_at`` on the steady clock."""

    held: Held
    launched_at: float
    by_us: bool


def find_living(
    spec: Spec, past: Remembered, lock_path: str, engine: Engine, now: Moment, patience: float = PATIENCE
) -> Found | None:
    """Return the bot's living process, or None when nothing of it lives.

    ``patience``: seconds to wait until what an earlier copy left behind is gone. Raises ``OSError`` when
    nothing can be looked at.
    """
    if past.identity is not None:
        held = engine.recognise(past.identity)
        if held is not None:
            return Found(held, past.launched_at, past.by_us)
    if engine.copy_alive(lock_path):
        found = _launched_unnoted(engine, lock_path, past, now)
        if found is not None:
            return found
        _end_leftovers(engine, lock_path, patience)
    copy = find_by_hand(spec, lock_path)
    return None if copy is None else _hold(engine, copy.pid, now, by_us=copy.marked)


def _launched_unnoted(engine: Engine, lock_path: str, past: Remembered, now: Moment) -> Found | None:
    """Return the holder that we launched ourselves: every bot of ours leads a session of its own.

    It began after the last note, or it would stand there; a helper that the noted bot had sent off in a
    session of its own is older and no bot.
    """
    since = past.noted_at - SLACK if past.identity is not None and past.noted_at is not None else None
    holders = [
        found for pid in engine.copy_holders(lock_path) if (found := _hold(engine, pid, now, by_us=True))
    ]
    leaders = [
        found
        for found in holders
        if _was_launched_by_us(engine, lock_path, found.held.identity)
        and (since is None or found.launched_at >= since)
    ]
    leaders.sort(key=lambda found: (found.launched_at, found.held.identity.pid))
    for found in holders:
        if found not in leaders[:1]:
            found.held.close()
    return leaders[0] if leaders else None


if sys.platform == "win32":

    def _was_launched_by_us(engine: Engine, lock_path: str, identity: Identity) -> bool:
        from vigie.engines.local_windows import LocalWindows

        return isinstance(engine, LocalWindows) and engine.leader(lock_path) == identity

else:

    def _was_launched_by_us(_engine: Engine, _lock_path: str, identity: Identity) -> bool:
        try:
            return os.getsid(identity.pid) == identity.pid
        except OSError:
            return False


def _end_leftovers(engine: Engine, lock_path: str, patience: float) -> None:
    until = time.monotonic() + patience
    engine.end_leftovers(lock_path)
    while engine.copy_alive(lock_path) and time.monotonic() < until:
        time.sleep(0.01)
        engine.end_leftovers(lock_path)


def _hold(engine: Engine, pid: int, now: Moment, by_us: bool) -> Found | None:
    identity = engine.identify(pid)
    held = engine.recognise(identity) if identity is not None else None
    return None if held is None else Found(held, _launched_at(pid, now), by_us)


def _launched_at(pid: int, now: Moment) -> float:
    import psutil

    try:
        age = max(0.0, now.wall - psutil.Process(pid).create_time())
    except psutil.Error:
        age = 0.0
    return now.steady - age
