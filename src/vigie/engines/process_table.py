"""Reads the kernel's table of processes: who is whose parent, in which group and session, since when.

Linux: ``/proc/PID/stat``, about 10 microseconds a process, so that no import of psutil (some 30 ms) stands
between a crash and its restart. Elsewhere psutil, imported at the first question.
"""

from __future__ import annotations

import errno
import os
import sys

from vigie.plain import Plain

assert sys.platform != "win32", "process groups and sessions are POSIX"  # noqa: S101  (mypy skips the rest there)


class Row(Plain):
    """One process as it was at one moment. ``over``: it has ended and only waits for its parent to notice."""

    pid: int
    parent: int
    group: int
    session: int
    started: int
    over: bool

    def same_process(self, other: Row | None) -> bool:
        """Whether ``other`` is a later look at this very process, still in the same family."""
        return other is not None and (self.pid, self.started, self.parent) == (
            other.pid,
            other.started,
            other.parent,
        )


def refuse_blindness(error: OSError) -> None:
    """Raise ``error`` again when it says nothing of the process and all of us: then nobody is "gone"."""
    if error.errno in (errno.EMFILE, errno.ENFILE, errno.ENOMEM):
        raise error


def read_small(path: str) -> bytes:
    """Return the first 4 KiB of a file of ``/proc``, in one system call. Raises ``OSError``."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        return os.read(descriptor, 4096)
    finally:
        os.close(descriptor)


def parse_stat(pid: int, line: bytes) -> Row:
    """Understand one line of ``/proc/PID/stat`` (proc_pid_stat(5)); fields count from the name's last ``)``.

    A program may call itself anything, ``) R 1 (`` included: only the last parenthesis can be trusted.
    """
    fields = line[line.rindex(b")") + 2 :].split(None, 20)
    return Row(
        pid=pid,
        parent=int(fields[1]),
        group=int(fields[2]),
        session=int(fields[3]),
        started=int(fields[19]),
        over=fields[0] in (b"Z", b"X", b"x"),
    )


def row_by_psutil(pid: int) -> Row | None:
    """Look one process up through psutil; ``started`` is then in microseconds since 1970."""
    import psutil

    try:
        process = psutil.Process(pid)
        with process.oneshot():
            return Row(
                pid=pid,
                parent=process.ppid(),
                group=os.getpgid(pid),
                session=os.getsid(pid),
                started=round(process.create_time() * 1_000_000),
                over=process.status() == psutil.STATUS_ZOMBIE,
            )
    except (psutil.Error, OSError):
        return None


def rows_by_psutil() -> dict[int, Row]:
    """Look all processes up through psutil."""
    import psutil

    return {pid: row for pid in psutil.pids() if (row := row_by_psutil(pid)) is not None}


if sys.platform == "linux":

    def pids() -> list[int]:
        """Every process that can be seen from here."""
        return [int(name) for name in os.listdir("/proc") if name.isdecimal()]

    def row(pid: int) -> Row | None:
        """Look one process up; None when there is none of this number or it may not be looked at.

        Raises ``OSError`` when we cannot look at anything: no descriptor left.
        """
        try:
            return parse_stat(pid, read_small(f"/proc/{pid}/stat"))
        except OSError as error:
            refuse_blindness(error)
        except ValueError:
            pass
        return None

    def rows() -> dict[int, Row]:
        """Look all processes up, one after the other: not one moment, so prove again before any kill."""
        return {pid: found for pid in pids() if (found := row(pid)) is not None}

else:

    def pids() -> list[int]:
        """Every process that can be seen from here."""
        import psutil

        return psutil.pids()

    row = row_by_psutil
    rows = rows_by_psutil


def ancestors(pid: int) -> list[int]:
    """Return the parents of ``pid``, nearest first."""
    found: list[int] = []
    while (seen := row(pid)) is not None and seen.parent > 0 and seen.parent not in found:
        pid = seen.parent
        found.append(pid)
    return found
