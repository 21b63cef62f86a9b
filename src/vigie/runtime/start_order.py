"""Who is started when: after the bots it names, and not all at one moment.

An order, not a dependency. A bot waits until every bot it names is online, or has visibly not made it: it
crashed, it was refused, somebody stopped it, or its ``start_grace`` is over. Then it is started all the same,
because a bot that can live without its database for a minute must not stay down for ever with it; one that
cannot will crash, and is brought back as any other. Only a start that somebody asked for is ordered. What
crashes later is brought back at once, and nobody who named it is touched.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from vigie.core.states import BACKOFF, FAILED, ONLINE, STOPPED, UNRESPONSIVE, Phase
from vigie.runtime.reactor import Reactor, Timer
from vigie.runtime.voice import Voice
from vigie.runtime.watch import Change, Watch

NOT_WAITED_FOR = (ONLINE, STOPPED, BACKOFF, FAILED, UNRESPONSIVE)
"""States in which nothing more is to be hoped of a start for the moment."""

Start = Callable[[Watch], None]


class _Begun:
    """A bot that was started, as long as it is not known whether it comes online."""

    __slots__ = ("deaths", "until", "watch")

    def __init__(self, watch: Watch, now: float) -> None:
        self.watch = watch
        self.deaths = watch.status.tally.deaths
        stopping = watch.spec.stop_timeout if watch.status.life.phase is not Phase.ABSENT else 0.0
        self.until = now + watch.spec.start_grace + stopping

    def settled(self, now: float) -> bool:
        """Whether it is online, or is not waited for any longer."""
        died = self.watch.status.tally.deaths > self.deaths
        return died or now >= self.until or self.watch.word in NOT_WAITED_FOR


class StartOrder:
    """Starts bots one after the other where their settings say so."""

    def __init__(self, reactor: Reactor, voice: Voice, note: Callable[[str], None]) -> None:
        """Nobody waits yet. ``note`` hears the name of each bot that waits for others than before."""
        self._reactor = reactor
        self._voice = voice
        self._note = note
        self._waiting: dict[str, tuple[Watch, Start]] = {}
        self._begun: dict[str, _Begun] = {}
        self._told: dict[str, tuple[str, ...]] = {}
        self._last_at: float | None = None
        self._timer: Timer | None = None
        self._planned = False
        self._closed = False

    @property
    def waiting(self) -> tuple[str, ...]:
        """The names of the bots whose turn has not come."""
        return tuple(self._waiting)

    def handed_on(self) -> dict[str, object]:
        """Return what the next program needs to go on waiting for those that were started already."""
        begun = {name: [begun.deaths, begun.until] for name, begun in self._begun.items()}
        return {"begun": begun, "last_at": self._last_at}

    def go_on(self, watches: Sequence[Watch], handed: Mapping[str, Any]) -> None:
        """Wait for whom the program before us waited; those whose turn had not come are begun after this."""
        self._last_at = handed["last_at"]
        for watch in watches:
            if watch.name in handed["begun"]:
                begun = self._wait_for(watch)
                begun.deaths, begun.until = handed["begun"][watch.name]

    def begin(self, watches: Sequence[Watch], start: Start, living_too: bool = False) -> None:
        """Call ``start`` for each of them in its turn, the first ones before this returns.

        A bot that lives already is no start and waits for nobody, unless ``living_too``: it is to be replaced.
        """
        for watch in watches:
            self.forget(watch)
        for watch in watches:
            if living_too or watch.status.life.phase is Phase.ABSENT:
                self._waiting[watch.name] = watch, start
            else:
                self._start(watch, start)
        self._look()

    def forget(self, watch: Watch) -> None:
        """Somebody has decided otherwise about this bot: it waits no more."""
        if self._waiting.pop(watch.name, None) is not None:
            watch.queued = None
        self._told.pop(watch.name, None)
        self._plan()

    def close(self) -> None:
        """Start nobody any more."""
        self._closed = True
        for watch, _start in self._waiting.values():
            watch.queued = None
        self._waiting.clear()
        self._let_go_of_begun()
        if self._timer is not None:
            self._timer.cancel()

    def _plan(self) -> None:
        if not self._planned:
            self._planned = True
            self._reactor.call_soon(self._look_again)

    def _hear(self, _watch: Watch, _change: Change) -> None:
        self._plan()

    def _look_again(self) -> None:
        self._planned = False
        self._look()
        if not self._waiting:
            self._let_go_of_begun()

    def _look(self) -> None:
        if self._closed:
            return
        now = self._reactor.now()
        for name in [name for name, begun in self._begun.items() if begun.settled(now)]:
            self._begun.pop(name).watch.listeners.remove(self._hear)
        turn_at: float | None = None
        for name, (watch, start) in tuple(self._waiting.items()):
            if name not in self._waiting:
                continue  # somebody has decided otherwise meanwhile
            others = tuple(
                other for other in watch.spec.after if other in self._waiting or other in self._begun
            )
            mine = None if others else self._turn(watch, now)
            if not others and mine is None:
                self._waiting.pop(name)
                self._start(watch, start)
                continue
            turn_at = turn_at if mine is None else mine
            if watch.queued != others:
                watch.queued = others
                self._note(name)
            if others:
                self._tell(watch, others)
        self._wake_at(turn_at)

    def _turn(self, watch: Watch, now: float) -> float | None:
        """Return the moment of the next start, None when that is now."""
        if self._last_at is None or watch.spec.start_spacing <= 0.0:
            return None
        turn_at = self._last_at + watch.spec.start_spacing
        return turn_at if now < turn_at else None

    def _start(self, watch: Watch, start: Start) -> None:
        if watch.queued is not None:
            watch.queued = None
            self._note(watch.name)
        self._told.pop(watch.name, None)
        if watch.status.life.phase is Phase.ABSENT:
            self._last_at = self._reactor.now()
        self._wait_for(watch)
        start(watch)

    def _wait_for(self, watch: Watch) -> _Begun:
        if watch.name not in self._begun:
            watch.listeners.append(self._hear)
        begun = self._begun[watch.name] = _Begun(watch, self._reactor.now())
        self._plan()
        return begun

    def _tell(self, watch: Watch, others: tuple[str, ...]) -> None:
        if watch.name not in self._told:
            self._told[watch.name] = others
            values = {"bot": watch.name, "others": ", ".join(others)}
            self._voice("START", "runtime.start-waits", values)

    def _wake_at(self, turn_at: float | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        moments = [begun.until for begun in self._begun.values()]
        if turn_at is not None:
            moments.append(turn_at)
        if moments and self._waiting:
            self._timer = self._reactor.call_at(min(moments), self._look_again)

    def _let_go_of_begun(self) -> None:
        for begun in self._begun.values():
            begun.watch.listeners.remove(self._hear)
        self._begun.clear()
