"""Which paths git would ignore, as git itself says: nested ``.gitignore``, negations, the person's own rules.

Two questions are put to git and their answers kept: which files it tracks, since those count whatever a rule
says, and which of the others are ignored. A path is asked about once, until a file with rules changes.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from vigie.problems import Problem
from vigie.runtime.revision import common_folder, git_folder

if TYPE_CHECKING:
    from vigie.ship.git.command import Git


class GitIgnore:
    """The rules of the repository around one folder; they are asked for the paths below that folder."""

    def __init__(self, folder: str) -> None:
        """Put no question yet."""
        self.folder = folder
        self._git: Git | None = None
        self._begun = False
        self._tracked: set[str] = set()
        self._answers: dict[str, bool] = {}
        self._excludes = ""

    @property
    def knows(self) -> bool:
        """Whether git can be asked here: there is a repository, git is willing, and it cares for the folder.

        A folder that is itself ignored (the home folder is a repository of its settings, say) is as good as
        in no repository.
        """
        if not self._begun:
            self._begun = True
            self._begin()
        return self._git is not None

    def ignored(self, paths: list[str]) -> set[str]:
        """Return those of the absolute ``paths`` that git ignores. What git does not answer is not ignored."""
        if not self.knows:
            return set()
        unknown = [path for path in paths if path not in self._answers]
        if unknown:
            names = {self._name(path): path for path in unknown}
            asked = [name for name in names if name not in self._tracked]
            ignored = self._ask(asked) if asked else set()
            for name, path in names.items():
                self._answers[path] = name in ignored
        return {path for path in paths if self._answers[path]}

    def forget(self) -> None:
        """Ask anew from now on: the rules may have changed."""
        self._begun, self._git = False, None
        self._tracked.clear()
        self._answers.clear()

    def marks(self) -> tuple[object, ...]:
        """Return what changes whenever git's answers may: its own files, and the rules above the folder."""
        git = git_folder(self.folder)
        if git is None:
            return ()
        files = [self._excludes]
        for base in (git, common_folder(git)):
            for name in ("index", "config", os.path.join("info", "exclude")):
                files.append(os.path.join(base, name))
        here = os.path.realpath(self.folder)
        while not os.path.lexists(os.path.join(here, ".git")) and os.path.dirname(here) != here:
            here = os.path.dirname(here)
            files.append(os.path.join(here, ".gitignore"))
        return tuple(_mark(path) for path in files)

    def _begin(self) -> None:
        if git_folder(self.folder) is None:
            return
        from vigie.ship.git.command import Git

        try:
            git = Git(self.folder)
            listed = git.query("ls-files", "-z")
            if listed.code != 0:
                return
            told = git.query("config", "--path", "--get", "core.excludesFile").out
            self._excludes = os.fsdecode(told.strip()) or _usual_excludes(git.environment)
            self._git = git
            if "." in self._ask(["."]):
                self._git = None
                return
        except (Problem, OSError):
            self._git = None
            return
        for name in listed.out.split(b"\0"):
            path = os.fsdecode(name)
            while path and path not in self._tracked:
                self._tracked.add(path)
                path = path.rpartition("/")[0]

    def _ask(self, names: list[str]) -> set[str]:
        assert self._git is not None  # noqa: S101  (only asked once ``knows``)
        given = b"".join(os.fsencode(name) + b"\0" for name in names)
        try:
            answer = self._git.query("check-ignore", "--no-index", "-z", "--stdin", stdin=given)
        except (Problem, OSError):
            return set()
        return {os.fsdecode(name) for name in answer.out.split(b"\0") if name}

    def _name(self, path: str) -> str:
        return path[len(self.folder) :].lstrip(os.sep).replace(os.sep, "/")


def _mark(path: str) -> tuple[int, int, int]:
    try:
        seen = os.stat(path)
    except OSError:
        return 0, 0, 0
    return seen.st_mtime_ns, seen.st_size, seen.st_ino


def _usual_excludes(environment: dict[str, str]) -> str:
    """Return git's default for ``core.excludesFile`` (gitignore(5))."""
    base = environment.get("XDG_CONFIG_HOME") or os.path.join(os.path.expanduser("~"), ".config")
    return os.path.join(base, "git", "ignore")
