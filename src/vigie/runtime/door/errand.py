"""One caller's request to a monitor: begun in its turn, told on the way, answered when the last bot is settled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from vigie.core.facts import Verb
from vigie.problems import Failure, Problem
from vigie.runtime.door.server import Caller
from vigie.runtime.door.words import pack, pack_problem, spoken, unpack, unpack_problem
from vigie.runtime.operate import ask, in_turn
from vigie.runtime.outcome import Outcome
from vigie.runtime.report import bot_report
from vigie.runtime.start_order import StartOrder
from vigie.runtime.voice import Voice
from vigie.runtime.watch import Watch

Voices = list[tuple[set[str], Voice]]


class Errand:
    """Passes lines on while it waits, and answers once. Without a caller it is carried out all the same."""

    def __init__(
        self,
        errands: list[Errand],
        voices: Voices,
        order: StartOrder,
        caller: Caller | None,
        watches: Sequence[Watch],
        verb: Verb,
    ) -> None:
        """Stand in the list of ``errands`` until it is done; ``begin`` or ``go_on`` must follow."""
        self._errands = errands
        self._voices = voices
        self._order = order
        self.caller = caller
        self._watches = list(watches)
        self._verb = verb
        self._problems: dict[str, Problem | None] = {}
        self._outcomes: dict[str, Outcome] = {}
        self._begun: set[str] = set()
        self._did_anything = False
        self._ear: tuple[set[str], Voice] | None = None
        errands.append(self)
        if caller is not None:
            self._ear = ({watch.name for watch in watches}, caller.tell)
            voices.append(self._ear)
            caller.on_gone = self._gone

    def begin(self) -> None:
        """Ask for what is wanted, of each bot in its turn."""
        in_turn(self._order, self._watches, self._verb, self._begin)
        self._answer_if_done()

    def handed_on(self) -> dict[str, object]:
        """Return all that the next program needs to go on with it."""
        return {
            "caller": None if self.caller is None else self.caller.fileno(),
            "verb": self._verb.value,
            "names": [watch.name for watch in self._watches],
            "did_anything": self._has_done_anything(),
            "settled": {name: _packed(problem) for name, problem in self._problems.items()},
            "outcomes": {
                name: outcome.handed_on()
                for name, outcome in self._outcomes.items()
                if name not in self._problems
            },
        }

    def go_on(self, handed: Mapping[str, Any]) -> None:
        """Go on where the program before us stood with it."""
        self._did_anything = handed["did_anything"] is True
        here = {watch.name for watch in self._watches}
        for name, problem in handed["settled"].items():
            self._problems[name] = _unpacked(problem)
        for name in handed["names"]:
            if name not in here:
                self._problems.setdefault(name, Failure("runtime.gone", name=name))
        waiting = []
        for watch in self._watches:
            if watch.name in handed["outcomes"]:
                outcome = Outcome(watch, self._verb, self._settled)
                self._outcomes[watch.name] = outcome
                self._begun.add(watch.name)
                outcome.go_on(handed["outcomes"][watch.name])
            elif watch.name not in self._problems:
                waiting.append(watch)
        self._begun.update(self._problems)
        in_turn(self._order, waiting, self._verb, self._begin)
        self._answer_if_done()

    def _begin(self, watch: Watch) -> None:
        outcome = ask(watch, self._verb, keep=True, on_settled=self._settled)
        self._outcomes[watch.name] = outcome
        self._begun.add(watch.name)
        self._answer_if_done()

    def _settled(self, watch: Watch, problem: Problem | None) -> None:
        self._problems[watch.name] = problem
        self._answer_if_done()

    def _answer_if_done(self) -> None:
        names = {watch.name for watch in self._watches}
        if not names <= self._begun or not names <= self._problems.keys() or self not in self._errands:
            return
        self._errands.remove(self)
        self._stop_listening()
        problem = next((self._problems[name] for name in self._problems if self._problems[name]), None)
        if self.caller is not None:
            answer(self.caller, self._watches, problem, self._has_done_anything())

    def _has_done_anything(self) -> bool:
        return self._did_anything or any(outcome.did_anything for outcome in self._outcomes.values())

    def _gone(self) -> None:
        """Nobody waits any more: what was asked for is done all the same, the bots whose turn comes included."""
        self.caller = None
        self._stop_listening()

    def _stop_listening(self) -> None:
        if self._ear is not None and self._ear in self._voices:
            self._voices.remove(self._ear)


def answer(
    caller: Caller, watches: Sequence[Watch], problem: Problem | None, did_anything: bool = False
) -> None:
    """Tell a caller how it ended."""
    caller.done(
        {
            "bots": [bot_report(watch) for watch in watches],
            "problem": pack_problem(problem),
            "did_anything": did_anything,
        }
    )


def _packed(problem: Problem | None) -> str | None:
    if problem is None:
        return None
    return pack(
        {"kind": type(problem).__name__, "key": problem.key, "values": spoken(problem.values)}
    ).decode()


def _unpacked(found: object) -> Problem | None:
    return unpack_problem(unpack(found.encode())) if isinstance(found, str) else None
