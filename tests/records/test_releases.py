"""Which version ran when: counted in rows, judged, found again, whatever happens to clocks and disks."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from vigie.records.history import History
from vigie.records.releases import MOST_KEPT, Release, Releases

A, B, C = ("a" * 40, "b" * 40, "c" * 40)
GOOD_TREE, BAD_TREE = "1" * 40, "2" * 40


@pytest.fixture
def releases(tmp_path: Path) -> Releases:
    """A record that nobody has written yet."""
    return Releases(str(tmp_path / ".vigie"))


def rows(releases: Releases, bot: str | None = "bot") -> list[tuple[str | None, int, float, str]]:
    """Commit, launches, healthy seconds and verdict of each row, newest first."""
    return [(row.commit, row.launches, row.healthy, row.verdict) for row in releases.of(bot)]


def lived(releases: Releases, commit: str | None, begin: float, online: float, bot: str = "bot") -> None:
    """One launch that was healthy for ``online`` seconds and ended."""
    releases.launched(bot, commit, begin)
    releases.online(bot, begin + 1)
    releases.unwell(bot, begin + 1 + online, online, True)
    releases.ended(bot, begin + 1 + online)
    assert releases.write() is None


def test_launches_of_one_version_are_one_row(releases: Releases) -> None:
    """From the first to the last end, their times added up; another version begins another row."""
    lived(releases, A, 100.0, 10.0)
    lived(releases, A, 200.0, 5.0)
    lived(releases, B, 300.0, 1.0)
    lived(releases, A, 400.0, 2.0)
    assert rows(releases) == [(A, 1, 2.0, ""), (B, 1, 1.0, ""), (A, 2, 15.0, "")]
    first = releases.of("bot")[-1]
    assert (first.first, first.last, first.online_since) == (100.0, 206.0, None)


def test_nothing_is_there_before_anything_ran(releases: Releases) -> None:
    """Reading makes no file."""
    assert releases.of() == []
    assert releases.last_proven("bot") is None
    assert not releases.is_bad(A, GOOD_TREE)
    assert not os.path.exists(releases.path)


def test_a_bot_without_a_repository_is_recorded_too(releases: Releases) -> None:
    """Its version has no name."""
    lived(releases, None, 1.0, 1.0)
    lived(releases, None, 5.0, 1.0)
    assert rows(releases) == [(None, 2, 2.0, "")]


def test_what_runs_has_no_end_and_keeps_the_moment_it_became_healthy(releases: Releases) -> None:
    """Also when a later vigie adopts it and sees it healthy again."""
    releases.launched("bot", A, 10.0)
    releases.online("bot", 12.0)
    releases.write()
    again = Releases(os.path.dirname(releases.path))
    again.online("bot", 5000.0)
    again.write()
    (row,) = again.of("bot")
    assert (row.last, row.online_since) == (None, 12.0)
    again.unwell("bot", 6012.0, 1000.0, False)
    again.write()
    assert rows(again) == [(A, 1, 6000.0, "")]


def test_a_jumping_clock_neither_orders_nor_counts(releases: Releases) -> None:
    """Seconds are those of the steady clock where one process saw them all; order is that of writing."""
    lived(releases, A, 9_000_000.0, 10.0)
    releases.launched("bot", B, 50.0)
    releases.online("bot", 51.0)
    releases.unwell("bot", 900_000.0, 3.0, True)
    releases.write()
    releases.online("bot", 900_001.0)
    releases.unwell("bot", 2.0, 4.0, False)
    releases.write()
    assert rows(releases) == [(B, 1, 7.0, ""), (A, 1, 10.0, "")]


def test_verdicts_are_found_again(releases: Releases) -> None:
    """The last one proven, those that are bad by commit and by their files; the newest verdict counts."""
    for commit in (A, B, C):
        lived(releases, commit, 1.0, 1.0)
    assert releases.proven("bot", A, GOOD_TREE, 2.0) is None
    assert releases.proven("bot", B, None, 3.0) is None
    assert releases.last_proven("bot") == B
    assert releases.last_proven("bot", besides=B) == A
    assert releases.failed("bot", C, BAD_TREE, 4.0, "crashed") is None
    assert releases.is_bad(C)
    assert releases.is_bad("d" * 40, BAD_TREE)
    assert not releases.is_bad("d" * 40, GOOD_TREE)
    assert not releases.is_bad(A, None)
    assert releases.of("bot")[0].why == "crashed"
    releases.failed("bot", B, None, 5.0, "hung")
    assert releases.last_proven("bot") == A
    assert releases.last_proven("other") is None
    releases.proven("bot", C, BAD_TREE, 6.0)
    assert not releases.is_bad(C, BAD_TREE)
    assert releases.last_proven("bot") == C


def test_the_verdict_given_last_counts_whatever_ran_last(releases: Releases) -> None:
    """An older row was judged after a newer one with the same files."""
    lived(releases, A, 1.0, 1.0)
    lived(releases, B, 2.0, 1.0)
    releases.proven("bot", B, GOOD_TREE, 3.0)
    releases.failed("bot", A, GOOD_TREE, 4.0, "hung")
    assert releases.is_bad(B, GOOD_TREE)
    releases.proven("bot", A, GOOD_TREE, 5.0)
    assert not releases.is_bad(B, GOOD_TREE)


def test_bad_for_one_bot_is_bad(releases: Releases) -> None:
    """Another bot of the project may run it well all the same."""
    releases.failed("one", A, GOOD_TREE, 1.0, "crashed")
    releases.proven("two", A, GOOD_TREE, 2.0)
    assert releases.is_bad(A)
    assert releases.last_proven("two") == A


def test_files_that_failed_under_another_name_are_no_last_good(releases: Releases) -> None:
    """The same files were proven once and have failed since."""
    releases.proven("bot", A, BAD_TREE, 1.0)
    releases.failed("bot", B, BAD_TREE, 2.0, "crashed")
    assert releases.last_proven("bot") is None


def test_a_version_that_was_never_seen_is_judged_too(releases: Releases) -> None:
    """The record was lost, or nobody watched; a launch afterwards is a row of its own."""
    releases.failed("bot", A, None, 1.0, "crashed")
    assert rows(releases) == [(A, 0, 0.0, "bad")]
    lived(releases, A, 2.0, 1.0)
    assert rows(releases) == [(A, 1, 1.0, ""), (A, 0, 0.0, "bad")]
    assert releases.is_bad(A)


def test_how_a_version_came_is_told(releases: Releases) -> None:
    """Back by itself, or parked beside; what ran parked is no run of the folder's own."""
    lived(releases, A, 1.0, 1.0)
    lived(releases, B, 2.0, 1.0)
    releases.launched("bot", A, 3.0, GOOD_TREE, "parked")
    releases.launched("bot", A, 4.0, GOOD_TREE, "parked")
    releases.launched("bot", A, 5.0)
    releases.write()
    assert [(row.commit, row.came, row.launches) for row in releases.of("bot")] == [
        (A, "", 1),
        (A, "parked", 2),
        (B, "", 1),
        (A, "", 1),
    ]
    releases.rolled_back("bot", A, GOOD_TREE, 6.0)
    releases.launched("bot", A, 7.0)
    releases.write()
    newest = releases.of("bot")[0]
    assert (newest.came, newest.launches, newest.tree) == ("rolled-back", 2, GOOD_TREE)
    releases.parked("bot", B, BAD_TREE, 8.0)
    assert [row.came for row in releases.of("bot") if row.commit == B] == ["parked"]


