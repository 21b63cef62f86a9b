"""A bot that was taken over is watched as closely as one that was launched: its end is noticed as fast."""

from __future__ import annotations

import os
import re
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.waiting import patient, until

if sys.platform != "win32":
    from tests.faults.watched import Watched

assert sys.platform != "win32"  # mypy skips the rest there


pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="what lives is read from /proc"),
]

AT_ONCE = 5.0
"""Seconds within which an end must be answered. The next check is an hour away; what is measured is
some milliseconds, the rest is patience with a busy machine."""


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    """One bot, ended afterwards."""
    watched = Watched(tmp_path, tmp_path / "home")
    yield watched
    watched.clear()


@pytest.mark.parametrize(
    ("last_words", "code", "number"), [("die 2500 7", 7, None), ("die 2500 -11", None, 11)]
)
def test_the_end_of_an_adopted_bot_is_noticed_as_that_of_an_own_child(
    watched: Watched, last_words: str, code: int | None, number: int | None
) -> None:
    """How it ended is known exactly in both cases, and the new copy comes at once, long before the next check."""
    watched.bot.mode(last_words)
    watched.watch()
    own = watched.online()
    watched.bot.mode(last_words)
    as_own_child = watched.answered_after(own)
    adopted = watched.online(other_than=own)
    watched.kill_monitor()
    watched.bot.mode("ok")
    watched.watch()
    until(lambda: re.search(rf"taken over \(PID {adopted}\)", watched.said()), 60.0, "taken over")
    as_adopted = watched.answered_after(adopted)
    print(f"own child: {as_own_child * 1000:.0f} ms, adopted: {as_adopted * 1000:.0f} ms")
    assert as_own_child < patient(AT_ONCE)
    assert as_adopted < patient(AT_ONCE)
    ends = [watched.end_of(pid) for pid in (own, adopted)]
    assert (ends[0]["code"], ends[0]["signal"]) == (code, number)
    if kernel_tells():
        assert (ends[1]["code"], ends[1]["signal"]) == (code, number)


def kernel_tells() -> bool:
    """Whether the kernel tells how somebody else's child ended: Linux 6.15 and later (PIDFD_INFO_EXIT)."""
    major, minor = re.findall(r"\d+", os.uname().release)[:2]
    return (int(major), int(minor)) >= (6, 15)


def test_the_test_sees_how_a_signal_ends_a_bot(watched: Watched) -> None:
    """The bot's own account and the history agree on a copy that is asked to go by somebody else."""
    watched.watch()
    pid = watched.online()
    os.kill(pid, signal.SIGTERM)
    assert watched.answered_after(pid) < patient(AT_ONCE)
    assert watched.end_of(pid)["code"] == 0
