"""Watches every bot of a project in the foreground until asked to leave; leaving leaves the bots running."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from vigie.core.facts import Asked, Shipped, Verb
from vigie.engines import local_engine
from vigie.problems import Problem, Refusal
from vigie.runtime.control_server import Caller, ControlServer
from vigie.runtime.control_words import pack_problem
from vigie.runtime.crew import Crew
from vigie.runtime.decider import Card, become_decider
from vigie.runtime.operate import ask
from vigie.runtime.place import Place
from vigie.runtime.reactor import Reactor
from vigie.runtime.report import bot_report
from vigie.runtime.scribe import BEAT
from vigie.runtime.sensors import CodeSensor, MemorySensor
from vigie.runtime.voice import Voice
from vigie.runtime.watch import Watch

if TYPE_CHECKING:
    from vigie.settings import Project

if sys.platform == "win32":
    LEAVE = (signal.SIGINT, signal.SIGTERM, signal.SIGBREAK)
else:
    LEAVE = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def monitor(project: Project, voice: Voice) -> None:
    """Watch until a signal asks us to leave.

    Raises ``Refusal`` when another monitor or command is at work, ``Failure`` when the folder cannot be
    written to.
    """
    place = Place(project.root)
    decider = become_decider(place, "monitor")
    if isinstance(decider, Card):
        raise Refusal("runtime.monitor-already", pid=decider.pid)
    try:
        with Reactor() as reactor:
            reactor.listen_to_signals(*LEAVE)
            _Monitor(project, place, reactor, voice).serve(decider.leave_card)
    finally:
        decider.release()


class _Monitor:
    def __init__(self, project: Project, place: Place, reactor: Reactor, voice: Voice) -> None:
        self._reactor = reactor
        self._place = place
        self._voices: list[tuple[set[str], Voice]] = []
        self._out = voice
        self._project = project
        reactor.on_error = self._own_fault
        self._crew = Crew(
            place, project.bots, len(project.bots), local_engine(), reactor, self._speak, watching=True
        )

    def serve(self, leave_card: Callable[[int, str], None]) -> None:
        reactor, crew = self._reactor, self._crew
        server = ControlServer(reactor, self._asked)
        sensors = [*self._sensors()]
        try:
            leave_card(server.port, server.token)
            interval = min(watch.spec.check_interval for watch in crew.watches)
            self._speak("MONITOR", "runtime.monitor-began", {"seconds": interval, "count": len(crew.watches)})
            for watch in crew.watches:
                watch.feed(Asked(Verb.START, keep=True, by_monitor=True))
            self._beat()
            reactor.run(lambda: False)
            self._speak("MONITOR", "runtime.monitor-left", {})
        finally:
            for sensor in sensors:
                sensor.stop()
            server.close()
            crew.close()

    def _sensors(self) -> list[MemorySensor | CodeSensor]:
        sensors: list[MemorySensor | CodeSensor] = []
        for watch in self._crew.watches:
            if watch.spec.max_memory is not None:
                sensors.append(MemorySensor(watch, self._reactor))
            if watch.spec.on_change == "restart":
                sensors.append(CodeSensor(watch, self._reactor, self._speak))
        return sensors

    def _beat(self) -> None:
        self._crew.scribe.touch()
        self._reactor.call_at(self._reactor.now() + BEAT, self._beat)

    def _speak(self, tag: str, key: str, values: Mapping[str, object]) -> None:
        self._out(tag, key, values)
        for names, voice in tuple(self._voices):
            if values.get("bot") in names:
                voice(tag, key, values)

    def _own_fault(self, error: Exception) -> None:
        # one bot's trouble, or a defect of ours, must not take the watch over the others down
        self._speak("ERROR", "runtime.own-fault", {"what": f"{type(error).__name__}: {error}"})

    def _asked(self, caller: Caller, request: dict[str, object]) -> None:
        names = request.get("bots")
        watches = self._crew.named([str(name) for name in names] if isinstance(names, list) else [])
        try:
            verb = Verb(request.get("verb"))
        except ValueError:
            caller.hang_up()
            return
        release = request.get("release")
        if isinstance(release, str):
            for watch in watches:
                watch.feed(Shipped(release))
        _Asking(self, caller, watches, verb)


class _Asking:
    """One caller's request: passes lines on while it waits, answers when the last bot is settled."""

    def __init__(self, monitor: _Monitor, caller: Caller, watches: list[Watch], verb: Verb) -> None:
        self._monitor = monitor
        self._caller = caller
        self._watches = watches
        self._problems: list[Problem | None] = []
        self._ear = ({watch.name for watch in watches}, caller.tell)
        monitor._voices.append(self._ear)
        self._outcomes = [ask(watch, verb, keep=True, on_settled=self._settled) for watch in watches]
        caller.on_gone = self._gone
        self._answer_if_done()

    def _settled(self, _watch: Watch, problem: Problem | None) -> None:
        self._problems.append(problem)
        self._answer_if_done()

    def _answer_if_done(self) -> None:
        if len(self._problems) < len(self._watches) or not hasattr(self, "_outcomes"):
            return
        self._stop_listening()
        problem = next((problem for problem in self._problems if problem is not None), None)
        self._caller.done(
            {
                "bots": [bot_report(watch) for watch in self._watches],
                "problem": pack_problem(problem),
                "did_anything": any(outcome.did_anything for outcome in self._outcomes),
            }
        )

    def _gone(self) -> None:
        self._stop_listening()
        for outcome in self._outcomes:
            outcome.give_up_waiting()

    def _stop_listening(self) -> None:
        if self._ear in self._monitor._voices:
            self._monitor._voices.remove(self._ear)
