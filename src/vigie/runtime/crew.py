"""All that one run of a decider needs, put together: the loop, a watch for each bot, scribe and narrator."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

from vigie.engines.base import Engine
from vigie.problems import Problem
from vigie.records.ledger import read_ledger
from vigie.records.status_file import read_status
from vigie.runtime.narrator import Narrator
from vigie.runtime.place import Place
from vigie.runtime.reactor import Reactor
from vigie.runtime.remembered import Moment, Remembered, from_ledger, restored, with_count
from vigie.runtime.report import from_local_iso
from vigie.runtime.reserve import SPARE, Reserve
from vigie.runtime.resume import find_living
from vigie.runtime.scribe import Scribe
from vigie.runtime.voice import Voice
from vigie.runtime.watch import Watch

if TYPE_CHECKING:
    from vigie.settings import Bot


class Crew:
    """The watches of one run, and everything around them."""

    def __init__(
        self,
        place: Place,
        bots: Sequence[Bot],
        everyone: int,
        engine: Engine,
        reactor: Reactor,
        voice: Voice,
        watching: bool,
    ) -> None:
        """Find out what lives; nothing is launched or stopped yet. ``everyone``: bots in the whole project."""
        self.reactor = reactor
        self.place = place
        self.engine = engine
        itself = engine.identify(os.getpid())
        self._boot = itself.boot if itself is not None else ""
        self._voice = voice
        self.scribe = Scribe(place, reactor, voice, self._boot, single=everyone == 1)
        self.narrator = Narrator(voice, watching, routine=watching and everyone == 1)
        self._told = read_status(place.status_file, bots[0].spec.name)
        if len(bots) < everyone:
            self.scribe.keep_others({name: dict(face) for name, face in self._told.bots.items()})
        self._reserve = Reserve(reactor.call_soon, SPARE if watching else 0)
        self.watches = [self._watch(bot) for bot in bots]
        reactor.on_late = self._overslept

    def named(self, names: Sequence[str]) -> list[Watch]:
        """Return the watches of these bots, all when none is named; unknown names are passed over."""
        return [watch for watch in self.watches if not names or watch.name in names]

    def close(self) -> None:
        """Write what is left and let go of every bot; they live on."""
        try:
            self.scribe.close()
        finally:
            for watch in self.watches:
                watch.let_go()
            self._reserve.close()

    def _watch(self, bot: Bot) -> Watch:
        now = Moment(self.reactor.now(), self.reactor.clock.wall(), self._boot)
        past = self._past(bot.spec.name, now)
        watch = Watch(bot, self.place, self.engine, self.reactor, restored(past, now.steady), self._reserve)
        watch.on_trouble = lambda problem: self._complain(watch, problem)
        watch.listeners.append(self.narrator.hear)
        self.scribe.keep(watch, past)
        found = find_living(bot.spec, past, self.place.copy_lock(bot.spec.name), self.engine, now)
        if found is not None:
            watch.adopt(found.held, found.launched_at, found.by_us)
        return watch

    def _past(self, name: str, now: Moment) -> Remembered:
        past = from_ledger(read_ledger(self.place.private, name), now)
        told = self._told.of(name)
        # a status file from before us, or one that outlived our private folder, keeps its count
        count, last = told["restart_count"], from_local_iso(told["last_restart"])
        past = past._replace(last_restart=last if past.last_restart is None else past.last_restart)
        return past._replace(tally=with_count(past.tally, count)) if isinstance(count, int) else past

    def _complain(self, watch: Watch, problem: Problem) -> None:
        self._voice("WARNING", problem.key, {"bot": watch.name, **problem.values})

    def _overslept(self, gap: float) -> None:
        for watch in self.watches:
            watch.overslept(gap)
