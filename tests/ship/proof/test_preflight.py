"""What is looked at before the commit: the bytes to be committed, with the bot's own Python; the project's test."""

from __future__ import annotations

import os
import sys
import venv
from collections.abc import Mapping
from pathlib import Path

import psutil
import pytest

from tests.ship.workshop import Repo, Transcript
from tests.waiting import patient, until
from vigie.messages import has, say
from vigie.problems import Failure, Refusal
from vigie.ship.git.command import Git
from vigie.ship.git.index import Difference, Entry, tree_differences
from vigie.ship.proof.preflight import bots_python, compile_changed, run_test

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="scripts that play programs")
OURS = ((sys.executable, "bot.py"), "")


class CountingGit(Git):
    """Counts the questions put to git."""

    asked = 0

    def query(self, *arguments: str, stdin: bytes = b"", index: str | None = None):  # type: ignore[no-untyped-def]
        """Count, then ask."""
        self.asked += 1
        return super().query(*arguments, stdin=stdin, index=index)


def staged(repo: Repo) -> dict[str, Difference]:
    """Return what the tree of all that is in the index differs in from the last commit."""
    repo.git("add", "-A")
    return tree_differences(Git(str(repo.path)), "HEAD", repo.git("write-tree"))


def refusal(
    repo: Repo, differences: Mapping[str, Difference], folder: Path, *programs: tuple[tuple[str, ...], str]
) -> Refusal:
    """Return what compiling these differences is refused with."""
    with pytest.raises(Refusal) as caught:
        compile_changed(Git(str(repo.path)), differences, programs or (OURS,), str(folder))
    for language in ("fr", "en"):
        assert say(language, caught.value.key, **caught.value.values)
    assert has(f"{caught.value.key}.hint")
    return caught.value


def playing_python(folder: Path, script: str) -> str:
    """Write a program that is called like a Python."""
    python = folder / "python3.99"
    python.write_text(f"#!/bin/sh\n{script}\n")
    python.chmod(0o700)
    return str(python)


# what compiles


def test_good_code_passes_with_one_git_and_leaves_nothing(repo: Repo, tmp_path: Path) -> None:
    """New, changed and deleted files, names of any spelling; the folder is as empty as before."""
    repo.write("bot.py", "print('bot 2')\n")
    repo.write('cogs/été "1" \n.py', "x = 1\n")
    repo.write("empty.py", "")
    (repo.path / "commands.py").unlink()
    git, folder = CountingGit(str(repo.path)), tmp_path / "ours"
    folder.mkdir()
    assert compile_changed(git, staged(repo), (OURS,), str(folder)) == 3
    assert git.asked == 1
    assert not list(folder.iterdir())


def test_without_a_changed_python_file_nothing_is_asked(repo: Repo, tmp_path: Path) -> None:
    """A deletion, a picture, a link called like code and a submodule are no code."""
    repo.write("notes.md", "def broken(:\n")
    (repo.path / "commands.py").unlink()
    differences = staged(repo)
    nothing = Entry("000000", "0" * 40)
    differences["link.py"] = Difference(nothing, Entry("120000", "1" * 40))
    differences["module.py"] = Difference(nothing, Entry("160000", "2" * 40))
    git = CountingGit(str(repo.path))
    assert compile_changed(git, differences, (OURS,), str(tmp_path)) == 0
    assert git.asked == 0


