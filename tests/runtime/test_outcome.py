"""When a verb has come true or has failed, and what is told of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.fakes import Manners
from tests.runtime.workshop import Scene, turn
from vigie.core.facts import Verb
from vigie.engines.base import Exit, LaunchError
from vigie.problems import Failure, Problem, Refusal
from vigie.runtime.operate import ask
from vigie.runtime.outcome import LOG_LINES, Outcome, launch_problem


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    """One bot, watched."""
    with Scene(tmp_path) as scene:
        scene.begin()
        yield scene


class Settled:
    """Remembers how it was settled; more than once is a fault."""

    def __init__(self) -> None:
        self.problems: list[Problem | None] = []

    def __call__(self, _watch: object, problem: Problem | None) -> None:
        assert not self.problems
        self.problems.append(problem)

    @property
    def problem(self) -> Any:
        """The one problem, or None."""
        (problem,) = self.problems
        return problem


def asking(scene: Scene, verb: Verb, keep: bool = True) -> tuple[Settled, Outcome]:
    """Ask, and let what follows at once happen."""
    settled = Settled()
    outcome = ask(scene.watch(), verb, keep, settled)
    turn(scene.reactor)
    return settled, outcome


def test_a_start_is_settled_by_the_first_good_answer(scene: Scene) -> None:
    """Not by the launch."""
    settled, outcome = asking(scene, Verb.START)
    assert settled.problems == []
    scene.advance(1.5)
    assert settled.problem is None
    assert outcome.did_anything


def test_a_start_of_what_is_online_launches_nothing(scene: Scene) -> None:
    """It is asked once more, and says yes."""
    scene.online()
    settled, outcome = asking(scene, Verb.START)
    assert settled.problem is None
    assert not outcome.did_anything


def test_old_news_is_not_believed(scene: Scene) -> None:
    """A bot that counts as online and answers badly now: nobody is told that it is online."""
    scene.online()
    watch = scene.watch()
    watch.spec = watch.hands.spec = watch.spec._replace(health_url="exec:false", check_timeout=20.0)
    settled, _outcome = asking(scene, Verb.ENSURE)
    assert settled.problems == []
    from tests.waiting import until

    until(lambda: (turn(scene.reactor), scene.watch().status.health.failures)[1], what="the bad answer")
    assert settled.problems == []
    watch.spec = watch.hands.spec = watch.spec._replace(health_url="none")
    scene.advance(5.0)
    assert settled.problem is None


def test_a_restart_is_settled_by_the_new_process(scene: Scene) -> None:
    """The old one's good answers do not count."""
    old = scene.online()
    settled, _outcome = asking(scene, Verb.RESTART)
    assert settled.problems == []
    scene.advance(1.5)
    assert settled.problem is None
    assert scene.engine.process is not old


def test_a_stop_is_settled_when_nothing_is_left(scene: Scene) -> None:
    """At once when nothing was there; otherwise when the last process is gone."""
    settled, outcome = asking(scene, Verb.STOP)
    assert settled.problem is None
    assert not outcome.did_anything
    process = scene.online()
    process.go_deaf()
    settled, outcome = asking(scene, Verb.STOP)
    assert settled.problems == []
    scene.advance(12.0)
    assert settled.problem is None
    assert outcome.did_anything
    assert not process.alive


@pytest.mark.parametrize("refused", [True, False])
def test_a_launch_that_fails_is_told_with_its_reason(scene: Scene, refused: bool) -> None:
    """Exit 3 where something else is in the way, else 1; also when it is tried again at once."""
    scene.engine.refusals.append(
        LaunchError("engine.port-taken", refused=refused, port=1, pid=2, program="x")
    )
    settled, _outcome = asking(scene, Verb.START)
    assert isinstance(settled.problem, Refusal if refused else Failure)
    assert (settled.problem.key, settled.problem.values["pid"]) == ("engine.port-taken", 2)


@pytest.mark.parametrize(
    ("end", "key"),
    [
        (Exit(code=3), "runtime.died-with-code"),
        (Exit(signal=11), "runtime.died-by-signal"),
    ],
)
def test_a_death_before_the_first_answer_is_told_with_its_last_words(
    scene: Scene, end: Exit, key: str
) -> None:
    """How it ended, and what it printed last, fit to be shown."""
    logs = scene.folder / "logs"
    logs.mkdir(exist_ok=True)
    log = logs / "bot.log"
    log.write_bytes(b"of an earlier copy\n")
    settled, _outcome = asking(scene, Verb.START, keep=False)
    log.write_bytes(log.read_bytes() + b"".join(b"line %d\x1b[31m\n" % number for number in range(40)))
    scene.engine.process.end(end)
    turn(scene.reactor)
    problem = settled.problem
    assert problem.key == key
    assert len(problem.values["lines"]) == LOG_LINES
    assert problem.values["lines"][-1] == "line 39"
    assert problem.exit_code == 1


def test_a_death_of_an_unknown_kind_is_told_as_such(scene: Scene) -> None:
    """Where the system cannot tell how it ended."""
    settled, _outcome = asking(scene, Verb.START, keep=False)
    scene.engine.hides_exits = True
    scene.engine.process.crash()
    turn(scene.reactor)
    assert settled.problem.key == "runtime.died"


def test_a_copy_from_before_may_die_without_failing_a_start(scene: Scene) -> None:
    """It ran what was mended since: the next one is brought at once, and its answer counts."""
    scene.ask(Verb.START)
    doomed = scene.engine.process
    settled, _outcome = asking(scene, Verb.START)
    doomed.crash()
    turn(scene.reactor)
    assert settled.problems == []
    assert scene.engine.process is not doomed
    scene.advance(1.5)
    assert settled.problem is None
    settled, _outcome = asking(scene, Verb.RESTART)
    scene.engine.process.crash()
    turn(scene.reactor)
    assert settled.problem.key == "runtime.died-with-code"


