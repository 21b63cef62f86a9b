"""Rows 1 to 21 of the catalogue: what is chosen, and how it is staged."""

from __future__ import annotations

import os
import sys
import unicodedata
from pathlib import Path

import pytest

from tests.ship.catalogue.shipping import plan, posix_names, refused, remarked, staged, would_commit
from tests.ship.workshop import Repo, new_repository
from vigie.problems import Refusal, UsageProblem
from vigie.ship.choose.moving_files import look, moved
from vigie.ship.choose.remarks import remarks

LONG = "".join(f"line {number}\n" for number in range(50))


def test_02_a_listed_file_that_did_not_change(repo: Repo) -> None:
    """Nothing goes in its stead, and it is said."""
    repo.write("commands.py", "changed\n")
    assert would_commit(repo, "bot.py") == {}
    assert "bot.py" in remarked(repo, "bot.py")["ship.unchanged"]


def test_03_a_listed_file_that_never_existed(repo: Repo) -> None:
    """Refused before anything is staged, the nearest name is told."""
    repo.write("bot.py", "1\n")
    problem = refused(repo, "bot.py,comands.py")
    assert isinstance(problem, UsageProblem)
    assert problem.values["nearest"] == "commands.py"


def test_04_a_listed_file_that_was_deleted(repo: Repo) -> None:
    """A deletion to commit."""
    (repo.path / "commands.py").unlink()
    assert would_commit(repo, "commands.py") == {"commands.py": "D"}


def test_05_a_renamed_file_of_which_only_the_new_name_is_listed(repo: Repo) -> None:
    """The old name goes too, also when some lines changed on the way, and it is said which."""
    repo.write("old.py", LONG)
    repo.git("add", "-A")
    repo.git("commit", "-m", "long")
    (repo.path / "old.py").rename(repo.path / "new.py")
    repo.write("new.py", LONG.replace("line 7\n", "line seven\n"))
    (repo.path / "commands.py").unlink()
    objects = sorted((repo.path / ".git" / "objects").rglob("*"))
    assert plan(repo, "new.py").selection.renamed == (("old.py", "new.py"),)
    assert sorted((repo.path / ".git" / "objects").rglob("*")) == objects
    assert would_commit(repo, "new.py") == {"new.py": "A", "old.py": "D"}
    assert "old.py -> new.py" in remarked(repo, "new.py")["staging.renamed"]


def test_05_a_rename_that_git_was_told_of(repo: Repo) -> None:
    """``git mv`` stages both halves; listing one is listing the rename."""
    repo.write("old.py", LONG)
    repo.git("add", "-A")
    repo.git("commit", "-m", "long")
    repo.git("mv", "old.py", "new.py")
    assert would_commit(repo, "new.py") == {"new.py": "A", "old.py": "D"}


def test_05_an_env_file_under_another_name(repo: Repo) -> None:
    """A secret that got in leaves with its old name; whether the new name may go is for the scan to say."""
    repo.write(".env", LONG)
    repo.git("add", "-f", ".env")
    repo.git("commit", "-m", "by mistake")
    (repo.path / ".env").rename(repo.path / "settings.py")
    assert would_commit(repo, "settings.py") == {".env": "D", "settings.py": "A"}


def test_05_a_new_file_unlike_any_deleted_one_is_no_rename(repo: Repo) -> None:
    """What was deleted without being listed stays where it is; empty files are like nothing."""
    repo.write("old.py", LONG)
    repo.write("pkg/__init__.py", "")
    repo.git("add", "-A")
    repo.git("commit", "-m", "long")
    (repo.path / "old.py").unlink()
    (repo.path / "pkg" / "__init__.py").unlink()
    repo.write("new.py", "something else entirely\n" * 20)
    repo.write("other/__init__.py", "")
    assert would_commit(repo, "new.py,other/__init__.py") == {"new.py": "A", "other/__init__.py": "A"}


