"""The folder follows: everything the commit touches, nothing else, or nothing at all."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

import pytest

from tests.ship.back.crossroads import Crossroads
from tests.ship.workshop import new_repository
from vigie.problems import Refusal
from vigie.ship.back.standing import State, state_of

posix_only = pytest.mark.skipif(sys.platform == "win32", reason="links and executable bits")


def test_code_comes_back_and_nothing_of_anybodys_is_lost(crossroads: Crossroads) -> None:
    """Edits, what the bot writes, untracked and ignored files, and unrelated staged work stay to the byte."""
    mine, new = crossroads.mine, crossroads.built()
    crossroads.bring(new)
    assert crossroads.is_back(new)
    assert crossroads.mine == mine
    assert crossroads.repo.status() == {
        "commands.py": "M ",
        "util.py": " M",
        "data.json": " M",
        "notes.txt": "??",
    }
    before = crossroads.repo.snapshot()
    crossroads.bring(new)
    assert crossroads.repo.snapshot() == before, "done twice it is done once"


def test_no_hook_and_no_setting_of_the_person_gets_in(crossroads: Crossroads) -> None:
    """Hooks, automatic stashes, merge options of the branch, required signatures: none of them counts here."""
    repo = crossroads.repo
    for name in ("post-merge", "post-checkout", "pre-merge-commit", "reference-transaction"):
        repo.hook(name, f"touch '{crossroads.scratch}/ran'; exit 1")
    repo.git("config", "merge.autoStash", "true")
    repo.git("config", "rebase.autoStash", "true")
    repo.git("config", "merge.ff", "false")
    repo.git("config", "merge.verifySignatures", "true")
    repo.git("config", "branch.main.mergeOptions", "--no-ff --squash --autostash")
    mine, new = crossroads.mine, crossroads.built()
    crossroads.bring(new)
    assert crossroads.is_back(new)
    assert crossroads.mine == mine
    assert not (crossroads.scratch / "ran").exists()
    assert repo.git("stash", "list") == ""


def edit(crossroads: Crossroads) -> None:
    """An edit in a file that must change."""
    crossroads.repo.write("bot.py", "print('my own repair')\n")


def stage_an_edit(crossroads: Crossroads) -> None:
    """The same, staged, and taken back on disk."""
    edit(crossroads)
    crossroads.repo.git("add", "bot.py")
    crossroads.repo.write("bot.py", "print('bad')\n")


def edit_what_must_go(crossroads: Crossroads) -> None:
    """An edit in a file that the good version does not have."""
    crossroads.repo.write("new/module.py", "NEW = 'edited'\n")


def put_an_untracked_file_there(crossroads: Crossroads) -> None:
    """A new file where the good version has one of its own."""
    crossroads.repo.write("old/part.py", "mine\n")


def put_an_ignored_file_there(crossroads: Crossroads) -> None:
    """The same, ignored: git writes over such files by default."""
    (crossroads.repo.path / ".git" / "info" / "exclude").write_text("old/\n")
    put_an_untracked_file_there(crossroads)


def put_a_file_for_a_folder(crossroads: Crossroads) -> None:
    """A file whose name is that of a folder in the good version."""
    crossroads.repo.write("old", "mine\n")


def put_a_folder_for_a_file(crossroads: Crossroads) -> None:
    """A folder of ignored files whose name is that of a file in the good version."""
    crossroads.repo.write("old/part.py/precious.db", "mine\n")


@pytest.mark.parametrize(
    ("act", "named"),
    [
        (edit, "bot.py"),
        (stage_an_edit, "bot.py"),
        (edit_what_must_go, "new/module.py"),
        (put_an_untracked_file_there, "old/part.py"),
        (put_an_ignored_file_there, "old/part.py"),
        (put_a_file_for_a_folder, "old"),
        (put_a_folder_for_a_file, "old/part.py/precious.db"),
    ],
)
def test_whatever_is_in_the_way_is_named_and_nothing_changes(
    crossroads: Crossroads, act: Callable[[Crossroads], None], named: str
) -> None:
    """All or nothing, and the folder is as before to the byte."""
    act(crossroads)
    new, before = crossroads.built(), crossroads.repo.snapshot()
    with pytest.raises(Refusal) as refused:
        crossroads.bring(new)
    assert refused.value.key == "rollback.in-the-way"
    assert refused.value.values["paths"] == (named,)
    assert crossroads.repo.snapshot() == before
    assert state_of(crossroads.git, crossroads.repository, crossroads.bad, new) is State.NOTHING


def test_what_is_as_the_good_version_already_is_no_obstacle(crossroads: Crossroads) -> None:
    """The person had taken a file back by hand, and kept a copy of another that git does not know."""
    crossroads.repo.write("bot.py", "print('good')\n")
    crossroads.repo.write("old/part.py", "PART = 1\n")
    mine, new = crossroads.mine, crossroads.built()
    crossroads.bring(new)
    assert crossroads.is_back(new)
    assert crossroads.mine == mine


def test_another_commit_or_branch_is_left_alone(crossroads: Crossroads) -> None:
    """Somebody went on meanwhile."""
    repo, new = crossroads.repo, crossroads.built()
    repo.git("commit", "-qm", "the person's next one")
    before = repo.snapshot()
    with pytest.raises(Refusal) as refused:
        crossroads.bring(new)
    assert refused.value.key == "rollback.moved"
    assert repo.snapshot() == before
    assert state_of(crossroads.git, crossroads.repository, crossroads.bad, new) is State.OVERTAKEN
    repo.git("reset", "--soft", crossroads.bad)
    repo.git("checkout", "-qb", "side")
    with pytest.raises(Refusal):
        crossroads.bring(new)
    repo.git("checkout", "-q", "--detach")
    with pytest.raises(Refusal):
        crossroads.bring(new)


def test_a_held_index_is_told_and_nothing_changes(crossroads: Crossroads) -> None:
    """Somebody's editor is at work, or a dead git left it."""
    new = crossroads.built()
    crossroads.repo.write(".git/index.lock", "")
    before = crossroads.repo.snapshot()
    with pytest.raises(Refusal) as refused:
        crossroads.bring(new)
    assert refused.value.key == "ship.index-locked"
    assert crossroads.repo.snapshot() == before


