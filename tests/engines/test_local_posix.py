"""The real engine on Linux and macOS: the contract, then what only real processes can show."""

from __future__ import annotations

import errno
import json
import os
import resource
import signal
import stat
import subprocess
import sys
from typing import Any

import pytest

from tests.engines.contract import EngineContract, how_it_ended
from tests.engines.workshop import Workshop, child
from tests.waiting import until
from vigie.engines import local_posix
from vigie.engines.base import Exit, Held, Identity, LaunchError, LaunchPlan, Spare

assert sys.platform != "win32"

linux_only = pytest.mark.skipif(
    sys.platform != "linux", reason="reads /proc, or needs a Linux proof of descent"
)

AWKWARD = 'été à l\'"école" $HOME; & (2) *é—ñ' + "x" * 160


class TestLocalPosix(EngineContract):
    """The contract, on real processes."""


# how a bot is born


def birth(workshop: Workshop, *arguments: str, plan: LaunchPlan | None = None) -> dict[str, Any]:
    """Launch the program that tells what it was born with, and return that."""
    told = os.path.join(workshop.folder, "birth.json")
    held = workshop.launch(plan or workshop.plan("tells_its_birth", told, *arguments))
    until(lambda: os.path.exists(told), what="the bot has told its birth")
    with open(told, encoding="utf-8", errors="surrogateescape") as file:
        facts: dict[str, Any] = json.load(file)
    assert facts["pid"] == held.identity.pid
    return facts


@linux_only
def test_a_bot_leads_a_session_and_a_group_of_its_own(workshop: Workshop) -> None:
    """No terminal's hang-up and no Ctrl-C of ours reaches it."""
    facts = birth(workshop)
    assert facts["session"] == facts["group"] == facts["pid"]
    assert facts["session"] != os.getsid(0)


@linux_only
def test_a_bot_has_nothing_open_but_its_output_and_the_lock(workshop: Workshop) -> None:
    """Of our open files it gets none; standard input is empty and cannot hang."""
    with open(os.path.join(workshop.folder, "secret"), "w", encoding="utf-8") as secret:
        os.set_inheritable(secret.fileno(), True)
        descriptors = birth(workshop)["descriptors"]
    assert descriptors.pop("0") == "/dev/null"
    assert descriptors.pop("1") == workshop.log_path
    assert descriptors.pop("2") == workshop.log_path
    assert list(descriptors.values()) == [workshop.lock_path]


@linux_only
def test_a_bot_gets_exactly_the_environment_of_the_plan(workshop: Workshop) -> None:
    """Nothing of ours is added but the mark, nothing of the plan is lost or changed."""
    os.environ["VIGIE_TEST_OURS"] = "ours alone"
    given = {"TOKEN": "a=b c'\"$é\n", "EMPTY": "", "VIGIE_BOT": "of an outer bot", "LC_ALL": "C.UTF-8"}
    told = os.path.join(workshop.folder, "birth.json")
    plan = workshop.plan_of(sys.executable, child("tells_its_birth"), told, environment=given)
    environment = birth(workshop, plan=plan)["environment"]
    mark = environment.pop("VIGIE_BOT")
    given.pop("VIGIE_BOT")
    assert mark.endswith(f":{workshop.lock_path}")
    assert environment == given


@linux_only
def test_a_bot_gets_its_arguments_as_they_are(workshop: Workshop) -> None:
    """No shell reads them, so nothing in them is special."""
    arguments = ["a b", "", "$(touch evil)", "`id`", "; exit 7", "*", "'\"", "\\", "été\n", "--", "-c"]
    assert birth(workshop, *arguments)["arguments"] == arguments
    assert not os.path.exists(os.path.join(workshop.folder, "evil"))


@linux_only
def test_a_bot_hears_every_signal_though_we_ignore_some(workshop: Workshop) -> None:
    """Started by nohup or with "&" we ignore SIGHUP and SIGINT; the bot must not."""
    numbers = (signal.SIGINT, signal.SIGHUP, signal.SIGQUIT, signal.SIGTERM, signal.SIGUSR1)
    before = {number: signal.signal(number, signal.SIG_IGN) for number in numbers}
    try:
        facts = birth(workshop)
        assert all(signal.getsignal(number) is signal.SIG_IGN for number in numbers)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    # Python itself ignores SIGPIPE and SIGXFSZ once it runs
    assert facts["ignored"] & ~(1 << (signal.SIGPIPE - 1) | 1 << (signal.SIGXFSZ - 1)) == 0
    assert facts["interrupt"]


