"""A whole reload inside one process: real bots, a real door, and the next program is this one once more."""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.runtime.project import QUICK, RealProject
from tests.waiting import patient, until
from vigie.core.facts import Verb
from vigie.engines import local_engine
from vigie.problems import Failure, Problem, Refusal, UsageProblem
from vigie.records.status_file import read_status
from vigie.runtime import monitor as monitoring
from vigie.runtime.decider import Card, watching_monitor
from vigie.runtime.door.words import pack
from vigie.runtime.monitor import monitor
from vigie.runtime.reload import handover
from vigie.runtime.reload import successor as successors
from vigie.runtime.reload.terminal import Terminal

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no program takes another's place there")

READY = f"""
import json, os
print(json.dumps({{"ready": os.environ["VIGIE_REHEARSAL"], "reads": [{handover.FORMAT}], "root": os.getcwd()}}))
"""


class Relay(RealProject):
    """A project whose monitors take one another's place without the process becoming another program."""

    def __init__(self, folder: Path, names: tuple[str, ...] = ("bot",), settings: str = QUICK) -> None:
        super().__init__(folder, names, settings)
        self.command: list[str] = [sys.executable, "-c", READY]
        self.successions = 0
        self.go_on_with_trouble = False
        self.meddle: Callable[[dict[str, Any]], None] = lambda _handed: None

    def watch(self) -> None:
        """Watch through every reload until asked to leave."""
        handed: dict[str, Any] | None = None
        trouble: Problem | None = None
        while True:
            successor = monitor(self.load(), self.hear, self.command, handed, trouble)
            if successor is None:
                return
            self.successions += 1
            trouble = successor.take_over()
            if not self.go_on_with_trouble:
                trouble = None
            handed = handover.take(local_engine().identify)
            assert handed is not None
            self.meddle(handed)


