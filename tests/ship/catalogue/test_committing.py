"""Rows 39 to 50 of the catalogue, as far as looking and staging decide about them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ship.catalogue.shipping import plan, refused, staged, would_commit
from tests.ship.workshop import Repo, new_repository
from tests.waiting import until
from vigie.problems import Failure, Problem


def test_39_nobody_to_sign(repo: Repo, configuration: Path) -> None:
    """Asked before hooks run, and only where something is to be committed."""
    configuration.write_text("[user]\n    useConfigOnly = true\n")
    assert would_commit(repo) == {}
    repo.write("bot.py", "1\n")
    problem = refused(repo)
    assert isinstance(problem, Failure)
    assert problem.code == "no-identity"


def test_39_a_name_in_variables_is_enough(
    repo: Repo, configuration: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Services often have no configuration of their own."""
    configuration.write_text("[user]\n    useConfigOnly = true\n")
    for who in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{who}_NAME", "Ada")
        monkeypatch.setenv(f"GIT_{who}_EMAIL", "ada@example.org")
    repo.write("bot.py", "1\n")
    assert would_commit(repo) == {"bot.py": "M"}


@pytest.mark.parametrize("message", ["", " \n\t", "a\0b"])
def test_45_a_message_that_is_none(repo: Repo, message: str) -> None:
    """Refused before anything is looked at."""
    repo.write("bot.py", "1\n")
    with pytest.raises(Problem) as caught:
        plan(repo, message=message)
    assert caught.value.code == "message-empty"


@pytest.mark.parametrize(
    "message", ["#12 fix", 'say "hi"', "two\n\nlines\n", "-m", "--amend", "$(id) %PATH% `id`"]
)
def test_45_a_message_of_any_letters(repo: Repo, message: str) -> None:
    """It is planned as it was typed."""
    repo.write("bot.py", "1\n")
    assert plan(repo, message=message).message == message


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Return a folder on a disk of one megabyte; skipped where none can be mounted."""
    place = tmp_path / "small"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(place)]
    if not shutil.which("mount") or subprocess.run(mount, check=False, capture_output=True).returncode != 0:
        pytest.skip("mounting a small disk is not possible or not permitted here")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def test_47_a_full_disk(small_disk: Path) -> None:
    """Told with git's reason; nothing is changed, no lock is left, and it goes once there is room."""
    repo = new_repository(small_disk / "bot")
    repo.write("bot.py", "1\n")
    repo.git("add", "-A")
    repo.git("commit", "-m", "first")
    (repo.path / "bot.py").write_bytes(os.urandom(200_000))
    made = plan(repo)
    ballast = small_disk / "ballast"
    with pytest.raises(OSError), open(ballast, "wb", buffering=0) as file:
        while True:
            file.write(b"x" * 4096)
    before = repo.snapshot()
    with pytest.raises(Failure) as caught:
        staged(made)
    assert "No space left" in str(caught.value.values["detail"])
    assert repo.snapshot() == before
    assert list((repo.path / ".git").rglob("*.lock")) == []
    ballast.unlink()
    assert would_commit(repo) == {"bot.py": "M"}


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="root may read everything")
def test_49_a_file_that_cannot_be_read(repo: Repo) -> None:
    """It is named, and nothing is staged."""
    repo.write("new.py").chmod(0)
    assert "new.py" in str(refused(repo).values["detail"])


@pytest.mark.skipif(sys.platform != "win32", reason="only Windows lets a program keep a file to itself")
def test_49_a_file_that_another_program_keeps_to_itself(repo: Repo) -> None:
    """An antivirus or an editor: the file is named, and nothing is staged."""
    if sys.platform == "win32":
        import msvcrt

        held = repo.write("new.py")
        with open(held, "r+b") as file:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
            try:
                assert "new.py" in str(refused(repo).values["detail"])
            finally:
                file.seek(0)
                msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)


def vigie(repo: Repo, *words: str) -> subprocess.Popen[bytes]:
    """Start ``vigie`` for the project in ``repo``."""
    command = [sys.executable, "-m", "vigie", "--project", str(repo.path), "--lang", "en", *words]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL)


@pytest.mark.slow
def test_48_two_ships_at_once(repo: Repo, closed_port: int, tmp_path: Path) -> None:
    """The second one says who is at work, since when and at which step, and does nothing; the first one goes on."""
    repo.write(
        "vigie.toml", f'[bot]\nhealth_url = "tcp://127.0.0.1:{closed_port}"\n[ship]\nrestart = "never"\n'
    )
    repo.write(".gitignore", "bot_status.json\n.vigie/\nlogs/\n")
    repo.git("add", "-A")
    repo.git("commit", "-m", "settings")
    repo.write("bot.py", "1\n")
    here, go = tmp_path / "here", tmp_path / "go"
    repo.hook(
        "pre-commit", f"touch '{here.as_posix()}'", f"while [ ! -e '{go.as_posix()}' ]; do sleep 0.05; done"
    )
    first = vigie(repo, "ship", "-m", "first")
    try:
        until(here.exists, 60.0, "the hook of the first ship runs")
        second = vigie(repo, "ship", "-m", "second", "--json")
        out, err = second.communicate()
        assert second.returncode == 3, (out, err)
        error = json.loads(out)["error"]
        assert error["code"] == "busy-since"
        assert f"PID {first.pid}, since" in error["message"] and "step: " in error["message"]
        assert repo.git("log", "-1", "--format=%s") == "settings"
    finally:
        go.touch()
        out, err = first.communicate()
    assert first.returncode == 4, (out, err)
    assert repo.git("log", "-1", "--format=%s") == "first"
