"""A monitor's lines are said by somebody who can be kept waiting without harm."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from vigie.cli import teller as telling
from vigie.cli.teller import MOST_UNSAID, Teller


class Ear:
    """Hears lines; as long as it is blocked, whoever speaks waits."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.free = threading.Event()
        self.free.set()
        self.by: set[str] = set()

    def __call__(self, _tag: str, key: str, _values: Mapping[str, object]) -> None:
        self.free.wait(30)
        self.by.add(threading.current_thread().name)
        self.lines.append(key)


@pytest.fixture
def ear(monkeypatch: pytest.MonkeyPatch) -> Ear:
    """Somebody to speak to, who may keep one waiting."""
    monkeypatch.setattr(telling, "_may_wait", lambda: True)
    return Ear()


def test_all_lines_are_said_in_order_before_the_end(ear: Ear) -> None:
    """By another thread."""
    with Teller(ear) as teller:
        for number in range(100):
            teller("INFO", str(number), {})
    assert ear.lines == [str(number) for number in range(100)]
    assert ear.by == {"teller"}
    assert not teller.stuck


def test_nobody_who_reads_can_hold_the_monitor_up(ear: Ear, monkeypatch: pytest.MonkeyPatch) -> None:
    """Far more lines than are kept: each is handed over at once, and leaving does not wait for ever."""
    monkeypatch.setattr(telling, "LAST_WORDS", 0.05)
    ear.free.clear()
    began = time.monotonic()
    with Teller(ear) as teller:
        for number in range(3 * MOST_UNSAID):
            teller("INFO", str(number), {})
    assert time.monotonic() - began < 5.0
    assert teller.stuck
    ear.free.set()
    assert teller._thread is not None
    teller._thread.join(10)
    assert len(ear.lines) <= MOST_UNSAID + 2
    assert ear.lines[-1] == str(3 * MOST_UNSAID - 1)


def test_a_plain_file_is_written_to_directly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It cannot keep anybody waiting: no thread is needed. Nor without any output at all."""
    ear = Ear()
    with open(tmp_path / "out", "w", encoding="utf-8") as file:
        monkeypatch.setattr(sys, "stdout", file)
        with Teller(ear) as teller:
            teller("INFO", "said", {})
            assert ear.lines == ["said"]
    assert ear.by == {threading.current_thread().name}
    for nothing in (None, object()):
        monkeypatch.setattr(sys, "stdout", nothing)
        assert not telling._may_wait()


def test_a_pipe_may_keep_one_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever reads it, or does not."""
    reading, writing = os.pipe()
    with open(reading, "rb"), open(writing, "w", encoding="utf-8") as file:
        monkeypatch.setattr(sys, "stdout", file)
        assert telling._may_wait()
