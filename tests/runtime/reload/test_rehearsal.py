"""Before another program takes our place it shows that it can; what cannot is told in words a person can use."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator

import pytest

from tests.stage import lives
from tests.waiting import patient
from vigie import __version__
from vigie.problems import Problem, Refusal, UsageProblem
from vigie.runtime.reactor import Reactor
from vigie.runtime.reload import rehearsal as rehearsals
from vigie.runtime.reload.handover import FORMAT
from vigie.runtime.reload.rehearsal import Rehearsal, answer, called_to

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no program takes another's place there")

ROOT = "/srv/project"

READY = f"""
import json, os, sys
assert sys.argv[1:] == ["--json"]
assert os.getsid(0) == os.getpid()  # a Ctrl-C is not meant for it
ready = {{"ready": os.environ["VIGIE_REHEARSAL"], "reads": [{FORMAT}], "root": {ROOT!r}, "version": "9.9"}}
"""


@pytest.fixture
def reactor() -> Iterator[Reactor]:
    """A real loop."""
    with Reactor() as reactor:
        yield reactor


class Stage:
    """One rehearsal, and what came of it."""

    def __init__(self, reactor: Reactor, code: str, limit: float = 60.0) -> None:
        self.reactor = reactor
        self.ends: list[Problem | None] = []
        self.rehearsal = Rehearsal(
            reactor, [sys.executable, "-c", code], ROOT, self.ends.append, patient(limit)
        )

    def end(self) -> Problem | None:
        """Wait for it; afterwards nothing of it is left."""
        self.reactor.run(lambda: bool(self.ends))
        (end,) = self.ends
        assert self.rehearsal._child.returncode is not None
        assert self.rehearsal._pipe.closed
        return end


def test_a_program_that_says_that_it_can_is_given_the_bots(reactor: Reactor) -> None:
    """Whatever else it says around it."""
    code = READY + 'print("warming up", [1, 2]); print("7"); print(json.dumps(ready)); print("bye")'
    assert Stage(reactor, code).end() is None


@pytest.mark.parametrize(
    ("code", "key", "values"),
    [
        ('ready["reads"] = [0]', "runtime.reload-other-format", {"version": "9.9"}),
        ('ready["reads"] = None', "runtime.reload-other-format", {"version": "9.9"}),
        ('ready["root"] = "/x"', "runtime.reload-other-project", {"found": "/x", "expected": ROOT}),
        ('ready["ready"] = "guess"; sys.exit(5)', "runtime.reload-cannot-start", {"what": 5}),
    ],
    ids=["another format", "no format", "another project", "not our word"],
)
def test_a_program_that_would_go_astray_is_refused(
    reactor: Reactor, code: str, key: str, values: dict[str, object]
) -> None:
    """It starts, and would misunderstand what it is given, or watch other bots."""
    problem = Stage(reactor, f"{READY}\n{code}\nprint(json.dumps(ready))").end()
    assert isinstance(problem, Refusal)
    assert (problem.key, problem.values) == (key, values)


def test_settings_that_it_refuses_are_told_as_such(reactor: Reactor) -> None:
    """Exit 2 and an error: what is wrong stands in the settings, and can be put right."""
    error = json.dumps({"error": {"message": "check_interval: \x1b[31mwrong"}})
    problem = Stage(reactor, f"import sys; print({error!r}); sys.exit(2)").end()
    assert isinstance(problem, UsageProblem)
    assert problem.key == "runtime.reload-settings-refused"
    assert "wrong" in str(problem.values["what"])
    assert "\x1b" not in str(problem.values["what"])


@pytest.mark.parametrize(
    ("code", "what"),
    [
        ("""print('{"error": {"message": "no room"}}'); raise SystemExit(1)""", "no room"),
        (
            """print('{"error": "none of ours"}\\nSyntaxError: invalid syntax\\n \\n'); raise SystemExit(1)""",
            "Syntax",
        ),
        ("print('[' * 20_000 + 'too deep'); raise SystemExit(1)", "[[["),
        ("import sys; sys.stderr.write('boom'); raise SystemExit(1)", "boom"),
        ("raise SystemExit(9)", 9),
        ("print('[]')", "[]"),
    ],
    ids=["error", "last words", "nonsense", "standard error", "silence", "not ours"],
)
def test_a_program_that_does_not_start_is_told_with_its_last_words(
    reactor: Reactor, code: str, what: object
) -> None:
    """Or with its exit code, where it had none; never with more than a line or two."""
    problem = Stage(reactor, code).end()
    assert isinstance(problem, Refusal)
    assert problem.key == "runtime.reload-cannot-start"
    found = problem.values["what"]
    assert found == what if isinstance(what, int) else str(found).startswith(str(what))
    assert len(str(found)) <= 300


def test_a_program_that_says_nothing_is_ended(reactor: Reactor) -> None:
    """After its time, and not left behind."""
    stage = Stage(reactor, "import time; time.sleep(600)", limit=0.05)
    problem = stage.end()
    assert isinstance(problem, Refusal)
    assert problem.key == "runtime.reload-too-slow"
    assert not lives(stage.rehearsal._child.pid)


def test_a_program_that_has_said_its_last_word_is_waited_for(reactor: Reactor) -> None:
    """It closes its output and takes its time to end: its exit code tells what it meant."""
    code = """
