"""Letting index and branch follow a commit that was made apart: in order, repeatable, and never over others' work."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.ship.workshop import Repo, new_repository, selected
from vigie.problems import Failure, Refusal
from vigie.ship.git.command import Git
from vigie.ship.git.index import Difference, Entry
from vigie.ship.git.repository import find_repository
from vigie.ship.landing.commit import make_commit, stage
from vigie.ship.landing.land import State, look, move_branch, take_in, take_out
from vigie.ship.landing.landing import (
    Landing,
    as_record,
    entries_to_follow,
    files_of_hooks,
    from_record,
    plan_landing,
)

Sleep = Callable[[float], None]


def planned(repo: Repo, *files: str) -> tuple[Git, Landing]:
    """Make the commit of the files listed, else of all, and plan its landing."""
    repository = find_repository(Git(str(repo.path)))
    git = Git(repository.top)
    folder = repo.path.parent / "staging"
    folder.mkdir(exist_ok=True)
    staged = stage(git, repository, selected(repo, *files), str(folder))
    made = make_commit(git, repository, staged, "fix: it\n\nbody", 60.0, str(folder / "apart"))
    return git, plan_landing(git, repository, staged, made)


def remembered(landing: Landing) -> Landing:
    """Return the landing as the next run reads it from the journal."""
    return from_record(json.loads(json.dumps(as_record(landing), ensure_ascii=False).encode()))


def path_by_path(landing: Landing) -> Landing:
    """Return the landing without the index that was made ready."""
    return landing._replace(index_file="")


def at_once(landing: Landing) -> Landing:
    """Return the landing as it was planned."""
    return landing


@pytest.fixture(params=[at_once, path_by_path, remembered])
def how(request: pytest.FixtureRequest) -> Callable[[Landing], Landing]:
    """Land in any of the ways that lead there."""
    way: Callable[[Landing], Landing] = request.param
    return way


How = Callable[[Landing], Landing]


def test_index_then_branch(repo: Repo, no_sleep: Sleep, how: How) -> None:
    """Between the two the chosen files are staged, nothing is reversed; afterwards all is clean."""
    repo.write("bot.py", "1\n")
    repo.write("new.py")
    git, landing = planned(repo)
    landing = how(landing)
    assert look(git, landing) is State.NOTHING
    take_in(git, landing, no_sleep)
    assert repo.status() == {"bot.py": "M ", "new.py": "A "}
    assert look(git, landing) is State.INDEX
    assert move_branch(git, landing)
    assert repo.status() == {} and repo.head == landing.sha
    assert look(git, landing) is State.LANDED


def test_every_step_may_be_repeated(repo: Repo, no_sleep: Sleep, how: How) -> None:
    """Whoever looks again after a kill finds nothing left to do, and does nothing."""
    repo.write("bot.py", "1\n")
    git, landing = planned(repo)
    landing = how(landing)
    for _ in range(2):
        take_in(git, landing, no_sleep)
    for _ in range(2):
        assert move_branch(git, landing)
    after = repo.snapshot()
    take_in(git, landing, no_sleep)
    assert repo.snapshot() == after
    assert repo.git("reflog", "--format=%gs", "main").splitlines()[:1] == ["commit: fix: it"]
    assert len(repo.git("reflog", "--format=%gs", "main").splitlines()) == 2


def test_the_logs_tell_of_the_commit(repo: Repo, no_sleep: Sleep) -> None:
    """That of the branch and that of HEAD, as after ``git commit``."""
    repo.write("bot.py", "1\n")
    git, landing = planned(repo)
    take_in(git, landing, no_sleep)
    assert move_branch(git, landing)
    for name in ("HEAD", "main"):
        assert repo.git("log", "-g", "-1", "--format=%gs", name) == "commit: fix: it"


def test_taking_out_restores_what_was_staged(repo: Repo, no_sleep: Sleep, how: How) -> None:
    """Added, changed and removed entries, states of their own included; twice is as good as once."""
    repo.write("bot.py", "staged\n")
    repo.write("other.py", "staged\n")
    repo.git("add", "bot.py", "other.py")
    repo.write("bot.py", "on disk\n")
    (repo.path / "commands.py").unlink()
    repo.write("commands.py/inner.py")
    before = repo.git("ls-files", "-s")
    git, landing = planned(repo, "bot.py", "commands.py", "commands.py/inner.py")
    landing = how(landing)
    take_in(git, landing, no_sleep)
    assert repo.git("ls-files", "-s") != before
    for _ in range(2):
        take_out(git, landing, no_sleep)
        assert repo.git("ls-files", "-s") == before
    assert look(git, landing) is State.NOTHING


def test_what_is_staged_meanwhile_is_left_alone(repo: Repo, no_sleep: Sleep, how: How) -> None:
    """By whoever it was, before the index follows or after."""
    repo.write("bot.py", "1\n")
    repo.write("commands.py", "1\n")
    git, landing = planned(repo)
    landing = how(landing)
    repo.write("bot.py", "meanwhile\n")
    repo.git("add", "bot.py")
    take_in(git, landing, no_sleep)
    assert repo.git("show", ":bot.py") == "meanwhile"
    assert repo.git("show", ":commands.py") == "1"
    repo.write("commands.py", "later\n")
    repo.git("add", "commands.py")
    take_out(git, landing, no_sleep)
    assert repo.git("show", ":bot.py") == "meanwhile"
    assert repo.git("show", ":commands.py") == "later"


def test_somebody_else_commits_first(repo: Repo, no_sleep: Sleep, how: How) -> None:
    """Their commit stands, ours does not land, and the index is theirs again."""
    repo.write("bot.py", "1\n")
    git, landing = planned(repo)
    landing = how(landing)
    repo.git("commit", "-q", "--allow-empty", "-m", "theirs")
    theirs = repo.head
    take_in(git, landing, no_sleep)
    assert not move_branch(git, landing)
    assert look(git, landing) is State.OVERTAKEN
    take_out(git, landing, no_sleep)
    assert repo.head == theirs
    assert repo.status() == {"bot.py": " M"}


def test_others_may_have_gone_on_from_our_commit(repo: Repo, no_sleep: Sleep, how: How) -> None:
    """Then it has landed, whoever moved the branch last."""
    repo.write("bot.py", "1\n")
    git, landing = planned(repo)
    landing = how(landing)
    take_in(git, landing, no_sleep)
    move_branch(git, landing)
    repo.git("commit", "-q", "--allow-empty", "-m", "on top")
    assert look(git, landing) is State.LANDED
    assert move_branch(git, landing)


def test_the_first_commit_overtaken(tmp_path: Path, no_sleep: Sleep) -> None:
    """Before it there was no branch; somebody else made it meanwhile."""
    repo = new_repository(tmp_path / "new")
    repo.write("bot.py")
    git, landing = planned(repo)
    assert look(git, landing) is State.NOTHING
    take_in(git, landing, no_sleep)
    assert look(git, landing) is State.INDEX
    repo.git("commit", "-q", "-m", "theirs")
    assert not move_branch(git, landing)
    assert look(git, landing) is State.OVERTAKEN


def test_the_index_held_for_a_moment_is_waited_for(repo: Repo) -> None:
    """An editor refreshes its view: a moment later the index follows."""
    repo.write("bot.py", "1\n")
    git, landing = planned(repo)
    lock = repo.write(".git/index.lock")
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) == 2:
            lock.unlink()

    take_in(git, landing, sleep)
    assert len(slept) == 2
    assert repo.status() == {"bot.py": "M "}


@pytest.mark.parametrize("step", [take_in, take_out])
def test_the_index_held_for_good_is_a_refusal(repo: Repo, step: Callable[..., None], how: How) -> None:
    """Nothing was done, and the lock is named."""
    repo.write("bot.py", "1\n")
    git, landing = planned(repo)
    landing = how(landing)
    if step is take_out:
        take_in(git, landing, lambda seconds: None)
    repo.write(".git/index.lock")
    before = repo.snapshot()
    with pytest.raises(Refusal) as caught:
        step(git, landing, lambda seconds: None)
    assert caught.value.key == "ship.index-locked"
    assert os.path.samefile(str(caught.value.values["lock"]), repo.path / ".git" / "index.lock")
    assert repo.snapshot() == before


def test_a_branch_that_is_locked(repo: Repo, no_sleep: Sleep) -> None:
    """git's own reason is told; the branch has not moved."""
    repo.write("bot.py", "1\n")
    git, landing = planned(repo)
    take_in(git, landing, no_sleep)
    base = repo.head
    repo.write(".git/refs/heads/main.lock")
    with pytest.raises(Failure) as caught:
        move_branch(git, landing)
    assert caught.value.key == "ship.commit-failed"
    assert "main.lock" in str(caught.value.values["detail"])
    assert repo.head == base


