"""Which version of a bot's code ran when, and what became of it: one row for each run of launches from one commit.

Lies in ``.vigie/history.db``. The rows' own numbers give the order, never the clock, which may jump. Written
without ever stopping whoever watches: what cannot be written now waits in memory and goes with the next. A
database beyond use is dealt with by ``History``, which writes into it far more often.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final, NamedTuple

from vigie.plain import Plain
from vigie.problems import Failure, Problem
from vigie.records.private_file import make_private_folder, write_failure

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable

PROVEN: Final = "proven"
BAD: Final = "bad"

ROLLED_BACK: Final = "rolled-back"
PARKED: Final = "parked"

NAME: Final = "history.db"

MOST_WAITING: Final = 1_000
"""Notes kept in memory while the database cannot be written; beyond, the oldest go."""

MOST_KEPT: Final = 500
"""Rows kept of one bot; the last proven one stays, whatever its age."""

_COLUMNS: Final = (
    "id, bot, commit_id, tree, first, last, launches, healthy, online_since, verdict, judged, why, came"
)


class Release(Plain):
    """One row. Moments are epoch seconds, for people; ``sequence`` gives the order."""

    sequence: int
    bot: str
    commit: str | None
    """None where there was no repository, or no commit in it yet."""
    tree: str | None
    first: float
    last: float | None
    """When its last process ended; None while it runs, or when nobody saw the end."""
    launches: int
    healthy: float
    """Seconds that it was seen online; a stretch of which nobody saw the end counts for nothing."""
    online_since: float | None
    verdict: str
    """``proven``, ``bad``, or "" while nobody has judged it."""
    judged: int
    """The number of the verdict: later ones have higher numbers."""
    why: str | None
    came: str
    """``rolled-back``: it came as the way back from a bad one; ``parked``: it ran beside the folder; else ""."""


class _Note(NamedTuple):
    """One thing to write: the name of its method, and its values."""

    act: str
    values: tuple[object, ...]


class Releases:
    """The record of one project, whose private folder (``.vigie``) is given; opened only for each call."""

    def __init__(self, folder: str, patience: float = 0.05) -> None:
        """``patience``: seconds a call may wait for another process's lock."""
        self.path = os.path.join(folder, NAME)
        self.problem: Problem | None = None
        """What keeps us from the record now."""
        self._patience = patience
        self._waiting: list[_Note] = []

    @property
    def waiting(self) -> bool:
        """Whether anything is still to be written."""
        return bool(self._waiting)

    def launched(
        self, bot: str, commit: str | None, wall: float, tree: str | None = None, came: str = ""
    ) -> None:
        """Take down a launch; written with the next ``write``. ``came``: ``parked``, or nothing."""
        self._later("launched", bot, commit, wall, tree, came)

    def online(self, bot: str, wall: float) -> None:
        """Take down that the running copy became healthy."""
        self._later("online", bot, wall)

    def unwell(self, bot: str, wall: float, seen: float, from_the_beginning: bool) -> None:
        """Take down that it is healthy no more, after ``seen`` steady seconds.

        ``from_the_beginning``: we saw it become healthy; otherwise the calendar tells what was before us.
        """
        self._later("unwell", bot, wall, seen, from_the_beginning)

    def ended(self, bot: str, wall: float) -> None:
        """Take down that its process ended."""
        self._later("ended", bot, wall)

    def proven(self, bot: str, commit: str, tree: str | None, wall: float) -> Problem | None:
        """Write that a version stayed healthy for its whole window."""
        self._later("judge", bot, commit, tree, wall, PROVEN, None)
        return self.write()

    def failed(self, bot: str, commit: str, tree: str | None, wall: float, why: str) -> Problem | None:
        """Write that a version did not hold; ``why``: a reason's key."""
        self._later("judge", bot, commit, tree, wall, BAD, why)
        return self.write()

    def rolled_back(self, bot: str, commit: str, tree: str | None, wall: float) -> Problem | None:
        """Write that ``commit`` came as the way back from a bad version."""
        self._later("came", bot, commit, tree, wall, ROLLED_BACK)
        return self.write()

    def parked(self, bot: str, commit: str, tree: str | None, wall: float) -> Problem | None:
        """Write that ``commit`` runs beside a folder that holds a bad version."""
        self._later("came", bot, commit, tree, wall, PARKED)
        return self.write()

    def remember(
        self, what: str, bot: str, commit: str, tree: str | None, wall: float, why: str = "trial-failed"
    ) -> Problem | None:
        """Write ``proven``, ``failed``, ``rolled-back`` or ``parked``, as ``ship`` calls them."""
        if what == "failed":
            return self.failed(bot, commit, tree, wall, why)
        acts = {PROVEN: self.proven, ROLLED_BACK: self.rolled_back, PARKED: self.parked}
        return acts[what](bot, commit, tree, wall)

    def write(self) -> Problem | None:
        """Write all that waits, or none of it; never raises. Returns and keeps in ``problem`` what is wrong."""
        self.problem = None
        if not self._waiting:
            return None
        try:
            from vigie.records import database
        except ImportError as error:
            self.problem = Failure("record.history-unusable", path=self.path, reason=str(error))
            return self.problem
        try:
            make_private_folder(os.path.dirname(self.path) or os.curdir)
            connection = database.open_database(self.path, self._patience)
            try:
                with connection:
                    connection.execute("BEGIN IMMEDIATE")
                    for note in self._waiting:
                        _ACTS[note.act](connection, *note.values)
            finally:
                connection.close()
        except (*database.ERRORS, Problem) as error:
            self.problem = error if isinstance(error, Problem) else self._trouble(error)
            return self.problem
        self._waiting.clear()
        return None

    def of(self, bot: str | None = None, limit: int = 100) -> list[Release]:
        """Return the newest first, of one bot or of all; [] and ``problem`` if they cannot be read."""
        where, names = ("WHERE bot = ?", [bot]) if bot is not None else ("", [])
        return self._read(f"{where} ORDER BY id DESC LIMIT ?", (*names, limit))

    def last_proven(self, bot: str, besides: str | None = None) -> str | None:
        """Return the commit that was proven last and has not failed since; never ``besides``, nor its twin."""
        passed_over = {besides} - {None}
        trees: set[str | None] = set()
        for release in self._read("WHERE bot = ? AND verdict <> '' ORDER BY judged DESC", (bot,)):
            if release.commit == besides or release.verdict == BAD:
                passed_over.add(release.commit)
                trees.add(release.tree)
            elif (
                release.commit is not None
                and release.commit not in passed_over
                and (release.tree is None or release.tree not in trees)
            ):
                return release.commit
        return None

    def is_bad(self, commit: str, tree: str | None = None) -> bool:
        """Whether this version, or another commit with the very same files, failed last for any bot."""
        last: dict[str, str] = {}
        rows = self._read(
            "WHERE verdict <> '' AND (commit_id = ? OR tree = ?) ORDER BY judged", (commit, tree or "")
        )
        for release in rows:
            last[release.bot] = release.verdict
        return BAD in last.values()

    def _later(self, act: str, *values: object) -> None:
        self._waiting.append(_Note(act, values))
        del self._waiting[:-MOST_WAITING]

    def _read(self, rest: str, names: tuple[object, ...]) -> list[Release]:
        self.problem = None
        if not os.path.exists(self.path):
            return []
        try:
            from vigie.records import database
        except ImportError as error:
            self.problem = Failure("record.history-unusable", path=self.path, reason=str(error))
            return []
        try:
            connection = database.open_database(self.path, self._patience)
            try:
                rows = connection.execute(f"SELECT {_COLUMNS} FROM releases {rest}", names).fetchall()  # noqa: S608  (constants)
            finally:
                connection.close()
        except database.ERRORS as error:
            self.problem = self._trouble(error)
            return []
        return [Release(*row) for row in rows]

    def _trouble(self, error: Exception) -> Failure:
        if isinstance(error, OSError):
            return write_failure(self.path, error)
        from vigie.records.database import trouble_key

        return Failure(trouble_key(error), path=self.path, reason=str(error))


