"""Which files are a bot's code: by git's rules where there is git, by custom elsewhere; never its data."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

from tests.runtime.repository import git, write
from vigie.runtime.sensors import code_files
from vigie.runtime.sensors.code_files import CodeFiles, code_endings, newest_code


def found(folder: Path, *command: str) -> set[str]:
    """The code below ``folder``, named from there."""
    return names(CodeFiles(str(folder), command), folder)


def names(files: CodeFiles, folder: Path) -> set[str]:
    """What one more look finds, named from ``folder``."""
    return {os.path.relpath(path, folder).replace(os.sep, "/") for path in files.look()}


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with one tracked file and one rule."""
    folder = tmp_path / "un dossier"
    folder.mkdir()
    git(folder, "init")
    write(folder / "start.py", "pass\n")
    write(folder / ".gitignore", "generated/\n*.tmp.py\n")
    git(folder, "add", "--all")
    git(folder, "commit", "-m", "one")
    return folder


@pytest.mark.parametrize(
    ("command", "ending"),
    [
        (("python", "start.py"), ".py"),
        (("python3", "-m", "bot"), ".py"),
        (("node", "index.mjs"), ".ts"),
        (("npm", "start"), ".js"),
        (("/usr/bin/ruby", "bot.rb"), ".rb"),
        (("./bot",), ".py"),
        ((), ".py"),
    ],
)
def test_the_command_tells_the_language(command: tuple[str, ...], ending: str) -> None:
    """By its script, else by its program, else Python."""
    assert ending in code_endings(command)


def test_data_and_settings_are_no_code(tmp_path: Path) -> None:
    """A bot writes them into its own folder all day long."""
    for name in (
        "start.py",
        "data.json",
        "bot.db",
        "bot.sqlite3-wal",
        "config.toml",
        "x.yaml",
        "a.log",
        ".env",
    ):
        write(tmp_path / name)
    assert found(tmp_path, "python", "start.py") == {"start.py"}


def test_without_git_custom_decides(tmp_path: Path) -> None:
    """Virtual environments, caches, installed packages, logs and hidden folders are passed over."""
    for name in (
        "start.py",
        "cogs/deep/a.py",
        "lib2/x.py",
        "venv/lib.py",
        "build/b.py",
        "logs/z.py",
        "node_modules/n.py",
        "__pycache__/x.py",
        "lib/python3/site-packages/p.py",
        ".vigie/v.py",
        ".hidden/y.py",
    ):
        write(tmp_path / name)
    write(tmp_path / "lib2" / "pyvenv.cfg")
    assert found(tmp_path) == {"start.py", "cogs/deep/a.py"}


def test_with_git_its_rules_decide(repository: Path) -> None:
    """Tracked and new files count, ignored ones do not; a folder called build is a folder like any other."""
    for name in ("new.py", "x.tmp.py", "generated/g.py", "build/b.py", "cogs/a.py", "cogs/keep.tmp.py"):
        write(repository / name)
    write(repository / "cogs" / ".gitignore", "!keep.tmp.py\n")
    assert found(repository) == {"start.py", "new.py", "build/b.py", "cogs/a.py", "cogs/keep.tmp.py"}


def test_tracked_files_count_whatever_a_rule_says(repository: Path) -> None:
    """Put in with force, also below an ignored folder."""
    write(repository / "generated" / "forced.py")
    write(repository / "generated" / "other.py")
    git(repository, "add", "--force", "generated/forced.py")
    assert found(repository) == {"start.py", "generated/forced.py"}


def test_the_repositorys_private_rules_count(repository: Path) -> None:
    """``.git/info/exclude`` and ``core.excludesFile``."""
    write(repository / ".git" / "info" / "exclude", "mine.py\n")
    write(repository.parent / "rules", "theirs.py\n")
    git(repository, "config", "core.excludesFile", str(repository.parent / "rules"))
    for name in ("mine.py", "theirs.py", "ours.py"):
        write(repository / name)
    assert found(repository) == {"start.py", "ours.py"}


@pytest.mark.parametrize("where", [".gitignore", "cogs/.gitignore", ".git/info/exclude"])
def test_a_changed_rule_is_noticed(repository: Path, where: str) -> None:
    """Written while we watch, from then on and back."""
    write(repository / "cogs" / "a.py")
    files = CodeFiles(str(repository))
    assert names(files, repository) == {"start.py", "cogs/a.py"}
    before = (repository / where).read_text() if (repository / where).exists() else ""
    write(repository / where, "a.py\n")
    assert names(files, repository) == {"start.py"}
    write(repository / where, before + "#\n")
    assert names(files, repository) == {"start.py", "cogs/a.py"}


def test_a_file_put_in_with_force_is_noticed(repository: Path) -> None:
    """It was ignored until then."""
    write(repository / "generated" / "g.py")
    files = CodeFiles(str(repository))
    assert names(files, repository) == {"start.py"}
    git(repository, "add", "--force", "generated/g.py")
    assert names(files, repository) == {"start.py", "generated/g.py"}


