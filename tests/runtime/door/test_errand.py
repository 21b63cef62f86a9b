"""One caller's request: carried out in turn, told on the way, answered once, by whichever program is there then."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.runtime.workshop import Scene, turn
from tests.waiting import until
from vigie.core.facts import Verb
from vigie.engines.base import LaunchError
from vigie.problems import Problem, Refusal
from vigie.runtime.door.errand import Errand, Voices
from vigie.runtime.door.server import Caller, ControlServer
from vigie.runtime.door.words import pack, unpack, unpack_problem
from vigie.runtime.start_order import StartOrder


class Office:
    """A monitor's door and what is asked there."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.errands: list[Errand] = []
        self.voices: Voices = []
        self.crew = scene.begin()
        self.order = StartOrder(scene.reactor, scene._hear, lambda _name: None)
        self.server = ControlServer(scene.reactor, self.asked)
        self.callers: list[socket.socket] = []

    def asked(self, caller: Caller, request: dict[str, Any]) -> None:
        """Somebody has asked for something."""
        self.errand(caller, Verb(request["verb"]), *request["bots"]).begin()

    def errand(self, caller: Caller | None, verb: Verb, *names: str) -> Errand:
        """One that is neither begun nor gone on with."""
        return Errand(self.errands, self.voices, self.order, caller, self.crew.named(names), verb)

    def call(self, verb: Verb, *names: str) -> socket.socket:
        """Ask over the door."""
        caller = socket.create_connection(("127.0.0.1", self.server.port), 5.0)
        caller.setblocking(False)
        self.callers.append(caller)
        already = len(self.errands)
        caller.sendall(pack({"token": self.server.token, "verb": verb.value, "bots": names}))
        until(lambda: (turn(self.scene.reactor), len(self.errands) > already)[1], what="it is heard")
        return caller

    def answer(self, caller: socket.socket) -> tuple[dict[str, Any], Problem | None]:
        """Wait for the end of it."""
        pieces: list[bytes] = []

        def ended() -> bool:
            turn(self.scene.reactor)
            try:
                pieces.append(caller.recv(1 << 16))
            except BlockingIOError:
                return False
            return pieces[-1] == b""

        until(ended, what="the answer")
        *_told, last = b"".join(pieces).splitlines()
        done: Any = unpack(last)["done"]
        return done, unpack_problem(done["problem"])

    def handed_on(self) -> list[dict[str, Any]]:
        """What the next program is given, as it arrives there."""
        found: list[dict[str, Any]] = json.loads(json.dumps([one.handed_on() for one in self.errands]))
        return found

    def succeed(self, handed: Mapping[str, Any], *without: str) -> None:
        """Go on with one of them as the next program does, where these bots are no more."""
        (caller,) = [one for one in self.server.callers if one.fileno() == handed["caller"]]
        self.errands.clear()
        self.voices.clear()
        names = [name for name in handed["names"] if name not in without]
        self.errand(caller, Verb(handed["verb"]), *names).go_on(handed)

    def close(self) -> None:
        """Shut the door."""
        self.order.close()
        self.server.close()
        for caller in self.callers:
            caller.close()


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """Three bots, the second of which waits for the first."""
    with Scene(tmp_path, "a", "b", "c") as scene:
        bots = [bot._replace(spec=bot.spec._replace(start_grace=60.0)) for bot in scene.bots]
        bots[1] = bots[1]._replace(spec=bots[1].spec._replace(after=("a",)))
        scene.bots = bots
        office = Office(scene)
        yield office
        office.close()


def test_it_is_answered_when_the_last_bot_is_settled(office: Office) -> None:
    """Not before; whatever waits for its turn included."""
    caller = office.call(Verb.START, "a", "b")
    assert [errand.caller is not None for errand in office.errands] == [True]
    assert office.handed_on()[0]["settled"] == {}
    office.scene.advance(1.5)
    assert set(office.handed_on()[0]["settled"]) == {"a"}
    office.scene.advance(2.0)
    done, problem = office.answer(caller)
    assert problem is None
    assert done["did_anything"] is True
    assert [(bot["name"], bot["online"]) for bot in done["bots"]] == [("a", True), ("b", True)]
    assert office.errands == []
    assert office.voices == []


def test_the_next_program_waits_for_the_rest_and_answers_for_all(office: Office) -> None:
    """One bot refused, one on its way, one whose turn has not come; the refusal is told as it was."""
    office.scene.engine.manners_of = None
    caller = office.call(Verb.START, "a", "b")
    office.scene.engine.refusals.append(
        LaunchError("engine.port-taken", refused=True, port=1, pid=2, program="x")
    )
    (errand,) = office.errands
    errand._watches.append(office.scene.watch("c"))
    errand._order.begin([office.scene.watch("c")], errand._begin)
    (handed,) = office.handed_on()
    assert set(handed["outcomes"]) == {"a"}
    assert set(handed["settled"]) == {"c"}
    for watch in office.crew.watches:
        office.order.forget(watch)
    office.succeed(handed)
    office.scene.advance(1.5)
    assert len(office.errands) == 1
    assert office.scene.watch("b").word == "starting"
    office.scene.advance(2.0)
    done, problem = office.answer(caller)
    assert isinstance(problem, Refusal)
    assert (problem.key, problem.values["pid"]) == ("engine.port-taken", 2)
    assert [bot["name"] for bot in done["bots"]] == ["a", "b", "c"]
    assert done["did_anything"] is True
    assert office.errands == []
    assert office.voices == []


def test_a_bot_that_is_no_more_is_told_as_gone(office: Office) -> None:
    """Lost in the hand-over: nobody is kept waiting for it."""
    caller = office.call(Verb.START, "a", "b")
    (handed,) = office.handed_on()
    office.succeed(handed, "b")
    office.scene.advance(2.0)
    done, problem = office.answer(caller)
    assert problem is not None
    assert (problem.key, problem.values["name"]) == ("runtime.gone", "b")
    assert [bot["name"] for bot in done["bots"]] == ["a"]


def test_what_nobody_waits_for_any_more_is_handed_on_too(office: Office) -> None:
    """Ctrl-C, then a reload: the bot whose turn had not come is started all the same."""
    caller = office.call(Verb.START, "a", "b")
    caller.close()
    until(lambda: (turn(office.scene.reactor), not office.server.callers)[1], what="it is noticed")
    (handed,) = office.handed_on()
    assert handed["caller"] is None
    assert office.voices == []
    for watch in office.crew.watches:
        office.order.forget(watch)
    office.errands.clear()
    office.errand(None, Verb.START, *handed["names"]).go_on(handed)
    office.scene.advance(5.0)
    assert [office.scene.watch(name).word for name in ("a", "b", "c")] == ["online", "online", "stopped"]
    assert office.errands == []
