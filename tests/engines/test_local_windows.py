"""The real engine on Windows: the contract, then what only Windows can show."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest

from tests.engines.contract import EngineContract, how_it_ended, readable
from tests.engines.workshop import Workshop, child
from tests.waiting import until
from vigie.engines import _winapi, local_windows, windows_break, windows_leftovers, windows_tree
from vigie.engines import windows_copy_lock as copy_lock
from vigie.engines import windows_job as jobs
from vigie.engines import windows_process as processes
from vigie.engines.base import Exit, Identity, LaunchError, LaunchPlan

assert sys.platform == "win32"

PYTHON: str = getattr(sys, "_base_executable", sys.executable)
"""The interpreter itself: in a virtual environment python.exe is a launcher that starts it as its child."""


class WindowsWorkshop(Workshop):
    """A workshop whose bots are one process each."""

    engine: local_windows.LocalWindows

    def __init__(self, folder: str) -> None:
        """Work in ``folder``."""
        super().__init__(folder)
        self.engine = local_windows.LocalWindows()

    def plan(self, program: str, *arguments: str) -> LaunchPlan:
        """Return the plan of the one bot, running one of ``tests/children`` in the interpreter itself."""
        return self.plan_of(PYTHON, child(program), *arguments)


@pytest.fixture
def workshop(tmp_path: os.PathLike[str]) -> Iterator[WindowsWorkshop]:
    """Give a folder with real processes; all of them are ended afterwards."""
    working = WindowsWorkshop(os.fspath(tmp_path))
    yield working
    working.close()


class TestLocalWindows(EngineContract):
    """The contract, on real processes."""


def birth(
    workshop: WindowsWorkshop, *arguments: str, environment: dict[str, str] | None = None
) -> dict[str, object]:
    """Launch the program that tells what it was born with, and return that."""
    told = os.path.join(workshop.folder, "birth.json")
    program = child("tells_its_windows_birth")
    held = workshop.launch(workshop.plan_of(PYTHON, program, told, *arguments, environment=environment))
    until(lambda: os.path.exists(told), what="the bot has told its birth")
    with open(told, encoding="utf-8") as file:
        facts: dict[str, object] = json.load(file)
    assert facts["pid"] == held.identity.pid
    return facts


# how a bot is born


def test_a_bot_gets_exactly_the_environment_of_the_plan(workshop: WindowsWorkshop) -> None:
    """Nothing of ours is added but the mark and what Windows needs; nothing is lost or changed."""
    os.environ["VIGIE_TEST_OURS"] = "ours alone"
    given = {"TOKEN": "a=b c'\"%PATH%&é€\U0001f600", "EMPTY": "", "lower": "case", "VIGIE_BOT": "outer"}
    environment = birth(workshop, environment=given)["environment"]
    assert isinstance(environment, dict)
    # os.environ names all variables in capitals
    expected = {
        "TOKEN": given["TOKEN"],
        "EMPTY": "",
        "LOWER": "case",
        "SYSTEMROOT": os.environ["SYSTEMROOT"],
    }
    assert {name: environment.get(name) for name in expected} == expected
    assert environment["VIGIE_BOT"].endswith(":" + os.path.realpath(workshop.lock_path))
    assert not {"VIGIE_TEST_OURS", "PATH"} & set(environment)


def test_a_bot_gets_its_arguments_as_they_are(workshop: WindowsWorkshop) -> None:
    """No shell reads them, so nothing in them is special."""
    arguments = ["a b", "", 'say "hi"', "back\\slash\\", "\\\\", "&echo", "%PATH%", "^", "été", "--", "*"]
    assert birth(workshop, *arguments)["arguments"] == arguments


def test_a_bot_reads_the_end_of_its_input_at_once(workshop: WindowsWorkshop) -> None:
    """Also the second time, when the lock file already names an earlier bot."""
    assert birth(workshop)["input"] == ""
    workshop.clear(workshop.helds[-1])
    os.remove(os.path.join(workshop.folder, "birth.json"))
    assert birth(workshop)["input"] == ""


def test_a_bot_has_a_console_of_its_own(workshop: WindowsWorkshop) -> None:
    """Closing ours, or a Ctrl-C in it, is nothing to the bot."""
    facts = birth(workshop)
    assert facts["console"] == [facts["pid"]]


def test_a_bot_inherits_no_file_of_ours(workshop: WindowsWorkshop) -> None:
    """Not even one that is marked to be inherited."""
    import msvcrt

    path = os.path.join(workshop.folder, "secret")
    with open(path, "w", encoding="utf-8") as secret:
        handle = msvcrt.get_osfhandle(secret.fileno())
        os.set_handle_inheritable(handle, True)
        behind = birth(workshop, "handle", str(handle))["handle"]
    assert "secret" not in str(behind)


def test_a_bot_runs_in_its_folder_however_awkward(workshop: WindowsWorkshop) -> None:
    """Spaces, accents, signs of the shell in its path are no trouble, for log and lock neither."""
    workshop.folder = os.path.join(workshop.folder, "été à l'école & (2) %TEMP% ^!" + "x" * 60)
    os.mkdir(workshop.folder)
    directory = birth(workshop)["directory"]
    assert os.path.samefile(str(directory), workshop.folder)
    assert workshop.engine.copy_holders(workshop.lock_path) == [workshop.helds[-1].identity.pid]


def test_output_is_appended_and_the_log_can_be_rotated_meanwhile(workshop: WindowsWorkshop) -> None:
    """What is in the log stays, and the file can be renamed while the bot writes."""
    os.makedirs(os.path.dirname(workshop.log_path))
    with open(workshop.log_path, "w", encoding="ascii") as log:
        log.write("before\n")
    workshop.start("sleeps")
    assert workshop.said().splitlines() == ["before", "ready"]
    os.replace(workshop.log_path, workshop.log_path + ".1")
    assert not os.path.exists(workshop.log_path)


@pytest.mark.parametrize("code", [259, 0xC000013A, 0xFFFFFFFF])
def test_any_exit_code_is_told_without_sign(workshop: WindowsWorkshop, code: int) -> None:
    """Also 259, with which Windows says "still running", and the codes of Windows' own exceptions."""
    program = f"import ctypes; ctypes.WinDLL('kernel32').ExitProcess(ctypes.c_uint32({code}))"
    held = workshop.launch(workshop.plan_of(PYTHON, "-c", program))
    assert how_it_ended(held) == Exit(code=code)


