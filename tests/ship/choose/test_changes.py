"""What git says has changed."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.ship.workshop import Repo, new_repository
from vigie.ship.choose.changes import Change, Standing, parse, read_changes, read_standing
from vigie.ship.git.command import Git


def test_every_kind_of_change(repo: Repo, git: Git) -> None:
    """Modified, staged, deleted, new: each with its letters."""
    repo.write("bot.py", "1\n")
    (repo.path / "commands.py").unlink()
    repo.write("staged.py")
    repo.git("add", "staged.py")
    repo.write("deep/new.py")
    assert set(read_changes(git)) == {
        Change("bot.py", ".", "M"),
        Change("commands.py", ".", "D"),
        Change("staged.py", "A", "."),
        Change("deep/new.py", new=True),
    }


def test_ignored_files_are_no_change(repo: Repo, git: Git) -> None:
    """What ``.gitignore`` names does not appear, even where the configuration hides or shows other things."""
    repo.git("config", "status.showUntrackedFiles", "no")
    repo.write(".gitignore", "*.db\n")
    repo.write("bot.db")
    assert [change.path for change in read_changes(git)] == [".gitignore"]


def test_a_moved_file_is_a_deletion_and_a_new_file(repo: Repo, git: Git) -> None:
    """Renames are told as what they are on disk."""
    repo.git("mv", "bot.py", "main.py")
    assert set(read_changes(git)) == {Change("bot.py", "D"), Change("main.py", "A")}


def test_a_file_taken_out_of_the_index_by_hand(repo: Repo, git: Git) -> None:
    """It is a staged deletion, and a new file again."""
    repo.git("rm", "--cached", "bot.py")
    changes = read_changes(git)
    assert set(changes) == {Change("bot.py", "D"), Change("bot.py", new=True)}
    assert [change.untracked_by_hand for change in sorted(changes)] == [False, True]


def test_a_repository_inside_is_marked(repo: Repo, git: Git) -> None:
    """Another repository below shows as one path."""
    new_repository(repo.path / "plugin").write("f.py")
    assert read_changes(git) == (Change("plugin", new=True, nested=True),)


def test_a_submodule_counts_only_on_another_commit(
    repo: Repo, git: Git, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Edits inside a submodule are its own business; its new commit is ours."""
    other = new_repository(tmp_path_factory.mktemp("library"))
    other.git("commit", "--allow-empty", "-m", "1")
    repo.git("-c", "protocol.file.allow=always", "submodule", "add", str(other.path), "library")
    repo.git("commit", "-m", "submodule")
    inside = Repo(repo.path / "library")
    inside.write("edit.py")
    assert read_changes(git) == ()
    inside.git("add", "-A")
    inside.git("commit", "-m", "2")
    assert read_changes(git) == (Change("library", ".", "M", submodule=True),)


def test_conflicts_are_marked(repo: Repo, git: Git) -> None:
    """A path with two versions is unmerged."""
    repo.git("switch", "-c", "other")
    repo.write("bot.py", "other\n")
    repo.git("commit", "-am", "other")
    repo.git("switch", "main")
    repo.write("bot.py", "main\n")
    repo.git("commit", "-am", "main")
    repo.git("merge", "other", check=False)
    assert read_changes(git) == (Change("bot.py", unmerged=True),)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows forbids these names")
@pytest.mark.parametrize(
    "name", ["two words.py", "a\nb.py", "\ttab.py", 'quo"te.py', "é.py", " lead", "trail ", "-x"]
)
def test_odd_names_come_through_whole(repo: Repo, git: Git, name: str) -> None:
    """No name is quoted, cut or taken for an option."""
    repo.write(name)
    assert read_changes(git) == (Change(name, new=True),)
    repo.git("add", "-A")
    assert read_changes(git) == (Change(name, "A"),)


def test_an_unknown_kind_of_line_is_not_guessed_at() -> None:
    """What git does not document is a defect, not a change to skip."""
    with pytest.raises(ValueError, match="X"):
        parse(b"X what\0")


def test_where_head_stands_comes_with_the_same_look(repo: Repo, git: Git) -> None:
    """Branch and commit as git names them; a branch without a remote, with a slash, with an accent."""
    assert read_standing(git) == Standing(repo.head, "main", ())
    repo.git("switch", "-c", "fix/été")
    assert read_standing(git).branch == "fix/été"
    repo.git("switch", "--detach")
    assert read_standing(git) == Standing(repo.head, None, ())


def test_before_the_first_commit_there_is_a_branch_and_no_commit(tmp_path: Path) -> None:
    """git says (initial) where the commit would stand."""
    made = new_repository(tmp_path / "new")
    made.write("a.py")
    assert read_standing(Git(str(made.path))) == Standing(None, "main", (Change("a.py", new=True),))
