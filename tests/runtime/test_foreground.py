"""One bot in the foreground, inside this very process: its end is ours, and what is sent to us is meant for it."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

if sys.platform == "win32":
    pytest.skip("sends itself signals of POSIX", allow_module_level=True)

from tests.fakes import Manners
from tests.runtime.project import RealProject
from tests.runtime.workshop import Scene
from tests.waiting import patient, until
from vigie.core.facts import Asked, Verb
from vigie.engines import local_engine, subreaper
from vigie.engines.base import Engine, Exit, LaunchError
from vigie.problems import DONE, FAILED, Failure, Problem, Refusal
from vigie.records.bot_log import Follower
from vigie.runtime import foreground as foregrounds
from vigie.runtime import monitor as monitoring
from vigie.runtime.decider import Decider, become_decider, watching_monitor
from vigie.runtime.foreground import BY_SIGNAL, Ended, foreground
from vigie.settings import Project, ShipSettings

QUIET = """
health_url = "none"
check_interval = 0.2
stop_timeout = 2
backoff_initial = 0.05
backoff_max = 0.1
"""

LISTENING = """
import os, signal, sys, time
open("lives", "a").write(f"{os.getpid()}\\n")
heard = []
def hear(number, _frame):
    heard.append(number)
    os.write(1, f"heard {signal.Signals(number).name}\\n".encode())
for one in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGUSR1):
    signal.signal(one, hear)
print("ready", flush=True)
while len(heard) < WANTED:
    time.sleep(0.01)
sys.exit(len(heard))
"""

HANDLED = (*foregrounds.STOPPING, *foregrounds.PASSED_ON, signal.SIGCHLD)


@pytest.fixture(autouse=True)
def stays_as_it_is(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No orphan of anybody's is given to this program, and a signal that comes too late ends nobody."""
    monkeypatch.setattr(subreaper, "adopt_orphans", lambda: False)
    stopping = foregrounds.STOPPING
    before = {number: signal.signal(number, lambda _number, _frame: None) for number in stopping}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


class Street(RealProject):
    """A project whose first bot is run in the foreground."""

    def __init__(self, folder: Path, names: tuple[str, ...] = ("bot",), settings: str = QUIET) -> None:
        super().__init__(folder, names, settings)
        self.poured = b""
        self.pour: Callable[[bytes], None] = self._keep

    def _keep(self, piece: bytes) -> None:
        self.poured += piece

    def script(self, code: str, name: str = "bot") -> None:
        """Let a bot run this."""
        (self.folder / name / "start.py").write_text(code)

    def run(self, play: Callable[[], None] = lambda: None) -> Ended:
        """Run it while ``play`` goes on in a thread; what goes wrong there asks the run to end."""
        project = self.load()
        failures: list[BaseException] = []

        def direct() -> None:
            try:
                until(lambda: "runtime.run-began" in self.told(), what="the run")
                play()
            except BaseException as error:  # noqa: BLE001  (told by the test's own thread)
                failures.append(error)
                send(signal.SIGTERM)

        thread = threading.Thread(target=direct)
        before = [signal.getsignal(number) for number in HANDLED]
        thread.start()
        try:
            ended = foreground(project, project.bots[0], self.hear, lambda piece: self.pour(piece))
        finally:
            self.lines.append(("", "runtime.run-began", {}))
            thread.join(patient(30))
        assert [signal.getsignal(number) for number in HANDLED] == before
        if failures:
            raise failures[0]
        return ended


@pytest.fixture
def street(tmp_path: Path) -> Iterator[Street]:
    """One bot."""
    street = Street(tmp_path)
    yield street
    street.clear()


def send(number: int) -> None:
    """Somebody sends us a signal."""
    os.kill(os.getpid(), number)


def says(street: Street, words: bytes) -> None:
    """Wait until the bot has printed this."""
    until(lambda: words in street.poured, what=f"the bot says {words!r}")


