"""Making one commit, with hooks of all kinds, beside other staged work."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from tests.ship.workshop import Repo, new_repository, selected
from tests.waiting import patient, until
from vigie.problems import Failure
from vigie.ship.commit import Commit, entries_to_follow, make_commit, stage, workspace
from vigie.ship.git import Git
from vigie.ship.index import Difference, Entry
from vigie.ship.repository import find_repository

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX")


def pause(seconds: float) -> None:
    """Do not wait."""


def commit(
    repo: Repo,
    *files: str,
    message: str = "fix: it",
    deadline: float = 60.0,
    sleep: Callable[[float], None] = pause,
) -> Commit:
    """Commit the files listed, else all."""
    repository = find_repository(Git(str(repo.path)))
    git = Git(repository.top)
    folder = repo.path.parent / "staging"
    folder.mkdir(exist_ok=True)
    staged = stage(git, repository, selected(repo, *files), str(folder))
    try:
        return make_commit(git, repository, staged, message, deadline, sleep)
    finally:
        (folder / "index").unlink()


def refused(repo: Repo, *files: str, deadline: float = 60.0) -> Failure:
    """Return the problem of a commit that does not come about; nothing may have changed."""
    before = repo.snapshot()
    with pytest.raises(Failure) as caught:
        commit(repo, *files, deadline=deadline)
    assert repo.snapshot() == before
    return caught.value


def test_listed_files_beside_staged_work(repo: Repo) -> None:
    """Other work that was staged stays staged, to the letter, and out of the commit."""
    repo.write("bot.py", "1\n")
    repo.write("commands.py", "staged\n")
    repo.write("other.py", "staged\n")
    repo.git("add", "commands.py", "other.py")
    repo.write("commands.py", "staged\nand more\n")
    repo.write("new.py")
    staged = repo.git("diff", "--cached", "--raw", "--", "commands.py", "other.py")
    made = commit(repo, "bot.py,new.py")
    assert repo.committed() == {"bot.py": "M", "new.py": "A"}
    assert repo.git("diff", "--cached", "--raw", "--", "commands.py", "other.py") == staged
    assert repo.status() == {"commands.py": "MM", "other.py": "A "}
    assert made == Commit(repo.head, (), True)


def test_all_leaves_a_staged_secret_staged(repo: Repo) -> None:
    """Somebody forced ``.env`` into the index; it does not slip into the commit of everything."""
    repo.write(".env", "TOKEN=1\n")
    repo.git("add", "-f", ".env")
    repo.write("bot.py", "1\n")
    commit(repo)
    assert repo.committed() == {"bot.py": "M"}
    assert repo.status() == {".env": "A "}


def test_taking_a_secret_out_leaves_it_on_disk(repo: Repo) -> None:
    """``git rm --cached`` is committed as the deletion it is, the file stays."""
    repo.write(".env", "TOKEN=1\n")
    repo.git("add", "-f", ".env")
    repo.git("commit", "-m", "by mistake")
    repo.write(".gitignore", ".env\n")
    repo.git("rm", "--cached", ".env")
    commit(repo)
    assert repo.committed() == {".env": "D", ".gitignore": "A"}
    assert (repo.path / ".env").read_text() == "TOKEN=1\n"
    assert repo.status() == {}


def test_a_listed_file_goes_as_it_lies_on_disk(repo: Repo) -> None:
    """Whatever state of it was staged before."""
    repo.write("bot.py", "staged\n")
    repo.git("add", "bot.py")
    repo.write("bot.py", "on disk\n")
    commit(repo, "bot.py")
    assert repo.git("show", "HEAD:bot.py") == "on disk"
    assert repo.status() == {}


def test_a_listed_file_put_back_on_disk_is_no_longer_staged(repo: Repo) -> None:
    """Of two listed files one has no change left: the other is committed, the index holds no ghost."""
    repo.write("bot.py", "staged\n")
    repo.git("add", "bot.py")
    repo.write("bot.py", "print('bot')\n")
    repo.write("commands.py", "1\n")
    commit(repo, "bot.py,commands.py")
    assert repo.committed() == {"commands.py": "M"}
    assert repo.status() == {}


def test_deleted_and_replaced_files(repo: Repo) -> None:
    """A deletion, and a file that became a folder, with a link where links exist."""
    (repo.path / "commands.py").unlink()
    (repo.path / "bot.py").unlink()
    repo.write("bot.py/__init__.py")
    commit(repo)
    assert repo.committed() == {"bot.py": "D", "bot.py/__init__.py": "A", "commands.py": "D"}
    assert repo.status() == {}


def test_first_commit_of_listed_files(tmp_path: Path) -> None:
    """Before the first commit, listing works too, beside other staged work."""
    repo = new_repository(tmp_path / "new")
    repo.write("a.py")
    repo.write("b.py")
    repo.git("add", "b.py")
    commit(repo, "a.py")
    assert repo.git("ls-tree", "--name-only", "HEAD") == "a.py"
    assert repo.status() == {"b.py": "A "}


@pytest.mark.parametrize("files", [(), ("bot.py",)])
def test_a_hook_that_formats_is_accepted(repo: Repo, files: tuple[str, ...]) -> None:
    """What the hook made of the file is what is committed, and nothing stays staged for reversal."""
    repo.hook("pre-commit", "echo formatted > bot.py", "git add bot.py")
    repo.write("bot.py", "raw\n")
    made = commit(repo, *files)
    assert repo.git("show", "HEAD:bot.py") == "formatted"
    assert repo.status() == {}
    assert made.by_hooks == ()


@pytest.mark.parametrize("files", [(), ("bot.py",)])
def test_a_hook_that_adds_files_is_accepted(repo: Repo, files: tuple[str, ...]) -> None:
    """The generated file is in the commit, told, and not staged for deletion."""
    repo.hook("pre-commit", "echo made > generated.txt", "git add generated.txt")
    repo.write("bot.py", "1\n")
    assert commit(repo, *files).by_hooks == ("generated.txt",)
    assert repo.committed() == {"bot.py": "M", "generated.txt": "A"}
    assert repo.status() == {}
    repo.git("commit", "--allow-empty", "-m", "next")
    assert repo.committed() == {}


def test_a_hook_that_takes_in_what_was_staged_apart_does_not_unstage_it(repo: Repo) -> None:
    """The person had staged their own state of a file that a hook committed in another."""
    repo.write("commands.py", "mine\n")
    repo.git("add", "commands.py")
    repo.hook("pre-commit", "git update-index --cacheinfo 100644,$(git rev-parse HEAD:bot.py),commands.py")
    repo.write("bot.py", "1\n")
    assert commit(repo, "bot.py").by_hooks == ("commands.py",)
    assert repo.git("show", ":commands.py") == "mine"


def test_a_hook_with_patterns_works(repo: Repo) -> None:
    """Hooks ask git with patterns; they must find the files."""
    repo.hook(
        "pre-commit",
        "git diff --cached --name-only -- '*.py' > .git/seen",
        "git diff --quiet -- bot.py || exit 1",
    )
    repo.write("bot.py", "1\n")
    commit(repo)
    assert (repo.path / ".git" / "seen").read_text() == "bot.py\n"


def test_hooks_of_every_kind_run_in_their_order(repo: Repo) -> None:
    """Nothing is skipped, wherever the person keeps their hooks."""
    repo.git("config", "core.hooksPath", "my-hooks")
    kinds = ("pre-commit", "prepare-commit-msg", "commit-msg", "post-commit")
    for kind in kinds:
        repo.hook(kind, f"echo {kind} >> .git/ran")
        (repo.path / "my-hooks").mkdir(exist_ok=True)
        (repo.path / ".git" / "hooks" / kind).rename(repo.path / "my-hooks" / kind)
    repo.write("bot.py", "1\n")
    commit(repo, "bot.py")
    assert (repo.path / ".git" / "ran").read_text().split() == list(kinds)


@pytest.mark.parametrize("kind", ["pre-commit", "prepare-commit-msg", "commit-msg"])
@pytest.mark.parametrize("files", [(), ("bot.py", "new.py")])
def test_a_hook_that_refuses(repo: Repo, kind: str, files: tuple[str, ...]) -> None:
    """No commit, no trace in the index, the hook's words at hand."""
    repo.hook(kind, "echo on stdout", "echo on stderr >&2", "exit 1")
    repo.write("bot.py", "1\n")
    repo.write("new.py")
    repo.write("commands.py", "staged\n")
    repo.git("add", "commands.py")
    problem = refused(repo, *files)
    assert problem.key == "ship.commit-hook"
    assert problem.values["output"] == ("on stdout", "on stderr")


