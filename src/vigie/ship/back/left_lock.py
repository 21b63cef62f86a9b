"""Locks that a killed git of ours left behind, the index's or the branch's: taken away once they surely are nobody's.

That git may also live on: it runs in a session of its own, and a kill of ours does not reach it. It is waited
for. Only for whoever has noted that a git of theirs was at work; a stranger's lock is ``index_lock``'s affair.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable

from vigie.ship.git.repository import Repository
from vigie.ship.git.state import lock_files

STALE_AFTER = 3.0
"""Seconds for which an abandoned lock must not have changed: git writes it in one go."""

PATIENCE = 60.0
"""Seconds to wait for a git that is still at work."""


def clear_left_lock(repository: Repository, sleep: Callable[[float], None] = time.sleep) -> bool:
    """Wait until index and branch are free; a lock that no longer changes and has no owner is taken away.

    False when somebody holds one all the time, or nobody can tell.
    """
    return all(_clear(repository, lock, sleep) for lock in lock_files(repository))


def _clear(repository: Repository, lock: str, sleep: Callable[[float], None]) -> bool:
    waited = 0.0
    while waited < PATIENCE:
        before = _mark(lock)
        if before is None:
            return True
        sleep(STALE_AFTER)
        waited += STALE_AFTER
        after = _mark(lock)
        if after is None:
            return True
        if after == before and not _has_owner(repository, lock):
            return _removed(lock)
    return False


def _removed(lock: str) -> bool:
    try:
        os.unlink(lock)
    except FileNotFoundError:
        pass
    except OSError:
        return False  # Windows: somebody has it open
    return True


def _mark(lock: str) -> tuple[int, int, int] | None:
    try:
        seen = os.lstat(lock)
    except OSError:
        return None
    return seen.st_ino, seen.st_size, seen.st_mtime_ns


if sys.platform == "linux":

    def _has_owner(repository: Repository, lock: str) -> bool:
        from vigie.ship.git.lock_owner import Unprovable, find_owner

        places = tuple(os.path.realpath(place) for place in (repository.top, repository.git_dir))
        try:
            return find_owner(lock, os.lstat(lock), places) is not None
        except FileNotFoundError:
            return False
        except Unprovable:
            return True

else:

    def _has_owner(repository: Repository, lock: str) -> bool:
        """Whether a git of this user works in the repository, or anybody has the lock open."""
        import psutil

        top, path = os.path.realpath(repository.top), os.path.realpath(lock)
        for process in psutil.process_iter():
            try:
                if process.name().lower().startswith("git"):
                    folder = os.path.realpath(process.cwd())
                    if folder == top or folder.startswith(top + os.sep):
                        return True
                if any(os.path.realpath(opened.path) == path for opened in process.open_files()):
                    return True
            except (psutil.Error, OSError):
                continue
        return False
