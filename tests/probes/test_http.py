"""The health endpoint as the contract words it, against real servers that behave well or badly."""

from __future__ import annotations

import socket
import threading
import time

import pytest

from tests.probes.asking import ask, ask_url, outcome
from tests.probes.servers import (
    Handler,
    Server,
    answer,
    answering,
    answering_and_staying,
    hanging_up,
    request,
    reset,
    resetting,
    silent,
)
from tests.waiting import patient
from vigie.messages import FRENCH, say
from vigie.probes import http
from vigie.probes.conversation import Want
from vigie.probes.http import ask_http
from vigie.probes.link import Link

CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


def dripping(raw: bytes) -> Handler:
    """Send one byte at a time, for ever."""

    def handler(taken: socket.socket, leaving: threading.Event) -> None:
        request(taken)
        at = 0
        while not leaving.wait(0.005):
            taken.sendall(raw[at % len(raw) :][:1])
            at += 1

    return handler


def flooding(start: bytes, more: bytes) -> Handler:
    """Send ``start``, then ``more`` as fast as it goes, for ever."""

    def handler(taken: socket.socket, leaving: threading.Event) -> None:
        request(taken)
        taken.sendall(start)
        while not leaving.is_set():
            taken.sendall(more)

    return handler


def resetting_after(raw: bytes) -> Handler:
    """Send ``raw``, let it arrive, then reset the connection."""

    def handler(taken: socket.socket, leaving: threading.Event) -> None:
        request(taken)
        taken.sendall(raw)
        time.sleep(0.1)  # a reset overtakes what was sent but not yet read
        reset(taken)

    return handler


def splitting(*pieces: bytes) -> Handler:
    """Send each piece in a packet of its own."""

    def handler(taken: socket.socket, leaving: threading.Event) -> None:
        request(taken)
        taken.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for piece in pieces:
            taken.sendall(piece)
            time.sleep(0.002)
        leaving.wait(patient(30))

    return handler


@pytest.mark.parametrize(
    "handler",
    [
        answering(answer()),
        answering_and_staying(answer()),
        answering_and_staying(answer(b"")),
        answering(b"HTTP/1.0 200 OK\r\n\r\nanything"),
        answering(b"HTTP/1.1 200 OK\n\n"),
        answering_and_staying(b"HTTP/1.1 204 No Content\r\n\r\n"),
        answering_and_staying(b"HTTP/1.1 100 Continue\r\n\r\n", answer()),
        answering_and_staying(CHUNKED, b"5\r\nhello\r\n0\r\n\r\n"),
        splitting(*(bytes([one]) for one in CHUNKED + b"2\r\nok\r\n0\r\n\r\n")),
        answering_and_staying(
            b"HTTP/1.1 200 OK\r\nContent-Encoding: br\r\nContent-Length: 2\r\n\r\n\xff\xff"
        ),
        flooding(b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 4096),
        flooding(CHUNKED, b"1\r\nx\r\n"),
        answering_and_staying(b"HTTP/1.1 200 OK\r\nContent-Length: 999999\r\n\r\n" + b"x" * 65536),
    ],
    ids=[
        "whole, then closed",
        "whole, kept alive",
        "empty, kept alive",
        "HTTP/1.0 without a length",
        "bare line feeds, no body",
        "no content, kept alive",
        "interim answer first",
        "chunked, kept alive",
        "chunked, a packet for each byte",
        "compressed, which is not looked into",
        "endless body",
        "endless chunks",
        "64 KiB of a larger body",
    ],
)
def test_a_bot_that_answers_200_is_well(handler: Handler) -> None:
    """However it frames its answer, and without waiting for it to hang up."""
    with Server(handler) as server:
        heard = ask_url(server.url())
    assert outcome(heard) == (True, "answered")
    assert heard.http_status == 200 or heard.http_status == 204
    assert heard.latency is not None
    assert heard.latency < patient(5)