@pytest.mark.parametrize("small", [True, False], ids=["here", "by a process"])
def test_a_syntax_error_is_refused_with_its_place(
    repo: Repo, tmp_path: Path, small: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """File, line and word, whoever compiles it."""
    if not small:
        monkeypatch.setattr("vigie.ship.proof.preflight.LARGEST_IN_PROCESS", 1)
    repo.write("cogs/fun.py", "x = 1\n\ndef broken(:\n")
    problem = refusal(repo, staged(repo), tmp_path / "ours")
    assert problem.key == "preflight.syntax"
    assert (problem.values["file"], problem.values["line"]) == ("cogs/fun.py", 3)
    assert "syntax" in str(problem.values["what"])


def test_a_fault_without_a_line_is_told_too(repo: Repo, tmp_path: Path) -> None:
    """A null byte stands nowhere."""
    (repo.path / "bot.py").write_bytes(b"x = 1\0\n")
    assert refusal(repo, staged(repo), tmp_path).key == "preflight.syntax-nowhere"


def test_what_will_be_committed_counts_and_not_the_disk(repo: Repo, tmp_path: Path) -> None:
    """Broken when staged and mended since: refused. Good when staged and broken since: passed."""
    repo.write("bot.py", "def broken(:\n")
    broken = staged(repo)
    repo.write("bot.py", "good = 1\n")
    assert refusal(repo, broken, tmp_path).values["file"] == "bot.py"
    good = staged(repo)
    repo.write("bot.py", "def broken(:\n")
    assert compile_changed(Git(str(repo.path)), good, (OURS,), str(tmp_path)) == 1


def test_nothing_of_theirs_is_run(repo: Repo, tmp_path: Path) -> None:
    """Neither the code nor what a Python imports at its start."""
    trap = f"open({str(tmp_path / 'sprung')!r}, 'w')\n"
    for name in ("bot.py", "sitecustomize.py", "usercustomize.py", "warnings.py"):
        repo.write(name, trap)
    link = tmp_path / "python3"
    if sys.platform == "win32":
        programs = (OURS,)
    else:
        link.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
        link.chmod(0o700)
        programs = (((str(link), "bot.py"), str(repo.path)),)
    assert compile_changed(Git(str(repo.path)), staged(repo), programs, str(tmp_path / "ours")) == 4
    assert not (tmp_path / "sprung").exists()


def test_what_a_filter_stored_is_not_judged(repo: Repo, tmp_path: Path) -> None:
    """A pointer to a large file, and what git-crypt has locked."""
    repo.write("large.py", "version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 1\n")
    (repo.path / "locked.py").write_bytes(b"\0GITCRYPT\0\x01\x02")
    assert compile_changed(Git(str(repo.path)), staged(repo), (OURS,), str(tmp_path)) == 0


@pytest.mark.parametrize("broken", range(6))
def test_each_of_many_files_is_looked_at(repo: Repo, tmp_path: Path, broken: int) -> None:
    """Whatever the order in which git tells them, with ends of line or without, empty or not."""
    for number, text in enumerate(("", "x = 1", "x = 2\n", "\n\n", "x = 3\r\n", "x = 'é'\n")):
        repo.write(f"{number}.py", text + ("(" if number == broken else ""))
    assert refusal(repo, staged(repo), tmp_path).values["file"] == f"{broken}.py"


def test_a_content_that_git_does_not_have_is_no_pass(repo: Repo, tmp_path: Path) -> None:
    """Nothing is believed that was not seen."""
    nothing = Entry("000000", "0" * 40)
    differences = {"bot.py": Difference(nothing, Entry("100644", "1" * 40))}
    with pytest.raises(Failure):
        compile_changed(Git(str(repo.path)), differences, (OURS,), str(tmp_path))


def test_contents_that_were_read_already_are_not_read_again(repo: Repo, tmp_path: Path) -> None:
    """The search for secrets has them."""
    repo.write("bot.py", "x = 1\n")
    differences = staged(repo)
    git = CountingGit(str(repo.path))
    blobs = {differences["bot.py"].new.content: b"def broken(:\n"}
    with pytest.raises(Refusal):
        compile_changed(git, differences, (OURS,), str(tmp_path), blobs)
    assert git.asked == 0


@POSIX
def test_each_bot_has_its_own_python(repo: Repo, tmp_path: Path) -> None:
    """A file is compiled by the Python of the bots in whose folder it lies; elsewhere by all."""
    old = tmp_path / "old"
    old.mkdir()
    too_new = playing_python(old, r"printf 'fault\t0\t7\ttoo new for me\ndone\n'")
    programs = (
        ((too_new, "bot.py"), str(repo.path / "one")),
        ((sys.executable, "bot.py"), str(repo.path / "two")),
    )
    git, folder = Git(str(repo.path)), str(tmp_path / "ours")
    (repo.path / "one").mkdir()
    repo.write("two/bot.py", "match x:\n    case 1:\n        pass\n")
    assert compile_changed(git, staged(repo), programs, folder) == 1
    repo.git("commit", "-qm", "two")
    repo.write("one/bot.py", "match x:\n    case 1:\n        pass\n")
    problem = refusal(repo, staged(repo), tmp_path / "ours", *programs)
    assert (problem.values["file"], problem.values["line"]) == ("one/bot.py", 7)
    repo.git("commit", "-qm", "one")
    repo.write("shared.py", "x = 2\n")
    assert refusal(repo, staged(repo), tmp_path / "ours", *programs).values["file"] == "shared.py"
    assert not list((tmp_path / "ours").iterdir())


@POSIX
def test_the_copies_for_another_python_are_private(repo: Repo, tmp_path: Path) -> None:
    """They may hold a secret that is about to be refused."""
    modes = tmp_path / "modes"
    python = playing_python(tmp_path, f"stat -c %a {tmp_path}/ours {tmp_path}/ours/0.py > {modes}\necho done")
    repo.write("bot.py", "x = 2\n")
    programs = (((python, "bot.py"), str(repo.path)),)
    compile_changed(Git(str(repo.path)), staged(repo), programs, str(tmp_path / "ours"))
    assert modes.read_text().split() == ["700", "600"]


# the project's own test


def python(*lines: str) -> tuple[str, ...]:
    """Return the command that runs these lines."""
    return (sys.executable, "-c", "\n".join(lines))


def failed(command: tuple[str, ...], work: Path, deadline: float = 60.0, **more: object) -> Refusal:
    """Return what a test that does not pass is refused with."""
    with pytest.raises(Refusal) as caught:
        run_test(command, str(work), dict(os.environ), patient(deadline), Transcript(), **more)  # type: ignore[arg-type]
    for language in ("fr", "en"):
        assert say(language, caught.value.key, **caught.value.values)
    assert has(f"{caught.value.key}.hint")
    return caught.value


def output(problem: Refusal) -> tuple[str, ...]:
    """Return the lines that are shown."""
    lines = problem.values["output"]
    assert isinstance(lines, tuple)
    return lines


def test_a_test_that_passes_is_told_before_and_after(tmp_path: Path) -> None:
    """It runs in the folder given, with the environment given, and nothing to read."""
    heard = Transcript()
    command = python("import os, sys", "open('ran', 'w').write(os.environ['MARK'] + sys.stdin.read())")
    seconds = run_test(command, str(tmp_path), {**os.environ, "MARK": "here"}, patient(60), heard)
    assert (tmp_path / "ran").read_text() == "here"
    assert seconds > 0
    assert heard.keys == ["preflight.testing", "preflight.tested"]


def test_a_test_that_fails_is_refused_with_its_last_words(tmp_path: Path) -> None:
    """Both outputs, the exit code; a flood of one does not wash the other away."""
    script = (
        "import sys",
        "print('result'); [print('complaint', n, file=sys.stderr) for n in range(99)]",
        "sys.exit(7)",
    )
    problem = failed(python(*script), tmp_path)
    assert (problem.key, problem.values["exit_status"]) == ("preflight.test-failed", 7)
    assert output(problem)[0] == "result"
    assert output(problem)[-1] == "complaint 98"
    flood = (
        "import sys",
        "[print('line', n) for n in range(99)]; print('why', file=sys.stderr)",
        "sys.exit(1)",
    )
    assert output(failed(python(*flood), tmp_path))[-2:] == ("line 98", "why")
    both = (
        "import sys",
        "[print(word, n, file=file) for n in range(99) for word, file in",
    )
    floods = (*both, "    (('out', sys.stdout), ('err', sys.stderr))]", "sys.exit(1)")
    lines = output(failed(python(*floods), tmp_path))
    assert (len(lines), lines[9], lines[10], lines[19]) == (20, "out 98", "err 89", "err 98")
    assert output(failed(python("import sys", "sys.exit(1)"), tmp_path)) == ()


def test_values_of_the_env_file_are_never_shown(tmp_path: Path) -> None:
    """Nor where Python quotes them, nor in the command; a port is no secret."""
    token, odd = "MTIzNDU2.abcdef.ghijkl", "it's\\here"
    script = ("import sys", f"print('token', {token!r}, [{odd!r}], 8003)", "sys.exit(1)", f"# {token}")
    problem = failed(python(*script), tmp_path, masked=(token, odd, "8003", ""))
    assert output(problem) == ('token *** ["***"] 8003',)
    assert token not in str(problem.values)


def test_a_test_that_hangs_is_ended_whole(tmp_path: Path) -> None:
    """With all that it started; what it said until then is shown."""
    pids = tmp_path / "pids"
    child = "import os, time; open('pids', 'a').write(f'{os.getpid()} '); time.sleep(600)"
    script = (
        "import subprocess, sys, time",
        "print('begun', flush=True)",
        f"subprocess.Popen([sys.executable, '-c', {child!r}])",
        child,
    )
    with pytest.raises(Refusal) as caught:
        run_test(python(*script), str(tmp_path), dict(os.environ), patient(2.0), Transcript())
    assert caught.value.key == "preflight.test-timeout"
    assert output(caught.value) == ("begun",)
    written = [int(word) for word in pids.read_text().split()]
    assert len(written) == 2
    until(lambda: not any(_runs(pid) for pid in written))


def _runs(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_a_test_that_cannot_start_is_refused(tmp_path: Path) -> None:
    """Not there, not to be executed, or nowhere to run."""
    assert failed(("no-such-program-anywhere", "x"), tmp_path).key == "preflight.test-not-found"
    assert failed((os.path.join(".", "gone"), "x"), tmp_path).key == "preflight.test-not-started"
    assert failed((sys.executable,), tmp_path / "gone").key == "preflight.test-not-started"
    if sys.platform != "win32":
        (tmp_path / "plain").write_text("#!/bin/sh\n")
        assert failed((os.path.join(".", "plain"),), tmp_path).key == "preflight.test-not-started"


def test_nothing_is_given_to_a_shell(tmp_path: Path) -> None:
    """Words that a shell would act upon arrive as they are."""
    words = ("$HOME", "a; touch b", "*", "`x`", "> out", 'q"q')
    command = (*python("import sys", f"assert tuple(sys.argv[1:]) == {words!r}, sys.argv"), *words)
    run_test(command, str(tmp_path), dict(os.environ), patient(60), Transcript())
    assert os.listdir(tmp_path) == []


def test_a_git_in_the_test_is_not_led_astray(tmp_path: Path) -> None:
    """Run from a hook, ``GIT_DIR`` points at the very repository that must not be touched."""
    environment = {**os.environ, "GIT_DIR": "/elsewhere", "GIT_INDEX_FILE": "x", "GIT_SSH_COMMAND": "ssh -v"}
    command = python("import os", "assert 'GIT_DIR' not in os.environ and 'GIT_INDEX_FILE' not in os.environ")
    run_test(command, str(tmp_path), environment, patient(60), Transcript())
    command = python("import os", "assert os.environ['GIT_SSH_COMMAND'] == 'ssh -v'")
    run_test(command, str(tmp_path), environment, patient(60), Transcript())


@POSIX
def test_a_bare_python_is_the_bots(tmp_path: Path) -> None:
    """And its folder comes first in PATH, so that its pytest is found as well; a path stays what it is."""
    environment = tmp_path / "venv"
    venv.create(environment, symlinks=True, with_pip=False)
    own = str(environment / "bin" / "python")
    check = "import sys; assert sys.prefix == sys.argv[1], sys.prefix"
    for name in ("python", "python3"):
        command = (name, "-c", check, str(environment))
        run_test(command, str(tmp_path), dict(os.environ), patient(60), Transcript(), python=own)
    check = "import os; assert os.environ['PATH'].split(':')[0] == os.environ['VIRTUAL_ENV'] + '/bin'"
    tool = environment / "bin" / "check-it"
    tool.write_text(f'#!/bin/sh\nexec python -c "{check}"\n')
    tool.chmod(0o700)
    run_test(("check-it",), str(tmp_path), dict(os.environ), patient(60), Transcript(), python=own)
    command = ("python", "-c", "import sys; sys.exit(sys.prefix != sys.argv[1])", str(environment))
    assert failed(command, tmp_path).key == "preflight.test-failed"


@pytest.mark.parametrize("layout", ["", "src"])
def test_what_is_tested_is_what_will_be_committed(tmp_path: Path, layout: str) -> None:
    """A project that is installed as a link to the person's folder is not tested as it lies there."""
    theirs, work = tmp_path / "theirs", tmp_path / "work"
    for folder, text in ((theirs, "IS = 'disk'\n"), (work / layout, "IS = 'staged'\n")):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "botcode.py").write_text(text)
    environment = {**os.environ, "PYTHONPATH": str(theirs)}
    (work / "tests").mkdir()
    (work / "tests" / "check.py").write_text("import botcode; assert botcode.IS == 'staged', botcode.IS\n")
    run_test((sys.executable, "tests/check.py"), str(work), environment, patient(60), Transcript())


def test_which_python_the_bots_have(tmp_path: Path) -> None:
    """The one that a command names by its place, else the project's virtual environment's, else nobody's."""
    root, bot = tmp_path / "project", tmp_path / "project" / "one"
    bot.mkdir(parents=True)
    assert bots_python(((("python", "bot.py"), str(bot)),), str(root)) is None
    assert bots_python(((("node", "bot.js"), str(bot)),), str(root)) is None
    folder, name = ("Scripts", "python.exe") if os.name == "nt" else ("bin", "python")
    for place in (bot / "env", root / ".venv"):
        file = place / folder / name
        file.parent.mkdir(parents=True)
        file.write_text("")
        assert bots_python(((("python", "bot.py"), str(bot)),), str(root)) == str(file)
    named = os.path.join("env", folder, name)
    assert bots_python((((named, "bot.py"), str(bot)),), str(root)) == os.path.join(str(bot), named)
    assert bots_python((((sys.executable, "bot.py"), str(bot)),), str(root)) == sys.executable
