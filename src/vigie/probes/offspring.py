"""What a command has started and moved into a group or session of its own, where a kill of its group misses it.

``timeout`` from the coreutils and every shell with job control do that. Only Linux tells a process's children
cheaply; elsewhere the group has to do.
"""

from __future__ import annotations

import os
import signal
import sys


def kill_offspring(pid: int) -> None:
    """Kill every descendant of our living child ``pid``, which is left alone; harmless where none can be seen."""
    if sys.platform == "linux":
        stopped = _stopped_children(pid)
        while stopped:
            one, held = stopped.pop()
            stopped += _stopped_children(one)  # once it is gone, nobody can tell whose they were
            try:
                signal.pidfd_send_signal(held, signal.SIGKILL)
            except OSError:
                pass
            os.close(held)


def _stopped_children(pid: int) -> list[tuple[int, int]]:
    """Stop the children of ``pid``, so that they start no more, and return each with a descriptor that holds it."""
    stopped: list[tuple[int, int]] = []
    if sys.platform == "linux":
        for child in children(pid):
            try:
                held = os.pidfd_open(child)
            except OSError:
                continue  # gone by itself, an old kernel, or no descriptor left
            try:
                if child not in children(pid):  # the number may have been given to another process meanwhile
                    raise ProcessLookupError
                signal.pidfd_send_signal(held, signal.SIGSTOP)
            except OSError:
                os.close(held)
            else:
                stopped.append((child, held))
    return stopped


def children(pid: int) -> set[int]:
    """Return the children of ``pid``, none where the system does not tell."""
    found: set[int] = set()
    try:
        threads = os.listdir(f"/proc/{pid}/task")
        for thread in threads:
            with open(f"/proc/{pid}/task/{thread}/children", encoding="ascii") as file:
                found.update(int(word) for word in file.read().split())
    except (OSError, ValueError):
        pass  # over, or a kernel without CONFIG_PROC_CHILDREN
    return found
