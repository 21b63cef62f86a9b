"""Removes a folder of ours whatever hooks have left in it, and never anything behind a link.

git writes its objects read-only, which Windows takes for "may not be deleted"; some package managers keep read-only
folders, in which POSIX lets nothing be deleted.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable

from vigie.ship.apart.links import is_link, remove_link


def remove_folder(path: str) -> bool:
    """Remove ``path`` with all that lies in it; True when it is gone.

    Links are removed, not followed. What somebody still holds stays, and False is returned: the next try
    takes up there. Never raises.
    """
    if is_link(path):
        return _remove_link(path)
    for _ in range(_TRIES):
        _empty(path)
        try:
            os.rmdir(path)
        except FileNotFoundError:
            return True
        except OSError:
            continue
        return True
    return not os.path.lexists(path)


_TRIES = 3
"""A process that a hook left behind may write while we remove."""


def _empty(folder: str) -> None:
    try:
        entries = list(os.scandir(folder))
    except PermissionError:
        entries = _open_up(folder)
    except OSError:
        return
    for entry in entries:
        if is_link(entry.path):
            _remove_link(entry.path)
        elif entry.is_dir(follow_symlinks=False):
            _empty(entry.path)
            _try(os.rmdir, entry.path)
        else:
            _try(os.unlink, entry.path)


def _open_up(folder: str) -> list[os.DirEntry[str]]:
    try:
        os.chmod(folder, stat.S_IRWXU)
        return list(os.scandir(folder))
    except OSError:
        return []


def _remove_link(path: str) -> bool:
    _try(remove_link, path)
    return not os.path.lexists(path)


def _try(remove: Callable[[str], None], path: str) -> None:
    try:
        remove(path)
        return
    except OSError:
        pass
    try:
        if not is_link(path):
            os.chmod(path, stat.S_IRWXU)
        os.chmod(os.path.dirname(path), stat.S_IRWXU)
        remove(path)
    except OSError:
        pass