def test_a_hook_that_forbids_the_move(repo: Repo, no_sleep: Sleep) -> None:
    """The branch stays, and the hook's words are told."""
    repo.write("bot.py", "1\n")
    git, landing = planned(repo)
    repo.hook("reference-transaction", "echo frozen >&2; exit 1")
    base = repo.head
    with pytest.raises(Failure) as caught:
        move_branch(git, landing)
    assert caught.value.key == "ship.commit-failed"
    assert "frozen" in caught.value.values["output"]  # type: ignore[operator]
    assert repo.head == base


@pytest.mark.parametrize("verb", ["-q", "-qc"])
def test_another_branch_checked_out_meanwhile(repo: Repo, no_sleep: Sleep, how: How, verb: str) -> None:
    """Its index is not ours to write."""
    repo.git("branch", "other")
    repo.write("bot.py", "1\n")
    git, landing = planned(repo)
    landing = how(landing)
    repo.git("switch", verb, "other" if verb == "-q" else "fresh")
    before = repo.snapshot()
    with pytest.raises(Refusal) as caught:
        take_in(git, landing, no_sleep)
    assert caught.value.key == "apart.branch-switched"
    assert repo.snapshot() == before


def test_what_a_hook_made_is_planned(repo: Repo) -> None:
    """Entries for the index, and the files that lie there otherwise."""
    repo.hook("pre-commit", "echo formatted > bot.py; echo x > made; git add -A")
    repo.write("bot.py", "raw\n")
    _, landing = planned(repo, "bot.py")
    assert set(landing.entries) == {"bot.py", "made"}
    assert set(landing.files) == {"bot.py", "made"}
    assert landing.files["made"].old.mode == "000000"
    assert landing.subject == "fix: it"


