"""``vigie ship`` with a real bot, after the push: new code proven, taken back, parked; and what is told of it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import psutil
import pytest

from tests.cli.shop import EDIT, EDITS, GOOD, Shop
from tests.stage import Stage
from tests.waiting import until

pytestmark = pytest.mark.slow

SECRET = "s3cr3t-do-not-show"


@pytest.fixture
def shop(stage: Stage, tmp_path: Path) -> Shop:
    """A bot that runs, committed and pushed."""
    shop = Shop(stage, tmp_path)
    assert stage.vigie("start").code == 0
    return shop


@pytest.mark.parametrize("watched", [False, True])
def test_new_code_that_holds_is_proven(shop: Shop, watched: bool) -> None:
    """Restarted, watched for its window, remembered; with and without somebody who watches."""
    stage = shop.stage
    if watched:
        monitor = stage.monitor()
        stage.wait_online()
    before = stage.pid()
    shop.settings('restart = "always"\n')
    shop.write("start.py", f"{GOOD}# new\n")
    done = shop.ship("--message", "feat: new", "--files", "start.py", "--json")
    assert done.code == 0, done
    told = done.json
    assert (told["ok"], told["pushed"], told["restarted"], told["rolled_back"]) == (True, True, True, False)
    assert (told["was_online"], told["online_after"], told["commit"]) == (True, True, shop.head)
    assert shop.pushed == shop.head
    assert stage.pid() not in (None, before)
    assert shop.bot()["commit"] == shop.head
    assert shop.releases() == [(shop.head, "proven"), (shop.first, None)]
    assert "proven" in stage.vigie("releases").out.splitlines()[1]
    if watched:
        pid = stage.pid()
        assert pid is not None and psutil.Process(pid).ppid() == monitor.pid
        stage.leave(monitor)


@pytest.mark.parametrize("watched", [False, True])
def test_code_that_dies_while_it_is_proven_makes_room_for_what_ran(shop: Shop, watched: bool) -> None:
    """Exit 5: the old code runs again, a new commit says so on both sides, the bad one is marked."""
    stage = shop.stage
    if watched:
        monitor = stage.monitor()
        stage.wait_online()
    shop.settings('restart = "always"\n')
    shop.bad()
    files = "start.py,commands.py"
    done = shop.ship("--message", "feat: broken", "--files", files, "--rollback", "--json")
    assert done.code == 5, done
    told = done.json
    assert (told["ok"], told["exit_code"], told["rolled_back"], told["online_after"]) == (
        False,
        5,
        True,
        True,
    )
    assert [step["name"] for step in told["steps"] if step["name"] == "rollback" and not step["skipped"]]
    bad = told["commit"]
    assert shop.subjects == ['Revert "feat: broken"', "feat: broken", "first"]
    assert shop.pushed == shop.head
    assert shop.read("start.py") == GOOD
    verdicts = dict(shop.releases())
    assert verdicts[bad] == "bad"
    assert verdicts[shop.head] == "proven"
    assert shop.bot()["commit"] == shop.head
    assert stage.vigie("check").code == 0
    if watched:
        assert monitor.poll() is None
        stage.leave(monitor)


def test_without_being_asked_to_the_broken_code_stays(shop: Shop) -> None:
    """Exit 4; its own last words are shown, and how to go back is told."""
    shop.settings('restart = "always"\n')
    shop.bad()
    done = shop.ship("--message", "feat: broken")
    assert done.code == 4, done
    assert "bot: I am broken" in done.out
    assert "--rollback" in done.out
    assert (shop.subjects[0], shop.pushed) == ("feat: broken", shop.head)
    assert dict(shop.releases())[shop.head] == "bad"
    assert stage_is_down(shop.stage)


def stage_is_down(stage: Stage) -> bool:
    """The bot died, and nobody watches."""
    return until(lambda: stage.vigie("check").code != 0, what="the bot is gone")


@pytest.mark.skipif(sys.platform == "win32", reason="the command names its script by a path of POSIX")
def test_an_edit_in_the_way_lets_the_good_version_run_beside_it(shop: Shop) -> None:
    """The very process runs the parked files, a new monitor keeps it so, the next ship ends it."""
    stage = shop.stage
    shop.settings('restart = "always"\n')
    shop.bad(EDITS)
    words = ("--message", "feat: broken", "--files", "start.py,commands.py,vigie.toml", "--rollback")
    done = shop.ship(*words, "--json")
    assert done.code == 5, done
    assert (done.json["rolled_back"], done.json["online_after"]) == (True, True)
    bad = done.json["commit"]
    assert shop.head == bad == shop.pushed
    assert EDIT in shop.read("commands.py")
    assert_parked(shop, shop.first, bad)
    # watched by somebody new, who takes it over; it dies, and what comes back is the good one
    monitor = stage.monitor()
    pid = stage.wait_online()
    assert_parked(shop, shop.first, bad)
    psutil.Process(pid).kill()
    stage.wait_online(other_than=pid)
    assert_parked(shop, shop.first, bad)
    assert dict(shop.releases())[bad] == "bad"
    rows = stage.vigie("releases", "--json").json["releases"]
    assert [(row["commit"], row["parked"], row["running"]) for row in rows] == [
        (shop.first, True, True),
        (bad, False, False),
        (shop.first, False, False),
    ]
    # the person mends it: whatever the setting says, the new version is what runs then
    shop.settings('restart = "if-down"\n')
    shop.write("start.py", f"{GOOD}# mended\n")
    again = shop.ship("--message", "fix: mended", "--json")
    assert (again.code, again.json["restarted"]) == (0, True), again
    bot = shop.bot()
    assert (bot["parked"], bot["commit"]) == (None, shop.head)
    assert not any("parked" in word for word in psutil.Process(bot["pid"]).cmdline())
    assert EDIT in shop.git("show", "HEAD:commands.py")
    assert os.listdir(stage.folder / ".vigie" / "parked") == []
    stage.leave(monitor)


def assert_parked(shop: Shop, good: str, bad: str) -> None:
    """``status`` says so, and so does the process itself."""
    bot = shop.bot()
    assert bot["parked"] is not None
    assert (bot["parked"]["good"], bot["parked"]["bad"], bot["commit"]) == (good, bad, good)
    words = psutil.Process(bot["pid"]).cmdline()
    (script,) = [word for word in words if word.endswith("start.py")]
    assert Path(script).parent.parent == Path(os.path.realpath(shop.stage.folder)) / ".vigie" / "parked"
    assert Path(script).read_text(encoding="utf-8") == GOOD
    assert good[:7] in shop.stage.vigie("status").out


def test_a_dry_run_tells_all_in_one_object_and_does_nothing(shop: Shop) -> None:
    """Exit 0, nothing committed, the same process as before."""
    before, pid = shop.git("status", "--porcelain", "--untracked-files=all"), shop.stage.pid()
    shop.write("commands.py", "COMMANDS = ['new']\n")
    done = shop.ship("--dry-run", "--json")
    assert done.code == 0, done
    told = done.json
    assert (told["ok"], told["commit"], told["pushed"], told["restarted"]) == (True, None, False, False)
    assert told["was_online"] is True
    assert shop.git("status", "--porcelain", "--untracked-files=all") == "\n".join(
        filter(None, [" M commands.py", before])
    )
    assert (shop.head, shop.pushed, shop.stage.pid()) == (shop.first, shop.first, pid)
    shown = shop.ship("--dry-run").out
    assert "  ~ commands.py" in shown


@pytest.mark.parametrize(
    "words",
    [
        ("--undo", "--resume"),
        ("--undo", "--dry-run"),
        ("--resume", "--dry-run"),
        ("--undo", "--message", "x"),
        ("--resume", "--files", "start.py"),
    ],
)
def test_options_that_exclude_each_other_are_wrong_usage(stage: Stage, words: tuple[str, ...]) -> None:
    """Exit 2, both are named, and nothing is made."""
    done = stage.vigie("ship", *words)
    assert done.code == 2, done
    assert words[0] in done.err and words[1] in done.err
    assert "Traceback" not in done.err
    assert stage.vigie("ship", *words, "--json").json["error"]["code"] == "not-together"
    assert not (stage.folder / ".vigie" / "ship").exists()


def test_nothing_to_undo_or_to_resume_is_told(shop: Shop) -> None:
    """After a good end: exit 1 for the one, 3 for what others have seen already."""
    assert shop.ship("--resume", "--json").json["error"]["code"] == "nothing-to-resume"
    shop.write("commands.py", "COMMANDS = ['new']\n")
    assert shop.ship("--message", "feat: new").code == 0
    resumed = shop.ship("--resume")
    assert (resumed.code, "Nothing to resume" in resumed.err) == (1, True)
    undone = shop.ship("--undo", "--json")
    assert (undone.code, undone.json["error"]["code"]) == (3, "undo-pushed")


def test_a_commit_that_nobody_has_seen_is_taken_back(shop: Shop) -> None:
    """The remote was away: exit 1; ``--undo`` takes the commit back and no file changes."""
    away = shop.base / "away.git"
    shop.remote.rename(away)
    shop.write("commands.py", "COMMANDS = ['new']\n")
    failed = shop.ship("--message", "feat: new", "--files", "commands.py", "--json")
    assert (failed.code, failed.json["pushed"], failed.json["online_after"]) == (1, False, True), failed
    away.rename(shop.remote)
    undone = shop.ship("--undo", "--json")
    assert (undone.code, undone.json["undone"]) == (0, failed.json["commit"])
    assert (shop.head, shop.read("commands.py")) == (shop.first, "COMMANDS = ['new']\n")
    assert shop.git("diff", "--cached", "--name-only") == ""


@pytest.mark.parametrize(("lang", "kind"), [("fr", "valeur de BOT_SECRET"), ("en", "value of BOT_SECRET")])
def test_a_secret_is_refused_and_not_shown(shop: Shop, lang: str, kind: str) -> None:
    """Exit 3 in both languages and for programs: where it lies, four characters of it, nothing done."""
    shop.write("commands.py", f"TOKEN = '{SECRET}'\n")
    done = shop.ship("--message", "feat: leak", lang=lang)
    assert done.code == 3, done
    whole = done.out + done.err
    assert "commands.py:1" in whole and kind in whole
    assert SECRET[:5] not in whole and SECRET[4:] not in whole
    told = shop.ship("--message", "feat: leak", "--json", lang=lang)
    assert (told.code, told.json["exit_code"], told.json["error"]["code"]) == (3, 3, "found")
    assert SECRET[:5] not in told.out + told.err
    assert (shop.head, shop.pushed) == (shop.first, shop.first)
    assert shop.git("diff", "--cached", "--name-only") == ""
    log = shop.stage.folder / "logs" / "bot_monitor.log"
    assert not log.exists() or SECRET[:5] not in log.read_text(encoding="utf-8")
