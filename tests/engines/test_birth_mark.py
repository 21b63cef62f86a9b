"""The mark that a bot's processes are born with."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.engines.workshop import Workshop, child
from vigie.engines import birth_mark, process_table
from vigie.engines import identity as identities

assert sys.platform != "win32"


def born(workshop: Workshop, environment: dict[str, str]) -> int:
    """Start a process with this environment and return its number."""
    process = subprocess.Popen(
        [sys.executable, child("sleeps")],
        env={**os.environ, **environment},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    workshop.started.append(process)
    return process.pid


def seen(lock_path: str) -> set[int]:
    """Return the numbers of the carriers of this lock's mark."""
    marked = birth_mark.MarkedProcesses()
    marked.look()
    return {who.pid for who in marked.of(lock_path)}


@pytest.mark.parametrize("lock_path", ["/bots/echo.lock", "/bots/a:b é\udcff'\".lock", "/" + "x" * 250])
def test_a_mark_is_read_as_it_was_made(lock_path: str) -> None:
    """Colons, accents, undecodable bytes in a path survive the way through an environment."""
    mark = birth_mark.new_mark(lock_path)
    assert birth_mark.parse(str(mark)) == mark


def test_two_launches_have_two_marks() -> None:
    """What an earlier launch left can be told from what runs now."""
    first = birth_mark.new_mark("/a")
    assert all(birth_mark.new_mark("/a") != first for _ in range(3) if identities.now())


def test_only_this_bots_carriers_are_found(workshop: Workshop) -> None:
    """Other bots' processes, and those with a mark of another folder beginning alike, are not meant."""
    mark = birth_mark.new_mark(workshop.lock_path)
    other = birth_mark.new_mark(workshop.lock_path + "2")
    ours = born(workshop, {birth_mark.VARIABLE: str(mark)})
    born(workshop, {birth_mark.VARIABLE: str(other)})
    born(workshop, {"X" + birth_mark.VARIABLE: str(mark), "Y": f"{birth_mark.VARIABLE}={mark}"})
    assert seen(workshop.lock_path) == {ours}
    assert birth_mark.mark_of(ours) == mark


def test_a_carrier_is_found_at_the_very_moment_it_begins(workshop: Workshop) -> None:
    """In the middle of exec a process has no environment for a moment; it is not taken for unmarked."""
    for _ in range(30):
        mark = birth_mark.new_mark(workshop.lock_path)
        pid = born(workshop, {birth_mark.VARIABLE: str(mark)})
        assert pid in seen(workshop.lock_path)


def test_an_environment_may_be_long(workshop: Workshop) -> None:
    """The mark is found behind a hundred kilobytes of other variables."""
    environment = {f"LONG{number}": "x" * 20_000 for number in range(5)}
    pid = born(workshop, {**environment, birth_mark.VARIABLE: str(birth_mark.new_mark(workshop.lock_path))})
    assert seen(workshop.lock_path) == {pid}


def test_the_dead_are_no_carriers(workshop: Workshop) -> None:
    """Zombies and the gone are not told, although they were seen at the last look."""
    mark = birth_mark.new_mark(workshop.lock_path)
    pid = born(workshop, {birth_mark.VARIABLE: str(mark)})
    marked = birth_mark.MarkedProcesses()
    marked.look()
    assert {who.pid for who in marked.of(workshop.lock_path)} == {pid}
    (process,) = workshop.started
    process.kill()
    process.wait()
    assert marked.of(workshop.lock_path) == {}
    marked.look()
    assert marked.of(workshop.lock_path) == {}


def test_a_later_look_finds_the_newly_born(workshop: Workshop) -> None:
    """What is known already is not read again, what is new is."""
    marked = birth_mark.MarkedProcesses()
    mark = birth_mark.new_mark(workshop.lock_path)
    expected: set[int] = set()
    for _ in range(3):
        expected.add(born(workshop, {birth_mark.VARIABLE: str(mark)}))
        marked.look()
        assert {who.pid for who in marked.of(workshop.lock_path)} == expected


def test_nobody_and_the_kernel_carry_no_mark() -> None:
    """A number without a process and a kernel thread are no trouble."""
    assert birth_mark.mark_of(2**22 + 5) is None
    assert all(birth_mark.mark_of(pid) is None for pid in process_table.pids() if pid == 2)
