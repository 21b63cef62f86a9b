"""After our own death: the bot that lives is found by its ledger, its lock or its script, and goes on."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.engines.workshop import Workshop
from tests.stage import lives
from tests.waiting import until
from vigie.core.spec import Spec
from vigie.engines.base import Spare
from vigie.runtime import resume
from vigie.runtime.by_hand import find_by_hand
from vigie.runtime.remembered import NOTHING, Moment, Remembered
from vigie.runtime.resume import Found, find_living

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="sessions, forks and environments of POSIX")

SLEEPER = "import time; time.sleep(600)"
WITH_HELPER = """
import os, sys, time
if os.fork() == 0:
    if "own-session" in sys.argv:
        os.setsid()
    open("helper", "w").write(str(os.getpid()))
    time.sleep(600)
    os._exit(0)
time.sleep(600)
"""


@pytest.fixture
def workshop(tmp_path: Path) -> Iterator[Workshop]:
    """A folder with real processes."""
    workshop = Workshop(str(tmp_path))
    yield workshop
    workshop.close()


def spec_of(workshop: Workshop, *command: str) -> Spec:
    """What was asked for: this command, here, without a health endpoint."""
    return Spec(command=command or (sys.executable, "start.py"), directory=workshop.folder, health_url="none")


def now() -> Moment:
    """On this machine's clocks."""
    return Moment(time.monotonic(), time.time(), "")


def find(workshop: Workshop, past: Remembered = NOTHING, *command: str) -> Found | None:
    """Look for what lives, and close it afterwards."""
    found = find_living(spec_of(workshop, *command), past, workshop.lock_path, workshop.engine, now())
    if found is not None:
        workshop.helds.append(found.held)
    return found


def past_of(found: Found | None, noted_at: float | None = None) -> Remembered:
    """A ledger that knows this process."""
    assert found is not None
    return NOTHING._replace(
        identity=found.held.identity, launched_at=found.launched_at, by_us=found.by_us, noted_at=noted_at
    )


def write(workshop: Workshop, code: str, name: str = "start.py") -> None:
    """Put a script there."""
    (Path(workshop.folder) / name).write_text(code)


def by_hand(workshop: Workshop) -> subprocess.Popen[bytes]:
    """Somebody starts the bot's script in a terminal."""
    bot = workshop.run_by_hand(sys.executable, "start.py")
    # the system says that the program has begun a little before it can tell which one it is
    until(lambda: psutil.Process(bot.pid).cmdline(), what="the command is known")
    return bot


def test_nothing_lives_and_nothing_is_found(workshop: Workshop) -> None:
    """An empty folder."""
    assert find(workshop) is None


def test_the_process_of_the_ledger_is_held_again(workshop: Workshop) -> None:
    """With its launch and its origin as they were noted."""
    held = workshop.launch(workshop.plan_of(sys.executable, "-c", SLEEPER))
    past = NOTHING._replace(identity=held.identity, launched_at=5.0, by_us=False)
    found = find(workshop, past)
    assert found is not None
    assert (found.held.identity, found.launched_at, found.by_us) == (held.identity, 5.0, False)


def test_another_start_time_is_another_process(workshop: Workshop) -> None:
    """A recycled number in the ledger leads to nobody, and nobody is harmed."""
    stranger = workshop.run_by_hand(sys.executable, "-c", SLEEPER)
    identity = workshop.engine.identify(stranger.pid)
    assert identity is not None
    assert find(workshop, NOTHING._replace(identity=identity._replace(started=identity.started - 1))) is None
    assert stranger.poll() is None


def test_a_launch_that_was_not_noted_is_found_by_its_lock(workshop: Workshop) -> None:
    """We died between the launch and the note: it is ours, and its age is known."""
    held = workshop.launch(workshop.plan_of(sys.executable, "-c", SLEEPER))
    found = find(workshop)
    assert found is not None
    assert (found.held.identity, found.by_us) == (held.identity, True)
    assert 0.0 <= time.monotonic() - found.launched_at < 30.0


def test_children_that_outlived_the_bot_are_ended(workshop: Workshop) -> None:
    """They hold the lock and lead nothing: no bot any more, and they would be in the way."""
    write(workshop, WITH_HELPER)
    held = workshop.launch(workshop.plan_of(sys.executable, "start.py"))
    helper = pid_of_helper(workshop)
    past = past_of(find(workshop))
    psutil.Process(held.identity.pid).kill()
    until(lambda: held.ended())
    assert find(workshop, past) is None
    until(lambda: not lives(helper))
    assert not workshop.engine.copy_alive(workshop.lock_path)


