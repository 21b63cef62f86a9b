"""Who belongs to a bot, each with a proof, and ending all of them.

Proofs: it is the bot itself (number, start time, boot); it is in a group or session that the bot leads; its
parents lead up to one who is proven; it was seen so before; it holds the bot's copy lock; it carries the
bot's birth mark. Never ended: ourselves, those who started us, and process 1.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterable

from vigie.engines import identity as identities
from vigie.engines import process_table
from vigie.engines.base import Identity

assert sys.platform != "win32", "LocalWindows ends job objects"  # noqa: S101  (mypy skips the rest there)

Table = dict[int, process_table.Row]

ROUNDS = 10
"""Looks at the process table until nobody new turns up; what multiplies faster is left to the next kill."""


def descendants(table: Table, roots: Iterable[int]) -> set[int]:
    """Return ``roots`` and all that descend from them."""
    children: dict[int, list[int]] = {}
    for row in table.values():
        children.setdefault(row.parent, []).append(row.pid)
    found: set[int] = set()
    waiting = list(roots)
    while waiting:
        pid = waiting.pop()
        if pid not in found:
            found.add(pid)
            waiting.extend(children.get(pid, ()))
    return found


def led_by(
    table: Table, leader: Identity, *, group: bool, session: bool, ended_at: int | None
) -> set[Identity]:
    """Return the members of the group and the session that ``leader`` leads or led.

    A number stays taken while a group or session bears it, but once all of them are gone it is free for
    anybody. So after the leader's end one member at least must have been born before it: then the group
    never died out in between.
    """
    pid = leader.pid
    namesake = table.get(pid)
    if namesake is not None and namesake.started != leader.started:
        return set()
    members = [
        row for row in table.values() if (group and row.group == pid) or (session and row.session == pid)
    ]
    if ended_at is not None and not any(row.started <= ended_at for row in members):
        return set()
    return {identities.of_row(row) for row in members}


def spared(table: Table, found: set[int], leader: int) -> set[int]:
    """Return who must not be ended: process 1, ourselves and those who started us, the bot itself excepted.

    When the bot's own tree holds us (a bot that runs ``vigie restart``), our children are spared as well.
    """
    me = os.getpid()
    ours = {0, 1, me}
    pid = me
    while (row := table.get(pid)) is not None and row.parent not in ours:
        pid = row.parent
        ours.add(pid)
    if me in found:
        ours |= descendants(table, [me])
    return ours - {leader}


def belonging(table: Table, proven: Iterable[Identity], leader: int) -> list[process_table.Row]:
    """Return the living among ``proven`` and their descendants, parents before their children."""
    roots = [
        who.pid for who in proven if (row := table.get(who.pid)) is not None and identities.of_row(row) == who
    ]
    found = descendants(table, roots)
    found -= spared(table, found, leader)
    living = [row for pid in found if (row := table.get(pid)) is not None and not row.over]
    return sorted(living, key=lambda row: (row.started, row.pid))


def signal_proven(row: process_table.Row, number: int, *, orphaned: bool = False) -> bool:
    """Signal the process of ``row`` if it is still that one, and return whether it was signalled.

    ``orphaned``: its parent may have changed since. Raises nothing: a process that is gone or another
    user's is left alone.
    """
    try:
        if sys.platform == "linux":
            try:
                pidfd = os.pidfd_open(row.pid)
            except ProcessLookupError:
                return False
            except OSError:
                pidfd = None
            if pidfd is not None:
                # opened first, looked at second: the descriptor and the row are the same process
                try:
                    if not _still(row, orphaned):
                        return False
                    signal.pidfd_send_signal(pidfd, number)
                    return True
                finally:
                    os.close(pidfd)
        if not _still(row, orphaned):
            return False
        os.kill(row.pid, number)
        return True
    except OSError:
        return False


def _still(row: process_table.Row, orphaned: bool) -> bool:
    now = process_table.row(row.pid)
    if now is None or now.over:
        return False
    return now.started == row.started if orphaned else row.same_process(now)


def may_signal_group(leader: int) -> bool:
    """Whether neither ourselves nor any of those who started us, the leader excepted, is in its group."""
    me = os.getpid()
    for pid in (me, *process_table.ancestors(me)):
        row = process_table.row(pid)
        if row is not None and row.group == leader and pid != leader:
            return False
    return True


def freeze(rows: Iterable[process_table.Row], frozen: dict[Identity, process_table.Row]) -> bool:
    """Stop the processes that are not in ``frozen`` yet and note them there; return whether there were any.

    Parents come first: a stopped process starts no more children and keeps those it has, so that what was
    proven stays proven until all of them are ended.
    """
    news = False
    for row in rows:
        who = identities.of_row(row)
        if who not in frozen and signal_proven(row, signal.SIGSTOP):
            frozen[who] = row
            news = True
    return news


def kill(rows: Iterable[process_table.Row]) -> None:
    """End these processes, if they are still the same ones."""
    for row in rows:
        signal_proven(row, signal.SIGKILL, orphaned=True)