@pytest.mark.skipif(sys.platform != "linux", reason="names that are no text")
def test_names_that_are_no_text_survive_the_journal(repo: Repo, no_sleep: Sleep) -> None:
    """To the byte, whatever encoding the journal has."""
    names = [os.fsdecode(b"caf\xe9.py"), "é\n\t.py", "hex"]
    for name in names:
        repo.write(name)
    git, landing = planned(repo, *names)
    again = remembered(landing)
    assert again == landing._replace(seen="", index_file="")
    take_in(git, again, no_sleep)
    assert move_branch(git, again)
    assert repo.committed() == dict.fromkeys(names, "A")


def test_a_landing_whose_commit_was_cleared_away(repo: Repo, how: How) -> None:
    """A journal from long ago: nothing of it is left."""
    repo.write("bot.py", "1\n")
    git, landing = planned(repo)
    repo.git("prune", "--expire=now")
    assert look(git, how(landing)) is State.NOTHING


@pytest.mark.parametrize("setting", ["true", "false", None])
def test_a_split_index_follows(repo: Repo, no_sleep: Sleep, how: How, setting: str | None) -> None:
    """Whatever the index is made of."""
    for number in range(50):
        repo.write(f"file{number}.py")
    repo.git("add", "-A")
    repo.git("commit", "-qm", "files")
    repo.git("update-index", "--split-index")
    if setting is not None:
        repo.git("config", "core.splitIndex", setting)
    for number in range(40):
        repo.write(f"file{number}.py", "changed\n")
    git, landing = planned(repo)
    take_in(git, how(landing), no_sleep)
    assert move_branch(git, landing)
    (repo.path.parent / "staging" / "index").unlink()
    assert repo.status() == {}
    assert len(repo.git("ls-files").splitlines()) == 52


def test_an_index_made_ready_is_used_whole(repo: Repo, no_sleep: Sleep) -> None:
    """Then no git is needed, and the index is no other than the one git wrote, dates included."""
    repo.write("bot.py", "1\n")
    git, landing = planned(repo)
    ready = Path(landing.index_file)
    expected, date = ready.read_bytes(), ready.stat().st_mtime_ns
    take_in(git.at("/nowhere"), landing, no_sleep)
    index = repo.path / ".git" / "index"
    assert index.read_bytes() == expected and index.stat().st_mtime_ns == date
    assert not (repo.path / ".git" / "index.lock").exists()
    assert repo.status() == {"bot.py": "M "}


