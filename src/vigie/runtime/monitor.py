"""Watches every bot of a project in the foreground until asked to leave; leaving leaves the bots running."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

from vigie.core.facts import Asked, Shipped, Verb
from vigie.engines import local_engine
from vigie.messages import catalogue
from vigie.problems import Problem, Refusal
from vigie.runtime.control_server import Caller, ControlServer
from vigie.runtime.control_words import pack_problem
from vigie.runtime.crew import Crew
from vigie.runtime.decider import Card, Decider, become_decider
from vigie.runtime.operate import ask
from vigie.runtime.outcome import Outcome
from vigie.runtime.own_faults import OwnFaults
from vigie.runtime.place import Place
from vigie.runtime.reactor import LEAVE, Reactor
from vigie.runtime.report import bot_report
from vigie.runtime.scribe import BEAT
from vigie.runtime.sensors import CodeSensor, MemorySensor
from vigie.runtime.standard_descriptors import open_standard_descriptors
from vigie.runtime.voice import Voice
from vigie.runtime.watch import Watch

if TYPE_CHECKING:
    from vigie.settings import Project

KEEP = 10.0
"""Seconds between two looks whether we are still the ones who decide: some 50 microseconds each."""


def monitor(project: Project, voice: Voice) -> None:
    """Watch until a signal asks us to leave.

    Raises ``Refusal`` when another monitor or command is at work, ``Failure`` when the folder cannot be
    written to.
    """
    open_standard_descriptors()
    place = Place(project.root)
    decider = become_decider(place, "monitor")
    if isinstance(decider, Card):
        raise Refusal("runtime.monitor-already", pid=decider.pid)
    try:
        with Reactor() as reactor:
            reactor.listen_to_signals(*LEAVE)
            _Monitor(project, place, reactor, voice, decider).serve()
    finally:
        decider.release()


class _Monitor:
    def __init__(
        self, project: Project, place: Place, reactor: Reactor, voice: Voice, decider: Decider
    ) -> None:
        self._reactor = reactor
        self._voices: list[tuple[set[str], Voice]] = []
        self._out = voice
        self._root = project.root
        self._decider = decider
        self._ousted = False
        self._sensors: dict[tuple[str, type], MemorySensor | CodeSensor] = {}
        reactor.on_error = OwnFaults(self._speak, reactor.now).hear
        self._crew = Crew(
            place, project.bots, len(project.bots), local_engine(), reactor, self._speak, watching=True
        )

    def serve(self) -> None:
        reactor, crew = self._reactor, self._crew
        server = ControlServer(reactor, self._asked)
        try:
            load_all_words()
            self._decider.leave_card(server.port, server.token)
            interval = min(watch.spec.check_interval for watch in crew.watches)
            self._speak("MONITOR", "runtime.monitor-began", {"seconds": interval, "count": len(crew.watches)})
            for watch in crew.watches:
                if reactor.signalled is None:
                    watch.feed(Asked(Verb.START, keep=True, by_monitor=True))
            self._post_sensors()
            self._beat()
            self._keep_deciding()
            reactor.run(lambda: self._ousted)
            if self._ousted:
                self._speak("ERROR", "runtime.ousted", {})
            self._speak("MONITOR", "runtime.monitor-left", {})
        finally:
            for sensor in self._sensors.values():
                sensor.stop()
            server.close()
            crew.close()

    def _post_sensors(self) -> None:
        for watch in self._crew.watches:
            if watch.spec.max_memory is not None and (watch.name, MemorySensor) not in self._sensors:
                self._sensors[watch.name, MemorySensor] = MemorySensor(watch, self._reactor)
            if (watch.name, CodeSensor) not in self._sensors:
                self._sensors[watch.name, CodeSensor] = CodeSensor(watch, self._reactor, self._speak)

    def _beat(self) -> None:
        self._reactor.call_at(self._reactor.now() + BEAT, self._beat)
        self._crew.scribe.touch()

    def _keep_deciding(self) -> None:
        self._reactor.call_at(self._reactor.now() + KEEP, self._keep_deciding)
        self._ousted = not self._decider.keep()

    def _speak(self, tag: str, key: str, values: Mapping[str, object]) -> None:
        self._out(tag, key, values)
        for names, voice in tuple(self._voices):
            if values.get("bot") in names:
                voice(tag, key, values)

    def _asked(self, caller: Caller, request: dict[str, object]) -> None:
        asked = request.get("bots")
        names = [str(name) for name in asked] if isinstance(asked, list) else []
        try:
            verb = Verb(request.get("verb"))
        except ValueError:
            caller.hang_up()
            return
        watches = self._crew.named(names)
        unknown = sorted(set(names) - {watch.name for watch in watches})
        if unknown:
            answer(
                caller, [], Refusal("runtime.unknown-to-monitor", pid=os.getpid(), bots=", ".join(unknown))
            )
            return
        if verb is not Verb.STOP:
            try:
                self._renew(watches)
            except Problem as problem:
                answer(caller, watches, problem)
                return
        release = request.get("release")
        if isinstance(release, str):
            for watch in watches:
                watch.feed(Shipped(release))
        _Asking(self._voices, caller, watches, verb)

    def _renew(self, watches: list[Watch]) -> None:
        """Go by today's settings: whoever has put a new token into ``.env`` and says restart means that one."""
        from vigie.settings import load

        bots = {bot.spec.name: bot for bot in load(self._root, os.environ).bots}
        for watch in watches:
            if watch.name in bots:
                watch.renew(bots[watch.name])
        self._post_sensors()


class _Asking:
    """One caller's request: passes lines on while it waits, answers when the last bot is settled."""

    def __init__(
        self, voices: list[tuple[set[str], Voice]], caller: Caller, watches: list[Watch], verb: Verb
    ) -> None:
        self._voices = voices
        self._caller = caller
        self._watches = watches
        self._problems: list[Problem | None] = []
        self._outcomes: list[Outcome] = []
        self._ear = ({watch.name for watch in watches}, caller.tell)
        voices.append(self._ear)
        caller.on_gone = self._gone
        for watch in watches:
            self._outcomes.append(ask(watch, verb, keep=True, on_settled=self._settled))
        self._answer_if_done()

    def _settled(self, _watch: Watch, problem: Problem | None) -> None:
        self._problems.append(problem)
        self._answer_if_done()

    def _answer_if_done(self) -> None:
        if len(self._outcomes) < len(self._watches) or len(self._problems) < len(self._watches):
            return
        self._stop_listening()
        problem = next((problem for problem in self._problems if problem is not None), None)
        did_anything = any(outcome.did_anything for outcome in self._outcomes)
        answer(self._caller, self._watches, problem, did_anything)

    def _gone(self) -> None:
        self._stop_listening()
        for outcome in self._outcomes:
            outcome.give_up_waiting()

    def _stop_listening(self) -> None:
        if self._ear in self._voices:
            self._voices.remove(self._ear)


def load_all_words() -> None:
    """Load every sentence a monitor may say, as long as files can be opened, and before an upgrade changes them."""
    for subject in ("runtime", "reason", "check", "probe", "engine", "record"):
        catalogue(subject)


def answer(caller: Caller, watches: list[Watch], problem: Problem | None, did_anything: bool = False) -> None:
    """Tell a caller how it ended."""
    caller.done(
        {
            "bots": [bot_report(watch) for watch in watches],
            "problem": pack_problem(problem),
            "did_anything": did_anything,
        }
    )
