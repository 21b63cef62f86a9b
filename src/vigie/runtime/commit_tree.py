"""The name of all files of a commit together: two commits with the same one hold the same files."""

from __future__ import annotations

import os
import zlib

from vigie.runtime.revision import common_folder, git_folder

ENOUGH = 512
"""Bytes of a commit that certainly hold its first line, which names the tree."""


def tree_of(folder: str, commit: str | None) -> str | None:
    """Return the tree of a commit of the repository around ``folder``, or None where that costs a program.

    Read from git's own files: new commits lie there one by one; packed ones are old.
    """
    git = git_folder(folder)
    if git is None or commit is None:
        return None
    path = os.path.join(common_folder(git), "objects", commit[:2], commit[2:])
    try:
        with open(path, "rb") as file:
            text = zlib.decompressobj().decompress(file.read(ENOUGH), ENOUGH)
    except (OSError, zlib.error):
        return None
    head, _, body = text.partition(b"\0")
    first = body.partition(b"\n")[0]
    if not head.startswith(b"commit ") or not first.startswith(b"tree "):
        return None
    return first[5:].decode("ascii", "replace")
