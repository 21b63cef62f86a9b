"""A version beside the folder: its code, the real data, and nothing that a bot wrote is ever thrown away."""

from __future__ import annotations

import os
import sys

import pytest

from tests.ship.back.crossroads import Crossroads
from tests.ship.workshop import Repo, new_repository
from vigie.problems import Failure
from vigie.ship.back.release_folder import PARKED, release_folder, releases_in, remove_release

posix_only = pytest.mark.skipif(sys.platform == "win32", reason="links need a right there")


def laid(crossroads: Crossroads) -> str:
    """The good version, laid out."""
    root = str(crossroads.repo.path)
    return release_folder(crossroads.git, crossroads.repository, crossroads.good, root)


def read(folder: str, name: str) -> str:
    """What a file there holds."""
    with open(os.path.join(folder, name), encoding="utf-8") as file:
        return file.read()


def test_it_holds_the_files_of_that_version(crossroads: Crossroads) -> None:
    """The person's folder, index and branch stay as they are; nothing half built is left."""
    before = crossroads.repo.snapshot()
    folder = laid(crossroads)
    assert folder == str(crossroads.repo.path / PARKED / crossroads.good[:12])
    assert read(folder, "bot.py") == "print('good')\n"
    assert read(folder, "util.py") == "UTIL = 1\n"
    assert read(folder, "old/part.py") == "PART = 1\n"
    assert not os.path.lexists(os.path.join(folder, "new"))
    assert not os.path.lexists(os.path.join(folder, "between.py"))
    after = crossroads.repo.snapshot()
    assert {name: data for name, data in after.items() if PARKED not in name} == before
    assert sorted(os.listdir(os.path.dirname(folder))) == [
        crossroads.good[:12],
        f"{crossroads.good[:12]}.files",
    ]
    assert laid(crossroads) == folder


@posix_only
def test_it_is_private_and_its_data_are_the_real_ones(crossroads: Crossroads) -> None:
    """What git does not know is linked, data that did not change too; code never is."""
    repo = crossroads.repo
    repo.write("cogs/cache.db", "precious\n")
    repo.write("new/notes.db", "precious\n")
    folder = laid(crossroads)
    assert os.stat(folder).st_mode & 0o777 == 0o700
    for name in (".env", "bot.db", "notes.txt", "data.json", "cogs", "new/notes.db"):
        assert os.path.realpath(os.path.join(folder, name)) == str(repo.path / name), name
    for name in ("bot.py", "util.py", "commands.py", ".gitignore"):
        assert not os.path.islink(os.path.join(folder, name)), name
    assert not os.path.lexists(os.path.join(folder, "new/module.py"))
    assert not os.path.lexists(os.path.join(folder, ".git"))
    assert not os.path.lexists(os.path.join(folder, ".vigie"))


@posix_only
def test_a_project_below_the_top_folder_gets_its_own_part(repo: Repo) -> None:
    """Where the bot's files are is what counts."""
    from vigie.ship.git.command import Git
    from vigie.ship.git.repository import find_repository

    repo.write("bots/one/start.py", "good\n")
    repo.write("bots/one/my.db", "data\n")
    repo.git("add", "bots/one/start.py")
    repo.git("commit", "-qm", "one")
    good = repo.head
    repo.write("bots/one/start.py", "bad\n")
    repo.git("commit", "-qam", "two")
    root = str(repo.path / "bots" / "one")
    git = Git(root)
    folder = release_folder(git, find_repository(git), good, root)
    assert folder == os.path.join(root, PARKED, good[:12], "bots", "one")
    assert read(folder, "start.py") == "good\n"
    assert os.path.realpath(os.path.join(folder, "my.db")) == os.path.join(root, "my.db")


def test_submodules_come_along(crossroads: Crossroads) -> None:
    """Their files at the commit that version names."""
    repo = crossroads.repo
    library = new_repository(crossroads.scratch / "library")
    library.write("lib.py", "good\n")
    library.git("add", "-A")
    library.git("commit", "-qm", "one")
    repo.git("-c", "protocol.file.allow=always", "submodule", "add", "-q", str(library.path), "lib")
    repo.git("commit", "-qm", "good", "--", "lib", ".gitmodules")
    crossroads.good = repo.head
    Repo(repo.path / "lib").write("lib.py", "bad\n")
    assert read(laid(crossroads), "lib/lib.py") == "good\n"


def test_a_version_that_cannot_be_written_leaves_nothing(crossroads: Crossroads) -> None:
    """One that is not there; the next try begins anew."""
    root = str(crossroads.repo.path)
    with pytest.raises(Failure) as caught:
        release_folder(crossroads.git, crossroads.repository, "1" * 40, root)
    assert caught.value.key == "rollback.release-failed"
    assert os.listdir(os.path.join(root, PARKED)) == []
    crossroads.repo.write(f"{PARKED}/.{crossroads.good[:12]}.vigie-tmp/bot.py", "half\n")
    assert read(laid(crossroads), "bot.py") == "print('good')\n"


def test_what_a_bot_wrote_there_is_kept(crossroads: Crossroads) -> None:
    """Compiled files are nothing; a file that is new or other than laid out is."""
    root, name = str(crossroads.repo.path), crossroads.good[:12]
    folder = laid(crossroads)
    os.mkdir(os.path.join(folder, "__pycache__"))
    crossroads.repo.write(f"{PARKED}/{name}/__pycache__/bot.pyc", "x")
    assert releases_in(root) == [name]
    assert remove_release(root, name) is None
    assert releases_in(root) == []
    assert crossroads.mine["bot.db"] == b"precious\n"
    assert crossroads.mine["data.json"] == b'{"users": 7}\n'
    laid(crossroads)
    crossroads.repo.write(f"{PARKED}/{name}/old/state.json", "written by the bot\n")
    kept = remove_release(root, name)
    assert kept is not None
    assert read(kept, "old/state.json") == "written by the bot\n"
    assert releases_in(root) == []
