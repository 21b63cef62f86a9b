"""Keeps a watched bot's log bounded, whether we launched the bot or found it alive; only a monitor does."""

from __future__ import annotations

from vigie.problems import Problem
from vigie.records.log_keeper import LogKeeper
from vigie.runtime.reactor import Reactor
from vigie.runtime.watch import Watch


class LogCare:
    """Lets the keeper of one log look again and again, as often as the log's growth asks for."""

    def __init__(self, watch: Watch, reactor: Reactor) -> None:
        """Begin to look."""
        self._watch = watch
        self._reactor = reactor
        place, spec = watch.place, watch.spec
        self._keeper = LogKeeper(
            watch.log_path,
            place.log_note(watch.name),
            place.log_marks(watch.name),
            spec.log_max_size,
            spec.log_keep,
            self._tell,
        )
        self._timer = reactor.call_at(reactor.now(), self._look)

    def stop(self) -> None:
        """Look no more; what is under way is waited for a moment, and finished by the next monitor."""
        self._timer.cancel()
        self._keeper.close()

    def _look(self) -> None:
        now, spec = self._reactor.now(), self._watch.spec
        self._keeper.resize(spec.log_max_size, spec.log_keep)
        pause = self._keeper.look(now, self._reactor.clock.wall)
        self._timer = self._reactor.call_at(now + pause, self._look)

    def _tell(self, problem: Problem) -> None:
        if self._watch.on_trouble is not None:
            self._watch.on_trouble(problem)
