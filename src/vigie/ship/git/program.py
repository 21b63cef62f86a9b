"""Which file is git: found once, as an absolute path, and never one that lies in the project.

Windows looks in the current folder first; a ``git.exe`` that somebody committed would then be run.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

from vigie.problems import Failure


def find_git(environ: Mapping[str, str], project: str) -> str:
    """Return git's absolute path from ``PATH``; raises ``Failure`` ``ship.git-missing``.

    Entries of ``PATH`` that are relative to the current folder, or the project itself, are passed over. Only
    ``git.exe`` counts on Windows: a ``.cmd`` would be run by a shell.
    """
    name = "git.exe" if sys.platform == "win32" else "git"
    avoided = os.path.normcase(os.path.realpath(project))
    for folder in environ.get("PATH", os.defpath).split(os.pathsep):
        if not os.path.isabs(folder) or os.path.normcase(os.path.realpath(folder)) == avoided:
            continue
        candidate = os.path.join(folder, name)
        if os.path.isfile(candidate) and os.access(candidate, os.X_OK):
            return candidate
    raise Failure("ship.git-missing")
