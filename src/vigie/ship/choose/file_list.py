"""From what was typed after ``--files`` to paths of the repository; whatever cannot be meant exits 2."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable

from vigie.problems import UsageProblem
from vigie.ship.display import printable

MAX_LIST = 16 * 1024 * 1024
"""Bytes of a file of names: more is no list."""

_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
"""What PowerShell and Notepad write before a text (Unicode Standard 23.8, byte order mark)."""


def split_names(
    values: Iterable[str], exists: Callable[[str], bool], root: str | None = None
) -> tuple[str, ...]:
    """Return the names in ``values``, each one name or several with commas between.

    A comma belongs to the name when a file of that exact name exists. With ``root``, ``@list.txt`` stands for
    the names in that file of the project, unless a file is called so. Raises ``UsageProblem`` when there is
    no name at all, or no such list.
    """
    names: dict[str, None] = {}
    for name in _split(values, exists):
        if root is not None and name.startswith("@") and not exists(name):
            names.update(dict.fromkeys(read_list(os.path.join(root, name[1:]))))
        else:
            names[name] = None
    if not names:
        raise UsageProblem("ship.no-file-listed")
    return tuple(names)


def read_list(file: str) -> tuple[str, ...]:
    """Return the names in a file, one a line, or with NUL bytes between (as ``git ... -z`` prints them).

    Nothing in a line means anything but the name: no comma, no quote, no space. Raises ``UsageProblem``.
    """
    try:
        with open(file, "rb") as stream:
            content = stream.read(MAX_LIST + 1)
    except OSError as error:
        raise UsageProblem(
            "staging.list-unreadable", file=printable(file), detail=str(error.strerror)
        ) from error
    if len(content) > MAX_LIST:
        raise UsageProblem("staging.list-too-long", file=printable(file))
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            content = os.fsencode(content[len(mark) :].decode(encoding, "replace"))
    if b"\0" in content:
        entries = content.split(b"\0")
    else:
        entries = [line.removesuffix(b"\r") for line in content.split(b"\n")]
    return tuple(os.fsdecode(entry) for entry in entries if entry)


def _split(values: Iterable[str], exists: Callable[[str], bool]) -> Iterable[str]:
    for value in values:
        parts = value.split(",")
        start = 0
        while start < len(parts):
            end = _longest(parts, start, exists)
            name = ",".join(parts[start:end])
            name = name if exists(name) else name.strip()
            if name:
                yield name
            start = end


def _longest(parts: list[str], start: int, exists: Callable[[str], bool]) -> int:
    """Return where the longest name that exists and begins at ``start`` ends; without one, the next comma."""
    for end in range(len(parts), start + 1, -1):
        name = ",".join(parts[start:end])
        if exists(name) or exists(name.strip()):
            return end
    return start + 1


def locate(name: str, root: str, project: str, top: str) -> str:
    """Return the path of ``name`` relative to the top folder, ``/`` between; "" is the top itself.

    ``root`` is the project as the person calls it, ``project`` the same with links resolved. Raises
    ``UsageProblem`` for a name outside the repository, inside ``.git``, or beyond a link to a folder.
    """
    full = os.path.abspath(os.path.join(root, name))
    inside = _relative(full, os.path.abspath(root))
    # Names that lead out of the project are resolved from where it really lies, as git would.
    full = (
        os.path.join(project, inside) if inside is not None else os.path.abspath(os.path.join(project, name))
    )
    path = _relative(full, top)
    if path is None:
        raise UsageProblem("ship.file-outside", file=printable(name), top=printable(top))
    parts = [] if path == os.curdir else path.split(os.sep)
    if any(part.casefold() == ".git" for part in parts):
        raise UsageProblem("ship.file-in-git", file=printable(name))
    for depth in range(1, len(parts)):
        if os.path.islink(os.path.join(top, *parts[:depth])):
            raise UsageProblem("ship.file-beyond-link", file=printable(name), link="/".join(parts[:depth]))
    return "/".join(parts)


def _relative(path: str, folder: str) -> str | None:
    """Return ``path`` relative to ``folder``, None when it lies outside."""
    try:
        relative = os.path.relpath(path, folder)
    except ValueError:  # another drive
        return None
    return None if relative.split(os.sep)[0] == os.pardir else relative


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name most like the one that was typed, by its path or by its last part alone."""
    from difflib import get_close_matches

    wanted = name.replace(os.sep, "/") if sys.platform == "win32" else name
    by_name: dict[str, str] = {}
    for path in known:
        by_name.setdefault(path.rpartition("/")[2], path)
        by_name[path] = path
    close = get_close_matches(wanted, by_name, n=1, cutoff=0.6)
    return by_name[close[0]] if close else None
