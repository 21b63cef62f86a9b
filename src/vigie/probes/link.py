"""One connection to the bot, plain or (``tls.TlsLink``) encrypted, behind the same three moves."""

from __future__ import annotations

from vigie.probes import bare_socket as socket
from vigie.probes.conversation import Want


class Link:
    """A connected socket that never blocks: a move that cannot be made yet returns what to wait for."""

    def __init__(self, sock: socket.socket) -> None:
        """Take the socket over; ``close`` closes it."""
        self.sock = sock

    def send(self, data: bytes) -> int | Want:
        """Send what fits now and return how many bytes that was. Raises ``OSError``."""
        try:
            return self.sock.send(data)
        except BlockingIOError:
            return Want(writing=(self.sock.fileno(),))

    def receive(self, most: int) -> bytes | Want:
        """Return up to ``most`` bytes, none once the bot has closed its side. Raises ``OSError``."""
        try:
            return self.sock.recv(most)
        except BlockingIOError:
            return Want(reading=(self.sock.fileno(),))

    def close(self) -> None:
        """Let go of the socket."""
        self.sock.close()
