"""The monitor's local door: commands come in as wishes, what happens and how it ended goes out.

A loopback TCP port rather than a socket file: it is the same on the three systems, and a project path of 200
characters does not fit into a socket's name. Whoever speaks must know the token that lies, readable by this
user only, on the decider's card. Nobody can hold the monitor up: lines are bounded, sockets never block,
and those who say nothing are sent away.
"""

from __future__ import annotations

import errno
import os
import selectors
import socket
from collections.abc import Callable, Mapping

from vigie.runtime.door.words import LONGEST, pack, spoken, unpack
from vigie.runtime.reactor import Reactor, Timer

PATIENCE = 10.0
"""Seconds that a caller may take to say what it wants, and to read its answer once it has been given."""

NO_ROOM = 1.0
"""Seconds for which nobody is let in when no descriptor is left: the one who knocks would go on knocking."""

MOST_CALLERS = 64
QUEUE = 64
"""Callers that may wait at the door while we are busy, or while another program takes our place."""

MOST_UNSENT = 1024 * 1024
"""Bytes kept for a caller that does not read; then it is hung up on."""

EXHAUSTED = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)

Handler = Callable[["Caller", dict[str, object]], None]


class Caller:
    """One connection. ``on_gone`` is called when it hangs up before it was answered."""

    def __init__(self, server: ControlServer, connection: socket.socket) -> None:
        """Wait for its one request."""
        self.on_gone: Callable[[], None] | None = None
        self.request: dict[str, object] | None = None
        """What it asked for, once it has."""
        self._server = server
        self._socket = connection
        self._received = b""
        self._unsent = b""
        self._closing = False
        self._asked = False
        self._closed = False
        self._registered = 0
        self._patience = server.reactor.call_at(server.reactor.now() + PATIENCE, self.hang_up)
        self._register()

    def fileno(self) -> int:
        """The connection's descriptor."""
        return self._socket.fileno()

    @property
    def waits(self) -> bool:
        """Whether it has asked for something and has not been answered."""
        return self.request is not None and not self._closing

    def handed_on(self) -> dict[str, object]:
        """Return all that the next program needs to go on with it, its descriptor among it."""
        return {
            "descriptor": self._socket.fileno(),
            "received": self._received.decode("latin-1"),
            "unsent": self._unsent.decode("latin-1"),
            "closing": self._closing,
            "request": self.request,
        }

    def detach(self) -> None:
        """Let go of the connection without closing it."""
        self._patience.cancel()
        self._server.reactor.unwatch(self._socket.fileno())
        self._socket.detach()

    def go_on(self, handed: Mapping[str, object]) -> None:
        """Go on where the program before us stood with it."""
        self._received = str(handed["received"]).encode("latin-1")
        self._unsent = str(handed["unsent"]).encode("latin-1")
        self._closing = handed["closing"] is True
        request = handed["request"]
        if isinstance(request, dict):
            self.request = request
            self._asked = True
            if not self._closing:
                self._patience.cancel()
        self._register()

    def heard(self) -> None:
        """Let the caller know that somebody is at work for it: a stopped monitor takes calls and is silent."""
        self._send(pack({"heard": True}))

    def tell(self, tag: str, key: str, values: Mapping[str, object]) -> None:
        """Pass on one line of what happens."""
        self._send(pack({"line": [tag, key, spoken(values)]}))

    def done(self, result: Mapping[str, object]) -> None:
        """Answer for good, then hang up once all is sent."""
        self._closing = True
        self.on_gone = None
        self._send(pack({"done": result}))
        if not self._closed:
            self._patience = self._server.reactor.call_at(self._server.reactor.now() + PATIENCE, self.hang_up)

    def hang_up(self) -> None:
        """Close the connection."""
        if self._closed:
            return
        self._closed = True
        self._patience.cancel()
        self._server.reactor.unwatch(self._socket.fileno())
        self._socket.close()
        self._server.callers.discard(self)
        gone, self.on_gone = self.on_gone, None
        if gone is not None:
            gone()

    def _register(self) -> None:
        events = selectors.EVENT_READ | (selectors.EVENT_WRITE if self._unsent else 0)
        if events != self._registered:
            self._registered = events
            self._server.reactor.unwatch(self._socket.fileno())
            self._server.reactor.watch(self._socket.fileno(), events, self._ready)

    def _ready(self) -> None:
        try:
            if self._unsent:
                self._flush()
            if not self._closed:
                self._receive()
        except OSError:
            self.hang_up()

    def _receive(self) -> None:
        try:
            piece = self._socket.recv(LONGEST)
        except BlockingIOError:
            return
        if not piece:
            self.hang_up()
            return
        if self._asked:
            return  # one request a connection; more words change nothing
        self._received += piece
        line, end, _rest = self._received.partition(b"\n")
        if end:
            self._asked = True
            self._patience.cancel()
            try:
                self._server.received(self, line)
            except Exception:
                self.hang_up()  # better than to keep somebody waiting for an answer that never comes
                raise
        elif len(self._received) > LONGEST:
            self.hang_up()

    def _send(self, data: bytes) -> None:
        if self._closed:
            return
        self._unsent += data
        try:
            self._flush()
        except OSError:
            self.hang_up()
            return
        if len(self._unsent) > MOST_UNSENT:
            self.hang_up()
        elif not self._closed:
            self._register()

    def _flush(self) -> None:
        try:
            sent = self._socket.send(self._unsent)
        except BlockingIOError:
            return
        self._unsent = self._unsent[sent:]
        if not self._unsent:
            if self._closing:
                self.hang_up()
            else:
                self._register()


