"""The shape of ``.vigie/history.db``, step by step, and how it is opened.

Write-ahead logging where it works: a change then costs no wait for the disk, a reader never holds the writer
up, a killed process loses nothing and a power cut at most the last moments. It needs memory shared between
processes, which some network and container file systems do not give: there, the rollback journal.
"""

from __future__ import annotations

import os
import sqlite3
from typing import Final

APPLICATION: Final = 0x56494749
"""SQLite's application id of our files ("VIGI"): whatever bears another is somebody else's."""

STEPS: Final[tuple[tuple[str, ...], ...]] = (
    (
        "CREATE TABLE events (id INTEGER PRIMARY KEY, wall REAL NOT NULL, bot TEXT NOT NULL,"
        " key TEXT NOT NULL, incident INTEGER NOT NULL, details TEXT NOT NULL)",
        "CREATE INDEX events_of_bot ON events (bot, id)",
        "CREATE INDEX incidents_of_bot ON events (bot, id) WHERE incident",
    ),
    (
        "CREATE TABLE releases (id INTEGER PRIMARY KEY AUTOINCREMENT, bot TEXT NOT NULL, commit_id TEXT,"
        " tree TEXT, first REAL NOT NULL, last REAL, launches INTEGER NOT NULL, healthy REAL NOT NULL DEFAULT 0,"
        " online_since REAL, verdict TEXT NOT NULL DEFAULT '', judged INTEGER NOT NULL DEFAULT 0, why TEXT,"
        " came TEXT NOT NULL DEFAULT '')",
        "CREATE INDEX releases_of_bot ON releases (bot, id)",
        "CREATE INDEX releases_judged ON releases (judged) WHERE verdict <> ''",
    ),
)
"""Each step brings a database from the version before it (its place here, ``user_version``) to the next."""

_NO_SHARED_MEMORY: Final = (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PROTOCOL)

_BEYOND_USE: Final = (
    sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_NOTADB,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_ERROR,  # a table or column that should be there is not
)


class ForeignDatabaseError(Exception):
    """A database that is not ours, or that a newer vigie has shaped."""


ERRORS: Final = (sqlite3.Error, OSError, ForeignDatabaseError)
"""What ``open_database`` and the use of what it returns may raise."""


def open_database(path: str, patience: float) -> sqlite3.Connection:
    """Open, create or bring up to date. ``patience``: seconds to wait for another process's lock.

    Raises ``sqlite3.Error``, ``OSError`` or ``ForeignDatabaseError``; then nothing is left open.
    """
    _create_private(path)
    try:
        return _opened(path, patience, write_ahead=True)
    except sqlite3.OperationalError as error:
        if primary_code(error) not in _NO_SHARED_MEMORY:
            raise
    return _opened(path, patience, write_ahead=False)


def beyond_use(path: str, error: Exception) -> bool:
    """Whether only another file can help: not a database, damaged, not ours, not to be written by us."""
    if isinstance(error, ForeignDatabaseError) or os.path.isdir(path):
        return True
    return isinstance(error, sqlite3.Error) and primary_code(error) in _BEYOND_USE


def trouble_key(error: Exception) -> str:
    """Return the sentence for an error that may pass by itself."""
    code = primary_code(error)
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return "record.history-busy"
    return "record.disk-full" if code == sqlite3.SQLITE_FULL else "record.history-unusable"


def primary_code(error: Exception) -> int:
    """Return SQLite's result code without its extension, 0 for an error that is not SQLite's own."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def _opened(path: str, patience: float, write_ahead: bool) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=patience, isolation_level=None)
    try:
        if not write_ahead:
            # Alone, SQLite keeps the log's index in its own memory: the way back for a file already marked.
            connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        _require_ours(connection)
        if write_ahead:
            _write_ahead(connection)
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute("PRAGMA wal_autocheckpoint = 100")
        else:
            connection.execute("PRAGMA journal_mode = TRUNCATE")
            connection.execute("PRAGMA locking_mode = NORMAL")
        _bring_up_to_date(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _create_private(path: str) -> None:
    """Let an empty file be ours alone before SQLite fills it; its journals take the same mode."""
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0), 0o600))
    except FileExistsError:
        pass


def _require_ours(connection: sqlite3.Connection) -> None:
    with connection:
        # In one transaction: another process may be shaping the same new database right now.
        connection.execute("BEGIN")
        application, version = _number(connection, "application_id"), _number(connection, "user_version")
        (things,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if not application and not version and not things:
            return
        if application != APPLICATION or version > len(STEPS):
            raise ForeignDatabaseError(f"application_id {application:#x}, user_version {version}")
        connection.execute("SELECT id FROM events LIMIT 1").fetchone()


def _write_ahead(connection: sqlite3.Connection) -> None:
    try:
        connection.execute("PRAGMA journal_mode = WAL")
    except sqlite3.OperationalError as error:
        # SQLite does not wait here. Whoever is in the way is doing the same, which then holds for us too.
        if primary_code(error) != sqlite3.SQLITE_BUSY:
            raise


def _bring_up_to_date(connection: sqlite3.Connection) -> None:
    if _number(connection, "user_version") == len(STEPS):
        # A read that needs the log's index: without it a file system that cannot share memory shows too late.
        connection.execute("SELECT id FROM events LIMIT 1").fetchone()
        return
    with connection:
        connection.execute("BEGIN IMMEDIATE")
        # Asked again under the lock: another process may have been faster.
        for step in STEPS[_number(connection, "user_version") :]:
            for statement in step:
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {len(STEPS)}")
        connection.execute(f"PRAGMA application_id = {APPLICATION}")


def _number(connection: sqlite3.Connection, pragma: str) -> int:
    (number,) = connection.execute(f"PRAGMA {pragma}").fetchone()
    return int(number)
