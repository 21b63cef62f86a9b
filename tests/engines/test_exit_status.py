"""How a process ended."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from tests.engines.workshop import Workshop
from tests.waiting import until
from vigie.engines import exit_status
from vigie.engines import identity as identities
from vigie.engines.base import Exit

assert sys.platform != "win32"


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (0, Exit(code=0)),
        (1 << 8, Exit(code=1)),
        (255 << 8, Exit(code=255)),
        (signal.SIGKILL, Exit(signal=9)),
        (signal.SIGSEGV | 0x80, Exit(signal=11)),
    ],
)
def test_a_status_is_understood(status: int, expected: Exit) -> None:
    """Code or signal, with or without a core dump (wait(2))."""
    assert exit_status.decode(status) == expected


def test_only_our_own_child_is_reaped() -> None:
    """A number that is no child of ours is not waited for."""
    assert exit_status.of_child(os.getppid()) is None
    assert exit_status.of_child(2**22 + 5) is None


if sys.platform == "linux":

    def test_a_child_reaped_by_somebody_else_is_remembered_by_the_kernel(workshop: Workshop) -> None:
        """Another part of the program waited for it first: Linux 6.15 still tells, older ones do not."""
        child = subprocess.Popen([sys.executable, "-c", "raise SystemExit(7)"])
        pidfd = os.pidfd_open(child.pid)
        try:
            until(lambda: identities.identify(child.pid) is None, what="it is a zombie")
            assert exit_status.of_stranger(pidfd) == exit_status.UNKNOWN
            assert child.wait() == 7
            assert exit_status.of_pidfd_child(pidfd) is None
            release = tuple(int(part) for part in os.uname().release.split(".")[:2])
            assert exit_status.of_stranger(pidfd) == (
                Exit(code=7) if release >= (6, 15) else exit_status.UNKNOWN
            )
        finally:
            os.close(pidfd)


if sys.platform == "linux":

    def test_how_an_unreaped_process_ended_can_be_read_by_anybody() -> None:
        """By its number and its start, as long as its parent has not reaped it; nothing is said of a living one."""
        program = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
        try:
            who = identities.identify(program.pid)
            assert who is not None
            assert exit_status.of_zombie(who) is None
            program.kill()
            assert until(lambda: exit_status.of_zombie(who)) == Exit(signal=9)
            assert exit_status.of_zombie(who._replace(started=who.started - 1)) is None
        finally:
            program.kill()
            program.wait()
        assert exit_status.of_zombie(who) is None
