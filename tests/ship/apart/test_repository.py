"""The repository apart as hooks see it, and what they cannot reach from it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from tests.ship.landing.test_commit import commit, make, refused
from tests.ship.workshop import Repo, new_repository
from tests.waiting import patient, until
from vigie.problems import Failure
from vigie.ship.apart.repository import Apart, open_apart
from vigie.ship.git.command import Git
from vigie.ship.git.repository import find_repository

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="shell tools and links of POSIX")
EMPTY_COMMIT = ("commit", "--allow-empty", "-q", "-m")


def opened(repo: Repo) -> Apart:
    """Open a repository apart from ``repo``, beside it."""
    repository = find_repository(Git(str(repo.path)))
    return open_apart(Git(repository.top), repository, str(repo.path.parent / "apart"))


def seen_by(repo: Repo, *questions: str, hook: str = "pre-commit") -> list[str]:
    """Return what each question (shell) answers inside a hook; ``bot.py`` is committed for it."""
    answers = repo.path.parent / "answers"
    lines = [
        f"({question}) >> '{answers.as_posix()}' 2>&1; echo @ >> '{answers.as_posix()}'"
        for question in questions
    ]
    repo.hook(hook, *lines, "exit 0")
    repo.write("bot.py", "seen by a hook\n")
    commit(repo, "bot.py")
    return [part.strip() for part in answers.read_text().split("@\n")[:-1]]


def test_a_hook_finds_the_branch_and_its_history(repo: Repo) -> None:
    """Name of the branch, log, what it follows, tags, stash: as in the person's folder."""
    repo.git("tag", "-a", "v1", "-m", "one")
    repo.write("commands.py", "put aside\n")
    repo.git("stash")
    repo.git("remote", "set-head", "origin", "main")
    base = repo.head
    assert seen_by(
        repo,
        "git symbolic-ref --short HEAD",
        "git rev-parse HEAD origin/main origin/HEAD",
        "git describe",
        "git stash list",
        "git rev-list --count @{upstream}..",
        "git for-each-ref --format='%(refname) %(objectname)'",
        "git log -g -1 --format=%gs",
        "git diff --cached --name-only",
        "git status --porcelain",
    ) == [
        "main",
        "\n".join([base] * 3),
        "v1",
        repo.git("stash", "list"),
        "0",
        repo_refs(repo, base),
        "reset: moving to HEAD",
        "bot.py",
        "M  bot.py",
    ]


def repo_refs(repo: Repo, base: str) -> str:
    """Return the references as they were when the branch stood on ``base``."""
    refs = repo.git("for-each-ref", "--format=%(refname) %(objectname)")
    return refs.replace(f"refs/heads/main {repo.head}", f"refs/heads/main {base}")


def test_a_hook_runs_in_a_folder_of_its_own(repo: Repo) -> None:
    """Top folder and git folder are those of the repository apart; nothing is left of it."""
    top, git_dir, bare, here = seen_by(
        repo,
        "git rev-parse --show-toplevel",
        "git rev-parse --absolute-git-dir",
        "git rev-parse --is-bare-repository",
        "pwd -P",
    )
    apart = os.path.realpath(repo.path.parent / "staging" / "apart" / "work")
    assert os.path.realpath(top) == os.path.realpath(here) == apart
    assert os.path.realpath(git_dir) == os.path.join(apart, ".git")
    assert bare == "false"
    assert not os.path.exists(apart)


def test_a_hook_finds_the_persons_settings(repo: Repo, configuration: Path) -> None:
    """Local, included and odd values arrive as they are, several of one name in their order."""
    (repo.path / ".git" / "more").write_text("[bot]\n\tincluded = yes\n")
    repo.git("config", "include.path", "more")
    values = [" spaces ", 'q"uo\\te', "two\nlines", "# no comment", "tab\there", ""]
    for value in values:
        repo.git("config", "--add", 'bot.Some thing \\ "x".value', value)
    with open(repo.path / ".git" / "config", "a") as file:
        file.write("[bot]\n\talone\n")
    with opened(repo) as apart:
        answer = apart.git.ask("config", "-z", "--get-all", 'bot.Some thing \\ "x".value').decode()
        assert answer.split("\0")[:-1] == values
        assert apart.git.ask("config", "bot.included") == b"yes\n"
        assert apart.git.ask("config", "--type=bool", "bot.alone") == b"true\n"
        assert apart.git.ask("config", "gc.auto") == b"0\n"
        assert apart.git.ask("fsck", "--connectivity-only") == b""


