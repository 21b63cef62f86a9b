"""How a file of ours is written: whole or not at all, and for its owner's eyes only.

Readers see either the old file or the new one, whatever is killed when: the new one is written beside it
and renamed over it (POSIX ``rename`` and Windows ``MoveFileEx`` both replace in one step).
"""

from __future__ import annotations

import errno
import os
import sys
import time
from typing import TYPE_CHECKING, Final

from vigie.problems import Failure

if TYPE_CHECKING:
    from collections.abc import Iterable

TEMPORARY_ENDING: Final = ".vigie-tmp"
"""How the name of a half-written file ends: ``.NAME.RANDOM.vigie-tmp``, never to be committed or believed."""

PATIENCE: Final = (0.005, 0.01, 0.02, 0.04, 0.08, 0.1, 0.1, 0.1) if sys.platform == "win32" else ()
"""Pauses (s) between tries, half a second in all: on Windows readers and antivirus hold a file a moment."""

_STALE: Final = 60.0
"""Seconds after which a temporary is surely a killed writer's: writing one takes milliseconds."""

_CREATE: Final = (
    os.O_WRONLY
    | os.O_CREAT
    | os.O_EXCL
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)

_swept: set[str] = set()


def make_private_folder(path: str) -> None:
    """Create ``path`` and the missing folders above it, mode 0700; one that exists is left as it is.

    Raises ``Failure`` (``record.not-a-folder`` when a file stands there, ``record.not-writable``,
    ``record.disk-full``).
    """
    try:
        os.mkdir(path, 0o700)
    except FileExistsError:
        if not os.path.isdir(path):
            raise Failure("record.not-a-folder", path=path) from None
    except FileNotFoundError as error:
        above = os.path.dirname(path)
        if above in ("", path) or os.path.isdir(above):
            raise write_failure(path, error) from error
        make_private_folder(above)
        make_private_folder(path)
    except OSError as error:
        raise write_failure(path, error) from error


def replace_whole(path: str, data: bytes, *, durable: bool = True, lasting: bool = True) -> None:
    """Make ``data`` the whole content of ``path``, mode 0600; on failure the old file stays as it was.

    ``durable`` waits until the disk has the data: after a power cut the old file stands there or the new one,
    never half of one. ``lasting`` also waits until the disk has the new name: then it is the new one. Without
    either it survives anything that happens to processes. Raises ``Failure`` with the path and the system's
    reason: ``record.disk-full``, ``record.not-writable``, ``record.no-folder``, ``record.is-a-folder``.
    """
    temporary = ""
    try:
        temporary, descriptor = new_temporary(path)
        try:
            write_all(descriptor, data)
            if durable:
                os.fsync(descriptor)
        finally:
            os.close(descriptor)
        move_onto(temporary, path)
    except BaseException as error:
        # Ctrl-C included: nothing half-written is left lying about.
        if temporary:
            remove(temporary)
        if isinstance(error, OSError):
            raise write_failure(path, error) from error
        raise
    if durable and lasting:
        sync_folder(path)
    if path not in _swept:
        _swept.add(path)
        sweep(path)


def new_temporary(path: str) -> tuple[str, int]:
    """Create an empty file of a new name beside ``path``, mode 0600; return its name and a descriptor.

    A name that is taken, were it by a planted symbolic link, is passed over and never opened.
    """
    folder, name = os.path.split(path)
    for _ in range(100):
        temporary = os.path.join(folder, f".{name}.{_token()}{TEMPORARY_ENDING}")
        try:
            return temporary, os.open(temporary, _CREATE, 0o600)
        except FileExistsError:
            continue
    raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), path)


def write_all(descriptor: int, data: bytes) -> None:
    """Write every byte; one call to the system may take only a part, as a nearly full disk does."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def move_onto(source: str, target: str, pauses: Iterable[float] = PATIENCE) -> None:
    """Rename over ``target``, trying again after each pause while the system refuses access."""
    for pause in pauses:
        try:
            os.replace(source, target)
        except PermissionError:
            if os.path.isdir(target):
                raise
            time.sleep(pause)
        else:
            return
    os.replace(source, target)


def remove(path: str) -> None:
    """Remove a file of ours if it is there; what cannot be removed does no harm."""
    try:
        os.unlink(path)
    except OSError:
        pass


def sweep(path: str) -> None:
    """Remove the temporaries that writers of ``path`` left behind when they were killed."""
    folder, name = os.path.split(path)
    try:
        # Compared with a file just written, by the same disk's clock: the machine's own may have been set.
        oldest = os.stat(path).st_mtime - _STALE
        with os.scandir(folder or os.curdir) as entries:
            for entry in entries:
                ours = entry.name.startswith(f".{name}.") and entry.name.endswith(TEMPORARY_ENDING)
                if ours and entry.stat(follow_symlinks=False).st_mtime < oldest:
                    remove(entry.path)
    except OSError:
        pass


def write_failure(path: str, error: OSError) -> Failure:
    """Name what kept us from writing ``path``."""
    reason = error.strerror or str(error)
    if error.errno in (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)):
        return Failure("record.disk-full", path=path, reason=reason)
    if os.path.isdir(path):
        return Failure("record.is-a-folder", path=path)
    if error.errno in (errno.ENOENT, errno.ENOTDIR):
        return Failure("record.no-folder", path=path, reason=reason)
    return Failure("record.not-writable", path=path, reason=reason)


def _token() -> str:
    """Return the part of a temporary's name that nobody can foresee."""
    return os.urandom(6).hex()


def sync_folder(path: str) -> None:
    """Make the rename itself survive a power cut; Windows has no such call and some systems refuse it."""
    if sys.platform != "win32":
        try:
            descriptor = os.open(os.path.dirname(path) or os.curdir, os.O_RDONLY | os.O_DIRECTORY)
        except OSError:
            return
        try:
            os.fsync(descriptor)
        except OSError:
            pass
        finally:
            os.close(descriptor)
