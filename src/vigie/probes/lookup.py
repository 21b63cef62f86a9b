"""Looks a name up in a thread of its own, because the system's resolver cannot be interrupted.

Whoever asks waits on a descriptor, so the one deadline holds even when the resolver hangs for minutes. All
who ask for the same name meanwhile share one thread: a dead resolver costs a thread for each name, not one
for each probe.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Generator, Sequence

from vigie.probes.addresses import Address
from vigie.probes.conversation import DeadlinePassed, Want
from vigie.probes.failures import Trouble, trouble_of

_running: dict[tuple[str, int], Lookup] = {}
_guard = threading.Lock()

NOT_KNOWN = {socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)}
"""The resolver answered: there is no such name. Every other error is the resolver's, not the bot's."""


class Lookup:
    """One name being looked up, and the sockets to wake when it is done."""

    def __init__(self, host: str, port: int) -> None:
        """Prepare the lookup; ``join`` starts it."""
        self.host = host
        self.port = port
        self.found: list[Address] | OSError = []
        self.waking: set[socket.socket] = set()

    def run(self) -> None:
        """Ask the resolver, then wake everybody who waits."""
        try:
            # bytes, because a str would first load the codec for international names
            rows = socket.getaddrinfo(self.host.encode("ascii"), self.port, type=socket.SOCK_STREAM)
            self.found = [Address(row[0], _where(row[4])) for row in rows]
        except OSError as error:
            self.found = error
        finally:
            with _guard:
                del _running[self.host, self.port]
                for one in self.waking:
                    one.close()
                self.waking.clear()

    def leave(self, waking: socket.socket) -> None:
        """Wait no longer."""
        with _guard:
            self.waking.discard(waking)
            waking.close()


def _where(row: Sequence[object]) -> tuple[str | int, ...]:
    return tuple(part for part in row if isinstance(part, (str, int)))


def join(host: str, port: int, waking: socket.socket) -> Lookup:
    """Have ``waking`` closed when the name is looked up, by the lookup that runs or by a new one.

    Raises ``RuntimeError`` when the system has no thread left for us.
    """
    with _guard:
        lookup = _running.get((host, port))
        if lookup is None:
            lookup = Lookup(host, port)
            threading.Thread(target=lookup.run, name=f"lookup {host}", daemon=True).start()
            _running[host, port] = lookup
        lookup.waking.add(waking)
    return lookup


def look_up(host: str, port: int) -> Generator[Want, None, list[Address]]:
    """Return the addresses of ``host`` in the system's order of preference; raises ``Trouble``."""
    try:
        reading, waking = socket.socketpair()
    except OSError as error:
        raise trouble_of(error, host) from None
    with reading:
        try:
            lookup = join(host, port, waking)
        except RuntimeError:
            waking.close()
            raise Trouble("no-memory", well=None) from None
        try:
            while waking.fileno() >= 0:
                yield Want(reading=(reading.fileno(),))
        except DeadlinePassed as passed:
            # nobody was asked yet, so nothing is known of the bot
            raise Trouble("timeout-lookup", well=None, host=host, seconds=passed.seconds) from None
        finally:
            lookup.leave(waking)
    if isinstance(lookup.found, OSError):
        raise _trouble(lookup.found, host)
    return lookup.found


def _trouble(error: OSError, host: str) -> Trouble:
    if not isinstance(error, socket.gaierror):
        return trouble_of(error, host)
    if error.errno in NOT_KNOWN:
        return Trouble("name-not-found", host=host)
    return Trouble("lookup-failed", well=None, host=host)