def _launched(
    connection: sqlite3.Connection, bot: str, commit: str | None, wall: float, tree: str | None, came: str
) -> None:
    """Count a launch in the newest row when it is of the same version, else begin a new one."""
    newest = _newest(connection, bot)
    if newest is not None and newest[1] == commit and (newest[2] == PARKED) == (came == PARKED):
        connection.execute(
            "UPDATE releases SET launches = launches + 1, last = NULL, online_since = NULL,"
            " tree = coalesce(tree, ?), came = ? WHERE id = ?",
            (tree, came or newest[2], newest[0]),
        )
        return
    if newest is not None:
        connection.execute(
            "UPDATE releases SET online_since = NULL, last = coalesce(last, ?) WHERE id = ?",
            (wall, newest[0]),
        )
    _begin(connection, bot, commit, wall, tree, came, launches=1)


def _begin(
    connection: sqlite3.Connection,
    bot: str,
    commit: str | None,
    wall: float,
    tree: str | None,
    came: str,
    launches: int,
) -> int:
    cursor = connection.execute(
        "INSERT INTO releases (bot, commit_id, tree, first, launches, came) VALUES (?, ?, ?, ?, ?, ?)",
        (bot, commit, tree, wall, launches, came),
    )
    connection.execute(
        "DELETE FROM releases WHERE bot = ?1 AND id NOT IN"
        " (SELECT id FROM releases WHERE bot = ?1 ORDER BY id DESC LIMIT ?2) AND id IS NOT"
        " (SELECT id FROM releases WHERE bot = ?1 AND verdict = ?3 ORDER BY judged DESC LIMIT 1)",
        (bot, MOST_KEPT, PROVEN),
    )
    return int(cursor.lastrowid or 0)


