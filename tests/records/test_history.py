"""The history remembers, and nothing that befalls its file ever stops whoever watches."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing
from pathlib import Path

import pytest

from vigie.core.reasons import Reason
from vigie.messages import LANGUAGES, say
from vigie.problems import Problem
from vigie.records import database
from vigie.records.history import INCIDENTS, Event, History

OrdinaryUser = Callable[[], AbstractContextManager[None]]
Opener = Callable[..., History]


@pytest.fixture
def opened() -> Iterator[Opener]:
    """Open histories and close them all at the end."""
    histories: list[History] = []

    def history_at(path: Path | str, keep: int = 100_000) -> History:
        histories.append(History(str(path), keep))
        return histories[-1]

    yield history_at
    for history in histories:
        history.close()


def key_of(problem: Problem | None) -> str | None:
    """The key of a problem, said in both languages to see that it can be."""
    if problem is None:
        return None
    for language in LANGUAGES:
        assert say(language, problem.key, **problem.values)
        assert say(language, f"{problem.key}.hint", **problem.values)
    return problem.key


def test_events_come_back_newest_first(tmp_path: Path, opened: Opener) -> None:
    """Moment, bot, key and values are what was written; one bot's events or all, as many as asked for."""
    history = opened(tmp_path / ".vigie" / "history.db")
    first = Event(1.5, "bot", "started", {"pid": 4711, "raison": "été", "deep": {"a": [1, None]}})
    second = Event(0.5, "autre", "crashed", {})
    third = Event(2.5, "bot", "crashed", {"code": 1})
    for event in (first, second, third):
        assert history.add(*event) is None
    assert history.events() == [third, second, first]
    assert history.events("bot") == [third, first]
    assert history.events("bot", 1) == [third]
    assert history.events("nobody") == []


def test_they_outlive_the_process(tmp_path: Path, opened: Opener) -> None:
    """Another process, later or at the same time, reads what was written."""
    path = tmp_path / "history.db"
    first = opened(path)
    first.add(1.0, "bot", "started", {})
    assert opened(path).events() == [Event(1.0, "bot", "started", {})]
    first.close()
    assert opened(path).events() == [Event(1.0, "bot", "started", {})]


def test_the_last_incident_is_the_newest_event_that_hurt(tmp_path: Path, opened: Opener) -> None:
    """Routine and other bots' incidents do not count."""
    history = opened(tmp_path / "history.db")
    assert history.last_incident("bot") is None
    for moment, (bot, key) in enumerate(
        [("bot", "crashed"), ("bot", "hung"), ("bot", "started"), ("bot", "asked-stop"), ("autre", "crashed")]
    ):
        history.add(float(moment), bot, key, {})
    assert history.last_incident("bot") == Event(1.0, "bot", "hung", {})


def test_every_incident_is_a_reason_of_the_core() -> None:
    """A reason renamed in the core cannot silently stop being an incident."""
    assert INCIDENTS.issubset(reason.value for reason in Reason)


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX modes")
def test_all_its_files_are_private(tmp_path: Path, opened: Opener) -> None:
    """The database and its journals are 0600 in a folder 0700, whatever the umask."""
    before = os.umask(0)
    try:
        opened(tmp_path / ".vigie" / "history.db").add(1.0, "bot", "started", {})
    finally:
        os.umask(before)
    files = list((tmp_path / ".vigie").iterdir())
    assert len(files) > 1
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    assert stat.S_IMODE((tmp_path / ".vigie").stat().st_mode) == 0o700


def test_reading_creates_nothing(tmp_path: Path, opened: Opener) -> None:
    """Asking a history that does not exist yet leaves no trace."""
    history = opened(tmp_path / ".vigie" / "history.db")
    assert history.events() == []
    assert history.last_incident("bot") is None
    assert os.listdir(tmp_path) == []


