"""What the listed files mean."""

from __future__ import annotations

import os
import sys

import pytest

from tests.ship.workshop import Repo, new_repository, selected
from vigie.problems import UsageProblem
from vigie.ship.choose.selection import Selection


def refused(repo: Repo, *files: str) -> UsageProblem:
    """Return the problem of a list that is refused; not a byte may change."""
    before = repo.snapshot()
    with pytest.raises(UsageProblem) as caught:
        selected(repo, *files)
    assert repo.snapshot() == before
    assert caught.value.exit_code == 2
    return caught.value


def test_just_the_files_listed(repo: Repo) -> None:
    """Others may have changed too; they are not touched."""
    repo.write("bot.py", "1\n")
    repo.write("commands.py", "2\n")
    repo.write("new.py")
    assert selected(repo, "commands.py,new.py") == Selection(added=("new.py",), modified=("commands.py",))


def test_a_deleted_file_is_a_deletion(repo: Repo) -> None:
    """It need not exist to be listed, as long as git knows it."""
    (repo.path / "bot.py").unlink()
    assert selected(repo, "bot.py") == Selection(removed=("bot.py",))
    repo.git("rm", "--cached", "bot.py")
    assert selected(repo, "bot.py") == Selection(removed=("bot.py",), from_index=("bot.py",))


def test_an_unchanged_file_is_said_to_be(repo: Repo) -> None:
    """It is no error to list it, and nothing else goes instead."""
    repo.write("commands.py", "2\n")
    assert selected(repo, "bot.py") == Selection(unchanged=("bot.py",))


def test_a_folder_stands_for_its_changes(repo: Repo) -> None:
    """What is never committed stays out of it as ever."""
    repo.write("pkg/a.py")
    repo.write("pkg/b.py")
    repo.git("add", "-A")
    repo.git("commit", "-m", "pkg")
    repo.write("pkg/a.py", "1\n")
    (repo.path / "pkg" / "b.py").unlink()
    repo.write("pkg/new.py")
    repo.write("pkg/.env")
    repo.write("pkg2/x.py")
    assert selected(repo, "pkg") == selected(repo, "pkg/")
    assert selected(repo, "pkg") == Selection(("pkg/new.py",), ("pkg/a.py",), ("pkg/b.py",))
    assert set(selected(repo, ".").paths) == {"pkg/new.py", "pkg/a.py", "pkg/b.py", "pkg2/x.py"}


def test_a_folder_that_was_deleted_stands_for_its_deletions(repo: Repo) -> None:
    """All of its files are gone."""
    repo.write("pkg/a.py")
    repo.git("add", "-A")
    repo.git("commit", "-m", "pkg")
    (repo.path / "pkg" / "a.py").unlink()
    (repo.path / "pkg").rmdir()
    assert selected(repo, "pkg") == Selection(removed=("pkg/a.py",))


def test_a_folder_without_changes_is_unchanged(repo: Repo) -> None:
    """An empty one as well: git keeps no folders."""
    (repo.path / "empty").mkdir()
    assert selected(repo, "empty") == Selection(unchanged=("empty",))


def test_names_are_relative_to_the_project(repo: Repo) -> None:
    """In a bigger repository the project's folder comes first; others are reached on purpose only."""
    repo.write("pkg/a.py")
    repo.write("bot.py", "1\n")
    assert selected(repo, "a.py", folder="pkg") == Selection(added=("pkg/a.py",))
    assert selected(repo, "../bot.py", folder="pkg") == Selection(modified=("bot.py",))
    assert refused(repo, "a.py").values == {"file": "a.py", "nearest": "pkg/a.py"}


def test_a_missing_file_is_refused_with_the_nearest_name(repo: Repo) -> None:
    """A slip of the finger is told before anything is done."""
    repo.write("bot.py", "1\n")
    repo.write("point_system.py")
    problem = refused(repo, "bot.py,point_sytem.py")
    assert problem.key == "ship.file-misspelt"
    assert problem.values == {"file": "point_sytem.py", "nearest": "point_system.py"}
    assert refused(repo, "qqqqqqqqqqqq").key == "ship.file-missing"


def test_an_ignored_file_is_refused_with_its_rule(repo: Repo) -> None:
    """The rule is named with its file and line."""
    repo.write(".gitignore", "# data\n*.db\nbuild/\n")
    repo.write("bot.db")
    repo.write("build/out/x.txt")
    problem = refused(repo, "bot.db")
    assert problem.key == "ship.file-ignored"
    assert problem.values == {"file": "bot.db", "pattern": "*.db", "source": ".gitignore", "line": "2"}
    assert refused(repo, "build/out/x.txt").values["pattern"] == "build/"
    assert refused(repo, "build").values["pattern"] == "build/"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows forbids these names")
