"""``vigie releases`` as a person sees it, and a parked bot in ``vigie status``."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest

from tests.runtime.repository import git
from tests.stage import Stage
from vigie.messages import say
from vigie.records.releases import Releases
from vigie.runtime.parking import park
from vigie.runtime.place import Place
from vigie.settings import load

GONE = "f" * 40


def record(stage: Stage) -> Releases:
    """The project's record."""
    return Releases(Place(str(stage.folder)).private)


def committed(stage: Stage, subject: str) -> str:
    """A new version."""
    if not (stage.folder / ".git").exists():
        git(stage.folder, "init", "-q")
        (stage.folder / ".git" / "info" / "exclude").write_text("*\n!*.py\n!change\n")
    with (stage.folder / "change").open("a") as file:
        file.write("x")
    git(stage.folder, "add", "-A")
    git(stage.folder, "commit", "-q", "-m", subject)
    return git(stage.folder, "rev-parse", "HEAD")


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_no_record_is_said_clearly(stage: Stage, lang: str) -> None:
    """Exit 0, one sentence, an empty list for programs; asking makes nothing."""
    done = stage.vigie("releases", lang=lang)
    assert (done.code, done.err) == (0, "")
    assert done.out == f"[INFO] {say(lang, 'release.none')}\n"
    assert stage.vigie("releases", "--json", lang=lang).json == {"releases": []}
    assert not (stage.folder / ".vigie" / "history.db").exists()


@pytest.mark.slow
def test_a_life_of_versions_is_told(stage: Stage) -> None:
    """The newest first: which commit, what it says, how often launched, how long healthy, how it was judged."""
    first = committed(stage, "feat: première version")
    assert stage.vigie("start").code == 0
    assert stage.vigie("restart").code == 0
    second = committed(stage, "fix: second")
    assert stage.vigie("restart").code == 0
    record(stage).proven("bot", first, None, time.time())
    record(stage).failed("bot", GONE, None, time.time(), "crashed")
    time_of = stage.vigie("releases", "--json").json["releases"]
    assert [
        (row["commit"], row["subject"], row["launches"], row["verdict"], row["running"]) for row in time_of
    ] == [
        (GONE, None, 0, "bad", False),
        (second, "fix: second", 1, None, True),
        (first, "feat: première version", 2, "proven", False),
    ]
    assert time_of[1]["last"] is None
    assert time_of[2]["last"] >= time_of[2]["first"]
    assert time_of[2]["tree"] == git(stage.folder, "rev-parse", f"{first}^{{tree}}")
    lines = stage.vigie("releases").out.splitlines()
    assert len(lines) == 4
    assert lines[0].split() == ["Version", "From", "To", "Launches", "Healthy", "for", "Verdict", "Commit"]
    assert lines[1].startswith(GONE[:7])
    assert "bad" in lines[1]
    assert "running" in lines[2]
    assert lines[3].startswith(first[:7])
    assert lines[3].endswith("feat: première version")
    assert "éprouvée" in stage.vigie("releases", lang="fr").out
    assert len(stage.vigie("releases", "-n", "1").out.splitlines()) == 2
    stage.vigie("stop")
    stopped = stage.vigie("releases", "--json").json["releases"][1]
    assert not stopped["running"]
    assert stopped["last"] is not None
    assert stopped["healthy_seconds"] >= 0


def test_several_bots_are_told_apart(stage: Stage) -> None:
    """A column more; one that is named is told alone."""
    (stage.folder / "vigie.toml").write_text('[bots.a]\nhealth_url = "none"\n[bots.b]\nhealth_url = "none"\n')
    for bot in ("a", "b"):
        record(stage).proven(bot, GONE, None, 1.0)
    assert [row["bot"] for row in stage.vigie("releases", "--json").json["releases"]] == ["b", "a"]
    assert stage.vigie("releases").out.splitlines()[0].startswith("Bot")
    assert [row["bot"] for row in stage.vigie("releases", "a", "--json").json["releases"]] == ["a"]


@pytest.mark.parametrize("count", ["x", "0", "-1", "1" * 30, "10001", ""])
def test_a_number_that_is_none_is_wrong_usage(stage: Stage, count: str) -> None:
    """Exit 2, and an example."""
    done = stage.vigie("releases", f"--lines={count}")
    assert done.code == 2
    assert "Traceback" not in done.err
    assert "vigie releases -n 5" in done.err


def test_a_record_that_cannot_be_read_is_told(stage: Stage) -> None:
    """It is no empty one."""
    (stage.folder / ".vigie").mkdir()
    (stage.folder / ".vigie" / "history.db").write_bytes(b"no database at all" * 100)
    done = stage.vigie("releases")
    assert done.code == 1
    assert "Traceback" not in done.err
    assert stage.vigie("releases", "--json").json["error"]["code"] == "history-unusable"


def test_what_a_commit_says_cannot_harm_a_terminal(stage: Stage) -> None:
    """Escapes are written out, and a novel is cut."""
    sha = committed(stage, "evil \x1b[31m" + "long " * 50)
    record(stage).proven("bot", sha, None, 1.0)
    done = stage.vigie("releases")
    assert "\x1b" not in done.out
    assert max(map(len, done.out.splitlines())) < 200


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="the command names its script by a path of POSIX")
def test_a_parked_bot_is_told_by_status(stage: Stage) -> None:
    """Which version runs, which lies in the folder, since when; and by releases."""
    good = committed(stage, "good")
    bad = committed(stage, "bad")
    folder = stage.folder / ".vigie" / "parked" / good[:12]
    folder.mkdir(parents=True)
    (folder / "start.py").write_bytes((stage.folder / "start.py").read_bytes())
    project = load(str(stage.folder), dict(stage.environment))
    told = park(
        Place(str(stage.folder)), [bot.spec for bot in project.bots], bad, good, str(folder), 1_700_000_000.0
    )
    assert told is None
    assert stage.vigie("start").code == 0
    (bot,) = stage.vigie("status", "--json").json["bots"]
    assert bot["parked"] == {"good": good, "bad": bad, "since": 1_700_000_000.0}
    assert (bot["commit"], bot["code_commit"]) == (good, bad)
    shown = stage.vigie("status", lang="fr").out
    assert "Version garée" in shown
    assert good[:7] in shown
    assert bad[:7] in shown
    (row,) = stage.vigie("releases", "--json").json["releases"]
    assert (row["commit"], row["parked"], row["running"]) == (good, True, True)
    committed(stage, "mended")
    assert stage.vigie("restart").code == 0
    (bot,) = stage.vigie("status", "--json").json["bots"]
    assert bot["parked"] is None
    assert not (Path(stage.folder) / ".vigie" / "parked.json").exists()
