"""What ``ship`` sees of real bots: who answers, which process it is, which commit it runs, what it said last."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.stage import Stage, Street
from tests.waiting import patient, until
from vigie.cli.arguments import parse
from vigie.cli.main import Context
from vigie.cli.output import Output
from vigie.cli.ship_door import ShipDoor, shortened
from vigie.problems import Failure
from vigie.settings import load
from vigie.ship.proof.proof import Verdict
from vigie.ship.proof.prove import Result, prove

pytestmark = pytest.mark.slow

CRASH = """\
import os
def fall():
    raise RuntimeError("token " + os.environ["BOT_SECRET"])
fall()
"""


def door_of(stage: Stage) -> ShipDoor:
    """Return the door to the bots of this project, as the command opens it."""
    project = load(str(stage.folder), {})
    return ShipDoor(Context(parse(["ship"]), project, project.bots, Output("en", quiet=True)))


def committed(folder: Path) -> str:
    """Commit all that lies in the folder, and return the commit."""
    git = ("git", "-c", "user.name=Ada", "-c", "user.email=ada@example.org", "-C", str(folder))
    for words in (("init", "-q"), ("add", "-A"), ("commit", "-qm", "x", "--allow-empty")):
        subprocess.run([*git, *words], check=True, stdin=subprocess.DEVNULL, capture_output=True)
    done = subprocess.run(
        [*git, "rev-parse", "HEAD"], check=True, stdin=subprocess.DEVNULL, capture_output=True
    )
    return done.stdout.decode().strip()


def proven(door: ShipDoor, commit: str | None, window: float = 1.0) -> Result:
    """Prove with the real clock."""
    return prove(
        door,
        wanted_commit=commit,
        window=window,
        deadline=patient(20.0),
        clock=time.monotonic,
        sleep=time.sleep,
        tell=lambda _tag, _key, _values: None,
        confirm_interval=0.1,
    )


@pytest.fixture
def started(stage: Stage) -> Stage:
    """A project in a repository, its bot online, nobody watching."""
    (stage.folder / ".gitignore").write_text("/.vigie/\n/logs/\n/bot_status.json\n.env\nlives\nonly_one\n")
    committed(stage.folder)
    assert stage.vigie("start").code == 0
    return stage


@pytest.fixture
def street(tmp_path: Path) -> Iterator[Street]:
    """Two bots in one project."""
    street = Street(tmp_path / "street")
    yield street
    street.clear()


def test_a_bot_that_is_well_is_seen_with_its_process_and_its_commit(started: Stage) -> None:
    """The very process, the commit it was launched from, the same at the next look; and it is proven."""
    door = door_of(started)
    assert door.is_online()
    (sample,) = door.sample()
    assert (sample.healthy, sample.reason, sample.restarts, sample.name) == (True, None, 0, "bot")
    assert sample.identity is not None
    assert sample.identity[0] == started.pid()
    head = committed(started.folder)
    assert sample.commit is not None
    assert sample.commit != head  # committed since, and not launched from it
    assert door.running_commit() == sample.commit
    assert door.identities() == (sample.identity,)
    assert proven(door, sample.commit).verdict is Verdict.PROVEN
    assert proven(door, head).verdict is Verdict.WRONG_COMMIT


def test_restarting_makes_another_process_of_the_commit_that_lies_there(started: Stage) -> None:
    """By ourselves: counted, another identity, the new commit."""
    door = door_of(started)
    (before,) = door.sample()
    head = committed(started.folder)
    assert door.restart()
    (after,) = door.sample()
    assert after.identity not in (None, before.identity)
    assert (after.healthy, after.commit, after.restarts) == (True, head, before.restarts + 1)
    assert proven(door, head).proven


def test_a_bot_that_dies_is_seen_dead(started: Stage) -> None:
    """Nobody watches: no process, no answer."""
    door = door_of(started)
    started.kill()
    until(lambda: not started.listening(), what="the port is closed")
    (sample,) = door.sample()
    assert (sample.healthy, sample.identity, sample.reason) == (False, None, "refused")
    assert sample.why is not None
    assert door.running_commit() is None
    assert not door.is_online()


def test_a_monitor_that_brings_it_back_is_not_taken_for_health(started: Stage) -> None:
    """The bot dies within its window and is online again at once: it has failed."""
    monitor = started.monitor()
    started.wait_online()
    door = door_of(started)
    (first,) = door.sample()
    seen: list[float] = []

    def sleep(seconds: float) -> None:
        time.sleep(seconds)
        if not seen:
            pid = started.kill()
            started.wait_online(other_than=pid)
        seen.append(seconds)

    result = prove(
        door,
        wanted_commit=None,
        window=patient(5.0),
        deadline=patient(30.0),
        clock=time.monotonic,
        sleep=sleep,
        tell=lambda _tag, _key, _values: None,
    )
    assert result.verdict is Verdict.REPLACED
    (after,) = door.sample()
    assert after.healthy
    assert after.restarts == first.restarts + 1
    started.leave(monitor)


def test_restarting_goes_through_the_monitor_that_watches(started: Stage) -> None:
    """The monitor's own child, and the sample is the same."""
    monitor = started.monitor()
    started.wait_online()
    door = door_of(started)
    assert door.restart()
    (sample,) = door.sample()
    assert sample.healthy
    assert sample.identity is not None
    pid = sample.identity[0]
    assert isinstance(pid, int)
    assert psutil.Process(pid).ppid() == monitor.pid
    started.leave(monitor)