def test_nothing_is_loaded_before_it_is_needed() -> None:
    """A command that writes no event does not pay for SQLite."""
    source = os.path.join(os.path.dirname(__file__), "..", "..", "src")
    program = (
        f"import sys; sys.path.insert(0, {source!r})\n"
        "from vigie.records.history import History\n"
        "history = History('nowhere'); history.events(); history.close()\n"
        "print('sqlite3' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"


def test_only_the_newest_are_kept(tmp_path: Path, opened: Opener) -> None:
    """The number of events is bounded exactly, and so is the file."""
    path = tmp_path / "history.db"
    history = opened(path, keep=50)
    for moment in range(500):
        assert history.add(float(moment), "bot", "routine", {"text": "x" * 1000}) is None
    assert [event.wall for event in history.events(limit=1000)] == [
        float(moment) for moment in range(499, 449, -1)
    ]
    history.close()
    assert path.stat().st_size < 200_000


def test_a_hundred_thousand_are_kept(tmp_path: Path, opened: Opener) -> None:
    """At the real limit, one more event is written as quickly as the first, and the oldest goes."""
    path = tmp_path / "history.db"
    history = opened(path)
    history.add(0.0, "bot", "routine", {})
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 99999) "
            "INSERT INTO events (wall, bot, key, incident, details) "
            "SELECT i, 'bot', 'routine', 0, '{}' FROM n"
        )
    begun = time.perf_counter()
    assert history.add(100_000.0, "bot", "hung", {}) is None
    assert history.last_incident("bot") == Event(100_000.0, "bot", "hung", {})
    assert time.perf_counter() - begun < 0.5
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT count(*), min(wall) FROM events").fetchone() == (100_000, 1.0)


def test_a_value_too_long_or_of_a_strange_kind_is_tamed(tmp_path: Path, opened: Opener) -> None:
    """Texts are cut, objects become their text; nothing raises."""
    history = opened(tmp_path / "history.db")
    assert history.add(1.0, "bot", "crashed", {"a": "x" * 1_000_000, "b": Path("c"), "d": "\udcff"}) is None
    assert history.events()[0].values == {"a": "x" * 4000, "b": "c", "d": "\udcff"}


def garbage(path: Path) -> None:
    """Bytes that are no database."""
    path.write_bytes(random.Random(1).randbytes(10_000))


def text(path: Path) -> None:
    """A text file."""
    path.write_text("hello\n" * 100, "utf-8")


def cut(path: Path) -> None:
    """A real history without its second half."""
    real_history(path)
    os.truncate(path, path.stat().st_size // 2)


def riddled(path: Path) -> None:
    """A real history whose tables are overwritten behind a whole first page."""
    real_history(path)
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * (path.stat().st_size - 4096))


def without_table(path: Path) -> None:
    """A history that says it is ours and is not."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(f"PRAGMA application_id = {database.APPLICATION}")
        connection.execute(f"PRAGMA user_version = {len(database.STEPS)}")
        connection.execute("CREATE TABLE other (id)")


def foreign(path: Path) -> None:
    """Another program's database."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE precious (id)")
        connection.execute("INSERT INTO precious VALUES (42)")


