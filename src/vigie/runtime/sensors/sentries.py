"""Posts the sensors of one monitor: some for each bot, some for all of them together."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from vigie.runtime.hands import luck
from vigie.runtime.log_care import LogCare
from vigie.runtime.reactor import Reactor
from vigie.runtime.sensors.aside import Aside
from vigie.runtime.sensors.code_watch import CodeWatch
from vigie.runtime.sensors.hour_watch import HourWatch
from vigie.runtime.sensors.memory_watch import MemoryWatch
from vigie.runtime.sensors.network_watch import NetworkWatch
from vigie.runtime.voice import Voice
from vigie.runtime.watch import Watch


class Sentries:
    """All that looks at the bots beside their probes."""

    def __init__(self, reactor: Reactor, voice: Voice, watches: Callable[[], Sequence[Watch]]) -> None:
        """``watches``: whoever is watched at the moment."""
        self._reactor = reactor
        self._voice = voice
        self._watches = watches
        self._of_one: dict[str, tuple[LogCare, CodeWatch]] = {}
        self._of_all: tuple[MemoryWatch | NetworkWatch | HourWatch, ...] = ()

    def post(self) -> None:
        """See to it that every bot has its own."""
        for watch in self._watches():
            if watch.name not in self._of_one:
                self._of_one[watch.name] = (
                    LogCare(watch, self._reactor),
                    CodeWatch(watch, self._reactor, self._voice, Aside(self._reactor), self._how_many),
                )
        if not self._of_all:
            self._of_all = (
                MemoryWatch(self._watches, self._reactor),
                NetworkWatch(self._watches, self._reactor),
                HourWatch(self._watches, self._reactor, luck),
            )

    def withdraw(self, name: str) -> None:
        """A bot is not watched any more."""
        for sensor in self._of_one.pop(name, ()):
            sensor.stop()

    def stop(self) -> None:
        """Nothing is looked at any more."""
        for name in tuple(self._of_one):
            self.withdraw(name)
        for sensor in self._of_all:
            sensor.stop()
        self._of_all = ()

    def _how_many(self) -> int:
        return len(self._watches())