def test_settings_that_hold_in_one_folder_only(repo: Repo, configuration: Path) -> None:
    """A person who keeps another name for this very repository commits under it."""
    other = configuration.parent / "other"
    other.write_text("[user]\n\tname = Countess\n")
    pattern = (repo.path / ".git").as_posix()
    configuration.write_text(
        configuration.read_text() + f'[includeIf "gitdir:{pattern}"]\n\tpath = {other.as_posix()}\n'
    )
    assert seen_by(repo, "git config user.name") == ["Countess"]
    assert repo.git("log", "-1", "--format=%an") == "Countess"


def test_relative_addresses_lead_to_the_same_place(repo: Repo, remote: Repo) -> None:
    """A hook may fetch; an address that is no path stays as it is."""
    repo.git("remote", "set-url", "origin", "../github.git")
    repo.git("remote", "add", "far", "git@example.org:bot.git")
    fetched, *addresses = seen_by(
        repo, "git fetch -q origin && echo ok", "git remote get-url origin", "git remote get-url far"
    )
    assert fetched == "ok"
    assert os.path.realpath(addresses[0]) == os.path.realpath(remote.path)
    assert addresses[1] == "git@example.org:bot.git"


def test_hooks_kept_in_a_folder_that_git_does_not_know(repo: Repo) -> None:
    """A relative ``core.hooksPath`` that is not committed (husky's generated folder) still leads to the hooks."""
    repo.write(".gitignore", ".husky/_/\n")
    repo.git("config", "core.hooksPath", ".husky/_")
    repo.hook("pre-commit", "exit 1")
    folder = repo.path / ".husky" / "_"
    folder.mkdir(parents=True)
    (repo.path / ".git" / "hooks" / "pre-commit").rename(folder / "pre-commit")
    repo.write("bot.py", "1\n")
    assert refused(repo, "bot.py").key == "ship.commit-hook"


@POSIX
@pytest.mark.parametrize("value", ["~/hooks", "absolute"])
def test_hooks_of_the_person_for_all_repositories(repo: Repo, configuration: Path, value: str) -> None:
    """Set for the person, in their home or by an absolute path."""
    folder = configuration.parent / "hooks"
    repo.git("config", "--global", "core.hooksPath", value.replace("absolute", str(folder)))
    repo.hook("commit-msg", "exit 1")
    (repo.path / ".git" / "hooks").rename(folder)
    repo.write("bot.py", "1\n")
    assert refused(repo, "bot.py").key == "ship.commit-hook"


@POSIX
@pytest.mark.slow
def test_what_a_bot_writes_while_hooks_stash_is_kept(repo: Repo) -> None:
    """The pre-commit framework's way (put aside, check out, wait) meets a bot that rewrites its data."""
    repo.write("data.json", "0\n")
    repo.git("add", "data.json")
    repo.git("commit", "-m", "data")
    signs = repo.path.parent
    repo.hook(
        "pre-commit",
        "echo noise > noise.txt; git stash -q -u || exit 1",
        "git checkout -q -- . || exit 1",
        "git clean -fdxq; git reset -q --hard",
        f"cd '{signs}'; touch begun; while [ ! -e go ]; do sleep 0.01; done",
        "exit 1",
    )
    repo.write("bot.py", "1\n")
    repo.write("commands.py", "unsaved work\n")
    repo.write("data.json", "1\n")
    repo.write("notes.txt", "mine\n")
    script = (
        "import sys; sys.path[:0] = sys.argv[2:]\n"
        "from pathlib import Path; from tests.ship.workshop import Repo\n"
        "from tests.ship.landing.test_commit import make; make(Repo(Path(sys.argv[1])), 'bot.py')"
    )
    command = [sys.executable, "-c", script, str(repo.path), *filter(None, sys.path)]
    with subprocess.Popen(command, stderr=subprocess.PIPE) as ours:
        until((signs / "begun").exists, limit=60.0)
        repo.write("data.json", "2\n")
        before = repo.snapshot()
        (signs / "go").touch()
        _, complaints = ours.communicate()
    assert b"ship.commit-hook" in complaints
    assert repo.snapshot() == before
    assert repo.git("stash", "list") == ""
    assert (repo.path / "data.json").read_text() == "2\n"


