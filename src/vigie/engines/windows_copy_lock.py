"""No second copy, ever: a file that the bot's processes keep open and will not let others open for writing.

The refusal to share belongs to the open file, not to a process: we open it, the bot inherits the handle, we
close ours. The handle is the bot's standard input, an empty file. Windows hands standard input, output and
error down from parent to child even where programs inherit nothing else (Python's ``subprocess`` by
default), so that a child which outlives the bot and all of us still holds it. A job object cannot prove as
much: its name is gone with its last handle, whoever still lives in it.

A program that reads its input finds its end at once, as with NUL: what is noted in the file lies before the
position that the handle has.
"""

from __future__ import annotations

import ctypes
import os
import sys
import time
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


def take(path: str) -> handles.Handle:
    """Open ``path`` so that nobody else can, to be inherited. Raises ``Held`` and ``OSError``.

    The file, and its folder when that is missing, are made; what it contained is forgotten.
    """
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    lock = _open(path, _winapi.FILE_SHARE_READ, create=True, inherit=True)
    # or a bot that reads its input at once would read an earlier note
    _winapi.SetEndOfFile(lock.value)
    return lock


def note(lock: handles.Handle, leader: Identity) -> None:
    """Write into the file who the bot's first process is. Raises ``OSError``."""
    text = f"{leader.pid} {leader.started}\n".encode()
    written = _winapi.DWORD()
    handles.check(_winapi.WriteFile(lock.value, text, len(text), ctypes.byref(written), None))
    # an earlier note may have been longer; and the position is now the end for all who share the handle
    handles.check(_winapi.SetEndOfFile(lock.value))


def leader(path: str) -> Identity | None:
    """Return who was noted last: the bot's first process, which may be gone."""
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


def is_held(path: str) -> bool:
    """Whether some process holds the lock. One that cannot be asked, or is not there, is not held."""
    try:
        _open(path, SHARE_ALL, create=False, inherit=False).close()
    except Held:
        return True
    except OSError:
        return False
    return False


def holders(path: str) -> list[int]:
    """Return the processes that have the file open, as Restart Manager tells: about a tenth of a second.

    They may be a scanner or somebody's editor: proof of a bot only together with another. None where
    Restart Manager cannot tell.
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