@linux_only
def test_a_bot_hears_every_signal_though_we_block_some(workshop: Workshop) -> None:
    """A mask of ours is not handed on, and is ours again afterwards."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1, signal.SIGTERM})
    try:
        facts = birth(workshop)
        assert signal.pthread_sigmask(signal.SIG_BLOCK, ()) >= {signal.SIGUSR1, signal.SIGTERM}
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    assert facts["blocked"] == 0


@linux_only
def test_a_bot_may_live_in_the_most_awkward_folder(workshop: Workshop) -> None:
    """Spaces, accents, quotes, shell signs and 200 characters in its path are no trouble."""
    workshop.folder = os.path.join(workshop.folder, AWKWARD)
    os.mkdir(workshop.folder)
    facts = birth(workshop)
    assert facts["directory"] == workshop.folder
    (held,) = workshop.helds
    assert workshop.engine.copy_holders(workshop.lock_path) == [held.identity.pid]
    assert workshop.another_monitor().end_leftovers(workshop.lock_path) == [held.identity.pid]


def test_files_of_ours_are_private(workshop: Workshop) -> None:
    """Log and lock, and the folders made for them, are closed to other users whatever the umask."""
    before = os.umask(0)
    try:
        workshop.start("sleeps")
    finally:
        os.umask(before)
    for path, mode in (
        (workshop.log_path, 0o600),
        (workshop.lock_path, 0o600),
        (os.path.dirname(workshop.log_path), 0o700),
        (os.path.dirname(workshop.lock_path), 0o700),
    ):
        assert stat.S_IMODE(os.stat(path).st_mode) == mode


# what a bot writes


def test_what_a_bot_writes_is_appended_byte_for_byte(workshop: Workshop) -> None:
    """A mebibyte at once of every byte there is neither freezes the bot nor changes on its way."""
    os.mkdir(os.path.dirname(workshop.log_path))
    with open(workshop.log_path, "wb") as log:
        log.write(b"earlier\n")
    done = os.path.join(workshop.folder, "done")
    workshop.launch(workshop.plan("floods_output", "1048576", done))
    until(lambda: os.path.exists(done), what="the bot has written it all")
    with open(workshop.log_path, "rb") as log:
        assert log.read() == b"earlier\n" + bytes(range(256)) * 4096


def test_a_bot_goes_on_writing_when_we_are_gone(workshop: Workshop) -> None:
    """No pipe of ours is in between: the process that launched it may die."""
    launcher = workshop.run_by_hand(
        sys.executable,
        child("launches"),
        workshop.folder,
        "leave",
        "--",
        sys.executable,
        child("prints_signals"),
        "2",
    )
    assert launcher.stdout is not None
    pid = int(launcher.stdout.readline().split()[0])
    launcher.wait()
    workshop.locks.add(workshop.lock_path)
    workshop.known(pid)
    workshop.until_ready()
    os.kill(pid, signal.SIGTERM)
    until(lambda: "SIGTERM" in workshop.said(), what="it has written again")


# launches that fail


def refused(workshop: Workshop, plan: LaunchPlan) -> LaunchError:
    """Launch in vain; afterwards the lock is free and a good plan works."""
    with pytest.raises(LaunchError) as problem:
        workshop.engine.launch(plan)
    assert not workshop.engine.copy_alive(workshop.lock_path)
    return problem.value


def a_file(workshop: Workshop, name: str, content: bytes, mode: int) -> str:
    """Make a file in the workshop."""
    path = os.path.join(workshop.folder, name)
    with open(path, "wb") as file:
        file.write(content)
    os.chmod(path, mode)
    return path


def test_a_command_that_does_not_exist(workshop: Workshop) -> None:
    """It is named, and the bot can be launched once it is corrected."""
    problem = refused(workshop, workshop.plan_of("pyhton", "start.py"))
    assert (problem.key, problem.values) == ("engine.command-not-found", {"command": "pyhton"})
    assert refused(workshop, workshop.plan_of("./bot")).key == "engine.command-not-found"
    assert refused(workshop, workshop.plan_of("/no/such/bot")).key == "engine.command-not-found"
    assert not problem.refused
    workshop.start("sleeps")


def test_a_command_is_looked_for_in_the_plans_path(workshop: Workshop) -> None:
    """The PATH that counts is the bot's, not ours."""
    folder = os.path.join(workshop.folder, "programs")
    os.mkdir(folder)
    os.symlink(sys.executable, os.path.join(folder, "mypython"))
    environment = {**os.environ, "PATH": folder}
    held = workshop.launch(workshop.plan_of("mypython", "-c", "raise SystemExit(9)", environment=environment))
    assert how_it_ended(held) == Exit(code=9)


def test_a_script_given_as_a_command(workshop: Workshop) -> None:
    """A file of the bot's folder that is no command gets advice of its own."""
    a_file(workshop, "start.py", b"print()", 0o644)
    assert refused(workshop, workshop.plan_of("start.py")).key == "engine.command-in-directory"