def test_a_hook_that_stages_and_then_refuses(repo: Repo) -> None:
    """What it staged does not stay behind either."""
    repo.hook("pre-commit", "git add commands.py", "exit 1")
    repo.write("bot.py", "1\n")
    repo.write("commands.py", "2\n")
    assert refused(repo, "bot.py").key == "ship.commit-hook"


def test_a_failing_post_commit_hook_does_not_deny_the_commit(repo: Repo) -> None:
    """The commit exists by then."""
    repo.hook("post-commit", "exit 1")
    repo.write("bot.py", "1\n")
    assert commit(repo).sha == repo.head
    assert repo.status() == {}


@pytest.mark.slow
def test_a_hook_that_takes_too_long_is_ended(repo: Repo) -> None:
    """After the deadline the hook is gone, and nothing has changed."""
    repo.hook("pre-commit", "sleep 600 & echo $! $$ > .git/pids", "wait")
    repo.write("bot.py", "1\n")
    problem = refused(repo, deadline=patient(3.0))
    assert problem.key == "ship.commit-timeout"
    assert problem.values["seconds"] == patient(3.0)
    pids = [int(pid) for pid in (repo.path / ".git" / "pids").read_text().split()]
    until(lambda: all(gone(pid) for pid in pids))
    assert not (repo.path / ".git" / "index.lock").exists()


