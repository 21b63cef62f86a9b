"""Making one commit apart and landing it, with hooks of all kinds, beside other staged work."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from tests.ship.workshop import Repo, new_repository, selected
from tests.waiting import patient, until
from vigie.problems import Failure
from vigie.ship.apart.files import follow_files
from vigie.ship.git.command import Git
from vigie.ship.git.repository import find_repository
from vigie.ship.landing.commit import Commit, make_commit, stage
from vigie.ship.landing.land import move_branch, take_in
from vigie.ship.landing.landing import plan_landing

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX")


def pause(seconds: float) -> None:
    """Do not wait."""


def make(repo: Repo, *files: str, message: str = "fix: it", deadline: float = 60.0) -> Commit:
    """Make the commit of the files listed, else of all; index and branch do not follow."""
    repository = find_repository(Git(str(repo.path)))
    git = Git(repository.top)
    folder = repo.path.parent / "staging"
    folder.mkdir(exist_ok=True)
    staged = stage(git, repository, selected(repo, *files), str(folder))
    try:
        return make_commit(git, repository, staged, message, deadline, str(folder / "apart"))
    finally:
        assert os.listdir(folder) == ["index"]
        (folder / "index").unlink()


def commit(
    repo: Repo,
    *files: str,
    message: str = "fix: it",
    deadline: float = 60.0,
    sleep: Callable[[float], None] = pause,
) -> Commit:
    """Commit the files listed, else all, and let index, branch and files follow."""
    repository = find_repository(Git(str(repo.path)))
    git = Git(repository.top)
    folder = repo.path.parent / "staging"
    folder.mkdir(exist_ok=True)
    staged = stage(git, repository, selected(repo, *files), str(folder))
    made = make_commit(git, repository, staged, message, deadline, str(folder / "apart"))
    assert os.listdir(folder) == ["index"]
    landing = plan_landing(git, repository, staged, made)
    take_in(git, landing, sleep)
    assert move_branch(git, landing)
    (folder / "index").unlink()
    follow_files(git, landing.files, str(folder / "files"))
    assert os.listdir(folder) == []
    return made


def refused(repo: Repo, *files: str, deadline: float = 60.0) -> Failure:
    """Return the problem of a commit that does not come about; nothing may have changed."""
    before = repo.snapshot()
    with pytest.raises(Failure) as caught:
        make(repo, *files, deadline=deadline)
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
    assert made.sha == repo.head and made.by_hooks == ()


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
    seen = repo.path.parent / "seen"
    repo.hook(
        "pre-commit",
        f"git diff --cached --name-only -- '*.py' > '{seen.as_posix()}'",
        "git diff --quiet -- bot.py || exit 1",
    )
    repo.write("bot.py", "1\n")
    commit(repo)
    assert seen.read_text() == "bot.py\n"


def test_hooks_of_every_kind_run_in_their_order(repo: Repo) -> None:
    """Nothing is skipped, wherever the person keeps their hooks."""
    repo.git("config", "core.hooksPath", "my-hooks")
    kinds = ("pre-commit", "prepare-commit-msg", "commit-msg", "post-commit")
    ran = repo.path.parent / "ran"
    for kind in kinds:
        repo.hook(kind, f"echo {kind} >> '{ran.as_posix()}'")
        (repo.path / "my-hooks").mkdir(exist_ok=True)
        (repo.path / ".git" / "hooks" / kind).rename(repo.path / "my-hooks" / kind)
    repo.write("bot.py", "1\n")
    commit(repo, "bot.py")
    assert ran.read_text().split() == list(kinds)


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
    written = repo.path.parent / "pids"
    repo.hook("pre-commit", f"sleep 600 & echo $! $$ > '{written.as_posix()}'", "wait")
    repo.write("bot.py", "1\n")
    problem = refused(repo, deadline=patient(3.0))
    assert problem.key == "ship.commit-timeout"
    assert problem.values["seconds"] == patient(3.0)
    pids = [int(pid) for pid in written.read_text().split()]
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
    pid = repo.path.parent / "pid"
    repo.hook("pre-commit", f"cd '{repo.path.parent.as_posix()}'; echo $$ > new; mv new pid; sleep 600")
    repo.write("bot.py", "1\n")
    repo.write("commands.py", "staged\n")
    repo.git("add", "commands.py")
    before = repo.snapshot()
    script = (
        "import signal, sys; sys.path[:0] = sys.argv[2:]\n"
        # whoever runs the tests in the background has them ignore Ctrl-C
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "from pathlib import Path; from tests.ship.workshop import Repo\n"
        "from tests.ship.landing.test_commit import make; make(Repo(Path(sys.argv[1])), 'bot.py')"
    )
    command = [sys.executable, "-c", script, str(repo.path), *filter(None, sys.path)]
    with subprocess.Popen(command, stderr=subprocess.PIPE) as ours:
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


@pytest.mark.parametrize("hooks", [True, False])
@pytest.mark.parametrize("message", MESSAGES)
def test_any_message_passes_unharmed(repo: Repo, message: str, hooks: bool) -> None:
    """Whatever the person's configuration says of cleaning up and encoding."""
    if hooks:
        repo.hook("commit-msg", "exit 0")
    repo.git("config", "commit.cleanup", "strip")
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


def test_a_hook_that_commits_by_itself_is_told(repo: Repo) -> None:
    """Its commit was made apart; nothing of it reaches the person's repository."""
    repo.hook(
        "pre-commit",
        "test -e hook.txt && exit 0",
        "echo x > hook.txt; git add hook.txt; git commit -q -m 'by the hook'",
    )
    repo.write("bot.py", "1\n")
    assert refused(repo).key == "ship.commit-failed"


def test_a_hook_that_commits_on_top_is_told(repo: Repo) -> None:
    """Two commits instead of one are not what was asked for."""
    repo.hook("post-commit", "rm -f x; git commit -q --allow-empty -m again --no-verify", "exit 0")
    (repo.path / ".git" / "hooks" / "post-commit").write_text(
        "#!/bin/sh\ntest $(git rev-list --count HEAD) -gt 2 || git commit -q --allow-empty -m again\n"
    )
    repo.write("bot.py", "1\n")
    assert refused(repo).key == "apart.other-parent"


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
