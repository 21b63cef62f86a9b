"""A descriptor that becomes readable when a process ends."""

from __future__ import annotations

import os
import select
import signal
import sys
from collections.abc import Callable

import pytest

from tests.engines.contract import SOON
from tests.engines.workshop import Workshop
from vigie.engines import exit_watch, posix_held
from vigie.engines.base import Exit, Identity

assert sys.platform != "win32"


WATCHES: list[Callable[[Identity], exit_watch.ExitWatch]] = [exit_watch.watch, exit_watch.ThreadWatch]


@pytest.mark.parametrize("watch", WATCHES)
def test_the_end_wakes_a_selector(
    workshop: Workshop, watch: Callable[[Identity], exit_watch.ExitWatch]
) -> None:
    """Silent while the process lives, readable from its end on, by the kernel and by the thread alike."""
    who = workshop.by_hand("sleeps")
    watching = watch(who)
    try:
        assert not watching.over()
        os.kill(who.pid, signal.SIGKILL)
        assert select.select([watching.fileno()], [], [], SOON)[0]
        assert watching.over()
        assert watching.over()
    finally:
        watching.close()


@pytest.mark.parametrize("watch", WATCHES)
def test_closing_twice_is_harmless(
    workshop: Workshop, watch: Callable[[Identity], exit_watch.ExitWatch]
) -> None:
    """The second close does not close somebody else's descriptor."""
    watching = watch(workshop.by_hand("sleeps"))
    watching.close()
    reading, writing = os.pipe()
    watching.close()
    os.close(reading)
    os.close(writing)


def test_who_is_gone_already_is_over_at_once(workshop: Workshop) -> None:
    """Watching begins too late: the news comes at once."""
    who = workshop.by_hand("sleeps")
    watching = exit_watch.watch(who._replace(pid=2**22 + 5))
    try:
        assert select.select([watching.fileno()], [], [], SOON)[0]
    finally:
        watching.close()


def test_the_kernels_way_is_used_where_there_is_one(workshop: Workshop) -> None:
    """On Linux and macOS no thread is spent."""
    watching = exit_watch.watch(workshop.by_hand("sleeps"))
    assert not isinstance(watching, exit_watch.ThreadWatch)
    watching.close()


def test_a_process_is_held_without_the_kernels_help(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On an old kernel or in a closed sandbox everything still works: signals, the end, how it ended."""

    def forbidden(pid: int) -> exit_watch.ExitWatch:
        raise PermissionError(pid)

    monkeypatch.setattr(exit_watch, "_by_kernel", forbidden)
    held = workshop.start("prints_signals", "2")
    assert isinstance(held, posix_held.PosixHeld)
    workshop.engine.ask_to_stop(held, "SIGINT")
    assert held.ended() is None
    workshop.engine.ask_to_stop(held, "SIGTERM")
    assert select.select([held.fileno()], [], [], SOON)[0]
    assert held.ended() == Exit(code=0)
    assert workshop.engine.remains(held, workshop.lock_path, True) == []
    held = workshop.start("leaves_grandchildren")
    workshop.clear(held)
    assert held.ended() == Exit(signal=9)
