"""The monitor in this very process, with real bots and a real door."""

from __future__ import annotations

import os
import signal
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.removal import take_away
from tests.runtime.project import QUICK, RealProject
from tests.waiting import patient, until
from vigie.core.facts import Verb
from vigie.problems import Refusal, UsageProblem
from vigie.records.status_file import read_status
from vigie.runtime import monitor as monitoring
from vigie.runtime import narrator
from vigie.runtime.decider import Card, Decider, become_decider, watching_monitor
from vigie.runtime.door import errand
from vigie.runtime.door.client import MonitorGoneError, ask_monitor
from vigie.runtime.door.words import pack
from vigie.runtime.monitor import monitor

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="sends itself signals of POSIX")


@pytest.fixture
def project(tmp_path: Path) -> Iterator[RealProject]:
    """One bot."""
    project = RealProject(tmp_path)
    yield project
    project.clear()


def online(project: RealProject, *names: str) -> None:
    """Wait until all bots are online."""
    until(lambda: project.told().count("runtime.online") >= len(names or project.names), what="online")


def test_it_starts_brings_back_and_leaves(project: RealProject) -> None:
    """The bot's whole life with a monitor, and it goes on afterwards."""

    def play(_card: Card) -> None:
        online(project)
        (first,) = until(project.living)
        psutil.Process(first).kill()
        until(lambda: project.told().count("runtime.online") == 2)

    project.with_monitor(play)
    assert len(until(project.living)) == 1
    assert project.told()[0] == "runtime.monitor-began"
    assert project.told()[-1] == "runtime.monitor-left"
    assert watching_monitor(project.place) is None
    told = read_status(project.place.status_file).of("bot")
    assert (told["restart_count"], told["state"]) == (1, "online")


def test_every_verb_comes_through_the_door(project: RealProject) -> None:
    """Answered with the contract's entries; what happens is told on the way."""

    def play(card: Card) -> None:
        online(project)
        stopped, problem = project.ask(card, "stop")
        assert problem is None
        assert stopped["did_anything"] is True
        assert project.living() == []
        started, problem = project.ask(card, "start", release="0" * 40)
        assert problem is None
        (bot,) = started["bots"]  # type: ignore[misc,str-unpack]
        assert bot["online"] is True  # type: ignore[index]
        again, problem = project.ask(card, "ensure")
        assert (again["did_anything"], problem) == (False, None)
        (project.folder / "bot" / "die").write_text("")
        project.write_settings("")
        (project.folder / "vigie.toml").write_text(
            (project.folder / "vigie.toml").read_text().replace("exec:true", "exec:false")
        )
        _failed, problem = project.ask(card, "restart")
        assert problem is not None
        assert problem.key == "runtime.died-with-code"
        _stopped, problem = project.ask(card, "stop")
        assert problem is None

    project.with_monitor(play)
    assert project.living() == []


