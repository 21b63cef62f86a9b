"""Names what a kill has not ended, for a person to read: most of all who is stuck inside the kernel.

A process in uninterruptible sleep (a dead network disk, a faulty device) ends only once the kernel lets go of
it. Nothing may be asked of it that could make us wait as well: its command line lies in its own memory, which
the very same fault may lock, so it is named as the kernel's table names it.
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Sequence

from vigie.engines.base import Resisting

if sys.platform == "linux":
    from vigie.engines import process_table

    STUCK = b"D"
    """Uninterruptible sleep (proc_pid_stat(5))."""

    def describe(pids: Sequence[int]) -> list[Resisting]:
        """Name those of ``pids`` that live."""
        found: list[Resisting] = []
        for pid in pids:
            try:
                line = process_table.read_small(f"/proc/{pid}/stat")
            except OSError:
                continue
            # a program may call itself anything: only the last parenthesis can be trusted
            begin, end = line.find(b"(") + 1, line.rfind(b")")
            state = line[end + 2 : end + 3]
            if state not in (b"Z", b"X", b"x", b""):
                found.append(
                    Resisting(pid, _shown(line[begin:end].decode("utf-8", "replace")), state == STUCK)
                )
        return found

    def doomed(pid: int) -> bool:
        """Whether SIGKILL waits for this process to come out of the kernel (proc_pid_status(5): SigPnd, ShdPnd)."""
        try:
            lines = process_table.read_small(f"/proc/{pid}/status").splitlines()
            masks = [int(line[7:], 16) for line in lines if line.startswith((b"SigPnd:", b"ShdPnd:"))]
        except (OSError, ValueError):
            return False
        return any(mask >> (signal.SIGKILL - 1) & 1 for mask in masks)

else:

    def describe(pids: Sequence[int]) -> list[Resisting]:
        """Name those of ``pids`` that live."""
        import psutil

        found: list[Resisting] = []
        for pid in pids:
            try:
                process = psutil.Process(pid)
                status = process.status()
                if status != psutil.STATUS_ZOMBIE:
                    stuck = status == psutil.STATUS_DISK_SLEEP
                    found.append(Resisting(pid, _shown(process.name()), stuck))
            except (psutil.Error, OSError):
                continue
        return found

    def doomed(pid: int) -> bool:
        """Return False: only Linux tells which signals wait."""
        del pid
        return False


def who_resists(found: Sequence[Resisting]) -> tuple[str, str]:
    """Return ``"stuck"`` with those that no signal reaches, if there are any; else ``"leftovers"`` with all."""
    stuck = [one for one in found if one.stuck]
    who = ", ".join(f"{one.program} (PID {one.pid})" for one in stuck or found)
    return ("stuck" if stuck else "leftovers"), who or "?"


def _shown(name: str) -> str:
    return "".join(letter if letter.isprintable() else "?" for letter in name)