def test_a_killed_commit_leaves_nothing_in_the_repository(repo: Repo) -> None:
    """Killed in the middle of a hook: the repository is as it was; the next run removes the folder."""
    sign = repo.path.parent / "begun"
    repo.hook(
        "pre-commit",
        "git add -A",
        f"echo $$ > '{sign.as_posix()}.new'",
        f"mv '{sign.as_posix()}.new' '{sign.as_posix()}'",
        "sleep 600",
    )
    repo.write("bot.py", "1\n")
    before = repo.snapshot()
    script = (
        "import sys; sys.path[:0] = sys.argv[2:]\n"
        "from pathlib import Path; from tests.ship.workshop import Repo\n"
        "from tests.ship.landing.test_commit import make; make(Repo(Path(sys.argv[1])), 'bot.py')"
    )
    command = [sys.executable, "-c", script, str(repo.path), *filter(None, sys.path)]
    with subprocess.Popen(command) as ours:
        until(sign.exists, limit=60.0)
        group = [psutil.Process(ours.pid), *psutil.Process(ours.pid).children(recursive=True)]
        for process in group:
            process.kill()
    psutil.wait_procs(group, timeout=patient(10.0))
    assert repo.snapshot() == before
    assert (repo.path.parent / "staging" / "apart" / "work" / "bot.py").exists()


def test_a_hook_that_takes_in_everything_does_not_take_the_links(repo: Repo) -> None:
    """Tools are found where the person installed them, and ``git add -A`` in a hook leaves them alone."""
    repo.write(".gitignore", "node_modules/\n.venv/\n")
    repo.write("node_modules/tool.js", "tool\n")
    repo.write(".venv/python", "tool\n")
    repo.git("add", ".gitignore")
    repo.git("commit", "-m", "ignore")
    repo.hook("pre-commit", "test -f node_modules/tool.js && test -f .venv/python || exit 1", "git add -A")
    repo.write("bot.py", "1\n")
    assert commit(repo, "bot.py").by_hooks == ()
    assert (repo.path / "node_modules" / "tool.js").read_text() == "tool\n"


def test_dependencies_of_a_project_in_a_folder(repo: Repo) -> None:
    """They are linked beside the project too; what the commit itself holds is not."""
    repo.write("one/[x]/bot.py")
    repo.write("env/kept.txt", "committed\n")
    repo.git("add", "-A")
    repo.git("commit", "-m", "projects")
    repo.write("one/[x]/node_modules/tool.js", "tool\n")
    repository = find_repository(Git(str(repo.path / "one" / "[x]")))
    with open_apart(Git(repository.top), repository, str(repo.path.parent / "apart")) as apart:
        apart.checkout("HEAD")
        work = Path(apart.work)
        assert (work / "one" / "[x]" / "node_modules" / "tool.js").exists()
        assert not (work / "env").is_symlink()
        assert apart.git.ask("status", "--porcelain") == b""
    assert (repo.path / "one" / "[x]" / "node_modules" / "tool.js").exists()


def test_links_are_not_followed_when_it_is_closed(repo: Repo) -> None:
    """The person's packages survive; even links that a hook made."""
    repo.write("venv/lib.py", "mine\n")
    outside = repo.path.parent / "precious"
    outside.mkdir()
    (outside / "file").write_text("mine")
    with opened(repo) as apart:
        apart.checkout("HEAD")
        if sys.platform != "win32":
            os.symlink(outside, os.path.join(apart.work, "made"))
        assert os.path.isfile(os.path.join(apart.work, "venv", "lib.py"))
    assert not os.path.lexists(apart.folder)
    assert (repo.path / "venv" / "lib.py").read_text() == "mine\n"
    assert (outside / "file").read_text() == "mine"


def test_split_index(repo: Repo) -> None:
    """An index in two files is copied by what it means, not by its file."""
    repo.git("config", "core.splitIndex", "true")
    repo.git("update-index", "--split-index")
    repo.write("commands.py", "staged\n")
    repo.git("add", "commands.py")
    repo.hook("pre-commit", "echo formatted > bot.py", "git add bot.py")
    repo.write("bot.py", "1\n")
    commit(repo, "bot.py")
    assert repo.committed() == {"bot.py": "M"}
    assert repo.git("show", "HEAD:bot.py") == "formatted"
    assert repo.status() == {"commands.py": "M "}


