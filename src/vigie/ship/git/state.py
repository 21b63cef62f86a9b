"""May a commit be made now: nothing in conflict, somebody to sign, no lock in the way."""

from __future__ import annotations

import os
from collections.abc import Callable

from vigie.problems import Failure, Refusal
from vigie.ship.choose.changes import Change
from vigie.ship.display import listed
from vigie.ship.git.command import Git
from vigie.ship.git.configuration import Configuration
from vigie.ship.git.index_lock import STILL, require_free
from vigie.ship.git.repository import Repository


def require_no_conflict(changes: tuple[Change, ...]) -> None:
    """Raise ``Refusal`` ``ship.unmerged-files`` while a file still holds a conflict."""
    unmerged = [change.path for change in changes if change.unmerged]
    if unmerged:
        raise Refusal("ship.unmerged-files", files=listed(unmerged))


def require_identity(git: Git, configuration: Configuration | None = None) -> None:
    """Raise ``Failure`` ``ship.no-identity`` when git does not know whose commit it would be.

    git is asked only when the configuration does not plainly say it.
    """
    if configuration is not None and _is_named(git, configuration):
        return
    for who in ("GIT_AUTHOR_IDENT", "GIT_COMMITTER_IDENT"):
        if git.query("var", who).code != 0:
            raise Failure("ship.no-identity")


def _is_named(git: Git, configuration: Configuration) -> bool:
    """Whether name and address are set once, for everything; git wants a letter or digit in a name."""
    if any(name.startswith(("author.", "committer.")) for name in configuration):
        return False
    if any(name.upper().startswith(("GIT_AUTHOR_", "GIT_COMMITTER_")) for name in git.environment):
        return False
    who = (configuration.get("user.name", ""), configuration.get("user.email", ""))
    return all(part.isprintable() and any(letter.isalnum() for letter in part) for part in who)


def lock_files(repository: Repository) -> tuple[str, ...]:
    """Return the locks that would stop a commit: the index's, HEAD's, the branch's."""
    branch = os.path.join(repository.common_dir, *repository.branch.split("/"))
    return (
        repository.index_file + ".lock",
        os.path.join(repository.git_dir, "HEAD.lock"),
        branch + ".lock",
    )


def held_lock(repository: Repository) -> str | None:
    """Return the lock that stops a commit now, None when there is none."""
    return next((lock for lock in lock_files(repository) if os.path.lexists(lock)), None)


def require_free_locks(
    repository: Repository, sleep: Callable[[float], None], *, alone: bool = False, still: float = STILL
) -> tuple[str, ...]:
    """Raise ``Refusal`` while another git goes on holding what a commit needs; return the locks removed.

    ``alone``: the caller holds our own lock for this repository and may remove what a dead git has left.
    ``still``: seconds that such a file must have lain there unchanged.
    """
    folders = (repository.top, repository.git_dir, repository.common_dir)
    removed = []
    for lock in lock_files(repository):
        if os.path.lexists(lock) and require_free(lock, folders, sleep, alone=alone, still=still):
            removed.append(lock)
    return (*removed, *(clear_other_locks(repository, still) if alone else ()))


def clear_other_locks(repository: Repository, still: float = STILL) -> tuple[str, ...]:
    """Remove locks that stop no commit, but a clean-up or a fetch, where they are nobody's; return them.

    The caller holds our own lock for this repository.
    """
    folders = (repository.top, repository.git_dir, repository.common_dir)
    return tuple(lock for lock in _other_locks(repository) if _is_cleared(lock, folders, still))


def _other_locks(repository: Repository) -> tuple[str, ...]:
    """Return the locks of the packed branches, the configuration, and what the remotes' branch is known to hold."""
    names = ["packed-refs", "config"]
    try:
        remotes = os.listdir(os.path.join(repository.common_dir, "refs", "remotes"))
    except OSError:
        remotes = []
    names += (os.path.join("refs", "remotes", remote, repository.short_branch) for remote in remotes)
    return tuple(os.path.join(repository.common_dir, name) + ".lock" for name in names)


def _is_cleared(lock: str, folders: tuple[str, ...], still: float) -> bool:
    try:
        return os.path.lexists(lock) and require_free(
            lock, folders, lambda _pause: None, alone=True, still=still
        )
    except Refusal:
        return False
