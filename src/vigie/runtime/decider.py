"""Who decides for a project's bots: whoever holds one lock, monitor or short command. Never two at once.

The operating system releases the lock when its holder dies, however it dies. The card beside it only tells
people who it was, and short commands at which door to speak to a running monitor; it is never proof.
"""

from __future__ import annotations

import json
import os
import stat
import time
from typing import NamedTuple

from vigie.engines.file_lock import FileLock
from vigie.problems import Problem, Refusal
from vigie.records.private_file import make_private_folder, replace_whole, write_failure
from vigie.runtime.place import Place

PATIENCE = 2.0
"""Seconds that a command waits for another short command to end before it refuses."""

STEP = 0.02

BELIEVED_AFTER = 2
"""Looks in a row at a held lock before a monitor's card is believed.

Whoever only asks whether the lock is held takes it for some microseconds, and a card may have been left by a
monitor that was killed.
"""


class Card(NamedTuple):
    """Who holds the lock. ``port`` and ``token`` are a monitor's door, 0 and "" for a short command."""

    pid: int
    verb: str
    since: float
    port: int = 0
    token: str = ""


class Decider:
    """The lock, held."""

    def __init__(self, place: Place, lock: FileLock, verb: str, card: Card | None = None) -> None:
        """Hold ``lock`` and leave a card, if the disk has room: the bot that filled it must still be stopped.

        ``card``: the one to go on with, when we held the lock before we became another program.
        """
        self._place = place
        self._lock = lock
        self._file = _which(place.decider_lock if card is None else lock.fileno())
        self._card = card or Card(os.getpid(), verb, time.time())
        try:
            self._write_card()
        except Problem:
            pass  # the lock is the proof; the card only tells others who it is

    def handed_on(self) -> dict[str, object]:
        """Return what the next program in this process needs to go on deciding."""
        return {"lock": self._lock.fileno(), "card": self._card._asdict()}

    def descriptors(self) -> list[int]:
        """What the next program must inherit."""
        return [self._lock.fileno()]

    def leave_card(self, port: int, token: str) -> None:
        """Tell the others a monitor's door; on a full disk that has to wait until ``keep`` finds room."""
        self._card = self._card._replace(port=port, token=token)
        try:
            self._write_card()
        except Problem as problem:
            if problem.key != "record.disk-full":
                raise
            # nobody may be left unwatched for it: the bot that filled the disk may crash as well

    def keep(self) -> bool:
        """Make sure that others still find us, and tell whether we still decide.

        Somebody may have removed the private folder, lock and card with it: then whoever comes next locks a
        new file and decides as well. The new file is locked before that happens, if it has not happened yet.
        """
        if not os.path.isdir(self._place.root):
            return True  # moved or removed: nobody can come in there
        fresh = FileLock(self._place.decider_lock)
        try:
            make_private_folder(self._place.private)
            if _which(self._place.decider_lock) != self._file:
                if not fresh.acquire():
                    return False
                self._lock.release()
                self._lock, self._file = fresh, _which(self._place.decider_lock)
            if read_card(self._place) != self._card:
                self._write_card()
        except (OSError, Problem):
            pass  # a full disk above all: nobody else can come in either
        return True

    def release(self) -> None:
        """Let others decide."""
        if read_card(self._place) == self._card:
            try:
                os.unlink(self._place.decider_card)
            except OSError:
                pass  # the card is no proof of anything; the lock is
        self._lock.release()

    def _write_card(self) -> None:
        replace_whole(self._place.decider_card, json.dumps(self._card._asdict()).encode(), durable=False)


def become_decider(place: Place, verb: str, patience: float = PATIENCE) -> Decider | Card:
    """Take the lock, or return the card of the monitor that holds it.

    Raises ``Refusal`` when a short command holds it for longer than ``patience`` seconds, and ``Failure`` when
    the project's folder cannot be written to.
    """
    make_private_folder(place.private)
    lock = FileLock(place.decider_lock)
    waited_until = time.monotonic() + patience
    seen: list[Card] = []
    while not _acquired(lock, place):
        card = read_card(place)
        seen = [*seen, card] if card is not None and card in seen[-1:] else [card] if card is not None else []
        if len(seen) >= BELIEVED_AFTER and seen[-1].port:
            return seen[-1]
        if time.monotonic() >= waited_until:
            raise busy(card)
        time.sleep(STEP)
    try:
        return Decider(place, lock, verb)
    except BaseException:
        lock.release()
        raise


def go_on_deciding(place: Place, descriptor: int, card: object) -> Decider:
    """Go on with a lock held since before we became another program. Raises ``ValueError``: that is no card."""
    found = _believed(Card(**card)) if isinstance(card, dict) else None
    if found is None:
        raise ValueError(card)
    lock = FileLock(place.decider_lock)
    lock.inherit(descriptor)
    return Decider(place, lock, found.verb, found)


def busy(card: Card | None) -> Refusal:
    """Say who is at work, since when."""
    if card is None:
        return Refusal("runtime.busy-unknown")
    since = time.strftime("%H:%M:%S", time.localtime(card.since))
    return Refusal("runtime.busy", verb=card.verb, pid=card.pid, since=since)


def read_card(place: Place) -> Card | None:
    """Return the card that lies there, believable or not at all; it proves nothing by itself."""
    try:
        if not stat.S_ISREG(os.stat(place.decider_card).st_mode):
            return None  # a pipe in its place would hold us for ever
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


def _which(path: str | int) -> tuple[int, int] | None:
    """Tell which file bears this name, or is open under this number."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _acquired(lock: FileLock, place: Place) -> bool:
    try:
        return lock.acquire()
    except OSError as error:
        raise write_failure(place.decider_lock, error) from error


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
