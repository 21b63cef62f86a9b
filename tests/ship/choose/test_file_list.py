"""From what was typed to paths."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from vigie.problems import UsageProblem
from vigie.ship.choose import file_list
from vigie.ship.choose.file_list import locate, nearest, split_names


def split(*values: str, existing: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Split with only these names existing."""
    return split_names(values, lambda name: name in existing)


def test_commas_separate() -> None:
    """The guide's form, with or without spaces, and the option given twice."""
    assert split("commands.py,point_system.py") == ("commands.py", "point_system.py")
    assert split(" a.py , b.py,, ") == ("a.py", "b.py")
    assert split("a.py", "b.py,a.py") == ("a.py", "b.py")


def test_a_comma_may_belong_to_a_name() -> None:
    """A file of that exact name wins, alone or among others."""
    assert split("a,b.py", existing=("a,b.py",)) == ("a,b.py",)
    assert split("x.py,a,b.py,y.py", existing=("a,b.py",)) == ("x.py", "a,b.py", "y.py")
    assert split("x.py, a, b.py", existing=("a, b.py",)) == ("x.py", "a, b.py")


def test_spaces_may_belong_to_a_name() -> None:
    """Spaces are trimmed unless a file is called so."""
    assert split(" a.py", existing=(" a.py",)) == (" a.py",)
    assert split(" a.py", existing=("a.py",)) == ("a.py",)


@pytest.mark.parametrize("values", [(), ("",), (" , ,",)])
def test_an_empty_list_is_not_everything(values: tuple[str, ...]) -> None:
    """Asking for no file at all must not commit all files."""
    with pytest.raises(UsageProblem) as caught:
        split(*values)
    assert caught.value.key == "ship.no-file-listed"


@pytest.fixture
def top(tmp_path: Path) -> Path:
    """Return a repository's top folder with a project ``bots/one`` in it."""
    (tmp_path / "top" / "bots" / "one").mkdir(parents=True)
    return tmp_path / "top"


def found(top: Path, name: str, folder: str = "bots/one") -> str:
    """Locate a name typed in a project."""
    root = str(top / folder)
    return locate(name, root, root, str(top))


def test_names_are_relative_to_the_project(top: Path) -> None:
    """Also with dots, upwards within the repository, and as a whole path."""
    assert found(top, "a.py") == "bots/one/a.py"
    assert found(top, "./x/../a.py") == "bots/one/a.py"
    assert found(top, "../two/b.py") == "bots/two/b.py"
    assert found(top, str(top / "bots" / "one" / "a.py")) == "bots/one/a.py"
    assert found(top, ".") == "bots/one"
    assert found(top, "../..") == ""


@pytest.mark.skipif(sys.platform != "win32", reason="a backslash is an ordinary letter elsewhere")
def test_backslashes_separate_on_windows(top: Path) -> None:
    """Windows people type backslashes."""
    assert found(top, "pkg\\a.py") == "bots/one/pkg/a.py"


@pytest.mark.parametrize("name", ["../../../x.py", "/x.py", "../../../top2/x.py"])
def test_outside_the_repository(top: Path, name: str) -> None:
    """What lies elsewhere is not this repository's."""
    with pytest.raises(UsageProblem) as caught:
        found(top, name)
    assert caught.value.key == "ship.file-outside"
    assert caught.value.values == {"file": name, "top": str(top)}


@pytest.mark.parametrize(
    "name", ["../../.git/config", "../../.git", "../../.GIT/hooks/pre-commit", "lib/.git/config"]
)
def test_inside_git_itself(top: Path, name: str) -> None:
    """git would say nothing and do nothing; we say it."""
    with pytest.raises(UsageProblem) as caught:
        found(top, name)
    assert caught.value.key == "ship.file-in-git"


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights on Windows")
def test_beyond_a_link(top: Path) -> None:
    """git does not follow a link to a folder; the link itself is a file like any other."""
    os.symlink(top / "bots", top / "bots" / "one" / "link")
    with pytest.raises(UsageProblem) as caught:
        found(top, "link/one/a.py")
    assert caught.value.key == "ship.file-beyond-link"
    assert caught.value.values["link"] == "bots/one/link"
    assert found(top, "link") == "bots/one/link"


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights on Windows")
def test_a_project_reached_over_a_link(top: Path, tmp_path: Path) -> None:
    """The project may be called by another way than git sees it; both ways of writing a path work."""
    alias = tmp_path / "alias"
    os.symlink(top / "bots" / "one", alias)
    project = str(top / "bots" / "one")
    assert locate("a.py", str(alias), project, str(top)) == "bots/one/a.py"
    assert locate(str(alias / "a.py"), str(alias), project, str(top)) == "bots/one/a.py"
    assert locate(str(top / "bots" / "x.py"), str(alias), project, str(top)) == "bots/x.py"
    assert locate("../two/x.py", str(alias), project, str(top)) == "bots/two/x.py"


def test_the_nearest_name_is_offered() -> None:
    """A slip of the finger is recognised, in the path or in its last part."""
    known = ("commands.py", "src/point_system.py", "bot.py")
    assert nearest("comands.py", known) == "commands.py"
    assert nearest("point_sytem.py", known) == "src/point_system.py"
    assert nearest("zzz", known) is None


def test_a_list_without_end_is_no_list(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A whole disk taken for a list of names is told, not read."""
    monkeypatch.setattr(file_list, "MAX_LIST", 10)
    (tmp_path / "list").write_text("0123456789\n")
    with pytest.raises(UsageProblem) as caught:
        file_list.read_list(str(tmp_path / "list"))
    assert caught.value.key == "staging.list-too-long"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has file names that are no text")
def test_a_list_holds_names_that_are_no_text(tmp_path: Path) -> None:
    """Bytes stay the bytes they are."""
    (tmp_path / "list").write_bytes(b"caf\xe9.py\n \t.py\n")
    assert file_list.read_list(str(tmp_path / "list")) == (os.fsdecode(b"caf\xe9.py"), " \t.py")
