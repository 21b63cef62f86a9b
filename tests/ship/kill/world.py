"""The folder that a run is killed in: a bot's repository in the middle of somebody's work, and its remote."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple

from tests.ship.workshop import Repo, bare_repository, new_repository

CHOSEN = ("bot.py", "new file.py", "gone.py")
"""What is shipped: a change, an addition, a removal."""

THEIRS = "feat: what somebody else has pushed"

MADE_BY_HOOK = "made_by_hook.txt"

OURS = (".vigie",)

LOCKS = ("index.lock", "HEAD.lock", "config.lock", "packed-refs.lock", "refs/heads/main.lock")


class World(NamedTuple):
    """One copy of it."""

    base: Path

    @property
    def repo(self) -> Repo:
        """The bot's repository."""
        return Repo(self.base / "bot")

    @property
    def remote(self) -> Repo:
        """Where it is pushed to."""
        return Repo(self.base / "github.git")

    @property
    def folder(self) -> str:
        """Where ship keeps what is its own."""
        return str(self.base / "bot" / ".vigie" / "ship")

    @property
    def note(self) -> str:
        """Where the bot's state is written."""
        return str(self.base / "bot.json")

    def copy(self, target: Path) -> World:
        """Copy it; the remote is named by its place, so that is written anew."""
        shutil.copytree(self.base, target, symlinks=True)
        copied = World(target)
        copied.repo.git("remote", "set-url", "origin", str(copied.remote.path))
        # the index remembers the files of the copy by their dates and numbers
        copied.repo.git("update-index", "-q", "--refresh", check=False)
        return copied


def make_world(base: Path, *, hooks: bool = False, broken: bool = False) -> World:
    """Make one; ``broken``: what is shipped kills the bot."""
    world = World(base)
    bare_repository(world.remote.path)
    repo = new_repository(world.repo.path)
    for name, text in (
        ("bot.py", "print('works')\n"),
        ("gone.py", "old\n"),
        ("staged.py", "1\n"),
        ("data.json", "{}\n"),
        (".gitignore", ".env\n*.db\n.vigie/\nbot_status.json\n"),
    ):
        repo.write(name, text)
    repo.git("add", "-A")
    repo.git("commit", "-qm", "first")
    repo.git("remote", "add", "origin", str(world.remote.path))
    repo.git("push", "-qu", "origin", "main")
    repo.write("bot.py", "print('broken')\n" if broken else "print('new')\n")
    repo.write("new file.py", "new\n")
    (repo.path / "gone.py").unlink()
    repo.write("staged.py", "2\n")
    repo.git("add", "staged.py")
    repo.write("staged.py", "2\n3\n")
    repo.write("data.json", '{"live": 1}\n')
    repo.write("notes.txt", "mine\n")
    repo.write(".env", "TOKEN=abcdefghijklmnopqrst\n")
    repo.write("bot.db", "rows\n")
    if hooks:
        repo.hook(
            "pre-commit",
            "echo made > made_by_hook.txt",
            "git add made_by_hook.txt",
            "git stash list >/dev/null",
        )
        repo.hook("pre-push", "cat > /dev/null", "test -f bot.py")
    os.makedirs(world.folder, 0o700)
    return world


def make_unborn(base: Path) -> World:
    """Make a repository without a commit, and an empty remote."""
    world = World(base)
    bare_repository(world.remote.path)
    repo = new_repository(world.repo.path)
    for name in CHOSEN:
        repo.write(name, "print('works')\n")
    repo.write("notes.txt", "mine\n")
    repo.git("remote", "add", "origin", str(world.remote.path))
    os.makedirs(world.folder, 0o700)
    return world


def make_overtaken(base: Path) -> World:
    """Make a world whose remote has got somebody else's commit."""
    world = make_world(base)
    other = base / "other"
    world.remote.git("clone", "-q", str(world.remote.path), str(other))
    theirs = Repo(other)
    theirs.write("theirs.py", "1\n")
    theirs.git("add", "-A")
    theirs.git("commit", "-qm", THEIRS)
    theirs.git("push", "-q")
    shutil.rmtree(other)
    return world


def bytes_of(repo: Repo) -> dict[str, bytes]:
    """Every file of the person's, byte for byte."""
    found = {}
    for folder, folders, names in os.walk(repo.path):
        folders[:] = [name for name in folders if name not in (".git", *OURS)]
        for name in names:
            path = os.path.join(folder, name)
            with open(path, "rb") as file:
                found[os.path.relpath(path, repo.path)] = file.read()
    return found


def staged_beside(repo: Repo) -> str:
    """What is staged of the paths that nobody ships."""
    return repo.git("diff", "--cached", "--raw", "--no-renames", "HEAD", "--", "staged.py", "data.json")


def locks(repo: Repo) -> list[str]:
    """Locks of git's that lie about."""
    return [name for name in LOCKS if (repo.path / ".git" / name).exists()]


def whole(repo: Repo) -> bool:
    """Whether git finds nothing wrong with its objects."""
    done = subprocess.run(
        ["git", "fsck", "--strict", "--no-dangling"], cwd=repo.path, capture_output=True, check=False
    )
    return done.returncode == 0
