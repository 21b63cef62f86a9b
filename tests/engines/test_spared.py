"""Which names a person may give to a child that is to be left alone, and what is never spared."""

from __future__ import annotations

import sys

import pytest

from vigie.engines.base import NOBODY, Spare
from vigie.engines.spared import allows, names_of

BOT = ("python", "start.py")


@pytest.mark.parametrize(
    ("arguments", "title", "name"),
    [
        (["/usr/bin/redis-server", "--port", "1"], "redis-server", "redis-server"),
        (["redis-server *:6379"], "redis-server", "redis-server"),
        (["nginx: master process /usr/sbin/nginx"], "", "nginx"),
        (["/srv/venv/bin/python3.12", "-u", "/srv/bot/worker.py", "--fast"], "python3.12", "worker.py"),
        (["python", "-m", "celery", "worker"], "python", "celery"),
        (["node", "queue.js"], "node", "queue.js"),
        (["python", "worker.py"], "python", "python"),
        ([], "kworker", "kworker"),
    ],
)
def test_a_child_is_known_by_every_name_a_person_would_give_it(
    arguments: list[str], title: str, name: str
) -> None:
    """By its program, its script or module, the title it shows; whatever its folder and arguments."""
    assert name in names_of(arguments, title)
    assert allows(Spare((name,), BOT), arguments, title)
    assert not allows(Spare((f"other-{name}",), BOT), arguments, title)
    assert not allows(NOBODY, arguments, title)


@pytest.mark.parametrize(
    "arguments",
    [
        ["python", "start.py"],
        ["/srv/venv/bin/python3", "start.py"],
        ["/usr/bin/env", "python", "start.py"],
    ],
)
def test_what_runs_the_bots_own_command_is_never_spared(arguments: list[str]) -> None:
    """Its forked workers look like the bot itself, and a second copy would too."""
    assert not allows(Spare(("start.py", "python", "python3", "env"), BOT), arguments)


def test_a_script_started_by_its_own_name_is_the_bot_behind_its_interpreter() -> None:
    """The kernel shows ``#!`` programs with their interpreter in front."""
    assert not allows(Spare(("bot.sh",), ("./bot.sh", "-x")), ["/bin/sh", "./bot.sh", "-x"])
    assert allows(Spare(("bot.sh",), ("./bot.sh", "-x")), ["/bin/sh", "./bot.sh", "-y"])


def test_names_are_whole_names() -> None:
    """Neither a part of a name nor an argument spares anybody."""
    assert not allows(Spare(("work",), BOT), ["python", "worker.py"])
    assert not allows(Spare(("worker.py",), BOT), ["python", "task.py", "worker.py"])
    assert not allows(Spare(("worker.py",), BOT), ["tail", "worker.py"])


@pytest.mark.skipif(sys.platform != "win32", reason="names of programs are spelled freely on Windows")
def test_windows_spells_names_freely() -> None:
    """With or without ``.exe``, in capitals or not, whichever way the slashes lean."""
    assert allows(Spare(("redis-server",), BOT), [r"C:\Program Files\Redis\Redis-Server.EXE"])
    assert allows(Spare(("Worker.py",), BOT), ["python.exe", r"jobs\worker.py"])
