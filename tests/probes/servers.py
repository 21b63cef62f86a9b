"""Real listeners on loopback that behave as well or as badly as a test wants."""

from __future__ import annotations

import platform
import socket
import struct
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from tests.needs import on_ci
from tests.waiting import patient

IPV4 = "127.0.0.1"
IPV6 = "::1"

LONG = 30.0
"""Seconds after which a server gives a test up for lost."""

Handler = Callable[[socket.socket, threading.Event], None]


class Server:
    """Listens on one address, gives every connection to ``handler`` in a thread, and ends without trace."""

    def __init__(self, handler: Handler, host: str = IPV4, port: int = 0) -> None:
        """Listen at once; ``port`` 0 takes a free one."""
        self.handler = handler
        self.host = host
        self.calls = 0
        self.leaving = threading.Event()
        self._family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._listener = socket.socket(self._family, socket.SOCK_STREAM)
        try:
            self._listener.bind((host, port))
            self._listener.listen(256)
        except OSError:
            self._listener.close()
            raise
        self.port: int = self._listener.getsockname()[1]
        self._last_caller: object = None
        self._taken: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def __enter__(self) -> Server:
        """Be used as ``with Server(...)``."""
        return self

    def __exit__(self, *_: object) -> None:
        """Hang up on everybody and wait for every thread."""
        self.leaving.set()
        with socket.socket(self._family, socket.SOCK_STREAM) as last_call:
            last_call.bind((self.host, 0))
            self._last_caller = last_call.getsockname()
            last_call.connect((self.host, self.port))
        self._threads[0].join()
        for one in self._taken:
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        for thread in self._threads:
            thread.join()
        for one in self._taken:
            one.close()
        self._listener.close()

    def url(self, path: str = "/health", host: str = "", scheme: str = "http") -> str:
        """Return a URL that leads here, by default with the address itself as host."""
        literal = f"[{self.host}]" if ":" in self.host else self.host
        return f"{scheme}://{host or literal}:{self.port}{path}"

    def _accept(self) -> None:
        while True:
            taken, caller = self._listener.accept()
            if caller == self._last_caller:
                taken.close()
                return
            self.calls += 1
            taken.settimeout(patient(LONG))
            self._taken.append(taken)
            thread = threading.Thread(target=self._serve, args=(taken,))
            self._threads.append(thread)
            thread.start()

    def _serve(self, taken: socket.socket) -> None:
        try:
            self.handler(taken, self.leaving)
        except OSError:
            pass  # the probe hung up first, which is its right


def request(taken: socket.socket) -> bytes:
    """Read a request up to its blank line."""
    heard = b""
    while not heard.endswith(b"\r\n\r\n"):
        came = taken.recv(4096)
        if not came:
            break
        heard += came
    return heard


def answering(*pieces: bytes) -> Handler:
    """Hear the request, send ``pieces``, close."""

    def handler(taken: socket.socket, leaving: threading.Event) -> None:
        request(taken)
        for piece in pieces:
            taken.sendall(piece)
        taken.close()

    return handler


def answering_and_staying(*pieces: bytes) -> Handler:
    """Hear the request, send ``pieces``, keep the connection open."""

    def handler(taken: socket.socket, leaving: threading.Event) -> None:
        request(taken)
        for piece in pieces:
            taken.sendall(piece)
        leaving.wait(patient(LONG))

    return handler


def silent(taken: socket.socket, leaving: threading.Event) -> None:
    """Take the call and say nothing."""
    leaving.wait(patient(LONG))


def hanging_up(taken: socket.socket, leaving: threading.Event) -> None:
    """Hear the request and close without a word."""
    request(taken)
    taken.close()


def reset(taken: socket.socket) -> None:
    """Close so that the other side sees a reset."""
    taken.setsockopt(
        socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)
    )
    taken.close()


def resetting(taken: socket.socket, leaving: threading.Event) -> None:
    """Hear the request and reset the connection."""
    request(taken)
    reset(taken)


def answer(body: bytes = b"ok", status: str = "200 OK", *headers: str) -> bytes:
    """Return a whole, proper answer."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


@contextmanager
def on_both(ipv4: Handler, ipv6: Handler) -> Iterator[tuple[Server, Server]]:
    """Two servers on one port, one for each loopback address."""
    need_ipv6()
    for attempt in range(20):
        with Server(ipv4, IPV4) as first:
            try:
                second = Server(ipv6, IPV6, first.port)
            except OSError:
                assert attempt < 19, "no port is free on both loopback addresses"
                continue
            with second:
                yield first, second
            return


def need_ipv6() -> None:
    """Skip a test where there is no ``::1``, or fail where there must be one."""
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as sock:
            sock.bind((IPV6, 0))
    except OSError:
        if on_ci():
            pytest.fail("there is no IPv6 loopback here, and CI must run every test")
        pytest.skip("there is no IPv6 loopback here")


def free_port() -> int:
    """Return a port of both loopback addresses on which nothing listens."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as sock:
        sock.bind((IPV4, 0))
        port: int = sock.getsockname()[1]
    return port


@contextmanager
def deaf(port: int = 0) -> Iterator[int]:
    """A port of 127.0.0.1 that neither takes nor refuses a call: its queue is full and nobody empties it."""
    if platform.system() != "Linux":
        pytest.skip("only Linux leaves a caller waiting when the queue is full")
    callers: list[socket.socket] = []
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
        listener.bind((IPV4, port))
        listener.listen(0)
        where = listener.getsockname()
        try:
            waiting = False
            while not waiting:
                caller = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
                callers.append(caller)
                caller.settimeout(0.2)
                try:
                    caller.connect(where)
                except TimeoutError:
                    waiting = True
            yield where[1]
        finally:
            for caller in callers:
                caller.close()