@pytest.mark.parametrize(
    ("end", "code"),
    [
        ("sys.exit(0)", 0),
        ("sys.exit(7)", 7),
        ("os.kill(os.getpid(), 9)", BY_SIGNAL + 9),
    ],
)
def test_the_bots_end_is_ours(street: Street, end: str, code: int) -> None:
    """Its code, or what shells make of its signal, with every byte that it printed."""
    street.write_settings('restart = "never"\n')
    words = bytes(range(256)) + b"\nlast words"
    street.script(f"import os, sys\nos.write(1, {words!r})\n{end}")
    ended = street.run()
    assert (ended.code, ended.stuck) == (code, False)
    assert street.poured == words
    last = [values for _tag, key, values in street.lines if key == "runtime.run-ended"]
    assert [values["exit_status"] for values in last] == [code]
    assert watching_monitor(street.place) is None
    decider = become_decider(street.place, "start")
    assert isinstance(decider, Decider)
    decider.release()


def test_a_crash_is_not_the_end(street: Street) -> None:
    """It is brought back, and asked to stop by the signal that is sent to us; what it answers is our code."""

    def play() -> None:
        (first,) = until(street.living)
        says(street, b"hello")
        psutil.Process(first).kill()
        until(lambda: street.living() not in ([], [first]), what="it is back")
        street.script("import sys; sys.exit(3)")
        says(street, b"hello\nhello")
        send(signal.SIGTERM)

    assert street.run(play).code == BY_SIGNAL + signal.SIGTERM
    assert street.living() == []
    assert len(street.lives()) == 2


def test_it_is_asked_by_the_very_signal_that_reached_us_and_hears_every_further_one(street: Street) -> None:
    """SIGQUIT first, then the same once more by an impatient person, and what is no goodbye at any time."""
    street.script(LISTENING.replace("WANTED", "3"))
    (street.folder / "vigie.toml").write_text(
        (street.folder / "vigie.toml").read_text().replace("stop_timeout = 2", "stop_timeout = 60")
    )

    def play() -> None:
        says(street, b"ready\n")
        send(signal.SIGUSR1)
        says(street, b"heard SIGUSR1\n")
        send(signal.SIGQUIT)
        says(street, b"heard SIGQUIT\n")
        send(signal.SIGTERM)

    ended = street.run(play)
    assert street.poured == b"ready\nheard SIGUSR1\nheard SIGQUIT\nheard SIGTERM\n"
    assert ended.code == 3


def test_a_hang_up_that_we_were_told_to_ignore_is_ignored(street: Street) -> None:
    """Started with nohup: a closed window ends neither us nor the bot."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:

        def play() -> None:
            (pid,) = until(street.living)
            assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
            send(signal.SIGHUP)
            assert street.living() == [pid]
            send(signal.SIGINT)

        # Python's own answer to SIGINT is a traceback and an end by that very signal
        assert street.run(play).code in (1, BY_SIGNAL + signal.SIGINT)
    finally:
        signal.signal(signal.SIGHUP, before)


def test_a_stop_over_the_door_ends_the_run(street: Street) -> None:
    """Asked in another terminal: the bot goes, and we with it."""
    street.script(LISTENING.replace("WANTED", "1"))

    def play() -> None:
        says(street, b"ready")
        card = until(lambda: watching_monitor(street.place))
        _answer, problem = street.ask(card, "restart")
        assert problem is None
        _answer, problem = street.ask(card, "stop")
        assert problem is None

    assert street.run(play).code == 1
    assert len(street.lives()) == 2


def test_settings_that_name_it_no_more_end_the_run(tmp_path: Path) -> None:
    """A reload: the bot is stopped as one that is no longer wanted; the project's other bot is not launched."""
    street = Street(tmp_path, ("bot", "other"))
    try:

        def play() -> None:
            until(street.living)
            card = until(lambda: watching_monitor(street.place))
            answer, problem = street.ask(card, "reload")
            assert problem is None
            assert answer["renewal"]["unchanged"] == ["bot"]  # type: ignore[index,call-overload]
            text = (tmp_path / "vigie.toml").read_text()
            (tmp_path / "vigie.toml").write_text(text.replace("[bots.bot]", "[bots.renamed]"))
            street.ask(card, "reload")

        street.run(play)
        assert street.lives("other") == []
        assert street.living() == []
    finally:
        street.clear()


def test_it_refuses_beside_a_monitor(street: Street) -> None:
    """By its number, and nothing is launched."""
    decider = become_decider(street.place, "monitor")
    assert isinstance(decider, Decider)
    decider.leave_card(4711, "x")
    try:
        with pytest.raises(Refusal) as refused:
            street.run()
        assert refused.value.key == "runtime.monitor-already"
        assert refused.value.values["pid"] == os.getpid()
    finally:
        decider.release()
    assert street.lives() == []