@pytest.mark.parametrize(
    ("content", "mode"), [(b"#!/bin/sh\n", 0o644), (b"no program at all", 0o755), (b"", 0o755)]
)
def test_a_file_that_cannot_be_executed(workshop: Workshop, content: bytes, mode: int) -> None:
    """Without the right to, or without a known form, it is said that it cannot be executed."""
    a_file(workshop, "bot", content, mode)
    assert refused(workshop, workshop.plan_of("./bot")).key == "engine.not-executable"


def test_a_folder_given_as_a_command(workshop: Workshop) -> None:
    """A folder cannot be executed either."""
    assert refused(workshop, workshop.plan_of(workshop.folder)).key == "engine.not-executable"


def test_a_script_whose_interpreter_is_missing(workshop: Workshop) -> None:
    """The program of the first line is named; here Windows line endings spoil it."""
    a_file(workshop, "bot", b"#!/bin/sh\r\nexit 0\r\n", 0o755)
    problem = refused(workshop, workshop.plan_of("./bot"))
    assert problem.key == "engine.interpreter-missing"
    assert problem.values["interpreter"] == "/bin/sh\\r"


def test_a_folder_that_does_not_exist(workshop: Workshop) -> None:
    """The bot's folder is named when it is missing or is a file."""
    path = a_file(workshop, "file", b"", 0o644)
    for directory in (os.path.join(workshop.folder, "missing"), path):
        problem = refused(workshop, workshop.plan_of(sys.executable, "start.py", directory=directory))
        assert (problem.key, problem.values) == ("engine.directory-missing", {"directory": directory})


def test_a_script_that_does_not_exist(workshop: Workshop) -> None:
    """No start.py: refused before anything begins, rather than a bot that ends with Python's words."""
    problem = refused(workshop, workshop.plan_of(sys.executable, "-X", "dev", "start.py"))
    assert problem.key == "engine.script-missing"
    assert problem.values == {"script": "start.py", "directory": workshop.folder}
    assert not os.path.exists(workshop.log_path)


def test_no_command_at_all(workshop: Workshop) -> None:
    """An empty command is a problem with a sentence, not a traceback."""
    assert refused(workshop, workshop.plan_of()).key == "engine.no-command"
    assert refused(workshop, workshop.plan_of("")).key == "engine.no-command"


def test_a_log_that_cannot_be_written(workshop: Workshop) -> None:
    """A folder where the log should be, or a file where its folder should be, is named."""
    os.makedirs(workshop.log_path)
    problem = refused(workshop, workshop.plan("sleeps"))
    assert problem.key == "engine.log-not-writable"
    assert problem.values == {"path": workshop.log_path, "reason": os.strerror(errno.EISDIR)}
    os.rmdir(workshop.log_path)
    os.rmdir(os.path.dirname(workshop.log_path))
    a_file(workshop, "logs", b"", 0o600)
    assert refused(workshop, workshop.plan("sleeps")).key == "engine.log-not-writable"


def test_a_log_that_would_hold_us_for_ever(workshop: Workshop) -> None:
    """A named pipe that nobody reads is refused instead of waited for."""
    os.mkdir(os.path.dirname(workshop.log_path))
    os.mkfifo(workshop.log_path)
    assert refused(workshop, workshop.plan("sleeps")).key == "engine.log-not-writable"


def test_a_lock_that_cannot_be_taken(workshop: Workshop) -> None:
    """A file where the lock's folder should be is named, and nothing is launched without the lock."""
    a_file(workshop, ".vigie", b"", 0o600)
    problem = refused(workshop, workshop.plan("sleeps"))
    assert problem.key == "engine.lock-not-writable"
    assert problem.values["path"] == workshop.lock_path


@linux_only
def test_a_full_disk(workshop: Workshop, need_tool: Any) -> None:
    """No room for the log: it is said that the disk is full."""
    mount, umount = need_tool("mount"), need_tool("umount")
    folder = os.path.join(workshop.folder, "logs")
    os.mkdir(folder)
    if subprocess.run(
        [mount, "-t", "tmpfs", "-o", "nr_inodes=1", "full", folder], capture_output=True
    ).returncode:
        pytest.skip("only root can mount a small disk")
    try:
        problem = refused(workshop, workshop.plan("sleeps"))
        assert (problem.key, problem.values) == ("engine.disk-full", {"path": workshop.log_path})
    finally:
        subprocess.run([umount, folder], check=True)


def test_an_environment_too_big_for_the_system(workshop: Workshop) -> None:
    """The value is never shown."""
    plan = workshop.plan_of(sys.executable, "-c", "", environment={"TOKEN": "secret" * 1_000_000})
    problem = refused(workshop, plan)
    assert problem.key == "engine.too-big"
    assert problem.values == {}


