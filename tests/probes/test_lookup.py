"""Names are looked up without ever holding the probe beyond its deadline."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator

import pytest

from tests.probes.asking import ask, ask_url, outcome
from tests.probes.servers import Server, answer, answering
from tests.waiting import patient, until
from vigie.probes import lookup
from vigie.probes.drive import ask_all
from vigie.probes.http import ask_http


@pytest.fixture
def stuck_resolver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], int]]:
    """A resolver that hangs until the end of the test; gives the function that counts its calls.

    The system's own cannot be made to hang on loopback.
    """
    release = threading.Event()
    calls: list[str] = []

    def hang(host: bytes, *_args: object, **_options: object) -> list[object]:
        calls.append(host.decode())
        release.wait(patient(30))
        raise socket.gaierror(socket.EAI_AGAIN, "at last")

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    yield lambda: len(calls)
    release.set()
    until(lambda: not lookup._running, what="every lookup is over")


def test_a_name_is_looked_up_and_its_addresses_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """The system's order is kept, the first that connects is asked."""
    with Server(answering(answer())) as server:
        family, where = socket.AF_INET, ("127.0.0.1", server.port)
        row = (family, socket.SOCK_STREAM, 6, "", where)
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_options: [row])
        assert outcome(ask_url(server.url(host="bot.invalid"))) == (True, "answered")


def test_the_systems_own_resolver_is_asked() -> None:
    """A loopback address in a spelling that only the resolver knows leads to the server."""
    with Server(answering(answer())) as server:
        assert outcome(ask_url(server.url(host="127.1"))) == (True, "answered")


@pytest.mark.parametrize(
    ("number", "well", "reason"),
    [
        (socket.EAI_NONAME, False, "name-not-found"),
        (socket.EAI_AGAIN, None, "lookup-failed"),
        (socket.EAI_FAIL, None, "lookup-failed"),
    ],
)
def test_a_name_that_does_not_exist_is_told_from_a_resolver_that_fails(
    monkeypatch: pytest.MonkeyPatch, number: int, well: bool | None, reason: str
) -> None:
    """A resolver in trouble says nothing of the bot, a name that is not there does."""

    def fail(*_args: object, **_options: object) -> list[object]:
        raise socket.gaierror(number, "words of the system")

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    heard = ask_url("http://bot.invalid/")
    assert outcome(heard) == (well, reason)
    assert heard.values == {"host": "bot.invalid"}


def test_a_resolver_that_hangs_is_given_up_at_the_deadline(stuck_resolver: Callable[[], int]) -> None:
    """The bot was not even asked, so nothing is held against it."""
    heard = ask_url("http://bot.invalid/", seconds=0.1)
    assert outcome(heard) == (None, "timeout-lookup")
    assert heard.values == {"host": "bot.invalid", "seconds": 0.1}
    assert heard.latency is not None
    assert heard.latency >= 0.1


def test_a_resolver_that_hangs_costs_one_thread_for_each_name(stuck_resolver: Callable[[], int]) -> None:
    """However often and by however many the same name is asked for meanwhile."""
    before = threading.active_count()
    for _ in range(3):
        probes = [ask_http(f"http://{name}.invalid/") for name in "aaab"]
        assert {one.reason for one in ask_all(probes, [0.02] * 4)} == {"timeout-lookup"}
    assert stuck_resolver() == 2
    assert not any(one.waking for one in lookup._running.values()), "nobody who left is still to be woken"
    assert threading.active_count() == before + 2


def test_all_who_wait_for_one_name_are_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    """The shared lookup wakes each of them."""
    together = threading.Barrier(2)

    def found(*_args: object, **_options: object) -> list[object]:
        together.wait(patient(30))
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", server.port))]

    with Server(answering(answer())) as server:
        monkeypatch.setattr(socket, "getaddrinfo", found)
        probes = [ask_http(server.url(host="bot.invalid")) for _ in range(3)]
        for one in probes:
            next(one)
        together.wait(patient(30))
        answers = ask_all(probes, [patient(10)] * 3)
    assert [one.reason for one in answers] == ["answered"] * 3


def test_without_a_thread_left_the_question_is_not_put(monkeypatch: pytest.MonkeyPatch) -> None:
    """The system's limit of threads is our own want."""

    def no_thread(_self: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", no_thread)
    assert outcome(ask(ask_http("http://bot.invalid/"))) == (None, "no-memory")
    assert not lookup._running