def test_an_index_that_cannot_be_replaced_whole(
    repo: Repo, no_sleep: Sleep, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk without hard links, or Windows while somebody reads it: git writes it, and no lock is left."""

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError

    for number, name in enumerate(("link", "replace")):
        repo.write("bot.py", f"{number}\n")
        git, landing = planned(repo)
        with monkeypatch.context() as patch:
            patch.setattr(os, name, refuse)
            take_in(git, landing, no_sleep)
        assert repo.status() == {"bot.py": "M "}
        assert move_branch(git, landing)
        assert not (repo.path / ".git" / "index.lock").exists()


@pytest.mark.parametrize("reason", ["other work", "hook"])
def test_when_the_index_is_written_path_by_path(repo: Repo, no_sleep: Sleep, reason: str) -> None:
    """Other work that is staged must stay; and a hook of the person's wants to hear of every new index."""
    heard = repo.path.parent / "heard"
    if reason == "other work":
        repo.write("commands.py", "1\n")
        repo.git("add", "commands.py")
    else:
        repo.hook("post-index-change", f"echo x >> '{heard.as_posix()}'")
    repo.write("bot.py", "1\n")
    git, landing = planned(repo, "bot.py")
    assert landing.index_file == ""
    heard.unlink(missing_ok=True)
    take_in(git, landing, no_sleep)
    assert heard.exists() == (reason == "hook")
    assert repo.status()["bot.py"] == "M "


def test_flags_of_other_files_are_kept(repo: Repo, no_sleep: Sleep, how: How) -> None:
    """What the person told git to overlook, or means to add, stays so."""
    repo.git("update-index", "--assume-unchanged", "commands.py")
    repo.write("meant.py")
    repo.git("add", "-N", "meant.py")
    repo.write("bot.py", "1\n")
    git, landing = planned(repo, "bot.py")
    take_in(git, how(landing), no_sleep)
    assert move_branch(git, landing)
    assert repo.git("ls-files", "-v", "commands.py") == "h commands.py"
    assert repo.status() == {"meant.py": " A"}


A, B, C = (Entry("100644", letter * 40) for letter in "abc")
Pairs = dict[str, tuple[Entry, Entry]]


def table(pairs: Pairs) -> dict[str, Difference]:
    """Return pairs as differences."""
    return {path: Difference(*pair) for path, pair in pairs.items()}


@pytest.mark.parametrize(
    ("before", "made", "chosen", "expected"),
    [
        ({}, {"p": (A, B)}, {"p"}, {"p": (A, B)}),
        ({}, {"p": (A, B)}, set(), {"p": (A, B)}),
        ({"p": (A, C)}, {"p": (A, B)}, {"p"}, {"p": (C, B)}),
        ({"p": (A, C)}, {"p": (A, B)}, set(), {}),
        ({"p": (A, C)}, {}, {"p"}, {"p": (C, A)}),
        ({"p": (A, B)}, {"p": (A, B)}, {"p"}, {}),
        ({"p": (A, C)}, {"q": (A, B)}, {"q"}, {"q": (A, B)}),
    ],
    ids=[
        "committed",
        "added by a hook",
        "chosen, staged in another state",
        "added by a hook, staged apart",
        "chosen, put back on disk",
        "staged as it is committed",
        "staged, not ours",
    ],
)
def test_which_entries_follow(before: Pairs, made: Pairs, chosen: set[str], expected: Pairs) -> None:
    """The real index takes over what the commit changed and leaves what is somebody's own."""
    assert entries_to_follow(table(before), table(made), frozenset(chosen)) == table(expected)


def test_which_files_hooks_changed() -> None:
    """Those that were committed otherwise than they were staged."""
    staged = table({"same": (A, B), "formatted": (A, B), "undone": (A, B)})
    made = table({"same": (A, B), "formatted": (A, C), "added": (A, C)})
    expected = table({"formatted": (B, C), "undone": (B, A), "added": (A, C)})
    assert files_of_hooks(staged, made) == expected
