"""All that one run of a decider needs, put together: the loop, a watch for each bot, scribe and narrator."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from vigie.core.facts import Asked, Verb
from vigie.core.states import Phase, Status
from vigie.engines.base import Engine
from vigie.problems import Problem
from vigie.records.ledger import read_ledger
from vigie.records.status_file import read_status
from vigie.runtime.hands import luck
from vigie.runtime.narrator import Narrator
from vigie.runtime.place import Place
from vigie.runtime.reactor import Reactor
from vigie.runtime.reload.succession import Inherited, go_on
from vigie.runtime.remembered import Living, Moment, Remembered, caught_up, from_ledger, restored, with_count
from vigie.runtime.report import from_local_iso
from vigie.runtime.reserve import SPARE, Reserve
from vigie.runtime.resume import BATCH, find_living
from vigie.runtime.scribe import Scribe
from vigie.runtime.voice import Voice
from vigie.runtime.watch import Change, Watch

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
        inherited: Mapping[str, Inherited] | None = None,
        gap: float = 0.0,
    ) -> None:
        """Find out what lives; nothing is launched or stopped yet. ``everyone``: bots in the whole project.

        ``inherited``: bots to go on with as the program before us left them, ``gap`` seconds ago.
        """
        self.reactor = reactor
        self.leaving: set[str] = set()
        """Bots that are no longer in the settings, as long as something of them lives."""
        self.on_left: Callable[[str], None] | None = None
        """Hears the name of each of them once nothing is left of it."""
        self._inherited = dict(inherited or {})
        self._gap = gap
        self.place = place
        self.engine = engine
        itself = engine.identify(os.getpid())
        self._boot = itself.boot if itself is not None else ""
        self._voice = voice
        self._watching = watching
        self.scribe = Scribe(place, reactor, voice, self._boot, single=everyone == 1)
        self.narrator = Narrator(voice, watching, routine=watching and everyone == 1)
        self._told = read_status(place.status_file, bots[0].spec.name)
        if len(bots) < everyone:
            self.scribe.keep_others({name: dict(face) for name, face in self._told.bots.items()})
        self._reserve = Reserve(reactor.call_soon, SPARE if watching else 0)
        self.watches = [
            self._go_on(bot) if bot.spec.name in self._inherited else self._watch(bot) for bot in bots
        ]
        reactor.on_late = self._overslept

    def named(self, names: Sequence[str]) -> list[Watch]:
        """Return the watches of these bots, all when none is named; unknown names are passed over."""
        return [watch for watch in self.watches if not names or watch.name in names]

    def recount(self, everyone: int) -> None:
        """Go by so many bots in the whole project from now on."""
        self.scribe.single = everyone == 1
        self.narrator.routine = self._watching and everyone == 1

    def add(self, bot: Bot) -> Watch:
        """Watch one more bot, which may live already."""
        watch = self._watch(bot)
        self.watches.append(watch)
        return watch

    def let_leave(self, watch: Watch) -> None:
        """Stop a bot for good, and forget it once nothing of it is left."""
        self.leaving.add(watch.name)
        watch.listeners.append(self._hear_of_leaving)
        watch.feed(Asked(Verb.STOP))
        watch.hands.look_around()
        self._forget_if_gone(watch)

    def hand_over(self) -> None:
        """Write what is left and put no more questions; what is held stays held."""
        for watch in self.watches:
            watch.hands.pause()
        self.scribe.close()

    def let_go(self) -> None:
        """Close what is held of every bot; they live on."""
        for watch in self.watches:
            watch.let_go()
        self._reserve.close()

    def _hear_of_leaving(self, watch: Watch, _change: Change) -> None:
        self._forget_if_gone(watch)

    def _forget_if_gone(self, watch: Watch) -> None:
        if watch.status.life.phase is Phase.ABSENT and watch.all_told:
            self.reactor.call_soon(lambda: self._forget(watch))

    def _forget(self, watch: Watch) -> None:
        if watch.name not in self.leaving or watch.status.life.phase is not Phase.ABSENT:
            return  # it has come back into the settings, or somebody has started it
        self.leaving.discard(watch.name)
        self.watches.remove(watch)
        watch.let_go()
        self.scribe.forget(watch)
        if self.on_left is not None:
            self.on_left(watch.name)

    def close(self) -> None:
        """Write what is left and let go of every bot; they live on."""
        try:
            self.scribe.close()
        finally:
            self.let_go()

    def _watch(self, bot: Bot) -> Watch:
        now = Moment(self.reactor.now(), self.reactor.clock.wall(), self._boot)
        past = self._past(bot.spec.name, now)
        lock_path = self.place.copy_lock(bot.spec.name)
        found = find_living(bot.spec, past, lock_path, self.engine, now, fresh=BATCH)
        living = None if found is None else Living(found.held.identity, found.launched_at, found.by_us)
        past = caught_up(past, living, bot.spec, now, luck())
        if found is not None:
            past = past._replace(left_down=None)  # somebody has launched it since
        watch = self._begin(bot, restored(past, now.steady), past)
        if found is not None:
            watch.adopt(found.held, found.launched_at, found.by_us)
        return watch

    def _go_on(self, bot: Bot) -> Watch:
        inherited = self._inherited[bot.spec.name]
        now = Moment(self.reactor.now(), self.reactor.clock.wall(), self._boot)
        past = self._past(bot.spec.name, now)._replace(
            identity=inherited.identity,
            launched_at=inherited.status.life.launched_at,
            by_us=inherited.by_us,
            last_restart=inherited.last_restart,
            commit=inherited.commit,
        )
        watch = self._begin(bot, inherited.status, past)
        go_on(watch, inherited, self.engine, self._gap)
        if inherited.leaves:
            self.let_leave(watch)
        return watch

    def _begin(self, bot: Bot, status: Status, past: Remembered) -> Watch:
        watch = Watch(bot, self.place, self.engine, self.reactor, status, self._reserve)
        watch.on_trouble = lambda problem: self._complain(watch, problem)
        watch.listeners.append(self.narrator.hear)
        self.scribe.keep(watch, past)
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
