"""What is never committed: logs, caches, secrets, virtual environments, our own files.

The list is the contract's (CONTRACT.md, "Files"). Names are compared without regard to case, since the same
repository is used on systems that do not tell ``.ENV`` from ``.env``. ``generated`` knows what programs write
for themselves: that is not taken along unasked, yet a person may name it.
"""

from __future__ import annotations

import os
import re

OUR_FOLDERS = frozenset({".vigie", "logs"})
"""At the project's top folder."""

OUR_FILE = "bot_status.json"

CACHES = frozenset({"__pycache__"})
VIRTUAL_ENVIRONMENTS = frozenset({".venv", "venv", "env"})
VIRTUAL_ENVIRONMENT_MARKS = ("pyvenv.cfg", "conda-meta")
"""What lies in every virtual environment: PEP 405 (venv, virtualenv 20), conda."""

EXAMPLES = (".example", ".sample", ".template", ".dist")
"""Endings of ``.env`` files that hold no secret and are meant to be shared."""

_LOG = re.compile(r"\.log(\.\d+)?$")

_GENERATED_FOLDERS = frozenset(
    {
        *(".mypy_cache", ".pytest_cache", ".ruff_cache", ".hypothesis", ".tox", ".nox", ".eggs", "htmlcov"),
        *(".ipynb_checkpoints", "node_modules", "__pypackages__"),
    }
)
_GENERATED = re.compile(
    # Databases, with what SQLite keeps beside them (https://www.sqlite.org/tempfiles.html), and dbm's.
    r"\.(db3?|sqlite3?|s3db)(-journal|-wal|-shm)?$|\.(dbm|rdb)$"
    # Who is logged in: Telethon, Pyrogram and others.
    r"|\.session(-journal|-wal|-shm)?$"
    r"|\.py[co]$|^\.coverage(\..+)?$|\.egg-info$"
    r"|^(\.ds_store|thumbs\.db|desktop\.ini|nohup\.out)$"
    r"|\.(swp|swo|pid|sock)$|~$|^\.#|^#.+#$"
)


class DenyList:
    """The rules for one project, remembering which folders were looked into."""

    def __init__(self, top: str, prefix: str) -> None:
        """``top``: the repository's top folder; ``prefix``: the project's folder in it, "" or ``a/b/``."""
        self._top = top
        self._prefix = prefix
        self._environments: dict[str, bool] = {}

    def denies(self, path: str, *, by_name: bool) -> bool:
        """Whether ``path`` (relative to the top folder, ``/`` between) must stay out.

        ``by_name``: a folder called ``env`` is taken for a virtual environment by its name alone. That is
        right for what git does not know yet; in what it does know, ``env`` may be somebody's package.
        """
        folders = path.casefold().split("/")
        name = folders.pop()
        if _is_secret(name) or _LOG.search(name) or CACHES.intersection(folders):
            return True
        if self._is_ours(path):
            return True
        if by_name and VIRTUAL_ENVIRONMENTS.intersection(folders):
            return True
        return self._in_virtual_environment(path)

    def _is_ours(self, path: str) -> bool:
        if not path.startswith(self._prefix):
            return False
        first, inside, _ = path[len(self._prefix) :].partition("/")
        # The status file is replaced whole: for an instant another of nearly the same name lies beside it.
        return first in OUR_FOLDERS if inside else first.lstrip(".").startswith(OUR_FILE)

    def _in_virtual_environment(self, path: str) -> bool:
        folder = os.path.dirname(path)
        if not folder or folder + "/" == self._prefix:
            return False
        if folder not in self._environments:
            full = os.path.join(self._top, folder)
            marked = any(os.path.exists(os.path.join(full, mark)) for mark in VIRTUAL_ENVIRONMENT_MARKS)
            self._environments[folder] = marked or self._in_virtual_environment(folder)
        return self._environments[folder]


def generated(path: str) -> str | None:
    """Return what programs write for themselves at ``path``: the file, or the folder it lies in; else None."""
    folders = path.split("/")
    name = folders.pop()
    for depth, folder in enumerate(folders, 1):
        folded = folder.casefold()
        if folded in _GENERATED_FOLDERS or folded.endswith(".egg-info"):
            return "/".join(folders[:depth]) + "/"
    return path if _GENERATED.search(name.casefold()) else None


def _is_secret(name: str) -> bool:
    return name == ".env" or (name.startswith(".env.") and not name.endswith(EXAMPLES))
