"""The configuration of the repository apart: the person's, but for what ties it to their folder.

Only what stands in the repository itself is written down; what the person and the machine have set holds there
anyway.
"""

from __future__ import annotations

import os
import re
import sys
from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from vigie.ship.apart.places import absolute_address, absolute_path
from vigie.ship.git.command import Git
from vigie.ship.git.configuration import Configuration
from vigie.ship.git.repository import Repository


class Setting(NamedTuple):
    """One line of a configuration. ``value`` is None for a variable that stands there alone: true."""

    scope: str
    name: str
    value: str | None


_OF_THE_REPOSITORY = frozenset({"local", "worktree"})
_OF_THE_PERSON = frozenset({"system", "global"})

_KEPT_EXTENSIONS = frozenset({"extensions.objectformat", "extensions.partialclone"})
"""The others say how the person's repository stores references, worktrees and the like: not ours."""

_DROPPED = frozenset(
    {
        "core.bare",
        "core.fsmonitor",
        "core.hookspath",
        "core.repositoryformatversion",
        "core.splitindex",
        "core.worktree",
        "gc.auto",
        "include.path",
        "lfs.storage",
        "maintenance.auto",
        "submodule.recurse",
    }
)

_ADDRESS = re.compile(
    r"remote\..*\.(url|pushurl)|branch\..*\.(remote|pushremote)|remote\.pushdefault", re.DOTALL
)
_FILES = re.compile(
    r"core\.(attributesfile|excludesfile)|gpg\.ssh\.(allowedsignersfile|revocationfile)|mailmap\.file|"
    r"user\.signingkey|gpg\.(.*\.)?program"
)
"""What may name a file from the top folder, perhaps one that no commit holds."""


def read_settings(git: Git) -> list[Setting]:
    """Return all settings that hold in ``git.directory``, in their order, what they include already followed."""
    fields = git.ask("config", "--list", "-z", "--show-scope").split(b"\0")
    settings = []
    for scope, line in zip(fields[0:-1:2], fields[1::2], strict=True):
        name, given, value = os.fsdecode(line).partition("\n")
        settings.append(Setting(scope.decode("ascii"), name, value if given else None))
    return settings


def as_configuration(settings: Iterable[Setting]) -> Configuration:
    """Return the same settings as a table of the last values."""
    return {setting.name: "true" if setting.value is None else setting.value for setting in settings}


def settings_apart(settings: Iterable[Setting], repository: Repository, hooks: str) -> list[Setting]:
    """Return what stands in the configuration apart; ``hooks``: where the hooks lie, absolute."""
    top, common = repository.top, repository.common_dir
    kept, lfs = [], os.path.join(common, "lfs")
    for setting in settings:
        name, value = setting.name, setting.value
        if name == "lfs.storage" and value:
            # A relative one is meant from the git folder (git-lfs-config(5)).
            lfs = os.path.join(common, os.path.expanduser(value))
        if setting.scope not in _OF_THE_REPOSITORY or name in _DROPPED or name.startswith("includeif."):
            continue
        if name.startswith("extensions.") and name not in _KEPT_EXTENSIONS:
            continue
        if value and _ADDRESS.fullmatch(name):
            value = absolute_address(value, top)
        elif value and _FILES.fullmatch(name):
            value = absolute_path(value, top)
        kept.append(Setting("local", name, value))
    extended = any(setting.name in _KEPT_EXTENSIONS for setting in kept)
    ours = {
        "core.repositoryformatversion": "1" if extended else "0",
        "core.bare": "false",
        "core.fsmonitor": "false",
        "core.hooksPath": hooks.replace(os.sep, "/"),
        "lfs.storage": lfs.replace(os.sep, "/"),
        # Submodules are not checked out here, and what is thrown away in the end need not be tidied.
        "submodule.recurse": "false",
        "gc.auto": "0",
        "maintenance.auto": "false",
    }
    if sys.platform == "win32":
        # The folder apart lies deeper than the person's.
        ours["core.longpaths"] = "true"
    return [*kept, *(Setting("local", name, value) for name, value in ours.items())]


def is_conditional(settings: Iterable[Setting]) -> bool:
    """Whether the person includes files by condition: in another folder the conditions may not hold."""
    return any(one.name.startswith("includeif.") and one.scope in _OF_THE_PERSON for one in settings)


def missing(settings: Iterable[Setting], apart: Iterable[Setting]) -> list[Setting]:
    """Return the person's own settings that hold in their folder and do not hold apart."""
    there = Counter(one for one in apart if one.scope in _OF_THE_PERSON)
    found = []
    for one in settings:
        if one.scope not in _OF_THE_PERSON or one.name.startswith(("includeif.", "include.")):
            continue
        there[one] -= 1
        if there[one] < 0:
            found.append(one)
    return found


def written(settings: Iterable[Setting]) -> bytes:
    """Return the settings as a configuration file; git-config(1), "CONFIGURATION FILE"."""
    lines = []
    for setting in settings:
        section, _, rest = setting.name.partition(".")
        subsection, dot, variable = rest.rpartition(".")
        head = f'{section} "{_escaped_name(subsection)}"' if dot else section
        value = "" if setting.value is None else f' = "{_escaped_value(setting.value)}"'
        lines.append(f"[{head}]\n\t{variable}{value}\n")
    return os.fsencode("".join(lines))


def _escaped_name(name: str) -> str:
    return name.replace("\\", "\\\\").replace('"', '\\"')


_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\b": "\\b"})


def _escaped_value(value: str) -> str:
    return value.translate(_ESCAPES)