def test_05_a_repository_in_a_folder_with_odd_letters(tmp_path: Path) -> None:
    """Where the contents are compared, a colon or a quote in the folder's name leads nobody astray."""
    name = "bots" if sys.platform == "win32" else 'a:b "c"'
    repo = new_repository(tmp_path / name)
    repo.write("old.py", LONG)
    repo.git("add", "-A")
    repo.git("commit", "-m", "long")
    (repo.path / "old.py").rename(repo.path / "new.py")
    assert would_commit(repo, "new.py") == {"new.py": "A", "old.py": "D"}


SPELLINGS = [
    "two words.py",
    ' it\'s "q".py',
    "tab\there.py",
    "two\nlines.py",
    "back\\slash.py",
    "\u00e9t\u00e9.py",
    "e\u0301te\u0301.py",
    "\u65e5\u672c.py",
    os.fsdecode(b"caf\xe9.py") if sys.platform == "linux" else "caf\u00e9.py",
    "$(touch x).py",
    "%PATH%.py",
]

PATTERNS = [
    ":x.py",
    ":(top)x.py",
    "[a].py",
    "st*r.py",
    "wh?t.py",
    "-x.py",
    "--all",
    "!x.py",
    "@x.py",
    "#x.py",
]


@posix_names
@pytest.mark.parametrize("name", SPELLINGS, ids=ascii)
def test_06_names_of_every_spelling(repo: Repo, name: str) -> None:
    """New, changed, deleted; listed or not: exactly this file, its name whole."""
    repo.write(name)
    assert would_commit(repo, name) == would_commit(repo) == {name: "A"}
    repo.git("add", "-A")
    repo.git("commit", "-m", "new")
    repo.write(name, "changed\n")
    assert would_commit(repo, name) == would_commit(repo) == {name: "M"}
    (repo.path / name).unlink()
    assert would_commit(repo, name) == would_commit(repo) == {name: "D"}


@posix_names
def test_06_an_accent_typed_the_other_way(repo: Repo) -> None:
    """One letter or two look the same; where only one file can be meant, it is."""
    name = "\u00e9t\u00e9.py"
    repo.write(name)
    assert would_commit(repo, unicodedata.normalize("NFD", name)) == {name: "A"}
    repo.write(unicodedata.normalize("NFD", name))
    assert would_commit(repo, name) == {name: "A"}


@posix_names
@pytest.mark.parametrize("name", PATTERNS)
def test_07_names_that_look_like_patterns(repo: Repo, name: str) -> None:
    """Meant to the letter: what they would match as patterns stays out, there or not."""
    for other in ("a.py", "x.py", "star.py", "what.py"):
        repo.write(other)
    assert refused(repo, name).code in ("file-missing", "file-misspelt", "list-unreadable")
    repo.write(name)
    assert would_commit(repo, name) == {name: "A"}


def test_08_commas_in_names_and_lists(repo: Repo) -> None:
    """A comma separates unless a file is called so; the option can be given again."""
    for name in ("a,b.py", "a", "c.py"):
        repo.write(name)
    assert would_commit(repo, "a,b.py") == {"a,b.py": "A"}
    assert would_commit(repo, "c.py, a,b.py") == {"a,b.py": "A", "c.py": "A"}
    assert would_commit(repo, "c.py", "a") == {"a": "A", "c.py": "A"}


@pytest.mark.parametrize(
    "content",
    [
        b"a,b.py\nc.py\n",
        b"a,b.py\r\n\r\nc.py",
        b"a,b.py\0c.py\0",
        b"\xef\xbb\xbfa,b.py\nc.py\n",
        "\ufeffa,b.py\r\nc.py\r\n".encode("utf-16-le"),
    ],
    ids=["lines", "windows", "nul", "utf-8 mark", "powershell"],
)
def test_08_a_list_in_a_file(repo: Repo, tmp_path: Path, content: bytes) -> None:
    """``@list.txt`` holds one name a line, or with NUL between; nothing in it is a separator."""
    for name in ("a,b.py", "c.py", "d.py"):
        repo.write(name)
    (tmp_path / "list.txt").write_bytes(content)
    wanted = {"a,b.py": "A", "c.py": "A"}
    assert would_commit(repo, f"@{tmp_path / 'list.txt'}") == wanted
    assert would_commit(repo, f"d.py,@{tmp_path / 'list.txt'}") == {**wanted, "d.py": "A"}


