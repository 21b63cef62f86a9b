"""Real repositories for the tests, and what one needs to look into them."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from vigie.messages import Phrase, say
from vigie.ship.choose.changes import read_changes
from vigie.ship.choose.listing import select_listed
from vigie.ship.choose.selection import Selection, select_all
from vigie.ship.git.command import Git
from vigie.ship.git.repository import find_repository
from vigie.ship.proof.proof import Sample

STATE = ("HEAD", "config", "index", "index.lock", "packed-refs")
"""The files of ``.git`` that make a difference to the person; others are git's scratch paper."""


class Repo:
    """One repository on disk."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def git(self, *arguments: str, check: bool = True) -> str:
        """Run git here as a person would and return what it printed, without the last line end."""
        done = subprocess.run(
            ["git", *arguments], cwd=self.path, capture_output=True, check=False, stdin=subprocess.DEVNULL
        )
        assert not check or done.returncode == 0, done.stderr.decode(errors="replace")
        return done.stdout.decode("utf-8", "surrogateescape").removesuffix("\n")

    def write(self, name: str, text: str = "text\n") -> Path:
        """Write a file, with its folders, line ends as they stand."""
        file = self.path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8", newline="")
        return file

    def hook(self, name: str, *lines: str) -> None:
        """Install a hook, a shell script."""
        folder = self.path / (".git/hooks" if (self.path / ".git").exists() else "hooks")
        folder.mkdir(exist_ok=True)
        file = folder / name
        file.write_text("\n".join(("#!/bin/sh", *lines, "")), encoding="utf-8", newline="\n")
        file.chmod(0o755)

    @property
    def head(self) -> str:
        """The last commit."""
        return self.git("rev-parse", "HEAD")

    def committed(self, commit: str = "HEAD") -> dict[str, str]:
        """What a commit changed: path -> letter (A, M, D)."""
        answer = self.git("show", "--format=", "--name-status", "--no-renames", "-z", commit)
        fields = answer.split("\0")
        return dict(zip(fields[1::2], fields[0::2], strict=False))

    def status(self) -> dict[str, str]:
        """What git says of the working folder: path -> two letters."""
        answer = self.git("status", "--porcelain", "-z", "--no-renames", "--untracked-files=all")
        return {entry[3:]: entry[:2] for entry in answer.split("\0") if entry}

    def snapshot(self) -> dict[str, bytes]:
        """Every byte that matters: the working folder, the index, HEAD, the branches, the configuration."""
        kept = {}
        for folder, _, names in os.walk(self.path):
            inside = os.path.relpath(folder, self.path).split(os.sep)
            if inside[0] == ".git" and inside[1:2] not in ([], ["refs"]):
                continue
            for name in names:
                if inside == [".git"] and name not in STATE:
                    continue
                file = os.path.join(folder, name)
                if os.path.isfile(file) and not os.path.islink(file):
                    with open(file, "rb") as stream:
                        kept[file] = stream.read()
        return kept


def new_repository(path: Path) -> Repo:
    """Make an empty repository."""
    path.mkdir(parents=True, exist_ok=True)
    repo = Repo(path)
    repo.git("init", "--quiet")
    return repo


def bare_repository(path: Path) -> Repo:
    """Make an empty bare repository."""
    path.mkdir(parents=True)
    repo = Repo(path)
    repo.git("init", "--quiet", "--bare")
    return repo


def selected(repo: Repo, *files: str, folder: str = "") -> Selection:
    """Return what would be committed: the files listed, else all, for the project in ``folder``."""
    root = str(repo.path / folder)
    repository = find_repository(Git(root))
    git = Git(repository.top)
    if files:
        return select_listed(git, repository, read_changes(git), root, files)
    return select_all(repository, read_changes(git))


class Transcript:
    """Listens to what is told, as ``[TAG] text`` in French."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.keys: list[str] = []

    def __call__(self, tag: str, key: str, values: object) -> None:
        """Hear one line."""
        assert isinstance(values, dict)
        self.keys.append(key)
        self.lines.append(f"[{tag}] {say('fr', key, **values)}")
        assert say("en", key, **values)


class PretendBot:
    """Stands behind the bot's door: answers in turn, the last answer for ever."""

    def __init__(self, *online: bool, back: bool = True) -> None:
        self._answers = list(online) or [True]
        self._back = back
        self.asked = 0
        self.restarts = 0
        self.remembered: list[tuple[str, str]] = []

    def is_online(self) -> bool:
        """Give the next answer."""
        self.asked += 1
        return self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]

    def restart(self) -> bool:
        """Count, and come back or not."""
        self.restarts += 1
        return self._back

    def sample(self) -> tuple[Sample, ...]:
        """Look like the process of the last restart, well when the next answer is."""
        return (Sample(self.is_online(), self.process, self.restarts, self.commit),)

    @property
    def process(self) -> tuple[object, ...]:
        """Who it is: another one after each restart."""
        return (1000 + self.restarts, self.restarts, "boot")

    commit: str | None = None
    """What it was launched from."""
    way_out = True
    words: tuple[str, ...] = ()
    proven: str | None = None
    parked_in: str | None = None
    cannot_park: Phrase | None = None

    def running_commit(self) -> str | None:
        """Return what was told."""
        return self.commit

    def identities(self) -> tuple[object, ...]:
        """Return the one process."""
        return (self.process,)

    def has_way_out(self) -> bool:
        """Return what was told."""
        return self.way_out

    def last_words(self) -> tuple[str, ...]:
        """Return what was told."""
        return self.words

    def last_proven(self) -> str | None:
        """Return what was told or remembered last."""
        return self.proven

    def parked(self) -> bool:
        """Whether it was."""
        return self.parked_in is not None

    def park(self, bad: str, good: str, folder: str) -> Phrase | None:
        """Note the folder, unless that cannot be."""
        if self.cannot_park is None:
            self.parked_in = folder
        return self.cannot_park

    def clear_parked(self) -> tuple[str, ...]:
        """Nothing is kept."""
        return ()

    def remember(self, what: str, commit: str, tree: str) -> None:
        """Note it."""
        self.remembered.append((what, commit))
        if what == "proven":
            self.proven = commit
