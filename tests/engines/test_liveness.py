"""A known process is told from one that has gone and from a stranger with its number."""

from __future__ import annotations

import os
import subprocess
import sys

from vigie.engines import local_engine
from vigie.engines.liveness import lives


def test_we_live_and_a_stranger_with_our_number_does_not() -> None:
    """Number, start and boot must all agree."""
    itself = local_engine().identify(os.getpid())
    assert itself is not None
    assert lives(itself)
    assert not lives(itself._replace(started=itself.started + 1))


def test_a_process_that_has_ended_does_not_live() -> None:
    """Gone is gone, though its number is still known."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        known = local_engine().identify(child.pid)
        assert known is not None
        assert lives(known)
        child.communicate(b"\n")
    assert not lives(known)
