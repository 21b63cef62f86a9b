"""Watches every bot of a project in the foreground until asked to leave; leaving leaves the bots running."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from vigie import __version__
from vigie.core.facts import Asked, Launched, Shipped, Verb
from vigie.engines import local_engine
from vigie.engines.base import Engine
from vigie.messages import catalogue
from vigie.problems import Failure, Problem, Refusal
from vigie.runtime.crew import Crew
from vigie.runtime.decider import Card, Decider, become_decider, go_on_deciding
from vigie.runtime.descriptor_limit import give_back, make_room
from vigie.runtime.door.errand import Errand, Voices, answer
from vigie.runtime.door.server import Caller, ControlServer
from vigie.runtime.hands import luck
from vigie.runtime.log_care import LogCare
from vigie.runtime.narrator import ROUTINE
from vigie.runtime.own_faults import OwnFaults
from vigie.runtime.place import Place
from vigie.runtime.reactor import HANG_UP, LEAVE, Reactor
from vigie.runtime.reload.rehearsal import Rehearsal
from vigie.runtime.reload.renewal import Renewal, in_the_way, renew
from vigie.runtime.reload.succession import Environments, Inherited, packed, unpacked
from vigie.runtime.reload.successor import Successor, let_signals_come, let_signals_wait
from vigie.runtime.reload.terminal import SETTLED, Terminal
from vigie.runtime.scribe import BEAT
from vigie.runtime.sensors.aside import Aside
from vigie.runtime.sensors.code_watch import CodeWatch
from vigie.runtime.sensors.hour_watch import HourWatch
from vigie.runtime.sensors.memory_watch import MemoryWatch
from vigie.runtime.sensors.network_watch import NetworkWatch
from vigie.runtime.standard_descriptors import open_standard_descriptors
from vigie.runtime.start_order import StartOrder
from vigie.runtime.voice import Voice
from vigie.runtime.watch import Change, Watch

if TYPE_CHECKING:
    from vigie.settings import Bot, Project

RELOAD = "reload"
"""What a caller asks that means no single bot: new settings, and the program as it lies on disk."""

KEEP = 10.0
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
            project, place, reactor, voice, decider, command=command, handed=handed, trouble=trouble
        ).serve()
    finally:
        if successor is None:
            if reactor is not None:
                reactor.close()
            decider.release()
    return successor


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
    ) -> None:
        """``bots``: those to watch, all of the project unless told; ``engine``: this system's unless told.

        ``command``, ``handed`` and ``trouble`` as in ``monitor``.
        """
        self._reactor = reactor
        self._project = project
        self._command = command
        self._handed = handed
        self._trouble = trouble
        self._terminal = Terminal()
        self._terminal_lost = False
        self._rehearsal: Rehearsal | None = None
        self._rehearsed_well = False
        self._reloaders: list[Caller] = []
        self._newcomers: list[Bot] = []
        self._errands: list[Errand] = []
        self._first_soft_limit: int | None = None if handed is None else handed.get("soft_limit")
        self._voices: Voices = []
        self._out = voice
        self._root = project.root
        self._decider = decider
        self._ousted = False
        self._sensors: dict[
            tuple[str, type], CodeWatch | HourWatch | LogCare | MemoryWatch | NetworkWatch
        ] = {}
        reactor.on_error = OwnFaults(self._speak, reactor.now).hear
        wanted = project.bots if bots is None else bots
        inherited = {} if handed is None else inherited_bots(handed)
        self._make_room(len(wanted))
        self._crew = Crew(
            place,
            [one.bot for one in inherited.values()] or wanted,
            len(project.bots),
            engine or local_engine(),
            reactor,
            self._speak,
            watching=True,
            inherited=inherited,
            gap=0.0 if handed is None else max(0.0, reactor.now() - handed["at"]),
        )
        self._crew.on_left = self._left
        self._order = StartOrder(reactor, self._speak, self._crew.scribe.touch)
        for watch in self._crew.watches:
            watch.listeners.append(self._launched)

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
        server = ControlServer(self._reactor, self._asked, self._door())
        try:
            load_all_words()
            if self._handed is None:
                self._decider.leave_card(server.port, server.token)
                self.tell_begin()
                self._order.begin(self._crew.watches, self._start_by_ourselves)
            else:
                self._go_on(server, self._handed)
            self._post_sensors()
            self._beat()
            self._keep_deciding()
            successor = self._watch_on(server)
            if successor is not None:
                return successor
            if self._ousted:
                self._speak("ERROR", "runtime.ousted", {})
            self.tell_end()
        finally:
            if self._rehearsal is not None:
                self._rehearsal.drop()
            for sensor in self._sensors.values():
                sensor.stop()
            if successor is None:
                self._order.close()
                server.close()
                self._crew.close()
        return None

    def _watch_on(self, server: ControlServer) -> Successor | None:
        reactor = self._reactor
        while True:
            reactor.run(lambda: self._rehearsed_well or self._terminal_lost or self.finished())
            if HANG_UP and reactor.signalled == HANG_UP and not self._terminal.lost():
                reactor.signalled = None
                reactor.call_at(reactor.now() + SETTLED, self._hung_up)
            elif self._rehearsed_well and reactor.signalled is None and not self._ousted:
                self._rehearsed_well = False
                successor = self._hand_over(server)
                if successor is not None:
                    return successor
            else:
                return None

    def _hung_up(self) -> None:
        if self._terminal.lost():
            self._terminal_lost = True
        else:
            self._reload(None)

    # --- another program takes over

    def _reload(self, caller: Caller | None) -> None:
        if caller is not None:
            self._reloaders.append(caller)
        self._say_of_reload("runtime.reload-began", {})
        if self._command is None:
            self._renew_all()
            return
        if self._rehearsal is not None:
            self._rehearsal.drop()  # the settings may have changed since it read them
        try:
            self._rehearsal = Rehearsal(self._reactor, self._command, self._root, self._rehearsed)
        except OSError as error:
            self._rehearsal = None
            self._refuse(Refusal("runtime.reload-cannot-start", what=error.strerror or str(error)))

    def _rehearsed(self, problem: Problem | None) -> None:
        self._rehearsal = None
        if problem is None:
            self._rehearsed_well = True
            return
        if problem.key == "runtime.reload-settings-refused":
            try:
                _load(self._root)
            except Problem as ours:
                problem = ours  # in our own words, which everybody gets in his language
        self._refuse(problem)

    def _refuse(self, problem: Problem) -> None:
        self._out("ERROR", problem.key, problem.values)
        for caller in self._answered_reloaders():
            answer(caller, [], problem)

    def _answered_reloaders(self) -> list[Caller]:
        reloaders, self._reloaders = self._reloaders, []
        return reloaders

    def _say_of_reload(self, key: str, values: Mapping[str, object]) -> None:
        self._out("MONITOR", key, values)
        for caller in self._reloaders:
            caller.tell("MONITOR", key, values)

    def _hand_over(self, server: ControlServer) -> Successor | None:
        """Pack everything; None when that cannot be done now: then nothing has changed."""
        let_signals_wait()
        itself = self._crew.engine.identify(os.getpid())
        if self._reactor.signalled is not None or itself is None or self._command is None:
            let_signals_come()
            return None
        try:
            successor = Successor(
                self._command,
                self._all_that_is_known(server),
                itself,
                [*self._decider.descriptors(), *server.descriptors()],
                self._reactor,
                self._crew.let_go,
            )
        except OSError as error:
            let_signals_come()
            self._refuse(Failure("runtime.reload-not-carried-out", reason=error.strerror or str(error)))
            return None
        server.detach()
        self._crew.hand_over()
        return successor

    def _all_that_is_known(self, server: ControlServer) -> dict[str, object]:
        environments = Environments()
        crew = self._crew
        bots = [packed(watch, environments, watch.name in crew.leaving) for watch in crew.watches]
        errands = [errand.handed_on() for errand in self._errands]
        return {
            "root": self._root,
            "language": self._project.language,
            "version": __version__,
            "at": self._reactor.now(),
            "decider": self._decider.handed_on(),
            "door": server.fileno(),
            "callers": [caller.handed_on() for caller in server.callers],
            "errands": errands,
            "waiting": list(self._order.waiting),
            "environments": environments.packed,
            "bots": bots,
            "soft_limit": self._first_soft_limit,
        }

    def _door(self) -> tuple[int, str] | None:
        if self._handed is None:
            return None
        return self._handed["door"], self._handed["decider"]["card"]["token"]

    def _go_on(self, server: ControlServer, handed: Mapping[str, Any]) -> None:
        """Go on where the program before us stood, with the settings of today."""
        callers: dict[int, Caller] = {}
        for one in handed["callers"]:
            caller = server.take_over(one)
            if caller is not None and caller.waits:
                callers[one["descriptor"]] = caller
                if caller.request is not None and caller.request.get("verb") == RELOAD:
                    self._reloaders.append(caller)
        owed = {name for errand in handed["errands"] for name in errand["names"]}
        waiting = [name for name in handed["waiting"] if name not in owed]
        if waiting:
            self._order.begin(self._crew.named(waiting), self._start_by_ourselves)
        for one in handed["errands"]:
            known = self._crew.named(one["names"]) if one["names"] else []
            errand = Errand(
                self._errands,
                self._voices,
                self._order,
                callers.pop(one["caller"], None),
                known,
                Verb(one["verb"]),
            )
            errand.go_on(one)
        for caller in callers.values():
            if caller not in self._reloaders:
                caller.hang_up()
        if self._trouble is not None:
            self._refuse(self._trouble)
        else:
            self._renewed(renew(self._crew, self._project.bots, self._welcome), "runtime.reloaded")

    def _renew_all(self) -> None:
        """Take new settings, and leave the program as it is."""
        try:
            project = _load(self._root)
        except Problem as problem:
            self._refuse(problem)
            return
        self._project = project
        renewal = renew(self._crew, self.bots_of(project), self._welcome, everyone=len(project.bots))
        self._renewed(renewal, "runtime.reloaded-settings")
        self._post_sensors()

    def _renewed(self, renewal: Renewal, key: str) -> None:
        renewal.tell(lambda _tag, line, values: self._say_of_reload(line, values))
        self._say_of_reload(key, {"version": __version__, "unchanged": len(renewal.unchanged)})
        self._crew.scribe.touch()
        for caller in self._answered_reloaders():
            caller.done({"bots": [], "problem": None, "version": __version__, "renewal": renewal.as_plain()})

    def _welcome(self, bots: Sequence[Bot]) -> None:
        self._newcomers = list(bots)
        self._let_in()

    def _let_in(self) -> None:
        leaving = self._crew.named(tuple(self._crew.leaving)) if self._crew.leaving else []
        ready = [bot for bot in self._newcomers if not in_the_way(bot, leaving)]
        self._newcomers = [bot for bot in self._newcomers if bot not in ready]
        watches = [self._crew.add(bot) for bot in ready]
        self._make_room(len(self._crew.watches))
        for watch in watches:
            watch.listeners.append(self._launched)
        self._order.begin(watches, self._start_by_ourselves)
        self._post_sensors()

    def _left(self, name: str) -> None:
        for key in [key for key in self._sensors if key[0] == name]:
            self._sensors.pop(key).stop()
        self._let_in()

    # --- what is done for all bots alike

    def _start_by_ourselves(self, watch: Watch) -> None:
        if self._reactor.signalled is None:
            watch.feed(Asked(Verb.START, keep=True, by_monitor=True))

    def _make_room(self, count: int) -> None:
        room = make_room(count)
        if room is None:
            return
        if self._first_soft_limit is None:
            self._first_soft_limit = room.soft
        if not room.enough:
            values = {"count": count, "needed": room.needed, "hard": room.hard}
            self._speak("WARNING", "runtime.few-descriptors", values)

    def _launched(self, _watch: Watch, change: Change) -> None:
        if isinstance(change.fact, Launched) and self._first_soft_limit is not None:
            give_back(change.fact.pid, self._first_soft_limit)

    def _post_sensors(self) -> None:
        for watch in self._crew.watches:
            if (watch.name, LogCare) not in self._sensors:
                self._sensors[watch.name, LogCare] = LogCare(watch, self._reactor)
            if (watch.name, CodeWatch) not in self._sensors:
                self._sensors[watch.name, CodeWatch] = CodeWatch(
                    watch, self._reactor, self._speak, Aside(self._reactor), self._how_many
                )
        if ("", MemoryWatch) not in self._sensors:  # one of these for all bots, those to come included
            self._sensors["", MemoryWatch] = MemoryWatch(self._everyone, self._reactor)
            self._sensors["", NetworkWatch] = NetworkWatch(self._everyone, self._reactor)
            self._sensors["", HourWatch] = HourWatch(self._everyone, self._reactor, luck)

    def _everyone(self) -> Sequence[Watch]:
        return self._crew.watches

    def _how_many(self) -> int:
        return len(self._crew.watches)

    def _beat(self) -> None:
        self._reactor.call_at(self._reactor.now() + BEAT, self._beat)
        self._crew.scribe.touch()

    def _keep_deciding(self) -> None:
        self._reactor.call_at(self._reactor.now() + KEEP, self._keep_deciding)
        self._ousted = not self._decider.keep()

    def _speak(self, tag: str, key: str, values: Mapping[str, object]) -> None:
        self._out(tag, key, values)
        for names, voice in tuple(self._voices):
            if values.get("bot") in names and key not in ROUTINE:
                voice(tag, key, values)

    def _asked(self, caller: Caller, request: dict[str, object]) -> None:
        if request.get("verb") == RELOAD:
            self._reload(caller)
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
        Errand(self._errands, self._voices, self._order, caller, watches, verb).begin()

    def _renew(self, watches: list[Watch]) -> None:
        """Go by today's settings: whoever has put a new token into ``.env`` and says restart means that one."""
        bots = {bot.spec.name: bot for bot in self.bots_of(_load(self._root))}
        for watch in watches:
            if watch.name in bots:
                watch.renew(bots[watch.name])
        self._post_sensors()


def _load(root: str) -> Project:
    from vigie.settings import load

    return load(root, os.environ)


def inherited_bots(handed: Mapping[str, Any]) -> dict[str, Inherited]:
    """Return the bots that were handed over; one that cannot be believed is found as after our death."""
    from vigie.settings import Secrets

    environments = [Secrets(environment) for environment in handed["environments"]]
    found: dict[str, Inherited] = {}
    for one in handed["bots"]:
        try:
            bot = unpacked(one, environments)
        except (ValueError, KeyError, TypeError, IndexError):
            continue
        found[bot.bot.spec.name] = bot
    return found


def load_all_words() -> None:
    """Load every sentence a monitor may say, as long as files can be opened, and before an upgrade changes them."""
    for subject in ("runtime", "reason", "check", "probe", "engine", "record"):
        catalogue(subject)
