"""A real server on loopback that answers as badly as a script says, hundreds of callers at once, in one thread."""

from __future__ import annotations

import heapq
import selectors
import socket
import struct
import sys
import threading
import time
from collections.abc import Callable, Iterator

Step = bytes | float | str
"""Bytes to send, seconds to wait, or the end: ``close``, ``reset``, or ``stay`` (silent for ever)."""

Script = Iterator[Step]

MOST_AT_ONCE = 64 * 1024
"""Bytes handed to the system in one go, so that an endless answer starves nobody."""


class Caller:
    """One connection and what is still to be done to it."""

    def __init__(self, sock: socket.socket) -> None:
        """Nothing is known of the caller yet."""
        self.sock = sock
        self.heard = b""
        self.script: Script | None = None
        self.unsent = b""


class HostileServer:
    """Plays ``script_for(target)`` to whoever asks for ``target`` (``/7``), as soon as the question is whole.

    A script is played before the question when the whole server is ``early``: then its target is ``/``.
    """

    def __init__(self, script_for: Callable[[str], Script], *, early: bool = False) -> None:
        """Listen on a free port."""
        self.calls = 0
        self._script_for = script_for
        self._early = early
        self._selector = selectors.DefaultSelector()
        self._listener = socket.socket()
        self._listener.bind(("127.0.0.1", 0))
        self._listener.listen(1024)
        self._listener.setblocking(False)
        self.port: int = self._listener.getsockname()[1]
        self._selector.register(self._listener, selectors.EVENT_READ)
        self._out, self._in = socket.socketpair()
        self._selector.register(self._out, selectors.EVENT_READ)
        self._due: list[tuple[float, int, Caller]] = []
        self._count = 0
        self._thread = threading.Thread(target=self._serve)

    def __enter__(self) -> HostileServer:
        """Serve until the end of ``with``."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Hang up on everybody."""
        self._in.send(b"x")
        self._thread.join()
        for key in list(self._selector.get_map().values()):
            if isinstance(key.data, Caller):
                key.data.sock.close()
        self._selector.close()
        for one in (self._listener, self._out, self._in):
            one.close()

    def url(self, target: str = "/", scheme: str = "http") -> str:
        """Return the address that plays this script."""
        return f"{scheme}://127.0.0.1:{self.port}{target}"

    def _serve(self) -> None:
        while True:
            wait = max(0.0, self._due[0][0] - time.monotonic()) if self._due else None
            for key, events in self._selector.select(wait):
                if key.fileobj is self._out:
                    return
                if key.fileobj is self._listener:
                    self._accept()
                else:
                    self._guard(key.data, self._move, events)
            now = time.monotonic()
            while self._due and self._due[0][0] <= now:
                self._guard(heapq.heappop(self._due)[2], self._move, selectors.EVENT_WRITE)

    def _accept(self) -> None:
        for _ in range(100):
            try:
                sock, _ = self._listener.accept()
            except BlockingIOError:
                return
            self.calls += 1
            sock.setblocking(False)
            caller = Caller(sock)
            self._selector.register(sock, selectors.EVENT_READ, caller)
            if self._early:
                self._guard(caller, self._begin, "/")

    def _guard(self, caller: Caller, act: Callable[..., None], *words: object) -> None:
        try:
            if caller.sock.fileno() >= 0:
                act(caller, *words)
        except OSError:
            self._end(caller)  # the probe hung up first, which is its right

    def _move(self, caller: Caller, events: int) -> None:
        if events & selectors.EVENT_READ:
            came = caller.sock.recv(65536)
            if not came:
                self._end(caller)
                return
            if caller.script is None:
                caller.heard += came
                if caller.heard.endswith(b"\r\n\r\n"):
                    self._begin(caller, caller.heard.split(b" ", 2)[1].decode())
        if caller.script is not None and events & selectors.EVENT_WRITE:
            self._play(caller)

    def _begin(self, caller: Caller, target: str) -> None:
        caller.script = self._script_for(target)
        self._play(caller)

    def _play(self, caller: Caller) -> None:
        assert caller.script is not None
        budget = MOST_AT_ONCE
        while budget > 0:
            if caller.unsent:
                try:
                    sent = caller.sock.send(caller.unsent)
                except BlockingIOError:
                    self._want(caller, selectors.EVENT_READ | selectors.EVENT_WRITE)
                    return
                budget -= sent
                caller.unsent = caller.unsent[sent:]
                continue
            step = next(caller.script, "close")
            if isinstance(step, bytes):
                caller.unsent = step
                budget -= 1
                continue
            self._want(caller, selectors.EVENT_READ)
            if isinstance(step, float):
                self._count += 1
                heapq.heappush(self._due, (time.monotonic() + step, self._count, caller))
            elif step == "reset":
                form = "hh" if sys.platform == "win32" else "ii"
                caller.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack(form, 1, 0))
                self._end(caller)
            elif step == "close":
                self._end(caller)
            return
        self._want(caller, selectors.EVENT_READ | selectors.EVENT_WRITE)

    def _want(self, caller: Caller, events: int) -> None:
        self._selector.modify(caller.sock, events, caller)

    def _end(self, caller: Caller) -> None:
        if caller.sock.fileno() >= 0:
            self._selector.unregister(caller.sock)
            caller.sock.close()