@pytest.mark.parametrize("environment", [{"A": "secret\0"}, {"A=B": "secret"}, {"A": "secret\ud800"}])
def test_an_environment_that_no_process_can_have(workshop: Workshop, environment: dict[str, str]) -> None:
    """A clear failure without the value, not a traceback."""
    problem = refused(workshop, workshop.plan_of(sys.executable, "-c", "", environment=environment))
    assert problem.key == "engine.spawn-failed"
    assert "secret" not in str(problem.values)


def test_no_descriptor_left(workshop: Workshop) -> None:
    """However few descriptors we have left, a launch works or fails cleanly and leaves no process behind."""
    plan = workshop.plan("dies_at_once", "0")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    lowest = os.dup(0)
    os.close(lowest)
    outcomes: list[str] = []
    for allowed in range(lowest, lowest + 16):
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))
        try:
            workshop.launch(plan)
            outcome = "launched"
        except LaunchError as problem:
            outcome = problem.key
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        outcomes.append(outcome)
        if outcome == "launched":
            how_it_ended(workshop.helds[-1])
            workshop.helds[-1].close()
        assert not workshop.engine.copy_alive(plan.lock_path)
    assert set(outcomes) == {"engine.no-resources", "launched"}


@linux_only
def test_without_descriptors_nobody_is_declared_gone(workshop: Workshop) -> None:
    """When nothing can be looked at, what lives still lives, a kill still works, and nothing is raised."""
    held = workshop.start("sleeps")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (1, hard))
    try:
        remaining = workshop.engine.remains(held, workshop.lock_path, True)
        known = workshop.engine.recognise(held.identity), workshop.engine.copy_holders(workshop.lock_path)
        leftovers = workshop.engine.end_leftovers(workshop.lock_path)
        workshop.engine.ask_to_stop(held, "SIGTERM")
        end = how_it_ended(held)
        workshop.engine.kill_tree(held, workshop.lock_path, True)
        unproven = workshop.engine.remains(held, workshop.lock_path, True)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert remaining == [held.identity.pid]
    assert known == (None, [])
    assert leftovers == []
    assert end == Exit(signal=signal.SIGTERM)
    assert unproven == [held.identity.pid]
    assert workshop.engine.remains(held, workshop.lock_path, True) == []


class ControlCInTheMiddle(local_posix.LocalPosix):
    """An engine whose user presses Ctrl-C at the worst moment: the process exists, nobody knows it yet."""

    born: Identity | None = None

    def _launch(self, plan: LaunchPlan) -> Any:
        held = super()._launch(plan)
        self.born = held.identity
        signal.raise_signal(signal.SIGINT)
        return held


