"""How a process ended: from ``wait`` for our own child, from the kernel's memory for somebody else's."""

from __future__ import annotations

import os
import sys

from vigie.engines.base import Exit, Identity

assert sys.platform != "win32", "LocalWindows asks its process handle"  # noqa: S101  (mypy skips the rest there)

UNKNOWN = Exit(None, None)

REAPED_WITHIN = 5
"""Milliseconds granted to a parent that is not us to take note of the death, so that the kernel tells how."""


def decode(status: int) -> Exit:
    """Understand a status of ``waitpid``."""
    code = os.waitstatus_to_exitcode(status)
    return Exit(code=code) if code >= 0 else Exit(signal=-code)


def of_child(pid: int) -> Exit | None:
    """Reap our ended child ``pid`` and no other; None when it is not our child or somebody reaped it before.

    Waits for the moment between the news of the death and the death itself that macOS leaves.
    """
    while True:
        try:
            return decode(os.waitpid(pid, 0)[1])
        except InterruptedError:
            continue
        except ChildProcessError:
            return None


if sys.platform == "linux":
    import fcntl
    import select
    import struct

    from vigie.engines import process_table

    # pidfd_info of linux/pidfd.h in its first form: two 64-bit and twelve 32-bit numbers
    PIDFD_INFO = struct.Struct("=QQ11Ii")
    PIDFD_GET_INFO = 0xC0000000 | PIDFD_INFO.size << 16 | 0xFF << 8 | 11
    PIDFD_INFO_EXIT = 1 << 3

    def of_pidfd_child(pidfd: int) -> Exit | None:
        """Reap the ended process of ``pidfd`` if it is our child; None when it is not."""
        try:
            result = os.waitid(os.P_PIDFD, pidfd, os.WEXITED | os.WNOHANG)
        except OSError:
            return None
        if result is None:
            return None
        if result.si_code == os.CLD_EXITED:
            return Exit(code=result.si_status)
        return Exit(signal=result.si_status)

    def of_zombie(identity: Identity) -> Exit | None:
        """How an ended process ended that its parent has not reaped yet, whoever that is: proc_pid_stat(5).

        None when it was reaped, or when its end may not be looked at: the kernel then shows 0.
        """
        folder = f"/proc/{identity.pid}"
        try:
            fields = process_table.read_small(f"{folder}/stat").rpartition(b")")[2].split()
            ours = os.geteuid() in (0, os.stat(folder).st_uid)
        except OSError:
            return None
        if len(fields) < 50 or fields[0] != b"Z" or int(fields[19]) != identity.started or not ours:
            return None
        return decode(int(fields[49]))

    def of_stranger(pidfd: int) -> Exit:
        """How the ended process of ``pidfd`` ended though it is not our child: Linux 6.15 and later.

        The kernel tells once the process was reaped by its parent, which a hang-up of the pidfd announces
        (Linux 6.9); a parent that does not reap leaves it unknown.
        """
        poll = select.poll()
        poll.register(pidfd, 0)
        poll.poll(REAPED_WITHIN)
        answer = bytearray(PIDFD_INFO.size)
        PIDFD_INFO.pack_into(answer, 0, PIDFD_INFO_EXIT, *[0] * 13)
        try:
            fcntl.ioctl(pidfd, PIDFD_GET_INFO, answer)
        except OSError:
            return UNKNOWN
        mask, *_, status = PIDFD_INFO.unpack(answer)
        return decode(status) if mask & PIDFD_INFO_EXIT else UNKNOWN
