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
from vigie.engines.base import Engine, Held, Identity, Spare, spare_of
from vigie.runtime.by_hand import ByHand, find_by_hand
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


BATCH = 0.5
"""Seconds for which one look at all programs is good: hundreds of bots are looked for within a moment."""


def find_living(
    spec: Spec,
    past: Remembered,
    lock_path: str,
    engine: Engine,
    now: Moment,
    patience: float = PATIENCE,
    fresh: float = 0.0,
) -> Found | None:
    """Return the bot's living process, or None when nothing of it lives.

    ``patience``: seconds to wait until what an earlier copy left behind is gone. ``fresh``: seconds for which an
    earlier look at all programs will do. Raises ``OSError`` when nothing can be looked at.
    """
    if past.identity is not None:
        held = engine.recognise(past.identity)
        if held is not None:
            return Found(held, past.launched_at, past.by_us)
    spare = spare_of(spec)
    if engine.copy_alive(lock_path, spare):
        found = _launched_unnoted(engine, lock_path, spare, past, now)
        if found is not None:
            return found
        _end_leftovers(engine, lock_path, spare, patience)
    copy = _copy_by_hand(spec, lock_path, engine, spare, past, patience, fresh)
    return None if copy is None else _hold(engine, copy.pid, now, by_us=copy.marked)


def _copy_by_hand(
    spec: Spec,
    lock_path: str,
    engine: Engine,
    spare: Spare,
    past: Remembered,
    patience: float,
    fresh: float,
) -> ByHand | None:
    """Return a copy that no ledger knows.

    A child that the noted bot forked, and that kept nothing of it but its environment, looks like one: it is
    ended instead.
    """
    until = time.monotonic() + patience
    while True:
        copy, fresh = find_by_hand(spec, lock_path, fresh), 0.0
        if copy is None or not copy.marked or not _descends_from(past.identity, copy.pid):
            return copy
        engine.end_leftovers(lock_path, spare)
        if time.monotonic() >= until:
            return None
        time.sleep(0.01)


def _launched_unnoted(
    engine: Engine, lock_path: str, spare: Spare, past: Remembered, now: Moment
) -> Found | None:
    """Return the holder that we launched ourselves: every bot of ours leads a session of its own.

    It began after the last note, or it would stand there; a helper that the noted bot had sent off in a
    session of its own is older, or bears the mark of the noted bot's own launch, and is no bot.
    """
    holders = [
        found
        for pid in engine.copy_holders(lock_path, spare)
        if (found := _hold(engine, pid, now, by_us=True))
    ]
    leaders = [
        found
        for found in holders
        if _was_launched_by_us(engine, lock_path, found.held.identity) and _is_later(found, past)
    ]
    leaders.sort(key=lambda found: (found.launched_at, found.held.identity.pid))
    for found in holders:
        if found not in leaders[:1]:
            found.held.close()
    return leaders[0] if leaders else None


def _is_later(found: Found, past: Remembered) -> bool:
    """Whether it can be of a later launch than the noted copy: its mark tells, else the moment of the note."""
    if past.identity is None or past.noted_at is None:
        return True
    descends = _descends_from(past.identity, found.held.identity.pid)
    return found.launched_at >= past.noted_at - SLACK if descends is None else not descends


if sys.platform == "win32":  # pragma: no cover  (job objects know their leader)

    def _was_launched_by_us(engine: Engine, lock_path: str, identity: Identity) -> bool:
        from vigie.engines.local_windows import LocalWindows

        return isinstance(engine, LocalWindows) and engine.leader(lock_path) == identity

    def _descends_from(_noted: Identity | None, _pid: int) -> bool | None:
        return None  # no marks there: the job object knows its leader

else:

    def _was_launched_by_us(_engine: Engine, _lock_path: str, identity: Identity) -> bool:
        try:
            return os.getsid(identity.pid) == identity.pid
        except OSError:
            return False

    def _descends_from(noted: Identity | None, pid: int) -> bool | None:
        """Whether ``pid`` was born of a launch that began before the noted copy did: of its own, or an earlier.

        None when it bears no mark that tells.
        """
        from vigie.engines import birth_mark

        mark = birth_mark.mark_of(pid) if noted is not None else None
        moment = mark.moment if mark is not None else None
        return None if noted is None or moment is None else moment <= noted.started


def _end_leftovers(engine: Engine, lock_path: str, spare: Spare, patience: float) -> None:
    until = time.monotonic() + patience
    engine.end_leftovers(lock_path, spare)
    while engine.copy_alive(lock_path, spare) and time.monotonic() < until:
        time.sleep(0.01)
        engine.end_leftovers(lock_path, spare)


def _hold(engine: Engine, pid: int, now: Moment, by_us: bool) -> Found | None:
    identity = engine.identify(pid)
    held = engine.recognise(identity) if identity is not None else None
    return None if held is None else Found(held, _launched_at(pid, now), by_us)


if sys.platform == "win32":  # pragma: no cover  (start times are told by psutil)

    def _launched_at(pid: int, now: Moment) -> float:
        import psutil

        try:
            age = max(0.0, now.wall - psutil.Process(pid).create_time())
        except psutil.Error:
            age = 0.0
        return now.steady - age

else:

    def _launched_at(pid: int, now: Moment) -> float:
        from vigie.engines import identity as identities

        who = identities.identify(pid)
        return now.steady - (0.0 if who is None else identities.age(who))
