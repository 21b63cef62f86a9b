"""One process held on POSIX: who it is, whether it lives, how it ended, and signals that reach only it."""

from __future__ import annotations

import os
import signal
import sys
import time

from vigie.engines import exit_status, exit_watch
from vigie.engines import identity as identities
from vigie.engines.base import Exit, Identity

assert sys.platform != "win32", "LocalWindows holds handles"  # noqa: S101  (mypy skips the rest there)

TO_GROUP = 1 << 2
"""PIDFD_SIGNAL_PROCESS_GROUP of linux/pidfd.h: Linux 6.9 and later."""


def boot_ticks() -> int:
    """Now, in the unit and from the origin of ``Identity.started``."""
    if sys.platform == "linux":
        return int(time.clock_gettime(time.CLOCK_BOOTTIME) * os.sysconf("SC_CLK_TCK"))
    else:
        return int(time.time() * 1_000_000)


class PosixHeld:
    """A process launched by us or recognised, with what has been seen of its family.

    ``group`` and ``session`` are its own number where it leads one, else None: only then may they be
    signalled or searched as a whole. ``family`` remembers descendants whose parents may be gone by now.
    """

    def __init__(self, identity: Identity, *, child: bool, leads_group: bool, leads_session: bool) -> None:
        """Hold ``identity``. Raises ``OSError`` when no descriptor is left to watch it."""
        self._identity = identity
        self._child = child
        self.group = identity.pid if leads_group else None
        self.session = identity.pid if leads_session else None
        self.family: set[Identity] = set()
        self.ended_at: int | None = None
        """Boot ticks when its end was noticed."""
        self._exit: Exit | None = None
        self._watch = exit_watch.watch(identity)

    @property
    def identity(self) -> Identity:
        """Who it is."""
        return self._identity

    def fileno(self) -> int:
        """A descriptor that becomes readable once the process has ended."""
        return self._watch.fileno()

    def ended(self) -> Exit | None:
        """How it ended, or None while it lives; reaps it when it is our child."""
        if self._exit is None and self._watch.over():
            self._exit = self._reap()
            self.ended_at = boot_ticks()
        return self._exit

    def close(self) -> None:
        """Let go of the descriptor; the process itself is left alone."""
        self.ended()
        self._watch.close()

    def send(self, number: int) -> None:
        """Signal this very process; nothing happens when it has ended or may not be signalled."""
        if self.ended() is not None:
            return
        try:
            if sys.platform == "linux" and isinstance(self._watch, exit_watch.PidfdWatch):
                signal.pidfd_send_signal(self._watch.fileno(), number)
            elif self._child or identities.lives(self._identity):
                # our own child keeps its number until we reap it
                os.kill(self._identity.pid, number)
        except OSError:
            pass

    def send_to_group(self, number: int) -> bool:
        """Signal the whole group that it leads, all at one moment; return whether that reached anybody.

        Refused where the group's number could by now be another's, or where we ourselves belong to it.
        """
        if self.group is None or self.group == os.getpgrp():
            return False
        try:
            if sys.platform == "linux" and isinstance(self._watch, exit_watch.PidfdWatch):
                try:
                    # the kernel keeps this group apart from a later one of the same number, leader or not
                    signal.pidfd_send_signal(self._watch.fileno(), number, None, TO_GROUP)
                except OSError as error:
                    if not isinstance(error, ProcessLookupError | PermissionError):
                        return self._send_to_numbered_group(number)
                    raise
                return True
            return self._send_to_numbered_group(number)
        except OSError:
            return False

    def _send_to_numbered_group(self, number: int) -> bool:
        pinned = self.ended() is None and (self._child or identities.lives(self._identity))
        if pinned and self.group is not None:
            os.killpg(self.group, number)
        return pinned

    def _reap(self) -> Exit:
        if sys.platform == "linux" and isinstance(self._watch, exit_watch.PidfdWatch):
            pidfd = self._watch.fileno()
            return exit_status.of_pidfd_child(pidfd) or exit_status.of_stranger(pidfd)
        known = exit_status.of_child(self._identity.pid) if self._child else None
        return known or exit_status.UNKNOWN
