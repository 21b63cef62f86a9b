"""Rows 28 to 38 of the catalogue: a repository in every state, and locks in the way."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.ship.catalogue.shipping import old, plan, refused, would_commit
from tests.ship.git.test_operations import OPERATIONS, two_minds
from tests.ship.workshop import Repo, bare_repository, new_repository
from vigie.problems import Failure, Problem, Refusal
from vigie.ship.git.command import Git
from vigie.ship.git.operations import require_no_operation

as_root = pytest.mark.skipif(
    sys.platform == "win32" or os.geteuid() != 0, reason="giving files away needs root"
)
on_linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux can prove a lock to be nobody's")


@pytest.mark.parametrize(("begin", "name"), OPERATIONS)
def test_28_in_the_middle_of_an_operation(repo: Repo, begin: Callable[[Repo], None], name: str) -> None:
    """Refused by its name, with the way out; asking git and looking at its files say the same."""
    two_minds(repo)
    begin(repo)
    repo.write("new.py")
    problem = refused(repo, "new.py")
    assert isinstance(problem, Refusal)
    assert problem.values == {"operation": name}
    for in_files in (True, False):
        with pytest.raises(Refusal) as caught:
            require_no_operation(Git(str(repo.path)), str(repo.path / ".git"), refs_in_files=in_files)
        assert caught.value.values == {"operation": name}
    repo.git(name, "--abort")
    assert would_commit(repo, "new.py") == {"new.py": "A"}


def test_28_a_bisection(repo: Repo) -> None:
    """A search for a bad commit is not disturbed."""
    repo.git("bisect", "start")
    repo.write("new.py")
    assert refused(repo).code == "bisect-in-progress"


def test_29_conflicts_that_are_left(repo: Repo) -> None:
    """A file with conflict marks does not go, also when the operation that made it is forgotten."""
    two_minds(repo)
    repo.git("merge", "other", check=False)
    (repo.path / ".git" / "MERGE_HEAD").unlink()
    problem = refused(repo)
    assert (problem.code, problem.values) == ("unmerged-files", {"files": "bot.py"})


def test_30_a_detached_head(repo: Repo) -> None:
    """The branches that hold the commit are named; where none does, that is said."""
    repo.git("branch", "other")
    repo.git("switch", "--detach")
    repo.write("bot.py", "1\n")
    problem = refused(repo)
    assert isinstance(problem, Refusal)
    assert problem.values == {"branches": "main, other", "branch": "main"}
    repo.git("commit", "-am", "on no branch")
    repo.write("bot.py", "2\n")
    assert refused(repo).code == "detached-nowhere"


@pytest.mark.parametrize("hashes", ["sha1", "sha256"])
def test_31_before_the_first_commit(tmp_path: Path, hashes: str) -> None:
    """The first commit is allowed, whatever the kind of hash."""
    repo = Repo(tmp_path)
    repo.git("init", "--quiet", f"--object-format={hashes}")
    repo.write("start.py")
    repo.write("staged.py")
    repo.git("add", "staged.py")
    made = plan(repo)
    assert (made.repository.head, made.repository.short_branch) == (None, "main")
    assert would_commit(repo) == {"start.py": "A", "staged.py": "A"}
    assert would_commit(repo, "start.py") == {"start.py": "A"}


def test_32_bare_none_and_inside_git(tmp_path: Path, repo: Repo) -> None:
    """Each is told as what it is."""
    bare = bare_repository(tmp_path / "bare")
    (tmp_path / "plain").mkdir()
    told = {}
    for root in (bare.path, tmp_path / "plain", repo.path / ".git"):
        with pytest.raises(Failure) as caught:
            plan(Repo(root))
        told[root.name] = caught.value.code
    assert told == {"bare": "bare-repository", "plain": "not-a-repository", ".git": "inside-git-folder"}


def test_32_a_linked_worktree(repo: Repo, tmp_path: Path) -> None:
    """``.git`` is a file there; index and HEAD are the worktree's own, objects and branches are shared."""
    repo.git("worktree", "add", "-b", "second", str(tmp_path / "second"))
    second = Repo(tmp_path / "second")
    second.write("new.py")
    found = plan(second).repository
    assert os.path.samefile(found.common_dir, repo.path / ".git")
    assert os.path.samefile(found.git_dir, repo.path / ".git" / "worktrees" / "second")
    assert found.short_branch == "second"
    assert would_commit(second) == {"new.py": "A"}
    second.git("bisect", "start")
    assert refused(second).code == "bisect-in-progress"
    assert plan(repo).repository.short_branch == "main"