def test_what_cannot_be_written_waits(releases: Releases, tmp_path: Path) -> None:
    """A file where the folder should be; once it is gone all is written, in its order."""
    (tmp_path / ".vigie").write_text("in the way")
    releases.launched("bot", A, 1.0)
    problem = releases.write()
    assert problem is not None
    assert problem.key == "record.not-a-folder"
    releases.launched("bot", B, 2.0)
    assert [note.values[1] for note in releases._waiting] == [A, B]
    (tmp_path / ".vigie").unlink()
    assert releases.write() is None
    assert not releases.waiting
    assert [row[0] for row in rows(releases)] == [B, A]


def test_a_busy_database_writes_all_or_nothing(releases: Releases) -> None:
    """Somebody else writes for too long; the next try writes everything once."""
    lived(releases, A, 1.0, 1.0)
    with closing(sqlite3.connect(releases.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        releases.launched("bot", A, 10.0)
        problem = releases.write()
        assert problem is not None
        assert problem.key == "record.history-busy"
        other.execute("ROLLBACK")
    assert releases.write() is None
    assert rows(releases) == [(A, 2, 1.0, "")]


def test_a_record_begun_before_there_were_releases_is_brought_up_to_date(
    releases: Releases, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What stood in the history stays."""
    from vigie.records import database

    with monkeypatch.context() as older:
        older.setattr(database, "STEPS", database.STEPS[:1])
        history = History(releases.path)
        history.add(1.0, "bot", "crashed", {})
        history.close()
    lived(releases, A, 1.0, 1.0)
    assert rows(releases) == [(A, 1, 1.0, "")]
    history = History(releases.path)
    assert [event.key for event in history.events()] == ["crashed"]
    history.close()


def test_the_record_stays_small_and_keeps_the_last_good(releases: Releases) -> None:
    """The newest rows of each bot, and the one that was proven last."""
    lived(releases, C, 1.0, 1.0)
    releases.proven("bot", C, None, 1.0)
    lived(releases, A, 1.0, 1.0, bot="other")
    for number in range(MOST_KEPT + 20):
        releases.launched("bot", f"{number:040x}", 2.0)
    releases.write()
    kept = releases.of("bot", 10_000)
    assert MOST_KEPT <= len(kept) <= MOST_KEPT + 1
    assert releases.last_proven("bot") == C
    assert len(releases.of("other")) == 1


WRITER = """
import sys
from vigie.records.releases import Releases
releases = Releases(sys.argv[1], patience=10.0)
for number in range(10_000):
    releases.launched(sys.argv[2], f"{number:040x}", float(number))
    assert releases.write() is None, releases.problem
    print(number, flush=True)
"""


@pytest.fixture
def writers(tmp_path: Path) -> Iterator[list[subprocess.Popen[str]]]:
    """Two processes that write at once."""
    begun = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, str(tmp_path / ".vigie"), bot], stdout=subprocess.PIPE, text=True
        )
        for bot in ("one", "two")
    ]
    yield begun
    for process in begun:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


@pytest.mark.slow
def test_what_was_written_outlives_a_kill(releases: Releases, writers: list[subprocess.Popen[str]]) -> None:
    """Two write at once, both are stopped dead: every launch that was said to be written is there."""
    told = {}
    for process, bot in zip(writers, ("one", "two"), strict=True):
        assert process.stdout is not None
        for _ in range(30):
            told[bot] = int(process.stdout.readline())
    for process in writers:
        process.kill()
        process.wait()
    for bot, last in told.items():
        found: list[Release] = releases.of(bot, 10_000)
        commits = [int(str(row.commit), 16) for row in reversed(found)]
        assert commits == list(range(len(commits)))
        assert len(commits) > last
