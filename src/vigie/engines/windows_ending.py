"""Ends what is proven to belong to a bot: the members of its job, or those that descend from it.

Never ended: ourselves and those who started us, up to the bot, should a bot run ``vigie`` on itself.
"""

from __future__ import annotations

import os
import sys

from vigie.engines import windows_held as holding
from vigie.engines import windows_job as jobs
from vigie.engines import windows_process as processes
from vigie.engines import windows_spared as sparing
from vigie.engines import windows_tree as tree
from vigie.engines.base import NOBODY, Identity, Spare

assert sys.platform == "win32", "a POSIX system has groups"  # noqa: S101  (mypy skips the rest elsewhere)

ROUNDS = 10
"""Looks at the table until nobody new turns up; what multiplies faster is left to the next kill."""


def members(job: jobs.Job, leader: int, spare: Spare = NOBODY) -> list[int]:
    """Return the living members of a job that may be ended; ``leader`` is the bot itself, or 0."""
    pids = job.pids()
    left = sparing.among(pids, spare, leader)
    pids = [pid for pid in pids if pid not in left]
    if os.getpid() not in pids:
        return pids
    spared = tree.spared(tree.snapshot(), leader)
    return [pid for pid in pids if pid not in spared]


def end_job(job: jobs.Job, leader: int, spare: Spare = NOBODY) -> list[int]:
    """End the members of a job, and return their numbers."""
    found = members(job, leader, spare)
    if not spare.names and not job.holds_us():
        job.terminate()
        return found
    for pid in found:
        process = processes.open_process(pid, processes.END)
        if process is not None:
            with process:
                # opened first, looked at second: this number is in the job now, whoever had it before
                if job.holds(process):
                    processes.terminate(process)
    return found


def living_family(own: holding.WindowsHeld) -> list[Identity]:
    """Return the living descendants, remembered ones and theirs included, and remember them."""
    found: dict[Identity, None] = {}
    if own.process.value:
        # once it is let go, its number may be another's
        found.update(dict.fromkeys(tree.descendants(own.identity)))
    for member in own.family:
        process = processes.open_living(member)
        if process is not None:
            with process:
                found[member] = None
                found.update(dict.fromkeys(tree.descendants(member)))
    own.family = set(found)
    return list(found)


def end_family(own: holding.WindowsHeld, spare: Spare = NOBODY) -> None:
    """End a process and all its descendants."""
    # itself first: then it can start no more of them, and its number stays its own while we hold it
    processes.terminate(own.process)
    ended: set[Identity] = set()
    for _ in range(ROUNDS):
        fresh = [member for member in unspared(living_family(own), spare) if member not in ended]
        if not fresh:
            break
        end(fresh, own.identity.pid)
        ended.update(fresh)
    own.family |= ended


def unspared(found: list[Identity], spare: Spare) -> list[Identity]:
    """Return those of ``found`` that are not spared."""
    left = sparing.among((member.pid for member in found), spare)
    return [member for member in found if member.pid not in left]


def may_be_ended(found: list[Identity], leader: int) -> list[Identity]:
    """Return those of ``found`` that are not spared."""
    spared = tree.spared(tree.snapshot(), leader) if found else set()
    return [member for member in found if member.pid not in spared]


def end(found: list[Identity], leader: int) -> list[int]:
    """End these very processes if they live, and return the numbers of those that did."""
    ended: list[int] = []
    for member in may_be_ended(found, leader):
        process = processes.open_living(member, processes.END)
        if process is not None:
            with process:
                processes.terminate(process)
                ended.append(member.pid)
    return ended