@pytest.mark.parametrize("kind", ["--cone", "--no-cone", "--sparse-index"])
@pytest.mark.parametrize("hooks", [True, False])
def test_sparse_checkout(repo: Repo, kind: str, hooks: bool) -> None:
    """What is not checked out here is not checked out apart either, and stays in the commit."""
    for folder in ("here", "there"):
        repo.write(f"{folder}/file.py")
    repo.git("add", "-A")
    repo.git("commit", "-m", "folders")
    repo.git("sparse-checkout", "set", kind, "here" if kind != "--no-cone" else "/here/*")
    if kind == "--no-cone":
        repo.git("sparse-checkout", "set", "--no-cone", "/here/", "/*.py")
    if hooks:
        repo.hook("pre-commit", "test ! -e there && test -e here/file.py || exit 1", "git add -A .", "exit 0")
    repo.write("here/file.py", "1\n")
    commit(repo, "here/file.py")
    assert repo.committed() == {"here/file.py": "M"}
    assert repo.status() == {}
    assert not (repo.path / "there").exists()
    assert repo.git("ls-tree", "-r", "--name-only", "HEAD", "there") == "there/file.py"


@pytest.mark.parametrize("hooks", [True, False])
def test_shallow_clone(repo: Repo, remote: Repo, tmp_path: Path, hooks: bool) -> None:
    """A clone without its history commits as any other."""
    repo.write("bot.py", "second\n")
    repo.git("commit", "-aqm", "second")
    repo.git("push", "-q")
    Repo(tmp_path).git("clone", "-q", "--depth=1", remote.path.as_uri(), "shallow")
    shallow = Repo(tmp_path / "shallow")
    if hooks:
        shallow.hook(
            "pre-commit", "git log --format=%s > /dev/null || exit 1", "test $(git rev-list --count HEAD) = 1"
        )
    shallow.write("bot.py", "1\n")
    commit(shallow, "bot.py")
    assert shallow.git("rev-list", "--count", "HEAD") == "2"
    shallow.git("push", "-q")
    assert remote.git("rev-parse", "main") == shallow.head


def test_linked_worktree_with_hooks(repo: Repo, tmp_path: Path) -> None:
    """Its own branch, index and sparse patterns; the hooks of all."""
    repo.git("worktree", "add", "-q", "-b", "second", str(tmp_path / "second"))
    second = Repo(tmp_path / "second")
    answers = tmp_path / "answers"
    repo.hook(
        "pre-commit", f"git symbolic-ref --short HEAD > '{answers.as_posix()}'", "echo x > made; git add made"
    )
    second.write("bot.py", "1\n")
    commit(second)
    assert answers.read_text() == "second\n"
    assert second.committed() == {"bot.py": "M", "made": "A"}
    assert second.status() == {} and repo.status() == {}
    assert repo.git("rev-parse", "second") == second.head


def test_a_submodule_is_a_repository_like_any_other(repo: Repo, remote: Repo, tmp_path: Path) -> None:
    """Its ``.git`` is a file, and its settings name its folder."""
    outer = new_repository(tmp_path / "outer")
    outer.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(remote.path), "inner")
    inner = Repo(outer.path / "inner")
    inner.git("checkout", "-q", "main")
    hooks = Path(inner.git("rev-parse", "--absolute-git-dir")) / "hooks"
    hooks.mkdir(exist_ok=True)
    hook = hooks / "pre-commit"
    hook.write_text("#!/bin/sh\necho x > made; git add made\n")
    hook.chmod(0o755)
    inner.write("bot.py", "1\n")
    # The staging folder must not lie in the outer repository's way.
    commit(inner, "bot.py")
    assert inner.committed() == {"bot.py": "M", "made": "A"}
    assert inner.status() == {}


def test_a_repository_with_a_submodule(repo: Repo, remote: Repo) -> None:
    """The submodule is not checked out apart; its entry stays in the commit."""
    repo.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(remote.path), "inner")
    repo.git("commit", "-qm", "submodule")
    repo.git("config", "--global", "submodule.recurse", "true")
    repo.hook(
        "pre-commit",
        "git stash -q && git reset -q --hard && git stash pop -q --index || exit 1",
        "git add -A",
    )
    repo.write("bot.py", "1\n")
    commit(repo, "bot.py")
    assert repo.committed() == {"bot.py": "M"}
    assert repo.git("ls-tree", "HEAD", "inner").startswith("160000")
    assert repo.status() == {}