# who it is, and its end


def test_only_the_exact_number_is_the_process(workshop: WindowsWorkshop) -> None:
    """Windows itself would open the process for the three numbers that follow, too."""
    held = workshop.start("sleeps")
    for wrong in (held.identity.pid + 1, held.identity.pid + 2, held.identity.pid + 3, 0, -4, 1 << 33):
        assert workshop.engine.identify(wrong) is None


def test_letting_go_ends_the_waiting(workshop: WindowsWorkshop) -> None:
    """A held process that is let go leaves neither thread nor socket nor handle, were it never to end."""
    import psutil

    held = workshop.start("sleeps")
    workshop.engine.copy_alive(workshop.lock_path)

    def hold_and_let_go() -> None:
        for _ in range(20):
            again = workshop.engine.recognise(held.identity)
            assert again is not None
            assert not readable(again)
            again.close()

    hold_and_let_go()
    threads, handles = threading.active_count(), psutil.Process().num_handles()
    hold_and_let_go()
    assert threading.active_count() == threads
    assert psutil.Process().num_handles() <= handles + 5


def test_many_are_waited_for_at_once(workshop: WindowsWorkshop) -> None:
    """One selector sees the end of each, also of the same process held twice."""
    held = workshop.start("sleeps")
    others = [workshop.engine.recognise(held.identity) for _ in range(70)]
    assert all(other is not None and not readable(other) for other in others)
    workshop.crash(held)
    for other in others:
        assert other is not None
        assert readable(other, 10)
        other.close()


# no second copy


def test_nobody_can_remove_the_lock_of_a_living_bot(workshop: WindowsWorkshop) -> None:
    """The lock file cannot be deleted, renamed or written to meanwhile."""
    held = workshop.start("sleeps")
    with pytest.raises(PermissionError):
        os.remove(workshop.lock_path)
    with pytest.raises(PermissionError):
        os.rename(workshop.lock_path, workshop.lock_path + ".old")
    with pytest.raises(PermissionError):
        os.truncate(workshop.lock_path, 0)
    workshop.clear(held)
    os.remove(workshop.lock_path)


