"""One process held on POSIX: who it is, whether it lives, how it ended, and signals that reach only it."""

from __future__ import annotations

import fcntl
import os
import signal
import sys

from vigie.engines import exit_status, exit_watch
from vigie.engines import identity as identities
from vigie.engines.base import Exit, Identity

assert sys.platform != "win32", "LocalWindows holds handles"  # noqa: S101  (mypy skips the rest there)

TO_GROUP = 1 << 2
"""PIDFD_SIGNAL_PROCESS_GROUP of linux/pidfd.h: Linux 6.9 and later."""


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
        """When its end was noticed, on the scale of ``Identity.started``."""
        self._exit: Exit | None = None
        self._closed = False
        self._watch = exit_watch.watch(identity)

    @property
    def identity(self) -> Identity:
        """Who it is."""
        return self._identity

    def fileno(self) -> int:
        """A descriptor that becomes readable once the process has ended."""
        return self._watch.fileno()

    def over(self) -> bool:
        """Whether it is known to have ended; unlike ``ended``, does not reap it."""
        return self._exit is not None or (not self._closed and self._watch.over())

    def ended(self) -> Exit | None:
        """How it ended, or None while it lives; reaps it when it is our child."""
        if self._exit is None and self.over():
            self._exit = self._reap()
            self.ended_at = identities.now()
        return self._exit

    def close(self) -> None:
        """Let go of the descriptor; the process itself is left alone, and no more is learnt of it."""
        if not self._closed:
            self.ended()
            self._closed = True
            self._watch.close()

    def known(self) -> set[Identity]:
        """The process and the descendants seen so far."""
        return {self._identity, *self.family}

    def number_in_use(self) -> bool:
        """Whether anything bears its number: itself, a later process, or a group or session it once led."""
        if self._exit is None:
            return True
        if self._closed:
            return True
        if self.group is None and self.session is None:
            return False
        try:
            if sys.platform == "linux":
                # setting an owner fails with ESRCH for a number that no process, group or session bears
                # (f_setown in fs/fcntl.c; older kernels never fail): one system call instead of a search
                fcntl.fcntl(self._watch.fileno(), fcntl.F_SETOWN, self._identity.pid)
            else:
                os.killpg(self._identity.pid, 0)
        except ProcessLookupError:
            return False
        except OSError:
            pass
        return True

    def send(self, number: int) -> None:
        """Signal this very process; nothing happens when it has ended or may not be signalled."""
        if self._closed or self.ended() is not None:
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

        Refused where the group's number could by now be another's.
        """
        if self.group is None or self._closed:
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
            # an init that reaps late keeps the end readable; one that reaps at once leaves it to the kernel
            return (
                exit_status.of_pidfd_child(pidfd)
                or exit_status.of_zombie(self._identity)
                or exit_status.of_stranger(pidfd)
            )
        known = exit_status.of_child(self._identity.pid) if self._child else None
        return known or exit_status.UNKNOWN
