"""Signals around a launch."""

from __future__ import annotations

import os
import signal
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from vigie.engines import clean_signals

assert sys.platform != "win32"


def test_a_ctrl_c_waits_until_the_end() -> None:
    """What was begun is finished before KeyboardInterrupt is seen."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    finished = False
    try:
        with pytest.raises(KeyboardInterrupt):
            with clean_signals.ctrl_c_waits():
                os.kill(os.getpid(), signal.SIGINT)
                finished = True
        assert finished
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    finally:
        signal.signal(signal.SIGINT, before)


def test_a_handler_of_somebody_elses_is_left_alone() -> None:
    """Who handles Ctrl-C himself hears of it at once."""
    heard: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _: heard.append(number))
    try:
        with clean_signals.ctrl_c_waits():
            signal.raise_signal(signal.SIGINT)
            assert heard == [signal.SIGINT]
    finally:
        signal.signal(signal.SIGINT, before)


def test_an_ignored_signal_is_ignored_again_and_does_no_harm_meanwhile() -> None:
    """One that comes while programs start is swallowed, as before and after."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with clean_signals.defaults():
            assert signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN
            os.kill(os.getpid(), signal.SIGHUP)
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)


def test_other_threads_change_nothing() -> None:
    """Only the main thread may change dispositions; elsewhere nothing is tried."""

    def seen_inside() -> object:
        with clean_signals.ctrl_c_waits(), clean_signals.defaults():
            return signal.getsignal(signal.SIGHUP)

    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with ThreadPoolExecutor(1) as pool:
            assert pool.submit(seen_inside).result() is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)


def test_an_inherited_deafness_to_our_children_is_undone() -> None:
    """With SIGCHLD ignored the kernel would throw away how they ended."""
    before = signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    try:
        clean_signals.hear_of_children()
        assert signal.getsignal(signal.SIGCHLD) is signal.SIG_DFL
    finally:
        signal.signal(signal.SIGCHLD, before)