@posix_only
def test_links_bits_and_names_of_any_spelling_come_back(crossroads: Crossroads) -> None:
    """Also a file that became a folder, a folder that became a file, and one that differs in case only."""
    repo = crossroads.repo
    odd = ("-dash.py", ":colon.py", "st*r [a].py", "été 'x' \"y\".py", "tab\tnew\nline.py", "back\\slash")
    repo.git("stash", "-q")
    repo.git("reset", "-q", "--hard", crossroads.good)
    for name in odd:
        repo.write(name, "good\n")
    repo.write("run.sh", "#!/bin/sh\n").chmod(0o755)
    os.symlink("bot.py", repo.path / "link.py")
    repo.write("Shape/a.py", "good\n")
    repo.write("thing", "good\n")
    repo.write("Case.py", "good\n")
    repo.git("add", "-A")
    repo.git("commit", "-qm", "good")
    crossroads.good = repo.head
    for name in odd:
        repo.write(name, "bad\n")
    (repo.path / "run.sh").chmod(0o644)
    os.unlink(repo.path / "link.py")
    repo.write("link.py", "no link any more\n")
    repo.git("rm", "-qr", "Shape", "thing", "Case.py")
    repo.write("Shape", "a file\n")
    repo.write("thing/inside.py", "bad\n")
    repo.write("case.py", "bad\n")
    repo.git("add", "-A")
    repo.git("commit", "-qm", "bad")
    crossroads.bad = repo.head
    repo.git("stash", "pop", "-q", "--index", check=False)
    mine, new = crossroads.mine, crossroads.built()
    crossroads.bring(new)
    assert repo.head == new
    assert crossroads.mine == mine
    assert repo.git("diff", "--name-only", "HEAD").split() == ["commands.py", "data.json", "util.py"]
    assert os.readlink(repo.path / "link.py") == "bot.py"
    assert os.access(repo.path / "run.sh", os.X_OK)
    assert {(repo.path / name).read_text() for name in odd} == {"good\n"}


@posix_only
def test_an_open_file_and_the_folder_a_process_works_in_do_no_harm(crossroads: Crossroads) -> None:
    """The running bot holds its own script, and works in a folder that the good version has not."""
    new = crossroads.built()
    here = os.getcwd()
    with (crossroads.repo.path / "bot.py").open() as held:
        os.chdir(crossroads.repo.path / "new")
        try:
            crossroads.bring(new)
        finally:
            os.chdir(here)
        assert held.read() == "print('bad')\n"
    assert crossroads.repo.head == new
    assert not (crossroads.repo.path / "new" / "module.py").exists()


@posix_only
def test_filters_and_line_endings_are_no_edits(crossroads: Crossroads) -> None:
    """What a filter writes on disk differs from what git stores."""
    repo = crossroads.repo
    repo.git("config", "filter.rot.clean", "tr a-z b-za")
    repo.git("config", "filter.rot.smudge", "tr b-za a-z")
    (repo.path / ".git" / "info" / "attributes").write_text("*.py filter=rot\n*.txt text eol=crlf\n")
    repo.git("checkout", "-q", "--", "bot.py", check=False)
    repo.write("bot.py", "print('filtered')\n")
    repo.write("a.txt", "one\r\ntwo\r\n")
    repo.git("add", "bot.py", "a.txt")
    repo.git("commit", "-qm", "filtered", "--", "bot.py", "a.txt")
    crossroads.good = repo.head
    repo.write("bot.py", "print('broken')\n")
    repo.write("a.txt", "other\r\n")
    repo.git("commit", "-qm", "bad", "--", "bot.py", "a.txt")
    crossroads.bad = repo.head
    new = crossroads.built()
    crossroads.bring(new)
    assert (repo.path / "bot.py").read_text() == "print('filtered')\n"
    assert (repo.path / "a.txt").read_bytes() == b"one\r\ntwo\r\n"


def test_a_submodule_follows_its_pointer(crossroads: Crossroads) -> None:
    """The bot runs its files; one that was edited is in the way."""
    repo = crossroads.repo
    library = new_repository(crossroads.scratch / "library")
    library.write("lib.py", "good\n")
    library.git("add", "-A")
    library.git("commit", "-qm", "one")
    repo.git("-c", "protocol.file.allow=always", "submodule", "add", "-q", str(library.path), "lib")
    repo.git("commit", "-qm", "good", "--", "lib", ".gitmodules")
    crossroads.good = repo.head
    inside = type(repo)(repo.path / "lib")
    inside.write("lib.py", "bad\n")
    inside.git("commit", "-qam", "two")
    repo.git("commit", "-qm", "bad", "--", "lib")
    crossroads.bad = repo.head
    new = crossroads.built()
    inside.write("lib.py", "edited\n")
    with pytest.raises(Refusal) as refused:
        crossroads.bring(new)
    assert refused.value.values["paths"] == ("lib",)
    inside.write("lib.py", "bad\n")
    crossroads.bring(new)
    assert (repo.path / "lib" / "lib.py").read_text() == "good\n"
    assert "lib" not in repo.status()
