"""Whether a hang-up signal means that our terminal has gone, or that somebody wants us to reload.

SIGHUP says both: the kernel sends it when a terminal is closed or its line is lost, and by an old custom people
and service managers send it to a daemon that shall read its settings anew. What tells them apart is the terminal
itself. A process with a controlling terminal can open ``/dev/tty``; once the terminal has hung up it cannot
(ENXIO, tty_ioctl(4) and ``__tty_hangup`` in drivers/tty/tty_io.c, which takes it from all processes of the session).
So: who had one and has lost it leaves, as a program in a closed window does. Who still has it, or never had one
(a service, a container), was asked to reload.
"""

from __future__ import annotations

import errno
import os

SETTLED = 0.2
"""Seconds after a hang-up signal until the terminal is looked at: some shells signal before they close it."""


class Terminal:
    """The controlling terminal we had when we began, if any."""

    def __init__(self, path: str = "/dev/tty") -> None:
        """Look whether there is one."""
        self._path = path
        self._had = self._stands()

    def lost(self) -> bool:
        """Whether there was one and it has gone."""
        return self._had and not self._stands()

    def _stands(self) -> bool:
        flags = os.O_RDWR | getattr(os, "O_NOCTTY", 0) | getattr(os, "O_NONBLOCK", 0)
        try:
            os.close(os.open(self._path, flags))
        except OSError as error:
            return error.errno in (errno.EMFILE, errno.ENFILE)  # nothing can be looked at
        return True
