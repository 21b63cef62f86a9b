"""Which commit lies in a folder, and whether the code there is newer than a moment."""

from __future__ import annotations

import os

SKIPPED = frozenset({"__pycache__", "node_modules", "logs", "site-packages", "venv", "env", "dist", "build"})
"""Folders that hold no code of the bot's own; hidden ones are passed over as well."""

MOST_FILES = 20_000


def commit_in(folder: str) -> str | None:
    """Return the full id of the commit checked out in ``folder`` or above it, or None.

    Read from git's own files, because a launch must not wait for a program. Where they cannot tell
    (no repository, an unborn branch, the reftable format) the answer is None.
    """
    git = _git_folder(folder)
    if git is None:
        return None
    head = _first_line(os.path.join(git, "HEAD"))
    if not head.startswith("ref: "):
        return head if _is_commit(head) else None
    name = head[5:]
    for base in (git, os.path.join(git, _first_line(os.path.join(git, "commondir")) or ".")):
        found = _first_line(os.path.join(base, *name.split("/")))
        if _is_commit(found):
            return found
        packed = _packed(os.path.join(base, "packed-refs"), name)
        if packed is not None:
            return packed
    return None


def newest_code(folder: str, endings: tuple[str, ...] = (".py",)) -> tuple[float, str] | None:
    """Return when, in calendar seconds, the newest code file below ``folder`` was changed, and its path."""
    newest: tuple[float, str] | None = None
    for path, changed in code_files(folder, endings):
        if newest is None or changed > newest[0]:
            newest = (changed, path)
    return newest


def code_files(folder: str, endings: tuple[str, ...] = (".py",)) -> list[tuple[str, float]]:
    """Return the code files below ``folder`` with the calendar seconds of their last change, bounded."""
    found: list[tuple[str, float]] = []
    waiting = [folder]
    while waiting and len(found) < MOST_FILES:
        try:
            entries = list(os.scandir(waiting.pop()))
        except OSError:
            continue
        for entry in entries:
            try:
                if entry.is_dir(follow_symlinks=False):
                    if (
                        not entry.name.startswith(".")
                        and entry.name not in SKIPPED
                        and not _is_environment(entry)
                    ):
                        waiting.append(entry.path)
                elif entry.name.endswith(endings):
                    found.append((entry.path, entry.stat().st_mtime))
            except OSError:
                continue
    return found


def _is_environment(entry: os.DirEntry[str]) -> bool:
    return os.path.exists(os.path.join(entry.path, "pyvenv.cfg"))


def _git_folder(folder: str) -> str | None:
    here = os.path.abspath(folder)
    while True:
        git = os.path.join(here, ".git")
        if os.path.isdir(git):
            return git
        if os.path.isfile(git):
            told = _first_line(git)
            return os.path.join(here, told[8:]) if told.startswith("gitdir: ") else None
        above = os.path.dirname(here)
        if above == here:
            return None
        here = above


def _first_line(path: str) -> str:
    try:
        with open(path, "rb") as file:
            return file.read(4096).split(b"\n", 1)[0].decode("utf-8", "replace").strip()
    except OSError:
        return ""


def _packed(path: str, name: str) -> str | None:
    try:
        with open(path, "rb") as file:
            for line in file:
                commit, _, ref = line.decode("utf-8", "replace").strip().partition(" ")
                if ref == name and _is_commit(commit):
                    return commit
    except OSError:
        pass
    return None


def _is_commit(text: str) -> bool:
    return len(text) in (40, 64) and all(letter in "0123456789abcdef" for letter in text)
