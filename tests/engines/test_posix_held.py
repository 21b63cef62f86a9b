"""One process held on POSIX."""

from __future__ import annotations

import os
import signal
import sys

import pytest

from tests.engines.contract import how_it_ended
from tests.engines.workshop import Workshop
from tests.waiting import until
from vigie.engines import posix_held

assert sys.platform != "win32"


def own(held: object) -> posix_held.PosixHeld:
    """Look behind the promise."""
    assert isinstance(held, posix_held.PosixHeld)
    return held


def left_behind(workshop: Workshop) -> int:
    """Return the number of the one descendant that scatters.py announced."""
    (line,) = [line for line in workshop.said().splitlines() if " " in line]
    return workshop.known(int(line.split()[1])).pid


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere only groups are seen at a glance")
@pytest.mark.parametrize("way", ["plain", "group"])
def test_a_number_is_in_use_while_group_or_session_bears_it(workshop: Workshop, way: str) -> None:
    """One look tells that a member of its group, or only of its session, is left."""
    held = own(workshop.start("scatters", way))
    left = left_behind(workshop)
    workshop.crash(held)
    how_it_ended(held)
    assert held.number_in_use()
    os.kill(left, signal.SIGKILL)
    until(lambda: not held.number_in_use(), what="the number is free")


def test_a_number_is_in_use_while_it_lives_and_free_after(workshop: Workshop) -> None:
    """The process itself bears it, zombie included."""
    held = own(workshop.start("sleeps"))
    assert held.number_in_use()
    workshop.crash(held)
    until(held.over, what="it has ended")
    assert held.number_in_use()
    how_it_ended(held)
    assert not held.number_in_use()


def test_signals_reach_the_group_after_its_leader(workshop: Workshop) -> None:
    """Where the kernel can tell the old group from a new one (Linux 6.9), its leader need not live."""
    held = own(workshop.start("scatters", "plain"))
    left = left_behind(workshop)
    assert held.send_to_group(0)
    workshop.crash(held)
    how_it_ended(held)
    if held.send_to_group(signal.SIGKILL):
        until(workshop.gone(left), what="the member is gone")
    until(lambda: not held.send_to_group(0), what="nobody is left in the group")


def test_signals_after_the_end_reach_nobody(workshop: Workshop) -> None:
    """Ended or let go: nothing is sent, nothing raised."""
    held = own(workshop.start("sleeps"))
    workshop.clear(held)
    how_it_ended(held)
    held.send(signal.SIGTERM)
    assert not held.send_to_group(signal.SIGTERM)
    held.close()
    held.send(signal.SIGTERM)
    assert not held.send_to_group(signal.SIGTERM)
    assert held.ended() is not None


def test_what_ended_before_it_was_let_go_stays_known(workshop: Workshop) -> None:
    """After close no more is learnt, and nothing is forgotten."""
    held = own(workshop.launch(workshop.plan("dies_at_once", "4")))
    end = how_it_ended(held)
    held.close()
    assert held.ended() == end
    assert held.over()
