"""One holder at a time of one path: who decides for a bot, proven by the kernel and not by a note on disk.

The lock belongs to an open file, so it ends with its holder however that dies; nothing is ever stale and
the file is left where it is. POSIX: ``flock``, which also keeps two holders inside one process apart, as
record locks would not. Windows: one byte locked through ``msvcrt.locking``.
"""

from __future__ import annotations

import errno
import os
import sys

if sys.platform == "win32":
    import msvcrt

    def _take(descriptor: int) -> bool:
        try:
            # from the descriptor's position, which is 0: nothing is ever read from or written to this file
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except PermissionError:
            return False
        return True

    def _let_go(descriptor: int) -> None:
        # closing would do, but Microsoft leaves open how long the system then takes ("LockFile", Remarks)
        msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)

    def _still_there(_descriptor: int, _path: str) -> bool:
        # Python opens files without FILE_SHARE_DELETE: while it is open it can be neither removed nor renamed
        return True
else:
    import fcntl

    def _take(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _let_go(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_UN)

    def _still_there(descriptor: int, path: str) -> bool:
        # somebody may have removed the file between our open and our lock: then the next one would lock
        # a new file of that name, and both would believe that they are alone
        try:
            return os.path.samestat(os.fstat(descriptor), os.stat(path))
        except FileNotFoundError:
            return False


class FileLock:
    """An exclusive lock on ``path``, which is created private to the user and never removed.

    Programs we start do not inherit it. ``with lock:`` acquires nothing, it only makes sure of the release.
    """

    def __init__(self, path: str) -> None:
        """Name the file; nothing is opened yet."""
        self.path = path
        self._descriptor: int | None = None

    @property
    def held(self) -> bool:
        """Whether this object holds the lock."""
        return self._descriptor is not None

    def acquire(self) -> bool:
        """Try once, without waiting; return whether we hold it now (also when we already did).

        Raises ``OSError`` when the file cannot be opened or its file system cannot lock.
        """
        if self._descriptor is not None:
            return True
        while True:
            descriptor = self._open()
            kept = False
            try:
                if not _take(descriptor):
                    return False
                kept = _still_there(descriptor, self.path)
                if kept:
                    self._descriptor = descriptor
                    return True
            finally:
                if not kept:
                    os.close(descriptor)

    def _open(self) -> int:
        # both are close-on-exec (PEP 446)
        try:
            return os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            if error.errno != errno.EROFS:
                raise
            # a disk that failed is often mounted read-only: what runs must be stopped from there all the same
            return os.open(self.path, os.O_RDONLY)

    def fileno(self) -> int:
        """The descriptor of the lock that is held; raises ``ValueError`` when none is."""
        if self._descriptor is None:
            raise ValueError(self.path)
        return self._descriptor

    def inherit(self, descriptor: int) -> None:
        """Go on holding a lock that this process took before it became another program."""
        os.set_inheritable(descriptor, False)
        self._descriptor = descriptor

    def release(self) -> None:
        """Let the next one have it; without effect when it is not held."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            try:
                _let_go(descriptor)
            finally:
                os.close(descriptor)

    def __enter__(self) -> FileLock:
        """Return itself; the caller acquires and looks at the answer."""
        return self

    def __exit__(self, *failure: object) -> None:
        """Release."""
        self.release()