def test_a_launch_that_is_not_to_be_tried_again_is_told_with_its_reason(street: Street) -> None:
    """The run ends with what stood in the way, and lets go of everything."""
    street.write_settings('restart = "never"\n')
    (street.folder / "bot" / "start.py").unlink()
    with pytest.raises(Problem) as failed:
        street.run()
    assert failed.value.key == "engine.script-missing"
    assert "runtime.run-ended" not in street.told()
    decider = become_decider(street.place, "start")
    assert isinstance(decider, Decider)
    decider.release()


def test_a_run_whose_folder_was_taken_over_leaves_the_bot(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody else decides now: told, a failure, and no word that the bot has ended."""
    monkeypatch.setattr(monitoring, "KEEP", 0.05)
    monkeypatch.setattr(Decider, "keep", lambda _decider: not street.living())
    ended = street.run()
    assert ended.code == FAILED
    assert "runtime.ousted" in street.told()
    assert "runtime.run-ended" not in street.told()
    assert len(street.living()) == 1


def test_a_reader_that_is_gone_harms_nobody(street: Street) -> None:
    """The pouring ends with its first failure; the bot and its code do not."""
    pieces: list[bytes] = []

    def gone(piece: bytes) -> None:
        pieces.append(piece)
        (street.folder / "bot" / "nobody reads").write_text("")
        raise BrokenPipeError(32, "Broken pipe")

    street.pour = gone
    street.write_settings('restart = "never"\n')
    street.script(
        "import os, sys, time\n"
        "print('one', flush=True)\n"
        "while not os.path.exists('nobody reads'): time.sleep(0.01)\n"
        "print('two')\n"
        "sys.exit(4)\n"
    )
    ended = street.run()
    assert (ended.code, ended.stuck) == (4, False)
    assert pieces == [b"one\n"]
    assert (street.folder / "logs" / "bot.log").read_bytes() == b"one\ntwo\n"


def test_a_reader_that_does_not_read_holds_nobody_up(street: Street, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is given a moment in the end, and it is told that it is still at it."""
    monkeypatch.setattr(foregrounds, "LAST_WORDS", 0.05)
    asleep = threading.Event()
    street.pour = lambda _piece: asleep.wait() and None  # type: ignore[func-returns-value]
    street.write_settings('restart = "never"\n')
    street.script("print('x')")
    try:
        assert street.run().stuck
    finally:
        asleep.set()
    until(lambda: not any(thread.name == "echo" for thread in threading.enumerate()))


def test_what_it_prints_while_we_begin_is_not_lost(street: Street, monkeypatch: pytest.MonkeyPatch) -> None:
    """One launched before us prints in the very moment from which on we listen; what is older is not repeated."""
    log = street.folder / "logs" / "bot.log"
    log.parent.mkdir()
    log.write_bytes(b"of yesterday\n")

    class Racing(Follower):
        """Settles where it begins, and then something is printed."""

        raced = False

        def _begin(self) -> None:
            super()._begin()
            if not Racing.raced:
                Racing.raced = True
                with open(log, "ab") as file:
                    file.write(b"just now\n")

    monkeypatch.setattr(foregrounds, "Follower", Racing)
    street.write_settings('restart = "never"\n')
    street.script("print('and then')")
    street.run()
    assert street.poured == b"just now\nand then\n"


def test_ended_children_are_reaped_as_long_as_there_are_any(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever is given orphans hears of their end, looks again while some wait, and spares the bot's own."""
    looks: list[list[int]] = []

    class Reaper:
        """Notes each look instead of taking anybody's children away."""

        def __init__(self, ours: Callable[[], list[int]]) -> None:
            self.ours = ours

        def reap(self, _now: float) -> bool:
            looks.append(self.ours())
            return len(looks) % 3 != 0

    def engine(adopting: bool) -> Engine:
        assert adopting
        return local_engine()

    monkeypatch.setattr(subreaper, "adopt_orphans", lambda: True)
    monkeypatch.setattr(subreaper, "Reaper", Reaper)
    monkeypatch.setattr(subreaper, "RIPE", 0.02)
    monkeypatch.setattr(foregrounds, "local_engine", engine)

    def play() -> None:
        (first,) = until(street.living)
        send(signal.SIGCHLD)
        until(lambda: len(looks) >= 3, what="three looks")
        assert looks[0] == [first]
        send(signal.SIGCHLD)
        until(lambda: len(looks) >= 6, what="three more")
        send(signal.SIGTERM)

    assert street.run(play).code == BY_SIGNAL + signal.SIGTERM


class Run:
    """A run on a jumping clock, with a bot that ends as it is told to."""

    def __init__(self, scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(foregrounds, "local_engine", lambda adopting: scene.engine)
        self.scene = scene
        decider = become_decider(scene.place, "run")
        assert isinstance(decider, Decider)
        self.decider = decider
        project = Project(scene.place.root, None, None, tuple(scene.bots), ShipSettings())
        self.run = foregrounds._Foreground(
            project, scene.place, scene.reactor, scene._hear, decider, scene.bots[0]
        )
        scene.crew = self.run._crew

    def start(self) -> None:
        """As a monitor does."""
        self.scene.watch().feed(Asked(Verb.START, keep=True, by_monitor=True))
        self.scene.advance(1.5)


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """One that is not to be restarted."""
    with Scene(tmp_path, restart="never", after=("nobody",), start_spacing=5.0) as scene:
        run = Run(scene, monkeypatch)
        yield run
        run.decider.release()


def test_nothing_has_ended_before_it_began(run: Run) -> None:
    """No process, and nobody has asked for one yet; whom the bot waits for elsewhere is not waited for here."""
    assert not run.run.finished()
    assert (run.scene.watch().spec.after, run.scene.watch().spec.start_spacing) == ((), 0.0)
    run.start()
    assert not run.run.finished()
    run.scene.engine.process.crash(5)
    run.scene.advance(1.0)
    assert run.run.finished()
    assert run.run.code() == 5


@pytest.mark.parametrize(("leaving", "code"), [(True, DONE), (False, FAILED)])
def test_an_end_that_nobody_can_tell_of(run: Run, leaving: bool, code: int) -> None:
    """Asked for, it is what was wanted; otherwise it is a failure."""
    run.scene.engine.hides_exits = True
    run.start()
    if leaving:
        run.run._act_on(signal.SIGTERM)
    else:
        run.scene.engine.process.crash(0)
    run.scene.advance(5.0)
    assert run.run.finished()
    assert run.run.code() == code


def test_a_signal_before_anything_lives_ends_the_run_well(run: Run) -> None:
    """Nothing was launched, nothing is passed on, and a launch that failed before is no failure of the leaving."""
    run.scene.engine.refusals.append(LaunchError("engine.disk-full", path="/x"))
    run.start()
    with pytest.raises(Failure) as failed:
        run.run.code()
    assert failed.value.key == "engine.disk-full"
    run.run._act_on(signal.SIGUSR1)
    run.run._act_on(signal.SIGTERM)
    run.run._act_on(signal.SIGTERM)
    assert run.run.code() == DONE
    assert run.scene.faults == []
    assert [words for words in run.scene.engine.journal if words[0] == "pass on"] == []


def test_a_later_end_speaks_and_not_an_earlier_failure(run: Run) -> None:
    """It could not be launched at first, then lived and ended: that is what is told."""
    run.scene.engine.refusals.append(LaunchError("engine.disk-full", path="/x"))
    run.start()
    run.scene.engine.manners = Manners(ends_at_once=Exit(code=6))
    run.scene.watch().feed(Asked(Verb.START, keep=True))
    run.scene.advance(2.0)
    assert run.run.finished()
    assert run.run.code() == 6


def test_nobodys_child_is_ours_before_there_is_one(run: Run) -> None:
    """What the reaper must leave alone: the bot as long as it is held; without a reaper nothing is done."""
    assert run.run._own_children() == []
    run.start()
    assert run.run._own_children() == [run.scene.engine.process.pid]
    run.run._reap()
    assert run.run._will_reap is False


def test_many_children_that_end_together_are_one_look(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """A storm of SIGCHLD does not fill the loop."""
    looks: list[bool] = []
    monkeypatch.setattr(run.run, "_reap", lambda: looks.append(True))
    for _ in range(1000):
        run.run._child_ended(signal.SIGCHLD, None)
    run.scene.advance(0.1)
    assert looks == [True]