def test_of_two_launches_at_the_same_moment_one_is_refused(workshop: WindowsWorkshop) -> None:
    """Two monitors that launch at once bring one bot to life."""
    plan = workshop.plan("sleeps")
    starting = threading.Barrier(2)
    refusals: list[LaunchError] = []

    def launch() -> None:
        engine = local_windows.LocalWindows()
        starting.wait()
        try:
            workshop.helds.append(engine.launch(plan))
        except LaunchError as refusal:
            refusals.append(refusal)

    for _ in range(5):
        both = [threading.Thread(target=launch) for _ in range(2)]
        for thread in both:
            thread.start()
        for thread in both:
            thread.join()
        assert len(workshop.helds) == len(refusals) == 1
        assert refusals[0].refused
        held = workshop.helds.pop()
        assert workshop.engine.copy_holders(plan.lock_path) == [held.identity.pid]
        workshop.clear(held)
        held.close()
        refusals.clear()


def test_asking_for_the_lock_disturbs_no_launch(workshop: WindowsWorkshop) -> None:
    """Somebody who asks all the time whether the bot lives does not keep it from starting."""
    enough = threading.Event()
    other = local_windows.LocalWindows()

    def ask() -> None:
        while not enough.is_set():
            other.copy_alive(workshop.lock_path)

    asking = threading.Thread(target=ask)
    asking.start()
    try:
        for _ in range(10):
            held = workshop.launch(workshop.plan("dies_at_once", "0"))
            how_it_ended(held)
            until(lambda: not other.copy_alive(workshop.lock_path), what="the lock is free")
    finally:
        enough.set()
        asking.join()


def test_a_scanner_that_reads_the_lock_is_no_copy(workshop: WindowsWorkshop) -> None:
    """A program that has the file open for reading neither counts as a bot nor keeps one from starting."""
    os.makedirs(os.path.dirname(workshop.lock_path))
    with open(workshop.lock_path, "wb"):
        pass
    with open(workshop.lock_path, "rb") as scanner:
        assert not scanner.closed
        assert not workshop.engine.copy_alive(workshop.lock_path)
        workshop.start("sleeps")


def test_the_lock_names_the_first_process(workshop: WindowsWorkshop) -> None:
    """Whoever finds a living bot that nobody remembers learns which process is the bot itself."""
    assert workshop.engine.leader(workshop.lock_path) is None
    held = workshop.start("leaves_grandchildren")
    assert local_windows.LocalWindows().leader(workshop.lock_path) == held.identity
    workshop.clear(held)
    assert workshop.engine.leader(workshop.lock_path) == held.identity
    again = workshop.launch(workshop.plan("sleeps"))
    assert workshop.engine.leader(workshop.lock_path) == again.identity


# the whole tree


def test_nothing_leaves_the_job(workshop: WindowsWorkshop) -> None:
    """A child may not break away, and one that is detached from all that it can be is found and ended."""
    held = workshop.start("tries_to_break_away")
    lines = workshop.said().splitlines()
    assert "refused" in lines
    detached = int(next(line for line in lines if line.startswith("detached")).split()[1])
    workshop.crash(held)
    how_it_ended(held)
    assert workshop.engine.remains(held, workshop.lock_path, True) == [detached]
    assert workshop.engine.copy_alive(workshop.lock_path)
    workshop.clear(held)
    assert workshop.engine.identify(detached) is None


LAUNCH_AND_FORGET = """
import os, sys
from vigie.engines.base import LaunchPlan
from vigie.engines.local_windows import LocalWindows
python, program, folder, log, lock = sys.argv[1:]
held = LocalWindows().launch(LaunchPlan("bot", (python, program), folder, log, lock, dict(os.environ)))
print(*held.identity[:2])
"""


