"""What lies on disk under a path, in git's terms: its mode and the name of the content git would store.

Nothing is written: not even an object, because an ignored file may hold secrets.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterable, Mapping

from vigie.ship.git.command import Git
from vigie.ship.git.index import ABSENT_MODE, Entry

FOLDER = "folder"
UNKNOWN = "unknown"
"""Modes of what git has no name for: a folder (that is no repository), and what cannot be read."""

LINK = "120000"
FILE = "100644"
PROGRAM = "100755"
SUBMODULE = "160000"


def absent(width: int) -> Entry:
    """Return the entry of what is not there; ``width``: signs in a name of this repository."""
    return Entry(ABSENT_MODE, "0" * width)


def entries_on_disk(git: Git, top: str, paths: Iterable[str], width: int) -> dict[str, Entry]:
    """Return what lies under each of these paths of the working folder ``top``.

    Filters and line endings are applied as ``git add`` would.
    """
    found: dict[str, Entry] = {}
    regular: dict[str, str] = {}
    for path in paths:
        entry = _at(os.path.join(top, path), width)
        if entry.mode in (FILE, PROGRAM):
            regular[path] = entry.mode
        else:
            found[path] = entry
    for path, content in _contents(git, top, list(regular)).items():
        found[path] = Entry(regular[path], content) if content else Entry(UNKNOWN, "")
    return found


def same(one: Entry, other: Entry, file_modes: bool) -> bool:
    """Whether two entries are the same to git; without ``core.fileMode`` a program is a file like any other."""
    if one.content != other.content:
        return False
    plain = (FILE, PROGRAM)
    return one.mode == other.mode or (not file_modes and one.mode in plain and other.mode in plain)


def keeps_file_modes(git: Git) -> bool:
    """Whether the executable bit on disk means anything here (git-config(1), core.fileMode)."""
    return git.query("config", "--type=bool", "--get", "core.filemode").out.strip() != b"false"


def _at(path: str, width: int) -> Entry:
    try:
        seen = os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return absent(width)
    except OSError:
        return Entry(UNKNOWN, "")
    if stat.S_ISLNK(seen.st_mode):
        return Entry(LINK, _name_of(os.fsencode(os.readlink(path)), width))
    if stat.S_ISREG(seen.st_mode):
        return Entry(PROGRAM if seen.st_mode & 0o100 else FILE, "")
    return Entry(FOLDER if stat.S_ISDIR(seen.st_mode) else UNKNOWN, "")


def _name_of(data: bytes, width: int) -> str:
    """Return the name of a blob (gitformat: ``blob SIZE NUL DATA``)."""
    algorithm = hashlib.sha256 if width == 64 else hashlib.sha1
    return algorithm(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


def _contents(git: Git, top: str, paths: list[str]) -> Mapping[str, str]:
    if not paths:
        return {}
    outcome = git.at(top).query("hash-object", "--stdin-paths", stdin=b"".join(map(_quoted, paths)))
    names = outcome.out.decode("ascii").split()
    if outcome.code == 0 and len(names) == len(paths):
        return dict(zip(paths, names, strict=True))
    if len(paths) == 1:
        return {paths[0]: ""}
    # One of them cannot be read, and git stopped there: asked one by one, only that one stays unknown.
    return {path: name for single in paths for path, name in _contents(git, top, [single]).items()}


def _quoted(path: str) -> bytes:
    """Return a path as git's C-style quotes write it, which ``--stdin-paths`` understands."""
    signs = b"".join(
        bytes((sign,)) if 32 <= sign < 127 and sign not in b'"\\' else b"\\%03o" % sign
        for sign in os.fsencode(path)
    )
    return b'"' + signs + b'"\n'
