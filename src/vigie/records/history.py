"""``.vigie/history.db``: what happened to each bot, in order, as keys and values for either language.

It must never stop whoever watches: an event that cannot be written now waits in memory, a database beyond use
is kept aside and begun anew, and each trouble is handed back once, to be told.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Final, NamedTuple

from vigie.core.reasons import Reason
from vigie.problems import Failure, Problem
from vigie.records.private_file import make_private_folder, write_failure

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping

INCIDENTS: Final = frozenset(
    reason.value
    for reason in (
        Reason.CRASHED,
        Reason.HUNG,
        Reason.NEVER_READY,
        Reason.LAUNCH_FAILED,
        Reason.LAUNCH_REFUSED,
        Reason.MEMORY_EXCEEDED,
        Reason.STAYS_DOWN,
        Reason.GAVE_UP,
        Reason.DAILY_LIMIT,
        Reason.TRIAL_FAILED,
    )
)
"""Keys of events that mean: the bot was not online although somebody wanted it to be."""

MOST_WAITING: Final = 1_000
"""Events kept in memory while the database cannot be written; beyond, the oldest go."""

_BUSY: Final = "record.history-busy"
_COMPANIONS: Final = ("-wal", "-shm", "-journal")
_LONGEST_VALUE: Final = 4_000


class Event(NamedTuple):
    """Something that happened at ``wall`` (epoch seconds)."""

    wall: float
    bot: str
    key: str
    values: dict[str, object]


class History:
    """One thread's view of the database. Nothing is opened, nor SQLite loaded, before it is needed."""

    def __init__(self, path: str, keep: int = 100_000, patience: float = 0.05) -> None:
        """``keep`` newest events stay; ``patience``: seconds a call may wait for another process's lock."""
        self.path = path
        self.problem: Problem | None = None
        self._keep = keep
        self._patience = patience
        self._connection: sqlite3.Connection | None = None
        self._identity: tuple[int, int] | None = None
        self._waiting: list[Event] = []
        self._told: str | None = None

    def add(self, wall: float, bot: str, key: str, values: Mapping[str, object]) -> Problem | None:
        """Write one event, and those that wait. Never raises: a trouble is returned once, when it begins.

        ``record.history-damaged`` and ``record.history-foreign`` (kept aside, begun anew),
        ``record.history-busy`` (the second time in a row), ``record.disk-full``,
        ``record.history-unusable``, ``record.not-writable``. ``problem`` holds what is
        wrong now. ``key`` is a reason's; texts beyond 4000 characters are cut.
        """
        kept = {
            name: value[:_LONGEST_VALUE] if isinstance(value, str) else value
            for name, value in values.items()
        }
        self._waiting.append(Event(wall, bot, key, kept))
        del self._waiting[:-MOST_WAITING]
        return self._write_waiting()

    def events(self, bot: str | None = None, limit: int = 100) -> list[Event]:
        """Return the newest events first, of one bot or of all; [] and ``problem`` if they cannot be read."""
        if bot is None:
            return self._read("SELECT wall, bot, key, details FROM events ORDER BY id DESC LIMIT ?", (limit,))
        return self._read(
            "SELECT wall, bot, key, details FROM events WHERE bot = ? ORDER BY id DESC LIMIT ?", (bot, limit)
        )

    def last_incident(self, bot: str) -> Event | None:
        """Return the newest event of ``bot`` whose key is one of ``INCIDENTS``."""
        found = self._read(
            "SELECT wall, bot, key, details FROM events WHERE bot = ? AND incident ORDER BY id DESC LIMIT 1",
            (bot,),
        )
        return found[0] if found else None

    def close(self) -> Problem | None:
        """Write what still waits, with more patience (1 s), and let go; may be used again afterwards."""
        patience, self._patience = self._patience, 1.0
        try:
            if self._waiting:
                self._let_go()
                return self._write_waiting()
            return None
        finally:
            self._patience = patience
            self._let_go()

    def _write_waiting(self) -> Problem | None:
        before, self.problem = self.problem, None
        begun_anew: Problem | None = None
        try:
            if (error := self._store()) is not None:
                begun_anew = self._begin_anew(error)
                if (error := self._store()) is not None:
                    self.problem = self._trouble(error)
        except Problem as problem:
            self.problem = problem
        if begun_anew is not None:
            return begun_anew
        if before is None and self.problem is not None and self.problem.key == _BUSY:
            return None  # most locks are gone with the next event
        already, self._told = self._told, self.problem.key if self.problem else None
        return None if self._told == already else self.problem

    def _store(self) -> Exception | None:
        """Write what waits; return the error if the database is beyond use, raise ``Problem`` otherwise."""
        try:
            from vigie.records import database
        except ImportError as error:
            raise self._trouble(error) from error
        try:
            with self._connected() as connection:
                connection.execute("BEGIN IMMEDIATE")
                connection.executemany(
                    "INSERT INTO events (wall, bot, key, incident, details) VALUES (?, ?, ?, ?, ?)",
                    (
                        (wall, bot, key, key in INCIDENTS, json.dumps(values, default=str))
                        for wall, bot, key, values in self._waiting
                    ),
                )
                connection.execute(
                    "DELETE FROM events WHERE id <= (SELECT max(id) FROM events) - ?", (self._keep,)
                )
        except database.ERRORS as error:
            self._let_go()
            if database.beyond_use(self.path, error):
                return error
            raise self._trouble(error) from error
        self._waiting.clear()
        return None

    def _read(self, query: str, names: tuple[object, ...]) -> list[Event]:
        if not os.path.exists(self.path):
            return []
        try:
            from vigie.records import database
        except ImportError as error:
            self.problem = self._trouble(error)
            return []
        try:
            rows = self._connected().execute(query, names).fetchall()
        except (*database.ERRORS, Problem) as error:
            self._let_go()
            self.problem = error if isinstance(error, Problem) else self._trouble(error)
            return []
        if not self._waiting:
            self.problem = None
        return [Event(wall, bot, key, _values(details)) for wall, bot, key, details in rows]

    def _connected(self) -> sqlite3.Connection:
        """Return the open database; one that was deleted or replaced under us is let go first."""
        from vigie.records.database import open_database

        if self._connection is not None and self._identity != _identity(self.path):
            self._let_go()
        if self._connection is None:
            make_private_folder(os.path.dirname(self.path) or os.curdir)
            self._identity = _identity(self.path)
            self._connection = open_database(self.path, self._patience)
            self._identity = _identity(self.path)
        return self._connection

    def _let_go(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _begin_anew(self, error: Exception) -> Problem | None:
        """Keep the database aside, unless another process has just done so; raises ``Failure``."""
        from vigie.records.aside import keep_aside
        from vigie.records.database import ForeignDatabaseError

        if self._identity != _identity(self.path):
            return None
        kept = keep_aside(self.path, os.path.dirname(self.path) or os.curdir, _COMPANIONS)
        if isinstance(error, ForeignDatabaseError):
            return Failure("record.history-foreign", path=self.path, kept=kept)
        return Failure("record.history-damaged", path=self.path, kept=kept, reason=str(error))

    def _trouble(self, error: Exception) -> Failure:
        """Name what keeps us from the database for now."""
        if isinstance(error, OSError):
            return write_failure(self.path, error)
        if isinstance(error, ImportError):
            return Failure("record.history-unusable", path=self.path, reason=str(error))
        from vigie.records.database import trouble_key

        return Failure(trouble_key(error), path=self.path, reason=str(error))


def _identity(path: str) -> tuple[int, int] | None:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _values(details: str) -> dict[str, object]:
    try:
        values = json.loads(details)
    except (ValueError, RecursionError):
        return {}
    return values if isinstance(values, dict) else {}