def test_a_helper_in_a_session_of_its_own_is_not_taken_for_the_bot(workshop: Workshop) -> None:
    """It is older than the last note, which named another: a leftover, and ended."""
    write(workshop, WITH_HELPER)
    held = workshop.launch(workshop.plan_of(sys.executable, "start.py", "own-session"))
    helper = pid_of_helper(workshop)
    until(lambda: os.getsid(helper) == helper)
    past = past_of(find(workshop), noted_at=time.monotonic() + 0.2)
    psutil.Process(held.identity.pid).kill()
    until(lambda: held.ended())
    assert find(workshop, past) is None
    until(lambda: not lives(helper))


def test_a_helper_as_young_as_the_note_is_not_taken_for_the_bot(workshop: Workshop) -> None:
    """We died before it did: it bears the mark of the noted copy's own launch, so it is no later copy."""
    write(workshop, WITH_HELPER)
    held = workshop.launch(workshop.plan_of(sys.executable, "start.py", "own-session"))
    noted_at = time.monotonic()
    helper = pid_of_helper(workshop)
    until(lambda: os.getsid(helper) == helper)
    past = past_of(find(workshop), noted_at=noted_at - 60.0)
    psutil.Process(held.identity.pid).kill()
    until(lambda: held.ended())
    assert find(workshop, past) is None
    until(lambda: not lives(helper))


def test_a_helper_that_closed_its_lock_is_not_taken_for_the_bot(workshop: Workshop) -> None:
    """It runs the same script in the same folder, and is ended as what the noted copy left behind."""
    closing = WITH_HELPER.replace("os.setsid()", "os.setsid(); os.closerange(3, 256)")
    write(workshop, closing)
    held = workshop.launch(workshop.plan_of(sys.executable, "start.py", "own-session"))
    helper = pid_of_helper(workshop)
    past = past_of(find(workshop))
    psutil.Process(held.identity.pid).kill()
    until(lambda: held.ended())
    assert not workshop.engine.copy_alive(workshop.lock_path)
    assert find(workshop, past) is None
    until(lambda: not lives(helper))


def test_a_later_launch_that_was_not_noted_is_no_helper(workshop: Workshop) -> None:
    """The noted copy is gone and another was launched at once: its age is known to a hundredth of a second."""
    first = workshop.launch(workshop.plan_of(sys.executable, "-c", SLEEPER))
    past = past_of(find(workshop), noted_at=time.monotonic())
    psutil.Process(first.identity.pid).kill()
    until(lambda: first.ended())
    workshop.clear(first)
    time.sleep(0.15)  # longer than what a start time may be wrong by
    second = workshop.launch(workshop.plan_of(sys.executable, "-c", SLEEPER))
    born = time.monotonic()
    found = find(workshop, past)
    assert found is not None
    assert (found.held.identity, found.by_us) == (second.identity, True)
    if sys.platform == "linux":
        assert abs(found.launched_at - born) < 5.0


def pid_of_helper(workshop: Workshop) -> int:
    """The child that the bot forked."""
    path = Path(workshop.folder) / "helper"
    return int(until(lambda: path.read_text() if path.exists() else ""))


def test_leftovers_that_resist_are_not_waited_for_longer_than_allowed(workshop: Workshop) -> None:
    """Whoever watches several bots cannot wait for the remains of one."""
    workshop.launch(workshop.plan_of(sys.executable, "-c", SLEEPER))
    ended: list[str] = []

    class Deaf:
        """The real engine, but what it kills stays."""

        def __getattr__(self, name: str) -> object:
            return getattr(workshop.engine, name)

        def copy_holders(self, _lock: str, _spare: Spare) -> list[int]:
            return []

        def end_leftovers(self, lock: str, _spare: Spare) -> list[int]:
            ended.append(lock)
            return []

    began = time.monotonic()
    spec = spec_of(workshop)
    assert find_living(spec, NOTHING, workshop.lock_path, Deaf(), now(), patience=0.0) is None  # type: ignore[arg-type]
    assert time.monotonic() - began < 5.0
    assert len(ended) == 1


def test_a_copy_launched_by_hand_is_found(workshop: Workshop) -> None:
    """The same script in the same folder, from somebody's terminal."""
    write(workshop, SLEEPER)
    bot = by_hand(workshop)
    found = find(workshop)
    assert found is not None
    assert (found.held.identity.pid, found.by_us) == (bot.pid, False)


def test_a_bot_of_ours_that_closed_its_lock_is_still_ours(workshop: Workshop) -> None:
    """It closes all descriptors at its start, as daemons do: known by its mark, to be ended as a whole."""
    write(workshop, f"import os; os.closerange(3, 256); open('closed', 'w').close(); {SLEEPER}")
    held = workshop.launch(workshop.plan_of(sys.executable, "start.py"))
    until(lambda: (Path(workshop.folder) / "closed").exists())
    assert not workshop.engine.copy_alive(workshop.lock_path)
    found = find(workshop)
    assert found is not None
    assert (found.held.identity, found.by_us) == (held.identity, True)