def test_a_sick_bot_is_asked_and_its_answer_kept(started: Stage) -> None:
    """Alive and in error: the process is known, the sentence too."""
    started.mode("503")
    door = door_of(started)
    (sample,) = door.sample()
    assert (sample.healthy, sample.reason) == (False, "status")
    assert sample.identity is not None
    assert sample.why is not None
    assert sample.why.values == {"status": 503}
    assert not door.is_online()
    assert proven(door, None).verdict is Verdict.NEVER_READY


def test_one_launched_by_hand_is_online_and_nobody_known(stage: Stage) -> None:
    """Its answer counts, its identity cannot be told."""
    bot = stage.launch_by_hand()
    try:
        door = door_of(stage)
        assert door.is_online()
        (sample,) = door.sample()
        assert (sample.healthy, sample.identity, sample.commit) == (True, None, None)
        assert door.identities() == (None,)
    finally:
        bot.kill()
        bot.wait()


def test_a_record_that_vanishes_does_not_make_a_living_bot_dead(started: Stage) -> None:
    """``.vigie`` may be removed at any time; a bot that was seen is recognised, while it lives."""
    door = door_of(started)
    (before,) = door.sample()
    os.remove(started.folder / ".vigie" / "bot.json")
    (after,) = door.sample()
    assert after.identity == before.identity
    started.kill()
    assert door.identities() == (None,)


def test_a_number_that_is_somebody_elses_by_now_is_nobody(started: Stage) -> None:
    """Number and start time and boot must agree."""
    from vigie.records.ledger import read_ledger, write_ledger

    folder = str(started.folder / ".vigie")
    ledger = read_ledger(folder, "bot")
    assert ledger is not None
    identity = ledger["identity"]
    assert isinstance(identity, list)
    write_ledger(folder, "bot", {**ledger, "identity": [identity[0], identity[1] + 1, identity[2]]})
    door = door_of(started)
    assert door.identities() == (None,)
    assert door.running_commit() is None


def test_the_last_words_are_the_new_copys_and_no_secret_is_in_them(started: Stage) -> None:
    """What an earlier copy printed is left out; the traceback is there, the token is not."""
    with open(started.folder / "logs" / "bot.log", "a", encoding="utf-8") as file:
        file.write("Traceback of another day\n")
    door = door_of(started)
    assert any("another day" in line for line in door.last_words())
    (started.folder / "start.py").write_text(CRASH)
    with pytest.raises(Failure):
        door.restart()
    words = door.last_words()
    assert words[-1] == "RuntimeError: token ***"
    assert any('start.py", line 3, in fall' in line for line in words)
    assert not any("another day" in line for line in words)


def test_several_bots_are_seen_one_by_one(street: Street) -> None:
    """One dead, one well: each is told by its name, and the dead one has the last word."""
    assert street.vigie("start").code == 0
    door = door_of(street)
    assert door.is_online()
    assert [sample.healthy for sample in door.sample()] == [True, True]
    assert len(set(door.identities())) == 2
    for name, home in street.homes.items():
        with open(street.folder / "logs" / f"{name}.log", "a", encoding="utf-8") as file:
            file.write(f"I am {name}\n")
        assert home.listening()
    assert [line for line in door.last_words() if line.startswith("[")] == ["[a]", "[b]"]
    street.homes["b"].kill()
    first, second = door.sample()
    assert (first.name, first.healthy, second.name, second.identity) == ("a", True, "b", None)
    assert door.last_words()[-1] == "I am b"
    assert not any("I am a" in line for line in door.last_words())
    assert not door.is_online()


def test_what_became_of_a_version_is_remembered(started: Stage) -> None:
    """The last one proven that has not failed since."""
    door, one, two = door_of(started), "1" * 40, "2" * 40
    assert door.last_proven() is None
    door.remember("proven", one, "a" * 40)
    door.remember("proven", two, "b" * 40)
    assert door.last_proven() == two
    door.remember("failed", two, "b" * 40)
    door.remember("rolled-back", one, "")
    assert door.last_proven() == one


def test_parking_is_told_while_it_lasts(started: Stage) -> None:
    """Until the person's next commit."""
    door = door_of(started)
    assert not door.parked()
    bad, folder = committed(started.folder), started.folder / ".vigie" / "releases" / "good"
    folder.mkdir(parents=True)
    (folder / "start.py").write_text("")
    assert door.park(bad, "1" * 40, str(folder)) is None
    assert door.parked()
    (started.folder / "new.py").write_text("")
    committed(started.folder)
    assert not door.parked()


def test_no_way_out_explains_nothing_where_there_never_was_one(
    started: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A machine in a closed network: what fails there fails for another reason."""
    ways = [True]
    monkeypatch.setattr("vigie.cli.ship_door._way_out", lambda: ways[-1])
    door = door_of(started)
    assert door.is_online()
    ways.append(False)
    assert not door.has_way_out()
    closed = door_of(started)
    assert closed.is_online()
    assert closed.has_way_out()


def test_a_health_check_that_asks_the_process_is_told_which(started: Stage) -> None:
    """``none``: alive is well."""
    settings = (started.folder / "vigie.toml").read_text()
    (started.folder / "vigie.toml").write_text(settings + 'health_url = "none"\n')
    door = door_of(started)
    until(door.is_online, what="old enough to count")
    started.kill()
    assert not door.is_online()


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["a", "b"], ["a", "b"]),
        ([str(number) for number in range(9)], ["4", "5", "6", "7", "8"]),
        (['File "x.py", line 1', "E", *"123456789"], ['File "x.py", line 1', "E", "1", "2", "3"]),
        ([*"123", 'File "x.py", line 1', "E"], [*"123", 'File "x.py", line 1', "E"]),
    ],
)
def test_the_lines_that_name_the_place_are_kept(lines: list[str], expected: list[str]) -> None:
    """Chatter after a traceback does not push it out."""
    assert shortened(lines, 5) == expected
