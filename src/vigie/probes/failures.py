"""What an error of the operating system says: of the bot, or only of the machine that asks.

A want of our own (no descriptor left, no network) must never count against the bot: restarting it would
not cure that.
"""

from __future__ import annotations

import errno
from collections.abc import Generator
from typing import TypeVar

from vigie.probes import bare_socket as socket
from vigie.probes.conversation import Answer, DeadlinePassed, Want

T = TypeVar("T")

WSAEMFILE = 10024
"""Windows Sockets' own number for "too many open sockets"; ``errno`` maps the other ones that matter here."""

OF_THE_BOT = {
    errno.ECONNREFUSED: "refused",
    errno.ECONNRESET: "reset",
    errno.ECONNABORTED: "reset",
    errno.EPIPE: "reset",
    errno.ENOTCONN: "reset",
    errno.EHOSTUNREACH: "unreachable",
    errno.ENETUNREACH: "unreachable",
    errno.EHOSTDOWN: "unreachable",
    errno.ETIMEDOUT: "unreachable",
}

OF_OURS = {
    errno.EMFILE: "no-descriptors",
    errno.ENFILE: "no-descriptors",
    WSAEMFILE: "no-descriptors",
    errno.ENOBUFS: "no-memory",
    errno.ENOMEM: "no-memory",
    errno.EAGAIN: "no-memory",
    errno.ENETDOWN: "no-network",
    errno.EADDRNOTAVAIL: "no-network",
    errno.EAFNOSUPPORT: "no-network",
    errno.EPROTONOSUPPORT: "no-network",
    errno.EACCES: "forbidden",
    errno.EPERM: "forbidden",
}

RANKS = (
    "no-descriptors",
    "no-memory",
    "no-ports",
    "refused",
    "reset",
    "unreachable",
    "failed",
    "forbidden",
    "no-network",
)
"""Of several addresses that failed, which failure tells most.

Without descriptors, memory or ports an address was not truly asked, so nothing is known. Otherwise what a
peer said outweighs an address family that this machine does not have.
"""


class Trouble(Exception):  # noqa: N818  (becomes an Answer, never an error of the program)
    """The exchange came to nothing, for this reason; raised deep inside a probe, answered at its top."""

    def __init__(self, reason: str, *, well: bool | None = False, **values: object) -> None:
        """Remember what the answer will say; ``well`` None: the question could not be put."""
        super().__init__(reason)
        self.reason = reason
        self.well = well
        self.values = values

    def answer(self) -> Answer:
        """Return the answer this trouble amounts to."""
        return Answer(self.well, self.reason, self.values)


def trouble_of(error: OSError, place: str) -> Trouble:
    """Return what ``error`` means for the bot at ``place`` (``host:port``)."""
    number = error.errno or 0
    ours = OF_OURS.get(number)
    if ours is not None:
        return Trouble(ours, well=None)
    reason = OF_THE_BOT.get(number)
    if reason == "refused":
        return Trouble(reason, place=place)
    if reason is not None:
        return Trouble(reason)
    # the system's own sentence would be in the system's language and encoding
    return Trouble("failed", detail=errno.errorcode.get(number, type(error).__name__))


def trouble_at_once(error: OSError, place: str, family: int) -> Trouble:
    """Return what an error means that came before anything was sent to an address of ``family``.

    "Network unreachable" then comes from our own routing table, not from a router on the way. "Address not
    available" means no free port of our own; for IPv6, that the machine has no IPv6.
    """
    if error.errno == errno.ENETUNREACH:
        return Trouble("no-network", well=None)
    if error.errno == errno.EADDRNOTAVAIL and family == socket.AF_INET:
        return Trouble("no-ports", well=None)
    return trouble_of(error, place)


def most_telling(troubles: list[Trouble]) -> Trouble:
    """Return the one of several addresses' troubles that says most (see ``RANKS``)."""
    return min(troubles, key=lambda trouble: RANKS.index(trouble.reason))


def in_time(late: str, step: Generator[Want, None, T]) -> Generator[Want, None, T]:
    """Go through one step of a probe; a deadline that passes meanwhile becomes the trouble ``late``."""
    try:
        return (yield from step)
    except DeadlinePassed as passed:
        raise Trouble(late, seconds=passed.seconds) from None
