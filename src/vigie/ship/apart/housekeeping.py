"""Clears up as ``git commit`` would have: commits made without it leave their objects one file each."""

from __future__ import annotations

import os

from vigie.ship.git.command import Git
from vigie.ship.git.configuration import Configuration, read_configuration
from vigie.ship.git.repository import Repository

TIDY_DEADLINE = 60.0
"""Seconds; git goes on by itself in the background (``gc.autoDetach``)."""

LOOSE = 6700
PACKS = 50
"""git-config(1), ``gc.auto`` and ``gc.autoPackLimit``."""

_SAMPLE = "17"
"""Objects spread evenly over 256 folders by their names: git counts one of them, and so do we."""


def tidy(git: Git, repository: Repository, configuration: Configuration | None = None) -> bool:
    """Run ``git gc --auto`` if it had something to do; True when it was run. Never raises for what it says."""
    if configuration is None:
        configuration = read_configuration(git)
    if configuration.get("maintenance.auto", "").casefold() in ("false", "no", "off", "0"):
        return False
    if not _is_due(repository, configuration):
        return False
    git.act("gc", "--auto", "--quiet", deadline=TIDY_DEADLINE)
    return True


def _is_due(repository: Repository, configuration: Configuration) -> bool:
    loose = _number(configuration.get("gc.auto"), LOOSE)
    packs = _number(configuration.get("gc.autopacklimit"), PACKS)
    if loose <= 0:
        return False
    objects = os.path.join(repository.common_dir, "objects")
    if _count(os.path.join(objects, _SAMPLE)) > -(-loose // 256):
        return True
    return 0 < packs < _count(os.path.join(objects, "pack"), ".pack")


def _number(value: str | None, default: int) -> int:
    try:
        return default if value is None else int(value)
    except ValueError:
        # 7k and the like: git decides, it knows how to read them.
        return 1


def _count(folder: str, ending: str = "") -> int:
    try:
        return sum(name.endswith(ending) for name in os.listdir(folder))
    except OSError:
        return 0
