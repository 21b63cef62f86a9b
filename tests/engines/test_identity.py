"""Who a process is, for ever."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.engines.workshop import Workshop
from tests.waiting import until
from vigie.engines import identity as identities
from vigie.engines.base import Identity

assert sys.platform != "win32"


def test_we_know_ourselves_and_others_agree() -> None:
    """Another process gives us the same identity as we do."""
    me = identities.identify(os.getpid())
    assert me is not None
    asks = "import sys; from vigie.engines import identity; print(*identity.identify(int(sys.argv[1])))"
    answer = subprocess.run(
        [sys.executable, "-c", asks, str(os.getpid())], capture_output=True, text=True, check=True
    ).stdout.split()
    assert me == Identity(int(answer[0]), int(answer[1]), answer[2] if len(answer) > 2 else "")


@pytest.mark.parametrize("pid", [0, -1, -12345, 2**40])
def test_a_number_no_process_can_have_is_nobody(pid: int) -> None:
    """Zero, negative and impossible numbers, as a damaged status file may hold, are nobody."""
    assert identities.identify(pid) is None


def test_a_zombie_is_nobody(workshop: Workshop) -> None:
    """It has ended; only its parent has not noticed."""
    child = subprocess.Popen([sys.executable, "-c", ""])
    until(lambda: identities.identify(child.pid) is None, what="it is a zombie")
    assert child.wait() == 0


def test_two_processes_are_two(workshop: Workshop) -> None:
    """Different processes have different identities, of the same boot."""
    first, second = workshop.by_hand("sleeps"), workshop.by_hand("sleeps")
    assert first.pid != second.pid
    assert first.boot == second.boot == identities.boot_id()
    assert identities.lives(first)
    assert not identities.gone(first)
    assert identities.gone(first._replace(started=first.started - 1))


def test_now_is_on_the_scale_of_start_times(workshop: Workshop) -> None:
    """A process started between two looks at the clock started between them, within a tick."""
    before = identities.now()
    who = workshop.by_hand("sleeps")
    assert before - 1 <= who.started <= identities.now() + 1


@pytest.mark.skipif(sys.platform != "linux", reason="macOS start times are absolute")
def test_a_boot_has_an_id() -> None:
    """After a reboot start times repeat; the boot id tells them apart."""
    assert len(identities.boot_id()) == 36