@pytest.mark.slow
def test_a_commit_made_before_the_deadline_counts(repo: Repo) -> None:
    """A slow hook after the commit cannot undo it: the world is asked, not the exit code."""
    repo.hook("post-commit", "sleep 600")
    repo.write("bot.py", "1\n")
    made = commit(repo, deadline=patient(4.0))
    assert made.sha == repo.head
    assert repo.committed() == {"bot.py": "M"}
    assert repo.status() == {}


def gone(pid: int) -> bool:
    """Whether a process has ended."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


@POSIX
@pytest.mark.slow
def test_ctrl_c_during_a_hook_changes_nothing(repo: Repo) -> None:
    """The hook is ended with us, and what was staged is as it was."""
    repo.hook("pre-commit", "echo $$ > .git/pid.new; mv .git/pid.new .git/pid; sleep 600")
    repo.write("bot.py", "1\n")
    repo.write("commands.py", "staged\n")
    repo.git("add", "commands.py")
    before = repo.snapshot()
    script = (
        "import signal, sys; sys.path[:0] = sys.argv[2:]\n"
        # whoever runs the tests in the background has them ignore Ctrl-C
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "from pathlib import Path; from tests.ship.workshop import Repo\n"
        "from tests.ship.test_commit import commit; commit(Repo(Path(sys.argv[1])), 'bot.py')"
    )
    command = [sys.executable, "-c", script, str(repo.path), *filter(None, sys.path)]
    with subprocess.Popen(command, stderr=subprocess.PIPE) as ours:
        pid = repo.path / ".git" / "pid"
        until(pid.exists, limit=60.0)
        ours.send_signal(signal.SIGINT)
        _, complaints = ours.communicate()
    assert b"KeyboardInterrupt" in complaints
    until(lambda: gone(int(pid.read_text())))
    assert repo.snapshot() == before


MESSAGES = [
    "#12: starts like a comment",
    "quotes \" ' ` and $HOME and %PATH% and \\ and !",
    "first\n\nbody\n# not a comment\n\n  indented",
    "-m looks like an option",
    "éàü € 漢字",
    "* @ { } [ ] ( ) < > | & ; ~ ^",
    "------------------------ >8 ------------------------\nbelow the scissors",
]


@pytest.mark.parametrize("message", MESSAGES)
def test_any_message_passes_unharmed(repo: Repo, message: str) -> None:
    """Whatever the person's configuration says of cleaning up and encoding."""
    repo.git("config", "commit.cleanup", "scissors")
    repo.git("config", "i18n.commitEncoding", "ISO-8859-1")
    repo.git("config", "commit.verbose", "true")
    repo.write("bot.py", "1\n")
    commit(repo, message=message)
    raw = repo.git("cat-file", "commit", "HEAD")
    assert raw.partition("\n\n")[2] == message
    assert "encoding" not in raw.partition("\n\n")[0]


