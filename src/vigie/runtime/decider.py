"""Who decides for a project's bots: whoever holds one lock, monitor or short command. Never two at once.

The operating system releases the lock when its holder dies, however it dies. The card beside it only tells
people who it was, and short commands at which door to speak to a running monitor; it is never proof.
"""

from __future__ import annotations

import json
import os
import time
from typing import NamedTuple

from vigie.engines.file_lock import FileLock
from vigie.problems import Refusal
from vigie.records.private_file import make_private_folder, replace_whole
from vigie.runtime.place import Place

PATIENCE = 2.0
"""Seconds that a command waits for another short command to end before it refuses."""

STEP = 0.02


class Card(NamedTuple):
    """Who holds the lock. ``port`` and ``token`` are a monitor's door, 0 and "" for a short command."""

    pid: int
    verb: str
    since: float
    port: int = 0
    token: str = ""


class Decider:
    """The lock, held."""

    def __init__(self, place: Place, lock: FileLock, verb: str) -> None:
        """Hold ``lock`` and leave a card."""
        self._place = place
        self._lock = lock
        self._verb = verb
        self._since = time.time()
        self.leave_card()

    def leave_card(self, port: int = 0, token: str = "") -> None:
        """Tell the others who is at work, and a monitor's door."""
        card = Card(os.getpid(), self._verb, self._since, port, token)
        replace_whole(self._place.decider_card, json.dumps(card._asdict()).encode())

    def release(self) -> None:
        """Let others decide."""
        try:
            os.unlink(self._place.decider_card)
        except OSError:
            pass  # the card is no proof of anything; the lock is
        self._lock.release()


def become_decider(place: Place, verb: str) -> Decider | Card:
    """Take the lock, or return the card of the monitor that holds it.

    Raises ``Refusal`` when a short command holds it for longer than ``PATIENCE``, and ``Failure`` when the
    project's folder cannot be written to.
    """
    make_private_folder(place.private)
    lock = FileLock(place.decider_lock)
    waited_until = time.monotonic() + PATIENCE
    while not lock.acquire():
        card = read_card(place)
        if card is not None and card.port:
            return card
        if time.monotonic() >= waited_until:
            raise busy(card)
        time.sleep(STEP)
    return Decider(place, lock, verb)


def busy(card: Card | None) -> Refusal:
    """Say who is at work, since when."""
    if card is None:
        return Refusal("runtime.busy-unknown")
    since = time.strftime("%H:%M:%S", time.localtime(card.since))
    return Refusal("runtime.busy", verb=card.verb, pid=card.pid, since=since)


def read_card(place: Place) -> Card | None:
    """Return the card that lies there, believable or not at all; it proves nothing by itself."""
    try:
        with open(place.decider_card, "rb") as file:
            found = json.loads(file.read(4096))
        return _believed(Card(**found))
    except (OSError, ValueError, TypeError, RecursionError):
        return None


def _believed(card: Card) -> Card | None:
    kinds = (
        (card.pid, int),
        (card.verb, str),
        (card.since, (int, float)),
        (card.port, int),
        (card.token, str),
    )
    return card if all(isinstance(value, kind) for value, kind in kinds) else None


def watching_monitor(place: Place) -> Card | None:
    """Return the card of a monitor that lives and holds the lock, or None. Waits for nothing."""
    card = read_card(place)
    if card is None or not card.port or not os.path.exists(place.decider_lock):
        return None
    lock = FileLock(place.decider_lock)
    try:
        if not lock.acquire():
            return card
    except OSError:
        return None
    lock.release()
    return None
