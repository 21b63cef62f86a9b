"""A short command speaks to the running monitor, hears what happens, and learns how it ended."""

from __future__ import annotations

import socket
from collections.abc import Mapping, Sequence

from vigie.problems import Failure, Problem
from vigie.runtime.decider import Card
from vigie.runtime.door.words import LONGEST, pack, unpack, unpack_problem
from vigie.runtime.voice import Voice

CONNECT_LIMIT = 5.0
"""Seconds for a monitor on loopback to take the call and to say that it has heard: it does at once or is stuck."""


class MonitorGoneError(Failure):
    """The monitor could not be called, or hung up without an answer: it may just have ended."""


def ask_monitor(
    card: Card,
    verb: str,
    bots: Sequence[str],
    voice: Voice,
    limit: float,
    extra: Mapping[str, object] | None = None,
) -> tuple[dict[str, object], Problem | None]:
    """Ask, pass every line on to ``voice``, and return the result with its problem, if any.

    ``limit`` is the longest silence in seconds before the monitor counts as stuck. Raises ``MonitorGoneError``
    when it cannot be reached or hangs up without an answer, ``Failure`` when it says nothing for too long.
    """
    request = {**(extra or {}), "token": card.token, "verb": verb, "bots": list(bots)}
    with _called(card) as connection:
        _ask(connection, card, pack(request))
        return _listen(connection, card, voice, limit)


def _called(card: Card) -> socket.socket:
    try:
        return socket.create_connection(("127.0.0.1", card.port), CONNECT_LIMIT)
    except TimeoutError:
        raise _stuck(card) from None
    except OSError:
        raise MonitorGoneError("runtime.monitor-unreachable", pid=card.pid) from None


def _ask(connection: socket.socket, card: Card, request: bytes) -> None:
    try:
        connection.sendall(request)
    except TimeoutError:
        raise _stuck(card) from None
    except OSError:
        raise _hung_up(card) from None


def _receive(connection: socket.socket, card: Card) -> bytes:
    try:
        piece = connection.recv(LONGEST)
    except TimeoutError:
        raise _stuck(card) from None
    except OSError:
        raise _hung_up(card) from None
    if not piece:
        raise _hung_up(card)
    return piece


def _listen(
    connection: socket.socket, card: Card, voice: Voice, limit: float
) -> tuple[dict[str, object], Problem | None]:
    received = b""
    while True:
        line, end, rest = received.partition(b"\n")
        if not end:
            received += _receive(connection, card)
            continue
        received = rest
        try:
            message = unpack(line)
        except ValueError:
            raise _hung_up(card) from None
        if "heard" in message:
            connection.settimeout(limit)
        if "done" in message:
            result = message["done"]
            if not isinstance(result, dict):
                raise _hung_up(card)
            return result, unpack_problem(result.get("problem"))
        told = message.get("line")
        if isinstance(told, list) and len(told) == 3 and isinstance(told[2], dict):
            voice(str(told[0]), str(told[1]), told[2])


def _stuck(card: Card) -> Failure:
    return Failure("runtime.monitor-stuck", pid=card.pid)


def _hung_up(card: Card) -> MonitorGoneError:
    return MonitorGoneError("runtime.monitor-hung-up", pid=card.pid)
