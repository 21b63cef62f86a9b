"""A door that the next program goes on with: nobody who stands in it notices, and nobody is lost."""

from __future__ import annotations

import json
import os
import socket
import sys
from collections.abc import Iterator

import pytest

from tests.runtime.workshop import JumpingClock, turn
from tests.waiting import until
from vigie.runtime.door.server import NO_ROOM, PATIENCE, Caller, ControlServer
from vigie.runtime.door.words import pack, unpack
from vigie.runtime.reactor import Reactor

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no program takes another's place there")


class House:
    """One project's door, served by one program after the other on the same clock."""

    def __init__(self) -> None:
        self.clock = JumpingClock()
        self.reactor = Reactor(self.clock)
        self.asked: list[Caller] = []
        self.server = ControlServer(self.reactor, self.hear)
        self.outside: list[socket.socket] = []

    def hear(self, caller: Caller, _request: dict[str, object]) -> None:
        """Keep everyone waiting."""
        self.asked.append(caller)

    def call(self, words: bytes = b"") -> socket.socket:
        """Call, say these words, and be let in."""
        already = len(self.server.callers)
        caller = socket.create_connection(("127.0.0.1", self.server.port), 5.0)
        caller.setblocking(False)
        self.outside.append(caller)
        caller.sendall(words)
        until(
            lambda: (turn(self.reactor), len(self.server.callers) > already)[1], what="the caller is let in"
        )
        turn(self.reactor, 3)
        return caller

    def request(self, **more: object) -> bytes:
        """A request with the right token."""
        return pack({"token": self.server.token, "verb": "start", "bots": [], **more})

    def hand_on(self) -> list[Caller | None]:
        """Let another program take this one's place, with what was packed for it."""
        token, door = self.server.token, self.server.fileno()
        everyone = [caller.handed_on() for caller in self.server.callers]
        kept = self.server.descriptors()
        handed = json.loads(json.dumps({"door": door, "token": token, "callers": everyone}))
        self.server.detach()
        self.reactor.close()
        for descriptor in kept:
            os.set_inheritable(descriptor, True)
        self.asked.clear()
        self.reactor = Reactor(self.clock)
        self.server = ControlServer(self.reactor, self.hear, (handed["door"], handed["token"]))
        return [self.server.take_over(one) for one in handed["callers"]]

    def hears(self, caller: socket.socket) -> list[dict[str, object]]:
        """All that a caller hears until the door hangs up."""
        pieces: list[bytes] = []

        def ended() -> bool:
            turn(self.reactor)
            try:
                pieces.append(caller.recv(1 << 16))
            except BlockingIOError:
                return False
            return pieces[-1] == b""

        until(ended, what="the door hangs up")
        return [unpack(line) for line in b"".join(pieces).splitlines()]

    def close(self) -> None:
        """Shut the door."""
        self.server.close()
        self.reactor.close()
        for caller in self.outside:
            caller.close()


@pytest.fixture
def house() -> Iterator[House]:
    """A door that is open."""
    house = House()
    yield house
    house.close()


def test_who_waits_is_answered_by_the_next_program(house: House) -> None:
    """It asked the one and is answered by the other; no program that is started inherits its line."""
    caller = house.call(house.request())
    (before,) = house.asked
    assert before.waits
    (after,) = house.hand_on()
    assert after is not None
    assert after.waits
    assert after.request == {"verb": "start", "bots": []}
    assert not os.get_inheritable(after.fileno())
    assert not os.get_inheritable(house.server.fileno())
    house.clock.jump(10 * PATIENCE)  # whoever has asked may be kept waiting for as long as it takes
    turn(house.reactor)
    after.done({"did": "it"})
    assert not after.waits
    assert house.hears(caller) == [{"heard": True}, {"done": {"did": "it"}}]
    assert house.asked == []


def test_who_has_said_half_a_word_says_the_rest_to_the_next_program(house: House) -> None:
    """Both halves make one request."""
    words = house.request(release="a" * 40)
    caller = house.call(words[:20])
    (after,) = house.hand_on()
    assert after is not None
    assert not after.waits
    caller.sendall(words[20:])
    until(lambda: (turn(house.reactor), house.asked)[1], what="the request is heard")
    assert house.asked == [after]
    assert after.request == {"verb": "start", "bots": [], "release": "a" * 40}
    after.done({})


def test_who_says_nothing_is_sent_away_by_the_next_program(house: House) -> None:
    """Its patience begins anew, and ends."""
    house.call()
    house.hand_on()
    house.clock.jump(PATIENCE + 1.0)
    turn(house.reactor)
    assert not house.server.callers


def test_who_has_not_read_its_answer_yet_reads_it_from_the_next_program(house: House) -> None:
    """What the system did not take off our hands goes on where it was broken off; then the door hangs up."""
    caller = house.call(house.request())
    (before,) = house.asked
    before._socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    answer = {"bots": ["x" * 1000] * 900}
    before.done(answer)
    assert before._unsent
    (after,) = house.hand_on()
    assert after is not None
    assert not after.waits
    assert house.hears(caller) == [{"heard": True}, {"done": answer}]
    assert not house.server.callers


def test_who_never_reads_its_answer_is_sent_away_by_the_next_program_too(house: House) -> None:
    """An answer is not kept for ever by one program after the other."""
    house.call(house.request())
    (before,) = house.asked
    before._socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    before.done({"bots": ["x" * 1000] * 900})
    assert before._unsent
    house.hand_on()
    house.clock.jump(PATIENCE + 1.0)
    turn(house.reactor)
    assert not house.server.callers


def test_who_knocks_meanwhile_is_let_in_by_the_next_program(house: House) -> None:
    """The door was never shut: the same port, the same token."""
    port, words = house.server.port, house.request()
    with socket.create_connection(("127.0.0.1", port), 5.0) as caller:
        caller.sendall(words)
        house.hand_on()
        assert house.server.port == port
        until(lambda: (turn(house.reactor), house.asked)[1], what="the request is heard")


def test_a_door_that_rests_is_handed_on_awake(house: House) -> None:
    """No descriptor was left a moment ago: the next program tries at once, and the old one's moment is void."""
    first = house.server
    first.reactor.unwatch(first.fileno())
    first._pause = first.reactor.call_at(first.reactor.now() + NO_ROOM, first._open)
    house.hand_on()
    assert first._pause.callback is None
    house.call(house.request())
    assert len(house.asked) == 1


@pytest.mark.parametrize("descriptor", [None, "5", -1])
def test_a_line_that_is_none_is_not_gone_on_with(house: House, descriptor: object) -> None:
    """Nonsense in the hand-over, or a line that is closed by now: the others are served."""
    assert house.server.take_over({"descriptor": descriptor}) is None
    assert not house.server.callers
    reading, writing = os.pipe()
    assert house.server.take_over({"descriptor": reading}) is None
    for end in (reading, writing):
        os.close(end)
