"""``bot_status.json`` is always whole, and whatever stands in it never stops anybody."""

from __future__ import annotations

import json
import os
import random
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vigie.messages import LANGUAGES, say
from vigie.problems import Failure
from vigie.records.status_file import StatusFile, local_iso, read_status, write_status

UNKNOWN = {"restart_count": 0, "last_restart": None, "timestamp": None, "pid": None}
OrdinaryUser = Callable[[], AbstractContextManager[None]]


@pytest.fixture
def paris() -> Iterator[None]:
    """Local time is that of Paris."""
    if sys.platform == "win32":
        pytest.skip("the zone of a process cannot be set on Windows")
    else:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3")
            time.tzset()
            yield
        time.tzset()


def test_one_bot_is_written_as_the_guide_shows_it(tmp_path: Path, paris: None) -> None:
    """The flat form: count, local time with microseconds, moment of the write, then the rest."""
    path = tmp_path / "bot_status.json"
    entry: dict[str, object] = {
        "state": "online",
        "pid": 4711,
        "last_restart": 1_770_576_332.123456,
        "restart_count": 5,
    }
    assert write_status(str(path), {"bot": entry}, True, 1_770_576_340.5) is None
    assert path.read_text(encoding="utf-8") == (
        "{\n"
        '  "restart_count": 5,\n'
        '  "last_restart": "2026-02-08T19:45:32.123456",\n'
        '  "timestamp": 1770576340.5,\n'
        '  "pid": 4711,\n'
        '  "state": "online"\n'
        "}\n"
    )


def test_a_bot_that_never_restarted_has_null(tmp_path: Path) -> None:
    """What is unknown is null, never left out."""
    path = tmp_path / "bot_status.json"
    write_status(str(path), {"bot": {}}, True, 1.0)
    assert json.loads(path.read_bytes()) == {
        "restart_count": 0,
        "last_restart": None,
        "timestamp": 1.0,
        "pid": None,
    }


def test_several_bots_are_written_under_their_names_and_read_back(tmp_path: Path) -> None:
    """The form for several: one timestamp, an object for each; what was read can be written again."""
    path = str(tmp_path / "bot_status.json")
    bots: dict[str, dict[str, object]] = {
        "musique": {
            "restart_count": 2,
            "last_restart": "2026-02-08T19:45:32.123456",
            "pid": 1,
            "state": "online",
        },
        "modération": {"restart_count": 0, "last_restart": None, "pid": None, "state": "stopped"},
    }
    write_status(path, bots, False, 10.0)
    written = json.loads(Path(path).read_bytes())
    assert written == {"timestamp": 10.0, "bots": bots}
    read = read_status(path)
    assert read.damaged is None
    assert read.bots == {name: {**entry, "timestamp": 10.0} for name, entry in bots.items()}
    write_status(path, read.bots, False, 11.0)
    assert json.loads(Path(path).read_bytes()) == {"timestamp": 11.0, "bots": bots}


def test_one_bot_is_read_under_the_name_the_caller_gives(tmp_path: Path) -> None:
    """The flat form has no name in it; an unknown bot has the four fields all the same."""
    path = tmp_path / "bot_status.json"
    write_status(str(path), {"bot": {"restart_count": 7, "pid": 12, "note": "é"}}, True, 10.0)
    read = read_status(str(path), "mine")
    assert read.of("mine") == {
        "restart_count": 7,
        "last_restart": None,
        "timestamp": 10.0,
        "pid": 12,
        "note": "é",
    }
    assert read.of("other") == UNKNOWN


def test_a_missing_file_is_no_damage(tmp_path: Path) -> None:
    """Nothing was written yet: nothing known, nothing wrong."""
    assert read_status(str(tmp_path / "bot_status.json")) == StatusFile({}, None)
    assert read_status(str(tmp_path / "no" / "folder" / "bot_status.json")) == StatusFile({}, None)


DAMAGED = {
    "empty": (b"", "empty"),
    "only spaces": (b" \r\n", "empty"),
    "cut": (b'{"restart_count": 5, "last_re', "not-json"),
    "garbage": (b"restart_count = 5", "not-json"),
    "not UTF-8": (b'{"restart_count": 5, "n": "\xe9\xe8"}', "not-text"),
    "binary": (bytes(range(128, 256)), "not-text"),
    "NaN": (b'{"restart_count": 1, "timestamp": NaN}', "not-json"),
    "infinite": (b'{"restart_count": 1, "timestamp": 1e999}', "not-json"),
    "endless number": (b'{"restart_count": ' + b"9" * 10_000 + b"}", "not-json"),
    "a list": (b"[1, 2]", "foreign"),
    "null": (b"null", "foreign"),
    "a number": (b"5", "foreign"),
    "a text": (b'"restart_count"', "foreign"),
    "another program's": (b'{"name": "x", "version": 1}', "foreign"),
    "bots is a list": (b'{"timestamp": 1.0, "bots": ["a"]}', "foreign"),
}


