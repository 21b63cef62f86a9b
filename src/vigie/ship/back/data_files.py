"""Which files a bot writes itself: no way back ever takes what stands in them.

A tracked ``data.json`` goes into each commit of everything. With yesterday's code, the version before would
bring back yesterday's points and balances; what is in such a file stays as it is, and it is told. Files of
settings and of packages are the person's and belong to their version.
"""

from __future__ import annotations

import re

_WRITTEN = (
    *(".json", ".jsonl", ".csv", ".tsv", ".dat", ".pickle", ".pkl", ".session", ".log"),
    *(".db", ".db3", ".sqlite", ".sqlite3", "-journal", "-wal", "-shm"),
)
_SETTINGS = (
    r"(?:package(?:-lock)?|composer|tsconfig.*|.*config.*|.*settings?.*|.*schema.*|.*manifest.*)\.json"
)


def is_data(path: str) -> bool:
    """Whether the file at ``path`` is one that bots write while they run, by its name."""
    name = path.rpartition("/")[2].lower()
    return name.endswith(_WRITTEN) and re.fullmatch(_SETTINGS, name) is None
