"""Of several addresses the first that connects is taken, and a dead one costs nothing."""

from __future__ import annotations

import errno
import socket
from contextlib import ExitStack, closing

import pytest

from tests.probes.asking import ask_url, outcome
from tests.probes.servers import (
    IPV6,
    Handler,
    Server,
    answer,
    answering,
    deaf,
    free_port,
    hanging_up,
    need_ipv6,
    on_both,
    resetting,
    silent,
)
from vigie.probes import connect
from vigie.probes.addresses import Address
from vigie.probes.connect import HEAD_START, Connected, first_to_connect
from vigie.probes.conversation import DeadlinePassed, Want
from vigie.probes.failures import Trouble

QUICK = 1.0
"""Seconds; a refused loopback connection alone takes twice that on Windows, and a deaf one never ends."""


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_a_bot_that_listens_on_one_loopback_address_only_is_found_at_once(host: str) -> None:
    """``localhost`` means both, and neither costs a delay."""
    if host == IPV6:
        need_ipv6()
    with Server(answering(answer()), host) as server:
        heard = ask_url(server.url(host="localhost"))
    assert outcome(heard) == (True, "answered")
    assert heard.latency is not None
    assert heard.latency < QUICK


def test_an_address_that_neither_takes_nor_refuses_the_call_does_not_delay_the_other() -> None:
    """The second address is called although the first has not failed."""
    need_ipv6()
    with ExitStack() as stack:
        port = stack.enter_context(deaf())
        stack.enter_context(Server(answering(answer()), IPV6, port))
        heard = ask_url(f"http://localhost:{port}/")
    assert outcome(heard) == (True, "answered")
    assert heard.latency is not None
    assert heard.latency < QUICK


def test_a_bot_that_listens_on_both_sees_one_connection_only() -> None:
    """A second one would block a single-threaded server, or make a hand-written one complain."""
    with on_both(answering(answer()), answering(answer())) as (ipv4, ipv6):
        for _ in range(5):
            assert outcome(ask_url(ipv4.url(host="localhost"))) == (True, "answered")
    assert (ipv4.calls, ipv6.calls) == (5, 0)


@pytest.mark.parametrize("rude", [hanging_up, resetting])
def test_if_the_first_hangs_up_without_a_word_the_other_is_asked(rude: Handler) -> None:
    """A port forwarder with nobody behind it must not hide the bot."""
    with on_both(rude, answering(answer())) as (ipv4, ipv6):
        assert outcome(ask_url(ipv4.url(host="localhost"))) == (True, "answered")
    assert (ipv4.calls, ipv6.calls) == (1, 1)


def test_if_both_hang_up_the_first_ones_manner_is_told() -> None:
    """Nobody is asked twice."""
    with on_both(hanging_up, resetting) as (ipv4, ipv6):
        assert outcome(ask_url(ipv4.url(host="localhost"))) == (False, "closed")
    assert (ipv4.calls, ipv6.calls) == (1, 1)


def test_if_the_first_hangs_up_and_nobody_else_listens_its_manner_is_told() -> None:
    """The other address's refusal says less."""
    with Server(hanging_up) as server:
        assert outcome(ask_url(server.url(host="localhost"))) == (False, "closed")


def test_an_answer_is_an_answer_even_when_the_other_address_would_give_a_better_one() -> None:
    """Two servers on one port are two bots; the one that is reached is judged."""
    with on_both(answering(answer(status="500 No")), answering(answer())) as (ipv4, ipv6):
        assert outcome(ask_url(ipv4.url(host="localhost"))) == (False, "status")
    assert ipv6.calls == 0


def test_if_the_first_connects_and_is_silent_the_deadline_is_told_for_it() -> None:
    """A hung bot is hung, whoever else listens."""
    with on_both(silent, answering(answer())) as (ipv4, ipv6):
        assert outcome(ask_url(ipv4.url(host="localhost"), seconds=0.2)) == (False, "timeout-answering")
    assert ipv6.calls == 0


def test_refused_is_told_only_when_every_address_failed() -> None:
    """And it says where nobody listens."""
    port = free_port()
    heard = ask_url(f"http://localhost:{port}/")
    assert outcome(heard) == (False, "refused")
    assert heard.values == {"place": f"localhost:{port}"}


def test_a_call_that_nobody_takes_times_out_while_connecting() -> None:
    """The phase is part of the reason."""
    with deaf() as port:
        heard = ask_url(f"http://127.0.0.1:{port}/", seconds=0.2)
    assert outcome(heard) == (False, "timeout-connecting")
    assert heard.values == {"seconds": 0.2}


