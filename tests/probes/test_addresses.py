"""Which addresses a host means, and that asking for them costs nothing unless a name must be looked up."""

from __future__ import annotations

import socket

import pytest

from vigie.probes.addresses import MOST_ADDRESSES, Address, addresses_of
from vigie.probes.conversation import Want


def at_once(host: str) -> list[Address]:
    """Return the addresses of a host that is not looked up."""
    step = addresses_of(host, 80)
    with pytest.raises(StopIteration) as end:
        next(step)
    found: list[Address] = end.value.value
    return found


@pytest.mark.parametrize("host", ["localhost", "localhost.", "0.0.0.0", "::"])
def test_this_machine_is_both_loopback_addresses_and_ipv4_comes_first(host: str) -> None:
    """Most bots listen on IPv4 alone; the addresses one binds to mean this machine too."""
    assert at_once(host) == [
        Address(socket.AF_INET, ("127.0.0.1", 80)),
        Address(socket.AF_INET6, ("::1", 80, 0, 0)),
    ]


def test_an_address_means_itself() -> None:
    """Neither version needs a lookup."""
    assert at_once("192.0.2.7") == [Address(socket.AF_INET, ("192.0.2.7", 80))]
    assert at_once("2001:db8::7") == [Address(socket.AF_INET6, ("2001:db8::7", 80, 0, 0))]


def test_of_a_names_addresses_only_the_first_few_are_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    """A health check opens no crowd of connections."""
    row = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 80))
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_options: [row] * 50)
    step = addresses_of("many.invalid", 80)
    found: list[Address] = []
    try:
        while True:
            assert isinstance(next(step), Want)
    except StopIteration as end:
        found = end.value
    assert len(found) == MOST_ADDRESSES