def test_another_bots_process_is_not_this_bots(workshop: Workshop) -> None:
    """Both run the same script here; the other's is known by its mark, its forked worker too."""
    write(workshop, "import os, time; os.fork(); time.sleep(600)")
    plan = workshop.plan_of(sys.executable, "start.py")
    other = workshop.launch(plan)
    until(lambda: len(psutil.Process(other.identity.pid).children()) == 1)
    lock = os.path.join(os.path.dirname(workshop.lock_path), "another.alive")
    spec = spec_of(workshop)
    assert find_by_hand(spec, workshop.lock_path) == (other.identity.pid, True)
    assert find_by_hand(spec, lock) is None


def test_a_process_that_another_ledger_names_is_not_this_bots(workshop: Workshop) -> None:
    """Launched by hand and taken over as another bot: no mark tells, the ledger does."""
    from vigie.records.ledger import write_ledger

    write(workshop, SLEEPER)
    bot = by_hand(workshop)
    folder = os.path.dirname(workshop.lock_path)
    spec = spec_of(workshop)
    assert find_by_hand(spec, workshop.lock_path) == (bot.pid, False)
    write_ledger(folder, "another", {"identity": [bot.pid, 1, ""]})
    write_ledger(folder, "third", {"identity": None})
    write_ledger(folder, "fourth", {"identity": ["x"]})
    (Path(folder) / "damaged.json").write_text("{")
    assert find_by_hand(spec, workshop.lock_path) is None
    assert find_by_hand(spec._replace(name="another"), workshop.lock_path) == (bot.pid, False)


def test_a_process_that_is_gone_before_it_is_held_is_nobody(workshop: Workshop) -> None:
    """Between finding and holding it may end."""
    engine = workshop.engine

    class Late:
        """The real engine, but nobody can be identified any more."""

        def __getattr__(self, name: str) -> object:
            return getattr(engine, name)

        def identify(self, _pid: int) -> None:
            return None

    write(workshop, SLEEPER)
    bot = by_hand(workshop)
    assert find_living(spec_of(workshop), NOTHING, workshop.lock_path, Late(), now()) is None  # type: ignore[arg-type]
    assert isinstance(bot, subprocess.Popen)


def test_a_ledger_that_goes_while_we_look_names_nobody(workshop: Workshop) -> None:
    """Another bot left the project between the list of names and the look at its ledger."""
    write(workshop, SLEEPER)
    bot = by_hand(workshop)
    folder = Path(workshop.lock_path).parent
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "gone.json").symlink_to(folder / "nowhere")
    assert find_by_hand(spec_of(workshop), workshop.lock_path) == (bot.pid, False)


def test_a_stray_child_of_the_noted_copy_that_resists_is_not_taken_for_the_bot(workshop: Workshop) -> None:
    """It runs the bot's script, kept nothing of the bot but its environment, and lives on for a while."""
    closing = WITH_HELPER.replace("os.setsid()", "os.setsid(); os.closerange(3, 256)")
    write(workshop, closing)
    held = workshop.launch(workshop.plan_of(sys.executable, "start.py", "own-session"))
    helper = pid_of_helper(workshop)
    past = past_of(find(workshop))
    psutil.Process(held.identity.pid).kill()
    until(lambda: held.ended())
    ended: list[str] = []

    class Deaf:
        """The real engine, but what it kills stays for its first three tries."""

        def __getattr__(self, name: str) -> object:
            return getattr(workshop.engine, name)

        def end_leftovers(self, lock: str, spare: Spare) -> list[int]:
            ended.append(lock)
            return workshop.engine.end_leftovers(lock, spare) if len(ended) > 3 else []

    spec = spec_of(workshop, sys.executable, "start.py", "own-session")

    def looked(patience: float) -> Found | None:
        return find_living(spec, past, workshop.lock_path, Deaf(), now(), patience=patience)  # type: ignore[arg-type]

    assert looked(0.0) is None
    assert len(ended) == 1
    assert lives(helper)
    assert looked(60.0) is None
    assert len(ended) > 3
    until(lambda: not lives(helper))


def test_a_holder_that_ends_while_it_is_looked_at_leads_nothing(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Held, and gone before its session can be asked for: no bot, and whoever held the lock is ended."""
    held = workshop.launch(workshop.plan_of(sys.executable, "-c", SLEEPER))

    def gone(_pid: int) -> int:
        raise ProcessLookupError(3, "No such process")

    monkeypatch.setattr(resume.os, "getsid", gone)
    assert find(workshop) is None
    monkeypatch.undo()
    until(lambda: held.ended())