@pytest.fixture(autouse=True)
def stays_this_program(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The last step of all is not taken: what was packed is read by this very program."""

    def refused(_program: str, _command: Sequence[str]) -> None:
        raise OSError(8, "Exec format error")

    monkeypatch.setattr(successors.os, "execv", refused)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Relay]:
    """Two bots."""
    project = Relay(tmp_path, ("a", "b"))
    yield project
    project.clear()


def online(project: RealProject) -> dict[str, int]:
    """Wait until all are online; who lives."""
    names = project.names

    def words() -> bool:
        faces = read_status(project.place.status_file)
        return all(faces.of(name).get("state") == "online" for name in names)

    until(words, limit=30.0, what="all bots are online")
    return {name: until(lambda name=name: project.living(name))[0] for name in names}


def waits_for_its_sign(project: RealProject, name: str) -> Path:
    """Let a bot be well only once a file is there; return the file."""
    sign = project.folder / f"{name} is well"
    toml = project.folder / "vigie.toml"
    before, after = toml.read_text().split(f"[bots.{name}]")
    asks = json.dumps(f"exec:{sys.executable} -c 'import os; os.stat(\"{sign.name}\")'")
    home = after.replace('"exec:true"', asks, 1).replace(f'directory = "{name}"', f'directory = "{name}"', 1)
    toml.write_text(before + f"[bots.{name}]" + home)
    return project.folder / name / sign.name


def test_nobody_is_touched_and_every_end_is_still_heard(project: Relay) -> None:
    """The same processes, the same door, the same counts; a crash afterwards is told with its exit code."""

    def play(card: Card) -> None:
        before = online(project)
        answer, problem = project.ask(card, "reload")
        assert problem is None
        assert answer["renewal"]["unchanged"] == ["a", "b"]  # type: ignore[index,call-overload]
        assert watching_monitor(project.place) == card
        assert online(project) == before
        told = len(project.lines)
        psutil.Process(before["a"]).terminate()
        until(lambda: project.living("a") not in ([], [before["a"]]), what="it is back")

        def ends() -> list[object]:
            return [values["how"] for _tag, key, values in project.lines[told:] if key == "runtime.exited"]

        assert "SIGTERM" in repr(until(ends, what="its end is told"))
        assert online(project)["b"] == before["b"]
        # and once more, by the program that was handed everything
        _answer, problem = project.ask(card, "reload")
        assert problem is None

    project.with_monitor(play)
    assert project.successions == 2
    assert project.told().count("runtime.reloaded") == 4  # by the monitor, and to whoever asked
    assert read_status(project.place.status_file).of("a")["restart_count"] == 1
    assert [len(project.living(name)) for name in project.names] == [1, 1]


def test_what_is_under_way_goes_on(project: Relay) -> None:
    """A restart that somebody waits for, one that nobody waits for any more, and a bot whose turn has not come."""
    sign = waits_for_its_sign(project, "a")
    toml = project.folder / "vigie.toml"
    toml.write_text(toml.read_text().replace("[bots.b]\n", '[bots.b]\nafter = ["a"]\n'))
    answers: list[tuple[dict[str, object], Problem | None]] = []

    def play(card: Card) -> None:
        (first,) = until(lambda: project.living("a"))
        until(lambda: "runtime.start-waits" in project.told(), what="b waits for a")
        waiting = threading.Thread(target=lambda: answers.append(project.ask(card, "restart", "a")))
        waiting.start()
        (second,) = until(lambda: [pid for pid in project.living("a") if pid != first])
        _answer, problem = project.ask(card, "reload")
        assert problem is None
        assert project.living("a") == [second]
        assert "b" not in [values["bot"] for _tag, key, values in project.lines if key == "runtime.starting"]
        with socket.create_connection(("127.0.0.1", card.port), 5.0) as caller:
            caller.sendall(pack({"token": card.token, "verb": "start", "bots": ["a", "b"]}))
            assert b"heard" in caller.recv(100)
            assert answers == []
            _answer, problem = project.ask(card, "reload")
            assert problem is None
            assert "b" not in [
                values["bot"] for _tag, key, values in project.lines if key == "runtime.starting"
            ]
            sign.write_text("")
            until(lambda: project.living("b"), what="b's turn has come")
            caller.settimeout(patient(30.0))
            said = b""
            while b'"done"' not in said:
                said += caller.recv(1 << 16)
        waiting.join(patient(30.0))
        ((answer, problem),) = answers
        assert problem is None
        assert answer["did_anything"] is True
        assert online(project)["a"] == second

    project.with_monitor(play)
    assert project.successions == 2
    assert len(project.lives("b")) == 1


def test_a_bot_that_cannot_be_believed_is_found_as_after_our_death(project: Relay) -> None:
    """Half of what was handed over of it makes no sense: it is neither lost nor doubled."""

    def spoil(handed: dict[str, Any]) -> None:
        handed["bots"][0]["status"]["life"] = "alive"

    project.meddle = spoil

    def play(card: Card) -> None:
        before = online(project)
        _answer, problem = project.ask(card, "reload")
        assert problem is None
        assert online(project) == before

    project.with_monitor(play)
    assert {name: len(project.lives(name)) for name in project.names} == {"a": 1, "b": 1}


def test_callers_that_nobody_answers_are_hung_up_on(project: Relay) -> None:
    """The errand of one was lost on the way, and the line of another is none: nobody is kept waiting."""

    def lose(handed: dict[str, Any]) -> None:
        handed["errands"] = []
        handed["callers"].append({"descriptor": None})

    project.meddle = lose
    waits_for_its_sign(project, "a")

    def play(card: Card) -> None:
        until(lambda: project.living("a"))
        with socket.create_connection(("127.0.0.1", card.port), 5.0) as caller:
            caller.sendall(pack({"token": card.token, "verb": "start", "bots": ["a"]}))
            assert b"heard" in caller.recv(100)
            _answer, problem = project.ask(card, "reload")
            assert problem is None
            caller.settimeout(patient(10.0))
            while caller.recv(1 << 16):
                pass

    project.with_monitor(play)


def test_a_program_that_cannot_take_over_is_told_and_nothing_changes(project: Relay) -> None:
    """It could start a moment ago, and cannot any more: the old settings stay."""
    project.go_on_with_trouble = True

    def play(card: Card) -> None:
        before = online(project)
        (project.folder / ".env").write_text("TOKEN=new\n")
        _answer, problem = project.ask(card, "reload")
        assert isinstance(problem, Refusal)
        assert problem.key == "runtime.reload-not-carried-out"
        assert online(project) == before
        # the wish of today is carried out all the same
        assert project.ask(card, "stop", "a")[1] is None

    project.with_monitor(play)
    assert project.living("a") == []
    assert len(project.living("b")) == 1


def test_a_hand_over_that_finds_no_room_is_told_and_tried_again(
    project: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Memory is full: nobody notices but who asked; a moment later it works."""
    into_memory = handover._into_memory
    full = [True]

    def refused(data: bytes) -> int:
        if full.pop() if full else False:
            raise OSError(12, "Cannot allocate memory")
        return into_memory(data)

    monkeypatch.setattr(handover, "_into_memory", refused)

    def play(card: Card) -> None:
        before = online(project)
        _answer, problem = project.ask(card, "reload")
        assert isinstance(problem, Failure)
        assert (problem.key, problem.values["reason"]) == (
            "runtime.reload-not-carried-out",
            "Cannot allocate memory",
        )
        assert project.ask(card, "reload")[1] is None
        assert online(project) == before

    project.with_monitor(play)
    assert project.successions == 1


def test_a_program_that_is_broken_is_not_given_the_bots(project: Relay) -> None:
    """Each in its own way: not there, failing, refusing settings that are right, refusing wrong ones."""
    refuses = 'print(\'{"error": {"message": "in other words"}}\'); raise SystemExit(2)'
    toml = project.folder / "vigie.toml"
    good = toml.read_text()

    def play(card: Card) -> None:
        before = online(project)
        for command, key in (
            (["/no/such/program"], "runtime.reload-cannot-start"),
            ([sys.executable, "-c", "raise SystemExit('boom')"], "runtime.reload-cannot-start"),
            ([sys.executable, "-c", refuses], "runtime.reload-settings-refused"),
        ):
            project.command[:] = command
            _answer, problem = project.ask(card, "reload")
            assert problem is not None
            assert problem.key == key
        toml.write_text("[bots.a]\ncheck_interval = 'often'\n")
        _answer, problem = project.ask(card, "reload")
        assert isinstance(problem, UsageProblem)
        assert problem.values.get("key") == "check_interval" or "check_interval" in repr(problem.values)
        toml.write_text(good)
        assert online(project) == before

    project.with_monitor(play)
    assert project.successions == 0


def test_who_asks_anew_is_answered_with_whoever_asked_before(project: Relay) -> None:
    """The first rehearsal has read settings of before: it is dropped, and the second speaks for both."""
    slow = (
        "import os, time\n"
        "if not os.path.exists('began'):\n"
        "    open('began', 'w').close()\n"
        "    time.sleep(600)\n"
    )
    project.command = [sys.executable, "-c", slow + READY]
    answers: list[Problem | None] = []

    def play(card: Card) -> None:
        before = online(project)
        first = threading.Thread(target=lambda: answers.append(project.ask(card, "reload")[1]))
        first.start()
        until(lambda: (project.folder / "began").exists(), what="the first rehearsal")
        answers.append(project.ask(card, "reload")[1])
        first.join(patient(30.0))
        assert answers == [None, None]
        assert online(project) == before

    project.with_monitor(play)
    assert project.successions == 1


def test_leaving_ends_a_rehearsal(project: Relay) -> None:
    """Nothing of it is left behind."""
    project.command = [
        sys.executable,
        "-c",
        "open('began', 'w').write(str(__import__('os').getpid())); __import__('time').sleep(600)",
    ]
    began = project.folder / "began"

    def play(card: Card) -> None:
        online(project)
        with socket.create_connection(("127.0.0.1", card.port), 5.0) as caller:
            caller.sendall(pack({"token": card.token, "verb": "reload"}))
            until(lambda: began.exists() and began.read_text())

    project.with_monitor(play)
    assert not psutil.pid_exists(int(began.read_text()))


def test_a_hang_up_signal_reloads_who_still_has_a_terminal_or_never_had_one(project: Relay) -> None:
    """As service managers do; nobody waits for the answer, and it is told."""

    def play(_card: Card) -> None:
        before = online(project)
        os.kill(os.getpid(), signal.SIGHUP)
        until(lambda: "runtime.reloaded" in project.told(), limit=30.0, what="the reload")
        assert online(project) == before

    project.with_monitor(play)
    assert project.successions == 1


@pytest.mark.parametrize("at_once", [True, False])
def test_a_hang_up_signal_of_a_closed_window_is_a_goodbye(
    project: Relay, monkeypatch: pytest.MonkeyPatch, at_once: bool
) -> None:
    """Lost already, or lost a moment after the signal, as some shells have it: we leave, the bots live on."""
    looks: list[bool] = []

    class Closing(Terminal):
        """A terminal that is gone at this look, or at the next."""

        def lost(self) -> bool:
            looks.append(True)
            return at_once or len(looks) > 1

    monkeypatch.setattr(monitoring, "Terminal", Closing)

    def play(_card: Card) -> None:
        online(project)
        os.kill(os.getpid(), signal.SIGHUP)
        until(lambda: "runtime.monitor-left" in project.told(), limit=30.0)

    project.with_monitor(play)
    assert project.successions == 0
    assert [len(project.living(name)) for name in project.names] == [1, 1]


def test_ctrl_c_while_everything_is_packed_is_a_goodbye(
    project: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Heard before the old program is gone: nobody takes its place."""
    wait = monitoring.let_signals_wait

    def interrupted() -> None:
        os.kill(os.getpid(), signal.SIGINT)
        wait()

    monkeypatch.setattr(monitoring, "let_signals_wait", interrupted)

    def play(card: Card) -> None:
        online(project)
        with socket.create_connection(("127.0.0.1", card.port), 5.0) as caller:
            caller.sendall(pack({"token": card.token, "verb": "reload"}))
            until(lambda: "runtime.monitor-left" in project.told(), limit=30.0)

    project.with_monitor(play)
    assert project.successions == 0
    assert project.operate(Verb.STOP).problem is None


def test_the_words_of_an_older_vigie_are_enough(project: Relay) -> None:
    """It knew nothing of whom a start waits for: everybody goes on all the same."""
    project.meddle = lambda handed: handed.pop("order")

    def play(card: Card) -> None:
        before = online(project)
        assert project.ask(card, "reload")[1] is None
        assert online(project) == before

    project.with_monitor(play)
    assert project.successions == 1
