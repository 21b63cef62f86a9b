"""What goes into the commit when files are listed: just those, or a clear word on why one cannot go."""

from __future__ import annotations

import os

from vigie.problems import UsageProblem
from vigie.ship.changes import DELETED, UNCHANGED, Change
from vigie.ship.deny_list import DenyList
from vigie.ship.display import printable
from vigie.ship.file_list import locate, nearest, split_names
from vigie.ship.git import Git
from vigie.ship.repository import Repository
from vigie.ship.selection import Picker, Selection, tracked_first


def select_listed(
    git: Git, repository: Repository, changes: tuple[Change, ...], root: str, values: tuple[str, ...]
) -> Selection:
    """Take just the files listed; ``git`` is at the top folder, ``root`` the project as the person calls it.

    Raises ``UsageProblem`` for the first name that cannot be committed.
    """
    return _Listing(git, repository, changes, root).select(values)


class _Listing:
    """Looks up what each listed name means."""

    def __init__(self, git: Git, repository: Repository, changes: tuple[Change, ...], root: str) -> None:
        self._git = git
        self._repository = repository
        self._root = root
        self._changes = tracked_first(changes)
        self._by_path: dict[str, list[Change]] = {}
        for change in self._changes:
            self._by_path.setdefault(change.path, []).append(change)
        self._denied = DenyList(repository.top, repository.prefix)
        self._picker = Picker(self._denied)
        self._tracked = {os.fsdecode(path) for path in git.ask("ls-files", "-z").split(b"\0") if path}
        self._by_folded = self._fold() if _ignores_case(git) else {}
        self._unchanged: list[str] = []
        self._partly_staged: list[str] = []

    def select(self, values: tuple[str, ...]) -> Selection:
        for name in split_names(values, self._exists):
            path = locate(name, self._root, self._repository.project, self._repository.top)
            self._pick(name, self._by_folded.get(path.casefold(), path))
        return self._picker.selection(tuple(self._unchanged), tuple(self._partly_staged))

    def _exists(self, name: str) -> bool:
        if not name:
            return False
        if os.path.lexists(os.path.join(self._root, name)):
            return True
        return self._repository.prefix + name in self._tracked

    def _fold(self) -> dict[str, str]:
        """Where ``Commands.py`` opens ``commands.py``, the name git knows is the one that counts."""
        return {path.casefold(): path for path in (*self._tracked, *self._by_path)}

    def _pick(self, name: str, path: str) -> None:
        if path in self._by_path:
            for change in self._by_path[path]:
                self._pick_file(name, change)
            return
        full = os.path.join(self._repository.top, path)
        if path in self._tracked:
            self._unchanged.append(name)
        elif os.path.isdir(full) and not os.path.islink(full):
            self._pick_folder(name, path)
        elif os.path.lexists(full):
            self._explain(name, path)
        elif not self._pick_inside(path):
            raise self._missing(name)

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


def _ignores_case(git: Git) -> bool:
    return git.query("config", "--type=bool", "--get", "core.ignorecase").out.strip() == b"true"