@pytest.mark.parametrize("case", DAMAGED)
def test_a_damaged_file_is_told_and_nothing_in_it_believed(tmp_path: Path, case: str) -> None:
    """Each kind of damage has its reason, with a sentence in both languages, and counts begin at 0."""
    data, reason = DAMAGED[case]
    path = str(tmp_path / "bot_status.json")
    Path(path).write_bytes(data)
    read = read_status(path)
    assert read == StatusFile({}, f"record.damaged-{reason}")
    assert read.of("bot") == UNKNOWN
    assert all(path in say(language, f"record.damaged-{reason}", path=path) for language in LANGUAGES)


@pytest.mark.parametrize("opening", [b"[", b'{"a":', b'{"restart_count": 1, "a": '])
def test_a_nesting_of_any_depth_is_survived(tmp_path: Path, opening: bytes) -> None:
    """However deep, reading ends without an error and the file can be replaced."""
    path = tmp_path / "bot_status.json"
    for depth in (500, 10_000, 30_000):
        closing = b"]" if opening == b"[" else b"}"
        path.write_bytes(opening * depth + b"1" + closing * depth)
        read = read_status(str(path))
        assert read.of("bot")["restart_count"] in (0, 1)
        write_status(str(path), {"bot": read.of("bot")}, True, 1.0)
        assert read_status(str(path)).damaged is None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("restart_count", "5"),
        ("restart_count", -1),
        ("restart_count", True),
        ("restart_count", 2.5),
        ("restart_count", None),
        ("restart_count", 10**30),
        ("restart_count", [5]),
        ("last_restart", 1707425132),
        ("last_restart", "yesterday"),
        ("last_restart", "2026-02-08\x1b[2J"),
        ("last_restart", "2026-02-08" + "0" * 100),
        ("timestamp", "now"),
        ("timestamp", -1.0),
        ("timestamp", True),
        ("pid", 0),
        ("pid", -9),
        ("pid", "4711"),
        ("pid", 1.5),
    ],
)
def test_one_wrong_field_is_not_believed_and_the_others_are(
    tmp_path: Path, field: str, value: object
) -> None:
    """A wrong field takes its harmless value, the right ones keep theirs, and the file counts as foreign."""
    right = {"restart_count": 3, "last_restart": "2026-02-08T19:45:32.123456", "timestamp": 1.5, "pid": 12}
    path = tmp_path / "bot_status.json"
    path.write_text(json.dumps({**right, field: value}), encoding="utf-8")
    read = read_status(str(path))
    assert read.damaged == "record.damaged-foreign"
    assert read.of("bot") == {**right, field: UNKNOWN[field]}


def test_one_wrong_bot_does_not_harm_the_others(tmp_path: Path) -> None:
    """Of several bots, the one that cannot be believed is left out."""
    path = tmp_path / "bot_status.json"
    path.write_text('{"timestamp": 1, "bots": {"a": 5, "b": {"restart_count": 2}}}', encoding="utf-8")
    read = read_status(str(path))
    assert read.damaged == "record.damaged-foreign"
    assert list(read.bots) == ["b"]
    assert read.of("b")["restart_count"] == 2


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_what_a_windows_editor_saved_is_understood(tmp_path: Path, encoding: str) -> None:
    """A byte-order mark, or UTF-16, is no damage."""
    path = tmp_path / "bot_status.json"
    path.write_text('{\r\n"restart_count": 4}\r\n', encoding=encoding)
    assert read_status(str(path)) == StatusFile({"bot": {**UNKNOWN, "restart_count": 4}}, None)


def test_the_guides_own_file_is_understood(tmp_path: Path) -> None:
    """The example in the guide is whole, without a pid."""
    path = tmp_path / "bot_status.json"
    path.write_text(
        '{"restart_count": 5, "last_restart": "2026-02-08T19:45:32.123456", "timestamp": 1707425132.123456}',
        encoding="utf-8",
    )
    read = read_status(str(path))
    assert (read.damaged, read.of("bot")["restart_count"]) == (None, 5)


def test_a_huge_file_is_not_read(tmp_path: Path) -> None:
    """Of a file of 1 GB only the first MiB is looked at."""
    path = tmp_path / "bot_status.json"
    with path.open("wb") as file:
        file.write(b'{"restart_count": 5}')
        file.truncate(1_000_000_000)
    begun = time.perf_counter()
    assert read_status(str(path)) == StatusFile({}, "record.damaged-too-big")
    assert time.perf_counter() - begun < 1.0