def test_32_a_separate_git_folder(tmp_path: Path) -> None:
    """``git init --separate-git-dir`` leaves a file as well."""
    repo = Repo(tmp_path / "bot")
    repo.path.mkdir()
    repo.git("init", "--quiet", "--separate-git-dir", str(tmp_path / "kept"))
    repo.write("a.py")
    assert os.path.samefile(plan(repo).repository.common_dir, tmp_path / "kept")
    assert would_commit(repo) == {"a.py": "A"}


@as_root
@pytest.mark.parametrize("folder", ["", "deep/er"])
def test_33_a_repository_of_somebody_else(repo: Repo, folder: str, configuration: Path) -> None:
    """The line that would allow it names the repository, not the folder; nobody runs it but the person."""
    (repo.path / folder).mkdir(parents=True, exist_ok=True)
    for place in (repo.path, repo.path / ".git"):
        shutil.chown(place, 65534, 65534)
    before = configuration.read_bytes()
    problem = refused(repo, folder=folder)
    assert (problem.code, problem.values["trusted"]) == ("dubious-ownership", str(repo.path))
    assert configuration.read_bytes() == before
    repo.git("config", "--global", "--add", "safe.directory", str(problem.values["trusted"]))
    assert would_commit(repo, folder=folder) == {}


def test_34_variables_that_point_elsewhere(
    repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Run from a hook or an editor of another repository, ours is the one that counts."""
    other = new_repository(tmp_path / "other")
    monkeypatch.setenv("GIT_DIR", str(other.path / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other.path))
    monkeypatch.setenv("GIT_INDEX_FILE", str(other.path / ".git" / "index"))
    monkeypatch.setenv("GIT_LITERAL_PATHSPECS", "1")
    repo.write("new.py")
    made = plan(repo)
    monkeypatch.undo()
    assert made.selection.added == ("new.py",)
    assert os.path.samefile(made.repository.top, repo.path)


LOCKS = ["index.lock", "HEAD.lock", "refs/heads/main.lock"]


def locked(repo: Repo, name: str) -> Path:
    """Leave a lock behind, made an hour ago, beside a change to ship."""
    repo.write("bot.py", "1\n")
    return old(repo.write(f".git/{name}", ""))


@on_linux
@pytest.mark.parametrize("name", LOCKS)
def test_35_36_a_lock_that_nobody_owns(repo: Repo, name: str) -> None:
    """Removed when we alone ship here, and said; a mere look leaves it and refuses."""
    lock = locked(repo, name)
    problem = refused(repo)
    assert (problem.code, problem.values["lock"]) == ("lock-left", str(lock))
    assert 3600 <= int(str(problem.values["seconds"])) < 3700
    assert plan(repo, alone=True).locks_removed == (str(lock),)
    assert sorted(path.name for path in lock.parent.iterdir() if "lock" in path.name) == []
    assert would_commit(repo) == {"bot.py": "M"}


@on_linux
@pytest.mark.parametrize("name", LOCKS)
def test_35_36_a_lock_that_is_still_young(repo: Repo, name: str) -> None:
    """A git that cannot be seen, in another container, may be writing it."""
    lock = locked(repo, name)
    old(lock, 5)
    with pytest.raises(Refusal) as caught:
        plan(repo, alone=True)
    assert caught.value.code == "lock-left"
    assert lock.exists()


@on_linux
def test_36_a_lock_of_the_packed_branches(repo: Repo) -> None:
    """It stops no commit: in the way of nobody, and removed when it is certainly nobody's."""
    lock = locked(repo, "packed-refs.lock")
    assert would_commit(repo) == {"bot.py": "M"}
    with git_waits(repo):
        assert plan(repo, alone=True).locks_removed == ()
    assert lock.exists()
    assert plan(repo, alone=True).locks_removed == (str(lock),)
    assert not lock.exists()


@contextmanager
def git_waits(repo: Repo, *words: str, cwd: Path | None = None) -> Iterator[int]:
    """Keep a real git alive that works in the repository: it waits for the end of its input."""
    arguments = words or ("cat-file", "--batch")
    with subprocess.Popen(
        ["git", *arguments], cwd=cwd or repo.path, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdin is not None and process.stdout is not None
        process.stdin.write(b"HEAD\n")
        process.stdin.flush()
        process.stdout.readline()
        try:
            yield process.pid
        finally:
            process.stdin.close()
            process.stdout.read()


@on_linux
def test_35_36_a_lock_while_a_git_works_here(repo: Repo, tmp_path: Path) -> None:
    """Its number is told; a git that works elsewhere is nobody's business."""
    lock = locked(repo, "index.lock")
    with git_waits(repo) as pid, pytest.raises(Refusal) as caught:
        plan(repo, alone=True)
    assert (caught.value.code, caught.value.values["pid"]) == ("lock-held", pid)
    told = ("--git-dir", str(repo.path / ".git"), "cat-file", "--batch")
    with git_waits(repo, *told, cwd=tmp_path), pytest.raises(Refusal) as caught:
        plan(repo, alone=True)
    assert caught.value.code == "lock-held"
    assert lock.exists()
    elsewhere = new_repository(tmp_path / "elsewhere")
    elsewhere.git("commit", "--allow-empty", "-m", "1")
    with git_waits(elsewhere):
        assert plan(repo, alone=True).locks_removed == (str(lock),)


@on_linux
def test_35_36_a_lock_that_another_program_has_open(repo: Repo) -> None:
    """Editors bring a git of their own, under any name."""
    lock = locked(repo, "index.lock")
    script = "import sys; f = open(sys.argv[1]); print('open', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", script, str(lock)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as editor:
        assert editor.stdout is not None
        editor.stdout.readline()
        with pytest.raises(Refusal) as caught:
            plan(repo, alone=True)
        editor.communicate()
    assert (caught.value.code, caught.value.values["pid"]) == ("lock-held", editor.pid)
    assert lock.exists()


@on_linux
@as_root
def test_35_36_a_lock_of_another_user(repo: Repo) -> None:
    """Their processes cannot all be seen: refused."""
    lock = locked(repo, "index.lock")
    shutil.chown(lock, 65534, 65534)
    old(lock)
    with pytest.raises(Refusal) as caught:
        plan(repo, alone=True)
    assert caught.value.code == "lock-left"
    assert lock.exists()


@pytest.mark.skipif(sys.platform == "linux", reason="Linux can prove it")
def test_35_36_a_lock_elsewhere_is_left_alone(repo: Repo) -> None:
    """Where nothing can be proved the person is told."""
    lock = locked(repo, "index.lock")
    with pytest.raises(Refusal) as caught:
        plan(repo, alone=True)
    assert caught.value.code == "lock-left"
    assert lock.exists()


@on_linux
def test_35_a_killed_git_leaves_what_is_cleared(repo: Repo) -> None:
    """The real thing: git killed in a commit's hook; afterwards a ship goes on."""
    repo.hook("pre-commit", "echo waiting >&2", "sleep 600")
    repo.write("bot.py", "1\n")
    process = subprocess.Popen(
        ["git", "commit", "-m", "x", "--", "bot.py"],
        cwd=repo.path,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    assert process.stderr is not None
    assert process.stderr.readline() == b"waiting\n"
    with pytest.raises(Refusal) as caught:
        plan(repo, alone=True)
    assert (caught.value.code, caught.value.values["pid"]) == ("lock-held", process.pid)
    if sys.platform != "win32":
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    left = [path.name for path in (repo.path / ".git").glob("*.lock")]
    assert "index.lock" in left and len(left) == 2
    old(repo.path / ".git" / "index.lock")
    assert plan(repo, alone=True).locks_removed == (str(repo.path / ".git" / "index.lock"),)
    assert list((repo.path / ".git").glob("*.lock")) == []


def test_35_a_lock_that_is_let_go(repo: Repo) -> None:
    """An editor that refreshes its view holds it for an instant: waited for, nothing is said."""
    from vigie.ship.plan import make_plan
    from vigie.ship.request import ShipRequest

    lock = locked(repo, "index.lock")
    pauses: list[float] = []

    def sleep(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 3:
            lock.unlink()

    made = make_plan(ShipRequest(str(repo.path)), sleep, alone=True)
    assert (made.locks_removed, pauses) == ((), [0.02, 0.04, 0.08])


@pytest.mark.parametrize(
    ("mark", "unmark", "code"),
    [
        ("--assume-unchanged", "--no-assume-unchanged", "assume-unchanged"),
        ("--skip-worktree", "--no-skip-worktree", "skip-worktree"),
    ],
)
def test_37_a_listed_file_that_git_was_told_not_to_look_at(
    repo: Repo, mark: str, unmark: str, code: str
) -> None:
    """Refused with the line that undoes the mark: the commit would quietly lack it."""
    repo.git("update-index", mark, "bot.py")
    repo.write("bot.py", "invisible\n")
    repo.write("commands.py", "1\n")
    problem = refused(repo, "commands.py,bot.py")
    assert isinstance(problem, Refusal)
    assert (problem.code, problem.values) == (code, {"file": "bot.py"})
    assert would_commit(repo) == would_commit(repo, "commands.py") == {"commands.py": "M"}
    repo.git("update-index", unmark, "bot.py")
    assert would_commit(repo, "bot.py") == {"bot.py": "M"}


@pytest.mark.parametrize("mark", ["--assume-unchanged", "--skip-worktree"])
def test_37_what_was_staged_before_the_mark_goes_as_it_was_staged(repo: Repo, mark: str) -> None:
    """git would take a skipped file out of the repository; nobody asked for that."""
    repo.write("bot.py", "staged\n")
    repo.git("add", "bot.py")
    repo.git("update-index", mark, "bot.py")
    repo.write("bot.py", "mine alone\n")
    assert would_commit(repo) == would_commit(repo, "bot.py") == {"bot.py": "M"}


def test_37_a_sparse_checkout(repo: Repo) -> None:
    """What is not on the disk is not taken for deleted; listed, it is told why it is not there."""
    repo.write("big/data.py")
    repo.write("bots/a.py")
    repo.git("add", "-A")
    repo.git("commit", "-m", "folders")
    repo.git("sparse-checkout", "set", "bots")
    assert not (repo.path / "big").exists()
    repo.write("bots/a.py", "1\n")
    assert would_commit(repo) == {"bots/a.py": "M"}
    assert would_commit(repo, "bots/a.py") == {"bots/a.py": "M"}
    assert refused(repo, "big/data.py").code == "not-checked-out"


def test_38_a_shallow_clone(repo: Repo, remote: Repo, tmp_path: Path) -> None:
    """History that is not there is not asked about."""
    repo.git("commit", "--allow-empty", "-m", "second")
    repo.git("push")
    clone = Repo(tmp_path / "shallow")
    subprocess.run(
        ["git", "clone", "--quiet", "--depth=1", remote.path.as_uri(), str(clone.path)], check=True
    )
    assert clone.git("rev-parse", "--is-shallow-repository") == "true"
    clone.write("bot.py", "1\n")
    assert would_commit(clone) == would_commit(clone, "bot.py") == {"bot.py": "M"}


def test_every_answer_comes_soon(repo: Repo) -> None:
    """An ordinary plan asks git three times, and once more when an unchanged file is listed."""
    from vigie.ship.git import process_group

    repo.write("bot.py", "1\n")
    asked: list[tuple[str, ...]] = []
    run = process_group.run

    def counted(command: tuple[str, ...], *rest: object) -> process_group.Outcome:
        asked.append(command)
        return run(command, *rest)  # type: ignore[arg-type]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(process_group, "run", counted)
        counts = []
        for files in ((), ("bot.py",), ("bot.py,commands.py",)):
            asked.clear()
            plan(repo, *files)
            counts.append(len(asked))
    assert counts == [3, 3, 4]


def test_problems_tell_in_time(repo: Repo) -> None:
    """A lock that stays costs a second and a half of patience, no more."""
    from vigie.ship.plan import make_plan
    from vigie.ship.request import ShipRequest

    locked(repo, "index.lock")
    pauses: list[float] = []
    began = time.monotonic()
    with pytest.raises(Problem):
        make_plan(ShipRequest(str(repo.path)), pauses.append)
    assert sum(pauses) == pytest.approx(1.26)
    assert time.monotonic() - began < 30
