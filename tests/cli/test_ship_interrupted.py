"""``vigie ship`` that is busy, killed, or ended by Ctrl-C, as a program of its own with a real bot."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.shop import GOOD, Shop
from tests.stage import Stage
from tests.waiting import patient, until

assert sys.platform != "win32", "signals and hooks as POSIX has them"

pytestmark = pytest.mark.slow

LONG_WINDOW = "\n[ship]\nprove = 60\nprove_deadline = 120\n"

SHIP = ("ship", "--message", "feat: new", "--files", "commands.py")

RECEIVE = """\
#!/bin/sh
echo $$ > "{folder}/held"
n=0
while test -e "{folder}/hold" && test $n -lt 2400; do sleep 0.05; n=$((n + 1)); done
"""


@pytest.fixture
def shop(stage: Stage, tmp_path: Path) -> Iterator[Shop]:
    """A bot that runs, committed and pushed, and something new to be shipped."""
    shop = Shop(stage, tmp_path)
    assert stage.vigie("start").code == 0
    shop.write("commands.py", "COMMANDS = ['new']\n")
    yield shop
    shop.let_go()


def end(command: subprocess.Popen[str], number: int) -> tuple[int, str, str]:
    """Send a signal to the ship alone; return its exit code and what it has said."""
    command.send_signal(number)
    out, err = command.communicate(timeout=patient(30))
    return command.returncode, out, err


def told(shop: Shop) -> str | None:
    """What ``status`` tells programs of the latest ship."""
    found: str | None = shop.stage.vigie("status", "--json").json["ship"]
    return found


def shipped(shop: Shop) -> bool:
    """Whether the new version is committed once, and on the remote."""
    return shop.subjects == ["feat: new", "first"] and shop.pushed == shop.head


def untouched(shop: Shop) -> bool:
    """Whether nothing is committed, staged or lost."""
    return (
        (shop.head, shop.pushed) == (shop.first, shop.first)
        and shop.git("status", "--porcelain") == " M commands.py"
        and shop.read("commands.py") == "COMMANDS = ['new']\n"
        and not list((shop.stage.folder / ".git").glob("*.lock"))
    )


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_a_second_ship_is_told_who_is_at_work(shop: Shop, lang: str) -> None:
    """Exit 3: its PID, since when, at which step; ``status`` tells the same, and the first one comes to its end."""
    shop.slow_hook("pre-commit")
    first = shop.stage.begin(*SHIP)
    try:
        shop.wait_for_hook(first)
        second = shop.ship("--message", "feat: too soon", lang=lang)
        assert second.code == 3, second
        assert f"PID {first.pid}" in second.err
        assert re.search(r"\b20\d\d-\d\d-\d\d \d\d:\d\d:\d\d\b", second.err)
        assert ("étape: commit" if lang == "fr" else "step: commit") in second.err
        found = shop.ship("--json", lang=lang)
        assert (found.code, found.json["error"]["code"]) == (3, "busy-since")
        assert told(shop) == "at-work"
        assert f"PID {first.pid}" in shop.stage.vigie("status", lang=lang).out
    finally:
        shop.let_go()
        out, err = first.communicate(timeout=patient(60))
    assert first.returncode == 0, (out, err)
    assert shipped(shop)
    assert told(shop) is None


def test_killed_before_its_commit_it_leaves_nothing_and_is_resumed(shop: Shop) -> None:
    """Nothing of the person's has changed; ``--resume`` ships the same files under the same message."""
    shop.slow_hook("pre-commit")
    command = shop.stage.begin(*SHIP)
    shop.wait_for_hook(command)
    assert end(command, signal.SIGKILL)[0] == -signal.SIGKILL
    assert untouched(shop)
    shop.let_go()
    resumed = shop.ship("--resume", "--json")
    assert (resumed.code, resumed.json["pushed"], resumed.json["online_after"]) == (0, True, True), resumed
    assert shipped(shop)
    assert told(shop) is None


def test_status_tells_of_a_ship_that_was_killed_before_its_commit(shop: Shop) -> None:
    """Once, with the advice to ship again; that ships it."""
    shop.slow_hook("pre-commit")
    command = shop.stage.begin(*SHIP)
    shop.wait_for_hook(command)
    end(command, signal.SIGKILL)
    shop.let_go()
    shown = shop.stage.vigie("status")
    assert shown.code == 0
    assert "interrupted before its commit" in shown.out and "vigie ship" in shown.out
    assert untouched(shop)
    assert told(shop) is None
    assert list((shop.stage.folder / ".vigie" / "ship").glob("run-*")) == []
    assert shop.stage.vigie(*SHIP).code == 0
    assert shipped(shop)


