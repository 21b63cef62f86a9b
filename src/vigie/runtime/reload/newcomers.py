"""Bots that new settings have added: each is let in once nothing that has to go stands in its way."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from vigie.runtime.reload.renewal import in_the_way
from vigie.runtime.station import Station

if TYPE_CHECKING:
    from vigie.settings import Bot


class Newcomers:
    """Those who wait to be let in."""

    def __init__(self, station: Station, on_change: Callable[[], None]) -> None:
        """``on_change`` is called whenever somebody came or went."""
        self._station = station
        self._on_change = on_change
        self._waiting: list[Bot] = []

    def welcome(self, bots: Sequence[Bot]) -> None:
        """Let these in as soon as it can be; whoever waited before is not wanted any more."""
        self._waiting = list(bots)
        self.let_in()

    def let_in(self) -> None:
        """Look who can come in now: called again whenever a bot has left."""
        station, crew = self._station, self._station.crew
        leaving = crew.named(tuple(crew.leaving)) if crew.leaving else []
        ready = [bot for bot in self._waiting if not in_the_way(bot, leaving)]
        self._waiting = [bot for bot in self._waiting if bot not in ready]
        watches = [crew.add(bot) for bot in ready]
        station.make_room(len(crew.watches))
        for watch in watches:
            watch.listeners.append(station.launched)
        station.order.begin(watches, station.start)
        self._on_change()
