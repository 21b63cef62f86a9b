"""No second copy, ever: a ``flock`` that every process of a bot inherits and only their death releases.

The lock belongs to an open file, not to a process: we open and lock it, the bot inherits the descriptor,
we close ours. While one of its processes keeps it, whoever launches next is refused by the kernel, whatever
has crashed in between.
"""

from __future__ import annotations

import errno
import fcntl
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from vigie.engines import identity as identities
from vigie.engines import process_table
from vigie.engines.base import Identity

assert sys.platform != "win32", "LocalWindows proves it with a named job object"  # noqa: S101  (mypy skips the rest there)

ASKERS_GONE = 1.0
PAUSE = 0.001
"""Seconds to wait for those who only ask (each holds the lock shared for microseconds), and between tries."""


class Held(Exception):  # noqa: N818  (an answer, not an error)
    """Some process holds the lock."""


def take(path: str) -> tuple[int, bool]:
    """Lock ``path`` for us and return its descriptor, and whether the file had to be made.

    The file is private to the user, its folder too when it has to be made. Raises ``Held``, or ``OSError``
    when it cannot be opened or its file system cannot lock.
    """
    while True:
        descriptor, made = _open(path)
        kept = False
        try:
            _lock(descriptor)
            kept = _is_still(path, descriptor)
        finally:
            if not kept:
                os.close(descriptor)
        if kept:
            return descriptor, made


def is_held(path: str) -> bool:
    """Whether some process holds the lock; about 6 microseconds. A lock that cannot be asked is not held."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError:
        return False
    try:
        return not _try(descriptor, fcntl.LOCK_SH)
    except OSError:
        return False
    finally:
        os.close(descriptor)


def holders(path: str, among: set[int] | None = None) -> set[Identity]:
    """Return the processes that hold the lock, ourselves left out, as far as we may look.

    Reads every descriptor of the machine, some 30 microseconds a process: ``among`` tells which ones are
    worth it.
    """
    wanted = os.path.realpath(path)
    found: set[Identity] = set()
    for pid in (set(process_table.pids()) if among is None else among) - {os.getpid()}:
        if not _holds(pid, wanted):
            continue
        who = identities.identify(pid)
        # named first, looked at again second: the name and the holder are the same process
        if who is not None and _holds(pid, wanted):
            found.add(who)
    return found


def everyone(path: str) -> tuple[set[Identity], set[int]]:
    """Return all who hold the lock, ourselves included, and the numbers of those we may not look into."""
    wanted = os.path.realpath(path)
    found: set[Identity] = set()
    hidden: set[int] = set()
    for pid in process_table.pids():
        try:
            holds = _holds(pid, wanted, strictly=True)
        except PermissionError:
            hidden.add(pid)
            continue
        who = identities.identify(pid) if holds else None
        if who is not None:
            found.add(who)
    return found, hidden


@contextmanager
def turn(path: str) -> Iterator[bool]:
    """Take turns with whoever else wants to take or to renew the lock; yields whether that is sure.

    Not so on a file system that cannot lock folders. Raises ``Held`` when somebody's turn does not end, and
    ``OSError`` when the folder cannot be opened.
    """
    folder = os.path.dirname(path) or "."
    os.makedirs(folder, mode=0o700, exist_ok=True)
    descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        yield _wait_for(descriptor)
    finally:
        os.close(descriptor)


def renew(path: str) -> None:
    """Remove the file, so that the next to come makes and locks a new one, whoever holds the old one.

    Only within one's own turn, and only when all who hold the old one are proven to be no copy of the bot.
    """
    os.unlink(path)


def _wait_for(folder: int) -> bool:
    deadline = time.monotonic() + ASKERS_GONE
    try:
        while not _try(folder, fcntl.LOCK_EX):
            if time.monotonic() > deadline:
                raise Held
            time.sleep(PAUSE)
    except OSError:
        return False
    return True


def _open(path: str) -> tuple[int, bool]:
    flags = os.O_RDWR | os.O_CLOEXEC
    while True:
        try:
            return os.open(path, flags), False
        except FileNotFoundError:
            os.makedirs(os.path.dirname(path) or ".", mode=0o700, exist_ok=True)
        try:
            return os.open(path, flags | os.O_CREAT | os.O_EXCL, 0o600), True
        except FileExistsError:
            continue


def _lock(descriptor: int) -> None:
    deadline = time.monotonic() + ASKERS_GONE
    while not _try(descriptor, fcntl.LOCK_EX):
        # shared is possible beside those who ask, never beside a bot
        if not _try(descriptor, fcntl.LOCK_SH) or time.monotonic() > deadline:
            raise Held
        fcntl.flock(descriptor, fcntl.LOCK_UN)
        time.sleep(PAUSE)


def _try(descriptor: int, how: int) -> bool:
    try:
        fcntl.flock(descriptor, how | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in (errno.EWOULDBLOCK, errno.EAGAIN, errno.EACCES):
            return False
        raise
    return True


def _is_still(path: str, descriptor: int) -> bool:
    # removed between our open and our lock, it would protect nothing: the next one would make a new file
    try:
        return os.path.samestat(os.fstat(descriptor), os.stat(path))
    except FileNotFoundError:
        return False


if sys.platform == "linux":

    def _holds(pid: int, wanted: str, *, strictly: bool = False) -> bool:
        folder = f"/proc/{pid}/fd"
        try:
            descriptors = os.listdir(folder)
        except OSError as error:
            if strictly:
                process_table.refuse_blindness(error)
                _refuse_the_hidden(error)
            return False
        for name in descriptors:
            try:
                # the link's text, never the file behind it: a dead network disk would hold us up
                if os.readlink(f"{folder}/{name}") != wanted:
                    continue
                # the locked descriptor itself, not one opened to ask: only its fdinfo names the lock
                # (proc_pid_fdinfo(5))
                if b"FLOCK" in process_table.read_small(f"/proc/{pid}/fdinfo/{name}"):
                    return True
            except OSError:
                continue
        return False

    def _refuse_the_hidden(error: OSError) -> None:
        if isinstance(error, PermissionError):
            raise error

else:

    def _holds(pid: int, wanted: str, *, strictly: bool = False) -> bool:
        # open files tell nothing of locks there; who has it open merely to ask has closed it when
        # looked at the second time
        import psutil

        try:
            return any(file.path == wanted for file in psutil.Process(pid).open_files())
        except psutil.AccessDenied:
            if strictly:
                raise PermissionError from None
            return False
        except (psutil.Error, OSError):
            return False
