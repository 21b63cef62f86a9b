"""One process held by its handle, with a socket that tells a selector of its end."""

from __future__ import annotations

import socket
import sys
import threading

from vigie.engines import _winapi
from vigie.engines import windows_handle as handles
from vigie.engines import windows_process as processes
from vigie.engines.base import Exit, Identity

assert sys.platform == "win32", "handles are Windows'"  # noqa: S101  (mypy skips the rest elsewhere)


class WindowsHeld:
    """A process launched by us or recognised. ``family`` remembers descendants seen while they were proven.

    As long as this is not closed, Windows gives the process's number to nobody else, so that even after its
    end its children can be told by the number of their parent.
    """

    def __init__(self, process: handles.Handle, identity: Identity) -> None:
        """Own the handle."""
        self.process = process
        self.family: set[Identity] = set()
        self._identity = identity
        self._exit: Exit | None = None
        self._watch: _ExitWatch | None = None

    @property
    def identity(self) -> Identity:
        """Who it is."""
        return self._identity

    def fileno(self) -> int:
        """A socket that becomes readable once the process has ended. The first call starts the waiting."""
        if self._watch is None:
            self._watch = _ExitWatch(self.process)
        return self._watch.fileno()

    def ended(self) -> Exit | None:
        """How it ended, or None while it lives."""
        if self._exit is None and processes.over(self.process):
            self._exit = Exit(code=processes.exit_code(self.process))
        return self._exit

    def close(self) -> None:
        """Let go of socket and handle; the process itself is left alone."""
        if self._watch is not None:
            self._watch.close()
            self._watch = None
        if self.process.value:
            self.ended()
            self.process.close()


class _ExitWatch:
    """A thread that waits for the process, or for ``close``, and costs nothing meanwhile.

    Selectors take only sockets on Windows, and nothing in Windows turns the end of a process into one.
    """

    def __init__(self, process: handles.Handle) -> None:
        self._reading, self._writing = socket.socketpair()
        try:
            self._enough = handles.Handle(_winapi.CreateEventW(None, True, False, None))
        except OSError:
            self._reading.close()
            self._writing.close()
            raise
        self._thread = threading.Thread(target=self._wait, args=(process.value,), name="exit", daemon=True)
        self._thread.start()

    def fileno(self) -> int:
        return self._reading.fileno()

    def close(self) -> None:
        handles.check(_winapi.SetEvent(self._enough.value))
        self._thread.join()
        self._enough.close()
        self._reading.close()
        self._writing.close()

    def _wait(self, process: int) -> None:
        both = (_winapi.HANDLE * 2)(process, self._enough.value)
        answer = _winapi.WaitForMultipleObjects(2, both, False, _winapi.INFINITE)
        if answer == _winapi.WAIT_OBJECT_0:
            self._writing.send(b".")
