"""Waiting: the same promises by ``poll`` and by ``select``."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterable, Iterator

import pytest

from tests.probes.servers import free_port
from tests.waiting import patient
from vigie.probes.conversation import Want
from vigie.probes.wait import ready, ready_by_select

Wait = Callable[[Iterable[Want], float], set[int]]

pytestmark = pytest.mark.parametrize("wait", [ready, ready_by_select])

Pair = tuple[socket.socket, socket.socket]


@pytest.fixture
def pair() -> Iterator[Pair]:
    """Two sockets connected to each other."""
    one, other = socket.socketpair()
    with one, other:
        yield one, other


def test_what_is_ready_is_told_and_only_that(wait: Wait, pair: Pair) -> None:
    """Readable and writable are different things."""
    one, other = pair
    wants = [Want(reading=(one.fileno(),)), Want(reading=(other.fileno(),))]
    assert wait(wants, 0) == set()
    other.send(b"x")
    assert wait(wants, patient(10)) == {one.fileno()}
    assert wait([*wants, Want(writing=(other.fileno(),))], patient(10)) == {one.fileno(), other.fileno()}


def test_one_descriptor_may_be_wanted_both_ways(wait: Wait, pair: Pair) -> None:
    """Either is enough."""
    one, _ = pair
    assert wait([Want(reading=(one.fileno(),), writing=(one.fileno(),))], patient(10)) == {one.fileno()}


def test_a_hang_up_and_a_refusal_wake_the_one_who_waits(wait: Wait, pair: Pair) -> None:
    """Whoever waits finds out what happened by trying."""
    one, other = pair
    other.close()
    assert wait([Want(reading=(one.fileno(),))], patient(10)) == {one.fileno()}
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as caller:
        caller.setblocking(False)
        caller.connect_ex(("127.0.0.1", free_port()))
        assert wait([Want(writing=(caller.fileno(),))], patient(10)) == {caller.fileno()}


def test_with_nothing_ready_it_sleeps_as_long_as_asked(wait: Wait, pair: Pair) -> None:
    """With descriptors to watch and with none."""
    for wants in ([Want(reading=(pair[0].fileno(),))], [Want()], []):
        began = time.monotonic()
        assert wait(wants, 0.05) == set()
        assert time.monotonic() - began >= 0.049