def test_new_files_and_folders_are_noticed(repository: Path) -> None:
    """Also those in a folder that was empty at the first look."""
    (repository / "empty").mkdir()
    files = CodeFiles(str(repository))
    assert names(files, repository) == {"start.py"}
    write(repository / "empty" / "a.py")
    write(repository / "fresh" / "deep" / "b.py")
    assert names(files, repository) == {"start.py", "empty/a.py", "fresh/deep/b.py"}


def test_looking_again_asks_git_nothing(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the first look costs a process; a new file costs one more."""
    from vigie.ship.git.command import Git

    asked: list[str] = []
    query = Git.query
    monkeypatch.setattr(
        Git, "query", lambda self, *words, **more: (asked.append(words[0]), query(self, *words, **more))[1]
    )
    files = CodeFiles(str(repository))
    files.look()
    assert "ls-files" in asked
    asked.clear()
    files.look()
    write(repository / "start.py", "other\n")
    files.look()
    assert asked == []
    write(repository / "new.py")
    files.look()
    assert asked == ["check-ignore"]


def test_a_bot_below_the_top_of_its_repository(repository: Path) -> None:
    """The rules above it count, also when they change."""
    write(repository / "bots" / "one" / "bot.py")
    write(repository / "bots" / "one" / "x.tmp.py")
    files = CodeFiles(str(repository / "bots" / "one"))
    assert names(files, repository) == {"bots/one/bot.py"}
    write(repository / ".gitignore", "# none\n")
    assert names(files, repository) == {"bots/one/bot.py", "bots/one/x.tmp.py"}


def test_a_bot_in_an_ignored_folder_is_as_good_as_without_git(repository: Path) -> None:
    """Somebody keeps the whole home folder in git and ignores everything else."""
    write(repository / "generated" / "bot" / "start.py")
    write(repository / "generated" / "bot" / "venv" / "x.py")
    assert found(repository / "generated" / "bot") == {"start.py"}


def test_a_repository_inside_has_rules_of_its_own(repository: Path) -> None:
    """A submodule or a clone: its code is run all the same."""
    inner = repository / "library"
    inner.mkdir()
    git(inner, "init")
    write(inner / ".gitignore", "secret.py\n")
    write(inner / "a.py")
    write(inner / "secret.py")
    write(inner / "private.py")
    write(inner / ".git" / "info" / "exclude", "private.py\n")
    write(inner / "kept.tmp.py")
    git(inner, "add", "kept.tmp.py")
    assert found(repository) == {"start.py", "library/a.py", "library/kept.tmp.py"}
    git(inner, "add", "--all")
    git(inner, "commit", "-m", "one")
    git(repository, "add", "library")
    assert found(repository) == {"start.py", "library/a.py", "library/kept.tmp.py"}


def test_a_git_that_refuses_leaves_custom_to_decide(repository: Path) -> None:
    """A broken repository: no error, and the environment is still passed over."""
    (repository / ".git" / "HEAD").write_text("nonsense")
    write(repository / "venv" / "x.py")
    assert found(repository) == {"start.py"}


def test_a_machine_without_git_leaves_custom_to_decide(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The folder came with its .git, the program did not."""
    monkeypatch.setenv("PATH", "")
    write(repository / "generated" / "g.py")
    write(repository / "env" / "x.py")
    assert found(repository) == {"start.py", "generated/g.py"}


def test_the_program_and_the_script_of_the_command_count(tmp_path: Path) -> None:
    """A compiled bot, a script without an ending; not a Python of the project's own environment."""
    for name in ("bot", "tool", "venv/bin/python", ".venv/bin/python"):
        write(tmp_path / name)
    write(tmp_path / "venv" / "pyvenv.cfg")
    assert found(tmp_path, "./bot", "--verbose") == {"bot"}
    assert found(tmp_path, "venv/bin/python", "tool") == {"tool"}
    assert found(tmp_path, ".venv/bin/python", "tool") == {"tool"}


@pytest.mark.skipif(sys.platform == "win32", reason="making links needs a privilege there")
def test_linked_folders_are_followed_and_circles_are_not(repository: Path) -> None:
    """Shared code lives elsewhere; a link to what is looked at anyway leads nowhere; an ignored link neither."""
    shared = repository.parent / "shared"
    write(shared / "common.py")
    (shared / "again").symlink_to(shared)
    (repository / "cogs").symlink_to(shared)
    (repository / "twice").symlink_to(shared)
    (repository / "up").symlink_to(repository.parent)
    (repository / "self").symlink_to(repository)
    write(repository.parent / "huge" / "h.py")
    (repository / "data").symlink_to(repository.parent / "huge")
    write(repository / ".gitignore", "data\n")
    assert found(repository) in ({"start.py", "cogs/common.py"}, {"start.py", "twice/common.py"})


@pytest.mark.skipif(sys.platform == "win32", reason="named pipes and links of POSIX")
def test_what_is_no_file_is_no_code(tmp_path: Path) -> None:
    """A pipe would be read for ever, a link may lead nowhere, a folder may be called like a file."""
    os.mkfifo(tmp_path / "pipe.py")
    (tmp_path / "nowhere.py").symlink_to(tmp_path / "gone")
    write(tmp_path / "folder.py" / "a.py")
    write(tmp_path / "start.py")
    assert found(tmp_path) == {"start.py", "folder.py/a.py"}


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    """Moved away or not mounted is not the same as empty."""
    files = CodeFiles(str(tmp_path / "bot"))
    with pytest.raises(OSError):
        files.look()
    assert newest_code(str(tmp_path / "bot")) is None


def test_a_folder_removed_while_we_look_is_no_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the look above it and the one into it."""
    write(tmp_path / "start.py")
    write(tmp_path / "cogs" / "a.py")
    scandir = os.scandir

    def slow(path: str) -> object:
        if os.path.basename(path) == "cogs":
            monkeypatch.undo()
            shutil.rmtree(path)
        return scandir(path)

    monkeypatch.setattr(code_files.os, "scandir", slow)
    assert found(tmp_path) == {"start.py"}


def test_a_huge_tree_is_looked_at_in_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Level by level, so the bot's own files come first."""
    monkeypatch.setattr(code_files, "MOST_FILES", 2)
    for name in ("a.py", "b.py", "deep/c.py"):
        write(tmp_path / name)
    files = CodeFiles(str(tmp_path))
    assert names(files, tmp_path) == {"a.py", "b.py"}
    assert files.overfull


def test_the_newest_file_is_named(tmp_path: Path) -> None:
    """When it came to lie there: a copy that kept its old date is new all the same."""
    assert newest_code(str(tmp_path)) is None
    write(tmp_path / "old.py")
    ahead = os.stat(tmp_path / "old.py").st_ctime + 1000.0
    write(tmp_path / "new.py")
    os.utime(tmp_path / "new.py", (ahead, ahead))
    assert newest_code(str(tmp_path)) == (ahead, str(tmp_path / "new.py"))
    (tmp_path / "new.py").unlink()
    os.utime(tmp_path / "old.py", (100.0, 100.0))
    newest = newest_code(str(tmp_path))
    assert newest is not None
    assert newest[0] > ahead - 2000.0


def test_rules_that_lead_nowhere_are_passed_over(tmp_path: Path) -> None:
    """A ``.gitignore`` that is a link to a file which is no more: the code beside it still counts."""
    write(tmp_path / "start.py", "pass\n")
    try:
        (tmp_path / ".gitignore").symlink_to(tmp_path / "no such file")
    except OSError:
        pytest.skip("may not make links here")
    assert found(tmp_path, "python", "start.py") == {"start.py"}


def test_a_file_removed_while_we_look_is_no_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the list of names and the look at each: the others count."""
    for name in ("gone.py", "here.py"):
        write(tmp_path / name, "pass\n")
    asks = code_files.GitIgnore.ignored

    def removed_meanwhile(rules: code_files.GitIgnore, paths: list[str]) -> set[str]:
        (tmp_path / "gone.py").unlink(missing_ok=True)
        return asks(rules, paths)

    monkeypatch.setattr(code_files.GitIgnore, "ignored", removed_meanwhile)
    assert found(tmp_path, "python", "-m", "bot") == {"here.py"}


def test_a_script_removed_while_we_look_is_no_fault(tmp_path: Path) -> None:
    """Found by its name in the command, and gone before it is looked at."""
    write(tmp_path / "here.py", "pass\n")
    write(tmp_path / "bot", "pass\n")

    class Fleeting(CodeFiles):
        """Files whose named script goes as soon as it was found."""

        def named(self) -> list[str]:
            found = super().named()
            (tmp_path / "bot").unlink()
            return found

    assert names(Fleeting(str(tmp_path), ("python", "bot")), tmp_path) == {"here.py"}


def test_a_git_that_fails_on_the_way_hides_nothing(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It answered at first, and cannot be started any more: code counts rather than be overlooked."""
    from vigie.problems import Failure
    from vigie.ship.git.command import Git, Outcome

    write(repository / "generated" / "made.py", "pass\n")
    files = CodeFiles(str(repository))
    query = Git.query

    def fails(git: Git, *words: str, **more: bytes) -> Outcome:
        # the question about the folder itself is the first, and is still answered
        if words[0] == "check-ignore" and more["stdin"] != b".\0":
            raise Failure("ship.git-silent", verb=words[0], seconds=1.0)
        return query(git, *words, **more)  # type: ignore[arg-type]

    assert names(files, repository) == {"start.py"}
    monkeypatch.setattr(Git, "query", fails)
    assert names(CodeFiles(str(repository)), repository) == {"start.py", "generated/made.py"}
