"""Writes down what happens: the private ledger of each bot, the public status file, the history.

Writing is put off to the end of the loop's turn, so that a crashed bot is launched again before anything is
written about it, and a storm of changes costs one status file. A disk that is full is told once and never
stops the watching; what could not be written is tried again with whatever is written next.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Mapping

from vigie.core.facts import Adopted, Exited, Launched, LaunchFailed
from vigie.core.orders import AskToStop, Record, Tell
from vigie.core.reasons import Reason
from vigie.core.states import Phase
from vigie.problems import Failure, Problem
from vigie.records.history import History
from vigie.records.ledger import ledger_path, write_ledger
from vigie.records.releases import Releases
from vigie.records.status_file import write_status
from vigie.runtime.place import Place
from vigie.runtime.reactor import Reactor
from vigie.runtime.release_notes import ReleaseNotes
from vigie.runtime.remembered import Moment, Remembered, as_ledger
from vigie.runtime.report import public_face
from vigie.runtime.revision import commit_in
from vigie.runtime.voice import Voice
from vigie.runtime.watch import Change, Watch

BEAT = 60.0
"""Seconds at most between two writes of the status file while a monitor runs: its ``timestamp`` tells it lives."""

BY_ITS_OWN_WILL = (Reason.RESTART_WANTED, Reason.STAYS_DOWN, Reason.FINISHED)
"""Ends by which a bot says what it wants: no crash."""

ILLNESSES = (Reason.HUNG, Reason.NEVER_READY, Reason.MEMORY_EXCEEDED)

MOST_EVENTS = 1_000
"""Events kept in memory until they can be written."""


class Scribe:
    """Listens to watches and keeps the records of one project."""

    def __init__(self, place: Place, reactor: Reactor, voice: Voice, boot: str, single: bool) -> None:
        """``single``: the project has one bot, whose status lies flat in the file."""
        self._place = place
        self._reactor = reactor
        self._voice = voice
        self._boot = boot
        self.single = single
        """Whether the project has one bot."""
        self._watches: dict[str, Watch] = {}
        self._past: dict[str, Remembered] = {}
        self._stale: set[str] = set()
        self._planned = False
        self._troubles: dict[str, str] = {}
        self._history = History(place.history)
        self._releases = ReleaseNotes(Releases(place.private))
        self._events: deque[tuple[float, str, str, dict[str, object]]] = deque(maxlen=MOST_EVENTS)
        self._others: dict[str, Mapping[str, object]] = {}
        self._lasting: dict[str, object] = {}
        """The restart counts that the disk is known to have."""

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

    def forget(self, watch: Watch) -> None:
        """Write for this watch no more; what stands there of it goes with the next status file."""
        self.flush()
        for kept in (self._watches, self._past):
            kept.pop(watch.name, None)
        if self._hear in watch.listeners:
            watch.listeners.remove(self._hear)
        self.touch()

    def touch(self, *names: str) -> None:
        """Have everything, or what is noted of these bots, written anew at the end of this turn."""
        self._stale.update(names or self._watches)
        self._plan()

    def flush(self) -> None:
        """Write now what is still to be written."""
        self._planned = False
        stale, self._stale = self._stale, set()
        if not stale and not self._events and not self._releases.waiting:
            return
        if not os.path.isdir(self._place.root):
            # moved or removed: written all the same, it would come back as a ghost with nothing in it
            self._stale |= stale
            self._troubled("project", Failure("runtime.project-gone", path=self._place.root))
            return
        self._troubles.pop("project", None)
        private = self._place.private
        whole = [
            self._try(ledger_path(private, name), self._ledger_of(self._watches[name]))
            for name in sorted(stale)
        ]
        if stale:
            whole.append(self._try(self._place.status_file, self._write_status))
        if not all(whole):
            self._stale |= stale
        self._write_events()
        self._write_releases()

    def close(self) -> None:
        """Write what is left and close the history."""
        self.flush()
        self._history.close()

    def _try(self, path: str, write: Callable[[], str | None]) -> bool:
        try:
            kept = write()
        except Problem as problem:
            self._troubled(path, problem)
            return False
        self._troubles.pop(path, None)
        if kept is not None:
            self._voice("WARNING", "record.kept-aside", {"path": path, "kept": kept})
        return True

    def _troubled(self, what: str, problem: Problem) -> None:
        known = problem.key in self._troubles.values()
        self._troubles[what] = problem.key
        if not known:
            self._voice("WARNING", problem.key, problem.values)

    def _write_events(self) -> None:
        while self._events:
            told = self._history.add(*self._events.popleft())
            lasting = self._history.problem
            if told is not None and told is not lasting:
                self._voice("WARNING", told.key, told.values)  # begun anew: over as soon as it is told
            if lasting is not None:
                self._troubled("history", lasting)
            else:
                self._troubles.pop("history", None)

    def _write_releases(self) -> None:
        if self._history.problem is not None:
            return  # the same file, whose trouble has been told: they wait
        problem = self._releases.write()
        if problem is not None and problem.key == "record.history-busy":
            return  # gone with the next
        if problem is not None:
            self._troubled("releases", problem)
        else:
            self._troubles.pop("releases", None)

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
        if self._releases.hear(watch, change, self._reactor.clock.wall()):
            self._plan()

    def _note_process(self, watch: Watch, change: Change) -> None:
        if isinstance(change.fact, Launched):
            parked = watch.hands.parked
            watch.commit = commit_in(watch.spec.directory) if parked is None else parked.good
        self._past[watch.name] = self._past[watch.name]._replace(
            identity=change.identity, launched_at=change.after.life.launched_at, by_us=change.by_us
        )

    def _plan(self) -> None:
        if not self._planned:
            self._planned = True
            self._reactor.call_soon(self.flush)

    def _ledger_of(self, watch: Watch) -> Callable[[], str | None]:
        return lambda: self._write_ledger(watch)

    def _write_ledger(self, watch: Watch) -> str | None:
        clock = self._reactor.clock
        past = self._past[watch.name]
        if watch.status.life.phase is Phase.ABSENT:
            past = past._replace(identity=None)
        past = past._replace(last_restart=watch.last_restart, commit=watch.commit)
        self._past[watch.name] = past
        now = Moment(clock.steady(), clock.wall(), self._boot)
        return write_ledger(self._place.private, watch.name, as_ledger(watch.status, past, now))

    def _write_status(self) -> str | None:
        ours = {name: public_face(watch) for name, watch in self._watches.items()}
        bots = ours if self.single else {**self._others, **ours}
        single = self.single and len(bots) == 1  # one that left the settings may not be gone yet
        # a power cut may take back which state was shown last, but no restart that was counted
        counts = {name: face["restart_count"] for name, face in ours.items()}
        lasting = counts != self._lasting
        kept = write_status(
            self._place.status_file, bots, single, self._reactor.clock.wall(), lasting=lasting
        )
        self._lasting = counts
        return kept

    def _remember(self, watch: Watch, change: Change) -> None:
        fact = change.fact
        if isinstance(fact, Exited):
            asked = change.before.life.phase is not Phase.ALIVE
            meant = change.after.life.cause in BY_ITS_OWN_WILL
            event = "exited" if asked or meant or fact.code == 0 else "crashed"
            self._add(watch, event, code=fact.code, signal=fact.signal, pid=fact.pid)
        elif isinstance(fact, LaunchFailed):
            reason = Reason.LAUNCH_REFUSED if fact.refused else Reason.LAUNCH_FAILED
            self._add(watch, reason.value, why=fact.detail)
        for order in change.orders:
            if isinstance(order, Record):
                self._add(watch, "state", before=order.before, after=order.after, reason=order.reason.value)
            elif isinstance(order, AskToStop) and order.step == 0 and order.reason in ILLNESSES:
                self._add(watch, order.reason.value, why=change.before.health.why or change.after.health.why)
            elif isinstance(order, Tell):
                self._add(watch, order.reason.value)

    def _add(self, watch: Watch, event: str, **values: object) -> None:
        self._events.append((self._reactor.clock.wall(), watch.name, event, values))
        self._plan()
