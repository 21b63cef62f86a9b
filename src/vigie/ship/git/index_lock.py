"""A lock of git's that is in the way: waited for, its owner named, and removed only when it has none any more.

git makes ``index.lock`` (``HEAD.lock``, ``refs/heads/main.lock``, ``packed-refs.lock``) before it writes, and
one that was killed leaves it behind for ever. Deleting the lock of a living git ruins what it is writing. So it
goes only when all of this is true: we alone ship here, it has lain unchanged for a while, and ``lock_owner`` is
certain that it has no owner. Else the person is told.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable

from vigie.problems import Refusal
from vigie.ship.display import printable
from vigie.ship.git.index import patiently
from vigie.ship.git.lock_owner import Unprovable, find_owner, left_beside

STILL = 30.0
"""Seconds that a lock must have lain unchanged: a git in another container, which we cannot see, writes on."""


def require_free(
    lock: str,
    folders: Iterable[str],
    sleep: Callable[[float], None],
    *,
    alone: bool,
    still: float = STILL,
    wall: Callable[[], float] = time.time,
) -> bool:
    """Wait a moment for ``lock`` to go away; else see whose it is. True when it was left behind and is removed.

    ``folders``: where a git that works in this repository would be (working folder, ``.git``). ``alone``: the
    caller holds our own lock, so what is removed cannot be another run's. Raises ``Refusal``
    ``staging.lock-held`` or ``staging.lock-left``; then nothing was done.
    """
    if patiently(lambda: not os.path.lexists(lock), sleep):
        return False
    seen = _identity(lock)
    if seen is None:
        return False
    age = wall() - seen.st_mtime
    left = Refusal("staging.lock-left", lock=printable(lock), seconds=max(0, round(age)))
    try:
        owner = find_owner(lock, seen, tuple(os.path.realpath(folder) for folder in folders))
    except Unprovable:
        raise left from None
    if owner is not None:
        raise Refusal("staging.lock-held", lock=printable(lock), pid=owner.pid, program=owner.program)
    if not alone or age < still or not _remove(lock, seen):
        raise left
    for leftover in left_beside(lock):
        try:
            os.unlink(leftover)
        except OSError:
            pass  # it is in nobody's way
    return True


def _identity(lock: str) -> os.stat_result | None:
    try:
        return os.lstat(lock)
    except FileNotFoundError:
        return None


def _remove(lock: str, seen: os.stat_result) -> bool:
    """Remove exactly the file that was judged: whoever made a new one meanwhile gets it back."""
    aside = f"{lock}.{os.getpid()}"
    try:
        os.rename(lock, aside)
    except FileNotFoundError:
        return True
    except OSError:
        return False
    now = os.lstat(aside)
    same = (now.st_dev, now.st_ino, now.st_mtime_ns, now.st_size) == (
        seen.st_dev,
        seen.st_ino,
        seen.st_mtime_ns,
        seen.st_size,
    )
    if not same:
        try:
            os.link(aside, lock)
        except OSError:
            pass
    os.unlink(aside)
    return same