import os, sys, time
os.write(1, b'{"error": {"message": "later"}}')
os.close(1)
os.close(2)
time.sleep(0.2)
os._exit(2)
"""
    problem = Stage(reactor, code).end()
    assert isinstance(problem, UsageProblem)


def test_one_that_is_dropped_is_ended_and_never_heard(reactor: Reactor) -> None:
    """Somebody asks anew, or we leave: while it works, or while only its end is waited for; twice is harmless."""
    silent = Stage(reactor, "import time; time.sleep(600)")
    silent.rehearsal._heard()  # a look that finds nothing takes nothing for an end
    leaving = Stage(reactor, "import os, time; os.close(1); os.close(2); time.sleep(600)")
    reactor.run(lambda: leaving.rehearsal._look is not None)
    for stage in (silent, leaving):
        stage.rehearsal.drop()
        stage.rehearsal.drop()
        assert not lives(stage.rehearsal._child.pid)
    over: list[bool] = []
    reactor.call_at(reactor.now() + 3 * rehearsals.LOOK_AGAIN, lambda: over.append(True))
    reactor.run(lambda: bool(over))
    assert silent.ends == leaving.ends == []


def test_a_program_that_is_not_there_is_an_error_at_once(reactor: Reactor) -> None:
    """Nothing is left to wait for."""
    with pytest.raises(FileNotFoundError):
        Rehearsal(reactor, ["/no/such/program"], ROOT, lambda _problem: None)
    assert reactor._next_due() is None


def test_a_program_knows_once_that_it_was_called_to_a_rehearsal(monkeypatch: pytest.MonkeyPatch) -> None:
    """What it starts itself does not believe to be called."""
    assert called_to() is None
    monkeypatch.setenv(rehearsals.VARIABLE, "word")
    assert called_to() == "word"
    assert called_to() is None
    assert rehearsals.VARIABLE not in os.environ


def test_our_own_answer_is_one_that_we_believe(
    reactor: Reactor, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What this program says to its forerunner; every sentence a monitor may need is loaded by then."""
    from vigie import messages

    monkeypatch.setattr(messages, "_loaded", {})
    answer("word", ROOT)
    said = json.loads(capfd.readouterr().out)
    assert said == {"ready": "word", "reads": [FORMAT], "root": ROOT, "version": __version__}
    assert {"runtime", "reason", "probe"} <= set(messages._loaded)


def test_the_real_program_can_take_over(
    reactor: Reactor, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``vigie monitor``, started for a rehearsal, answers and touches nothing."""
    folder = tmp_path_factory.mktemp("project")
    (folder / "start.py").write_text("")
    monkeypatch.chdir(folder)
    ends: list[Problem | None] = []
    Rehearsal(reactor, [sys.executable, "-m", "vigie", "monitor"], str(folder.resolve()), ends.append)
    reactor.run(lambda: bool(ends))
    assert ends == [None]
    assert [path.name for path in folder.iterdir()] == ["start.py"]
