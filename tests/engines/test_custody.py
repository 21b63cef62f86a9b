"""Who has the port, and whether somebody has started this very bot by hand."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys

import pytest

from tests.engines.workshop import Workshop, child
from tests.waiting import until
from vigie.engines import custody

COMMAND = (sys.executable, "start.py")


def folder(workshop: Workshop, name: str, program: str = "sleeps") -> str:
    """Make a bot's folder whose start.py is one of ``tests/children``."""
    path = os.path.join(workshop.folder, name)
    os.makedirs(path, exist_ok=True)
    shutil.copy(child(program), os.path.join(path, "start.py"))
    return path


def run(workshop: Workshop, directory: str, *command: str) -> subprocess.Popen[bytes]:
    """Start a command by hand in a folder and wait until it is ready."""
    process = workshop.run_by_hand(*command, directory=directory)
    assert process.stdout is not None
    assert process.stdout.readline().strip() == b"ready"
    return process


def listening(workshop: Workshop, directory: str, *command: str) -> tuple[subprocess.Popen[bytes], int]:
    """Start listens.py by hand in a folder and return it with its port."""
    told = os.path.join(workshop.folder, "port")
    process = workshop.run_by_hand(*(command or (sys.executable, "start.py")), told, directory=directory)
    until(lambda: os.path.exists(told), what="it listens")
    with open(told, encoding="utf-8") as file:
        return process, int(file.read())


# the port


def test_a_free_port_is_free_and_nobody_listens() -> None:
    """Nobody is named and a bot could listen."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    assert custody.free(port)
    assert custody.listeners(port) == []


@pytest.mark.parametrize("address", ["127.0.0.1", "0.0.0.0", "::1", "::"])
def test_a_listener_on_any_address_is_seen(address: str) -> None:
    """IPv4 or IPv6, one address or all: the port is not free, and the listener is named."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family) as listener:
        try:
            listener.bind((address, 0))
        except OSError:
            pytest.skip("no IPv6 here")
        listener.listen()
        port = listener.getsockname()[1]
        assert not custody.free(port)
        (found,) = custody.listeners(port)
        assert found.pid == os.getpid()
    assert custody.free(port)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows does not say whether TIME_WAIT hinders")
def test_connections_of_a_bot_that_has_ended_are_in_nobodys_way() -> None:
    """After its end its connections linger for a minute; the port is free all the same."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)) as client:
            accepted, _ = listener.accept()
            accepted.close()
            assert client.recv(1) == b""
    assert custody.free(port)
    assert custody.listeners(port) == []


def test_asking_does_not_disturb_a_listener() -> None:
    """No connection reaches it."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        listener.settimeout(0)
        assert not custody.free(listener.getsockname()[1])
        with pytest.raises(BlockingIOError):
            listener.accept()


def test_a_listener_is_named_without_its_secrets(workshop: Workshop) -> None:
    """Number, program, script and folder; no other argument."""
    directory = folder(workshop, "bot", "listens")
    process, port = listening(workshop, directory)
    (found,) = custody.listeners(port)
    assert found.pid == process.pid
    assert found.program == f"{os.path.basename(sys.executable)} start.py"
    assert found.directory is not None
    assert os.path.samefile(found.directory, directory)


def test_a_bound_port_without_a_listener_is_not_free() -> None:
    """Somebody else has it, though nobody would answer."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        assert not custody.free(port)


# the bot started by hand


def find(directory: str, *command: str, port: int | None = None, ignore: tuple[int, ...] = ()) -> int | None:
    """Look for a bot of this folder."""
    return custody.find_by_hand(directory, command or COMMAND, port, ignore)


def test_a_bot_started_in_its_folder_is_found(workshop: Workshop) -> None:
    """``python start.py`` typed in the bot's folder."""
    directory = folder(workshop, "bot")
    assert find(directory) is None
    process = run(workshop, directory, sys.executable, "start.py")
    assert find(directory) == process.pid
    assert find(directory, "python3.99", "./start.py") == process.pid
    assert find(directory, ignore=(process.pid,)) is None


def test_a_bot_started_from_elsewhere_is_found(workshop: Workshop) -> None:
    """The script is the same file, by whatever path and options it was named."""
    directory = folder(workshop, "my bot é'\"")
    process = run(
        workshop,
        workshop.folder,
        sys.executable,
        "-u",
        "-X",
        "dev",
        os.path.join("my bot é'\"", "start.py"),
        "--debug",
    )
    assert find(directory) == process.pid


def test_a_link_to_the_folder_is_the_folder(workshop: Workshop) -> None:
    """Both ways lead to one bot."""
    directory = folder(workshop, "bot")
    link = os.path.join(workshop.folder, "link")
    os.symlink(directory, link)
    process = run(workshop, link, sys.executable, "start.py")
    assert find(directory) == find(link) == process.pid


def test_a_namesake_in_another_folder_is_a_stranger(workshop: Workshop) -> None:
    """The same script name elsewhere is another bot."""
    ours, theirs = folder(workshop, "ours"), folder(workshop, "theirs")
    run(workshop, theirs, sys.executable, "start.py")
    assert find(ours) is None


@pytest.mark.parametrize(
    "code",
    [
        "import time; print('ready', flush=True); time.sleep(600)",
        "import sys, time; print('ready', flush=True); time.sleep(600 if 'start.py' in sys.argv else 0)",
    ],
)
def test_who_merely_names_the_script_is_no_bot(workshop: Workshop, code: str) -> None:
    """Code that is given the script as an argument does not run it."""
    directory = folder(workshop, "bot")
    run(workshop, directory, sys.executable, "-c", code, "start.py")
    assert find(directory) is None


