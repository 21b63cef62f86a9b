"""Lets files in the folder follow what hooks made of them: else the next commit of everything would undo the hooks.

Only what is still exactly as it was staged is replaced, each file at once; what somebody has touched since is theirs.
"""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Callable, Iterable, Mapping

from vigie.ship.apart.removal import remove_folder
from vigie.ship.git.command import Git
from vigie.ship.git.index import ABSENT_MODE, Difference, Entry, require, set_entries

_LINKED_REPOSITORY = "160000"


def follow_files(git: Git, files: Mapping[str, Difference], folder: str) -> tuple[str, ...]:
    """Bring ``files`` (as they were staged, as they were committed) to what was committed, at git's folder.

    Returns those left as they are: changed since, in the way of a new one, or taken out by a hook (nothing is ever
    deleted here). ``folder``: ours, on the same disk, removed in the end. May be repeated. Raises ``Failure``.
    """
    wanted = {
        path: row for path, row in files.items() if row.new.mode not in (ABSENT_MODE, _LINKED_REPOSITORY)
    }
    left = {path for path, row in files.items() if row.new.mode == ABSENT_MODE and _lies(git, path)}
    if not wanted:
        return tuple(sorted(left))
    os.makedirs(folder, exist_ok=True)
    try:
        left |= _follow(git, wanted, folder)
    finally:
        remove_folder(folder)
    git.query("update-index", "-q", "--refresh")
    return tuple(sorted(left))


def _follow(git: Git, wanted: Mapping[str, Difference], folder: str) -> set[str]:
    before = {path: _seen(git, path) for path in wanted}
    after, out = os.path.join(folder, "after"), os.path.join(folder, "out")
    to_do = _differing(git, {path: row.new for path, row in wanted.items()}, after)
    staged = {path: wanted[path].old for path in to_do if wanted[path].old.mode != ABSENT_MODE}
    touched = _differing(git, staged, os.path.join(folder, "before")) if staged else set()
    touched |= {path for path in to_do if path not in staged and _lies(git, path)}
    ready = to_do - touched
    names = b"".join(os.fsencode(path) + b"\0" for path in sorted(ready))
    prefix = out.replace(os.sep, "/") + "/"
    git.ask("checkout-index", "-q", "-z", "--stdin", f"--prefix={prefix}", stdin=names, index=after)
    return touched | {path for path in ready if not _put(git, path, os.path.join(out, path), before[path])}


def _differing(git: Git, entries: Mapping[str, Entry], index: str) -> set[str]:
    """Return the paths whose file is not what its entry says, filters and line endings considered."""
    require(set_entries(git, entries, index))
    git.query("update-index", "-q", "--refresh", index=index)
    names = git.ask("diff-files", "--name-only", "-z", index=index).split(b"\0")
    return {os.fsdecode(name) for name in names if name}


def _place(git: Git, path: str) -> str:
    return os.path.join(git.directory, path)


def _lies(git: Git, path: str) -> bool:
    return os.path.lexists(_place(git, path))


def _seen(git: Git, path: str) -> tuple[int, ...]:
    """Return by what a change of a file since now will be noticed."""
    try:
        status = os.lstat(_place(git, path))
    except OSError:
        return ()
    return status.st_ino, status.st_size, status.st_mtime_ns, status.st_mode


def _put(git: Git, path: str, made: str, seen: tuple[int, ...]) -> bool:
    """Move a file that was made to its place; False when something else is there by now."""
    place = _place(git, path)
    if _beyond_link(git.directory, path) or _seen(git, path) != seen:
        return False
    try:
        if seen:
            _keep_rights(made, os.lstat(place))
            os.replace(made, place)
        else:
            os.makedirs(os.path.dirname(place), exist_ok=True)
            _put_new(made, place)
    except OSError:
        return False
    return True


def _put_new(made: str, place: str) -> None:
    """Bring a file where none is; unlike a move, this never replaces what came there a moment ago."""
    if os.path.islink(made):
        os.symlink(os.readlink(made), place)
        return
    try:
        os.link(made, place)
    except FileExistsError:
        raise
    except OSError:  # not every disk knows such links
        with open(made, "rb") as source, open(place, "xb") as target:
            shutil.copyfileobj(source, target)
        shutil.copymode(made, place)


def _keep_rights(made: str, old: os.stat_result) -> None:
    """Give a file the rights and the owner of the one it replaces; whether it may be run is git's to say."""
    if not stat.S_ISREG(old.st_mode) or os.path.islink(made):
        return
    rights = stat.S_IMODE(old.st_mode)
    runs = os.lstat(made).st_mode & stat.S_IXUSR
    rights = rights | (rights & 0o444) >> 2 if runs else rights & ~0o111
    os.chmod(made, rights)
    give: Callable[[str, int, int], None] | None = getattr(os, "chown", None)
    if give is not None:
        give(made, old.st_uid, old.st_gid)


def _beyond_link(top: str, path: str) -> bool:
    return any(os.path.islink(os.path.join(top, folder)) for folder in _folders(path))


def _folders(path: str) -> Iterable[str]:
    parts = path.split("/")[:-1]
    return ("/".join(parts[:count]) for count in range(1, len(parts) + 1))
