"""Watches every bot of a project in the foreground until asked to leave; leaving leaves the bots running."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from vigie.core.facts import Shipped, Verb
from vigie.engines import local_engine
from vigie.engines.base import Engine
from vigie.messages import Phrase, catalogue
from vigie.problems import Failure, Problem, Refusal
from vigie.runtime.crew import Crew
from vigie.runtime.decider import Card, Decider, become_decider, go_on_deciding, read_card
from vigie.runtime.door.errand import Errand, answer
from vigie.runtime.door.server import Caller, ControlServer
from vigie.runtime.own_faults import OwnFaults
from vigie.runtime.place import Place
from vigie.runtime.reactor import HANG_UP, LEAVE, Reactor
from vigie.runtime.reload import baton
from vigie.runtime.reload.newcomers import Newcomers
from vigie.runtime.reload.renewal import renew
from vigie.runtime.reload.request import VERB as RELOAD
from vigie.runtime.reload.request import Reloads
from vigie.runtime.reload.successor import Successor, let_signals_come, let_signals_wait
from vigie.runtime.reload.terminal import SETTLED, Terminal
from vigie.runtime.remembered import left_down
from vigie.runtime.scribe import BEAT
from vigie.runtime.sensors.sentries import Sentries
from vigie.runtime.standard_descriptors import open_standard_descriptors
from vigie.runtime.station import Station
from vigie.runtime.voice import Voice
from vigie.runtime.watch import Watch

if TYPE_CHECKING:
    from vigie.settings import Bot, Project

KEEP = 2.0
"""Seconds between two looks whether we are still the ones who decide: some 50 microseconds each."""


def monitor(
    project: Project,
    voice: Voice,
    command: Sequence[str] | None = None,
    handed: Mapping[str, Any] | None = None,
    trouble: Problem | None = None,
) -> Successor | None:
    """Watch until a signal asks us to leave, or until another program is to take our place: then return that.

    ``command``: what a reload starts in our place; without one it only takes new settings. ``handed``: what the
    program before us handed over. ``trouble``: why its settings are to stay. Raises ``Refusal`` when another
    monitor or command is at work, ``Failure`` when the folder cannot be written to.
    """
    open_standard_descriptors()
    place = Place(project.root)
    resumes = handed is None and fell(read_card(place))
    decider = become_decider(place, "monitor") if handed is None else _decider_of(place, handed)
    if isinstance(decider, Card):
        raise Refusal("runtime.monitor-already", pid=decider.pid)
    successor: Successor | None = None
    reactor: Reactor | None = None
    try:
        reactor = Reactor()
        reactor.listen_to_signals(*LEAVE)
        if handed is not None:
            let_signals_come()
        successor = Monitor(
            project,
            place,
            reactor,
            voice,
            decider,
            command=command,
            handed=handed,
            trouble=trouble,
            resumes=resumes,
        ).serve()
    finally:
        if successor is None:
            if reactor is not None:
                reactor.close()
            decider.release()
    return successor


def fell(card: Card | None) -> bool:
    """Tell whether the monitor that left this card was killed: one that leaves by itself takes its card along."""
    return card is not None and card.verb == "monitor" and card.port != 0


def _decider_of(place: Place, handed: Mapping[str, Any]) -> Decider:
    deciding = handed["decider"]
    return go_on_deciding(place, deciding["lock"], deciding["card"])


class Monitor:
    """One run of a monitor: its crew, its sensors and its local door."""

    def __init__(
        self,
        project: Project,
        place: Place,
        reactor: Reactor,
        voice: Voice,
        decider: Decider,
        bots: Sequence[Bot] | None = None,
        engine: Engine | None = None,
        command: Sequence[str] | None = None,
        handed: Mapping[str, Any] | None = None,
        trouble: Problem | None = None,
        resumes: bool = False,
    ) -> None:
        """``bots``: those to watch, all of the project unless told; ``engine``: this system's unless told.

        ``command``, ``handed`` and ``trouble`` as in ``monitor``. ``resumes``: the monitor before us was killed, and
        what was stopped under it stays so: whoever started us anew need not be a person who wants it up.
        """
        self._resumes = resumes
        self._reactor = reactor
        self._project = project
        self._command = command
        self._handed = handed
        self._trouble = trouble
        self._terminal = Terminal()
        self._terminal_lost = False
        self._ousted = False
        soft_limit = None if handed is None else handed.get("soft_limit")
        self._station = station = Station(project.root, reactor, voice, decider, soft_limit)
        reactor.on_error = OwnFaults(station.speak, reactor.now).hear
        wanted = project.bots if bots is None else bots
        inherited = {} if handed is None else baton.inherited_bots(handed)
        station.make_room(len(wanted))
        self._crew = Crew(
            place,
            [one.bot for one in inherited.values()] or wanted,
            len(project.bots),
            engine or local_engine(),
            reactor,
            station.speak,
            watching=True,
            inherited=inherited,
            gap=0.0 if handed is None else max(0.0, reactor.now() - handed["at"]),
        )
        station.man(self._crew)
        self._crew.on_left = self._left
        self._sentries = Sentries(reactor, station.speak, lambda: self._crew.watches)
        self._newcomers = Newcomers(station, self._sentries.post)
        self._reloads = Reloads(station, command, lambda: _load(project.root), self._renew_all)

    def finished(self) -> bool:
        """Whether there is nothing left to do here."""
        return self._ousted

    def bots_of(self, project: Project) -> Sequence[Bot]:
        """Return those of a project's bots that are to be watched here."""
        return project.bots

    def tell_begin(self) -> None:
        """Say what begins."""
        interval = min(watch.spec.check_interval for watch in self._crew.watches)
        count = len(self._crew.watches)
        self._speak("MONITOR", "runtime.monitor-began", {"seconds": interval, "count": count})

    def tell_end(self) -> None:
        """Say what ends."""
        self._speak("MONITOR", "runtime.monitor-left", {})

    def serve(self) -> Successor | None:
        """Watch until a signal asks us to leave, there is nothing left to do, or another program takes over."""
        successor: Successor | None = None
        station = self._station
        server = ControlServer(self._reactor, self._asked, self._door())
        try:
            load_all_words()
            if self._handed is None:
                station.decider.leave_card(server.port, server.token)
                self.tell_begin()
                station.order.begin(self._to_start(), station.start)
            else:
                self._go_on(server, self._handed)
            self._sentries.post()
            self._beat()
            self._keep_deciding()
            successor = self._watch_on(server)
            if successor is None:
                if self._ousted:
                    self._speak("ERROR", "runtime.ousted", {})
                self.tell_end()
        finally:
            self._reloads.drop()
            self._sentries.stop()
            if successor is None:
                station.order.close()
                server.close()
                self._crew.close()
        return successor

    def _to_start(self) -> list[Watch]:
        wanted = []
        for watch in self._crew.watches:
            why = left_down(watch.status) if self._resumes else None
            if why is None:
                wanted.append(watch)
            else:
                reason = Phrase(f"reason.{why.value}")
                self._speak("INFO", "runtime.stays-stopped", {"bot": watch.name, "reason": reason})
        return wanted

    def _watch_on(self, server: ControlServer) -> Successor | None:
        reactor, reloads = self._reactor, self._reloads
        while True:
            reactor.run(lambda: reloads.ready or self._terminal_lost or self.finished())
            if HANG_UP and reactor.signalled == HANG_UP and not self._terminal.lost():
                reactor.signalled = None
                reactor.call_at(reactor.now() + SETTLED, self._hung_up)
            elif reloads.ready and reactor.signalled is None and not self._ousted:
                reloads.ready = False
                successor = self._hand_over(server)
                if successor is not None:
                    return successor
            else:
                return None

    def _hung_up(self) -> None:
        if self._terminal.lost():
            self._terminal_lost = True
        else:
            self._reloads.begin(None)

    def _hand_over(self, server: ControlServer) -> Successor | None:
        """Pack everything; None when that cannot be done now: then nothing has changed."""
        let_signals_wait()
        itself = self._crew.engine.identify(os.getpid())
        if self._reactor.signalled is not None or itself is None or self._command is None:
            let_signals_come()
            return None
        station = self._station
        try:
            successor = Successor(
                self._command,
                baton.all_that_is_known(station, server, self._project.language),
                itself,
                [*station.decider.descriptors(), *server.descriptors()],
                self._reactor,
                self._crew.let_go,
            )
        except OSError as error:
            let_signals_come()
            reason = error.strerror or str(error)
            self._reloads.refuse(Failure("runtime.reload-not-carried-out", reason=reason))
            return None
        server.detach()
        self._crew.hand_over()
        return successor

    def _door(self) -> tuple[int, str] | None:
        if self._handed is None:
            return None
        return self._handed["door"], self._handed["decider"]["card"]["token"]

    def _go_on(self, server: ControlServer, handed: Mapping[str, Any]) -> None:
        """Go on where the program before us stood, with the settings of today."""
        baton.go_on(self._station, server, self._reloads, handed)
        if self._trouble is not None:
            self._reloads.refuse(self._trouble)
            return
        self._reloads.tell(renew(self._crew, self._project.bots, self._newcomers.welcome), "runtime.reloaded")
        self._crew.scribe.touch()

    def _renew_all(self) -> None:
        """Take new settings, and leave the program as it is."""
        try:
            project = _load(self._station.root)
        except Problem as problem:
            self._reloads.refuse(problem)
            return
        self._project = project
        everyone = len(project.bots)
        renewal = renew(self._crew, self.bots_of(project), self._newcomers.welcome, everyone=everyone)
        self._reloads.tell(renewal, "runtime.reloaded-settings")
        self._crew.scribe.touch()
        self._sentries.post()

    def _left(self, name: str) -> None:
        self._sentries.withdraw(name)
        self._newcomers.let_in()

    def _beat(self) -> None:
        self._reactor.call_at(self._reactor.now() + BEAT, self._beat)
        self._crew.scribe.touch()

    def _keep_deciding(self) -> None:
        self._reactor.call_at(self._reactor.now() + KEEP, self._keep_deciding)
        self._ousted = not self._station.decider.keep()

    def _speak(self, tag: str, key: str, values: Mapping[str, object]) -> None:
        self._station.speak(tag, key, values)

    def _asked(self, caller: Caller, request: dict[str, object]) -> None:
        if request.get("verb") == RELOAD:
            self._reloads.begin(caller)
            return
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
            bots = ", ".join(unknown)
            answer(caller, [], Refusal("runtime.unknown-to-monitor", pid=os.getpid(), bots=bots))
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
        station = self._station
        Errand(station.errands, station.voices, station.order, caller, watches, verb).begin()

    def _renew(self, watches: list[Watch]) -> None:
        """Go by today's settings: whoever has put a new token into ``.env`` and says restart means that one."""
        bots = {bot.spec.name: bot for bot in self.bots_of(_load(self._station.root))}
        for watch in watches:
            if watch.name in bots:
                watch.renew(bots[watch.name])
        self._sentries.post()


def _load(root: str) -> Project:
    from vigie.settings import load

    return load(root, os.environ)


def load_all_words() -> None:
    """Load every sentence a monitor may say, as long as files can be opened, and before an upgrade changes them."""
    for subject in ("runtime", "reason", "check", "probe", "engine", "record"):
        catalogue(subject)
