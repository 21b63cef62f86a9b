"""Naming what a kill has not ended."""

from __future__ import annotations

import os
import sys

import pytest

from tests.engines.workshop import Workshop
from vigie.engines.base import Resisting
from vigie.engines.resisting import describe, doomed, who_resists
from vigie.engines.signal_names import signal_in_words


def test_the_living_are_named_and_the_dead_are_not(workshop: Workshop) -> None:
    """A process that runs is no prisoner of the kernel; a number that nobody bears is passed over."""
    who = workshop.by_hand("sleeps")
    assert [(one.pid, one.stuck) for one in describe([who.pid, 2**22 + 1])] == [(who.pid, False)]
    assert not doomed(who.pid)
    assert not doomed(2**22 + 1)


@pytest.mark.skipif(sys.platform != "linux", reason="a program names itself through /proc there")
def test_a_name_that_would_upset_a_terminal_is_shown_harmlessly() -> None:
    """A program may call itself anything, escape sequences and parentheses included."""
    with open("/proc/self/comm", "rb") as file:
        before = file.read()
    try:
        with open("/proc/self/comm", "wb") as file:
            file.write(b"\x1b[31m) D 1 (")
        (one,) = describe([os.getpid()])
    finally:
        with open("/proc/self/comm", "wb") as file:
            file.write(before.strip())
    assert one == Resisting(os.getpid(), "?[31m) D 1 (", False)


def test_who_is_stuck_is_told_before_all_others() -> None:
    """With a stuck one the rest is no news: it is what all wait for."""
    calm, stuck = Resisting(1, "calm", False), Resisting(2, "stuck", True)
    assert who_resists([calm, stuck]) == ("stuck", "stuck (PID 2)")
    assert who_resists([calm]) == ("leftovers", "calm (PID 1)")
    assert who_resists([]) == ("leftovers", "?")


def test_a_signal_is_named_where_it_has_a_name() -> None:
    """The number stays, for whoever looks it up."""
    assert signal_in_words(15) == "15 (SIGTERM)"
    assert signal_in_words(9999) == "9999"
