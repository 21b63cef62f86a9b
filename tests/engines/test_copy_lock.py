"""The lock that a bot's processes inherit."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.engines.workshop import Workshop
from vigie.engines import copy_lock

assert sys.platform != "win32"


def held_by_a_child(workshop: Workshop, path: str) -> subprocess.Popen[bytes]:
    """Lock, hand the descriptor to a process, and let go of our own."""
    descriptor, _ = copy_lock.take(path)
    child = subprocess.Popen(
        [sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE, pass_fds=(descriptor,)
    )
    workshop.started.append(child)
    os.close(descriptor)
    return child


def test_the_lock_lives_as_long_as_a_process_that_inherited_it(workshop: Workshop) -> None:
    """Our own descriptor is closed at once; the child's keeps the lock until its end."""
    path = workshop.lock_path
    child = held_by_a_child(workshop, path)
    assert copy_lock.is_held(path)
    assert [who.pid for who in copy_lock.holders(path)] == [child.pid]
    with pytest.raises(copy_lock.Held):
        copy_lock.take(path)
    child.communicate()
    assert not copy_lock.is_held(path)
    assert copy_lock.holders(path) == set()


def test_it_is_told_whether_the_file_was_made(workshop: Workshop) -> None:
    """The first time it is made, with its folder; the second time it is there."""
    for expected in (True, False):
        descriptor, made = copy_lock.take(workshop.lock_path)
        assert made is expected
        os.close(descriptor)


def test_who_only_has_the_file_open_does_not_hold_it(workshop: Workshop) -> None:
    """Another vigie that asks, an editor, a backup: not one of them is a bot."""
    child = held_by_a_child(workshop, workshop.lock_path)
    with open(workshop.lock_path, "rb") as file:
        reader = subprocess.Popen(
            [sys.executable, "-c", "import sys; sys.stdin.read()"],
            stdin=subprocess.PIPE,
            pass_fds=(file.fileno(),),
        )
        workshop.started.append(reader)
    if sys.platform == "linux":
        assert [who.pid for who in copy_lock.holders(workshop.lock_path)] == [child.pid]
    child.communicate()
    assert not copy_lock.is_held(workshop.lock_path)


def test_a_lock_that_is_not_there_is_not_held(workshop: Workshop) -> None:
    """No file, no folder, a folder in its place: nobody holds it."""
    assert not copy_lock.is_held(workshop.lock_path)
    assert not copy_lock.is_held(workshop.folder)
    assert copy_lock.holders(workshop.lock_path) == set()


def test_two_who_ask_do_not_take_each_other_for_a_bot(workshop: Workshop) -> None:
    """Asking holds the lock for a moment, but shared."""
    descriptor, _ = copy_lock.take(workshop.lock_path)
    os.close(descriptor)
    asks = (
        "import sys\n"
        "from vigie.engines import copy_lock\n"
        "print('ready', flush=True)\n"
        "print(any(copy_lock.is_held(sys.argv[1]) for _ in range(2000)))\n"
    )
    asking = [workshop.run_by_hand(sys.executable, "-c", asks, workshop.lock_path) for _ in range(2)]
    assert [one.communicate()[0].split()[-1] for one in asking] == [b"False", b"False"]