def test_leftovers_are_found_when_nobody_has_the_job_open(workshop: WindowsWorkshop) -> None:
    """The monitor ended, then the bot died: its children, which hold their standard input, are found."""
    plan = workshop.plan("leaves_grandchildren")
    words = (PYTHON, child("leaves_grandchildren"), plan.directory, plan.log_path, plan.lock_path)
    answer = subprocess.run(
        [sys.executable, "-c", LAUNCH_AND_FORGET, *words],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    ).stdout.split()
    bot = Identity(int(answer[0]), int(answer[1]), "")
    workshop.until_ready()
    children = {int(number) for number in workshop.said().split()[:2]}
    handle = processes.open_living(bot, processes.END)
    assert handle is not None
    with handle:
        processes.terminate(handle)
        until(lambda: processes.over(handle), what="the bot has ended")
    later = local_windows.LocalWindows()
    assert later.copy_alive(plan.lock_path)
    with pytest.raises(LaunchError) as refusal:
        later.launch(plan)
    assert refusal.value.refused
    assert set(copy_lock.holders(plan.lock_path)) == children
    assert {member.pid for member in windows_leftovers.find(plan.lock_path)} == children
    assert set(later.end_leftovers(plan.lock_path)) == children
    until(lambda: not later.copy_alive(plan.lock_path), what="the lock is free")
    workshop.launch(plan)


def test_who_merely_has_the_lock_open_is_no_leftover(workshop: WindowsWorkshop) -> None:
    """An editor or a scanner that reads the lock file carries no mark of the bot, and is never ended."""
    os.makedirs(os.path.dirname(workshop.lock_path))
    with open(workshop.lock_path, "wb"):
        pass
    program = "import sys; file = open(sys.argv[1], 'rb'); print('ready', flush=True); input()"
    process = workshop.run_by_hand(PYTHON, "-c", program, workshop.lock_path)
    assert process.stdout is not None
    assert process.stdout.readline().strip() == b"ready"
    assert windows_leftovers.find(workshop.lock_path) == []
    assert workshop.engine.end_leftovers(workshop.lock_path) == []
    assert process.poll() is None


def test_a_process_that_was_let_go_has_no_descendants_to_end(workshop: WindowsWorkshop) -> None:
    """Its number may be another's by then: without a handle nothing is proven, so nobody is hit."""
    process = workshop.run_by_hand(PYTHON, child("leaves_grandchildren"))
    held = workshop.engine.recognise(workshop.known(process.pid))
    assert held is not None
    assert process.stdout is not None
    children = [int(number) for number in process.stdout.readline().split()]
    held.close()
    workshop.engine.kill_tree(held, workshop.lock_path, False)
    for number in (process.pid, *children):
        workshop.known(number)


def test_a_bot_may_have_itself_ended(workshop: WindowsWorkshop) -> None:
    """A child of the bot that ends the bot's tree survives, and so does what started it short of the bot."""
    told = os.path.join(workshop.folder, "told")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    held = workshop.launch(
        workshop.plan_of(PYTHON, child("ends_its_own_bot"), workshop.lock_path, told, environment=environment)
    )
    how_it_ended(held)
    until(lambda: os.path.exists(told), 30, "the child has told")
    with open(told, encoding="ascii") as file:
        assert file.read() == "[]"


def test_descendants_are_found_through_a_parent_that_has_ended(workshop: WindowsWorkshop) -> None:
    """Of a process started by hand that has ended, the children are still known while it is held."""
    process = workshop.run_by_hand(PYTHON, child("leaves_grandchildren"), "exit")
    held = workshop.engine.recognise(workshop.known(process.pid))
    assert held is not None
    assert process.stdout is not None
    children = [int(number) for number in process.stdout.readline().split()]
    for number in children:
        workshop.known(number)
    how_it_ended(held)
    assert workshop.engine.remains(held, workshop.lock_path, False) == sorted(children)
    workshop.clear(held, launched_by_us=False)
    assert workshop.gone(*children)()
    held.close()


def test_the_table_of_processes_has_us_and_our_children(workshop: WindowsWorkshop) -> None:
    """Parents are told as Windows knows them."""
    process = workshop.run_by_hand(PYTHON, "-c", "input()")
    assert windows_tree.Entry(process.pid, os.getpid()) in windows_tree.snapshot()


