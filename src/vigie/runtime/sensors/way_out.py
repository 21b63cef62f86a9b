"""Whether the machine has a way out to other networks, and from which address. Nothing is sent."""

from __future__ import annotations

import errno
import socket

FAR = ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1"))
"""Addresses that belong to nobody, for documentation (RFC 5737, RFC 3849): only the default route leads there."""

DISCARD = 9

NO_WAY = frozenset(
    {
        errno.ENETUNREACH,
        errno.EHOSTUNREACH,
        errno.EADDRNOTAVAIL,
        errno.ENETDOWN,
        errno.EAFNOSUPPORT,
        errno.EACCES,  # a route that forbids ("prohibit")
        errno.EINVAL,  # one that swallows ("blackhole")
        10047,  # and as Windows numbers them: WSAEAFNOSUPPORT, WSAEADDRNOTAVAIL, WSAENETDOWN,
        10049,
        10050,
        10051,  # WSAENETUNREACH, WSAEHOSTUNREACH
        10065,
    }
)


def way_out() -> str | None:
    """Return our address on the way out, "" when there is no way, None when it cannot be told.

    "Connecting" a datagram socket only makes the system choose a route, in some 20 microseconds. A network
    that is connected and leads nowhere (the router's own line is down) cannot be told from one that works.
    """
    for family, address in FAR:
        try:
            with socket.socket(family, socket.SOCK_DGRAM) as datagram:
                datagram.connect((address, DISCARD))
                return str(datagram.getsockname()[0])
        except OSError as error:
            if error.errno not in NO_WAY:
                return None
    return ""
