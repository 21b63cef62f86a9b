"""Which addresses a host may mean, in the order they are tried, without ever blocking.

``localhost`` is both loopback addresses and needs no lookup (RFC 6761, section 6.3). The addresses that a
server binds to mean "every address of this machine" are understood the same way: people copy them from
their bot's settings, and Windows refuses to connect to them.
"""

from __future__ import annotations

from collections.abc import Generator

from vigie.plain import Plain
from vigie.probes import bare_socket as socket
from vigie.probes.conversation import Want

THIS_MACHINE = ("localhost", "localhost.", "0.0.0.0", "::")  # noqa: S104  (asked, never bound)

MOST_ADDRESSES = 4
"""More would open more connections than a health check is worth."""


class Address(Plain):
    """What ``socket.connect`` needs: the family, and the family's own tuple."""

    family: int
    where: tuple[str | int, ...]


def addresses_of(host: str, port: int) -> Generator[Want, None, list[Address]]:
    """Return the addresses of ``host``; only a name that is no address and not local is looked up.

    Raises ``Trouble`` when the name is not known or cannot be looked up.
    """
    if host in THIS_MACHINE:
        # IPv4 first: most bots listen on it alone, so most probes then open one connection, not two
        return [_ipv4("127.0.0.1", port), _ipv6("::1", port)]
    if _is(socket.AF_INET, host):
        return [_ipv4(host, port)]
    if _is(socket.AF_INET6, host):
        return [_ipv6(host, port)]
    from vigie.probes.lookup import look_up

    found = yield from look_up(host, port)
    return found[:MOST_ADDRESSES]


def _is(family: int, host: str) -> bool:
    try:
        socket.inet_pton(family, host)
    except OSError:
        return False
    return True


def _ipv4(host: str, port: int) -> Address:
    return Address(socket.AF_INET, (host, port))


def _ipv6(host: str, port: int) -> Address:
    return Address(socket.AF_INET6, (host, port, 0, 0))