def test_08_a_file_whose_name_begins_like_a_list(repo: Repo) -> None:
    """It wins over the list of that name; a list that is missing is told as one."""
    repo.write("list.txt", "bot.py\n")
    repo.write("bot.py", "1\n")
    assert would_commit(repo, "@list.txt") == {"bot.py": "M"}
    repo.write("@list.txt")
    assert would_commit(repo, "@list.txt") == {"@list.txt": "A"}
    assert refused(repo, "@nothing.txt").code == "list-unreadable"
    repo.write("empty.txt", "\n\n")
    assert refused(repo, "@empty.txt").code == "no-file-listed"


def test_09_a_listed_file_that_is_ignored(repo: Repo) -> None:
    """The rule is named with its place; the others of the list are not staged either."""
    repo.write(".gitignore", "*.dat\n")
    repo.write("x.dat")
    repo.write("bot.py", "1\n")
    problem = refused(repo, "bot.py,x.dat")
    assert problem.values == {"file": "x.dat", "pattern": "*.dat", "source": ".gitignore", "line": "1"}


@pytest.mark.parametrize("ignored", [True, False])
def test_09_an_env_file_never_goes(repo: Repo, ignored: bool) -> None:
    """Neither listed nor with everything, ignored or not, new or known."""
    if ignored:
        repo.write(".git/info/exclude", ".env\n")
    repo.write(".env", "TOKEN=1\n")
    assert refused(repo, ".env").code in ("file-ignored", "file-denied")
    assert would_commit(repo) == {}
    repo.git("add", "-f", ".env")
    assert refused(repo, ".env").code == "file-denied"
    assert would_commit(repo) == {}


@posix_names
def test_10_outside_the_repository_through_a_link_inside_git(repo: Repo, tmp_path: Path) -> None:
    """All three are refused by us: git itself does nothing for ``.git/config`` and says so to nobody."""
    (tmp_path / "elsewhere.py").touch()
    repo.write("pkg/a.py")
    (repo.path / "link").symlink_to("pkg")
    assert refused(repo, "../elsewhere.py").code == "file-outside"
    assert refused(repo, str(tmp_path / "elsewhere.py")).code == "file-outside"
    assert refused(repo, "link/a.py").code == "file-beyond-link"
    assert refused(repo, ".git/config").code == "file-in-git"
    assert would_commit(repo, "link") == {"link": "A"}


def test_11_a_new_file_is_staged_aside(repo: Repo) -> None:
    """The person's index never sees it before the commit exists: nothing has to be undone."""
    repo.write("new.py")
    repo.hook("pre-commit", "exit 1")
    assert would_commit(repo, "new.py") == {"new.py": "A"}
    assert repo.status() == {"new.py": "??"}


def test_12_other_work_that_is_staged(repo: Repo) -> None:
    """It stays staged and out of the commit."""
    repo.write("bot.py", "staged\n")
    repo.write("commands.py", "changed\n")
    repo.git("add", "bot.py")
    assert would_commit(repo, "commands.py") == {"commands.py": "M"}
    assert repo.status() == {"bot.py": "M ", "commands.py": " M"}


def test_13_a_partly_staged_file_that_is_listed(repo: Repo) -> None:
    """The whole file goes, as it lies on disk, and the person is warned."""
    repo.write("bot.py", "staged\n")
    repo.git("add", "bot.py")
    repo.write("bot.py", "staged\nmore\n")
    assert "bot.py" in remarked(repo, "bot.py")["ship.partly-staged"]
    change = staged(plan(repo, "bot.py"))["bot.py"]
    assert repo.git("cat-file", "-p", change.new.content) == "staged\nmore"


def test_14_a_repository_in_the_folder(repo: Repo) -> None:
    """Left out of everything and named; refused when listed, like what lies in it."""
    new_repository(repo.path / "plugin").write("f.py")
    repo.write("new.py")
    assert would_commit(repo) == {"new.py": "A"}
    assert "plugin" in remarked(repo)["ship.left-out"]
    assert refused(repo, "plugin").code == refused(repo, "plugin/f.py").code == "nested-repository"


