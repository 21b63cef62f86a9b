"""How much memory a bot's whole tree keeps: a cheap upper bound first, the exact share only when it matters.

The bound adds up what each process keeps resident, and counts pages that several share (forked workers,
libraries) several times. The exact figure on Linux is the proportional share, PSS (proc_pid_smaps(5)), for
which the kernel visits every page: some 100 times dearer. Elsewhere it is each one's own pages, and once the
largest shared part. What was swapped out counts in neither.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable


def tree_memory(pid: int, families: Families | None = None) -> int | None:
    """Return the bytes that a process and all its descendants keep in memory, None when it is gone.

    ``families``: a look at all processes that was taken already, for whoever asks of hundreds.
    """
    tree = (families or Families()).tree(pid)
    return exact(tree) if tree else None


if sys.platform == "linux":
    from vigie.engines import process_table

    PAGE = os.sysconf("SC_PAGE_SIZE")

    class Families:
        """Who descends from whom, at one moment."""

        def __init__(self) -> None:
            """Look at all processes once: some 10 microseconds each."""
            self._children: dict[int, list[int]] = {}
            self._rows = process_table.rows()
            for row in self._rows.values():
                self._children.setdefault(row.parent, []).append(row.pid)
                if row.session not in (row.pid, row.parent):
                    # a worker whose parent has ended still belongs to whoever leads the session
                    self._children.setdefault(row.session, []).append(row.pid)

        def tree(self, pid: int) -> list[int]:
            """Return the process, its descendants and its session's members, none when it is gone."""
            found: dict[int, None] = {}
            waiting = [pid]
            while waiting:
                one = waiting.pop()
                row = self._rows.get(one)
                if one not in found and row is not None and not row.over:
                    found[one] = None
                    waiting.extend(self._children.get(one, ()))
            return list(found)

    def at_most(pids: Iterable[int]) -> int:
        """Return the sum of what the processes keep resident, in bytes; those that are gone keep nothing."""
        return sum(_resident(pid) for pid in pids)

    def exact(pids: Iterable[int]) -> int:
        """Return the bytes that the processes keep together, shared pages counted once."""
        return sum(_proportional(pid) for pid in pids)

    def _resident(pid: int) -> int:
        try:
            return int(process_table.read_small(f"/proc/{pid}/statm").split()[1]) * PAGE
        except (OSError, IndexError, ValueError):
            return 0

    def _proportional(pid: int) -> int:
        try:
            for line in process_table.read_small(f"/proc/{pid}/smaps_rollup").split(b"\n"):
                if line.startswith(b"Pss:"):
                    return int(line.split()[1]) * 1024
        except (OSError, IndexError, ValueError):
            pass  # an old kernel, or a process that guards itself
        return _resident(pid)

else:  # pragma: no cover  (macOS and Windows)

    class Families:
        """Who descends from whom."""

        def tree(self, pid: int) -> list[int]:
            """Return the process and its descendants, none when it is gone."""
            import psutil

            try:
                process = psutil.Process(pid)
                return [pid, *(child.pid for child in process.children(recursive=True))]
            except psutil.Error:
                return []

    def at_most(pids: Iterable[int]) -> int:
        """Return the sum of what the processes keep resident, in bytes; those that are gone keep nothing."""
        return sum(_own_and_resident(pid, cheaply=True)[1] for pid in pids)

    def exact(pids: Iterable[int]) -> int:
        """Return the bytes that the processes keep together: each one's own, and the largest shared part."""
        parts = [_own_and_resident(pid, cheaply=False) for pid in pids]
        return sum(own for own, _ in parts) + max((resident - own for own, resident in parts), default=0)

    def _own_and_resident(pid: int, cheaply: bool) -> tuple[int, int]:
        import psutil

        try:
            process = psutil.Process(pid)
            resident = process.memory_info().rss
        except psutil.Error:
            return 0, 0
        if cheaply:
            return resident, resident
        try:
            return min(process.memory_full_info().uss, resident), resident
        except psutil.Error:
            return resident, resident  # it guards itself
