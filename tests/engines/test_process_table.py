"""Reading the kernel's table of processes."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.engines.workshop import Workshop
from tests.waiting import until
from vigie.engines import process_table

assert sys.platform != "win32"

LINE = b"123 (%s) S 7 8 9 0 -1 4194560 1 0 0 0 1 1 0 0 20 0 1 0 55501 1 1 184\n"


@pytest.mark.parametrize("name", [b"bot", b"", b"a b", b") R 1 2 3 (", b"))", b"\xff\n", b"(sd-pam"])
def test_a_program_may_call_itself_anything(name: bytes) -> None:
    """Parentheses, spaces and nonsense in a program's name do not shift the fields behind it."""
    row = process_table.parse_stat(123, LINE % name)
    assert row == process_table.Row(123, parent=7, group=8, session=9, started=55501, over=False)


@pytest.mark.parametrize(
    ("state", "over"), [(b"R", False), (b"D", False), (b"T", False), (b"Z", True), (b"X", True)]
)
def test_a_zombie_is_over(state: bytes, over: bool) -> None:
    """Stopped and stuck processes live; zombies and the dead do not."""
    line = (LINE % b"bot").replace(b") S ", b") " + state + b" ")
    assert process_table.parse_stat(123, line).over is over


def test_we_find_ourselves_in_the_table() -> None:
    """Our own row tells what the system calls tell."""
    row = process_table.rows()[os.getpid()]
    assert row == process_table.row(os.getpid())
    assert (row.parent, row.group, row.session) == (os.getppid(), os.getpgrp(), os.getsid(0))
    assert not row.over


def test_nobody_has_no_row() -> None:
    """A number without a process has no row."""
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    assert process_table.row(child.pid) is None


def test_our_zombie_is_seen_as_one(workshop: Workshop) -> None:
    """A child that ended and was not waited for is over, and still has its start time."""
    child = subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE)
    try:
        before = process_table.row(child.pid)
        assert before is not None
        child.kill()
        after = until(
            lambda: process_table.row(child.pid) not in (None, before) and process_table.row(child.pid)
        )
        assert after == before._replace(over=True)
    finally:
        child.communicate()


def test_psutil_tells_the_same_family(workshop: Workshop) -> None:
    """Where psutil is asked instead of /proc (macOS), parents, groups and sessions are the same."""
    held = workshop.start("leaves_grandchildren")
    mine = {pid: row for pid, row in process_table.rows().items() if row.session == held.identity.pid}
    theirs = process_table.rows_by_psutil()
    assert len(mine) == 3
    for pid, row in mine.items():
        assert theirs[pid]._replace(started=row.started) == row
    assert process_table.row_by_psutil(held.identity.pid) == theirs[held.identity.pid]


def test_our_ancestors_end_with_the_first_process() -> None:
    """They begin with our parent."""
    found = process_table.ancestors(os.getpid())
    assert found[0] == os.getppid()
    assert os.getpid() not in found
    assert len(found) == len(set(found))
