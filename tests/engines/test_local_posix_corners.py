"""The real engine on Linux and macOS where the world is at its worst: nothing to look with, races, stuck disks."""

from __future__ import annotations

import errno
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.engines.contract import how_it_ended
from tests.engines.workshop import Workshop
from tests.fakes import FakeEngine, plan_for
from tests.frozen_disk import TOOLS, FrozenDisk, frozen_disk
from tests.needs import need_tool
from tests.waiting import until
from vigie.engines import copy_lock, local_posix, process_table, subreaper
from vigie.engines import identity as identities
from vigie.engines import proofs as proving
from vigie.engines.base import Exit, Identity, LaunchError, LaunchPlan, Spare

assert sys.platform != "win32"

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")

WORKER = Spare(("worker.py",))


@contextmanager
def descriptors_left(count: int) -> Iterator[None]:
    """Leave this process so many descriptors that it may still open."""
    lowest = os.dup(0)
    os.close(lowest)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (lowest + count, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


class ControlCBefore(local_posix.LocalPosix):
    """An engine whose user presses Ctrl-C before anything was born."""

    def _launch(self, plan: LaunchPlan) -> Any:
        raise KeyboardInterrupt


def test_a_ctrl_c_before_the_launch_is_a_ctrl_c(workshop: Workshop) -> None:
    """There is nothing to undo; whoever called hears of it."""
    with pytest.raises(KeyboardInterrupt):
        ControlCBefore().launch(workshop.plan("sleeps"))
    assert not workshop.engine.copy_alive(workshop.lock_path)


def test_a_process_that_ends_while_it_is_recognised_is_not_held(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its number may be another's by the time it is watched; nothing stays open for it."""
    who = workshop.by_hand("sleeps")
    monkeypatch.setattr(identities, "lives", lambda _identity: False)
    assert workshop.engine.recognise(who) is None


def test_a_held_process_of_another_engine_is_refused(workshop: Workshop) -> None:
    """A mistake of the caller's is told at once, not acted upon."""
    with FakeEngine() as fake:
        stranger = fake.launch(plan_for(workshop.folder))
        with pytest.raises(TypeError):
            workshop.engine.kill_tree(stranger, workshop.lock_path, True)


@linux_only
def test_a_copy_that_cannot_be_seen_is_told_so(workshop: Workshop) -> None:
    """The kernel says that the lock is held, nobody can be named: refused all the same."""
    lock, _ = copy_lock.take(workshop.lock_path)
    try:
        with pytest.raises(LaunchError) as problem:
            workshop.engine.launch(workshop.plan("sleeps"))
    finally:
        os.close(lock)
    assert problem.value.key == "engine.copy-alive-unseen"
    assert problem.value.refused


def test_whoever_launches_waits_for_the_turn_of_others(workshop: Workshop) -> None:
    """While somebody renews the lock nobody else may take the old one or the new one; then it goes on."""
    with copy_lock.turn(workshop.lock_path) as sure:
        assert sure
        with pytest.raises(LaunchError) as problem:
            workshop.engine.launch(workshop.plan("sleeps"))
    assert problem.value.refused
    workshop.launch(workshop.plan("sleeps"))


def test_a_child_that_cannot_be_looked_up_is_undone(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where /proc is closed nobody could ever end it again: no process, no lock is left of the launch."""
    monkeypatch.setattr(process_table, "row", lambda _pid: None)
    with pytest.raises(LaunchError) as problem:
        workshop.engine.launch(workshop.plan("sleeps"))
    monkeypatch.undo()
    assert problem.value.key == "engine.no-resources"
    assert not workshop.engine.copy_alive(workshop.lock_path)


@linux_only
def test_a_launch_stands_though_what_earlier_ones_left_cannot_be_ended_now(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The bot is there and kept; the clearing is made up for with the next launch."""
    first = workshop.start("scatters", "daemon")
    (daemon,) = [int(line.split()[1]) for line in workshop.said().splitlines() if line.startswith("daemon")]
    workshop.known(daemon)
    workshop.crash(first)
    how_it_ended(first)
    until(lambda: not workshop.engine.copy_alive(workshop.lock_path), what="it has closed the lock")
    engine = workshop.engine = workshop.another_monitor()

    def blind(*_words: object) -> None:
        raise OSError(errno.EMFILE, "no descriptor left")

    monkeypatch.setattr(proving, "end_strays", blind)
    held = workshop.launch(workshop.plan("sleeps"))
    monkeypatch.undo()
    assert held.ended() is None
    assert engine.identify(daemon) is not None
    os.kill(held.identity.pid, signal.SIGKILL)
    how_it_ended(held)
    workshop.launch(workshop.plan("sleeps"))
    until(workshop.gone(daemon), what="the leftover is gone")


@linux_only
def test_without_descriptors_a_spared_holder_counts_as_a_copy(workshop: Workshop) -> None:
    """What cannot be proven is not believed: rather no launch than two."""
    held = workshop.start("leaves_a_worker")
    for line in workshop.said().splitlines():
        for pid in line.split()[1:]:
            workshop.known(int(pid))
    workshop.engine.kill_tree(held, workshop.lock_path, True, WORKER)
    until(lambda: not workshop.engine.remains(held, workshop.lock_path, True, WORKER), what="the bot is gone")
    assert not workshop.engine.copy_alive(workshop.lock_path, WORKER)
    stranger = workshop.another_monitor()  # it has seen nobody yet, so that it must look at everybody
    with descriptors_left(1):
        assert stranger.copy_alive(workshop.lock_path, WORKER)


def test_a_signal_is_passed_on_to_the_process_alone(workshop: Workshop) -> None:
    """The named signal arrives; one that this system does not have is not sent at all."""
    held = workshop.start("prints_signals")
    workshop.engine.pass_on(held, "SIGBREAK")
    workshop.engine.pass_on(held, "SIGHUP")
    assert how_it_ended(held) == Exit(code=0)
    assert workshop.said().split() == ["ready", "SIGHUP"]


# a child held by the program that we were before


def ended_child(code: int) -> Identity:
    """Return who a child of ours was that has ended and that nobody has reaped."""
    pid = os.fork()
    if pid == 0:
        os._exit(code)

    def zombie() -> process_table.Row | None:
        row = process_table.row(pid)
        return row if row is not None and row.over else None

    return identities.of_row(until(zombie, what="the child has ended"))


@linux_only
def test_a_child_that_ended_unheard_is_inherited_with_its_end(workshop: Workshop) -> None:
    """Its number is its own until it is reaped, so that how it ended is not lost; a namesake is nobody."""
    who = ended_child(7)
    assert workshop.engine.inherit(who._replace(started=who.started + 1)) is None
    with descriptors_left(0):
        assert workshop.engine.inherit(who) is None
    held = workshop.engine.inherit(who)
    assert held is not None
    assert how_it_ended(held) == Exit(code=7)
    held.close()


def test_a_living_process_is_inherited_as_it_is_recognised(workshop: Workshop) -> None:
    """Who goes on living is simply held again."""
    who = workshop.by_hand("sleeps")
    held = workshop.engine.inherit(who)
    assert held is not None
    assert held.ended() is None
    held.close()


# stuck in the kernel


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[FrozenDisk]:
    """A disk that holds whoever writes to it."""
    if os.geteuid() != 0:
        pytest.skip("only root may mount and freeze a disk")
    for tool in TOOLS:
        need_tool(tool)
    try:
        with frozen_disk(tmp_path) as disk:
            yield disk
    except OSError as error:
        pytest.skip(f"no disk can be mounted here: {error}")


@linux_only
@pytest.mark.slow
def test_a_process_in_uninterruptible_sleep_is_named_and_keeps_the_next_copy_out(
    workshop: Workshop, disk: FrozenDisk
) -> None:
    """Killed, it is doomed and stuck, still remains, and is told as what stands in the way; thawed it ends."""
    held = workshop.launch(workshop.plan("writes_to", str(disk.folder / "file")))
    pid = held.identity.pid
    until(lambda: [one.stuck for one in workshop.engine.resisting([pid])] == [True], what="it is stuck")
    assert not workshop.engine.doomed(held.identity)
    workshop.engine.kill_tree(held, workshop.lock_path, True)
    until(lambda: workshop.engine.doomed(held.identity), what="the kill waits for it")
    assert workshop.engine.remains(held, workshop.lock_path, True) == [pid]
    assert held.ended() is None
    with pytest.raises(LaunchError) as problem:
        workshop.another_monitor().launch(workshop.plan("sleeps"))
    assert (problem.value.key, problem.value.refused) == ("engine.copy-stuck", True)
    assert f"(PID {pid})" in str(problem.value.values["who"])
    disk.thaw()
    assert how_it_ended(held) == Exit(signal=signal.SIGKILL)
    assert workshop.engine.remains(held, workshop.lock_path, True) == []


# orphans given to us

REAPS = """
import os, sys, time
from vigie.engines import subreaper
assert subreaper.adopt_orphans()
ours = os.fork()
if ours == 0:
    os._exit(9)
if os.fork() == 0:
    if os.fork() == 0:
        os._exit(3)
    os._exit(4)
reaper = subreaper.Reaper(lambda: [ours])
until = time.monotonic() + 20
def children():
    return open(f"/proc/self/task/{os.getpid()}/children").read().split()
while len(children()) < 3 and time.monotonic() < until:
    time.sleep(0.001)
os.waitid(os.P_PID, ours, os.WEXITED | os.WNOWAIT)
while any(open(f"/proc/{pid}/stat").read().rpartition(")")[2].split()[0] != "Z" for pid in children()):
    time.sleep(0.001)
assert reaper.reap(100.0) is True and len(children()) == 3
assert reaper.reap(100.0 + subreaper.RIPE - 0.01) is True and len(children()) == 3
assert reaper.reap(100.0 + subreaper.RIPE) is False
assert children() == [str(ours)], children()
assert os.waitpid(ours, 0)[1] >> 8 == 9
assert reaper.reap(200.0) is False
"""


@linux_only
def test_who_ended_is_reaped_when_ripe_and_never_stolen() -> None:
    """An orphan and a child that nobody asks about go; the one whose end is waited for keeps its code."""
    done = subprocess.run([sys.executable, "-c", REAPS], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@linux_only
def test_orphans_are_our_children_that_nobody_of_ours_is(workshop: Workshop) -> None:
    """Born with or after the bot, alive, our child and not known: that is an orphan of the bot."""
    process = workshop.run_by_hand(sys.executable, "-c", "import time; time.sleep(600)")
    who = workshop.known(process.pid)
    table = process_table.rows()
    assert who in subreaper.orphans(table, who.started, [])
    assert who not in subreaper.orphans(table, who.started, [process.pid])
    assert who not in subreaper.orphans(table, who.started + 1, [])
