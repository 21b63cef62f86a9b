"""No second copy, ever: a file that the bot's processes keep open and will not let others open for writing.

The refusal to share belongs to the open file, not to a process: we open it, the bot inherits the handle, we
close ours. The handle is the bot's standard input, an empty file. Windows hands standard input, output and
error down from parent to child even where programs inherit nothing else (Python's ``subprocess`` by
default), so that a child which outlives the bot and all of us still holds it. A job object cannot prove as
much: its name is gone with its last handle, whoever still lives in it.

A child that is spared when its bot ends keeps the file, which can then be neither removed nor locked again. So
the next launch takes another file beside it (``path``, ``path.2``, ``path.3`` ...), and whoever asks looks at all
of them.

A program that reads its input finds its end at once, as with NUL: what is noted in the file lies before the
position that the handle has.
"""

from __future__ import annotations

import ctypes
import os
import sys
import time
from collections.abc import Callable
from typing import Any

from vigie.engines import _winapi
from vigie.engines import windows_handle as handles
from vigie.engines.base import Identity

assert sys.platform == "win32", "a POSIX system has flock"  # noqa: S101  (mypy skips the rest elsewhere)

ASKING_AGAIN = 5
"""Whoever asks opens the file for some microseconds, a virus scanner for some more: try a few times."""

PAUSE = 0.004

ACCESS = _winapi.GENERIC_READ | _winapi.GENERIC_WRITE
SHARE_ALL = _winapi.FILE_SHARE_READ | _winapi.FILE_SHARE_WRITE | _winapi.FILE_SHARE_DELETE


class Held(Exception):  # noqa: N818  (an answer, not an error)
    """Some process keeps the file open."""


def files(path: str) -> list[str]:
    """Return the files of this lock that are there, ``path`` itself in any case."""
    found = [path]
    while os.path.exists(beside := f"{path}.{len(found) + 1}"):
        found.append(beside)
    return found


def take(path: str, passed_over: Callable[[str], bool] = lambda _file: False) -> handles.Handle:
    """Open ``path`` so that nobody else can, to be inherited. Raises ``Held`` and ``OSError``.

    The file, and its folder when that is missing, are made; what it contained is forgotten. ``passed_over``
    tells of a held file whether only the spared hold it: then another one beside it is taken.
    """
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    there = files(path)
    for file in [*there, f"{path}.{len(there) + 1}"]:
        try:
            lock = _open(file, _winapi.FILE_SHARE_READ, create=True, inherit=True)
        except Held:
            if not passed_over(file):
                raise
            continue
        try:
            # whoever else launches at this moment holds its own file before it looks at ours
            if any(_is_held(other) and not passed_over(other) for other in files(path) if other != file):
                raise Held
            # or a bot that reads its input at once would read an earlier note
            _winapi.SetEndOfFile(lock.value)
        except BaseException:
            lock.close()
            raise
        return lock
    raise Held


def note(lock: handles.Handle, leader: Identity) -> None:
    """Write into the file who the bot's first process is. Raises ``OSError``."""
    text = f"{leader.pid} {leader.started}\n".encode()
    written = _winapi.DWORD()
    handles.check(_winapi.WriteFile(lock.value, text, len(text), ctypes.byref(written), None))
    # an earlier note may have been longer; and the position is now the end for all who share the handle
    handles.check(_winapi.SetEndOfFile(lock.value))


def leader(path: str) -> Identity | None:
    """Return who was noted last: the bot's first process, which may be gone."""
    noted = [who for file in files(path) if (who := _leader(file)) is not None]
    return max(noted, key=lambda who: who.started, default=None)


def _leader(path: str) -> Identity | None:
    share = _winapi.FILE_SHARE_READ | _winapi.FILE_SHARE_WRITE
    try:
        with handles.open_file(path, _winapi.GENERIC_READ, share, create=False, inherit=False) as file:
            text = ctypes.create_string_buffer(64)
            size = _winapi.DWORD()
            handles.check(_winapi.ReadFile(file.value, text, len(text), ctypes.byref(size), None))
        pid, started = text.raw[: size.value].split()
        return Identity(int(pid), int(started), "")
    except (OSError, ValueError):
        return None


def is_held(path: str, passed_over: Callable[[str], bool] = lambda _file: False) -> bool:
    """Whether some process holds the lock. One that cannot be asked, or is not there, is not held.

    ``passed_over`` tells of a held file whether only the spared hold it.
    """
    return any(_is_held(file) and not passed_over(file) for file in files(path))


def _is_held(path: str) -> bool:
    try:
        _open(path, SHARE_ALL, create=False, inherit=False).close()
    except Held:
        return True
    except OSError:
        return False
    return False


def holders(path: str) -> list[int]:
    """Return the processes that have a file of the lock open.

    They may be a scanner or somebody's editor: proof of a bot only together with another.
    """
    return sorted({pid for file in files(path) for pid in users(file)})


def users(path: str) -> list[int]:
    """Return who has this very file open, as Restart Manager tells: about a tenth of a second.

    None where Restart Manager cannot tell.
    """
    try:
        manager = _winapi.restart_manager()
        session = _winapi.DWORD()
        key = (ctypes.c_uint16 * (_winapi.CCH_RM_SESSION_KEY + 1))()
        _succeed(manager.RmStartSession(ctypes.byref(session), 0, key))
        try:
            return _users(manager, session, os.path.abspath(path))
        finally:
            manager.RmEndSession(session)
    except OSError:
        return []


def _users(manager: Any, session: ctypes.c_uint32, path: str) -> list[int]:
    names = (ctypes.c_wchar_p * 1)(path)
    _succeed(manager.RmRegisterResources(session, 1, names, 0, None, 0, None))
    needed = ctypes.c_uint32(0)
    reasons = _winapi.DWORD()
    while True:
        room = ctypes.c_uint32(needed.value)
        users = (_winapi.FileUser * max(room.value, 1))()
        code = manager.RmGetList(
            session, ctypes.byref(needed), ctypes.byref(room), users, ctypes.byref(reasons)
        )
        if code != _winapi.ERROR_MORE_DATA:
            _succeed(code)
            return [users[index].pid for index in range(room.value)]


def _open(path: str, share: int, *, create: bool, inherit: bool) -> handles.Handle:
    for attempt in range(ASKING_AGAIN):
        if attempt:
            time.sleep(PAUSE)
        try:
            return handles.open_file(path, ACCESS, share, create=create, inherit=inherit)
        except OSError as error:
            if error.winerror != _winapi.ERROR_SHARING_VIOLATION:
                raise
    raise Held


def _succeed(code: int) -> None:
    if code:
        raise handles.failure(code)
