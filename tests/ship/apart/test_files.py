"""Files follow what hooks made of them, unless somebody has touched them since."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tests.ship.landing.test_land import planned
from tests.ship.workshop import Repo
from vigie.ship.apart import files as room
from vigie.ship.apart.files import follow_files
from vigie.ship.git.command import Git
from vigie.ship.landing.land import move_branch, take_in
from vigie.ship.landing.landing import Landing

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="links and rights of POSIX")


def landed(repo: Repo, *files: str) -> tuple[Git, Landing, str]:
    """Commit and land; the files have not followed yet."""
    git, landing = planned(repo, *files)
    take_in(git, landing, lambda seconds: None)
    assert move_branch(git, landing)
    return git, landing, str(repo.path.parent / "follow")


def test_formatted_and_generated_files(repo: Repo, tmp_path: Path) -> None:
    """Otherwise the next commit of everything would undo the one and delete the other."""
    repo.hook("pre-commit", "echo formatted > bot.py; mkdir -p a/b; echo made > a/b/made; git add -A")
    repo.write("bot.py", "raw\n")
    git, landing, folder = landed(repo, "bot.py")
    assert repo.status() == {"a/b/made": " D", "bot.py": " M"}
    for _ in range(2):
        assert follow_files(git, landing.files, folder) == ()
        assert repo.status() == {}
    assert (repo.path / "bot.py").read_text() == "formatted\n"
    assert (repo.path / "a" / "b" / "made").read_text() == "made\n"
    assert not os.path.exists(folder)


def test_what_was_written_since_stays(repo: Repo) -> None:
    """A file edited while the hooks ran, and one in the place of a generated one."""
    repo.hook("pre-commit", "echo formatted > bot.py; echo made > made; git add -A")
    repo.write("bot.py", "raw\n")
    git, landing, folder = landed(repo, "bot.py")
    repo.write("bot.py", "raw and more\n")
    repo.write("made", "mine\n")
    assert follow_files(git, landing.files, folder) == ("bot.py", "made")
    assert (repo.path / "bot.py").read_text() == "raw and more\n"
    assert (repo.path / "made").read_text() == "mine\n"


def test_what_is_written_at_the_last_moment_stays(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the comparison and the move a bot writes its data."""
    repo.hook("pre-commit", "echo formatted > bot.py; git add -A")
    repo.write("bot.py", "raw\n")
    git, landing, folder = landed(repo, "bot.py")
    put = room._put

    def late(git: Git, path: str, made: str, seen: tuple[int, ...]) -> bool:
        repo.write(path, "late\n")
        return put(git, path, made, seen)

    monkeypatch.setattr(room, "_put", late)
    assert follow_files(git, landing.files, folder) == ("bot.py",)
    assert (repo.path / "bot.py").read_text() == "late\n"


def test_what_a_hook_took_out_is_not_deleted(repo: Repo) -> None:
    """It lies there as something new, and is told."""
    repo.hook("pre-commit", "git rm -q -f commands.py")
    repo.write("bot.py", "raw\n")
    git, landing, folder = landed(repo, "bot.py")
    assert follow_files(git, landing.files, folder) == ("commands.py",)
    assert repo.status() == {"commands.py": "??"}


@POSIX
def test_rights_are_kept(repo: Repo) -> None:
    """Private files stay private; whether one may be run is what was committed."""
    repo.hook("pre-commit", "echo formatted | tee bot.py commands.py; chmod +x bot.py; git add -A")
    repo.write("bot.py", "raw\n").chmod(0o640)
    repo.write("commands.py", "raw\n").chmod(0o600)
    git, landing, folder = landed(repo)
    assert follow_files(git, landing.files, folder) == ()
    assert (repo.path / "bot.py").stat().st_mode & 0o777 == 0o750
    assert (repo.path / "commands.py").stat().st_mode & 0o777 == 0o600
    assert repo.status() == {}


@POSIX
def test_nothing_is_written_through_a_link(repo: Repo, tmp_path: Path) -> None:
    """A folder that is a link by now leads out of the project."""
    repo.hook("pre-commit", "mkdir -p out; echo made > out/made; git add -A")
    repo.write("bot.py", "raw\n")
    git, landing, folder = landed(repo, "bot.py")
    (tmp_path / "elsewhere").mkdir()
    (repo.path / "out").symlink_to(tmp_path / "elsewhere")
    assert follow_files(git, landing.files, folder) == ("out/made",)
    assert os.listdir(tmp_path / "elsewhere") == []


@POSIX
def test_a_generated_link(repo: Repo) -> None:
    """It is made as a link."""
    repo.hook("pre-commit", "ln -s bot.py link; git add -A")
    repo.write("bot.py", "raw\n")
    git, landing, folder = landed(repo, "bot.py")
    assert follow_files(git, landing.files, folder) == ()
    assert os.readlink(repo.path / "link") == "bot.py"
    assert repo.status() == {}


def test_a_disk_without_hard_links(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    """Generated files are copied, and still never over what is there."""

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError

    repo.hook("pre-commit", "echo made > made; chmod +x made; echo other > other; git add -A")
    repo.write("bot.py", "raw\n")
    git, landing, folder = landed(repo, "bot.py")
    monkeypatch.setattr(os, "link", refuse)
    put = room._put_new

    def late(made: str, place: str) -> None:
        if place.endswith("other"):
            repo.write("other", "late\n")
        put(made, place)

    monkeypatch.setattr(room, "_put_new", late)
    assert follow_files(git, landing.files, folder) == ("other",)
    assert os.access(repo.path / "made", os.X_OK)
    assert (repo.path / "other").read_text() == "late\n"
    assert repo.status() == {"other": " M"}


def test_line_ends_and_filters(repo: Repo) -> None:
    """Written as a checkout would write them."""
    repo.git("config", "core.autocrlf", "true")
    repo.hook("pre-commit", "printf 'formatted\\r\\n' > bot.py; git add -A")
    repo.write("bot.py", "raw\r\n")
    git, landing, folder = landed(repo, "bot.py")
    assert follow_files(git, landing.files, folder) == ()
    assert (repo.path / "bot.py").read_bytes() == b"formatted\r\n"
    assert repo.status() == {}


def test_nothing_to_follow(repo: Repo) -> None:
    """No hook, no work: not even a folder is made."""
    repo.write("bot.py", "raw\n")
    git, landing, folder = landed(repo, "bot.py")
    assert follow_files(git, landing.files, folder) == ()
    assert not os.path.exists(folder)