def test_a_refusal_beside_a_call_that_nobody_takes_is_no_refusal_yet() -> None:
    """As long as one address may still connect, nothing is known."""
    with deaf() as port:
        assert outcome(ask_url(f"http://localhost:{port}/", seconds=0.2)) == (False, "timeout-connecting")


def test_without_a_descriptor_left_the_question_is_not_put(monkeypatch: pytest.MonkeyPatch) -> None:
    """Our own limit says nothing of the bot, even if one of two addresses could be asked and refused."""
    real = socket.socket
    opened: list[int] = []

    def last_one(family: int, kind: int) -> socket.socket:
        if opened:
            raise OSError(errno.EMFILE, "Too many open files")
        opened.append(family)
        return real(family, kind)

    monkeypatch.setattr("vigie.probes.connect.socket.socket", last_one)
    assert outcome(ask_url(f"http://localhost:{free_port()}/")) == (None, "no-descriptors")


def test_an_address_family_that_this_machine_lacks_is_not_told_beside_a_refusal(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A machine without IPv6 still knows that nobody listens; alone, the lack is our own."""
    real = socket.socket

    def ipv4_only(family: int, kind: int) -> socket.socket:
        if family == socket.AF_INET6:
            raise OSError(errno.EAFNOSUPPORT, "Address family not supported by protocol")
        return real(family, kind)

    monkeypatch.setattr("vigie.probes.connect.socket.socket", ipv4_only)
    port = free_port()
    assert outcome(ask_url(f"http://localhost:{port}/")) == (False, "refused")
    assert outcome(ask_url(f"http://[::1]:{port}/")) == (None, "no-network")


def test_a_socket_connected_to_itself_is_a_refusal() -> None:
    """Calling a free port from the very same port connects to nobody but oneself."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as sock:
        sock.bind(("127.0.0.1", 0))
        try:
            sock.connect(sock.getsockname())
        except OSError:
            pytest.skip("this system does not connect a socket to itself")
        with pytest.raises(ConnectionRefusedError):
            connect._is_connected(sock)


def test_being_resumed_too_early_changes_nothing() -> None:
    """A driver may wake a probe for nothing."""
    with deaf() as port:
        step = first_to_connect([Address(socket.AF_INET, ("127.0.0.1", port))], "x")
        wants = [next(step) for _ in range(3)]
        assert all(want == wants[0] and want.writing for want in wants)
        with pytest.raises(DeadlinePassed):
            step.throw(DeadlinePassed(1))


def test_of_two_that_are_ready_together_the_first_listed_wins_and_the_other_is_hung_up() -> None:
    """The choice does not depend on chance."""
    with Server(silent) as one, Server(silent) as two:
        addresses = [Address(socket.AF_INET, ("127.0.0.1", server.port)) for server in (one, two)]
        for listed in (addresses, addresses[::-1]):
            step = first_to_connect(listed, "x")
            both: list[Want] = [next(step)]
            with pytest.raises(StopIteration) as end:
                while True:
                    both.append(step.send(None))
            won: Connected = end.value.value
            with closing(won.sock):
                assert won.sock.getpeername()[1] == listed[0].where[1]
                assert won.others == [listed[1]]


def test_each_next_address_waits_a_head_start_and_after_the_last_there_is_nothing_to_wait_for() -> None:
    """The pause is the least that the standard allows; the deadline alone ends the rest."""
    with deaf() as port:
        step = first_to_connect([Address(socket.AF_INET, ("127.0.0.1", port))] * 3, "x")
        wants = [next(step) for _ in range(4)]
        step.close()
    assert [len(want.writing) for want in wants] == [1, 2, 3, 3]
    assert [want.pause for want in wants] == [HEAD_START, HEAD_START, None, None]


def test_a_machine_without_a_route_says_nothing_of_the_bot(monkeypatch: pytest.MonkeyPatch) -> None:
    """A call that our own routing table forbids was never made."""

    def no_route(_sock: socket.socket, _address: Address) -> None:
        raise OSError(errno.ENETUNREACH, "Network is unreachable")

    monkeypatch.setattr(connect, "_begin", no_route)
    assert outcome(ask_url("http://192.0.2.1/")) == (None, "no-network")


def test_no_address_left_open_raises_the_most_telling_trouble() -> None:
    """Both refused: refused."""
    port = free_port()
    step = first_to_connect([Address(socket.AF_INET, ("127.0.0.1", port))] * 2, f"x:{port}")
    with pytest.raises(Trouble, match="refused"):
        for _ in range(1000):
            next(step)
