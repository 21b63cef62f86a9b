"""Takes in the bot's orphans, as process 1 of a container must: ours to end with the bot, and to reap.

Whoever loses its parent is given to the nearest of its forefathers that asked for that, else to process 1
(prctl(2), PR_SET_CHILD_SUBREAPER). So nothing that descends from a bot can hide from its parent, and whatever
ends has somebody to take note of it. Elsewhere than on Linux only process 1 is given orphans.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable

RIPE = 2.0
"""Seconds after which an ended child that nobody has asked about is nobody's: those that we start ourselves
are asked about at once, and how they ended must not be taken from whoever started them."""

if sys.platform == "win32":

    def adopt_orphans() -> bool:
        """Return False: Windows gives orphans to nobody."""
        return False

    class Reaper:
        """Has nothing to do: Windows knows no zombies."""

        def __init__(self, ours: Callable[[], Iterable[int]]) -> None:
            """Ask nobody."""

        def reap(self, now: float) -> bool:
            """Do nothing."""
            del now
            return False

else:
    from vigie.engines import identity as identities
    from vigie.engines import process_table
    from vigie.engines.base import Identity

    def adopt_orphans() -> bool:
        """Let orphans be given to us from now on; return whether they are."""
        return os.getpid() == 1 or _become_subreaper()

    if sys.platform == "linux":

        def _become_subreaper() -> bool:
            import ctypes

            pr_set_child_subreaper = 36  # linux/prctl.h
            try:
                return bool(ctypes.CDLL(None).prctl(pr_set_child_subreaper, 1, 0, 0, 0) == 0)
            except (OSError, AttributeError):
                return False

    else:

        def _become_subreaper() -> bool:
            return False

    def orphans(table: dict[int, process_table.Row], since: int, ours: Iterable[int]) -> set[Identity]:
        """Return our living children born ``since``, save ``ours``: a bot's orphans, however they hid.

        ``since`` is on the scale of ``Identity.started``.
        """
        me, known = os.getpid(), set(ours)
        return {
            identities.of_row(row)
            for row in table.values()
            if row.parent == me and not row.over and row.started >= since and row.pid not in known
        }

    class Reaper:
        """Takes note of the end of children that nobody else asks about, so that none stays a zombie."""

        def __init__(self, ours: Callable[[], Iterable[int]]) -> None:
            """``ours`` tells the numbers of those whose end somebody else wants to hear of, at any moment."""
            self._ours = ours
            self._ended: dict[Identity, float] = {}

        def reap(self, now: float) -> bool:
            """Reap who has waited for ``RIPE`` seconds; return whether others are waiting. ``now`` is steady.

            One system call when nobody has ended.
            """
            if not _somebody_ended():
                self._ended.clear()
                return False
            try:
                table = process_table.rows()
            except OSError:
                return True
            me, ours = os.getpid(), set(self._ours())
            waiting: dict[Identity, float] = {}
            for row in table.values():
                if row.parent == me and row.over and row.pid not in ours:
                    who = identities.of_row(row)
                    since = self._ended.get(who, now)
                    if now - since < RIPE or not _reap(row.pid):
                        waiting[who] = since
            self._ended = waiting
            return bool(waiting)

    def _somebody_ended() -> bool:
        if not hasattr(os, "waitid"):
            return True
        try:
            return os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
        except ChildProcessError:
            return False

    def _reap(pid: int) -> bool:
        try:
            return os.waitpid(pid, os.WNOHANG)[0] == pid
        except ChildProcessError:
            return True