@pytest.mark.parametrize(
    ("name", "rule"),
    [
        (":(top)bot.db", ":(top)bot.db"),
        (":/bot.db", ":/bot.db"),
        ("[b]ot.db", "\\[b]*"),
        ("two\nlines.db", "*.db"),
    ],
)
def test_odd_names_are_ignored_like_others(repo: Repo, name: str, rule: str) -> None:
    """A name that looks like magic is looked up as it stands."""
    repo.write(".gitignore", rule + "\n")
    repo.write(name)
    assert refused(repo, name).values["pattern"] == rule


@pytest.mark.parametrize(
    "name", [".env", "bot.log", "__pycache__/x.pyc", "bot_status.json", "logs/x", ".vigie/x"]
)
def test_a_file_that_is_never_committed_is_refused(repo: Repo, name: str) -> None:
    """Listing it does not help: ship is not the tool for it."""
    repo.write(name)
    assert refused(repo, name).key == "ship.file-denied"


def test_deleting_a_secret_is_allowed(repo: Repo) -> None:
    """Its removal publishes nothing."""
    repo.write(".env")
    repo.git("add", "-f", ".env")
    repo.git("commit", "-m", "by mistake")
    (repo.path / ".env").unlink()
    assert selected(repo, ".env") == Selection(removed=(".env",))


def test_a_new_file_of_a_package_called_env_can_be_listed(repo: Repo) -> None:
    """Everything passes over it, for it looks like a virtual environment; named, it goes."""
    repo.write("env/settings.py")
    assert selected(repo) == Selection()
    assert selected(repo, "env/settings.py") == Selection(added=("env/settings.py",))


def test_a_repository_inside_is_refused(repo: Repo) -> None:
    """Itself, and whatever lies in it."""
    new_repository(repo.path / "plugin").write("f.py")
    assert refused(repo, "plugin").key == "ship.nested-repository"
    assert refused(repo, "plugin/f.py").key == "ship.nested-repository"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no named pipes in folders")
def test_what_git_cannot_keep_is_refused(repo: Repo) -> None:
    """A pipe is neither a file nor a link."""
    if sys.platform != "win32":
        os.mkfifo(repo.path / "pipe")
    assert refused(repo, "pipe").key == "ship.file-unusable"


def test_a_staged_file_with_more_changes_is_marked(repo: Repo) -> None:
    """Its two states become one."""
    repo.write("bot.py", "1\n")
    repo.git("add", "bot.py")
    assert selected(repo, "bot.py").partly_staged == ()
    repo.write("bot.py", "2\n")
    assert selected(repo, "bot.py").partly_staged == ("bot.py",)


def test_letter_case_follows_git_where_the_disk_ignores_it(repo: Repo) -> None:
    """``Commands.py`` means ``commands.py`` where both open the same file."""
    repo.git("config", "core.ignorecase", "true")
    repo.write("commands.py", "1\n")
    assert selected(repo, "Commands.py") == Selection(modified=("commands.py",))
    repo.git("config", "core.ignorecase", "false")
    if not (repo.path / "Commands.py").exists():
        assert refused(repo, "Commands.py").key == "ship.file-misspelt"


ODD = [
    ":x.py",
    "[a].py",
    "-x.py",
    "st*r.py",
    'it\'s "q".py',
    "two\nlines.py",
    "é€.py",
    "a,b.py",
    "{x}.py",
    "#1.py",
]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows forbids most of these names")
@pytest.mark.parametrize("name", ODD)
def test_odd_names_are_meant_literally(repo: Repo, name: str) -> None:
    """No name is a pattern, an option or a magic word."""
    for other in ("a.py", "x.py", "star.py", "lines.py", "b.py"):
        repo.write(other)
    repo.write(name)
    assert selected(repo, name) == Selection(added=(name,))
    assert selected(repo, name + ",bot.py") == Selection(added=(name,), unchanged=("bot.py",))


@pytest.mark.skipif(sys.platform == "win32", reason="Windows forbids most of these names")
@pytest.mark.parametrize("name", [":x.py", "[a].py", "st*r.py", "-A"])
def test_odd_names_that_are_missing_match_nothing(repo: Repo, name: str) -> None:
    """A pattern would have taken in others."""
    for other in ("a.py", "x.py", "star.py"):
        repo.write(other)
    assert refused(repo, name).key in ("ship.file-missing", "ship.file-misspelt")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has file names that are no text")
def test_a_name_that_is_no_text(repo: Repo) -> None:
    """Bytes that are not UTF-8 are a name like any other."""
    name = os.fsdecode(b"caf\xe9.py")
    repo.write(name)
    assert selected(repo, name) == Selection(added=(name,))
