"""What goes into the commit when files are listed: just those, or a clear word on why one cannot go."""

from __future__ import annotations

import os
import unicodedata
from functools import cached_property

from vigie.problems import UsageProblem
from vigie.ship.choose.changes import DELETED, UNCHANGED, Change
from vigie.ship.choose.deny_list import DenyList
from vigie.ship.choose.file_list import locate, nearest, split_names
from vigie.ship.choose.hidden_changes import Tracked, read_tracked, require_visible
from vigie.ship.choose.renames import find_renames
from vigie.ship.choose.selection import Picker, Selection, tracked_first
from vigie.ship.display import printable
from vigie.ship.git.command import Git
from vigie.ship.git.configuration import Configuration, is_true, read_configuration
from vigie.ship.git.repository import Repository


def select_listed(
    git: Git,
    repository: Repository,
    changes: tuple[Change, ...],
    root: str,
    values: tuple[str, ...],
    configuration: Configuration | None = None,
) -> Selection:
    """Take just the files listed; ``git`` is at the top folder, ``root`` the project as the person calls it.

    Raises ``UsageProblem`` or ``Refusal`` for the first name that cannot be committed.
    """
    if configuration is None:
        configuration = read_configuration(git)
    return _Listing(git, repository, changes, root, configuration).select(values)


