"""What goes into the commit: here all that changed and may be shared; ``listing`` takes single files."""

from __future__ import annotations

from typing import NamedTuple

from vigie.ship.changes import ADDED, DELETED, Change
from vigie.ship.deny_list import DenyList
from vigie.ship.repository import Repository


class Selection(NamedTuple):
    """The paths of one commit, relative to the repository's top folder."""

    added: tuple[str, ...] = ()
    modified: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    from_index: tuple[str, ...] = ()
    """Those of the above taken as they are staged: removals of what still lies on disk."""
    left_out: tuple[str, ...] = ()
    """Known to git and changed, yet never committed."""
    unchanged: tuple[str, ...] = ()
    """Listed without having changed."""
    partly_staged: tuple[str, ...] = ()
    """Listed and staged before in another state: the whole file goes."""

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
        self.left_out: list[str] = []

    def offer(self, change: Change) -> None:
        """Take a change unless it is one that is never committed."""
        if change.untracked_by_hand:
            self._kinds[change.path] = "removed"
            self._from_index.add(change.path)
        elif change.nested:
            self.left_out.append(change.path)
        elif not self._denied.denies(change.path, by_name=change.new):
            self.take(change)
        elif not change.new:
            self.left_out.append(change.path)

    def take(self, change: Change) -> None:
        """Take a change as it lies on disk."""
        self._from_index.discard(change.path)
        self._kinds[change.path] = _kind(change)

    def selection(self, unchanged: tuple[str, ...] = (), partly_staged: tuple[str, ...] = ()) -> Selection:
        """Return what was taken."""
        of_kind: dict[str, list[str]] = {"added": [], "modified": [], "removed": []}
        for path, kind in sorted(self._kinds.items()):
            of_kind[kind].append(path)
        added, modified, removed = (tuple(paths) for paths in of_kind.values())
        left_out = tuple(sorted(self.left_out))
        return Selection(
            added, modified, removed, tuple(sorted(self._from_index)), left_out, unchanged, partly_staged
        )


def _kind(change: Change) -> str:
    if change.unstaged == DELETED:
        return "removed"
    return "added" if change.new or change.staged == ADDED else "modified"


def select_all(repository: Repository, changes: tuple[Change, ...]) -> Selection:
    """Take every change under the project's folder: what git knows, and what is new and may be shared."""
    picker = Picker(DenyList(repository.top, repository.prefix))
    for change in tracked_first(changes):
        if change.path.startswith(repository.prefix):
            picker.offer(change)
    return picker.selection()


def tracked_first(changes: tuple[Change, ...]) -> tuple[Change, ...]:
    """Order changes so that a path taken out of the index and new on disk ends as what lies on disk."""
    return tuple(sorted(changes, key=lambda change: (change.new, change.path)))
