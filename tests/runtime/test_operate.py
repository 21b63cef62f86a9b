"""The verbs in this very process, with real bots: done by ourselves, or through whoever decides."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.runtime.project import RealProject
from tests.waiting import until
from vigie.core.facts import Verb
from vigie.problems import Failure, Problem, Refusal
from vigie.records.private_file import replace_whole
from vigie.runtime import operate as operating
from vigie.runtime.decider import Card, Decider, become_decider
from vigie.runtime.door.client import MonitorGoneError

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="sends itself signals of POSIX")


@pytest.fixture
def project(tmp_path: Path) -> Iterator[RealProject]:
    """One bot."""
    project = RealProject(tmp_path)
    yield project
    project.clear()


def test_every_verb_is_done(project: RealProject) -> None:
    """Started, found online, restarted, kept online, stopped, found stopped."""
    started = project.operate(Verb.START)
    assert (started.problem, started.did_anything) == (None, True)
    (first,) = until(project.living)
    assert started.bots[0]["pid"] == first
    again = project.operate(Verb.START)
    assert (again.problem, again.did_anything, again.bots[0]["pid"]) == (None, False, first)
    assert project.operate(Verb.RESTART).bots[0]["restart_count"] == 1
    assert project.operate(Verb.ENSURE).did_anything is False
    stopped = project.operate(Verb.STOP)
    assert (stopped.problem, stopped.did_anything, stopped.bots[0]["state"]) == (None, True, "stopped")
    assert project.living() == []
    assert project.operate(Verb.STOP).did_anything is False


def test_a_bot_that_dies_is_the_problem_of_the_command(project: RealProject) -> None:
    """With its exit code and its last words; nothing is left running and nothing is held."""
    (project.folder / "bot" / "die").write_text("")
    (project.folder / "vigie.toml").write_text(
        (project.folder / "vigie.toml").read_text().replace("exec:true", "exec:false")
    )
    result = project.operate(Verb.START)
    assert result.problem is not None
    assert result.problem.key == "runtime.died-with-code"
    assert result.problem.values["exit_status"] == 9
    assert result.problem.values["lines"] == ["hello", "last words"]
    assert result.bots[0]["state"] == "stopped"


def test_an_interruption_leaves_a_bot_that_is_known(project: RealProject) -> None:
    """Ctrl-C while start waits: told as such; the bot lives and the next command finds it."""
    (project.folder / "vigie.toml").write_text(
        (project.folder / "vigie.toml").read_text().replace("exec:true", "exec:false")
    )

    def interrupt() -> None:
        until(project.lives)
        os.kill(os.getpid(), signal.SIGINT)

    thread = threading.Thread(target=interrupt)
    thread.start()
    with pytest.raises(KeyboardInterrupt):
        project.operate(Verb.START)
    thread.join()
    (pid,) = until(project.living)
    stopped = project.operate(Verb.STOP)
    assert stopped.problem is None
    assert not psutil.pid_exists(pid) or project.living() == []


def test_an_interruption_before_anything_was_asked_does_nothing(
    project: RealProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C while it still looks for what lives: nothing is launched."""
    crew = operating.Crew

    def slow(*words: object, **named: object) -> object:
        os.kill(os.getpid(), signal.SIGINT)
        return crew(*words, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(operating, "Crew", slow)
    with pytest.raises(KeyboardInterrupt):
        project.operate(Verb.START)
    assert project.lives() == []


def test_what_a_dead_bots_file_tells_is_corrected_by_any_verb(project: RealProject) -> None:
    """Online, says the file, and the machine was rebooted since: stop finds nothing and says so."""
    (project.folder / "bot_status.json").write_text(
        '{"restart_count": 3, "last_restart": null, "timestamp": 1.0, "pid": 4194000, "state": "online"}'
    )
    assert project.operate(Verb.STOP).problem is None
    from vigie.records.status_file import read_status

    told = read_status(project.place.status_file).of("bot")
    assert (told["state"], told["pid"], told["restart_count"]) == ("stopped", None, 3)


def test_another_command_at_work_is_a_refusal(project: RealProject, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit 3, after some patience."""
    monkeypatch.setattr(operating, "become_decider", lambda place, verb: become_decider(place, verb, 0.05))
    other = become_decider(project.place, "restart")
    assert isinstance(other, Decider)
    try:
        with pytest.raises(Refusal):
            project.operate(Verb.STOP)
    finally:
        other.release()


class Deciders:
    """Plays who decides, one answer after the other."""

    def __init__(self, *answers: object) -> None:
        self.answers = list(answers)

    def __call__(self, place: object, verb: str) -> object:
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return become_decider(place, verb) if answer is None else answer  # type: ignore[arg-type]


CARD = Card(4711, "monitor", 0.0, 1, "x")


def test_a_monitor_that_is_gone_leaves_the_work_to_us(
    project: RealProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It hung up; once its lock is free the command does it by itself."""
    asked: list[Card] = []

    def gone(card: Card, *_words: object) -> object:
        asked.append(card)
        raise MonitorGoneError("runtime.monitor-hung-up", pid=card.pid)

    monkeypatch.setattr(operating, "become_decider", Deciders(CARD, CARD, None))
    monkeypatch.setattr(operating, "ask_monitor", gone)
    assert project.operate(Verb.START).problem is None
    assert asked == [CARD]
    assert len(until(project.living)) == 1
    project.operate(Verb.STOP)


def test_a_new_monitor_is_asked_in_its_place(project: RealProject, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody started another one in the meantime."""
    asked: list[Card] = []

    def once(card: Card, *_words: object) -> object:
        asked.append(card)
        if card == CARD:
            raise MonitorGoneError("runtime.monitor-unreachable", pid=card.pid)
        return {"bots": [{"name": "bot"}], "did_anything": True}, None

    new = CARD._replace(pid=5)
    monkeypatch.setattr(operating, "become_decider", Deciders(CARD, new))
    monkeypatch.setattr(operating, "ask_monitor", once)
    assert project.operate(Verb.START).did_anything
    assert asked == [CARD, new]


def test_a_monitor_that_hangs_up_and_stays_is_told_of(
    project: RealProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is asked once, not again and again: a restart must not be asked for a hundred times."""
    asked: list[Card] = []

    def gone(card: Card, *_words: object) -> object:
        asked.append(card)
        raise MonitorGoneError("runtime.monitor-hung-up", pid=card.pid)

    monkeypatch.setattr(operating, "TAKE_OVER", 0.2)
    monkeypatch.setattr(operating, "become_decider", Deciders(CARD))
    monkeypatch.setattr(operating, "ask_monitor", gone)
    with pytest.raises(Failure) as failed:
        project.operate(Verb.RESTART)
    assert failed.value.key == "runtime.monitor-hung-up"
    assert asked == [CARD]


def test_a_stuck_monitor_is_not_overtaken(project: RealProject, monkeypatch: pytest.MonkeyPatch) -> None:
    """It still holds the lock: two must never decide at once."""

    def stuck(card: Card, *_words: object) -> object:
        raise Failure("runtime.monitor-stuck", pid=card.pid)

    monkeypatch.setattr(operating, "become_decider", Deciders(CARD))
    monkeypatch.setattr(operating, "ask_monitor", stuck)
    with pytest.raises(Problem) as failed:
        project.operate(Verb.STOP)
    assert failed.value.key == "runtime.monitor-stuck"


def test_a_release_is_told_to_the_monitor(project: RealProject, monkeypatch: pytest.MonkeyPatch) -> None:
    """Shipped code goes on trial."""
    heard: list[object] = []

    def hear(_card: Card, _verb: str, _bots: object, _voice: object, _limit: float, extra: object) -> object:
        heard.append(extra)
        return {"bots": "garbage"}, None

    monkeypatch.setattr(operating, "become_decider", Deciders(CARD))
    monkeypatch.setattr(operating, "ask_monitor", hear)
    loaded = project.load()
    result = operating.operate(
        loaded.root, loaded.bots, 1, Verb.RESTART, project.hear, project.hear, release="abc"
    )
    assert heard == [{"release": "abc"}]
    assert result == ([], None, False)


def test_a_card_of_a_dead_monitor_is_no_hindrance(project: RealProject) -> None:
    """It was killed and its card still lies there: the command does it by itself."""
    project.operate(Verb.STOP)
    replace_whole(
        project.place.decider_card, b'{"pid": 1, "verb": "monitor", "since": 0, "port": 9, "token": "x"}'
    )
    assert project.operate(Verb.START).problem is None
    project.operate(Verb.STOP)