@pytest.fixture
def library(repo: Repo, tmp_path: Path) -> Repo:
    """Return a submodule of ``repo``, committed, in step with its remote."""
    origin = new_repository(tmp_path / "library-origin")
    origin.git("commit", "--allow-empty", "-m", "1")
    repo.git("-c", "protocol.file.allow=always", "submodule", "add", str(origin.path), "library")
    repo.git("commit", "-m", "library")
    return Repo(repo.path / "library")


def test_15_edits_inside_a_submodule_are_its_own(repo: Repo, library: Repo) -> None:
    """Changed and new files in it are none of this repository's."""
    library.write("edit.py")
    assert would_commit(repo) == would_commit(repo, "library") == {}


def test_15_a_submodule_on_another_commit_goes_only_when_listed(repo: Repo, library: Repo) -> None:
    """Everything leaves it out and says so; what is staged was meant."""
    library.git("commit", "--allow-empty", "-m", "2")
    library.git("update-ref", "refs/remotes/origin/main", "HEAD")
    repo.write("bot.py", "1\n")
    assert would_commit(repo) == {"bot.py": "M"}
    assert "library" in remarked(repo)["staging.submodules"]
    assert would_commit(repo, "library") == {"library": "M"}
    repo.git("add", "library")
    assert would_commit(repo) == {"bot.py": "M", "library": "M"}


def test_15_a_submodule_commit_that_nobody_else_has_is_refused(repo: Repo, library: Repo) -> None:
    """Other clones could not check it out."""
    library.git("commit", "--allow-empty", "-m", "2")
    problem = refused(repo, "library")
    assert isinstance(problem, Refusal)
    assert problem.code == "submodule-unpushed"
    assert would_commit(repo) == {}
    repo.git("add", "library")
    assert refused(repo).code == "submodule-unpushed"


def test_15_a_submodule_that_is_not_there_or_goes(repo: Repo, library: Repo) -> None:
    """It cannot be asked, and nothing of it is missing to anybody."""
    repo.git("submodule", "deinit", "-f", "library")
    repo.write("bot.py", "1\n")
    assert would_commit(repo) == {"bot.py": "M"}
    repo.git("update-index", "--cacheinfo", f"160000,{'1' * 40},library")
    assert would_commit(repo) == {"bot.py": "M", "library": "M"}
    repo.git("reset", "-q", "library")
    repo.git("rm", "-q", "library")
    assert would_commit(repo) == {"bot.py": "M", "library": "D", ".gitmodules": "M"}


def test_16_git_lfs_is_meant_but_not_installed(repo: Repo) -> None:
    """Refused before the raw file becomes a blob; once the filter is configured it goes through it."""
    repo.write(".gitattributes", "*.bin filter=lfs diff=lfs merge=lfs -text\n")
    repo.write("model.bin", "raw\n")
    repo.write("bot.py", "1\n")
    problem = refused(repo)
    assert isinstance(problem, Refusal)
    assert (problem.code, problem.values["files"]) == ("lfs-missing", "model.bin")
    assert refused(repo, "model.bin").code == "lfs-missing"
    assert would_commit(repo, "bot.py") == {"bot.py": "M"}
    repo.git("config", "filter.lfs.clean", "sed s/raw/pointer/")
    change = staged(plan(repo, "model.bin"))["model.bin"]
    assert repo.git("cat-file", "-p", change.new.content) == "pointer"


@pytest.mark.parametrize("place", ["pkg/.gitattributes", ".git/info/attributes"])
def test_16_attributes_lie_in_many_places(repo: Repo, place: str) -> None:
    """Deeper folders, the repository's own."""
    repo.write(place, "*.bin filter=lfs\n")
    repo.git("add", "-A")
    repo.git("commit", "--allow-empty", "-m", "attributes")
    repo.write("pkg/model.bin", "raw\n")
    assert refused(repo, "pkg/model.bin").code == "lfs-missing"


