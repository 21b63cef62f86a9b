"""What a monitor hands to the program that takes its place: in memory only, and read by nobody else.

POSIX replaces a running program in place (``execve``): the process keeps its number, so the bots stay our
children and their exit codes ours to hear, and it keeps descriptors it was told to keep, so the decider's lock is
never free for an instant and whoever knocks at the door is served by the next program. Everything else is
written into memory without a name (``memfd``, elsewhere a pair of sockets) whose descriptor number the next
program finds in its environment. It holds secrets, and never touches a disk.

A hand-over can never be stale: the descriptor dies with the process. It is believed all the same only by the
process that wrote it, told by its number, start time and boot; a number inherited by somebody else's child
means nothing to it.
"""

from __future__ import annotations

import json
import os
import socket
import sys
from collections.abc import Mapping
from typing import Any

from vigie.engines.base import Identity

FORMAT = 1
"""Of what is handed over: raised when an older program's words would be misunderstood."""

VARIABLE = "VIGIE_HANDED_OVER"

MOST = 64 * 1024 * 1024
"""Bytes read at most: a bot takes some two kilobytes."""

Handed = dict[str, Any]


def pack(handed: Mapping[str, object], itself: Identity) -> int:
    """Write ``handed`` into memory without a name and return its descriptor; raises ``OSError``."""
    data = json.dumps({**handed, "format": FORMAT, "who": list(itself)}).encode()
    return _into_memory(data)


def _through_sockets(data: bytes) -> int:
    reading, writing = socket.socketpair()
    with writing:
        try:
            # the system keeps what was sent to one who does not read yet, as far as it has been given room
            writing.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, len(data) * 2)
            reading.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, len(data) * 2)
            writing.settimeout(0.0)
            rest = memoryview(data)
            while rest:
                rest = rest[writing.send(rest) :]
        except BaseException:
            reading.close()
            raise
    return reading.detach()


if sys.platform == "linux":

    def _into_memory(data: bytes) -> int:
        descriptor = os.memfd_create("vigie-handover")
        try:
            rest = memoryview(data)
            while rest:
                rest = rest[os.write(descriptor, rest) :]
            os.lseek(descriptor, 0, os.SEEK_SET)
        except BaseException:
            os.close(descriptor)
            raise
        return descriptor

else:  # pragma: no cover  (macOS has no memory without a name)
    _into_memory = _through_sockets


def announce(descriptor: int) -> None:
    """Let the next program in this process know where to read."""
    os.environ[VARIABLE] = f"{os.getpid()}:{descriptor}"


def take(identify: Any) -> Handed | None:
    """Return what was handed to this very process, once; None when nothing was that can be believed.

    ``identify`` is the engine's: it tells who we are.
    """
    pid, _colon, number = os.environ.pop(VARIABLE, "").partition(":")
    if pid != str(os.getpid()) or not number.isdecimal():
        return None  # not ours: the descriptor of that number is somebody else's, and left alone
    try:
        descriptor = int(number)
        os.set_inheritable(descriptor, False)
        data = _read(descriptor)
        handed = json.loads(data)
    except (OSError, ValueError, OverflowError):
        return None
    if not isinstance(handed, dict) or handed.get("format") != FORMAT:
        return None
    itself = identify(os.getpid())
    return handed if itself is not None and handed.get("who") == list(itself) else None


def _read(descriptor: int) -> bytes:
    try:
        pieces: list[bytes] = []
        while sum(map(len, pieces)) < MOST:
            piece = os.read(descriptor, 1 << 20)
            if not piece:
                break
            pieces.append(piece)
        return b"".join(pieces)
    finally:
        os.close(descriptor)