def test_a_ctrl_c_during_a_launch_leaves_no_bot_that_nobody_knows(workshop: Workshop) -> None:
    """The launch is undone before KeyboardInterrupt is seen."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        engine = ControlCInTheMiddle()
        with pytest.raises(KeyboardInterrupt):
            engine.launch(workshop.plan("sleeps"))
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    finally:
        signal.signal(signal.SIGINT, before)
    assert engine.born is not None
    assert workshop.engine.identify(engine.born.pid) is None
    assert not workshop.engine.copy_alive(workshop.lock_path)


# no second copy


@linux_only
def test_a_removed_lock_does_not_let_a_second_copy_in(workshop: Workshop) -> None:
    """Somebody empties .vigie under a living bot: its birth mark still tells that it lives."""
    held = workshop.start("sleeps")
    os.remove(workshop.lock_path)
    with pytest.raises(LaunchError) as problem:
        workshop.engine.launch(workshop.plan("sleeps"))
    assert problem.value.key == "engine.copy-alive"
    assert problem.value.refused
    assert problem.value.values["pids"] == str(held.identity.pid)


def test_asking_for_the_lock_does_not_refuse_a_launch(workshop: Workshop) -> None:
    """Others may look at the lock all the time while it is taken."""
    asks = (
        "import sys\n"
        "from vigie.engines import copy_lock\n"
        "print('ready', flush=True)\n"
        "while True: copy_lock.is_held(sys.argv[1])\n"
    )
    os.mkdir(os.path.dirname(workshop.lock_path))
    a_file(workshop, os.path.join(".vigie", "bot.lock"), b"", 0o600)
    asking = workshop.run_by_hand(sys.executable, "-c", asks, workshop.lock_path)
    assert asking.stdout is not None
    assert asking.stdout.readline() == b"ready\n"
    for _ in range(20):
        held = workshop.launch(workshop.plan("dies_at_once", "0"))
        how_it_ended(held)
        until(lambda: not workshop.engine.copy_alive(workshop.lock_path))


# how a bot ends


@pytest.mark.parametrize(
    "number", [signal.SIGKILL, signal.SIGSEGV, signal.SIGABRT, signal.SIGTERM, signal.SIGHUP]
)
def test_the_signal_that_ended_it_is_told(workshop: Workshop, number: int) -> None:
    """A process ended by a signal tells which one."""
    assert how_it_ended(workshop.launch(workshop.plan("dies_by_signal", str(number)))) == Exit(signal=number)


def test_no_other_child_is_reaped(workshop: Workshop) -> None:
    """Another child of ours that has ended keeps its exit code for whoever started it."""
    other = subprocess.Popen([sys.executable, "-c", "raise SystemExit(6)"])
    until(lambda: workshop.engine.identify(other.pid) is None, what="it is a zombie")
    assert how_it_ended(workshop.launch(workshop.plan("dies_at_once", "7"))) == Exit(code=7)
    assert other.wait() == 6


def adopted_end(workshop: Workshop, code: int) -> Exit:
    """Let another monitor launch and reap a bot that we only recognise, and return how it ended for us."""
    launcher = workshop.run_by_hand(
        sys.executable,
        child("launches"),
        workshop.folder,
        "reap",
        "--",
        sys.executable,
        child("prints_signals"),
    )
    assert launcher.stdout is not None
    pid, started, boot = launcher.stdout.readline().decode().split()
    workshop.locks.add(workshop.lock_path)
    held = workshop.engine.recognise(Identity(int(pid), int(started), boot))
    assert held is not None
    workshop.helds.append(held)
    workshop.until_ready()
    if code:
        os.kill(int(pid), signal.SIGKILL)
    else:
        workshop.engine.ask_to_stop(held, "SIGTERM")
    assert launcher.stdout.readline()
    launcher.wait()
    return how_it_ended(held)


@linux_only
def test_how_an_adopted_process_ended_is_told_where_the_kernel_remembers(workshop: Workshop) -> None:
    """Linux 6.15 and later tells the end of processes that are not our children; older ones do not."""
    release = tuple(int(part) for part in os.uname().release.split(".")[:2])
    told = adopted_end(workshop, 0)
    assert told == (Exit(code=0) if release >= (6, 15) else Exit())


@linux_only
def test_the_signal_that_ended_an_adopted_process_is_told_too(workshop: Workshop) -> None:
    """The same for a killed one."""
    release = tuple(int(part) for part in os.uname().release.split(".")[:2])
    assert adopted_end(workshop, 9) == (Exit(signal=9) if release >= (6, 15) else Exit())


# asking politely


def test_the_signal_that_was_named_is_sent(workshop: Workshop) -> None:
    """The bot hears the very signal; SIGTERM stands in for one that this system does not have."""
    held = workshop.start("prints_signals", "4")
    for signal_name, name in (
        ("SIGINT", "SIGINT"),
        ("SIGTERM", "SIGTERM"),
        ("SIGHUP", "SIGHUP"),
        ("SIGBREAK", "SIGTERM"),
    ):
        asked = workshop.said().count(name)
        workshop.engine.ask_to_stop(held, signal_name)
        until(lambda name=name, asked=asked: workshop.said().count(name) > asked, what=f"it heard {name}")  # type: ignore[misc]
    assert how_it_ended(held) == Exit(code=0)


def test_a_stopped_process_hears_the_request(workshop: Workshop) -> None:
    """Frozen by SIGSTOP it would never notice: it is let go on."""
    held = workshop.start("prints_signals")
    os.kill(held.identity.pid, signal.SIGSTOP)
    workshop.engine.ask_to_stop(held, "SIGTERM")
    assert how_it_ended(held) == Exit(code=0)
    assert "SIGTERM" in workshop.said()


def test_a_stopped_process_is_killed(workshop: Workshop) -> None:
    """Frozen or not, a kill ends it."""
    held = workshop.start("sleeps")
    os.kill(held.identity.pid, signal.SIGSTOP)
    workshop.clear(held)
    assert held.ended() == Exit(signal=9)


# ending the tree


def scattered(workshop: Workshop, held: Held) -> dict[str, int]:
    """Return the numbers of the descendants that scatters.py announced, and end them after the test."""
    found = {}
    for line in workshop.said().splitlines():
        way, _, pid = line.partition(" ")
        if pid:
            found[way] = int(pid)
            workshop.known(int(pid))
    assert found
    assert held.ended() is None
    return found


WAYS = ["plain", "group", "session", "daemon", "bare"]


@linux_only
@pytest.mark.parametrize("way", WAYS)
def test_no_descendant_escapes_a_kill(workshop: Workshop, way: str) -> None:
    """Whatever it did to get away: own group, own session, forked twice, environment wiped."""
    held = workshop.start("scatters", way)
    (escaped,) = scattered(workshop, held).values()
    workshop.engine.kill_tree(held, workshop.lock_path, True)
    until(workshop.gone(escaped), what=f"{way} is gone")
    until(lambda: not workshop.engine.remains(held, workshop.lock_path, True), what="nothing remains")


@linux_only
@pytest.mark.parametrize("way", WAYS)
def test_no_descendant_escapes_a_crash(workshop: Workshop, way: str) -> None:
    """What the bot leaves behind is told before another is launched, and ended."""
    held = workshop.start("scatters", way)
    (escaped,) = scattered(workshop, held).values()
    workshop.crash(held)
    how_it_ended(held)
    assert workshop.engine.remains(held, workshop.lock_path, True) == [escaped]
    workshop.clear(held)
    assert workshop.engine.identify(escaped) is None


@linux_only
def test_no_descendant_escapes_a_polite_stop(workshop: Workshop) -> None:
    """Even one that nothing ties to the bot any more was seen before the bot was asked."""
    held = workshop.start("scatters", "lost", *WAYS)
    escaped = scattered(workshop, held)
    workshop.engine.ask_to_stop(held, "SIGINT")
    how_it_ended(held)
    assert set(workshop.engine.remains(held, workshop.lock_path, True)) == set(escaped.values())
    workshop.clear(held)
    assert workshop.gone(*escaped.values())()


@linux_only
def test_a_launch_ends_what_an_unknown_earlier_launch_left_without_a_lock(workshop: Workshop) -> None:
    """Monitor and bot died, a grandchild without the lock keeps the port: the next launch ends it."""
    held = workshop.start("scatters", "daemon")
    (escaped,) = scattered(workshop, held).values()
    workshop.crash(held)
    how_it_ended(held)
    until(lambda: not workshop.engine.copy_alive(workshop.lock_path), what="it has closed the lock")
    other = workshop.another_monitor()
    later = other.launch(workshop.plan("sleeps"))
    until(workshop.gone(escaped), what="the leftover is gone")
    assert later.ended() is None
    other.kill_tree(later, workshop.lock_path, True)
    until(later.ended)
    later.close()


def test_a_bot_that_brings_its_child_back_is_ended_with_it(workshop: Workshop) -> None:
    """Frozen before anything is killed, it cannot start another one meanwhile."""
    for _ in range(5):
        held = workshop.start("respawns")
        until(lambda: workshop.said().strip().splitlines()[-1].isdecimal(), what="it has a child")
        workshop.clear(held)
        children = [int(line) for line in workshop.said().split() if line.isdecimal()]
        assert workshop.gone(*children)()
        os.remove(workshop.log_path)


# sparing


def spared_worker(workshop: Workshop) -> tuple[int, int, int]:
    """Return the worker, its child, and the child that nobody spares; all are ended after the test."""
    told = dict(line.split(" ", 1) for line in workshop.said().splitlines() if " " in line)
    worker, below = map(int, told["worker"].split())
    for pid in (worker, below, int(told["other"])):
        workshop.known(pid)
    return worker, below, int(told["other"])


WORKER = Spare(("worker.py",))


@linux_only
@pytest.mark.parametrize("ways", [(), ("session",), ("session", "lost")])
@pytest.mark.parametrize("crash", [False, True])
def test_a_spared_worker_keeps_all_that_is_its_own(
    workshop: Workshop, ways: tuple[str, ...], crash: bool
) -> None:
    """Its children live on with it, also those that only its session ties to it; the bot's others go."""
    held = workshop.start("leaves_a_worker", *ways)
    worker, below, other = spared_worker(workshop)
    if crash:
        workshop.crash(held)
        how_it_ended(held)
        assert workshop.engine.remains(held, workshop.lock_path, True, WORKER) == [other]
    workshop.engine.kill_tree(held, workshop.lock_path, True, WORKER)
    until(workshop.gone(held.identity.pid, other), what="bot and other child are gone")
    assert workshop.engine.remains(held, workshop.lock_path, True, WORKER) == []
    assert workshop.engine.identify(worker) and workshop.engine.identify(below)


