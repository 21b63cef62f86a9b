"""The local door: only with the token, never held up by anybody, and every word arrives."""

from __future__ import annotations

import os
import socket
import struct
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.runtime.workshop import JumpingClock, turn
from tests.waiting import until
from vigie.messages import Phrase
from vigie.problems import Failure, Refusal
from vigie.runtime.decider import Card
from vigie.runtime.door.client import MonitorGoneError, ask_monitor
from vigie.runtime.door.server import MOST_CALLERS, NO_ROOM, PATIENCE, Caller, ControlServer, same
from vigie.runtime.door.words import LONGEST, pack, pack_problem, spoken, unpack, unpack_problem
from vigie.runtime.reactor import Reactor

Handler = Callable[[Caller, dict[str, object]], None]


@contextmanager
def door(handler: Handler, on_error: Callable[[Exception], None] | None = None) -> Iterator[Card]:
    """A real door, served by a real loop in a thread of its own."""
    reactor = Reactor()
    reactor.on_error = on_error
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
    [
        b"\n",
        b"null\n",
        b"[1]\n",
        b"{}\n",
        b"\xff\xfe\n",
        b"[" * 20_000 + b"\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"{" * 70_000,
    ],
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
        with pytest.raises(ValueError):
            unpack(line)


def test_a_caller_hears_at_once_that_somebody_is_at_work() -> None:
    """The word comes before anything is done: a stopped monitor is told from a busy one in seconds."""
    with door(lambda _caller, _request: None) as card:
        with socket.create_connection(("127.0.0.1", card.port), 5.0) as caller:
            caller.sendall(pack({"token": card.token, "verb": "start", "bots": []}))
            assert unpack(caller.recv(100)) == {"heard": True}


def test_a_monitor_that_is_stopped_is_known_after_a_short_while(monkeypatch: pytest.MonkeyPatch) -> None:
    """The system takes the call, nobody answers: stuck, long before the longest start would be over."""
    monkeypatch.setattr("vigie.runtime.door.client.CONNECT_LIMIT", 0.1)
    with socket.socket() as stopped:
        stopped.bind(("127.0.0.1", 0))
        stopped.listen()
        with pytest.raises(Failure) as stuck:
            ask_monitor(Card(1, "monitor", 0.0, stopped.getsockname()[1], "x"), "stop", [], silent, 1000.0)
    assert stuck.value.key == "runtime.monitor-stuck"


@pytest.mark.parametrize(
    "answer", [b"garbage\n", b'{"heard": true}\n{"done": 5}\n', b'{"line": ["x"]}\n', b'{"line": 1}\nnull\n']
)
def test_an_answer_that_is_none_is_a_clear_failure(answer: bytes) -> None:
    """Whoever sits behind the door: no error of ours, nothing believed."""
    with socket.socket() as stranger:
        stranger.bind(("127.0.0.1", 0))
        stranger.listen()

        def play() -> None:
            connection, _ = stranger.accept()
            with connection:
                connection.recv(1000)
                connection.sendall(answer)

        thread = threading.Thread(target=play)
        thread.start()
        with pytest.raises(MonitorGoneError) as gone:
            ask_monitor(Card(1, "monitor", 0.0, stranger.getsockname()[1], "x"), "stop", [], silent, 5.0)
        thread.join()
    assert gone.value.key == "runtime.monitor-hung-up"


def test_a_defect_in_the_handler_hangs_up_instead_of_keeping_somebody_waiting() -> None:
    """The caller knows at once; the door stays open for the next."""
    faults: list[Exception] = []
    broken = [True]

    def handler(caller: Caller, request: dict[str, object]) -> None:
        if broken.pop() if broken else False:
            raise ZeroDivisionError
        answering(caller, request)

    with door(handler, faults.append) as card:
        with pytest.raises(MonitorGoneError):
            ask_monitor(card, "stop", [], silent, 5.0)
        assert ask_monitor(card, "stop", [], silent, 5.0)[0]["asked"] == "stop"
    assert [type(fault) for fault in faults] == [ZeroDivisionError]


class Turned:
    """A door on a clock that jumps, turned by the test itself."""

    def __init__(self, handler: Handler) -> None:
        self.clock = JumpingClock()
        self.reactor = Reactor(self.clock)
        self.server = ControlServer(self.reactor, handler)
        self.callers: list[socket.socket] = []

    def __enter__(self) -> Turned:
        return self

    def __exit__(self, *_failure: object) -> None:
        self.server.close()
        self.reactor.close()
        for caller in self.callers:
            caller.close()

    def call(self, request: bytes = b"", small: bool = False) -> socket.socket:
        """Call, say something, and let the door notice; ``small``: with hardly any buffer."""
        caller = socket.socket()
        if small:
            caller.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        caller.settimeout(5.0)
        caller.connect(("127.0.0.1", self.server.port))
        self.callers.append(caller)
        if request:
            caller.sendall(request)
        until(lambda: (turn(self.reactor), len(self.server.callers))[1], what="the caller is let in")
        turn(self.reactor, 3)
        return caller

    def ask(self) -> bytes:
        """A request with the right token."""
        return pack({"token": self.server.token, "verb": "status", "bots": []})


def test_who_says_nothing_is_sent_away() -> None:
    """After some patience, and not before."""
    with Turned(answering) as stage:
        caller = stage.call()
        stage.clock.jump(PATIENCE - 1)
        turn(stage.reactor)
        assert stage.server.callers
        stage.clock.jump(1.5)
        turn(stage.reactor)
        assert not stage.server.callers
        assert caller.recv(10) == b""


def test_who_never_reads_its_answer_is_hung_up_on() -> None:
    """Neither its lines nor its answer are kept for ever."""

    answered: list[Caller] = []

    def talks(caller: Caller, _request: dict[str, object]) -> None:
        # a small buffer, so that the system does not take all of it off our hands
        caller._socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        caller.done({"bots": ["x" * 1000] * 900})
        answered.append(caller)

    with Turned(talks) as stage:
        stage.call(stage.ask(), small=True)
        turn(stage.reactor, 20)
        assert stage.server.callers == set(answered)
        stage.clock.jump(PATIENCE + 1)
        turn(stage.reactor)
        assert not stage.server.callers


def test_a_caller_that_is_reset_is_let_go() -> None:
    """It hangs up the hard way while something waits to be sent to it."""
    gone: list[bool] = []
    talking: list[Caller] = []

    def talks(caller: Caller, _request: dict[str, object]) -> None:
        caller._socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        caller.on_gone = lambda: gone.append(True)
        talking.append(caller)
        for _ in range(20):
            caller.tell("INFO", "x", {"what": "y" * 30_000})

    with Turned(talks) as stage:
        caller = stage.call(stage.ask(), small=True)
        assert talking
        caller.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        caller.close()
        until(lambda: (turn(stage.reactor), gone)[1], what="it is noticed")
        assert not stage.server.callers


def test_who_never_reads_lines_is_hung_up_on() -> None:
    """A megabyte is kept, not more."""
    gone: list[bool] = []
    talking: list[Caller] = []

    def talks(caller: Caller, _request: dict[str, object]) -> None:
        caller.on_gone = lambda: gone.append(True)
        talking.append(caller)

    with Turned(talks) as stage:
        stage.call(stage.ask())
        for _ in range(400):
            talking[0].tell("INFO", "x", {"what": "y" * 30_000})
        assert gone == [True]
        assert not stage.server.callers
        talking[0].tell("INFO", "x", {})
        talking[0].done({})


def test_a_second_request_on_one_line_changes_nothing() -> None:
    """One call, one question."""
    asked: list[object] = []
    with Turned(lambda _caller, request: asked.append(request["verb"])) as stage:
        caller = stage.call(stage.ask())
        caller.sendall(stage.ask())
        turn(stage.reactor, 5)
        assert asked == ["status"]


@pytest.mark.skipif(sys.platform == "win32", reason="limits of POSIX")
def test_without_descriptors_nobody_is_let_in_and_the_loop_sleeps() -> None:
    """Whoever knocks meanwhile waits, without keeping us busy, and is let in once there is room."""
    import resource

    accepted: list[int] = []
    with Turned(answering) as stage:
        accept = stage.server._accept
        stage.server._accept = lambda: (accepted.append(1), accept())[1]  # type: ignore[method-assign]
        stage.reactor.unwatch(stage.server._socket.fileno())
        stage.server._open()
        stage.callers.append(socket.create_connection(("127.0.0.1", stage.server.port), 5.0))
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        next_one = os.dup(0)
        os.close(next_one)
        resource.setrlimit(resource.RLIMIT_NOFILE, (next_one, hard))
        try:
            turn(stage.reactor, 50)
            assert len(accepted) == 1
            assert not stage.server.callers
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        stage.clock.jump(NO_ROOM)
        until(lambda: (turn(stage.reactor), len(stage.server.callers))[1])
        stage.server.close()


def test_the_token_is_compared_as_a_whole() -> None:
    """Equal is equal; any difference, in length too, is none."""
    assert same(b"", b"")
    assert same(b"abc", b"abc")
    for other in (b"", b"ab", b"abd", b"abcd", b"bbc"):
        assert not same(b"abc", other)


@given(
    st.dictionaries(
        st.text(max_size=8), st.none() | st.booleans() | st.integers() | st.text(max_size=20), max_size=5
    )
)
def test_whatever_can_be_said_arrives_as_it_was(message: dict[str, object]) -> None:
    """Packed and unpacked."""
    if set(message) != {"sentence", "of"}:
        assert unpack(pack(message)) == message


def test_problems_and_sentences_survive_the_way() -> None:
    """Kinds are kept, unknown ones are failures, sentences inside sentences stay sentences."""
    assert pack_problem(None) is None
    assert unpack_problem(None) is None
    assert isinstance(unpack_problem({"kind": "Unheard", "key": "a.b"}), Failure)
    inside = {"how": Phrase("runtime.with-code", exit_status=Phrase("status.none"))}
    assert unpack(pack({"v": spoken(inside)}))["v"] == inside
    assert unpack(b'{"v": {"sentence": "a.b", "of": 5}}')["v"] == Phrase("a.b")


def test_a_door_that_takes_no_call_counts_as_stuck(monkeypatch: pytest.MonkeyPatch) -> None:
    """So many callers stand before it that the system lets nobody wait there any more."""
    monkeypatch.setattr("vigie.runtime.door.client.CONNECT_LIMIT", 0.1)
    with ExitStack() as crowd, socket.socket() as stopped:
        stopped.bind(("127.0.0.1", 0))
        stopped.listen(0)
        for _ in range(8):
            caller = crowd.enter_context(socket.socket())
            caller.setblocking(False)
            caller.connect_ex(stopped.getsockname())
        with pytest.raises(Failure) as stuck:
            ask_monitor(Card(1, "monitor", 0.0, stopped.getsockname()[1], "x"), "stop", [], silent, 1000.0)
    if sys.platform == "linux":  # elsewhere a full house may be answered with a refusal
        assert stuck.value.key == "runtime.monitor-stuck"


LONG = {"extra": "x" * 50_000_000}
"""More than any system keeps of what was sent to one who does not read."""


def test_a_door_that_reads_nothing_counts_as_stuck(monkeypatch: pytest.MonkeyPatch) -> None:
    """It takes the call, and not a word."""
    monkeypatch.setattr("vigie.runtime.door.client.CONNECT_LIMIT", 0.1)
    with socket.socket() as stopped:
        stopped.bind(("127.0.0.1", 0))
        stopped.listen()
        with pytest.raises(Failure) as stuck:
            ask_monitor(
                Card(1, "monitor", 0.0, stopped.getsockname()[1], "x"), "stop", [], silent, 1000.0, LONG
            )
    assert stuck.value.key == "runtime.monitor-stuck"
    assert not isinstance(stuck.value, MonitorGoneError)


@pytest.mark.parametrize("extra", [LONG, {}], ids=["while we speak", "while we listen"])
def test_a_door_that_breaks_off_is_a_monitor_that_is_gone(extra: Mapping[str, object]) -> None:
    """Killed in the middle of the conversation: the command may begin anew by itself."""
    with socket.socket() as dying:
        dying.bind(("127.0.0.1", 0))
        dying.listen()

        def play() -> None:
            connection, _ = dying.accept()
            connection.recv(1000)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            connection.close()

        thread = threading.Thread(target=play)
        thread.start()
        with pytest.raises(MonitorGoneError) as gone:
            ask_monitor(Card(1, "monitor", 0.0, dying.getsockname()[1], "x"), "stop", [], silent, 30.0, extra)
        thread.join()
    assert gone.value.key == "runtime.monitor-hung-up"


def test_a_defect_after_the_answer_harms_nobody() -> None:
    """The caller has its answer and is gone when the handler breaks: the defect is told, the door goes on."""
    faults: list[Exception] = []

    def handler(caller: Caller, request: dict[str, object]) -> None:
        answering(caller, request)
        raise ZeroDivisionError

    with door(handler, faults.append) as card:
        assert ask_monitor(card, "stop", [], silent, 5.0)[0]["asked"] == "stop"
        assert ask_monitor(card, "start", [], silent, 5.0)[0]["asked"] == "start"
    assert [type(fault) for fault in faults] == [ZeroDivisionError, ZeroDivisionError]


def read_all(stage: Turned, caller: socket.socket) -> bytes:
    """Let the door turn, and read until it hangs up."""
    caller.settimeout(0.0)
    pieces: list[bytes] = []

    def reads() -> bool:
        turn(stage.reactor)
        try:
            pieces.append(caller.recv(1 << 16))
        except BlockingIOError:
            return False
        return pieces[-1] == b""

    until(reads, what="the door hangs up")
    return b"".join(pieces)


def test_an_answer_that_waits_for_its_reader_is_the_last_word() -> None:
    """Sent piece by piece to one who reads slowly; with the last piece the door hangs up, and reads no more."""

    def talks(caller: Caller, _request: dict[str, object]) -> None:
        caller._socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        caller.done({"bots": ["x" * 1000] * 900})

    with Turned(talks) as stage:
        caller = stage.call(stage.ask(), small=True)
        (waiting,) = stage.server.callers
        assert waiting._unsent
        caller.sendall(stage.ask())  # more words while it is answered change nothing
        lines = read_all(stage, caller).splitlines()
        assert not stage.server.callers
    assert [next(iter(unpack(line))) for line in lines] == ["heard", "done"]
    assert unpack(lines[1])["done"] == {"bots": ["x" * 1000] * 900}


def test_a_word_to_one_who_has_been_reset_is_no_fault() -> None:
    """It went the hard way, and the loop has not noticed yet when the next line is told."""
    gone: list[bool] = []

    def talks(caller: Caller, _request: dict[str, object]) -> None:
        caller.on_gone = lambda: gone.append(True)

    with Turned(talks) as stage:
        caller = stage.call(stage.ask())
        (known,) = stage.server.callers
        caller.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        caller.close()
        until(lambda: (known.tell("INFO", "x", {}), gone)[1], what="it is noticed")
        assert gone == [True]
        assert not stage.server.callers


@pytest.mark.parametrize(
    "word",
    [ConnectionAbortedError(103, "Software caused connection abort"), BlockingIOError(11, "Nobody is there")],
    ids=["said so", "nobody there"],
)
def test_who_is_gone_before_the_door_is_opened_is_no_fault(word: OSError) -> None:
    """The system says so only when we let it in, each in its own way; the next one is served."""
    faults: list[Exception] = []

    class Fickle:
        """The real door, but its first caller is gone again."""

        def __init__(self, real: socket.socket) -> None:
            self.real = real
            self.tries = 0

        def __getattr__(self, name: str) -> object:
            return getattr(self.real, name)

        def accept(self) -> object:
            self.tries += 1
            connection, address = self.real.accept()
            if self.tries > 1:
                return connection, address
            connection.close()
            raise word

    with Turned(answering) as stage:
        stage.reactor.on_error = faults.append
        fickle = Fickle(stage.server._socket)
        stage.server._socket = fickle
        with socket.create_connection(("127.0.0.1", stage.server.port), 5.0):
            until(lambda: (turn(stage.reactor), fickle.tries)[1])
        caller = stage.call(stage.ask())
        assert b"done" in read_all(stage, caller)
        assert faults == []


def test_a_machine_without_a_free_port_is_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    """The failure reaches whoever opens the door, and nothing is left open."""
    opened: list[socket.socket] = []

    class Full(socket.socket):
        """A socket for which there is no port left."""

        def bind(self, _address: object) -> None:
            opened.append(self)
            raise OSError(98, "Address already in use")

    monkeypatch.setattr("vigie.runtime.door.server.socket.socket", Full)
    with Reactor() as reactor, pytest.raises(OSError, match="in use"):
        ControlServer(reactor, answering)
    assert [one.fileno() for one in opened] == [-1]
