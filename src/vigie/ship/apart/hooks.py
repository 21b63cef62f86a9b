"""Which hooks would run, told without running any: without them nothing has to be checked out."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable

from vigie.ship.git.command import Git
from vigie.ship.git.configuration import Configuration, read_configuration
from vigie.ship.git.repository import Repository

COMMIT_HOOKS = ("pre-commit", "prepare-commit-msg", "commit-msg", "post-commit")
"""What git-commit(1) runs for a commit that is no merge (githooks(5))."""

PUSH_HOOKS = ("pre-push",)
INDEX_HOOKS = ("post-index-change",)

_ENDINGS = ("", ".exe") if sys.platform == "win32" else ("",)


def has_hooks(
    git: Git, repository: Repository, names: Iterable[str], configuration: Configuration | None = None
) -> bool:
    """Whether one of the hooks ``names`` may run here; when that is not sure, True.

    Hooks may also stand in the configuration, under any name (``hook.<name>.event``, git 2.54).
    ``configuration``: all of it, if somebody has read it already.
    """
    if configuration is None:
        configuration = read_configuration(git)
    if any(name.startswith("hook.") for name in configuration):
        return True
    folder = hooks_folder(git, repository, configuration)
    files = (os.path.join(folder, name + ending) for name in names for ending in _ENDINGS)
    # git passes over a hook that may not be executed.
    return any(os.access(file, os.X_OK) for file in files)


def hooks_folder(git: Git, repository: Repository, configuration: Configuration) -> str:
    """Return where the hooks lie, as an absolute path; git-config(1), ``core.hooksPath``."""
    chosen = configuration.get("core.hookspath")
    if chosen is None:
        return os.path.join(repository.common_dir, "hooks")
    if not chosen or chosen.startswith(("~", "%(", ":(")):
        # Only git knows what it makes of those.
        git = git.at(repository.top)
        chosen = os.fsdecode(git.ask("rev-parse", "--git-path", "hooks").removesuffix(b"\n"))
    # A relative one is meant from where hooks are run: the top folder.
    return os.path.normpath(os.path.join(repository.top, chosen))