def test_killed_before_its_push_it_is_told_and_resumed(shop: Shop) -> None:
    """The commit is there and kept; ``status`` says what is left to do, ``--resume`` does it."""
    shop.slow_hook("pre-push")
    command = shop.stage.begin(*SHIP)
    shop.wait_for_hook(command)
    end(command, signal.SIGKILL)
    assert (shop.subjects, shop.pushed) == (["feat: new", "first"], shop.first)
    assert shop.git("status", "--porcelain") == ""
    assert told(shop) == "push"
    assert "--resume" in shop.stage.vigie("status").out
    assert "--resume" in shop.stage.vigie("status", lang="fr").out
    shop.let_go()
    resumed = shop.ship("--resume", "--json")
    assert (resumed.code, resumed.json["commit"]) == (0, shop.head), resumed
    assert shipped(shop)
    assert told(shop) is None


def test_killed_before_its_push_it_can_be_undone(shop: Shop) -> None:
    """Nobody has seen it: the commit goes, the file stays."""
    shop.slow_hook("pre-push")
    command = shop.stage.begin(*SHIP)
    shop.wait_for_hook(command)
    end(command, signal.SIGKILL)
    end_hook(shop)
    undone = shop.ship("--undo", "--json")
    assert undone.code == 0, undone
    assert untouched(shop)
    assert told(shop) is None


def end_hook(shop: Shop) -> None:
    """End the git that has outlived its ship, with its hook, before it pushes."""
    os.killpg(os.getpgid(int(shop.read("held"))), signal.SIGKILL)
    shop.let_go()


@pytest.mark.parametrize("json", [False, True])
def test_ctrl_c_in_a_hook_leaves_nothing(shop: Shop, json: bool) -> None:
    """Exit 130; the hook is ended with us, and the next run says what it found and ships."""
    shop.slow_hook("pre-commit")
    command = shop.stage.begin(*SHIP, *(["--json"] if json else []))
    shop.wait_for_hook(command)
    code, out, err = end(command, signal.SIGINT)
    assert code == 130, (out, err)
    assert "Traceback" not in err
    assert ("interrupted" in out) if json else ("Interrupted" in err or "interrupted" in err)
    assert untouched(shop)
    assert (shop.stage.folder / "hold").exists(), "nobody has let the hook go"
    shop.let_go()
    again = shop.stage.vigie(*SHIP)
    assert again.code == 0, again
    assert "was interrupted before its commit" in again.out
    assert shipped(shop)


def test_ctrl_c_in_a_push_keeps_the_commit(shop: Shop) -> None:
    """Exit 130; the commit is there, and the next run finds the journal and pushes it."""
    hook = shop.remote / "hooks" / "pre-receive"
    hook.parent.mkdir(exist_ok=True)
    shop.write("hold", "")
    folder = str(shop.stage.folder).replace('"', '\\"')
    hook.write_text(RECEIVE.format(folder=folder), encoding="utf-8", newline="\n")
    hook.chmod(0o755)
    command = shop.stage.begin(*SHIP)
    shop.wait_for_hook(command)
    code, out, err = end(command, signal.SIGINT)
    assert (code, "Traceback" in err) == (130, False), (out, err)
    assert shop.subjects == ["feat: new", "first"]
    assert shop.git("status", "--porcelain") == ""
    hook.unlink()
    shop.let_go()
    assert told(shop) == "push"
    again = shop.ship()
    assert again.code == 0, again
    assert "interrupted after its commit" in again.out
    assert shipped(shop)
    assert told(shop) is None


def test_ctrl_c_while_it_is_proven_leaves_the_new_bot_and_the_journal(shop: Shop) -> None:
    """Exit 130; the new code goes on running, and ``--resume`` proves it."""
    shop.settings('restart = "always"\n', LONG_WINDOW)
    shop.write("start.py", f"{GOOD}# new\n")
    lives = shop.stage.lives()
    command = shop.stage.begin("ship", "--message", "feat: new")
    journal = shop.stage.folder / ".vigie" / "ship" / "journal"
    until(
        lambda: (journal.exists() and b'"prove"' in journal.read_bytes()) or command.poll() is not None,
        60.0,
        "it is being proven",
    )
    code, out, err = end(command, signal.SIGINT)
    assert (code, "Traceback" in err) == (130, False), (out, err)
    assert len(shop.stage.lives()) == len(lives) + 1
    assert shop.stage.vigie("check").code == 0
    assert shipped(shop)
    assert told(shop) == "bot"
    assert "--resume" in shop.stage.vigie("status").out
    pid = shop.stage.pid()
    shop.settings('restart = "always"\n')
    resumed = shop.ship("--resume", "--json")
    assert resumed.code == 0, resumed
    assert shop.stage.pid() == pid, "it runs what was shipped: no need to restart it again"
    assert (shop.head, "proven") in shop.releases()
    assert told(shop) is None