class _Listing:
    """Looks up what each listed name means."""

    def __init__(
        self,
        git: Git,
        repository: Repository,
        changes: tuple[Change, ...],
        root: str,
        configuration: Configuration,
    ) -> None:
        self._git = git
        self._repository = repository
        self._root = root
        self._ignores_case = is_true(configuration, "core.ignorecase")
        self._composes = is_true(configuration, "core.precomposeunicode")
        self._changes = tracked_first(changes)
        self._by_path: dict[str, list[Change]] = {}
        for change in self._changes:
            self._by_path.setdefault(change.path, []).append(change)
        self._denied = DenyList(repository.top, repository.prefix)
        self._picker = Picker(self._denied)
        self._unchanged: list[str] = []
        self._partly_staged: list[str] = []

    @cached_property
    def _tracked(self) -> Tracked:
        """Asked for only when a listed name is not among the changes."""
        return read_tracked(self._git)

    def select(self, values: tuple[str, ...]) -> Selection:
        for name in split_names(values, self._exists, self._root):
            path = locate(name, self._root, self._repository.project, self._repository.top)
            self._pick(name, self._meant(path))
        renamed = self._take_old_names()
        return self._picker.selection()._replace(
            unchanged=tuple(self._unchanged), partly_staged=tuple(self._partly_staged), renamed=renamed
        )

    def _exists(self, name: str) -> bool:
        """Whether a file is called so: on disk, or deleted since the last commit."""
        if not name:
            return False
        if os.path.lexists(os.path.join(self._root, name)):
            return True
        return self._repository.prefix + name in self._by_path

    def _meant(self, path: str) -> str:
        """Return the name that git knows for what was typed.

        Where ``Commands.py`` opens ``commands.py``, git's name is the one that counts; and an accent can be
        one letter or two (Unicode Standard Annex 15), which looks the same and is typed either way.
        """
        if path in self._by_path or path in self._tracked:
            return path
        full = os.path.join(self._repository.top, path)
        if os.path.lexists(full) and not (self._ignores_case or self._composes):
            return path
        wanted = self._folded(path)
        alike = {known for known in (*self._by_path, *self._tracked) if self._folded(known) == wanted}
        return alike.pop() if len(alike) == 1 else path

    def _folded(self, path: str) -> str:
        composed = unicodedata.normalize("NFC", path)
        return composed.casefold() if self._ignores_case else composed

    def _pick(self, name: str, path: str) -> None:
        full = os.path.join(self._repository.top, path)
        if path in self._by_path:
            for change in self._by_path[path]:
                self._pick_file(name, change)
        elif path in self._tracked:
            require_visible(name, self._tracked[path], full)
            self._unchanged.append(name)
        elif os.path.isdir(full) and not os.path.islink(full):
            self._pick_folder(name, path)
        elif os.path.lexists(full):
            self._explain(name, path)
        elif not self._pick_inside(path):
            if not self._was_just_removed(path):
                raise self._missing(name)
            self._unchanged.append(name)

    def _was_just_removed(self, path: str) -> bool:
        """Whether the last commit removed it: the same command may be repeated after it was cut short."""
        head = self._repository.head
        if head is None:
            return False
        names = self._git.query(
            "diff-tree", "-r", "-z", "--name-only", "--no-commit-id", "--diff-filter=D", head, "--"
        )
        return os.fsencode(path) in names.out.split(b"\0")

    def _pick_file(self, name: str, change: Change) -> None:
        if change.untracked_by_hand:
            self._picker.offer(change)
            return
        if change.nested:
            raise UsageProblem("ship.nested-repository", file=printable(name))
        if change.unstaged != DELETED and self._denied.denies(change.path, by_name=False):
            raise UsageProblem("ship.file-denied", file=printable(name))
        if UNCHANGED not in (change.staged, change.unstaged):
            self._partly_staged.append(name)
        self._picker.take(change)

    def _pick_folder(self, name: str, path: str) -> None:
        self._require_not_nested(name, path)
        if not self._pick_inside(path):
            self._explain_ignored(name, path)
            self._unchanged.append(name)

    def _pick_inside(self, folder: str) -> bool:
        """Take the changes inside a folder, which may have been deleted; False when there are none."""
        prefix = folder + "/" if folder else ""
        inside = [change for change in self._changes if change.path.startswith(prefix)]
        for change in inside:
            self._picker.offer(change)
        return bool(inside)

    def _take_old_names(self) -> tuple[tuple[str, str], ...]:
        """Let files leave their old names of which the new names were listed; both halves are one change."""
        added = self._picker.added
        gone = {
            change.path: change
            for change in self._changes
            if DELETED in (change.staged, change.unstaged) and not self._picker.holds(change.path)
        }
        if not added or not gone:
            return ()
        twins = {path.casefold(): path for path in gone if self._ignores_case}
        renamed = [(twins[path.casefold()], path) for path in added if path.casefold() in twins]
        left = [path for path in gone if not os.path.lexists(os.path.join(self._repository.top, path))]
        if not renamed:
            renamed.extend(find_renames(self._git, self._repository, added, left))
        for old, _ in renamed:
            self._picker.offer(gone[old]) if gone[old].untracked_by_hand else self._picker.take(gone[old])
        return tuple(renamed)

    def _explain(self, name: str, path: str) -> None:
        """Say why a file that exists is neither known to git nor new."""
        self._require_not_nested(name, path)
        self._explain_ignored(name, path)
        raise UsageProblem("ship.file-unusable", file=printable(name))

    def _require_not_nested(self, name: str, path: str) -> None:
        while path:
            if os.path.lexists(os.path.join(self._repository.top, path, ".git")):
                raise UsageProblem("ship.nested-repository", file=printable(name))
            path = path.rpartition("/")[0]

    def _explain_ignored(self, name: str, path: str) -> None:
        if not path:
            return
        # Without a leading colon no name is magic to git-check-ignore(1), the one command here that looks.
        wanted = b"./" + os.fsencode(path) + b"\0"
        outcome = self._git.query("check-ignore", "-v", "-z", "--stdin", stdin=wanted)
        if outcome.code == 0:
            source, line, pattern, _ = (
                printable(os.fsdecode(field)) for field in outcome.out.split(b"\0")[:4]
            )
            raise UsageProblem(
                "ship.file-ignored", file=printable(name), pattern=pattern, source=source, line=line
            )

    def _missing(self, name: str) -> UsageProblem:
        prefix = self._repository.prefix
        known = [*self._tracked, *(change.path for change in self._changes if not change.nested)]
        like = nearest(name, (path[len(prefix) :] for path in known if path.startswith(prefix)))
        if like is None:
            return UsageProblem("ship.file-missing", file=printable(name))
        return UsageProblem("ship.file-misspelt", file=printable(name), nearest=printable(like))
