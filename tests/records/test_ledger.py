"""The private record of a bot is believed whole or not at all."""

from __future__ import annotations

import json
import os
import stat
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vigie.problems import Failure
from vigie.records.ledger import VERSION, ledger_path, read_ledger, write_ledger

RECORD: dict[str, object] = {
    "pid": 4711,
    "started": 123_456_789,
    "boot": "0b8f-é",
    "launched_at": 1_770_576_332.125,
    "tally": {"failures": [1.5, 2.25], "state": "online", "since": None},
}


@pytest.mark.parametrize("durable", [False, True])
def test_a_record_comes_back_exactly(tmp_path: Path, durable: bool) -> None:
    """What is read is what was written, in a private file of a private folder that is made when missing."""
    folder = str(tmp_path / ".vigie")
    assert write_ledger(folder, "bot", RECORD, durable=durable) is None
    assert read_ledger(folder, "bot") == RECORD
    assert json.loads(Path(folder, "bot.json").read_bytes())["record"] == RECORD
    if sys.platform != "win32":
        assert stat.S_IMODE(os.stat(folder).st_mode) == 0o700
        assert stat.S_IMODE(os.stat(ledger_path(folder, "bot")).st_mode) == 0o600


def test_a_missing_record_is_none(tmp_path: Path) -> None:
    """No folder, no file: None."""
    assert read_ledger(str(tmp_path / "nowhere"), "bot") is None


def test_a_single_changed_byte_is_enough_to_refuse(tmp_path: Path) -> None:
    """Whichever byte of the file is altered, or wherever it is cut, nothing of it is believed."""
    folder = str(tmp_path)
    write_ledger(folder, "bot", RECORD)
    path = Path(ledger_path(folder, "bot"))
    whole = path.read_bytes()
    for place in range(len(whole)):
        for damaged in (
            whole[:place],
            whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :],
            whole[:place] + whole[place + 1 :],
        ):
            path.write_bytes(damaged)
            assert read_ledger(folder, "bot") is None, (place, damaged)


def test_another_version_is_refused_even_when_whole(tmp_path: Path) -> None:
    """A record of a newer vigie may mean something else by the same words."""
    body = json.dumps(RECORD).encode()
    Path(ledger_path(str(tmp_path), "bot")).write_bytes(
        b'{"version": %d, "crc32": %d, "record": %s}\n' % (VERSION + 1, zlib.crc32(body), body)
    )
    assert read_ledger(str(tmp_path), "bot") is None


@pytest.mark.parametrize(
    "data", [b"", b"[]", b"null", b"{}", b"\xff", b"[" * 10_000, b'{"version": 1, "record": {}}']
)
def test_a_foreign_file_is_none_and_kept_aside_by_the_next_write(tmp_path: Path, data: bytes) -> None:
    """Reading changes nothing; writing keeps what stood there, unless it was empty."""
    folder = str(tmp_path)
    path = Path(ledger_path(folder, "bot"))
    path.write_bytes(data)
    assert read_ledger(folder, "bot") is None
    assert path.read_bytes() == data
    kept = write_ledger(folder, "bot", RECORD)
    assert (Path(kept).read_bytes() if kept else b"") == data
    assert write_ledger(folder, "bot", RECORD) is None
    assert read_ledger(folder, "bot") == RECORD


def test_a_folder_of_that_name_is_kept_aside_too(tmp_path: Path) -> None:
    """The private folder is ours: whatever is in the way in it is moved, not deleted."""
    (tmp_path / "bot.json" / "inside").mkdir(parents=True)
    kept = write_ledger(str(tmp_path), "bot", RECORD)
    assert kept is not None
    assert Path(kept, "inside").is_dir()
    assert read_ledger(str(tmp_path), "bot") == RECORD


def test_a_folder_deleted_meanwhile_is_made_again(tmp_path: Path) -> None:
    """Somebody cleaned up while we ran: the next write simply succeeds."""
    folder = tmp_path / ".vigie"
    write_ledger(str(folder), "bot", RECORD)
    (folder / "bot.json").unlink()
    folder.rmdir()
    write_ledger(str(folder), "bot", RECORD)
    assert read_ledger(str(folder), "bot") == RECORD


def test_a_full_disk_keeps_the_old_record(tiny_disk: Path, fill: Callable[[Path], Path]) -> None:
    """The failure is told and the old record can still be believed."""
    folder = str(tiny_disk)
    write_ledger(folder, "bot", RECORD)
    fill(tiny_disk)
    with pytest.raises(Failure) as raised:
        write_ledger(folder, "bot", {"pid": 1})
    assert raised.value.key == "record.disk-full"
    assert read_ledger(folder, "bot") == RECORD


@given(
    name=st.text(min_size=1, max_size=12)
    | st.sampled_from(["..", ".", "a/b", "a\\b", "C:x", "a b", "é", "a.damaged", "%41", "\x00"])
)
@settings(max_examples=200, deadline=None)
def test_no_name_leaves_the_folder(name: str) -> None:
    """Whatever a bot is called, its record is one plain file in the folder."""
    path = ledger_path("folder", name)
    assert os.path.dirname(path) == "folder"
    assert not set(os.path.basename(path).removesuffix(".json")) & set('./\\:*?"<>|\x00 ')


def test_two_names_never_share_a_record() -> None:
    """Encoding a name loses nothing of it."""
    names = ["a.b", "a%2Eb", "a b", "a/b", "ab", "a%b"]
    assert len({ledger_path("folder", name) for name in names}) == len(names)