@pytest.mark.parametrize("hooks", [True, False])
def test_sha256(tmp_path: Path, hooks: bool) -> None:
    """Names of objects may be longer."""
    path = tmp_path / "long"
    path.mkdir()
    repo = Repo(path)
    repo.git("init", "-q", "--object-format=sha256")
    if hooks:
        repo.hook("pre-commit", "echo x > made; git add made")
    for text in ("1\n", "2\n"):
        repo.write("bot.py", text)
        sha = commit(repo, "bot.py").sha
        assert len(sha) == 64
        assert repo.head == sha
        assert repo.status() == {}


@pytest.mark.parametrize("hooks", [True, False])
def test_first_commit(tmp_path: Path, hooks: bool) -> None:
    """Before it there is nothing to stand on; the log of the branch says so."""
    repo = new_repository(tmp_path / "new")
    if hooks:
        repo.hook("pre-commit", "git rev-parse -q --verify HEAD && exit 1", "echo x > made; git add made")
    repo.write("bot.py", "1\n")
    repo.write("other.py", "staged\n")
    repo.git("add", "other.py")
    commit(repo, "bot.py", message="begin\n\nbody")
    names = ["bot.py", "made"] if hooks else ["bot.py"]
    assert repo.git("ls-tree", "--name-only", "HEAD").split() == names
    assert repo.git("log", "--format=%P") == ""
    assert repo.git("log", "-g", "-1", "--format=%gs", "HEAD") == "commit (initial): begin"
    assert repo.git("log", "-g", "-1", "--format=%gs", "main") == "commit (initial): begin"
    assert repo.status() == {"other.py": "A "}


FILTER = """\
import sys
text = sys.stdin.buffer.read()
if sys.argv[1] == "clean":
    sys.stdout.buffer.write(b"pointer " + text if not text.startswith(b"pointer ") else text)
else:
    import os
    skip = os.environ.get("GIT_LFS_SKIP_SMUDGE") == "1"
    sys.stdout.buffer.write(text if skip else text.removeprefix(b"pointer "))
"""


def test_filters_like_those_for_large_files(repo: Repo) -> None:
    """Contents are stored as pointers, pointers stay pointers apart, and the person's files stay whole."""
    driver = repo.path.parent / "driver.py"
    driver.write_text(FILTER)
    for way in ("clean", "smudge"):
        repo.git("config", f"filter.fake.{way}", f'"{sys.executable}" "{driver.as_posix()}" {way}')
    repo.git("config", "filter.fake.required", "true")
    repo.write(".gitattributes", "*.bin filter=fake\n")
    repo.write("large.bin", "many bytes\n")
    repo.git("add", "-A")
    repo.git("commit", "-qm", "large")
    repo.write("large.bin", "more bytes\n")
    repo.write("new.bin", "new bytes\n")
    (pointer,) = seen_by(repo, "cat large.bin", hook="commit-msg")
    assert pointer == "pointer many bytes"
    repo.hook("pre-commit", "git add -A")
    commit(repo)
    assert repo.git("show", "HEAD:large.bin") == "pointer more bytes"
    assert repo.git("show", "HEAD:new.bin") == "pointer new bytes"
    assert (repo.path / "large.bin").read_text() == "more bytes\n"
    assert repo.status() == {}


def test_storage_for_large_files_is_the_persons(repo: Repo) -> None:
    """What is stored apart would be lost with the folder."""
    with opened(repo) as apart:
        stored = os.fsdecode(apart.git.ask("config", "lfs.storage")).strip()
    assert os.path.realpath(stored) == os.path.realpath(repo.path / ".git" / "lfs")


@pytest.mark.parametrize("value", ["true", "input"])
def test_line_ends(repo: Repo, value: str) -> None:
    """Stored as git stores them, kept on disk as they lie there."""
    repo.git("config", "core.autocrlf", value)
    repo.hook("pre-commit", "git add -A")
    repo.write("bot.py", "a\r\nb\r\n")
    commit(repo, "bot.py")
    assert repo.git("cat-file", "-p", "HEAD:bot.py") == "a\nb"
    assert (repo.path / "bot.py").read_bytes() == b"a\r\nb\r\n"
    assert repo.status() == {}