def test_a_commit_that_cannot_be_signed_is_no_commit(repo: Repo) -> None:
    """It is never made unsigned instead."""
    repo.git("config", "commit.gpgSign", "true")
    repo.git("config", "gpg.program", "false")
    repo.write("bot.py", "1\n")
    assert refused(repo).key == "ship.commit-unsigned"


def test_a_branch_that_is_locked_fails_with_gits_reason(repo: Repo) -> None:
    """Another git is moving the same branch."""
    repo.write("bot.py", "1\n")
    repo.write(".git/refs/heads/main.lock")
    problem = refused(repo)
    assert problem.key == "ship.commit-failed"
    assert "main.lock" in str(problem.values["detail"])


def test_the_index_held_for_a_moment_is_waited_for(repo: Repo) -> None:
    """An editor holds it just when the commit is made: the index follows a moment later."""
    repo.hook("post-commit", "touch .git/index.lock")
    repo.write("bot.py", "1\n")
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) == 2:
            (repo.path / ".git" / "index.lock").unlink()

    made = commit(repo, sleep=sleep)
    assert made.settled and len(slept) == 2
    assert repo.status() == {}


def test_the_index_held_for_good_is_told(repo: Repo) -> None:
    """The commit exists all the same; the person must know that the index lags behind."""
    repo.hook("post-commit", "touch .git/index.lock")
    repo.write("bot.py", "1\n")
    made = commit(repo)
    assert made.sha == repo.head and not made.settled
    (repo.path / ".git" / "index.lock").unlink()
    repo.git("reset")
    assert repo.status() == {}


def test_another_commit_made_meanwhile_is_not_lost(repo: Repo) -> None:
    """A hook that commits by itself: its commit stands and is not taken for ours."""
    repo.write("bot.py", "1\n")
    repo.hook(
        "pre-commit",
        "rm .git/hooks/pre-commit",
        "echo x > hook.txt; GIT_INDEX_FILE=.git/index git add hook.txt",
        "GIT_INDEX_FILE=.git/index git commit -q -m 'by the hook'",
    )
    with pytest.raises(Failure):
        commit(repo)
    assert repo.git("log", "-1", "--format=%s") == "by the hook"
    assert (repo.path / "bot.py").read_text() == "1\n"


def test_linked_worktree(repo: Repo, tmp_path: Path) -> None:
    """In a second worktree its own index follows."""
    repo.git("worktree", "add", "-b", "second", str(tmp_path / "second"))
    second = Repo(tmp_path / "second")
    second.write("bot.py", "1\n")
    commit(second)
    assert second.committed() == {"bot.py": "M"}
    assert second.status() == {} and repo.status() == {}