@linux_only
def test_a_spared_worker_is_not_asked_to_stop_with_its_bot(workshop: Workshop) -> None:
    """Both are in one group; the request reaches the bot and its other children, not the worker."""
    held = workshop.start("leaves_a_worker")
    worker, below, other = spared_worker(workshop)
    workshop.engine.ask_to_stop(held, "SIGTERM", WORKER)
    assert how_it_ended(held) == Exit(signal=signal.SIGTERM)
    until(workshop.gone(other), what="the other child is gone")
    for pid in (worker, below):
        with open(f"/proc/{pid}/status", encoding="ascii") as file:
            waiting = [int(line.split()[1], 16) for line in file if line.startswith(("SigPnd", "ShdPnd"))]
        assert waiting == [0, 0], "nor does a signal wait for it"
        assert workshop.engine.identify(pid)
    assert workshop.engine.remains(held, workshop.lock_path, True, WORKER) == []


@linux_only
def test_a_launch_by_another_monitor_leaves_the_spared_of_earlier_lives_alone(workshop: Workshop) -> None:
    """Leftovers that nobody remembers are ended at the next launch, the spared among them are not."""
    held = workshop.start("leaves_a_worker")
    worker, below, other = spared_worker(workshop)
    workshop.crash(held)
    how_it_ended(held)
    engine = workshop.another_monitor()
    assert sorted(engine.end_leftovers(workshop.lock_path, WORKER)) == [other]
    until(workshop.gone(other), what="the other child is gone")
    plan = workshop.plan("sleeps")._replace(spare=WORKER)
    later = engine.launch(plan)
    assert engine.copy_alive(workshop.lock_path, WORKER)
    assert workshop.engine.identify(worker) and workshop.engine.identify(below)
    engine.kill_tree(later, workshop.lock_path, True, WORKER)
    until(lambda: not engine.remains(later, workshop.lock_path, True, WORKER), what="the bot is gone")
    later.close()
    assert workshop.engine.identify(worker) and workshop.engine.identify(below)


