"""git's configuration, read once."""

from __future__ import annotations

import pytest

from tests.ship.workshop import Repo
from vigie.ship.git.command import Git
from vigie.ship.git.configuration import is_true, keeps_refs_in_files, read_configuration


def test_everything_that_holds_here(repo: Repo, git: Git) -> None:
    """The person's and the repository's, the stronger one last; what is written in the middle keeps its case."""
    repo.git("config", "user.name", "Here")
    repo.git("config", "remote.My Site.url", "two\nlines")
    found = read_configuration(git)
    assert found["user.name"] == "Here"
    assert found["user.email"] == "ada@example.org"
    assert found["remote.My Site.url"] == "two\nlines"


@pytest.mark.parametrize(
    "line",
    [
        "x",
        "x =",
        "x = true",
        "x = Yes",
        "x = on",
        "x = 1",
        "x = 7",
        "x = 0",
        "x = false",
        "x = off",
        "x = no",
    ],
)
def test_true_is_what_git_takes_for_true(repo: Repo, git: Git, line: str) -> None:
    """Compared with git's own answer for the same line."""
    with open(repo.path / ".git" / "config", "a", encoding="utf-8") as file:
        file.write(f"[thing]\n\t{line}\n")
    theirs = repo.git("config", "--type=bool", "--get", "thing.x")
    assert is_true(read_configuration(git), "thing.x") == (theirs == "true")


def test_what_is_not_set_is_not_true(git: Git) -> None:
    """Nor is a word that means nothing."""
    assert not is_true(read_configuration(git), "no.such")
    assert not is_true({"a.b": "perhaps"}, "a.b")


def test_refs_lie_in_files_unless_it_says_otherwise() -> None:
    """The reftable backend announces itself."""
    assert keeps_refs_in_files({})
    assert keeps_refs_in_files({"extensions.refstorage": "files"})
    assert not keeps_refs_in_files({"extensions.refstorage": "reftable"})
