"""Reloads of one monitor: who asked, the rehearsal under way, what is told of it, and how it ended."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from vigie import __version__
from vigie.problems import Problem, Refusal
from vigie.runtime.door.errand import answer
from vigie.runtime.door.server import Caller
from vigie.runtime.reload.rehearsal import Rehearsal
from vigie.runtime.reload.renewal import Renewal
from vigie.runtime.station import Station

VERB = "reload"
"""What a caller asks that means no single bot: new settings, and the program as it lies on disk."""


class Reloads:
    """Takes requests; ``ready`` once the program that is to take over has shown that it can."""

    def __init__(
        self,
        station: Station,
        command: Sequence[str] | None,
        check_settings: Callable[[], object],
        renew_settings: Callable[[], None],
    ) -> None:
        """``command``: what is to take over; without one only the settings are renewed, by ``renew_settings``.

        ``check_settings`` raises what is wrong with them.
        """
        self.ready = False
        self._station = station
        self._command = command
        self._check_settings = check_settings
        self._renew_settings = renew_settings
        self._rehearsal: Rehearsal | None = None
        self._callers: list[Caller] = []

    def begin(self, caller: Caller | None) -> None:
        """Somebody asks for a reload: over the door, or by a signal."""
        if caller is not None:
            self._callers.append(caller)
        self._say("runtime.reload-began", {})
        if self._command is None:
            self._renew_settings()
            return
        self.drop()  # the settings may have changed since that one read them
        station = self._station
        try:
            self._rehearsal = Rehearsal(station.reactor, self._command, station.root, self._rehearsed)
        except OSError as error:
            self.refuse(Refusal("runtime.reload-cannot-start", what=error.strerror or str(error)))

    def owe_answer(self, caller: Caller) -> None:
        """The program before us was asked by this one, who still waits."""
        self._callers.append(caller)

    def owes(self, caller: Caller) -> bool:
        """Whether this one waits for the end of a reload."""
        return caller in self._callers

    def refuse(self, problem: Problem) -> None:
        """Nothing changes, and everybody hears why."""
        self._station.out("ERROR", problem.key, problem.values)
        for caller in self._all_callers():
            answer(caller, [], problem)

    def tell(self, renewal: Renewal, key: str) -> None:
        """It is done: say what came of it."""
        renewal.tell(lambda _tag, line, values: self._say(line, values))
        self._say(key, {"version": __version__, "unchanged": len(renewal.unchanged)})
        for caller in self._all_callers():
            caller.done({"bots": [], "problem": None, "version": __version__, "renewal": renewal.as_plain()})

    def drop(self) -> None:
        """End a rehearsal that is under way."""
        rehearsal, self._rehearsal = self._rehearsal, None
        if rehearsal is not None:
            rehearsal.drop()

    def _rehearsed(self, problem: Problem | None) -> None:
        self._rehearsal = None
        if problem is None:
            self.ready = True
            return
        if problem.key == "runtime.reload-settings-refused":
            try:
                self._check_settings()
            except Problem as ours:
                problem = ours  # in our own words, which everybody gets in his language
        self.refuse(problem)

    def _all_callers(self) -> list[Caller]:
        callers, self._callers = self._callers, []
        return callers

    def _say(self, key: str, values: Mapping[str, object]) -> None:
        self._station.out("MONITOR", key, values)
        for caller in self._callers:
            caller.tell("MONITOR", key, values)