def test_a_hook_that_leaves_something_running_does_not_keep_us(repo: Repo) -> None:
    """It holds our output and our folder, and nobody waits for it."""
    pid = repo.path.parent / "pid"
    repo.hook("pre-commit", f"sleep 600 & echo $! > '{pid.as_posix()}'")
    repo.write("bot.py", "1\n")
    try:
        assert commit(repo, "bot.py").sha == repo.head
    finally:
        psutil.Process(int(pid.read_text())).kill()


def test_a_hook_that_switches_the_branch(repo: Repo) -> None:
    """Its branch is one of the repository apart; the commit is taken, the person's branch moves."""
    repo.hook("pre-commit", "git checkout -q -b elsewhere")
    repo.write("bot.py", "1\n")
    commit(repo, "bot.py")
    assert repo.committed() == {"bot.py": "M"}
    assert repo.git("for-each-ref", "--format=%(refname)", "refs/heads") == "refs/heads/main"


def test_a_post_commit_hook_that_amends(repo: Repo) -> None:
    """Some write a version number that way: what it made of the commit counts."""
    repo.hook(
        "post-commit",
        "test -e version && exit 0",
        "echo 2 > version; git add version; git commit -q --amend --no-edit --no-verify",
    )
    repo.write("bot.py", "1\n")
    assert commit(repo, "bot.py").by_hooks == ("version",)
    assert repo.git("rev-list", "--count", "HEAD") == "2"
    assert repo.status() == {}


def test_a_hook_that_leaves_nothing_to_commit(repo: Repo) -> None:
    """A formatter undoes the only change: that is told as what it is, and not called a refusal."""
    repo.hook("pre-commit", "git show HEAD:bot.py > bot.py", "git add bot.py")
    repo.write("bot.py", "raw\n")
    assert refused(repo, "bot.py").key == "apart.nothing-left"


def test_a_hook_changes_the_message(repo: Repo) -> None:
    """What is committed is what it made of it, and the branch's log tells the same."""
    repo.hook("commit-msg", 'echo "BOT-1 $(cat "$1")" > "$1.new"; mv "$1.new" "$1"')
    repo.write("bot.py", "1\n")
    assert commit(repo, message="fix: it").subject == "BOT-1 fix: it"
    assert repo.git("log", "-1", "--format=%s") == "BOT-1 fix: it"
    assert repo.git("log", "-g", "-1", "--format=%gs") == "commit: BOT-1 fix: it"