def _online(connection: sqlite3.Connection, bot: str, wall: float) -> None:
    if (newest := _newest(connection, bot)) is not None:
        connection.execute(
            "UPDATE releases SET online_since = coalesce(online_since, ?) WHERE id = ?", (wall, newest[0])
        )


def _unwell(connection: sqlite3.Connection, bot: str, wall: float, seen: float, whole: bool) -> None:
    if (newest := _newest(connection, bot)) is not None:
        connection.execute(
            "UPDATE releases SET online_since = NULL,"
            " healthy = healthy + max(?2, CASE WHEN ?3 THEN 0 ELSE coalesce(?1 - online_since, 0) END)"
            " WHERE id = ?4",
            (wall, max(0.0, seen), whole, newest[0]),
        )


def _ended(connection: sqlite3.Connection, bot: str, wall: float) -> None:
    if (newest := _newest(connection, bot)) is not None:
        connection.execute(
            "UPDATE releases SET last = ?, online_since = NULL WHERE id = ?", (wall, newest[0])
        )


def _judge(
    connection: sqlite3.Connection,
    bot: str,
    commit: str,
    tree: str | None,
    wall: float,
    verdict: str,
    why: str | None,
) -> None:
    row = _row_of(connection, bot, commit, tree, wall)
    connection.execute(
        "UPDATE releases SET verdict = ?, why = ?, tree = coalesce(?, tree),"
        " judged = (SELECT coalesce(max(judged), 0) + 1 FROM releases) WHERE id = ?",
        (verdict, why, tree, row),
    )


def _came(
    connection: sqlite3.Connection, bot: str, commit: str, tree: str | None, wall: float, came: str
) -> None:
    row = _row_of(connection, bot, commit, tree, wall)
    connection.execute(
        "UPDATE releases SET came = ?, tree = coalesce(?, tree) WHERE id = ?", (came, tree, row)
    )


def _row_of(connection: sqlite3.Connection, bot: str, commit: str, tree: str | None, wall: float) -> int:
    """Return the newest row of a version; one that was never seen to run, or was lost, gets one."""
    found = connection.execute(
        "SELECT id FROM releases WHERE bot = ? AND commit_id = ? ORDER BY id DESC LIMIT 1", (bot, commit)
    ).fetchone()
    return int(found[0]) if found else _begin(connection, bot, commit, wall, tree, "", launches=0)


def _newest(connection: sqlite3.Connection, bot: str) -> tuple[int, str | None, str] | None:
    """Return number, commit and way of the version that was launched last."""
    found: tuple[int, str | None, str] | None = connection.execute(
        "SELECT id, commit_id, came FROM releases WHERE bot = ? AND launches > 0 ORDER BY id DESC LIMIT 1",
        (bot,),
    ).fetchone()
    return found


_ACTS: Final[dict[str, Callable[..., None]]] = {
    "launched": _launched,
    "online": _online,
    "unwell": _unwell,
    "ended": _ended,
    "judge": _judge,
    "came": _came,
}