def test_a_folder_of_that_name_is_told_and_left_alone(tmp_path: Path) -> None:
    """Reading a folder says so; writing fails clearly and moves nothing of the person's."""
    path = tmp_path / "bot_status.json"
    (path / "inside").mkdir(parents=True)
    assert read_status(str(path)) == StatusFile({}, "record.damaged-not-a-file")
    with pytest.raises(Failure) as raised:
        write_status(str(path), {"bot": {}}, True, 1.0)
    assert raised.value.key == "record.is-a-folder"
    assert (path / "inside").is_dir()


def test_a_pipe_of_that_name_does_not_hold_us(tmp_path: Path) -> None:
    """A named pipe nobody writes to is refused at once, not waited for."""
    path = tmp_path / "bot_status.json"
    if sys.platform == "win32":
        pytest.skip("named pipes in folders are POSIX")
    else:
        os.mkfifo(path)
        assert read_status(str(path)) == StatusFile({}, "record.damaged-not-a-file")


def test_a_file_we_may_not_read_is_told_and_kept(tmp_path: Path, ordinary_user: OrdinaryUser) -> None:
    """Without the right to read, nothing is believed, and writing keeps the file aside unread."""
    path = tmp_path / "bot_status.json"
    path.write_bytes(b'{"restart_count": 5}')
    path.chmod(0)
    with ordinary_user():
        assert read_status(str(path)) == StatusFile({}, "record.damaged-unreadable")
        kept = write_status(str(path), {"bot": {}}, True, 1.0)
    assert kept == str(tmp_path / ".vigie" / "bot_status.damaged.json")
    Path(kept).chmod(0o600)
    assert Path(kept).read_bytes() == b'{"restart_count": 5}'


def test_a_damaged_file_is_kept_aside_before_the_first_write_and_only_then(tmp_path: Path) -> None:
    """Nothing is lost: the damaged bytes are in the private folder, later writes move nothing."""
    path = tmp_path / "bot_status.json"
    path.write_bytes(b'{"restart_count": 5, "last_re')
    kept = tmp_path / ".vigie" / "bot_status.damaged.json"
    assert write_status(str(path), {"bot": {"restart_count": 1}}, True, 1.0) == str(kept)
    assert write_status(str(path), {"bot": {"restart_count": 2}}, True, 2.0) is None
    assert kept.read_bytes() == b'{"restart_count": 5, "last_re'
    assert os.listdir(tmp_path / ".vigie") == ["bot_status.damaged.json"]
    assert read_status(str(path)).of("bot")["restart_count"] == 2
    if sys.platform != "win32":
        assert stat.S_IMODE((tmp_path / ".vigie").stat().st_mode) == 0o700


def test_a_second_damaged_file_does_not_push_out_the_first(tmp_path: Path) -> None:
    """Each keeps its own place, up to nine."""
    path = tmp_path / "bot_status.json"
    for number in range(12):
        path.write_bytes(b"damaged %d" % number)
        write_status(str(path), {"bot": {}}, True, 1.0)
    kept = sorted((tmp_path / ".vigie").iterdir())
    assert len(kept) == 9
    assert {file.read_bytes() for file in kept} == {b"damaged %d" % number for number in (*range(8), 11)}


def test_an_empty_file_is_simply_replaced(tmp_path: Path) -> None:
    """There is nothing in it to keep."""
    path = tmp_path / "bot_status.json"
    path.write_bytes(b"")
    assert write_status(str(path), {"bot": {}}, True, 1.0) is None
    assert not (tmp_path / ".vigie").exists()


def test_what_vigie_itself_writes_is_never_taken_for_damage(tmp_path: Path) -> None:
    """Values of every kind, nested or with line ends, are ours: nothing is kept aside at the next write."""
    path = str(tmp_path / "bot_status.json")
    entry: dict[str, object] = {
        "restart_count": 1,
        "note": "a\nb",
        "deep": {"list": [1, None]},
        "flag": True,
        "share": 0.5,
        "odd": "\udcff",
    }
    for _ in range(2):
        assert write_status(path, {"bot": entry}, True, 1.0) is None
    assert read_status(path).damaged is None
    assert json.loads(Path(path).read_bytes())["odd"] == "\udcff"