def test_16_attributes_of_the_person_and_of_a_deleted_file(repo: Repo, configuration: Path) -> None:
    """The person's own file counts; a deleted one still does as long as the index holds it."""
    own = configuration.parent / "attributes"
    own.write_text("*.bin filter=lfs\n")
    repo.git("config", "core.attributesFile", str(own))
    repo.write("model.bin", "raw\n")
    assert refused(repo).code == "lfs-missing"
    repo.git("config", "--unset", "core.attributesFile")
    assert would_commit(repo) == {"model.bin": "A"}
    repo.write(".gitattributes", "*.bin filter=lfs\n")
    repo.git("add", ".gitattributes")
    repo.git("commit", "-m", "attributes")
    (repo.path / ".gitattributes").unlink()
    assert refused(repo, "model.bin").code == "lfs-missing"


def test_16_other_filters(repo: Repo) -> None:
    """One that encrypts or is required is refused when it is missing; an unknown one is passed over, and told."""
    repo.write(".gitattributes", "*.key filter=git-crypt\n*.a filter=strict\n*.b filter=tidy\n")
    repo.git("config", "filter.strict.required", "true")
    for name in ("x.key", "x.a", "x.b"):
        repo.write(name)
    assert refused(repo, "x.key").values["filter"] == "git-crypt"
    assert refused(repo, "x.a").values["filter"] == "strict"
    assert would_commit(repo, "x.b") == {"x.b": "A"}
    assert "x.b" in remarked(repo, "x.b")["staging.unfiltered"]


def test_16_a_filter_that_fails(repo: Repo) -> None:
    """The file and the filter are named."""
    repo.write(".gitattributes", "*.bin filter=lfs\n")
    repo.git("config", "filter.lfs.clean", "exit 3")
    repo.git("config", "filter.lfs.required", "true")
    repo.write("model.bin", "raw\n")
    assert refused(repo, "model.bin").values == {"file": "model.bin", "filter": "lfs"}


def test_18_a_file_that_changes_while_it_is_staged(repo: Repo) -> None:
    """What was read goes, whole; the rest stays a change, and the file is named."""
    repo.write(".gitattributes", "data.json filter=slow\n")
    repo.git("config", "filter.slow.clean", "cat; echo later >>data.json")
    repo.write("data.json", "now\n")
    made = plan(repo, "data.json")
    before = look(made.repository.top, made.selection.from_disk)
    change = staged(made)["data.json"]
    assert repo.git("cat-file", "-p", change.new.content) == "now"
    assert (repo.path / "data.json").read_text() == "now\nlater\n"
    assert moved(made.repository.top, before) == ("data.json",)


def test_18_a_quiet_file_is_not_said_to_move(repo: Repo) -> None:
    """Being read is no change; being deleted or replaced is one."""
    repo.write("bot.py", "1\n")
    repo.write("new.py")
    made = plan(repo)
    before = look(made.repository.top, made.selection.from_disk)
    staged(made)
    assert moved(made.repository.top, before) == ()
    (repo.path / "new.py").unlink()
    assert moved(made.repository.top, before) == ("new.py",)


def test_19_line_ends_that_may_not_change(repo: Repo) -> None:
    """The file and the setting are named."""
    repo.git("config", "core.autocrlf", "input")
    repo.git("config", "core.safecrlf", "true")
    repo.write("windows.py", "a\r\nb\r\n")
    problem = refused(repo, "windows.py")
    assert (problem.code, problem.values) == ("line-endings", {"ends": "CRLF", "file": "windows.py"})


def test_20_a_rename_of_case_only(repo: Repo) -> None:
    """Where the disk knows no case, both names open one file; the old one is taken out all the same."""
    repo.git("config", "core.ignorecase", "true")
    repo.git("mv", "bot.py", "Bot.py")
    if sys.platform == "linux":
        repo.write("bot.py", "as a disk without case would show it\n")
        repo.git("update-index", "--no-add", "--refresh", check=False)
    assert would_commit(repo, "Bot.py") == {"Bot.py": "A", "bot.py": "D"}


@posix_names
@pytest.mark.parametrize("name", ["dot.", "space ", "a. /b"])
def test_20_names_that_windows_shortens(repo: Repo, name: str) -> None:
    """A dot or a space at the end is told, and goes: here it is a name like any other."""
    repo.write(name)
    assert would_commit(repo) == {name: "A"}
    assert name.strip() in remarked(repo)["staging.forbidden-on-windows"]


