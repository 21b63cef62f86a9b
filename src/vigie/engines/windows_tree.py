"""Who descends from a process that we did not launch, so that no job object tells.

Windows never corrects a parent's number: it may name a process long gone, or the next owner of that number.
A supervisor that believed it has ended csrss.exe. So every step down is proven: both processes are held by a
handle, which keeps their numbers theirs, and the child is not older than its parent.
"""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from vigie.engines.base import Identity


class Entry(NamedTuple):
    """One line of the table of processes."""

    pid: int
    parent: int


def below(table: Iterable[Entry], root: int) -> list[int]:
    """Return who names ``root``, or one who does, as parent: candidates only, nothing is proven yet."""
    children: dict[int, list[int]] = {}
    for entry in table:
        children.setdefault(entry.parent, []).append(entry.pid)
    found = [root]
    known = {root}
    for pid in found:
        fresh = [child for child in children.get(pid, ()) if child not in known]
        known.update(fresh)
        found.extend(fresh)
    return found[1:]


def proven(table: Iterable[Entry], root: Identity, born: Mapping[int, Identity]) -> list[Identity]:
    """Return the descendants of ``root`` among those in ``born``, whose numbers stay theirs meanwhile.

    ``table`` was read after they were pinned. Who is older than its parent was started by an earlier owner
    of the parent's number and is no descendant, nor is what it started.
    """
    children: dict[int, list[int]] = {}
    for entry in table:
        children.setdefault(entry.parent, []).append(entry.pid)
    found = [root]
    known = {root.pid}
    for parent in found:
        for pid in children.get(parent.pid, ()):
            child = born.get(pid)
            if child is not None and pid not in known and child.started >= parent.started:
                known.add(pid)
                found.append(child)
    return found[1:]


def spared(table: Iterable[Entry], leader: int) -> set[int]:
    """Return who must not be ended: ourselves and those who started us, up to but without ``leader``."""
    parents = {entry.pid: entry.parent for entry in table}
    pid = os.getpid()
    chain: set[int] = set()
    while pid and pid != leader and pid not in chain:
        chain.add(pid)
        pid = parents.get(pid, 0)
    return chain


if sys.platform == "win32":
    from vigie.engines import _winapi
    from vigie.engines import windows_process as processes
    from vigie.engines.windows_handle import Handle

    def snapshot() -> list[Entry]:
        """Read the table of processes: about 2 ms. Raises ``OSError``."""
        entry = _winapi.ProcessEntry()
        entry.size = ctypes.sizeof(entry)
        table: list[Entry] = []
        with Handle(_winapi.CreateToolhelp32Snapshot(_winapi.TH32CS_SNAPPROCESS, 0)) as picture:
            more = _winapi.Process32FirstW(picture.value, ctypes.byref(entry))
            while more:
                table.append(Entry(entry.pid, entry.parent))
                more = _winapi.Process32NextW(picture.value, ctypes.byref(entry))
        return table

    def descendants(root: Identity) -> list[Identity]:
        """Return the living descendants of ``root``, whose own handle the caller must hold meanwhile."""
        pins: dict[int, Handle] = {}
        born: dict[int, Identity] = {}
        try:
            for pid in below(snapshot(), root.pid):
                handle = processes.open_process(pid)
                if handle is not None:
                    pins[pid] = handle
                    if not processes.is_console_host(handle):
                        born[pid] = processes.identity_of(handle)
            family = proven(snapshot(), root, born) if born else []
            return [member for member in family if not processes.over(pins[member.pid])]
        finally:
            for handle in pins.values():
                handle.close()