@linux_only
@pytest.mark.slow
def test_of_many_who_launch_past_a_spared_worker_one_succeeds(workshop: Workshop) -> None:
    """The lock is renewed by one of them alone: never two copies, whoever comes when."""
    held = workshop.start("leaves_a_worker")
    _worker, _below, other = spared_worker(workshop)
    plan = workshop.plan("sleeps")._replace(spare=WORKER)
    workshop.engine.kill_tree(held, workshop.lock_path, True, WORKER)
    until(workshop.gone(held.identity.pid, other), what="bot and other child are gone")
    script = (
        "import json, sys\n"
        "from vigie.engines import local_engine\n"
        "from vigie.engines.base import LaunchError, LaunchPlan, Spare\n"
        "given = json.loads(sys.stdin.readline())\n"
        "plan = LaunchPlan(**{**given, 'command': tuple(given['command']), 'spare': Spare(('worker.py',))})\n"
        "print('here', flush=True); sys.stdin.readline()\n"
        "try:\n    print(local_engine().launch(plan).identity.pid)\n"
        "except LaunchError as error:\n    print(error.key)\n"
    )
    told = {**plan._asdict(), "spare": None}
    for _ in range(5):
        crowd = [workshop.run_by_hand(sys.executable, "-c", script) for _ in range(6)]
        for one in crowd:
            assert one.stdin is not None and one.stdout is not None
            one.stdin.write(json.dumps(told).encode() + b"\n")
            one.stdin.flush()
            assert one.stdout.readline() == b"here\n"
        for one in crowd:
            assert one.stdin is not None
            one.stdin.write(b"go\n")
            one.stdin.flush()
        answers = [one.communicate()[0].decode().strip() for one in crowd]
        launched = [int(answer) for answer in answers if answer.isdecimal()]
        assert len(launched) == 1, answers
        assert {answer for answer in answers if not answer.isdecimal()} <= {
            "engine.copy-alive",
            "engine.copy-alive-unseen",
        }
        workshop.known(launched[0])
        os.kill(launched[0], signal.SIGKILL)
        until(workshop.gone(launched[0]), what="the copy is gone")


def test_a_namesake_elsewhere_survives(workshop: Workshop) -> None:
    """Nothing is ended by its program's name: another folder's start.py and all other Pythons live on."""
    folders = [os.path.join(workshop.folder, name) for name in ("ours", "theirs")]
    for folder in folders:
        os.mkdir(folder)
        with (
            open(child("sleeps"), encoding="utf-8") as source,
            open(os.path.join(folder, "start.py"), "w", encoding="utf-8") as copy,
        ):
            copy.write(source.read())
    theirs = workshop.run_by_hand(sys.executable, "start.py", directory=folders[1])
    assert theirs.stdout is not None
    assert theirs.stdout.readline() == b"ready\n"
    held = workshop.launch(workshop.plan_of(sys.executable, "start.py", directory=folders[0]))
    workshop.until_ready()
    workshop.engine.ask_to_stop(held, "SIGINT")
    workshop.clear(held)
    workshop.engine.end_leftovers(workshop.lock_path)
    assert theirs.poll() is None


# bots that somebody started by hand


def typed(workshop: Workshop, *lines: str) -> subprocess.Popen[bytes]:
    """Open a terminal with an interactive bash and type these lines into it."""
    terminal = workshop.run_by_hand(sys.executable, child("terminal"))
    assert terminal.stdin is not None
    terminal.stdin.write("".join(f"{line}\n" for line in lines).encode())
    terminal.stdin.flush()
    return terminal


