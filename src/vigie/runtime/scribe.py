"""Writes down what happens: the private ledger of each bot, the public status file, the history.

Writing is put off to the end of the loop's turn, so that a crashed bot is launched again before anything is
written about it, and a storm of changes costs one status file. A disk that is full is told once and never
stops the watching.
"""

from __future__ import annotations

from collections.abc import Mapping

from vigie.core.facts import Adopted, Exited, Launched, LaunchFailed
from vigie.core.orders import AskToStop, Record
from vigie.core.reasons import Reason
from vigie.core.states import Phase
from vigie.engines.base import Engine
from vigie.problems import Problem
from vigie.records.history import History
from vigie.records.ledger import write_ledger
from vigie.records.status_file import write_status
from vigie.runtime.place import Place
from vigie.runtime.reactor import Reactor
from vigie.runtime.remembered import Moment, Remembered, as_ledger
from vigie.runtime.report import public_face
from vigie.runtime.revision import commit_in
from vigie.runtime.voice import Voice
from vigie.runtime.watch import Change, Watch

BEAT = 60.0
"""Seconds at most between two writes of the status file while a monitor runs: its ``timestamp`` tells it lives."""


class Scribe:
    """Listens to watches and keeps the records of one project."""

    def __init__(
        self, place: Place, engine: Engine, reactor: Reactor, voice: Voice, boot: str, single: bool
    ) -> None:
        """``single``: the project has one bot, whose status lies flat in the file."""
        self._place = place
        self._engine = engine
        self._reactor = reactor
        self._voice = voice
        self._boot = boot
        self._single = single
        self._watches: dict[str, Watch] = {}
        self._past: dict[str, Remembered] = {}
        self._stale: set[str] = set()
        self._planned = False
        self._trouble: str | None = None
        self._history: History | None = None
        self._others: dict[str, Mapping[str, object]] = {}

    def keep(self, watch: Watch, past: Remembered) -> None:
        """Write for this watch from now on; ``past`` is what its ledger told."""
        self._watches[watch.name] = watch
        self._past[watch.name] = past
        watch.last_restart = past.last_restart
        watch.commit = past.commit
        watch.listeners.append(self._hear)

    def keep_others(self, bots: Mapping[str, Mapping[str, object]]) -> None:
        """Leave what the status file says of bots that nobody here watches."""
        self._others = dict(bots)

    def touch(self) -> None:
        """Have everything written anew at the end of this turn."""
        self._stale.update(self._watches)
        self._plan()

    def flush(self) -> None:
        """Write now what is still to be written."""
        self._planned = False
        stale, self._stale = self._stale, set()
        if not stale:
            return
        try:
            for name in sorted(stale):
                self._write_ledger(self._watches[name])
            self._write_status()
            self._trouble = None
        except Problem as problem:
            self._complain(problem)

    def close(self) -> None:
        """Write what is left and close the history."""
        self.flush()
        if self._history is not None:
            self._history.close()

    def _hear(self, watch: Watch, change: Change) -> None:
        if isinstance(change.fact, (Launched, Adopted)):
            self._note_process(watch, change)
        recorded = any(isinstance(order, Record) for order in change.orders)
        if (
            recorded
            or isinstance(change.fact, (Launched, Adopted))
            or change.before.tally != change.after.tally
        ):
            self._stale.add(watch.name)
            self._plan()
        self._remember(watch, change)

    def _note_process(self, watch: Watch, change: Change) -> None:
        held = watch.hands.held
        past = self._past[watch.name]
        if isinstance(change.fact, Launched):
            watch.commit = commit_in(watch.spec.directory)
        self._past[watch.name] = past._replace(
            identity=held.identity if held is not None else None,
            launched_at=change.after.life.launched_at,
            by_us=watch.hands.launched_by_us,
        )

    def _plan(self) -> None:
        if not self._planned:
            self._planned = True
            self._reactor.call_soon(self.flush)

    def _write_ledger(self, watch: Watch) -> None:
        clock = self._reactor.clock
        past = self._past[watch.name]
        if watch.status.life.phase is Phase.ABSENT:
            past = past._replace(identity=None)
        past = past._replace(last_restart=watch.last_restart, commit=watch.commit)
        self._past[watch.name] = past
        now = Moment(clock.steady(), clock.wall(), self._boot)
        write_ledger(self._place.private, watch.name, as_ledger(watch.status, past, now))

    def _write_status(self) -> None:
        ours = {name: public_face(watch) for name, watch in self._watches.items()}
        bots = ours if self._single else {**self._others, **ours}
        write_status(self._place.status_file, bots, self._single, self._reactor.clock.wall())

    def _remember(self, watch: Watch, change: Change) -> None:
        fact = change.fact
        if isinstance(fact, Exited):
            asked = change.before.life.phase is not Phase.ALIVE
            self._add(
                watch, "exited" if asked else "crashed", code=fact.code, signal=fact.signal, pid=fact.pid
            )
        elif isinstance(fact, LaunchFailed):
            self._add(watch, "launch-failed", why=fact.detail)
        for order in change.orders:
            if isinstance(order, Record):
                self._add(watch, "state", before=order.before, after=order.after, reason=order.reason.value)
            elif (
                isinstance(order, AskToStop)
                and order.step == 0
                and order.reason in (Reason.HUNG, Reason.NEVER_READY)
            ):
                self._add(watch, order.reason.value, why=change.before.health.why or change.after.health.why)

    def _add(self, watch: Watch, event: str, **values: object) -> None:
        if self._history is None:
            self._history = History(self._place.history)
        trouble = self._history.add(self._reactor.clock.wall(), watch.name, event, values)
        if trouble is not None:
            self._complain(trouble)

    def _complain(self, problem: Problem) -> None:
        if self._trouble != problem.key:
            self._trouble = problem.key
            self._voice("WARNING", problem.key, problem.values)
