"""Before a launch: is the bot's own port free, and if not, who has it."""

from __future__ import annotations

import os
import socket

import pytest

from tests.stage import free_port
from vigie.core.spec import Spec
from vigie.engines.base import LaunchError
from vigie.engines.custody import Listener
from vigie.runtime.port_check import local_port, require_free_port


@pytest.mark.parametrize(
    ("url", "port"),
    [
        ("http://localhost:8003/health", 8003),
        ("http://LOCALHOST:8003", 8003),
        ("http://127.0.0.1/health", 80),
        ("https://localhost/", 443),
        ("https://localhost:8443?x=1", 8443),
        ("http://[::1]:9000/health", 9000),
        ("http://[::1]/", 80),
        ("http://0.0.0.0:81/", 81),
        ("tcp://localhost:5555", 5555),
        ("tcp://[::1]:5555", 5555),
        ("tcp://localhost", None),
        ("http://example.invalid:8003/", None),
        ("http://10.0.0.1:8003/", None),
        ("tcp://example.invalid:1", None),
        ("none", None),
        ("exec:curl http://localhost:8003", None),
        ("http://localhost:http/", 80),
    ],
)
def test_the_port_of_this_machine_that_a_url_asks(url: str, port: int | None) -> None:
    """Elsewhere, or no port at all: None."""
    assert local_port(url) == port


def test_a_free_port_is_no_obstacle() -> None:
    """Nor is one of another machine, nor none at all."""
    for url in (f"http://localhost:{free_port()}/", "http://example.invalid:1/", "none"):
        require_free_port(Spec(health_url=url))


@pytest.mark.parametrize("address", ["127.0.0.1", "0.0.0.0"])
def test_whoever_has_the_port_is_named(address: str) -> None:
    """Refused, with pid and program; the listener is not even connected to."""
    with socket.socket() as listener:
        listener.bind((address, 0))
        listener.listen()
        listener.settimeout(0.05)
        port = listener.getsockname()[1]
        with pytest.raises(LaunchError) as refused:
            require_free_port(Spec(health_url=f"http://localhost:{port}/"))
        assert refused.value.refused
        assert refused.value.key == "engine.port-taken"
        assert (refused.value.values["port"], refused.value.values["pid"]) == (port, os.getpid())
        with pytest.raises(TimeoutError):
            listener.accept()


def test_somebody_who_cannot_be_seen_is_told_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another user's, or another container's."""
    monkeypatch.setattr("vigie.engines.custody.free", lambda _port: False)
    monkeypatch.setattr("vigie.engines.custody.listeners", lambda _port: [Listener(None, "", None)])
    with pytest.raises(LaunchError) as refused:
        require_free_port(Spec(health_url="http://localhost:8003/"))
    assert (refused.value.key, refused.value.refused) == ("engine.port-taken-unseen", True)