def test_a_copy_from_before_that_dies_is_replaced_once(scene: Scene) -> None:
    """start without a monitor finds a bot that still starts, and that dies: the next copy's death is the end."""
    scene.ask(Verb.START, keep=False)
    settled, _outcome = asking(scene, Verb.START, keep=False)
    old = scene.engine.process
    old.crash(5)
    scene.advance(0.1)
    assert settled.problems == []
    assert scene.engine.process is not old
    scene.engine.process.crash(6)
    turn(scene.reactor)
    assert settled.problem.values["exit_status"] == 6


def test_a_bot_that_never_answers_is_told_where_nobody_stays_to_cure_it(tmp_path: Path) -> None:
    """start without a monitor: it is left alone, and the command fails."""
    with Scene(tmp_path, start_grace=0.5) as scene:
        scene.begin(watching=False)
        settled, _outcome = asking(scene, Verb.START, keep=False)
        scene.advance(1.0)
        assert settled.problem.key == "runtime.not-answering"
        assert scene.engine.process.alive


def test_a_bot_held_by_the_limit_of_the_day_is_told_at_once(tmp_path: Path) -> None:
    """ensure does not wait for tomorrow."""
    with Scene(tmp_path, restarts_per_day=0) as scene:
        scene.begin()
        process = scene.online()
        process.crash()
        turn(scene.reactor)
        assert scene.watch().word == "failed"
        settled, _outcome = asking(scene, Verb.ENSURE)
        assert settled.problem.key == "runtime.held-today"
        assert len(scene.engine.launched) == 1


@pytest.mark.parametrize("verb", [Verb.START, Verb.ENSURE])
def test_a_copy_from_before_that_dies_while_it_is_looked_at_is_replaced(scene: Scene, verb: Verb) -> None:
    """Nobody stays to bring it back, and whoever asked wants it online, not to hear of the old one's end."""
    scene.online()
    old = scene.engine.process
    settled = Settled()
    watch = scene.watch()
    watch.spec = watch.hands.spec = watch.spec._replace(health_url="exec:sleep 20", check_timeout=20.0)
    outcome = ask(watch, verb, False, settled)
    turn(scene.reactor)
    assert settled.problems == []
    old.end(Exit(code=5))
    watch.spec = watch.hands.spec = watch.spec._replace(health_url="none")
    scene.advance(1.5)
    assert settled.problem is None
    assert outcome.did_anything
    assert scene.engine.process is not old


def test_a_stop_that_overtakes_a_start_settles_both(scene: Scene) -> None:
    """The start has failed: somebody wants the opposite by now."""
    settled, _outcome = asking(scene, Verb.START)
    stopped, _other = asking(scene, Verb.STOP)
    scene.advance(1.0)
    assert stopped.problem is None
    assert settled.problem.key == "runtime.overtaken"


def test_a_deaf_bot_that_is_restarted_is_waited_for(scene: Scene) -> None:
    """The answer comes when the new one is online, however long the old one clings."""
    scene.engine.manners = Manners(obeys_from=1)
    scene.online()
    settled, _outcome = asking(scene, Verb.RESTART)
    scene.advance(4.0)
    assert settled.problems == []
    scene.advance(4.0)
    assert settled.problem is None


def test_no_failure_known_means_gone() -> None:
    """The last resort has a sentence too."""
    assert launch_problem("bot", None).key == "runtime.gone"


def test_a_tree_that_resists_its_kill_is_told_and_not_waited_for(scene: Scene) -> None:
    """stop says who is still there, and that no signal reaches it; the kill goes on."""
    process = scene.online()
    child = scene.world.add(Manners(survives_kills=1000), lock_path=process.lock_path, parent=process)
    child.manners = Manners(obeys_from=None, survives_kills=1000)
    process.children.append(child)
    settled, outcome = asking(scene, Verb.STOP)
    scene.advance(60.0)
    assert isinstance(settled.problem, Failure)
    assert settled.problem.key == "runtime.still-stuck"
    assert settled.problem.values["who"] == f"fake (PID {child.pid})"
    assert outcome.did_anything
    child.manners = Manners()
    scene.advance(30.0)
    assert scene.watch().word == "stopped"


def handed(outcome: Outcome) -> dict[str, Any]:
    """What the next program is given of it, as it arrives there."""
    import json

    return dict(json.loads(json.dumps(outcome.handed_on())))


def test_a_start_is_waited_for_by_the_next_program(scene: Scene) -> None:
    """Launched before, online after: success, told once, and counted as something done."""
    _lost, first = asking(scene, Verb.START)
    settled = Settled()
    second = Outcome(scene.watch(), Verb.START, settled)
    second.go_on(handed(first))
    assert settled.problems == []
    scene.advance(1.5)
    assert settled.problem is None
    assert second.did_anything


def test_a_death_after_the_hand_over_is_a_failed_start(scene: Scene) -> None:
    """The next program knows that this copy was launched since somebody asked."""
    _lost, first = asking(scene, Verb.START)
    settled = Settled()
    Outcome(scene.watch(), Verb.START, settled).go_on(handed(first))
    scene.engine.process.crash(5)
    turn(scene.reactor)
    assert settled.problem.values["exit_status"] == 5


def test_what_came_true_before_the_hand_over_is_settled_at_once(scene: Scene) -> None:
    """It had been answered already, and nothing new is waited for."""
    scene.online()
    settled = Settled()
    Outcome(scene.watch(), Verb.START, settled).go_on(
        {"did_anything": False, "launched": False, "answered": True}
    )
    assert settled.problem is None