def test_a_job_of_more_processes_than_expected_is_told_whole(
    workshop: WindowsWorkshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The list of a job's processes has room for all."""
    program = "import subprocess, sys, time\n" + (
        "for _ in range(4): subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        "print('ready', flush=True); time.sleep(600)"
    )
    held = workshop.launch(workshop.plan_of(PYTHON, "-c", program))
    workshop.until_ready()
    job = jobs.Job.find(workshop.lock_path)
    assert job is not None
    everybody = job.pids()
    assert len(everybody) == 5
    assert held.identity.pid in everybody
    monkeypatch.setattr(jobs, "FIRST_ROOM", 1)
    assert sorted(job.pids()) == sorted(everybody)
    job.close()


# asking politely


def asked(process: subprocess.Popen[bytes], workshop: WindowsWorkshop) -> int:
    """Run the helper for a process started by hand, and return its exit code."""
    who = workshop.known(process.pid)
    root = os.path.dirname(os.path.dirname(os.path.dirname(windows_break.__file__)))
    words = [sys.executable, "-I", "-S", "-c", windows_break.GO, root, str(who.pid), str(who.started)]
    return subprocess.run(words, check=False, stderr=subprocess.DEVNULL).returncode


def test_a_console_shared_with_others_is_never_broken_into(workshop: WindowsWorkshop) -> None:
    """A bot in the user's own window is not asked: Ctrl-Break would reach the shell, and us, as well."""
    process = workshop.run_by_hand(PYTHON, child("sleeps"))
    assert process.stdout is not None
    assert process.stdout.readline().strip() == b"ready"
    assert asked(process, workshop) == 1
    assert process.poll() is None


def test_a_bot_alone_in_a_window_of_its_own_is_asked(workshop: WindowsWorkshop) -> None:
    """Started by hand with its own console, nobody else can be hit: it is asked like one of ours."""
    flags = subprocess.CREATE_NEW_CONSOLE | subprocess.CREATE_NEW_PROCESS_GROUP
    hidden = subprocess.STARTUPINFO(dwFlags=subprocess.STARTF_USESHOWWINDOW)
    process = subprocess.Popen(
        [PYTHON, child("sleeps")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        creationflags=flags,
        startupinfo=hidden,
    )
    workshop.started.append(process)
    assert process.stdout is not None
    assert process.stdout.readline().strip() == b"ready"
    assert asked(process, workshop) == 0
    assert process.wait(20) == 0xC000013A


def test_a_request_to_somebody_elses_number_does_nothing(workshop: WindowsWorkshop) -> None:
    """The helper looks again who the number belongs to before it sends anything."""
    held = workshop.start("sleeps")
    stale = held.identity._replace(started=held.identity.started - 1)
    assert not windows_break.send(stale, own_console=True)
    assert held.ended() is None


# what cannot be launched


def refused(workshop: WindowsWorkshop, plan: LaunchPlan) -> LaunchError:
    """Launch what cannot be, and make sure that nothing is left of it."""
    with pytest.raises(LaunchError) as error:
        workshop.engine.launch(plan)
    assert not workshop.engine.copy_alive(workshop.lock_path)
    return error.value


def written(workshop: WindowsWorkshop, name: str, text: str) -> str:
    """Write a file into the workshop's folder and return its path."""
    path = os.path.join(workshop.folder, name)
    with open(path, "w", encoding="ascii") as file:
        file.write(text)
    return path


def test_a_command_that_is_nowhere(workshop: WindowsWorkshop) -> None:
    """Neither on the PATH nor anywhere else."""
    error = refused(workshop, workshop.plan_of("no-such-program-at-all"))
    assert (error.key, error.values) == (
        "engine.command-not-found",
        {"command": "no-such-program-at-all"},
    )


def test_a_program_in_the_folder_is_not_found_by_its_bare_name(workshop: WindowsWorkshop) -> None:
    """What somebody dropped into the folder never wins over the PATH; with ``.\\`` it is meant."""
    written(workshop, "dropped.cmd", "@echo ready\n")
    assert refused(workshop, workshop.plan_of("dropped.cmd")).key == "engine.command-in-directory"
    assert refused(workshop, workshop.plan_of("dropped")).key == "engine.command-in-directory"
    held = workshop.launch(workshop.plan_of(".\\dropped"))
    assert how_it_ended(held) == Exit(code=0)
    assert workshop.said().split() == ["ready"]


def test_a_file_that_is_no_program(workshop: WindowsWorkshop) -> None:
    """A script without interpreter, or text that calls itself a program."""
    for name in ("start.py", "text.exe"):
        path = written(workshop, name, "hello\n")
        error = refused(workshop, workshop.plan_of(path))
        assert (error.key, error.values) == ("engine.not-executable", {"command": path})


def test_a_folder_that_is_missing(workshop: WindowsWorkshop) -> None:
    """Named as such, not as a missing command."""
    nowhere = os.path.join(workshop.folder, "nowhere")
    error = refused(workshop, workshop.plan_of(PYTHON, "-V", directory=nowhere))
    assert (error.key, error.values) == ("engine.directory-missing", {"directory": nowhere})


def test_a_script_that_is_missing(workshop: WindowsWorkshop) -> None:
    """Told before Python would."""
    error = refused(workshop, workshop.plan_of(PYTHON, "start.py"))
    assert (error.key, error.values["script"]) == ("engine.script-missing", "start.py")


def test_no_command_at_all(workshop: WindowsWorkshop) -> None:
    """An empty command, or an empty word for one."""
    for command in ((), ("",)):
        assert refused(workshop, workshop.plan_of(*command)).key == "engine.no-command"


def test_a_log_that_cannot_be_written(workshop: WindowsWorkshop) -> None:
    """Its name is a folder's."""
    os.makedirs(workshop.log_path)
    error = refused(workshop, workshop.plan("sleeps"))
    assert (error.key, error.values["path"]) == ("engine.log-not-writable", workshop.log_path)
    assert error.values["reason"]


def test_a_lock_that_cannot_be_written(workshop: WindowsWorkshop) -> None:
    """Its name is a folder's."""
    os.makedirs(workshop.lock_path)
    error = refused(workshop, workshop.plan("sleeps"))
    assert (error.key, error.values["path"]) == ("engine.lock-not-writable", workshop.lock_path)


def test_a_launch_works_after_one_that_failed(workshop: WindowsWorkshop) -> None:
    """A failure leaves no lock behind."""
    refused(workshop, workshop.plan_of("no-such-program-at-all"))
    workshop.start("sleeps")


def test_a_batch_file_gets_plain_words_and_no_others(workshop: WindowsWorkshop) -> None:
    """cmd.exe has to run it: what it could take for its own is refused, everything else arrives."""
    path = written(workshop, "my bot (1).cmd", "@echo [%~1] [%~2] [%3]\n")
    held = workshop.launch(workshop.plan_of(path, "a b", "c,d;e=f", ""))
    assert how_it_ended(held) == Exit(code=0)
    assert workshop.said().strip() == '[a b] [c,d;e=f] [""]'
    for word in ("a&b", "%PATH%", 'a"b', "a|b", "a>b", "a^b", "a!b", "a\nb"):
        error = refused(workshop, workshop.plan_of(path, word))
        assert error.key == "engine.batch-argument"
        assert word not in str(error.values)


# the job's name


def test_the_same_lock_is_the_same_job_however_it_is_written(workshop: WindowsWorkshop) -> None:
    """Case, slashes and detours in the path do not make another bot of it."""
    os.makedirs(os.path.dirname(workshop.lock_path))
    open(workshop.lock_path, "wb").close()
    detour = os.path.join(workshop.folder, ".vigie", "..", ".vigie", "bot.lock")
    names = {jobs.name_of(path) for path in (workshop.lock_path, workshop.lock_path.upper(), detour)}
    assert len(names) == 1
    assert jobs.name_of(workshop.lock_path + "2") not in names


def test_sockets_are_what_a_selector_gets(workshop: WindowsWorkshop) -> None:
    """The descriptor is a socket's, the only kind that ``select`` takes on Windows."""
    held = workshop.start("sleeps")
    duplicate = socket.socket(fileno=socket.dup(held.fileno()))
    assert duplicate.family in (socket.AF_INET, socket.AF_INET6)
    duplicate.close()


def test_restart_manager_and_words_are_there() -> None:
    """What is looked up only when needed exists, and errors are explained without Windows' line end."""
    assert _winapi.restart_manager().RmGetList.argtypes
    words = _winapi.explain(_winapi.ERROR_FILE_NOT_FOUND)
    assert words
    assert words == words.strip()
    assert os.path.isfile(os.path.join(os.environ["SYSTEMROOT"], "System32", "cmd.exe"))
