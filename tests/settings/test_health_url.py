"""Where a bot is asked whether it is well."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vigie.messages import ENGLISH, say
from vigie.probes.url import split_url
from vigie.settings.health_url import read_health_url, read_port, shown, with_port
from vigie.settings.origin import NotAllowedError


@pytest.mark.parametrize(
    ("written", "url"),
    [
        ("http://localhost:8003/health", "http://localhost:8003/health"),
        (" HTTPS://Example.org/ ", "https://Example.org/"),
        ("http://127.0.0.1", "http://127.0.0.1"),
        ("http://[::1]:8003/health", "http://[::1]:8003/health"),
        ("http://[fe80::1%25eth0]:80/", "http://[fe80::1%25eth0]:80/"),
        ("http://host?check=1", "http://host/?check=1"),
        ("http://host/a#fragment", "http://host/a"),
        ("http://host/santé", "http://host/sant%C3%A9"),
        ("http://my_bot.local.:80", "http://my_bot.local.:80"),
        ("tcp://localhost:6379", "tcp://localhost:6379"),
        ("tcp://[::1]:6379/", "tcp://[::1]:6379"),
        ("None", "none"),
        ("exec:python check.py", "exec:python check.py"),
        ("EXEC: python -c 'pass' ", "exec:python -c 'pass'"),
    ],
)
def test_every_form_is_read(written: str, url: str) -> None:
    """The four forms, in any case, come out in one spelling."""
    assert read_health_url(written) == url


@pytest.mark.parametrize(
    ("value", "allowed"),
    [
        ("", "url"),
        ("localhost:8003/health", "url"),
        ("ftp://host/", "url"),
        ("8003", "url"),
        (8003, "url"),
        (None, "url"),
        ("http:/host", "url"),
        ("http://", "url-host"),
        ("http:///health", "url-host"),
        ("http://:8003/", "url-host"),
        ("http://a..b/", "url-host"),
        ("http://" + "a" * 64 + ".org/", "url-host"),
        ("http://" + "a." * 130 + "org/", "url-host"),
        ("http://hôte/", "url-host"),
        ("http://[localhost]/", "url-host"),
        ("http://[::1/", "url-host"),
        ("http://[]:80/", "url-host"),
        ("http://host:0/", "port"),
        ("http://host:65536/", "port"),
        ("http://host:/", "port"),
        ("http://host:-1/", "port"),
        ("http://host:٣/", "port"),
        ("http://a:b:80/", "port"),
        ("http://[::1]8003/", "port"),
        ("http://[::1]:/", "port"),
        ("tcp://host", "port"),
        ("tcp://host:80/path", "url-tcp"),
        ("http://host/a b", "url-spaceless"),
        ("http://host/a\tb", "url-spaceless"),
        ("exec:", "exec"),
        ("exec:python 'open", "exec"),
    ],
)
def test_anything_else_is_refused_for_its_own_reason(value: object, allowed: str) -> None:
    """What is allowed there is told: a form, a host, a port, a command."""
    with pytest.raises(NotAllowedError) as caught:
        read_health_url(value)
    assert caught.value.allowed.key == f"settings.allowed-{allowed}"
    assert say(ENGLISH, caught.value.allowed.key, **caught.value.allowed.values)


@pytest.mark.parametrize(
    "url",
    [
        "http://me:s3cr3t@host/",
        "http://s3cr3t@host/",
        "http://s3cr3t@[::1]:80/",
        "http://me:s3cr/3t@host:99999/",
        "http://host:99999/?key=s3cr3t",
        "http://host:99999/ s3cr3t",
        "me:s3cr3t@host",
    ],
)
def test_passwords_and_keys_are_neither_taken_nor_shown(url: str) -> None:
    """A name and password are refused, and no error repeats them, nor what follows a question mark."""
    with pytest.raises(NotAllowedError) as caught:
        read_health_url(url)
    assert "s3cr" not in repr(caught.value.found) + repr(caught.value.allowed)


def test_what_is_shown_says_that_it_was_cut() -> None:
    """A shortened address ends in dots; a whole one does not."""
    assert shown("http://host/health") == "'http://host/health'"
    assert shown("http://host/health?key=1") == "'http://host/health'..."


@pytest.mark.parametrize(
    ("url", "moved"),
    [
        ("http://localhost:8003/health", "http://localhost:9000/health"),
        ("http://localhost/health?a=1", "http://localhost:9000/health?a=1"),
        ("https://[::1]:1/", "https://[::1]:9000/"),
        ("tcp://localhost:1", "tcp://localhost:9000"),
        ("none", "none"),
        ("exec:python check.py", "exec:python check.py"),
    ],
)
def test_the_port_alone_can_change(url: str, moved: str) -> None:
    """Everything else of an address stays; what has no port stays whole."""
    assert with_port(url, 9000) == moved


@pytest.mark.parametrize("text", ["0", "65536", "-1", "80.0", "http", "", "８０", "1" * 400])
def test_a_port_is_a_number_in_range(text: str) -> None:
    """1 to 65535, in plain digits."""
    with pytest.raises(NotAllowedError):
        read_port(text)


@settings(deadline=None)
@given(
    st.text()
    | st.builds(
        "{}://{}{}".format, st.sampled_from(["http", "tcp"]), st.text("ab[]:@1.%", max_size=8), st.text()
    )
)
def test_the_probe_understands_every_address_that_is_let_in(text: str) -> None:
    """No address passes here that the probe would call wrong later."""
    try:
        url = read_health_url(text)
    except NotAllowedError:
        return
    if "://" in url.partition("exec:")[0]:
        split_url(url, ("http", "https", "tcp"))
    assert read_health_url(url) == url
