"""Tells the core when a bot's whole tree uses more memory than ``max_memory`` allows, and goes on doing so."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from vigie.core.facts import MemoryExceeded
from vigie.core.states import ONLINE
from vigie.runtime.reactor import Reactor, Timer
from vigie.runtime.sensors.tree_memory import Families, at_most, exact
from vigie.runtime.watch import Watch

MEMORY_EVERY = 10.0
"""Seconds between two looks; one look at all processes of a machine takes some 10 microseconds each."""

LOOKS = 2
"""Looks in a row that must see too much: a passing peak (a large picture, a report) is no leak."""


class MemoryWatch:
    """Looks at all bots that have a limit, with one look at the machine's processes for all of them."""

    def __init__(self, watches: Callable[[], Iterable[Watch]], reactor: Reactor) -> None:
        """Begin to look; ``watches`` tells which bots there are at each moment."""
        self._watches = watches
        self._reactor = reactor
        self._above: dict[int, int] = {}
        """Looks in a row that saw too much, by the number of the bot's process."""
        self._timer: Timer = reactor.call_at(reactor.now() + MEMORY_EVERY, self._look)

    def stop(self) -> None:
        """Look no more."""
        self._timer.cancel()

    def _look(self) -> None:
        self._timer = self._reactor.call_at(self._reactor.now() + MEMORY_EVERY, self._look)
        watched = [
            (watch, limit, pid)
            for watch in self._watches()
            if (limit := watch.spec.max_memory) is not None
            and (pid := watch.status.life.pid) is not None
            and watch.word == ONLINE
        ]
        before, self._above = self._above, {}
        if not watched:
            return
        families = Families()
        for watch, limit, pid in watched:
            tree = families.tree(pid)
            if at_most(tree) <= limit or (used := exact(tree)) <= limit:
                continue
            looks = before.get(pid, 0) + 1
            if looks < LOOKS:
                self._above[pid] = looks
            else:
                watch.feed(MemoryExceeded(used))
