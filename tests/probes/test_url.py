"""A health URL is taken apart as a browser would, or refused with the part that is wrong."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.probes.failures import Trouble
from vigie.probes.url import HealthUrl, split_url

WEB = ("http", "https")


@pytest.mark.parametrize(
    ("url", "parts"),
    [
        ("http://localhost:8003/health", HealthUrl("http", "localhost", 8003, "/health")),
        ("HTTP://LocalHost:8003/Health", HealthUrl("http", "localhost", 8003, "/Health")),
        ("  http://localhost:8003/health\n", HealthUrl("http", "localhost", 8003, "/health")),
        ("http://localhost", HealthUrl("http", "localhost", 80, "/")),
        ("http://localhost:", HealthUrl("http", "localhost", 80, "/")),
        ("https://bot.example", HealthUrl("https", "bot.example", 443, "/")),
        ("https://bot.example.:8443/", HealthUrl("https", "bot.example.", 8443, "/")),
        ("http://127.0.0.1:1/a/b?c=d&e=%20#f", HealthUrl("http", "127.0.0.1", 1, "/a/b?c=d&e=%20")),
        ("http://localhost?token=a/b", HealthUrl("http", "localhost", 80, "/?token=a/b")),
        ("http://localhost#f", HealthUrl("http", "localhost", 80, "/")),
        ("http://[::1]:65535/h", HealthUrl("http", "::1", 65535, "/h")),
        ("http://[fe80::1%25eth0]/", HealthUrl("http", "fe80::1%eth0", 80, "/")),
        ("http://[fe80::1%Wi]/", HealthUrl("http", "fe80::1%Wi", 80, "/")),
        ("http://a/état du bot", HealthUrl("http", "a", 80, "/%C3%A9tat%20du%20bot")),
        ("http://a/100%/%2f/%zz", HealthUrl("http", "a", 80, "/100%25/%2f/%25zz")),
        ('http://a/"<>\\^`{|}', HealthUrl("http", "a", 80, "/%22%3C%3E%5C%5E%60%7B%7C%7D")),
        ("http://a/b@c:d", HealthUrl("http", "a", 80, "/b@c:d")),
    ],
)
def test_a_url_is_split_into_what_a_connection_and_a_request_need(url: str, parts: HealthUrl) -> None:
    """Scheme, host and port are found, defaults filled in, the target made fit to send."""
    assert split_url(url, WEB) == parts


@pytest.mark.parametrize(
    ("url", "part"),
    [
        ("", "scheme"),
        ("localhost:8003/health", "scheme"),
        ("ftp://localhost/", "scheme"),
        ("tcp://localhost:1", "scheme"),
        ("http:/localhost/", "scheme"),
        ("http://", "host"),
        ("http:///health", "host"),
        ("http://:8003/", "host"),
        ("http://user:secret@localhost/", "credentials"),
        ("http://secret@localhost/", "credentials"),
        ("http://a b/", "host"),
        ("http://a..b/", "host"),
        ("http://::1/", "host"),
        ("http://[::1/", "host"),
        ("http://[localhost]/", "host"),
        ("http://[::1]8003/", "host"),
        ("http://bét.example/", "host"),
        ("http://a%41/", "host"),
        (f"http://{'a' * 64}.example/", "host"),
        (f"http://{'a.' * 127}/", "host"),
        ("http://localhost:0/", "port"),
        ("http://localhost:65536/", "port"),
        ("http://localhost:-1/", "port"),
        ("http://localhost:+80/", "port"),
        ("http://localhost:8 0/", "port"),
        ("http://localhost:٨٠/", "port"),
        ("http://localhost:000080/", "port"),
        ("http://localhost:http/", "port"),
        ("http://localhost/\r\nX-Injected: 1", "characters"),
        ("http://localhost/\x00", "characters"),
        ("http://localhost/\x7f", "characters"),
    ],
)
def test_a_url_that_cannot_be_asked_is_refused_by_the_part_that_is_wrong(url: str, part: str) -> None:
    """What is wrong is named, and nothing of the URL is repeated: it may hold a password."""
    with pytest.raises(Trouble) as caught:
        split_url(url, WEB)
    answer = caught.value.answer()
    assert (answer.well, answer.reason, answer.values) == (None, f"bad-url-{part}", {})


def test_a_tcp_url_must_name_its_port() -> None:
    """There is no default port for plain connections."""
    assert split_url("tcp://[::1]:25", ("tcp",)).place == "[::1]:25"
    with pytest.raises(Trouble, match="bad-url-port"):
        split_url("tcp://localhost", ("tcp",))


@given(st.text(), st.sampled_from(["", "http://", "http://a/", "https://[", "http://a:"]))
def test_any_text_is_split_or_refused_and_the_target_is_always_safe_to_send(text: str, start: str) -> None:
    """The request line can hold neither a space nor a line end nor a foreign letter."""
    try:
        parts = split_url(start + text, WEB)
    except Trouble:
        return
    assert parts.target.startswith("/")
    assert parts.target.isascii()
    assert not any(letter <= " " or letter == "\x7f" for letter in parts.target + parts.host)
    assert 0 < parts.port < 65536