@posix_names
@pytest.mark.parametrize("name", ["aux.py", "aux .py", "NUL", "pkg/con.txt", "com1", "Lpt9.log.py"])
def test_20_names_that_windows_reserves(repo: Repo, name: str) -> None:
    """New ones are refused, listed or not; what is known already may change and go."""
    repo.write(name)
    problem = refused(repo, name)
    assert isinstance(problem, Refusal)
    assert problem.code == refused(repo).code == "reserved-name"
    repo.git("add", "-A")
    repo.git("commit", "-m", "by hand")
    repo.write(name, "changed\n")
    assert would_commit(repo) == {name: "M"}


@pytest.mark.parametrize(
    "name", ["auxiliary.py", "console.py", "com10.py", "null.py", "a.aux", ".nul", "compat/x.py"]
)
def test_20_names_that_only_begin_so(repo: Repo, name: str) -> None:
    """They are names like any other."""
    repo.write(name)
    assert would_commit(repo, name) == {name: "A"}


@posix_names
def test_20_letters_that_windows_forbids_are_remarked_on(repo: Repo) -> None:
    """The person's own choice, yet no clone on Windows will hold such a file."""
    repo.write("a:b.py")
    assert would_commit(repo) == {"a:b.py": "A"}
    assert "a:b.py" in remarked(repo)["staging.forbidden-on-windows"]


def test_20_long_paths_are_remarked_on_where_they_hurt(repo: Repo) -> None:
    """On Windows only, and not when git was told that they are fine."""
    name = "/".join(["d" * 60] * 3) + "/" + "f" * 100 + ".py"
    repo.git("config", "core.longpaths", "true")
    repo.write(name)
    assert not any(key == "staging.long-paths" for _, key, _ in remarks(plan(repo), "win32"))
    repo.git("config", "core.longpaths", "false")
    assert any(key == "staging.long-paths" for _, key, _ in remarks(plan(repo), "win32"))
    assert not any(key == "staging.long-paths" for _, key, _ in remarks(plan(repo), "linux"))


JUNK = [
    "bot.db",
    "data.sqlite3",
    "data.sqlite3-wal",
    "data.db-journal",
    "me.session",
    "me.session-journal",
    "loose.pyc",
    ".coverage",
    "nohup.out",
    ".DS_Store",
    "bot.py~",
    "bot.pid",
]


@pytest.mark.parametrize("name", JUNK)
def test_21_what_programs_write_stays_out_of_everything(repo: Repo, name: str) -> None:
    """New ones are left out and named; listed they go; once known they are the person's."""
    repo.write(name)
    repo.write("pkg/" + name)
    repo.write("new.py")
    assert would_commit(repo) == {"new.py": "A"}
    assert name in remarked(repo)["staging.generated"]
    assert would_commit(repo, "pkg") == {}
    assert would_commit(repo, name) == {name: "A"}
    repo.git("add", "-f", name)
    assert would_commit(repo) == {"new.py": "A", name: "A"}
    repo.git("commit", "-m", "by hand")
    repo.write(name, "changed\n")
    assert would_commit(repo) == {"new.py": "A", name: "M"}


def test_21_a_folder_of_junk_is_named_once(repo: Repo) -> None:
    """Hundreds of files in a cache are one line."""
    for number in range(30):
        repo.write(f"pkg/.mypy_cache/3.11/{number}.json")
    assert would_commit(repo) == {}
    assert plan(repo).selection.generated == ("pkg/.mypy_cache/",)


def test_21_virtual_environments_caches_and_logs(repo: Repo) -> None:
    """Nobody expects them; they stay out in silence."""
    for name in (
        "venv/lib/x.py",
        "tools/e/pyvenv.cfg",
        "tools/e/x.py",
        "__pycache__/b.pyc",
        "b.log",
        "logs/x",
    ):
        repo.write(name)
    assert would_commit(repo) == {}
    assert remarked(repo) == {}
