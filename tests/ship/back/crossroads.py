"""One repository with a good version, another between, and a bad one at the end; and the way back from it."""

from __future__ import annotations

import os
from pathlib import Path

from tests.ship.workshop import Repo
from vigie.ship.back.bring_over import bring_over
from vigie.ship.back.revert import build_way_back
from vigie.ship.git.command import Git
from vigie.ship.git.repository import find_repository


class Crossroads:
    """Where the way back begins."""

    def __init__(self, repo: Repo, scratch: Path) -> None:
        self.repo = repo
        self.scratch = scratch
        self._rooms = 0
        repo.write(".gitignore", "*.db\n.env\n.vigie/\n")
        repo.write("bot.py", "print('good')\n")
        repo.write("util.py", "UTIL = 1\n")
        repo.write("data.json", "{}\n")
        repo.write("old/part.py", "PART = 1\n")
        repo.git("add", "-A")
        repo.git("commit", "-m", "good: it works")
        self.good = repo.head
        repo.write("between.py", "BETWEEN = 1\n")
        repo.git("add", "-A")
        repo.git("commit", "-m", "a step between")
        repo.write("bot.py", "print('bad')\n")
        repo.write("new/module.py", "NEW = 1\n")
        repo.git("rm", "-q", "old/part.py")
        repo.git("add", "-A")
        repo.git("commit", "-m", 'bad: "it" broke')
        self.bad = repo.head
        # what belongs to the person and to the bot
        repo.write("util.py", "UTIL = 'edited'\n")
        repo.write("data.json", '{"users": 7}\n')
        repo.write("commands.py", "COMMANDS = ['staged']\n")
        repo.git("add", "commands.py")
        repo.write("notes.txt", "untracked\n")
        repo.write(".env", "TOKEN=secret\n")
        repo.write("bot.db", "precious\n")
        self.git = Git(str(repo.path))
        self.repository = find_repository(self.git)

    @property
    def mine(self) -> dict[str, bytes]:
        """Every byte that belongs to the person or the bot."""
        names = ("util.py", "data.json", "commands.py", "notes.txt", ".env", "bot.db")
        return {name: (self.repo.path / name).read_bytes() for name in names}

    def room(self) -> str:
        """An empty folder."""
        self._rooms += 1
        room = self.scratch / f"room{self._rooms}"
        room.mkdir()
        return str(room)

    def built(self, **values: str) -> str:
        """The commit that leads back."""
        return build_way_back(self.git, self.repository, self.bad, self.good, self.room(), values)

    def bring(self, new: str) -> None:
        """Let the folder follow."""
        bring_over(self.git, self.repository, new, self.room())

    def is_back(self, new: str) -> bool:
        """Whether the branch, the index and the files the two versions differ in are the good ones."""
        repo = self.repo
        changed = repo.git("diff-tree", "-r", "--name-only", "-z", self.bad, self.good).split("\0")[:-1]
        return (
            repo.head == new
            and repo.git("symbolic-ref", "HEAD") == "refs/heads/main"
            and not set(repo.status()) & set(changed)
            and not (repo.path / "new").exists()
            and (repo.path / "bot.py").read_text() == "print('good')\n"
            and not os.path.lexists(repo.path / ".git" / "index.lock")
        )
