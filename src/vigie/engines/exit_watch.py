"""A descriptor that becomes readable when a process ends: pidfd on Linux, kqueue on macOS, else a thread.

The kernel tells at once (0.1 ms from the death to a waiting selector on Linux), for processes that are not
our children too. None of these descriptors is inherited by the programs we start.
"""

from __future__ import annotations

import os
import select
import sys
import threading
from typing import Protocol

from vigie.engines import identity as identities
from vigie.engines.base import Identity

assert sys.platform != "win32", "LocalWindows waits for a process handle"  # noqa: S101  (mypy skips the rest there)

LOOK_AGAIN = 0.02
"""Seconds between two looks where the kernel has no better way: exits are noticed 10 ms late on average."""


class ExitWatch(Protocol):
    """Waits for the end of one process."""

    def fileno(self) -> int:
        """The descriptor that becomes readable, and stays so."""
        ...

    def over(self) -> bool:
        """Whether the process has ended."""
        ...

    def close(self) -> None:
        """Stop waiting."""
        ...


def readable(descriptor: int, milliseconds: int = 0) -> bool:
    """Whether something can be read from ``descriptor`` now, or within this time."""
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(milliseconds))


if sys.platform == "linux":

    class PidfdWatch:
        """Linux 5.3 and later (pidfd_open(2)). Pins the process: its number is never taken for another's."""

        def __init__(self, pid: int) -> None:
            """Open the descriptor; raises ``OSError``: no such process, or no such system call."""
            self._descriptor = os.pidfd_open(pid)

        def fileno(self) -> int:
            """The pidfd."""
            return self._descriptor

        def over(self) -> bool:
            """Whether the process has ended."""
            return readable(self._descriptor)

        def close(self) -> None:
            """Close the pidfd; without effect the second time."""
            descriptor, self._descriptor = self._descriptor, -1
            if descriptor >= 0:
                os.close(descriptor)

elif sys.platform == "darwin":

    class KqueueWatch:
        """macOS: EVFILT_PROC, NOTE_EXIT (kqueue(2)); the event is never taken out, so it stays readable."""

        def __init__(self, pid: int) -> None:
            """Register the process; raises ``OSError`` when there is none."""
            self._queue = select.kqueue()
            try:
                event = select.kevent(
                    pid,
                    filter=select.KQ_FILTER_PROC,
                    flags=select.KQ_EV_ADD,
                    fflags=select.KQ_NOTE_EXIT,
                )
                self._queue.control([event], 0)
            except OSError:
                self._queue.close()
                raise

        def fileno(self) -> int:
            """The queue's descriptor."""
            return self._queue.fileno()

        def over(self) -> bool:
            """Whether the process has ended."""
            return readable(self._queue.fileno())

        def close(self) -> None:
            """Close the queue; without effect the second time."""
            self._queue.close()


class ThreadWatch:
    """Anywhere else (an old kernel, a sandbox that forbids the rest): a thread looks again and again."""

    def __init__(self, identity: Identity) -> None:
        """Start the thread."""
        self._identity = identity
        self._reading, self._writing = os.pipe()
        self._enough = threading.Event()
        self._thread = threading.Thread(target=self._look, name=f"exit of {identity.pid}", daemon=True)
        self._thread.start()

    def fileno(self) -> int:
        """The pipe's reading end."""
        return self._reading

    def over(self) -> bool:
        """Whether the process has ended."""
        return readable(self._reading) or identities.gone(self._identity)

    def close(self) -> None:
        """End the thread and close the pipe; without effect the second time."""
        if self._enough.is_set():
            return
        self._enough.set()
        self._thread.join()
        os.close(self._reading)
        os.close(self._writing)
        self._reading = self._writing = -1

    def _look(self) -> None:
        while not identities.gone(self._identity):
            if self._enough.wait(LOOK_AGAIN):
                return
        os.write(self._writing, b".")


def watch(identity: Identity) -> ExitWatch:
    """Wait for the end of this process in the best way there is; raises ``OSError`` when there is none."""
    try:
        return _by_kernel(identity.pid)
    except (OSError, AttributeError):
        # no such system call (Python built without it, seccomp, gone in the meantime): the thread finds out
        return ThreadWatch(identity)


if sys.platform == "linux":
    _by_kernel = PidfdWatch
elif sys.platform == "darwin":
    _by_kernel = KqueueWatch
else:

    def _by_kernel(pid: int) -> ExitWatch:
        raise OSError(pid)
