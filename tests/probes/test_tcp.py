"""A bot that only takes connections is well when it takes one."""

from __future__ import annotations

import pytest

from tests.probes.asking import ask_url, outcome
from tests.probes.servers import IPV4, IPV6, Server, deaf, free_port, need_ipv6, silent


@pytest.mark.parametrize("host", [IPV4, IPV6])
def test_a_bot_that_takes_the_call_is_well_without_a_word(host: str) -> None:
    """By its address and by ``localhost``, whichever of the two it listens on."""
    if host == IPV6:
        need_ipv6()
    with Server(silent, host) as server:
        for url in (server.url("", scheme="tcp"), server.url("", host="localhost", scheme="tcp")):
            heard = ask_url(url)
            assert outcome(heard) == (True, "connected")
            assert heard.values == {"place": url[len("tcp://") :]}
    assert server.calls == 2


def test_nobody_there_is_refused() -> None:
    """With the place where nobody listens."""
    place = f"localhost:{free_port()}"
    heard = ask_url(f"tcp://{place}")
    assert (outcome(heard), heard.values) == ((False, "refused"), {"place": place})


def test_a_call_that_nobody_takes_times_out() -> None:
    """At the deadline, in the one phase there is."""
    with deaf() as port:
        assert outcome(ask_url(f"tcp://127.0.0.1:{port}", seconds=0.2)) == (False, "timeout-connecting")


def test_a_url_without_a_port_says_nothing_of_the_bot() -> None:
    """There is no usual port to guess."""
    assert outcome(ask_url("tcp://localhost")) == (None, "bad-url-port")
