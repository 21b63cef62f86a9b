"""Connects to whichever address of a host answers first, so that no dead one costs a delay.

Happy eyeballs (RFC 8305), for loopback as well: on Windows a refused loopback connection takes about two
seconds, thus ``localhost`` must not wait for one address to fail. The addresses are not all called in the
same instant but a head start apart, or at once when the one before failed. A bot that listens on
both then sees one connection: a second one, opened and dropped, blocks a single-threaded server and
makes hand-written ones log errors at every probe.
"""

from __future__ import annotations

import errno
from collections.abc import Generator

from vigie.plain import Plain
from vigie.probes import bare_socket as socket
from vigie.probes.addresses import Address
from vigie.probes.conversation import Want
from vigie.probes.failures import Trouble, most_telling, trouble_at_once, trouble_of

HEAD_START = 0.01
"""Seconds; the least that RFC 8305, section 5, allows, and plenty for a loopback connection."""

UNDER_WAY = (0, errno.EINPROGRESS, errno.EWOULDBLOCK, errno.EALREADY, errno.EINTR)


class Connected(Plain):
    """The first connection that came about, and the addresses that were not seen to fail."""

    sock: socket.socket
    others: list[Address]


def first_to_connect(addresses: list[Address], place: str) -> Generator[Want, None, Connected]:
    """Return the first connection; of several that are ready together, the one listed first.

    Raises ``Trouble``, the most telling one, only when every address failed. Every other connection is
    closed, whatever happens.
    """
    waiting = list(addresses)
    calling: dict[socket.socket, Address] = {}
    troubles: list[Trouble] = []
    try:
        while waiting or calling:
            if waiting:
                address = waiting.pop(0)
                try:
                    calling[_call(address)] = address
                except OSError as error:
                    troubles.append(trouble_at_once(error, place, address.family))
                    continue
            yield Want(
                writing=tuple(sock.fileno() for sock in calling),
                pause=HEAD_START if waiting else None,
            )
            for sock in list(calling):
                try:
                    connected = _is_connected(sock)
                except OSError as error:
                    troubles.append(trouble_of(error, place))
                    del calling[sock]
                    sock.close()
                    continue
                if connected:
                    del calling[sock]
                    return Connected(sock, [*calling.values(), *waiting])
    finally:
        for sock in calling:
            sock.close()
    raise most_telling(troubles)


def _call(address: Address) -> socket.socket:
    sock = socket.socket(address.family, socket.SOCK_STREAM)
    try:
        sock.setblocking(False)
        _begin(sock, address)
    except BaseException:
        sock.close()
        raise
    return sock


def _begin(sock: socket.socket, address: Address) -> None:
    number = sock.connect_ex(address.where)
    if number not in UNDER_WAY:
        raise OSError(number, "")


def _is_connected(sock: socket.socket) -> bool:
    """Whether the call was taken; False while it is under way. Raises ``OSError`` when it failed."""
    number = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
    if number:
        raise OSError(number, "")
    try:
        peer = sock.getpeername()
    except OSError as error:
        if error.errno == errno.ENOTCONN:
            return False
        # taken and reset before we looked: macOS then calls the question itself invalid
        raise OSError(errno.ECONNRESET, "") from None
    if peer == sock.getsockname():
        # nobody listens, and the system happened to call from the very port it called: TCP then connects
        # a socket to itself (simultaneous open, RFC 9293, section 3.5)
        raise OSError(errno.ECONNREFUSED, "")
    return True