def test_a_full_disk_keeps_the_status_as_it_was(tiny_disk: Path, fill: Callable[[Path], Path]) -> None:
    """The failure says that the disk is full; people still read the old file, whole; then it recovers."""
    path = tiny_disk / "bot_status.json"
    write_status(str(path), {"bot": {"restart_count": 1}}, True, 1.0)
    ballast = fill(tiny_disk)
    with pytest.raises(Failure) as raised:
        write_status(str(path), {"bot": {"restart_count": 2}}, True, 2.0)
    assert raised.value.key == "record.disk-full"
    assert read_status(str(path)).of("bot")["restart_count"] == 1
    ballast.unlink()
    write_status(str(path), {"bot": {"restart_count": 3}}, True, 3.0)
    assert read_status(str(path)).of("bot")["restart_count"] == 3


@pytest.mark.parametrize(
    ("wall", "text"),
    [
        (1_770_576_332.0, "2026-02-08T19:45:32.000000"),
        (1_770_576_332.9999999, "2026-02-08T19:45:33.000000"),
        (1_770_576_332.000001, "2026-02-08T19:45:32.000001"),
    ],
)
def test_local_time_always_has_six_decimals(paris: None, wall: float, text: str) -> None:
    """Round seconds keep their zeros, and rounding carries over."""
    assert local_iso(wall) == text


def test_reading_imports_nothing_heavy() -> None:
    """``check`` reads this file: it must not pay for what only writers need."""
    source = os.path.join(os.path.dirname(__file__), "..", "..", "src")
    program = (
        f"import sys; sys.path.insert(0, {source!r})\n"
        "from vigie.records.status_file import read_status\n"
        "read_status('nowhere')\n"
        "print(*sorted({'dataclasses', 'pathlib', 'sqlite3', 'subprocess', 'datetime', 'logging',"
        " 'threading', 'vigie.records.private_file'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == ""


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> str:
    """One file for all generated contents."""
    return str(tmp_path_factory.mktemp("status") / "bot_status.json")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)
FIELDS = st.sampled_from(["restart_count", "last_restart", "timestamp", "pid", "bots", "state"])


@given(
    data=st.binary(max_size=200)
    | JSON.map(lambda value: json.dumps(value).encode())
    | st.dictionaries(FIELDS, JSON | st.dictionaries(st.text(), st.dictionaries(FIELDS, JSON))).map(
        lambda value: json.dumps(value).encode()
    )
)
@settings(max_examples=300, deadline=None)
def test_no_content_whatever_raises_or_is_believed_too_far(scratch: str, data: bytes) -> None:
    """Any bytes: the four fields have their types; what was read can be written again and is then whole."""
    with open(scratch, "wb") as file:
        file.write(data)
    read = read_status(scratch)
    for entry in (*read.bots.values(), read.of("bot")):
        count, last, moment, pid = (entry[field] for field in UNKNOWN)
        assert type(count) is int
        assert count >= 0
        assert last is None or (isinstance(last, str) and last.isprintable())
        assert moment is None or (isinstance(moment, (int, float)) and moment >= 0)
        assert pid is None or (type(pid) is int and pid > 0)
    os.unlink(scratch)
    write_status(scratch, read.bots, False, 1.0, durable=False)
    again = read_status(scratch)
    assert again.damaged is None
    assert set(again.bots) == set(read.bots)


WRITER = """
import sys
from vigie.records.ledger import write_ledger
from vigie.records.status_file import write_status
path, folder, seen = sys.argv[1], sys.argv[2], int(sys.argv[3])
while True:
    seen += 1
    record = {"restart_count": seen, "note": "x" * (seen * 7919 % 20_000)}
    write_status(path, {"bot": record}, True, float(seen))
    write_ledger(folder, "bot", record)
    print(seen, flush=True)
"""


@pytest.mark.slow
def test_a_writer_killed_at_any_instant_leaves_whole_files(tmp_path: Path) -> None:
    """A hundred kill -9 at random instants: each time both files are whole, with what was last confirmed."""
    from vigie.records.ledger import read_ledger

    dice = random.Random(20260208)
    path, folder = str(tmp_path / "bot_status.json"), str(tmp_path / ".vigie")
    confirmed = 0
    for _ in range(100):
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, path, folder, str(confirmed)],
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )
        assert writer.stdout is not None
        with writer:
            assert writer.stdout.readline()
            time.sleep(dice.uniform(0, 0.03))
            writer.kill()
            lines = writer.stdout.read().split()
        confirmed = int(lines[-1]) if lines else confirmed + 1
        if sys.platform != "win32":
            assert writer.returncode == -signal.SIGKILL
        status, ledger = read_status(path), read_ledger(folder, "bot")
        assert status.damaged is None
        assert ledger is not None
        for count in (status.of("bot")["restart_count"], ledger["restart_count"]):
            assert count in (confirmed, confirmed + 1)
        confirmed += 1