@pytest.mark.skipif(sys.platform == "win32", reason="Windows forbids most of these names")
def test_odd_names_are_committed(repo: Repo) -> None:
    """From the list to the commit every letter counts."""
    names = [":x.py", "[a].py", "-x.py", "st*r.py", "two\nlines.py", 'q"uote.py', "é.py", " spaces .py"]
    if sys.platform == "linux":
        names.append(os.fsdecode(b"caf\xe9.py"))
    repo.write("star.py")
    repo.write("a.py")
    for name in names:
        repo.write(name)
    commit(repo, *names)
    assert repo.committed() == dict.fromkeys(names, "A")
    assert set(repo.status()) == {"star.py", "a.py"}


def test_staging_that_changes_nothing_is_known_before(repo: Repo, tmp_path: Path) -> None:
    """A file staged and put back leaves nothing to commit."""
    repo.write("bot.py", "staged\n")
    repo.git("add", "bot.py")
    repo.write("bot.py", "print('bot')\n")
    before = repo.snapshot()
    repository = find_repository(Git(str(repo.path)))
    staged = stage(Git(repository.top), repository, selected(repo), str(tmp_path))
    assert staged.empty
    assert repo.snapshot() == before


def test_without_a_temporary_folder_nothing_begins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full or missing temporary folder is told, not a traceback."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
    with pytest.raises(Failure) as caught, workspace():
        pass
    assert caught.value.key == "ship.no-workspace"


def test_the_temporary_folder_is_private_and_goes_away() -> None:
    """Names of files are nobody else's business."""
    with workspace() as folder:
        if sys.platform != "win32":
            assert os.stat(folder).st_mode & 0o777 == 0o700
    assert not os.path.exists(folder)


@pytest.mark.parametrize(("staged", "quiet"), [("other.py", True), ("bot.py", False)])
def test_git_does_not_clear_up_while_other_work_is_staged(repo: Repo, staged: str, quiet: bool) -> None:
    """It would see the copy of the index only, and could clear away what only the real one names."""
    repo.hook("pre-commit", "git config --get-all gc.auto > .git/seen || :")
    repo.write("bot.py", "1\n")
    repo.write("other.py")
    repo.git("add", staged)
    commit(repo, "bot.py")
    assert (repo.path / ".git" / "seen").read_text() == ("0\n" if quiet else "")


A, B, C = (Entry("100644", letter * 40) for letter in "abc")


@pytest.mark.parametrize(
    ("before", "now", "made", "chosen", "expected"),
    [
        ({}, {}, {"p": (A, B)}, {"p"}, {"p": B}),
        ({}, {}, {"p": (A, B)}, set(), {"p": B}),
        ({"p": (A, C)}, {"p": (A, C)}, {"p": (A, B)}, {"p"}, {"p": B}),
        ({"p": (A, C)}, {"p": (A, C)}, {"p": (A, B)}, set(), {}),
        ({"p": (A, C)}, {"p": (A, C)}, {}, {"p"}, {"p": A}),
        ({}, {"p": (A, C)}, {"p": (A, B)}, {"p"}, {}),
        ({"p": (A, B)}, {}, {"p": (A, B)}, {"p"}, {}),
        ({"p": (A, C)}, {"p": (A, C)}, {"q": (A, B)}, {"q"}, {"q": B}),
    ],
    ids=[
        "committed",
        "added by a hook",
        "chosen, staged in another state",
        "added by a hook, staged apart",
        "chosen, put back on disk",
        "staged meanwhile",
        "unstaged meanwhile",
        "staged, not ours",
    ],
)
def test_which_entries_follow(
    before: dict[str, tuple[Entry, Entry]],
    now: dict[str, tuple[Entry, Entry]],
    made: dict[str, tuple[Entry, Entry]],
    chosen: set[str],
    expected: dict[str, Entry],
) -> None:
    """The real index takes over what the commit changed and leaves what is somebody's own."""
    tables = [{path: Difference(*pair) for path, pair in table.items()} for table in (before, now, made)]
    assert entries_to_follow(tables[0], tables[1], tables[2], frozenset(chosen)) == expected
