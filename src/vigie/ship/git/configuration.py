"""git's configuration, read once for everything that wants to know something of it."""

from __future__ import annotations

import os
from collections.abc import Mapping

from vigie.ship.git.command import Git

Configuration = Mapping[str, str]
"""Name -> value: section and variable in small letters, what stands between them as it is written."""

_TRUE = frozenset({"true", "yes", "on"})


def read_configuration(git: Git) -> dict[str, str]:
    """Return every setting that holds here; of several values the last, which is the strongest.

    A variable without a value is ``true`` (git-config(1), "boolean").
    """
    found = {}
    for entry in git.ask("config", "--list", "-z").split(b"\0"):
        if entry:
            name, given, value = os.fsdecode(entry).partition("\n")
            found[name] = value if given else "true"
    return found


def is_true(configuration: Configuration, name: str) -> bool:
    """Whether a setting is switched on: true, yes, on, or a number that is not 0 (git-config(1), "boolean")."""
    value = configuration.get(name, "").casefold()
    return value in _TRUE or (value.lstrip("+-").isdecimal() and int(value) != 0)


def keeps_refs_in_files(configuration: Configuration) -> bool:
    """Whether ``MERGE_HEAD`` and its like are files: so it is unless another storage was chosen (git 2.45)."""
    return configuration.get("extensions.refstorage", "files") == "files"
