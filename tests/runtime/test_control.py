"""The local door: only with the token, never held up by anybody, and every word arrives."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import pytest

from vigie.messages import Phrase
from vigie.problems import Failure, Refusal
from vigie.runtime.control_client import ask_monitor
from vigie.runtime.control_server import MOST_CALLERS, Caller, ControlServer
from vigie.runtime.control_words import LONGEST, pack, pack_problem, unpack
from vigie.runtime.decider import Card
from vigie.runtime.reactor import Reactor

Handler = Callable[[Caller, dict[str, object]], None]


@contextmanager
def door(handler: Handler) -> Iterator[Card]:
    """A real door, served by a real loop in a thread of its own."""
    reactor = Reactor()
    server = ControlServer(reactor, handler)
    ended: list[bool] = []
    thread = threading.Thread(target=lambda: reactor.run(lambda: bool(ended)))
    thread.start()
    try:
        yield Card(pid=1, verb="monitor", since=0.0, port=server.port, token=server.token)
    finally:
        reactor.call_from_thread(lambda: ended.append(True))
        thread.join()
        server.close()
        reactor.close()


def silent(_tag: str, _key: str, _values: Mapping[str, object]) -> None:
    """Hear nothing."""


def answering(caller: Caller, request: dict[str, object]) -> None:
    """Tell a line with a phrase inside, then answer with what was asked."""
    caller.tell("INFO", "runtime.exited", {"bot": "bot", "how": Phrase("runtime.with-code", exit_status=7)})
    caller.done({"asked": request["verb"], "bots": request["bots"]})


def test_a_request_is_answered_and_lines_arrive_before_the_answer() -> None:
    """What happens is heard while waiting, phrases inside included, and then how it ended."""
    heard: list[tuple[str, str, Mapping[str, object]]] = []
    with door(answering) as card:
        result, problem = ask_monitor(card, "stop", ["a", "b"], lambda *line: heard.append(line), 5.0)
    assert result["asked"] == "stop"
    assert result["bots"] == ["a", "b"]
    assert problem is None
    (line,) = heard
    assert line[:2] == ("INFO", "runtime.exited")
    assert line[2]["how"] == Phrase("runtime.with-code", exit_status=7)


def test_a_problem_crosses_the_door_with_its_kind_and_values() -> None:
    """A refusal in the monitor is a refusal, exit 3, in the command."""
    refusal = Refusal("engine.port-taken", port=8003, pid=12, program="nginx")
    with door(lambda caller, _request: caller.done({"problem": pack_problem(refusal)})) as card:
        _result, problem = ask_monitor(card, "start", [], silent, 5.0)
    assert isinstance(problem, Refusal)
    assert (problem.key, problem.values, problem.exit_code) == (refusal.key, refusal.values, 3)


def test_without_the_token_nobody_is_let_in() -> None:
    """A wrong token is hung up on without a word, and nothing is done."""
    asked: list[object] = []
    with door(lambda _caller, request: asked.append(request)) as card, pytest.raises(Failure) as refused:
        ask_monitor(card._replace(token="guess"), "stop", [], silent, 5.0)
    assert refused.value.key == "runtime.monitor-hung-up"
    assert asked == []


@pytest.mark.parametrize(
    "garbage",
    [b"\n", b"null\n", b"[1]\n", b"{}\n", b"\xff\xfe\n", b"[" * 20_000 + b"\n", b"GET / HTTP/1.1\r\n\r\n", b"{" * 70_000],
)
def test_garbage_is_hung_up_on(garbage: bytes) -> None:
    """Whatever a stranger sends, the door closes on it and goes on serving others."""
    with door(answering) as card:
        with socket.create_connection(("127.0.0.1", card.port), 5.0) as stranger:
            try:
                stranger.sendall(garbage)
                assert stranger.recv(100) == b""
            except ConnectionError:
                pass  # hung up on while still talking
        assert ask_monitor(card, "check", [], silent, 5.0)[0]["asked"] == "check"


def test_a_crowd_of_silent_callers_does_not_keep_the_door_busy() -> None:
    """Callers beyond the limit are turned away; once they leave there is room again."""
    with door(answering) as card:
        crowd = [socket.create_connection(("127.0.0.1", card.port), 5.0) for _ in range(MOST_CALLERS + 5)]
        assert crowd[-1].recv(1) == b""
        for one in crowd:
            one.close()
        for _ in range(50):
            try:
                assert ask_monitor(card, "check", [], silent, 5.0)[0]["asked"] == "check"
                break
            except Failure:
                continue
        else:
            pytest.fail("no room after the crowd had left")


def test_a_caller_that_hangs_up_is_noticed() -> None:
    """Whoever waited has gone: the monitor hears of it, once."""
    gone = threading.Event()

    def wait_for_ever(caller: Caller, _request: dict[str, object]) -> None:
        caller.on_gone = gone.set

    with door(wait_for_ever) as card:
        with socket.create_connection(("127.0.0.1", card.port), 5.0) as caller:
            caller.sendall(pack({"token": card.token, "verb": "start", "bots": []}))
        assert gone.wait(10.0)


def test_a_long_answer_arrives_whole() -> None:
    """An answer far larger than a socket's buffer is sent piece by piece."""
    many = [f"bot-{number}" for number in range(40_000)]
    with door(lambda caller, _request: caller.done({"bots": many})) as card:
        result, _problem = ask_monitor(card, "status", [], silent, 10.0)
    assert result["bots"] == many


def test_a_monitor_that_says_nothing_counts_as_stuck() -> None:
    """A command does not wait for ever."""
    with door(lambda _caller, _request: None) as card, pytest.raises(Failure) as stuck:
        ask_monitor(card, "start", [], silent, 0.05)
    assert stuck.value.key == "runtime.monitor-stuck"


def test_a_monitor_that_is_gone_cannot_be_reached() -> None:
    """The card of a dead monitor leads to a clear failure."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    with pytest.raises(Failure) as gone:
        ask_monitor(Card(1, "monitor", 0.0, port, "x"), "start", [], silent, 1.0)
    assert gone.value.key == "runtime.monitor-unreachable"


def test_only_objects_are_words_of_the_door() -> None:
    """A line that is no JSON object is refused as a value error, whatever it is."""
    for line in (b"1", b"", b"nonsense", b"[" * LONGEST):
        with pytest.raises(ValueError):  # noqa: PT011  (json's own error is one too)
            unpack(line)