def newer(path: Path) -> None:
    """A history that a later vigie has shaped."""
    real_history(path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA user_version = {len(database.STEPS) + 1}")


def folder(path: Path) -> None:
    """A folder of that name."""
    (path / "inside").mkdir(parents=True)


def real_history(path: Path) -> None:
    """A history with enough in it to fill several pages."""
    history = History(str(path))
    for moment in range(300):
        history.add(float(moment), "bot", "crashed", {"text": "y" * 100})
    history.close()


@pytest.mark.parametrize(
    ("damage", "key"),
    [
        (garbage, "record.history-damaged"),
        (text, "record.history-damaged"),
        (cut, "record.history-damaged"),
        (riddled, "record.history-damaged"),
        (without_table, "record.history-damaged"),
        (folder, "record.history-damaged"),
        (foreign, "record.history-foreign"),
        (newer, "record.history-foreign"),
    ],
)
def test_a_file_beyond_use_is_kept_aside_and_begun_anew(
    tmp_path: Path, opened: Opener, damage: Callable[[Path], None], key: str
) -> None:
    """Told once, nothing lost, and the event that met the damage is written."""
    path = tmp_path / "history.db"
    damage(path)
    original = path.read_bytes() if path.is_file() else None
    history = opened(path)
    problem = history.add(1.0, "bot", "crashed", {})
    assert key_of(problem) == key
    assert problem is not None
    kept = Path(str(problem.values["kept"]))
    assert kept == tmp_path / "history.damaged.db"
    assert (kept.read_bytes() if kept.is_file() else None) == original
    assert history.add(2.0, "bot", "started", {}) is None
    assert history.problem is None
    assert [event.wall for event in history.events()] == [2.0, 1.0]


@pytest.mark.parametrize("damage", [garbage, cut, without_table, foreign, newer, folder])
def test_reading_a_file_beyond_use_moves_nothing(
    tmp_path: Path, opened: Opener, damage: Callable[[Path], None]
) -> None:
    """Whoever only asks gets no events, the reason, and leaves the file where it is."""
    path = tmp_path / "history.db"
    damage(path)
    history = opened(path)
    history.events(limit=1000)
    assert history.last_incident("bot") is None or damage is cut
    assert key_of(history.problem) in ("record.history-unusable", None if damage is cut else "")
    assert not (tmp_path / "history.damaged.db").exists()


def test_a_file_damaged_while_it_is_open_is_begun_anew(tmp_path: Path, opened: Opener) -> None:
    """Disk trouble in mid-life costs the old history its place, not the next event."""
    path = tmp_path / "history.db"
    history = opened(path)
    history.add(1.0, "bot", "started", {})
    history.close()
    history.add(2.0, "bot", "started", {})
    with path.open("r+b") as file:
        file.write(b"\xff" * path.stat().st_size)
    Path(f"{path}-wal").write_bytes(b"\xff" * 10_000)
    history.close()
    assert key_of(history.add(3.0, "bot", "crashed", {})) == "record.history-damaged"
    assert history.events() == [Event(3.0, "bot", "crashed", {})]


def test_nothing_of_the_old_database_is_played_into_the_new_one(tmp_path: Path, opened: Opener) -> None:
    """A log and a journal that lie beside a damaged database do not stay there."""
    path = tmp_path / "history.db"
    garbage(path)
    for ending in ("-wal", "-journal"):
        Path(f"{path}{ending}").write_bytes(random.Random(2).randbytes(50_000))
    history = opened(path)
    assert key_of(history.add(2.0, "bot", "crashed", {})) == "record.history-damaged"
    assert history.events() == [Event(2.0, "bot", "crashed", {})]
    history.close()
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


@pytest.mark.skipif(sys.platform == "win32", reason="an open file cannot be deleted on Windows")
@pytest.mark.parametrize("what", ["file", "folder"])
def test_what_was_deleted_while_open_comes_back(tmp_path: Path, opened: Opener, what: str) -> None:
    """Somebody cleaned up: the next event is in a new file, not in the deleted one."""
    path = tmp_path / ".vigie" / "history.db"
    history = opened(path)
    history.add(1.0, "bot", "started", {})
    if what == "file":
        path.unlink()
    else:
        shutil.rmtree(path.parent)
    assert history.add(2.0, "bot", "crashed", {}) is None
    assert opened(path).events() == [Event(2.0, "bot", "crashed", {})]


LOCKER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("PRAGMA locking_mode = EXCLUSIVE")
connection.execute("BEGIN EXCLUSIVE")
print("locked", flush=True)
sys.stdin.read()
"""


def test_while_another_program_holds_it_events_wait(tmp_path: Path, opened: Opener) -> None:
    """Told once if it lasts, never long in the way, and all is written when the lock is gone."""
    path = tmp_path / "history.db"
    history = opened(path)
    history.add(0.0, "bot", "started", {})
    history.close()
    with subprocess.Popen(
        [sys.executable, "-c", LOCKER, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as locker:
        assert locker.stdout is not None
        assert locker.stdout.readline() == b"locked\n" or locker.stdout.readline()
        begun = time.perf_counter()
        assert history.add(0.5, "bot", "started", {}) is None
        assert key_of(history.add(1.0, "bot", "crashed", {})) == "record.history-busy"
        assert history.add(2.0, "bot", "started", {}) is None
        assert time.perf_counter() - begun < 1.0
        assert key_of(history.problem) == "record.history-busy"
        locker.communicate()
    assert history.add(3.0, "bot", "crashed", {}) is None
    assert history.problem is None
    assert [event.wall for event in history.events()] == [3.0, 2.0, 1.0, 0.5, 0.0]


def test_what_still_waits_is_written_at_the_end(tmp_path: Path, opened: Opener) -> None:
    """Closing gives the waiting events a last chance."""
    (tmp_path / "blocked").write_bytes(b"")
    history = opened(tmp_path / "blocked" / "history.db")
    assert key_of(history.add(1.0, "bot", "crashed", {})) == "record.not-a-folder"
    (tmp_path / "blocked").unlink()
    assert history.close() is None
    assert opened(tmp_path / "blocked" / "history.db").events() == [Event(1.0, "bot", "crashed", {})]


def test_a_full_disk_lets_events_wait(tiny_disk: Path, fill: Callable[[Path], Path], opened: Opener) -> None:
    """Told once, old events still readable, the new ones written when there is room."""
    history = opened(tiny_disk / "history.db")
    assert history.add(0.0, "bot", "started", {}) is None
    ballast = fill(tiny_disk)
    told = [
        key_of(history.add(float(moment), "bot", "crashed", {"text": "x" * 3000})) for moment in range(1, 9)
    ]
    assert [key for key in told if key] == ["record.disk-full"]
    assert key_of(history.problem) == "record.disk-full"
    ballast.unlink()
    assert history.add(9.0, "bot", "started", {}) is None
    assert history.problem is None
    assert [event.wall for event in history.events()] == [float(moment) for moment in range(9, -1, -1)]


def test_a_disk_full_from_the_beginning_is_told(
    tiny_disk: Path, fill: Callable[[Path], Path], opened: Opener
) -> None:
    """Not even the file can be made: one problem, no exception, and it begins when there is room."""
    ballast = fill(tiny_disk)
    history = opened(tiny_disk / "history.db")
    assert key_of(history.add(1.0, "bot", "crashed", {})) in ("record.disk-full", "record.history-unusable")
    ballast.unlink()
    assert history.add(2.0, "bot", "crashed", {}) is None
    assert [event.wall for event in history.events()] == [2.0, 1.0]


def test_a_file_we_may_not_write_is_replaced(
    tmp_path: Path, opened: Opener, ordinary_user: OrdinaryUser
) -> None:
    """A history made read-only is kept aside; one in a folder we may not write to is told of."""
    path = tmp_path / "history.db"
    real_history(path)
    path.chmod(0o400)
    history = opened(path)
    with ordinary_user():
        assert key_of(history.add(1.0, "bot", "crashed", {})) == "record.history-damaged"
        assert [event.wall for event in history.events()] == [1.0]
        history.close()
        path.chmod(0o400)
        tmp_path.chmod(0o500)
        assert key_of(history.add(2.0, "bot", "crashed", {})) == "record.not-writable"
        assert history.add(3.0, "bot", "crashed", {}) is None
        path.chmod(0o600)
        tmp_path.chmod(0o700)
        assert history.add(4.0, "bot", "crashed", {}) is None
        assert [event.wall for event in history.events()] == [4.0, 3.0, 2.0, 1.0]
        history.close()


def test_without_memory_shared_between_processes_it_works_all_the_same(
    tmp_path: Path, opened: Opener
) -> None:
    """Where SQLite cannot make its shared index, as on some network disks, the rollback journal serves."""
    path = tmp_path / "history.db"
    Path(f"{path}-shm").symlink_to(tmp_path / "no such folder" / "shm")
    history = opened(path)
    for moment in range(3):
        assert history.add(float(moment), "bot", "crashed", {}) is None
    history.close()
    assert history.add(3.0, "bot", "crashed", {}) is None
    assert len(opened(path).events()) == 4
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() != ("wal",)


def test_memory_stays_bounded_while_nothing_can_be_written(tmp_path: Path, opened: Opener) -> None:
    """Of many events that wait, the newest thousand are kept."""
    (tmp_path / "blocked").write_bytes(b"")
    history = opened(tmp_path / "blocked" / "history.db")
    told = [history.add(float(moment), "bot", "crashed", {}) for moment in range(1_500)]
    assert [key_of(problem) for problem in told if problem] == ["record.not-a-folder"]
    (tmp_path / "blocked").unlink()
    history.close()
    walls = [event.wall for event in opened(tmp_path / "blocked" / "history.db").events(limit=2_000)]
    assert walls == [float(moment) for moment in range(1_499, 499, -1)]


def test_an_older_shape_is_brought_up_to_date(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, opened: Opener
) -> None:
    """Each step is done once, in order, and what was there stays."""
    path = tmp_path / "history.db"
    first = opened(path)
    first.add(1.0, "bot", "crashed", {})
    first.close()
    steps = (
        *database.STEPS,
        ("ALTER TABLE events ADD COLUMN told INTEGER",),
        ("UPDATE events SET told = 1",),
    )
    monkeypatch.setattr(database, "STEPS", steps)
    for _ in range(2):
        history = opened(path)
        assert history.events() == [Event(1.0, "bot", "crashed", {})]
        history.close()
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (len(steps),)
        assert connection.execute("SELECT told FROM events").fetchall() == [(1,)]


WRITER = """
import sys
from vigie.records.history import History
history = History(sys.argv[1], patience=5.0)
for number in range(int(sys.argv[3]), int(sys.argv[3]) + int(sys.argv[4])):
    assert history.add(float(number), sys.argv[2], "crashed", {}) is None, history.problem
    print(number, flush=True)
history.close()
"""


def writer(path: Path, bot: str, begin: int, count: int) -> subprocess.Popen[bytes]:
    """Another process that writes events and says so after each."""
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path), bot, str(begin), str(count)],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )


@pytest.mark.slow
def test_several_processes_write_and_begin_at_once(tmp_path: Path, opened: Opener) -> None:
    """Six processes make and fill the same new history together, again and again: every event is there."""
    for round_number in range(8):
        path = tmp_path / str(round_number) / "history.db"
        writers = [writer(path, bot, 0, 50) for bot in "abcdef"]
        for process in writers:
            process.communicate(timeout=60)
        assert [process.returncode for process in writers] == [0] * 6
        for bot in "abcdef":
            walls = [event.wall for event in opened(path).events(bot, 1000)]
            assert walls == [float(number) for number in range(49, -1, -1)]


@pytest.mark.slow
def test_a_writer_killed_at_any_instant_loses_nothing_it_confirmed(tmp_path: Path, opened: Opener) -> None:
    """Thirty kill -9 at random instants: the database is whole and holds every event that was confirmed."""
    dice = random.Random(7)
    path = tmp_path / "history.db"
    confirmed = -1
    for _ in range(30):
        process = writer(path, "bot", confirmed + 1, 100_000)
        assert process.stdout is not None
        with process:
            first = process.stdout.readline()
            time.sleep(dice.uniform(0, 0.05))
            process.kill()
            confirmed = int((first + process.stdout.read()).split()[-1])
        with closing(sqlite3.connect(path)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            written = [int(wall) for (wall,) in connection.execute("SELECT wall FROM events ORDER BY id")]
        assert written[: confirmed + 1] == list(range(confirmed + 1))
        assert len(written) <= confirmed + 2
        confirmed = len(written) - 1