def test_inherited_surroundings_do_not_lead_a_hook_astray(
    repo: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Run from a hook of the same repository, the hooks still find the repository apart."""
    monkeypatch.setenv("GIT_DIR", str(repo.path / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(repo.path))
    monkeypatch.setenv("GIT_INDEX_FILE", str(repo.path / ".git" / "index"))
    git = Git(str(repo.path))
    monkeypatch.undo()
    repo.hook("pre-commit", "echo formatted > bot.py; git add -A")
    repository = find_repository(git)
    before = repo.snapshot()
    with open_apart(git, repository, str(repo.path.parent / "apart")) as apart:
        sha = apart.commit(repo.git("rev-parse", "HEAD^{tree}"), [repo.head], "m", 60.0)
        apart.bring(sha)
    assert repo.snapshot() == before
    assert repo.git("show", f"{sha}:bot.py") == "formatted"


def test_the_persons_repository_borrows_objects_itself(repo: Repo, tmp_path: Path) -> None:
    """A clone made with ``--shared`` reads others' objects: through it, so do we."""
    Repo(tmp_path).git("clone", "-q", "--shared", str(repo.path), "shared")
    shared = Repo(tmp_path / "shared")
    shared.hook("pre-commit", "git fsck --connectivity-only || exit 1; echo x > made; git add made")
    shared.write("bot.py", "1\n")
    commit(shared, "bot.py")
    assert shared.committed() == {"bot.py": "M", "made": "A"}


@POSIX
def test_folders_with_odd_names(tmp_path: Path) -> None:
    """Borrowed objects are found whatever the repository's folder is called."""
    repo = new_repository(tmp_path / 'a "b"\nc#;d é')
    repo.hook("pre-commit", "echo x > made; git add made")
    repo.write("bot.py", "1\n")
    commit(repo)
    repo.write("bot.py", "2\n")
    commit(repo, "bot.py")
    assert repo.committed() == {"bot.py": "M"}


def test_no_reference_and_no_trace_is_left(repo: Repo) -> None:
    """The commit's objects come over whole, and nothing refers to them until it lands."""
    repo.hook("pre-commit", "echo made > generated; git add generated", "git tag made; git branch made")
    repo.write("bot.py", "1\n")
    before = repo.snapshot()
    made = make(repo, "bot.py")
    assert repo.snapshot() == before
    assert repo.git("for-each-ref", "--format=%(refname)", "refs/tags") == ""
    assert repo.git("show", f"{made.sha}:generated") == "made"
    assert "missing" not in repo.git("fsck", "--full")
    assert not (repo.path / ".git" / "FETCH_HEAD").exists()


def test_a_merge_with_hooks(repo: Repo) -> None:
    """Several parents are kept in their order."""
    base = repo.head
    repo.git(*EMPTY_COMMIT, "other")
    other = repo.head
    repo.git("reset", "-q", "--hard", base)
    repo.git(*EMPTY_COMMIT, "mine")
    repo.hook("commit-msg", "exit 0")
    with opened(repo) as apart:
        sha = apart.commit(repo.git("rev-parse", "HEAD^{tree}"), [repo.head, other], "merge", 60.0)
        apart.bring(sha)
    assert repo.git("log", "-1", "--format=%P", sha) == f"{repo.head} {other}"


def test_a_commit_that_stands_elsewhere(repo: Repo) -> None:
    """Not only on the branch's last commit: also on none."""
    repo.hook("commit-msg", "exit 0")
    with opened(repo) as apart:
        sha = apart.commit(repo.git("rev-parse", "HEAD^{tree}"), [], "root", 60.0)
        apart.bring(sha)
    assert repo.git("log", "-1", "--format=%P", sha) == ""


def test_a_folder_that_cannot_be_written(repo: Repo) -> None:
    """Told in one sentence."""
    (repo.path.parent / "apart").write_text("in the way")
    with pytest.raises(Failure) as caught:
        opened(repo)
    assert caught.value.key == "ship.no-workspace"


def test_a_clone_that_fetches_objects_when_needed(repo: Repo, remote: Repo, tmp_path: Path) -> None:
    """It commits as any other."""
    remote.git("config", "uploadpack.allowFilter", "true")
    Repo(tmp_path).git("clone", "-q", "--filter=blob:none", remote.path.as_uri(), "partial")
    partial = Repo(tmp_path / "partial")
    partial.hook("pre-commit", "echo x > made; git add made")
    partial.write("bot.py", "1\n")
    commit(partial, "bot.py")
    assert partial.committed() == {"bot.py": "M", "made": "A"}


def test_a_hook_that_corrects_and_refuses(repo: Repo) -> None:
    """As formatters do: which files it corrected is told, for here they are as they were."""
    repo.hook("pre-commit", "echo formatted > bot.py; exit 1")
    repo.write("bot.py", "raw\n")
    problem = refused(repo, "bot.py")
    assert problem.key == "ship.commit-hook"
    assert problem.values["corrected"] == ("bot.py",)
    repo.hook("pre-commit", "exit 1")
    assert refused(repo, "bot.py").values["corrected"] == ()


def test_inside_the_project_itself(repo: Repo) -> None:
    """Where vigie keeps its own folder: the repository apart is none of the person's."""
    repo.write(".vigie/.gitignore", "*\n")
    repo.hook("pre-commit", "echo made > made; git add -A; git clean -fdxq; git rev-parse --show-toplevel")
    repository = find_repository(Git(str(repo.path)))
    before = repo.snapshot()
    folder = repo.path / ".vigie" / "ship" / "run-1"
    with open_apart(Git(repository.top), repository, str(folder)) as apart:
        sha = apart.commit(repo.git("rev-parse", "HEAD^{tree}"), [repo.head], "m", 60.0)
        apart.bring(sha)
    (folder.parent).rmdir()
    assert repo.snapshot() == before
    assert repo.committed(sha) == {"made": "A"}


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() != 0, reason="only root may give files away")
def test_a_repository_of_another_user(repo: Repo, configuration: Path) -> None:
    """Once the person trusts it, its hooks run as everywhere."""
    repo.hook("pre-commit", "git log -1 > /dev/null || exit 1; echo made > made; git add made")
    subprocess.run(["chown", "-R", "12345:12345", str(repo.path)], check=True)
    configuration.write_text(configuration.read_text() + f"[safe]\n\tdirectory = {repo.path}\n")
    repo.write("bot.py", "1\n")
    commit(repo, "bot.py")
    assert repo.committed() == {"bot.py": "M", "made": "A"}
