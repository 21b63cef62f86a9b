"""Who decides: one at a time, proven by a lock; the card beside it is never proof."""

from __future__ import annotations

import errno
import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.waiting import until
from vigie.engines.file_lock import FileLock
from vigie.problems import Failure, Refusal
from vigie.records.private_file import write_failure
from vigie.runtime import decider as deciders
from vigie.runtime.decider import (
    Card,
    Decider,
    become_decider,
    busy,
    go_on_deciding,
    read_card,
    watching_monitor,
)
from vigie.runtime.place import Place


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """A project."""
    return Place(str(tmp_path))


@contextmanager
def deciding(place: Place, verb: str = "monitor", port: int = 0) -> Iterator[Decider]:
    """Decide for a while, with a door when ``port`` is given."""
    decider = become_decider(place, verb)
    assert isinstance(decider, Decider)
    try:
        if port:
            decider.leave_card(port, "token")
        yield decider
    finally:
        decider.release()


def test_the_first_one_decides_and_leaves_a_card(place: Place) -> None:
    """Who, for what, since when; private to the user, and gone afterwards."""
    with deciding(place, "start"):
        card = read_card(place)
        assert card is not None
        assert (card.pid, card.verb, card.port) == (os.getpid(), "start", 0)
        assert abs(card.since - time.time()) < 60
        if sys.platform != "win32":
            assert Path(place.decider_card).stat().st_mode & 0o077 == 0
    assert read_card(place) is None


def test_a_monitors_door_is_found(place: Place) -> None:
    """Whoever comes later gets the monitor's card instead of the lock, and status may look without waiting."""
    assert watching_monitor(place) is None
    with deciding(place, port=4711):
        card = become_decider(place, "stop")
        assert isinstance(card, Card)
        assert (card.port, card.token) == (4711, "token")
        assert watching_monitor(place) == card
    assert watching_monitor(place) is None


def test_a_short_command_is_waited_for_and_then_told_of(place: Place) -> None:
    """First patience, then a refusal that names it."""
    with deciding(place, "start"):
        assert watching_monitor(place) is None
        began = time.monotonic()
        with pytest.raises(Refusal) as refused:
            become_decider(place, "stop", patience=0.1)
        assert time.monotonic() - began >= 0.1
        assert refused.value.key == "runtime.busy"
        assert (refused.value.values["verb"], refused.value.values["pid"]) == ("start", os.getpid())


def test_a_short_command_that_ends_in_time_is_no_trouble(place: Place) -> None:
    """The next one decides as soon as the lock is free."""
    with deciding(place, "start") as first:
        threading.Timer(0.1, first.release).start()
        with deciding(place, "stop"):
            pass


@pytest.mark.parametrize(
    "card",
    [
        b"",
        b"garbage",
        b"\xff\xfe",
        b"[1, 2]",
        b'{"pid": "x", "verb": 1, "since": [], "port": 1, "token": ""}',
        b'{"pid": 1, "verb": "monitor", "since": 0, "port": "80", "token": ""}',
        b'{"unknown": 1}',
        b"[" * 4000,
    ],
)
def test_a_garbage_card_is_no_card(place: Place, card: bytes) -> None:
    """Nobody is believed to be there because of it, and the lock still tells the truth."""
    with deciding(place, port=4711):
        Path(place.decider_card).write_bytes(card)
        assert read_card(place) is None
        assert watching_monitor(place) is None
        with pytest.raises(Refusal) as refused:
            become_decider(place, "stop", patience=0.05)
        assert refused.value.key == "runtime.busy-unknown"


def test_a_dead_monitors_card_is_not_believed(place: Place) -> None:
    """It was killed: its card still lies there, its lock is free."""
    with deciding(place, port=4711):
        card = Path(place.decider_card).read_bytes()
    Path(place.decider_card).write_bytes(card)
    assert watching_monitor(place) is None
    with deciding(place, "start"):
        left = read_card(place)
        assert left is not None
        assert left.port == 0


