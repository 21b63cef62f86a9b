"""New settings in a program that stays: what Windows does, and what every successor does first."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.runtime.project import QUICK, RealProject
from tests.runtime.workshop import Scene, turn
from tests.waiting import until
from vigie.core.facts import ProbePassed
from vigie.core.spec import Spec
from vigie.problems import UsageProblem
from vigie.runtime.decider import Card
from vigie.runtime.reload.renewal import in_the_way, renew
from vigie.runtime.reload.terminal import Terminal
from vigie.settings import Bot

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="sends itself signals of POSIX")


@pytest.fixture
def project(tmp_path: Path) -> Iterator[RealProject]:
    """Two bots."""
    project = RealProject(tmp_path, ("a", "b"))
    yield project
    project.clear()


def test_settings_are_taken_in_place(project: RealProject) -> None:
    """Wrong ones are refused; a new environment restarts, a new interval does not, a bot goes and comes."""
    toml = project.folder / "vigie.toml"

    def pids() -> dict[str, int]:
        until(lambda: project.told().count("runtime.online") >= 2)
        return {name: until(lambda name=name: project.living(name))[0] for name in project.names}

    def play(card: Card) -> None:
        before = pids()
        good = toml.read_text()
        toml.write_text("[bots.a]\ncheck_interval = 'often'\n")
        _answer, problem = project.ask(card, "reload")
        assert isinstance(problem, UsageProblem)
        assert pids() == before

        toml.write_text(good.replace("stop_timeout = 2", "stop_timeout = 3", 1))
        answer, problem = project.ask(card, "reload")
        assert problem is None
        assert answer["renewal"] == {
            "added": [],
            "removed": [],
            "restarted": {},
            "adjusted": {"a": ["stop_timeout"]},
            "unchanged": ["b"],
        }
        assert pids() == before

        (project.folder / ".env").write_text("TOKEN=new\n")
        answer, problem = project.ask(card, "reload")
        assert problem is None
        assert set(answer["renewal"]["restarted"]) == {"a", "b"}  # type: ignore[call-overload,index]
        until(lambda: not any(psutil.pid_exists(pid) for pid in before.values()))
        until(lambda: project.told().count("runtime.online") == 4)
        after = pids()
        assert psutil.Process(after["a"]).environ()["TOKEN"] == "new"

        text = toml.read_text()
        toml.write_text(text[: text.index("[bots.b]")])
        assert project.ask(card, "reload")[0]["renewal"]["removed"] == ["b"]  # type: ignore[call-overload,index]
        until(lambda: not project.living("b"))
        assert project.living("a") == [after["a"]]
        toml.write_text(text)
        assert project.ask(card, "reload")[0]["renewal"]["added"] == ["b"]  # type: ignore[call-overload,index]
        until(lambda: project.living("b"))
        assert project.living("a") == [after["a"]]

    project.with_monitor(play)
    assert project.told().count("runtime.reloaded-settings") == 8  # by the monitor, and to whoever asked


def test_a_bot_that_comes_back_while_it_goes_is_one_bot(tmp_path: Path) -> None:
    """Removed, and written in again while it takes its time to stop: the old one goes, then a new one comes."""
    project = RealProject(tmp_path, ("a", "b"), QUICK)
    script = (tmp_path / "b" / "start.py").read_text()
    deaf = "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\n"
    (tmp_path / "b" / "start.py").write_text(f"import os\n{deaf}{script}")
    toml = tmp_path / "vigie.toml"
    try:

        def play(card: Card) -> None:
            until(lambda: project.told().count("runtime.online") >= 2)
            (old,) = until(lambda: project.living("b"))
            text = toml.read_text()
            toml.write_text(text[: text.index("[bots.b]")])
            assert project.ask(card, "reload")[1] is None
            toml.write_text(text)
            assert project.ask(card, "reload")[1] is None
            assert project.living("b") == [old]
            until(lambda: project.living("b") not in ([], [old]))
            assert len(project.lives("b")) == 2

        project.with_monitor(play)
    finally:
        project.clear()


def test_what_is_in_the_way_of_a_newcomer() -> None:
    """Its own name, its own program in its own folder, its own address; a stranger to it is not."""

    class Leaving:
        def __init__(self, spec: Spec) -> None:
            self.spec = spec
            self.name = spec.name

    new = Bot(Spec("new", ("x",), "/srv", "http://localhost:1/"), {})
    cases = {
        Spec("new", ("y",), "/other", "none"): True,
        Spec("old", ("x",), "/srv", "none"): True,
        Spec("old", ("y",), "/srv", "http://localhost:1/"): True,
        Spec("old", ("y",), "/srv", "none"): False,
    }
    assert {spec: in_the_way(new, [Leaving(spec)]) for spec in cases} == cases  # type: ignore[list-item]
    silent = Bot(new.spec._replace(health_url="none"), {})
    assert not in_the_way(silent, [Leaving(Spec("old", ("y",), "/", "none"))])  # type: ignore[list-item]


def test_a_terminal_is_lost_only_by_whoever_had_one(tmp_path: Path) -> None:
    """One that goes is noticed; who had none never loses one."""
    path = tmp_path / "tty"
    without = Terminal(str(path))
    path.write_text("")
    with_one = Terminal(str(path))
    assert not with_one.lost()
    path.unlink()
    assert with_one.lost()
    assert not without.lost()


@pytest.mark.parametrize(("name", "asked"), [("check_interval", 1), ("stop_timeout", 0)])
def test_what_was_planned_by_the_old_interval_does_not_wait_for_it(
    tmp_path: Path, name: str, asked: int
) -> None:
    """The next question would have come in an hour: another interval puts it at once, another setting does not."""
    with Scene(tmp_path, check_interval=3600.0) as scene:
        crew = scene.begin()
        scene.online()
        scene.changes.clear()
        bot = scene.bots[0]._replace(spec=scene.bots[0].spec._replace(**{name: 20.0}))
        assert renew(crew, [bot], lambda _bots: None).adjusted == {"bot": (name,)}
        turn(scene.reactor, 3)
        assert len([change for change in scene.changes if isinstance(change.fact, ProbePassed)]) == asked