@pytest.mark.parametrize(
    ("handler", "reason", "status"),
    [
        (answering(answer(status="500 Internal Server Error")), "status", 500),
        (answering(answer(status="404 Not Found")), "status", 404),
        (answering(answer(status="503 Starting")), "status", 503),
        (answering_and_staying(b"HTTP/1.1 101 Switching Protocols\r\n\r\n"), "status", 101),
        (answering(answer(b"", "301 Moved", "Location: /health/")), "redirect-to", 301),
        (answering(answer(b"", "304 Not Modified")), "redirect", 304),
        (hanging_up, "closed", None),
        (resetting, "reset", None),
        (resetting_after(b"HTTP/1.1 200 OK\r\n\r\nhalf"), "reset", 200),
        (answering(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"), "cut", 200),
        (answering(b"HTTP/1.1 200 OK\r\nContent-"), "cut", None),
        (answering(CHUNKED, b"5\r\nhel"), "cut", 200),
        (answering_and_staying(b"<html>hello</html>"), "not-http", None),
        (answering_and_staying(bytes(range(256))), "not-http", None),
        (answering_and_staying(b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n"), "not-http", 200),
        (
            answering_and_staying(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n"),
            "not-http",
            200,
        ),
        (flooding(b"HTTP/1.1 200 OK\r\n", b"X-More: and more\r\n"), "headers-too-large", None),
        (flooding(b"HTTP/1.1 200 OK\r\nX-Long: ", b"x" * 4096), "headers-too-large", None),
    ],
)
def test_anything_else_is_not_well_and_says_why(handler: Handler, reason: str, status: int | None) -> None:
    """Each failure has its own reason, and the status is kept where one was heard."""
    with Server(handler) as server:
        heard = ask_url(server.url())
    assert outcome(heard) == (False, reason)
    assert heard.http_status == status
    assert heard.latency is not None
    assert heard.latency < patient(5)


@pytest.mark.parametrize(
    "handler",
    [
        silent,
        answering_and_staying(),
        answering_and_staying(b"HTTP/1.1 200 O"),
        answering_and_staying(b"HTTP/1.1 200 OK\r\nX: "),
        answering_and_staying(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"),
        answering_and_staying(b"HTTP/1.1 200 OK\r\n\r\nendless"),
        answering_and_staying(CHUNKED, b"5\r\nhel"),
        dripping(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 10000),
        dripping(b"HTTP/1.1 200 OK\r\nContent-Length: 10000\r\n\r\n" + b"x" * 10000),
    ],
    ids=[
        "not even listening",
        "no answer",
        "half a status line",
        "half a header",
        "half a body",
        "body without an end",
        "half a chunk",
        "dripping headers",
        "dripping body",
    ],
)
def test_a_bot_that_is_too_slow_is_given_up_at_the_one_deadline(handler: Handler) -> None:
    """No byte in between buys it more time."""
    with Server(handler) as server:
        began = time.monotonic()
        heard = ask_url(server.url(), seconds=0.3)
        took = time.monotonic() - began
    assert outcome(heard) == (False, "timeout-answering")
    assert 0.3 <= took < patient(1.5)
    assert heard.latency is not None
    assert 0.3 <= heard.latency <= took


def test_the_contracts_own_sentence_is_said_for_a_timeout() -> None:
    """Word for word, with a whole number of seconds."""
    assert say(FRENCH, "probe.timeout-answering", seconds=5.0) == "Bot injoignable: délai de 5 s dépassé"
    assert say(FRENCH, "probe.timeout-answering", seconds=0.5) == "Bot injoignable: délai de 0,5 s dépassé"


def test_other_statuses_can_be_made_healthy() -> None:
    """``health_status`` names the ranges, ends included, and they replace the default."""
    with Server(answering(answer(status="418 Teapot"))) as server:
        assert outcome(ask(ask_http(server.url(), [(200, 299), (418, 418)]))) == (True, "answered")
        assert outcome(ask(ask_http(server.url(), [(200, 417), (419, 599)]))) == (False, "status")
    with Server(answering(answer())) as server:
        assert outcome(ask(ask_http(server.url(), [(500, 599)]))) == (False, "status")
    with Server(answering(answer(b"", "302 Found", "Location: /"))) as server:
        assert outcome(ask(ask_http(server.url(), [(200, 399)]))) == (True, "answered")


def test_a_redirect_is_not_followed() -> None:
    """One request, and the goal is told for the person to judge."""
    with Server(answering(answer(b"", "302 Found", "Location: /there?token=secret#x"))) as server:
        heard = ask_url(server.url())
    assert server.calls == 1
    assert heard.values == {"status": 302, "location": "/there"}


@pytest.mark.parametrize(
    ("location", "shown"),
    [
        (b"/a\x1b[2J\xe9", "/a?[2J?"),
        (b"/" + b"a" * 5000, "/" + "a" * 199),
        (b"https://user:secret@bot.example/", None),
        (b"?token=secret", None),
    ],
)
def test_a_redirects_goal_is_shown_harmlessly(location: bytes, shown: str | None) -> None:
    """No control characters, no flood, no secret."""
    raw = b"HTTP/1.1 301 Moved\r\nContent-Length: 0\r\nLocation: " + location + b"\r\n\r\n"
    with Server(answering(raw)) as server:
        assert ask_url(server.url()).values.get("location") == shown


def test_no_proxy_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the environment says."""
    with Server(answering(answer())) as server, Server(answering(answer(status="502 Proxy"))) as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url(""))
        assert outcome(ask_url(server.url())) == (True, "answered")
    assert proxy.calls == 0


def test_the_server_hears_exactly_the_request() -> None:
    """Path, query and host as written."""
    heard: list[bytes] = []

    def listening(taken: socket.socket, leaving: threading.Event) -> None:
        heard.append(request(taken))
        taken.sendall(answer())

    with Server(listening) as server:
        ask_url(server.url("/état?a=b%20c", host="localhost"))
    assert heard[0].startswith(b"GET /%C3%A9tat?a=b%20c HTTP/1.1\r\n")
    assert f"\r\nHost: localhost:{server.port}\r\n".encode() in heard[0]


def test_a_server_that_answers_before_it_is_asked_is_heard() -> None:
    """Some hand-written bots do not read the request at all."""

    def hasty(taken: socket.socket, leaving: threading.Event) -> None:
        taken.sendall(answer())
        leaving.wait(patient(30))

    with Server(hasty) as server:
        assert outcome(ask_url(server.url())) == (True, "answered")


@pytest.mark.parametrize("start", [b"HTTP/1.1 200 OK\r\n\r\n", CHUNKED])
def test_not_a_byte_beyond_64_kib_of_body_is_read(monkeypatch: pytest.MonkeyPatch, start: bytes) -> None:
    """The rest stays with the system, which drops it."""
    read: list[int] = []

    class Counting(Link):
        def receive(self, most: int) -> bytes | Want:
            came = super().receive(most)
            read.append(0 if isinstance(came, Want) else len(came))
            return came

    monkeypatch.setattr(http, "Link", Counting)
    with Server(flooding(start, b"1\r\nx\r\n" * 4096)) as server:
        assert outcome(ask_url(server.url())) == (True, "answered")
    assert sum(read) == len(start) + 64 * 1024


LONG_REQUEST = b"x" * 8_000_000
"""More than the system buffers on loopback."""


def test_a_long_request_is_sent_in_as_many_pieces_as_it_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    """A full send buffer is waited for, not an error."""
    monkeypatch.setattr(http, "request_for", lambda _url: LONG_REQUEST)

    def reading_it_all(taken: socket.socket, leaving: threading.Event) -> None:
        heard = 0
        while heard < len(LONG_REQUEST):
            heard += len(taken.recv(1 << 16))
        taken.sendall(answer())
        leaving.wait(patient(30))

    with Server(reading_it_all) as server:
        assert outcome(ask_url(server.url())) == (True, "answered")


def test_a_server_that_never_reads_is_given_up_at_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sending counts, too."""
    monkeypatch.setattr(http, "request_for", lambda _url: LONG_REQUEST)
    with Server(silent) as server:
        assert outcome(ask_url(server.url(), seconds=0.3)) == (False, "timeout-answering")


def test_a_server_that_resets_while_it_is_asked_has_reset(monkeypatch: pytest.MonkeyPatch) -> None:
    """An error in sending is the bot's, too."""
    monkeypatch.setattr(http, "request_for", lambda _url: LONG_REQUEST)
    with Server(lambda taken, _leaving: reset(taken)) as server:
        assert outcome(ask_url(server.url())) == (False, "reset")


@pytest.mark.parametrize("url", ["nonsense", "ftp://localhost/", "http://", "http://localhost:99999/", ""])
def test_a_url_that_cannot_be_asked_says_nothing_of_the_bot(url: str) -> None:
    """It is a matter for settings, not for a restart."""
    heard = ask_url(url)
    assert heard.well is None
    assert heard.reason.startswith("bad-url-")


def test_closing_a_probe_in_the_middle_hangs_up() -> None:
    """The bot sees the end of the connection at once."""
    gone = threading.Event()

    def waiting(taken: socket.socket, leaving: threading.Event) -> None:
        request(taken)
        if taken.recv(1) == b"":
            gone.set()

    with Server(waiting) as server:
        probe = ask_http(server.url())
        while not next(probe).reading:
            pass
        probe.close()
        assert gone.wait(patient(10))