class ControlServer:
    """Listens on a free loopback port; ``handler`` gets each request that brought the right token."""

    def __init__(self, reactor: Reactor, handler: Handler, inherited: tuple[int, str] | None = None) -> None:
        """Open the door, or go on with the descriptor and the token of one that stands open.

        Raises ``OSError`` when loopback has no port left.
        """
        self.reactor = reactor
        # 192 bits; ``secrets`` and ``hmac`` would load OpenSSL, two megabytes of the monitor's memory
        self.token = os.urandom(24).hex() if inherited is None else inherited[1]
        self.callers: set[Caller] = set()
        self._handler = handler
        self._socket = _new_door() if inherited is None else _taken_over(inherited[0])
        self.port: int = self._socket.getsockname()[1]
        self._pause: Timer | None = None
        self._open()

    def fileno(self) -> int:
        """The descriptor at which people knock."""
        return self._socket.fileno()

    def descriptors(self) -> list[int]:
        """The door's, and those of all who stand in it."""
        return [self.fileno(), *(caller.fileno() for caller in self.callers)]

    def detach(self) -> None:
        """Let go of door and callers without closing them: the next program serves them on."""
        if self._pause is not None:
            self._pause.cancel()
        for caller in self.callers:
            caller.detach()
        self.reactor.unwatch(self._socket.fileno())
        self._socket.detach()

    def take_over(self, handed: Mapping[str, object]) -> Caller | None:
        """Go on with a caller of the program before us; None when its connection cannot be used."""
        descriptor = handed["descriptor"]
        if not isinstance(descriptor, int):
            return None
        try:
            caller = Caller(self, _taken_over(descriptor))
        except OSError:
            return None
        self.callers.add(caller)
        caller.go_on(handed)
        return caller

    def received(self, caller: Caller, line: bytes) -> None:
        """Look at a request; a wrong token or anything that is not ours is hung up on without a word."""
        try:
            request = unpack(line)
        except ValueError:
            caller.hang_up()
            return
        token = request.get("token")
        if not isinstance(token, str) or not same(token.encode(), self.token.encode()):
            caller.hang_up()
            return
        caller.request = {name: value for name, value in request.items() if name != "token"}
        caller.heard()
        self._handler(caller, request)

    def close(self) -> None:
        """Shut the door and hang up on everybody."""
        if self._pause is not None:
            self._pause.cancel()
        self.reactor.unwatch(self._socket.fileno())
        self._socket.close()
        for caller in tuple(self.callers):
            caller.hang_up()

    def _open(self) -> None:
        self.reactor.watch(self._socket.fileno(), selectors.EVENT_READ, self._accept)

    def _accept(self) -> None:
        try:
            connection, _address = self._socket.accept()
        except BlockingIOError:
            return
        except OSError as error:
            if error.errno in EXHAUSTED:
                descriptor = self._socket.fileno()
                self.reactor.unwatch(descriptor)
                self._pause = self.reactor.call_at(self.reactor.now() + NO_ROOM, self._open)
            return  # otherwise gone again before we could say a word
        if len(self.callers) >= MOST_CALLERS:
            connection.close()
            return
        connection.setblocking(False)
        self.callers.add(Caller(self, connection))


def _new_door() -> socket.socket:
    door = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        door.bind(("127.0.0.1", 0))
        door.listen(QUEUE)
        door.setblocking(False)
    except OSError:
        door.close()
        raise
    return door


def _taken_over(descriptor: int) -> socket.socket:
    os.set_inheritable(descriptor, False)
    taken = socket.socket(fileno=descriptor)
    taken.setblocking(False)
    return taken


def same(one: bytes, other: bytes) -> bool:
    """Compare in a time that does not tell where the first difference lies."""
    different = len(one) ^ len(other)
    for left, right in zip(one, other, strict=False):
        different |= left ^ right
    return not different
