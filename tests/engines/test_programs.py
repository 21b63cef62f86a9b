"""The running programs of this user, and what may be shown of them."""

from __future__ import annotations

import os
import sys

import pytest

from tests.engines.workshop import Workshop, child
from vigie.engines import programs


@pytest.mark.parametrize(
    ("arguments", "shown"),
    [
        (("/usr/bin/python3", "-X", "dev", "/srv/bot/start.py", "--token", "SECRET"), "python3 start.py"),
        (("python", "-m", "mybot", "SECRET"), "python -m mybot"),
        (("python", "-c", "SECRET"), "python"),
        (("/opt/server", "--password=SECRET"), "server"),
        (("C:\\node.exe", "SECRET.js"), "C:\\node.exe SECRET.js"),
        (("nginx: worker process",), "nginx: worker process"),
        (("/bin/",), "bin"),
        ((), ""),
    ],
)
def test_what_is_shown_holds_no_secret(arguments: tuple[str, ...], shown: str) -> None:
    """The program and its script are named, no other argument: it could be a token."""
    assert programs.shown(arguments) == shown


def test_a_program_is_seen_with_its_arguments_and_folder(workshop: Workshop) -> None:
    """As it was started, where it works; its repr shows no argument."""
    who = workshop.by_hand("sleeps", "TOKEN", "", "é")
    seen = programs.program(who.pid)
    assert seen is not None
    assert seen.arguments[1:] == (child("sleeps"), "TOKEN", "", "é")
    assert os.path.samefile(seen.directory, workshop.folder)
    assert seen.parent == os.getpid()
    assert "TOKEN" not in repr(seen)
    assert programs.own_programs()[who.pid] == seen


def test_a_process_that_is_gone_or_a_zombie_is_no_program(workshop: Workshop) -> None:
    """Neither is listed."""
    process = workshop.run_by_hand(sys.executable, "-c", "")
    assert process.stdout is not None
    assert process.stdout.read() == b""
    process.wait()
    assert programs.program(process.pid) is None


def test_we_are_in_our_own_lineage() -> None:
    """With those who started us."""
    assert {os.getpid(), os.getppid()} <= programs.lineage(os.getpid())
