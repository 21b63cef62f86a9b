"""The one request a probe sends."""

from __future__ import annotations

import pytest

from vigie import __version__
from vigie.probes.http_request import request_for
from vigie.probes.url import split_url


def test_the_request_is_a_plain_get_that_asks_for_no_compression_and_no_second_request() -> None:
    """The bytes are exactly these."""
    request = request_for(split_url("http://localhost:8003/health?deep=1", ("http",)))
    assert request == (
        b"GET /health?deep=1 HTTP/1.1\r\n"
        b"Host: localhost:8003\r\n"
        b"User-Agent: vigie/" + __version__.encode() + b"\r\n"
        b"Accept: */*\r\n"
        b"Accept-Encoding: identity\r\n"
        b"Connection: close\r\n"
        b"\r\n"
    )


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("http://localhost/", b"localhost"),
        ("http://localhost:80/", b"localhost"),
        ("http://localhost:443/", b"localhost:443"),
        ("https://localhost:443/", b"localhost"),
        ("https://localhost:80/", b"localhost:80"),
        ("http://[::1]/", b"[::1]"),
        ("http://[::1]:8003/", b"[::1]:8003"),
        ("http://[fe80::1%25eth0]:8003/", b"[fe80::1]:8003"),
    ],
)
def test_the_host_header_names_what_was_asked_for(url: str, host: bytes) -> None:
    """The port only when it is not the scheme's own, brackets around IPv6, no zone."""
    request = request_for(split_url(url, ("http", "https")))
    assert b"\r\nHost: " + host + b"\r\n" in request
