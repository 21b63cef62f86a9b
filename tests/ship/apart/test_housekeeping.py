"""git clears up when there is something to clear up, and only then."""

from __future__ import annotations

import pytest

from tests.ship.workshop import Repo
from vigie.ship.apart.housekeeping import tidy
from vigie.ship.git.command import Git
from vigie.ship.git.repository import find_repository


def scatter(repo: Repo, count: int) -> None:
    """Leave so many objects in the folder by which git counts."""
    folder = repo.path / ".git" / "objects" / "17"
    folder.mkdir(exist_ok=True)
    # an object of the repository's own may lie there by chance
    for number in range(count - len(list(folder.iterdir()))):
        (folder / f"{number:038x}").write_bytes(b"")


@pytest.mark.parametrize(
    ("objects", "setting", "expected"),
    [
        (0, None, False),
        (27, None, False),
        (28, None, True),
        (28, ("gc.auto", "0"), False),
        (28, ("gc.auto", "10000"), False),
        (3, ("gc.auto", "300"), True),
        (28, ("maintenance.auto", "false"), False),
        (28, ("gc.auto", "1m"), True),
    ],
)
def test_loose_objects(repo: Repo, objects: int, setting: tuple[str, str] | None, expected: bool) -> None:
    """git's own rule and settings decide."""
    scatter(repo, objects)
    repo.git("config", "gc.autoDetach", "false")
    if setting:
        repo.git("config", *setting)
    git = Git(str(repo.path))
    assert tidy(git, find_repository(git)) is expected


def test_packs(repo: Repo) -> None:
    """Too many packs are gathered as well."""
    repo.git("config", "gc.autoDetach", "false")
    repo.git("config", "gc.autoPackLimit", "2")
    git = Git(str(repo.path))
    for number in range(3):
        assert not tidy(git, find_repository(git))
        repo.write("bot.py", f"{number}\n")
        repo.git("commit", "-qam", "x")
        repo.git("repack", "-q")
    assert tidy(git, find_repository(git))
    assert len(list((repo.path / ".git" / "objects" / "pack").glob("*.pack"))) == 1