def test_what_is_told_to_lookers_on_is_not_told_to_a_command(
    project: RealProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``start`` of an online bot: the routine checks that it causes are the monitor's own lines."""
    monkeypatch.setattr(narrator, "ROUTINE_EVERY", 0.0)
    (project.folder / "vigie.toml").write_text(
        (project.folder / "vigie.toml").read_text().replace("check_interval = 0.2", "check_interval = 1000")
    )
    heard: list[str] = []

    def play(card: Card) -> None:
        online(project)
        for _ in range(3):
            before = project.told().count("check.running")
            ask_monitor(card, "start", ["bot"], lambda _tag, key, _values: heard.append(key), patient(20))
            until(lambda before=before: project.told().count("check.running") > before)

    project.with_monitor(play)
    assert heard == []


def test_whatever_is_not_a_verb_is_hung_up_on(project: RealProject) -> None:
    """And the monitor goes on."""

    def play(card: Card) -> None:
        with pytest.raises(MonitorGoneError):
            project.ask(card, "dance")
        online(project)

    project.with_monitor(play)


def test_settings_of_today_are_used_and_wrong_ones_are_told(project: RealProject) -> None:
    """A new environment with the next launch; a wrong value changes nothing."""

    def play(card: Card) -> None:
        online(project)
        (first,) = until(project.living)
        (project.folder / "vigie.toml").write_text("[bots.bot]\ncheck_interval = 'often'\n")
        _answer, problem = project.ask(card, "restart")
        assert isinstance(problem, UsageProblem)
        assert project.living() == [first]
        project.write_settings("max_memory = '1 GiB'\non_change = 'restart'\n")
        (project.folder / ".env").write_text("TOKEN=new\n")
        assert project.ask(card, "restart")[1] is None
        (second,) = until(project.living)
        assert psutil.Process(second).environ()["TOKEN"] == "new"

    project.with_monitor(play)


def test_a_bot_it_does_not_know_is_refused(project: RealProject) -> None:
    """By name, and the others are left alone."""

    def play(card: Card) -> None:
        online(project)
        _answer, problem = project.ask(card, "stop", "bot", "new")
        assert isinstance(problem, Refusal)
        assert problem.values["bots"] == "new"
        assert len(until(project.living)) == 1

    project.with_monitor(play)


def test_a_bot_that_left_the_settings_is_still_watched(project: RealProject) -> None:
    """Its last known settings hold until the monitor is started anew."""

    def play(card: Card) -> None:
        online(project)
        (project.folder / "vigie.toml").write_text(
            (project.folder / "vigie.toml").read_text().replace("[bots.bot]", "[bots.other]")
        )
        assert project.ask(card, "restart", "bot")[1] is None

    project.with_monitor(play)


def test_a_caller_that_hangs_up_does_not_stop_what_it_asked(project: RealProject) -> None:
    """Ctrl-C in the command's window; the bot is restarted all the same."""

    def play(card: Card) -> None:
        online(project)
        (first,) = until(project.living)
        with socket.create_connection(("127.0.0.1", card.port), 5.0) as caller:
            caller.sendall(pack({"token": card.token, "verb": "restart", "bots": ["bot"]}))
            assert b"heard" in caller.recv(100)
        until(lambda: project.living() not in ([], [first]))

    project.with_monitor(play)


def test_a_second_monitor_is_refused(project: RealProject) -> None:
    """While the first one decides."""

    def play(card: Card) -> None:
        found = become_decider(project.place, "monitor")
        assert isinstance(found, Card)
        assert found.pid == card.pid

    project.with_monitor(play)
    decider = become_decider(project.place, "monitor")
    assert isinstance(decider, Decider)
    decider.leave_card(4711, "x")
    try:
        with pytest.raises(Refusal) as refused:
            monitor(project.load(), project.hear)
        assert refused.value.key == "runtime.monitor-already"
    finally:
        decider.release()


def test_a_signal_before_it_began_launches_nothing(
    project: RealProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C while it still looks for what lives."""
    server = monitoring.ControlServer

    def slow(*words: object) -> object:
        os.kill(os.getpid(), signal.SIGTERM)
        return server(*words)  # type: ignore[arg-type]

    monkeypatch.setattr(monitoring, "ControlServer", slow)
    monitor(project.load(), project.hear)
    assert project.lives() == []


def test_a_monitor_whose_folder_was_taken_over_leaves(
    project: RealProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody removed .vigie and another decides now: said, and left; the bot goes on."""
    monkeypatch.setattr(monitoring, "KEEP", 0.2)
    taken: list[Decider] = []

    def play(_card: Card) -> None:
        online(project)
        take_away(project.place.private)
        other = become_decider(project.place, "start")
        if isinstance(other, Decider):
            taken.append(other)
            until(lambda: "runtime.ousted" in project.told())

    try:
        project.with_monitor(play)
        assert ("runtime.ousted" in project.told()) == bool(taken)
        assert len(until(project.living)) == 1
    finally:
        for decider in taken:
            decider.release()


def test_a_defect_does_not_end_the_watching(project: RealProject, monkeypatch: pytest.MonkeyPatch) -> None:
    """Told, and the door still opens."""
    ask = errand.ask
    broken = [True]

    def defect(*words: object, **named: object) -> object:
        if broken.pop() if broken else False:
            raise ZeroDivisionError
        return ask(*words, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(errand, "ask", defect)

    def play(card: Card) -> None:
        online(project)
        with pytest.raises(MonitorGoneError):
            project.ask(card, "stop")
        assert project.ask(card, "stop")[1] is None

    project.with_monitor(play)
    assert project.told().count("runtime.own-fault") == 1


def test_several_bots_answer_together(tmp_path: Path) -> None:
    """One problem among them is the answer's; every bot has its entry."""
    project = RealProject(tmp_path, ("a", "b"), QUICK)
    try:

        def play(card: Card) -> None:
            online(project)
            (tmp_path / "b" / "start.py").unlink()
            answer, problem = project.ask(card, "restart")
            assert problem is not None
            assert problem.key == "engine.script-missing"
            bots = answer["bots"]
            assert isinstance(bots, list)
            assert [(bot["name"], bot["online"]) for bot in bots] == [("a", True), ("b", False)]

        project.with_monitor(play)
        project.operate(Verb.STOP)
    finally:
        project.clear()


def test_without_a_descriptor_the_lock_is_free_again(
    project: RealProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The loop cannot even be opened: the failure is told, and nobody is kept out."""

    def exhausted() -> object:
        raise OSError(24, "Too many open files")

    monkeypatch.setattr(monitoring, "Reactor", exhausted)
    with pytest.raises(OSError, match="Too many"):
        monitor(project.load(), project.hear)
    decider = become_decider(project.place, "start")
    assert isinstance(decider, Decider)
    decider.release()


def test_what_was_stopped_stays_so_after_the_monitor_was_killed(tmp_path: Path) -> None:
    """Started anew by a machine rather than by a person: said, and only the others are launched."""
    project = RealProject(tmp_path, ("a", "b"), QUICK)
    cards: list[bytes] = []

    def stopping(card: Card) -> None:
        online(project)
        assert project.ask(card, "stop", "a")[1] is None
        cards.append(Path(project.place.decider_card).read_bytes())

    def looking(_card: Card) -> None:
        until(lambda: "runtime.stays-stopped" in project.told())
        until(lambda: "runtime.adopted" in project.told())

    try:
        project.with_monitor(stopping)
        # one that is killed leaves its card behind
        Path(project.place.decider_card).write_bytes(cards[0])
        project.lines.clear()
        project.with_monitor(looking)
        (told,) = [values for _tag, key, values in project.lines if key == "runtime.stays-stopped"]
        assert told["bot"] == "a"
        assert (len(project.lives("a")), len(project.living("b"))) == (1, 1)
    finally:
        project.clear()