@pytest.mark.skipif(sys.platform == "win32", reason="needs tail")
def test_who_reads_the_script_is_no_bot(workshop: Workshop) -> None:
    """An editor, a pager, a grep on start.py in the bot's folder."""
    directory = folder(workshop, "bot")
    reader = workshop.run_by_hand("tail", "-f", "start.py", directory=directory)
    assert reader.stdout is not None
    assert reader.stdout.readline()
    assert find(directory) is None
    assert find(directory, "tail", "-f", "start.py") == reader.pid


def test_a_module_with_the_script_as_its_argument_is_no_bot(workshop: Workshop) -> None:
    """``python -m checker start.py`` runs the checker."""
    directory = folder(workshop, "bot")
    shutil.copy(child("sleeps"), os.path.join(directory, "checker.py"))
    process = run(workshop, directory, sys.executable, "-m", "checker", "start.py")
    assert find(directory) is None
    assert find(directory, "python", "-m", "checker") == process.pid
    assert find(workshop.folder, "python", "-m", "checker") is None


def test_another_task_of_the_same_script_is_no_bot(workshop: Workshop) -> None:
    """Arguments of the command must come first: ``manage.py migrate`` is not ``manage.py runbot``."""
    directory = folder(workshop, "bot")
    process = run(workshop, directory, sys.executable, "start.py", "migrate", "now")
    assert find(directory, "python", "start.py", "runbot") is None
    assert find(directory, "python", "start.py", "migrate") == process.pid


def test_of_a_family_the_eldest_is_the_bot(workshop: Workshop) -> None:
    """Workers that it forked look like itself; the topmost is meant."""
    directory = folder(workshop, "bot")
    with open(os.path.join(directory, "start.py"), "w", encoding="utf-8") as script:
        script.write(
            "import subprocess, sys, time\n"
            "if sys.argv[1:] != ['worker']:\n"
            "    worker = subprocess.Popen([sys.executable, 'start.py', 'worker'])\n"
            "    while worker.poll() is None: time.sleep(1)\n"
            "print('ready', flush=True)\n"
            "time.sleep(600)\n"
        )
    process = run(workshop, directory, sys.executable, "start.py")
    try:
        assert find(directory) == process.pid
    finally:
        who = workshop.engine.identify(process.pid)
        assert who is not None
        held = workshop.engine.recognise(who)
        assert held is not None
        workshop.clear(held, launched_by_us=False)
        held.close()


@pytest.mark.skipif(sys.platform == "win32", reason="needs a shebang line")
def test_a_script_started_by_its_own_name_is_found(workshop: Workshop) -> None:
    """Its interpreter shows up instead of it; either way of writing the command finds it."""
    directory = folder(workshop, "bot")
    path = os.path.join(directory, "start.py")
    with open(path, encoding="utf-8") as source:
        content = source.read()
    with open(path, "w", encoding="utf-8") as script:
        script.write(f"#!{sys.executable}\n{content}")
    os.chmod(path, 0o700)
    process = run(workshop, directory, "./start.py")
    assert find(directory) == find(directory, "./start.py") == process.pid


def test_who_listens_on_the_port_and_works_in_the_folder_is_the_bot(workshop: Workshop) -> None:
    """Started by another way than the command, but it answers for this bot."""
    directory = folder(workshop, "bot", "listens")
    process, port = listening(workshop, directory, sys.executable, "-m", "start")
    assert find(directory) is None
    assert find(directory, port=port) == process.pid
    assert find(directory, port=port, ignore=(process.pid,)) is None


def test_who_listens_on_the_port_elsewhere_is_a_stranger(workshop: Workshop) -> None:
    """Another folder's program on our port is named, not recognised."""
    ours, theirs = folder(workshop, "ours"), folder(workshop, "theirs", "listens")
    _, port = listening(workshop, theirs)
    assert find(ours, port=port) is None
    assert [found.program for found in custody.listeners(port)]


def test_the_one_who_started_the_listener_is_the_bot(workshop: Workshop) -> None:
    """A server's worker listens; its parent of the same kind in the same folder is what must be held."""
    directory = folder(workshop, "bot", "listens")
    with open(os.path.join(directory, "serve.py"), "w", encoding="utf-8") as script:
        script.write("import subprocess, sys\nsubprocess.run([sys.executable, 'start.py', sys.argv[1]])\n")
    process, port = listening(workshop, directory, sys.executable, "serve.py")
    found = find(directory, "python", "-m", "bot", port=port)
    assert found == process.pid
    who = workshop.engine.identify(process.pid)
    assert who is not None
    held = workshop.engine.recognise(who)
    assert held is not None
    workshop.clear(held, launched_by_us=False)
    held.close()


def test_we_ourselves_are_never_the_bot() -> None:
    """Tests run by the same kind of program in this very folder are not recognised, nor who started them."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        assert find(os.getcwd(), port=listener.getsockname()[1]) is None


@pytest.mark.parametrize("command", [(), ("",), ("python",), ("python", "-c", "code")])
def test_a_command_that_names_nothing_finds_nobody(workshop: Workshop, command: tuple[str, ...]) -> None:
    """Without a script there is nothing to recognise."""
    directory = folder(workshop, "bot")
    run(workshop, directory, sys.executable, "start.py")
    assert custody.find_by_hand(directory, command, None) is None
