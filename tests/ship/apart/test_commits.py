"""Commits written from a tree: the same as ``git commit`` makes, signature included."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.ship.landing.test_commit import commit, refused
from tests.ship.workshop import Repo
from vigie.problems import Failure
from vigie.ship.apart.commits import commit_tree, first_line, not_made, read_commit
from vigie.ship.git.command import Git
from vigie.ship.git.process_group import Outcome

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="the pretended gpg is a shell script")

MESSAGES = [
    b"one line",
    b"\n\n  \nlate start\n\n\n\nbody  \t\n\n\nend\r\n\n\n",
    b"tabs\t\n\xa0\n\x0c\n",
    b"caf\xc3\xa9 # 1\n# not a comment\n",
]


@pytest.mark.parametrize("message", MESSAGES)
def test_messages_are_cleaned_up_as_git_does(repo: Repo, git: Git, message: bytes) -> None:
    """Compared with git's own ``--cleanup=whitespace``."""
    tree = repo.git("rev-parse", "HEAD^{tree}")
    ours = read_commit(git, commit_tree(git, tree, [repo.head], message, 60.0, {}))
    command = ["git", "commit", "-q", "--allow-empty", "--cleanup=whitespace", "-F", "-"]
    subprocess.run(command, cwd=repo.path, input=message, check=True, capture_output=True)
    assert ours.message == read_commit(git, "HEAD").message
    assert ours.parents == read_commit(git, "HEAD").parents


def test_a_commit_is_the_one_git_would_make(repo: Repo, git: Git, monkeypatch: pytest.MonkeyPatch) -> None:
    """To the byte, so even under the same name."""
    for who in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{who}_DATE", "1700000000 +0100")
    repo.git("config", "i18n.commitEncoding", "ISO-8859-1")
    base, tree = repo.head, repo.git("rev-parse", "HEAD^{tree}")
    ours = commit_tree(Git(str(repo.path)), tree, [base], "é\n\n\nbody ".encode(), 60.0, {})
    assert repo.head == base
    command = [
        "git",
        "-c",
        "i18n.commitEncoding=UTF-8",
        "commit",
        "-q",
        "--allow-empty",
        "--cleanup=whitespace",
        "-F-",
    ]
    subprocess.run(command, cwd=repo.path, input="é\n\n\nbody ".encode(), check=True)
    assert repo.head == ours


def test_a_commit_is_read(repo: Repo, git: Git) -> None:
    """Name, parents and message."""
    repo.git("commit", "--allow-empty", "-qm", "two\n\nbody\n\nmore")
    found = read_commit(git, "HEAD")
    assert found.sha == repo.head
    assert found.parents == (repo.git("rev-parse", "HEAD^"),)
    assert found.message == b"two\n\nbody\n\nmore\n"
    assert found.subject == "two"
    assert first_line(b"\n  \n  first \nsecond") == "first"


def fake_gpg(repo: Repo, *lines: str) -> None:
    """Let a shell script stand for gpg."""
    file = repo.path.parent / "gpg"
    file.write_text("\n".join(("#!/bin/sh", *lines, "")))
    file.chmod(0o755)
    repo.git("config", "gpg.program", str(file))
    repo.git("config", "user.signingKey", "ADA")
    repo.git("config", "commit.gpgSign", "true")


SIGNED = (
    "cat > /dev/null",
    "echo '[GNUPG:] SIG_CREATED D 1' >&2",
    "echo '-----BEGIN PGP SIGNATURE-----'",
    "echo $*",
)


@POSIX
@pytest.mark.parametrize("hooks", [True, False])
def test_a_signature_is_made(repo: Repo, hooks: bool) -> None:
    """By the person's program and key, with hooks and without."""
    if hooks:
        repo.hook("commit-msg", "exit 0")
    fake_gpg(repo, *SIGNED)
    repo.write("bot.py", "1\n")
    commit(repo)
    raw = repo.git("cat-file", "commit", "HEAD")
    assert "gpgsig -----BEGIN PGP SIGNATURE-----" in raw
    assert "ADA" in raw.partition("\n\n")[0]


@POSIX
@pytest.mark.parametrize("hooks", [True, False])
@pytest.mark.parametrize(
    "lines", [("exit 2",), ("cat > /dev/null", "echo no key >&2", "exit 1"), ("cat > /dev/null",)]
)
def test_a_failed_signature_is_told(repo: Repo, hooks: bool, lines: tuple[str, ...]) -> None:
    """Never a commit without one."""
    if hooks:
        repo.hook("commit-msg", "exit 0")
    fake_gpg(repo, *lines)
    repo.write("bot.py", "1\n")
    assert refused(repo).key == "ship.commit-unsigned"


@pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="needs ssh-keygen")
@pytest.mark.parametrize("hooks", [True, False])
@pytest.mark.parametrize("relative", [True, False])
def test_a_signature_by_an_ssh_key(repo: Repo, hooks: bool, relative: bool) -> None:
    """As ``gpg.format = ssh`` wants it; a key that lies in the project by a relative path is found too."""
    if hooks:
        repo.hook("commit-msg", "exit 0")
    key = repo.path / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    repo.git("config", "gpg.format", "ssh")
    repo.git("config", "user.signingKey", "key" if relative else str(key))
    repo.git("config", "commit.gpgSign", "yes")
    repo.write("bot.py", "1\n")
    commit(repo, "bot.py")
    assert "gpgsig -----BEGIN SSH SIGNATURE-----" in repo.git("cat-file", "commit", "HEAD")
    key.unlink()
    key.with_suffix(".pub").unlink()
    repo.write("bot.py", "2\n")
    assert refused(repo, "bot.py").key == "ship.commit-unsigned"


@pytest.mark.slow
@POSIX
def test_a_signature_that_waits_for_ever(repo: Repo) -> None:
    """A key that nobody unlocks: told after the deadline."""
    fake_gpg(repo, "sleep 600")
    repo.write("bot.py", "1\n")
    problem = refused(repo, deadline=0.5)
    assert problem.key == "ship.commit-timeout"
    assert problem.values["seconds"] == 0.5


def test_without_a_name_there_is_no_commit(repo: Repo, configuration: Path) -> None:
    """git's own words tell why."""
    configuration.write_text("[user]\n\tuseConfigOnly = true\n")
    repo.write("bot.py", "1\n")
    assert refused(repo).key == "ship.commit-failed"


@pytest.mark.parametrize(
    ("code", "err", "signed", "hooks", "key"),
    [
        (1, b"error: gpg failed to sign the data", True, False, "ship.commit-unsigned"),
        (1, b"error: Load key: denied", True, False, "ship.commit-unsigned"),
        (1, b"error: Load key: denied", False, False, "ship.commit-failed"),
        (
            1,
            b"error: unable to create temporary file: No space left on device",
            True,
            False,
            "ship.commit-failed",
        ),
        (128, b"fatal: not a valid object name", True, False, "ship.commit-failed"),
        (1, b"hook says no", True, True, "ship.commit-hook"),
        (128, b"error: agent\nfatal: failed to write commit object", True, True, "ship.commit-unsigned"),
        (128, b"fatal: failed to write commit object", False, True, "ship.commit-failed"),
        (None, b"", True, True, "ship.commit-timeout"),
    ],
)
def test_why_no_commit_was_made(code: int | None, err: bytes, signed: bool, hooks: bool, key: str) -> None:
    """Each cause under its own name."""
    problem = not_made(Outcome(code, b"", err), 3.0, signed=signed, hooks=hooks)
    assert isinstance(problem, Failure)
    assert problem.key == key
