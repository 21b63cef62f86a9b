"""What goes into the commit: here all that changed and may be shared; ``listing`` takes single files."""

from __future__ import annotations

from typing import NamedTuple

from vigie.ship.choose.changes import ADDED, DELETED, UNCHANGED, Change
from vigie.ship.choose.deny_list import DenyList, generated
from vigie.ship.choose.reserved_names import require_portable
from vigie.ship.git.repository import Repository


class Selection(NamedTuple):
    """The paths of one commit, relative to the repository's top folder."""

    added: tuple[str, ...] = ()
    modified: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    from_index: tuple[str, ...] = ()
    """Those of the above taken as they are staged: what lies on disk is the same, or is not to be looked at."""
    left_out: tuple[str, ...] = ()
    """Known to git and changed, yet never committed."""
    unchanged: tuple[str, ...] = ()
    """Listed without having changed."""
    partly_staged: tuple[str, ...] = ()
    """Listed and staged before in another state: the whole file goes."""
    generated: tuple[str, ...] = ()
    """New and left out: what programs write for themselves, folders with a ``/`` at their end."""
    submodules: tuple[str, ...] = ()
    """Submodules on another commit, left out: nobody listed or staged them."""
    renamed: tuple[tuple[str, str], ...] = ()
    """Old and new name of files of which only the new name was listed."""

    @property
    def paths(self) -> tuple[str, ...]:
        """All paths that belong to the commit."""
        return (*self.added, *self.modified, *self.removed)

    @property
    def from_disk(self) -> tuple[str, ...]:
        """The paths to stage as they lie on disk."""
        kept = set(self.from_index)
        return tuple(path for path in self.paths if path not in kept)


class Picker:
    """Puts changes into a selection, one after the other."""

    def __init__(self, denied: DenyList) -> None:
        """``denied``: what is never taken."""
        self._denied = denied
        self._kinds: dict[str, str] = {}
        self._from_index: set[str] = set()
        self._left_out: list[str] = []
        self._generated: dict[str, None] = {}
        self._submodules: list[str] = []

    def offer(self, change: Change) -> None:
        """Take a change unless it is one that is never committed, or not unasked."""
        if change.untracked_by_hand:
            self._kinds[change.path] = "removed"
            self._from_index.add(change.path)
        elif change.nested:
            self._left_out.append(change.path)
        elif self._denied.denies(change.path, by_name=change.new):
            if not change.new:
                self._left_out.append(change.path)
        elif change.new and (what := generated(change.path)) is not None:
            self._generated[what] = None
        elif change.submodule and change.unstaged not in (UNCHANGED, DELETED):
            # A commit that only this machine has would make every other clone fail.
            self._submodules.append(change.path)
        else:
            self.take(change)

    def take(self, change: Change) -> None:
        """Take a change as it lies on disk; raises ``Refusal`` for a new name that no Windows could check out.

        What is staged and no other on disk is taken as it is staged: ``git update-index`` would take files out
        that the person asked git not to look at (``skip-worktree``).
        """
        kind = _kind(change)
        if kind == "added":
            require_portable(change.path)
        self._from_index.discard(change.path)
        if change.unstaged == UNCHANGED and not change.new:
            self._from_index.add(change.path)
        self._kinds[change.path] = kind

    def holds(self, path: str) -> bool:
        """Whether a path was taken."""
        return path in self._kinds

    @property
    def added(self) -> tuple[str, ...]:
        """The new paths taken so far."""
        return tuple(path for path, kind in self._kinds.items() if kind == "added")

    def selection(self) -> Selection:
        """Return what was taken and what was left."""
        of_kind: dict[str, list[str]] = {"added": [], "modified": [], "removed": []}
        for path, kind in sorted(self._kinds.items()):
            of_kind[kind].append(path)
        added, modified, removed = (tuple(paths) for paths in of_kind.values())
        return Selection(
            added,
            modified,
            removed,
            from_index=tuple(sorted(self._from_index)),
            left_out=tuple(sorted(self._left_out)),
            generated=tuple(sorted(self._generated)),
            submodules=tuple(sorted(self._submodules)),
        )


def _kind(change: Change) -> str:
    if change.unstaged == DELETED:
        return "removed"
    return "added" if change.new or ADDED in (change.staged, change.unstaged) else "modified"


def select_all(repository: Repository, changes: tuple[Change, ...]) -> Selection:
    """Take every change under the project's folder: what git knows, and what is new and may be shared.

    Raises ``Refusal`` for a new file that no Windows could check out.
    """
    picker = Picker(DenyList(repository.top, repository.prefix))
    for change in tracked_first(changes):
        if change.path.startswith(repository.prefix):
            picker.offer(change)
    return picker.selection()


def tracked_first(changes: tuple[Change, ...]) -> tuple[Change, ...]:
    """Order changes so that a path taken out of the index and new on disk ends as what lies on disk."""
    return tuple(sorted(changes, key=lambda change: (change.new, change.path)))
