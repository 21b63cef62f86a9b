"""Which commit lies in a folder, and where git keeps what it knows of that folder."""

from __future__ import annotations

import os


def commit_in(folder: str) -> str | None:
    """Return the full id of the commit checked out in ``folder`` or above it, or None.

    Read from git's own files, because a launch must not wait for a program. Where they cannot tell
    (no repository, an unborn branch, the reftable format) the answer is None.
    """
    git = git_folder(folder)
    if git is None:
        return None
    head = _first_line(os.path.join(git, "HEAD"))
    if not head.startswith("ref: "):
        return head if _is_commit(head) else None
    name = head[5:]
    for base in (git, common_folder(git)):
        found = _first_line(os.path.join(base, *name.split("/")))
        if _is_commit(found):
            return found
        packed = _packed(os.path.join(base, "packed-refs"), name)
        if packed is not None:
            return packed
    return None


def git_folder(folder: str) -> str | None:
    """Return git's own folder for ``folder`` or for what is above it; a linked worktree has one of its own."""
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


def common_folder(git: str) -> str:
    """Return the folder that all worktrees of a repository share (gitrepository-layout(5), commondir)."""
    return os.path.join(git, _first_line(os.path.join(git, "commondir")) or ".")


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