def number_in(workshop: Workshop, name: str) -> int:
    """Wait for a file with a process number in it, and end that process after the test."""
    path = os.path.join(workshop.folder, name)

    def read() -> str:
        try:
            with open(path, encoding="utf-8") as file:
                return file.read().strip()
        except FileNotFoundError:
            return ""

    return workshop.known(int(until(read, what=f"{name} is written"))).pid


def start_py(workshop: Workshop) -> None:
    """Put a bot into the workshop that writes its number and starts a child."""
    with open(os.path.join(workshop.folder, "start.py"), "w", encoding="utf-8") as file:
        file.write(
            "import os, subprocess, time\n"
            "child = subprocess.Popen(['sleep', '600'])\n"
            "open('child.new', 'w').write(str(child.pid)); os.rename('child.new', 'child.pid')\n"
            "open('bot.new', 'w').write(str(os.getpid())); os.rename('bot.new', 'bot.pid')\n"
            "time.sleep(600)\n"
        )


def test_a_bot_started_in_a_terminal_goes_without_its_shell(workshop: Workshop, need_tool: Any) -> None:
    """It is a job of an interactive shell: the shell and its other jobs survive."""
    need_tool("bash")
    start_py(workshop)
    terminal = typed(
        workshop, "echo $$ > shell.pid", "sleep 600 &", "echo $! > job.pid", f"'{sys.executable}' start.py"
    )
    shell, job = number_in(workshop, "shell.pid"), number_in(workshop, "job.pid")
    child_pid, bot = number_in(workshop, "child.pid"), number_in(workshop, "bot.pid")
    who = workshop.engine.identify(bot)
    assert who is not None
    held = workshop.engine.recognise(who)
    assert held is not None
    assert set(workshop.engine.remains(held, workshop.lock_path, False)) == {bot, child_pid}
    workshop.clear(held, launched_by_us=False)
    assert workshop.gone(bot, child_pid)()
    held.close()
    assert terminal.stdin is not None
    terminal.stdin.write(b"echo alive > alive\n")
    terminal.stdin.flush()
    until(lambda: os.path.exists(os.path.join(workshop.folder, "alive")), what="the shell goes on")
    assert workshop.engine.identify(shell) is not None
    assert workshop.engine.identify(job) is not None


@pytest.mark.parametrize("politely", [True, False])
def test_a_bot_started_by_a_script_goes_without_the_script(
    workshop: Workshop, need_tool: Any, politely: bool
) -> None:
    """It shares group and session with the script that started it: only itself and its child end."""
    bash = need_tool("bash")
    start_py(workshop)
    script = f"sleep 600 & echo $! > job.pid; '{sys.executable}' start.py; echo $? > after; wait"
    shell = workshop.run_by_hand(bash, "-c", script)
    job, child_pid, bot = (number_in(workshop, f"{name}.pid") for name in ("job", "child", "bot"))
    who = workshop.engine.identify(bot)
    assert who is not None
    held = workshop.engine.recognise(who)
    assert held is not None
    if politely:
        workshop.engine.ask_to_stop(held, "SIGTERM")
        until(held.ended)
    workshop.clear(held, launched_by_us=False)
    held.close()
    assert workshop.gone(bot, child_pid)()
    until(lambda: os.path.exists(os.path.join(workshop.folder, "after")), what="the script goes on")
    assert shell.poll() is None
    assert workshop.engine.identify(job) is not None


def test_a_bot_that_stops_itself_does_not_take_us_with_it(workshop: Workshop) -> None:
    """A bot that runs "vigie restart" is our ancestor: it ends, its child that does the work lives on."""
    script = (
        "import os, subprocess, sys, time\n"
        "if sys.argv[1] == 'bot':\n"
        "    subprocess.Popen([sys.executable, __file__, 'stop', str(os.getpid()), *sys.argv[2:]])\n"
        "    time.sleep(600)\n"
        "from vigie.engines import local_engine\n"
        "engine = local_engine()\n"
        "held = engine.recognise(engine.identify(int(sys.argv[2])))\n"
        "lock = sys.argv[3]\n"
        "engine.kill_tree(held, lock, True)\n"
        "while engine.remains(held, lock, True): time.sleep(0.001)\n"
        "open(sys.argv[4], 'w').write('done')\n"
    )
    path = a_file(workshop, "start.py", script.encode(), 0o600)
    done = os.path.join(workshop.folder, "done")
    held = workshop.launch(workshop.plan_of(sys.executable, path, "bot", workshop.lock_path, done))
    assert how_it_ended(held) == Exit(signal=9)
    until(lambda: os.path.exists(done), what="the one that ended it goes on")
