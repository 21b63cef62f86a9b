"""After a power cut at any moment: no half file is believed, and no counted restart is forgotten."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.faults.disk import Disk
from vigie.records.history import History
from vigie.records.ledger import ledger_path, read_ledger, write_ledger
from vigie.records.private_file import replace_whole
from vigie.records.status_file import read_status, write_status

NAME = "bot_status.json"


def put(path: str, content: bytes | None) -> None:
    """Let the file hold this, or be gone."""
    if content is None:
        Path(path).unlink(missing_ok=True)
    else:
        Path(path).write_bytes(content)


def write_some(folder: str, lasting: bool, durable: bool = True) -> None:
    """Write some versions of the status file, with a restart more in each."""
    for count in range(3):
        face = {"bot": {"restart_count": count, "pid": 100 + count}}
        write_status(os.path.join(folder, NAME), face, True, 5.0, durable=durable, lasting=lasting)


def counts_after(disk: Disk, folder: str) -> set[tuple[str | None, int]]:
    """Every damage and restart count that a power cut may leave, in a folder of its own."""
    found = set()
    path = os.path.join(folder, NAME)
    for _where, files in disk.states((NAME,)):
        put(path, files[NAME])
        told = read_status(path)
        found.add((told.damaged, int(str(told.of("bot")["restart_count"]))))
    return found


@pytest.mark.parametrize("lasting", [True, False])
def test_the_status_file_is_always_a_whole_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lasting: bool
) -> None:
    """Old or new or not yet there: nothing else, at whatever call the power fails."""
    folder, after = tmp_path / "before", tmp_path / "after"
    folder.mkdir()
    after.mkdir()
    disk = Disk(str(folder))
    with disk.recording(monkeypatch):
        write_some(str(folder), lasting)
    assert len(disk.cuts) >= 3 * 4
    assert counts_after(disk, str(after)) == {(None, 0), (None, 1), (None, 2)}


def test_a_restart_that_was_counted_stays_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once a lasting write has returned, no power cut brings the file before it back."""
    disk = Disk(str(tmp_path))
    with disk.recording(monkeypatch):
        write_some(str(tmp_path), lasting=True)
        done = len(disk.cuts)
        write_status(str(tmp_path / NAME), {"bot": {"restart_count": 3}}, True, 6.0, lasting=False)
    disk.cuts = disk.cuts[done - 1 :]
    after = tmp_path / "after"
    after.mkdir()
    assert counts_after(disk, str(after)) == {(None, 2), (None, 3)}


def test_the_disk_of_these_tests_sees_a_missing_sync(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without waiting for the data, a power cut leaves an empty, a torn and a zeroed file."""
    disk = Disk(str(tmp_path))
    with disk.recording(monkeypatch):
        write_some(str(tmp_path), lasting=False, durable=False)
    after = tmp_path / "after"
    after.mkdir()
    damages = {damage for damage, _ in counts_after(disk, str(after))}
    assert damages > {None, "record.damaged-empty"}


def test_a_ledger_is_believed_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not waited for: what a power cut leaves may be nothing, but never something that was not written."""
    folder, after = str(tmp_path / "before"), str(tmp_path / "after")
    os.mkdir(folder)
    os.mkdir(after)
    written: list[dict[str, Any] | None] = [{"deaths": count, "pid": 2**20 + count} for count in range(3)]
    disk = Disk(folder)
    with disk.recording(monkeypatch):
        for record in written:
            assert record is not None
            write_ledger(folder, "bot", record)
    believed = []
    path = ledger_path(after, "bot")
    for _where, files in disk.states(("bot.json",)):
        put(path, files["bot.json"])
        found = read_ledger(after, "bot")
        believed.append(found)
        assert found in [*written, None]
        write_ledger(after, "bot", {"next": 1})  # whatever stood there is no obstacle
        assert read_ledger(after, "bot") == {"next": 1}
    assert None in believed


def test_the_settings_of_a_write_are_what_they_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two waits for the disk, one, or none: each costs some milliseconds within the loop."""
    synced: list[int] = []
    monkeypatch.setattr(os, "fsync", synced.append)
    for durable, lasting, waits in ((True, True, 2), (True, False, 1), (False, True, 0), (False, False, 0)):
        synced.clear()
        replace_whole(str(tmp_path / "file"), b"x", durable=durable, lasting=lasting)
        assert len(synced) == waits


def test_a_history_that_lost_its_last_moments_still_opens(tmp_path: Path) -> None:
    """Its log cut, torn or zeroed at any place: the events before are there, and the next one is written."""
    whole, torn = tmp_path / "whole", tmp_path / "torn"
    whole.mkdir()
    history = History(str(whole / "history.db"))
    try:
        for number in range(8):
            assert history.add(float(number), "bot", "crashed", {"number": number}) is None
        log = (whole / "history.db-wal").read_bytes()
        for place in range(0, len(log) + 1, 2777):
            for rest in (b"", bytes(len(log) - place), os.urandom(min(len(log) - place, 700))):
                shutil.rmtree(torn, ignore_errors=True)
                torn.mkdir()
                shutil.copy(whole / "history.db", torn)
                (torn / "history.db-wal").write_bytes(log[:place] + rest)
                again = History(str(torn / "history.db"))
                told = [event.values["number"] for event in reversed(again.events())]
                assert told == list(range(len(told)))
                assert again.add(9.0, "bot", "crashed", {"number": 99}) is None
                assert again.events(limit=1)[0].values == {"number": 99}
                assert again.close() is None
                assert not [name for name in os.listdir(torn) if "damaged" in name]
    finally:
        history.close()


def test_a_status_file_is_json_for_everybody(tmp_path: Path) -> None:
    """The same versions, read with nothing of ours."""
    write_some(str(tmp_path), lasting=True)
    assert json.loads((tmp_path / NAME).read_text())["restart_count"] == 2