def test_a_dead_monitors_card_is_not_believed_while_somebody_merely_looks(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever asks whether a monitor lives takes the lock for an instant: that is no monitor."""
    with deciding(place, port=4711):
        card = Path(place.decider_card).read_bytes()
    Path(place.decider_card).write_bytes(card)
    looking = FileLock(place.decider_lock)
    assert looking.acquire()
    acquire = FileLock.acquire
    tries: list[bool] = []

    def acquired(lock: FileLock) -> bool:
        tries.append(acquire(lock))
        looking.release()
        return tries[-1]

    monkeypatch.setattr(FileLock, "acquire", acquired)
    with deciding(place, "start"):
        assert tries == [False, True]


def test_a_killed_holder_leaves_the_lock_free(place: Place) -> None:
    """However it dies, the system lets go of it."""
    code = (
        "import sys, time; from vigie.runtime.decider import become_decider; "
        "from vigie.runtime.place import Place; d = become_decider(Place(sys.argv[1]), 'monitor'); "
        "d.leave_card(5, 't'); print('ready', flush=True); time.sleep(600)"
    )
    holder = subprocess.Popen([sys.executable, "-c", code, place.root], stdout=subprocess.PIPE, text=True)
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "ready\n"
        card = watching_monitor(place)
        assert card is not None
        assert card.pid == holder.pid
        holder.kill()
        holder.wait()
        with deciding(place, "start"):
            pass
    finally:
        holder.kill()
        holder.wait()
        if holder.stdout is not None:
            holder.stdout.close()


def test_a_lock_that_cannot_be_opened_is_a_clear_failure(place: Place) -> None:
    """A folder bears its name."""
    Path(place.decider_lock).mkdir(parents=True)
    with pytest.raises(Failure) as failed:
        become_decider(place, "start")
    assert failed.value.key == "record.is-a-folder"
    Path(place.decider_card).write_text(json.dumps(Card(1, "monitor", 0.0, 5, "x")._asdict()))
    assert watching_monitor(place) is None


def test_a_card_that_cannot_be_written_leaves_the_lock_free(place: Place) -> None:
    """A short command goes on without it, a monitor's door cannot; and the next one is not kept out."""
    in_the_way = Path(place.decider_card) / "in the way"
    in_the_way.mkdir(parents=True)
    decider = become_decider(place, "stop")
    assert isinstance(decider, Decider)
    with pytest.raises(Failure) as failed:
        decider.leave_card(4711, "token")
    assert failed.value.key == "record.is-a-folder"
    decider.release()
    in_the_way.rmdir()
    in_the_way.parent.rmdir()
    with deciding(place, "start"):
        pass


def test_who_is_at_work_can_always_be_told() -> None:
    """With a card and without."""
    assert busy(None).key == "runtime.busy-unknown"
    assert busy(Card(5, "stop", 0.0)).values["pid"] == 5


@pytest.mark.skipif(sys.platform == "win32", reason="open files cannot be removed there")
def test_a_monitor_whose_folder_was_removed_is_found_again(place: Place) -> None:
    """It takes the new lock and leaves its card once more, before anybody else can decide as well."""
    with deciding(place, port=4711) as decider:
        assert decider.keep()
        Path(place.decider_card).write_bytes(b"garbage")
        assert decider.keep()
        assert watching_monitor(place) is not None
        shutil.rmtree(place.private)
        assert watching_monitor(place) is None
        assert decider.keep()
        assert watching_monitor(place) is not None
        assert isinstance(become_decider(place, "stop"), Card)
    with deciding(place, "start"):
        pass


@pytest.mark.skipif(sys.platform == "win32", reason="open files cannot be removed there")
def test_a_monitor_that_was_replaced_meanwhile_knows_it(place: Place) -> None:
    """Its folder was removed and somebody else decides now: it must leave, and take nothing of theirs away."""
    with deciding(place, port=4711) as first:
        shutil.rmtree(place.private)
        with deciding(place, "start"):
            assert not first.keep()
            first.release()
            card = read_card(place)
            assert card is not None
            assert card.verb == "start"
            assert not FileLock(place.decider_lock).acquire()


@pytest.mark.skipif(sys.platform == "win32", reason="open files cannot be removed there")
def test_a_lock_that_cannot_be_taken_again_keeps_everybody_out(place: Place) -> None:
    """Something else stands in its place: the monitor goes on, since nobody else can decide either."""
    with deciding(place, port=4711) as decider:
        shutil.rmtree(place.private)
        Path(place.decider_lock).mkdir(parents=True)
        assert decider.keep()
        with pytest.raises(Failure):
            become_decider(place, "start")


@pytest.mark.skipif(sys.platform == "win32", reason="open files cannot be moved there")
def test_a_project_that_was_moved_leaves_nothing_behind(tmp_path: Path) -> None:
    """The monitor goes on; no folder of the old name comes back."""
    folder = tmp_path / "project"
    folder.mkdir()
    with deciding(Place(str(folder)), port=4711) as decider:
        folder.rename(tmp_path / "elsewhere")
        assert decider.keep()
        assert not folder.exists()


def test_many_at_once_decide_one_after_the_other(place: Place) -> None:
    """Threads that all want it: never two inside."""
    inside: list[int] = []
    most: list[int] = []

    def work() -> None:
        for _ in range(5):
            decider = become_decider(place, "start", patience=30.0)
            assert isinstance(decider, Decider)
            inside.append(1)
            most.append(len(inside))
            inside.pop()
            decider.release()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    until(lambda: len(most) == 20)
    assert max(most) == 1


def test_a_full_disk_keeps_no_monitor_from_opening_its_door(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The bot that filled it may crash as well: the card is written as soon as there is room."""
    write = deciders.replace_whole

    def full(path: str, _data: bytes, **_named: object) -> None:
        raise write_failure(path, OSError(errno.ENOSPC, "No space left on device"))

    monkeypatch.setattr(deciders, "replace_whole", full)
    with deciding(place, port=4711) as decider:
        assert watching_monitor(place) is None
        assert decider.keep()
        monkeypatch.setattr(deciders, "replace_whole", write)
        assert decider.keep()
        card = watching_monitor(place)
        assert card is not None
        assert card.port == 4711


def test_a_card_that_is_gone_already_is_no_trouble(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody clears the folder in the very instant in which we leave: the lock is free all the same."""
    decider = become_decider(place, "start")
    assert isinstance(decider, Decider)
    read = deciders.read_card

    def read_and_cleared(where: Place) -> Card | None:
        card = read(where)
        os.unlink(where.decider_card)
        return card

    monkeypatch.setattr(deciders, "read_card", read_and_cleared)
    decider.release()
    monkeypatch.undo()
    with deciding(place, "stop"):
        pass


def test_a_command_that_is_interrupted_while_it_leaves_its_card_keeps_nobody_out(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C between the lock and the card."""

    def interrupted(*_words: object, **_named: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(deciders, "replace_whole", interrupted)
    with pytest.raises(KeyboardInterrupt):
        become_decider(place, "start")
    monkeypatch.undo()
    with deciding(place, "stop"):
        pass


@pytest.mark.skipif(sys.platform == "win32", reason="no program takes another's place there")
def test_the_next_program_goes_on_deciding_without_a_gap(place: Place) -> None:
    """It has the lock by its number and the card as it was; nobody could have come in between."""
    first = become_decider(place, "monitor")
    assert isinstance(first, Decider)
    first.leave_card(4711, "token")
    handed = json.loads(json.dumps(first.handed_on()))
    assert first.descriptors() == [handed["lock"]]
    card = read_card(place)
    # as for a program that takes our place: the descriptor stays, whoever held it is forgotten
    second = go_on_deciding(place, handed["lock"], handed["card"])
    assert read_card(place) == card
    assert isinstance(become_decider(place, "stop"), Card)
    assert second.keep()
    second.release()
    assert read_card(place) is None
    with deciding(place, "start"):
        pass


@pytest.mark.parametrize("card", [None, "x", {"pid": "x", "verb": "monitor", "since": 0.0}])
def test_what_is_no_card_is_not_gone_on_with(place: Place, card: object) -> None:
    """The hand-over is not believed, and its number is left alone."""
    reading, writing = os.pipe()
    with pytest.raises(ValueError, match=r".*"):
        go_on_deciding(place, reading, card)
    os.close(reading)
    os.close(writing)


@pytest.mark.skipif(sys.platform == "win32", reason="named pipes are files elsewhere")
def test_a_pipe_in_the_place_of_the_card_is_no_card(tmp_path: Path) -> None:
    """Opening it would wait for ever for somebody to write."""
    place = Place(str(tmp_path))
    os.makedirs(place.private)
    os.mkfifo(place.decider_card)
    assert read_card(place) is None
