"""The guide's first door, ``bot_monitor.py``: it finds vigie wherever it is and hands everything over."""

from __future__ import annotations

import glob
import json
import os
import shutil
import socket
import subprocess
import sys
import venv

import pytest

from tests.cli import pretend_vigie

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
DOOR = os.path.join(ROOT, "bot_monitor.py")

FOLDERS = (".venv", "venv", "env")


@pytest.fixture
def folder(tmp_path: object) -> str:
    """A bot's folder, with spaces and accents in its name, that holds a copy of the door."""
    folder = os.path.join(str(tmp_path), "mon bot préféré")
    os.mkdir(folder)
    shutil.copy(DOOR, folder)
    return folder


@pytest.fixture
def record(tmp_path: object) -> str:
    """Where the pretended vigie writes down how it was called."""
    return os.path.join(str(tmp_path), "record.json")


def run(
    folder: str, *words: str, environment: dict[str, str], python: tuple[str, ...] = (sys.executable,)
) -> subprocess.CompletedProcess[str]:
    """Run the door of ``folder`` from elsewhere, as a task scheduler would."""
    return subprocess.run(
        [*python, os.path.join(folder, "bot_monitor.py"), *words],
        cwd=os.path.dirname(folder),
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )


def environment_of(parent: str, name: str, with_vigie: bool, main: str = pretend_vigie.MAIN) -> str:
    """Make a virtual environment in ``parent`` and return its folder."""
    home = os.path.join(parent, name)
    venv.create(home, symlinks=os.name != "nt")
    if with_vigie:
        pattern = "Lib" if os.name == "nt" else os.path.join("lib", "python*")
        pretend_vigie.install(glob.glob(os.path.join(glob.escape(home), pattern, "site-packages"))[0], main)
    return home


def test_it_hands_over_its_words_its_folder_and_the_exit_code(
    folder: str, record: str, tmp_path: object
) -> None:
    """With vigie at hand, everything said to the door reaches it unchanged and its exit code comes back."""
    place = pretend_vigie.install(os.path.join(str(tmp_path), "installed"))
    done = run(
        folder,
        "--status",
        "--lang",
        "en",
        "été",
        environment=pretend_vigie.environment(record, PYTHONPATH=place),
    )
    assert (done.returncode, done.stdout.strip(), done.stderr) == (42, "déjà vu", "")
    called = pretend_vigie.recorded(record)
    assert called["argv"] == ["--status", "--lang", "en", "été"]
    assert (called["door"], called["beside"]) == ("bot_monitor", folder)


def test_a_module_of_the_bot_does_not_pass_for_one_of_python(
    folder: str, record: str, tmp_path: object
) -> None:
    """A bot may have a logging.py and a json.py of its own beside the door."""
    for name in ("logging.py", "json.py"):
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            file.write("raise SystemExit('the bot was imported')\n")
    place = pretend_vigie.install(os.path.join(str(tmp_path), "installed"))
    done = run(folder, environment=pretend_vigie.environment(record, PYTHONPATH=place))
    assert (done.returncode, done.stderr) == (42, "")


def test_in_the_repository_it_finds_the_sources_beside_it(folder: str, record: str) -> None:
    """Nothing needs to be installed to try it where it comes from."""
    pretend_vigie.install(os.path.join(folder, "src"))
    done = run(
        folder, "--check", python=pretend_vigie.WITHOUT_VIGIE, environment=pretend_vigie.environment(record)
    )
    assert done.returncode == 42
    assert pretend_vigie.recorded(record)["argv"] == ["--check"]


@pytest.mark.slow
@pytest.mark.parametrize("name", FOLDERS)
def test_it_goes_to_the_python_of_the_bots_virtual_environment(folder: str, record: str, name: str) -> None:
    """A Python without vigie is replaced by the project's own, with the same words and exit code."""
    home = environment_of(folder, name, with_vigie=True)
    done = run(
        folder,
        "--stop",
        "--quiet",
        python=pretend_vigie.WITHOUT_VIGIE,
        environment=pretend_vigie.environment(record),
    )
    assert (done.returncode, done.stderr) == (42, "")
    called = pretend_vigie.recorded(record)
    assert called["argv"] == ["--stop", "--quiet"]
    assert os.path.samefile(called["prefix"], home)
    assert called["beside"] == folder


@pytest.mark.slow
def test_a_virtual_environment_without_vigie_is_passed_over(folder: str, record: str) -> None:
    """The first environment that has vigie is used, not the first one there is; a broken one does no harm."""
    environment_of(folder, ".venv", with_vigie=False)
    broken = os.path.join(
        folder, "venv", *(("Scripts", "python.exe") if os.name == "nt" else ("bin", "python"))
    )
    os.makedirs(os.path.dirname(broken))
    with open(broken, "w", encoding="utf-8") as file:
        file.write("no program")
    home = environment_of(folder, "env", with_vigie=True)
    done = run(folder, python=pretend_vigie.WITHOUT_VIGIE, environment=pretend_vigie.environment(record))
    assert done.returncode == 42
    assert os.path.samefile(pretend_vigie.recorded(record)["prefix"], home)


@pytest.mark.slow
def test_it_never_goes_round_in_circles(folder: str, record: str) -> None:
    """An environment that seems to have vigie and then has not is tried once, and the way it was tried is not
    inherited by a bot."""
    elusive = "import sys\nif sys.argv[0] != '-c': raise ImportError(name='vigie')\nmain = None\n"
    environment_of(folder, ".venv", with_vigie=True, main=elusive)
    done = run(folder, python=pretend_vigie.WITHOUT_VIGIE, environment=pretend_vigie.environment(record))
    assert done.returncode == 1
    assert done.stderr.count("[ERROR]") == 1


def test_without_vigie_it_says_what_to_type(folder: str, record: str) -> None:
    """No vigie anywhere: both languages, the command to type, exit 1, no traceback."""
    done = run(
        folder, "--check", python=pretend_vigie.WITHOUT_VIGIE, environment=pretend_vigie.environment(record)
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert "Le paquet vigie est introuvable" in done.stderr
    assert "The vigie package was not found" in done.stderr
    assert f'"{sys.executable}" -m pip install' in done.stderr
    assert "Traceback" not in done.stderr


def test_without_vigie_json_is_still_one_object(folder: str, record: str) -> None:
    """A script that asked for JSON gets JSON, as for every other error."""
    done = run(
        folder, "--json", python=pretend_vigie.WITHOUT_VIGIE, environment=pretend_vigie.environment(record)
    )
    assert done.returncode == 1
    error = json.loads(done.stdout)["error"]
    assert error["code"] == "vigie-not-found"
    assert "pip install" in error["hint"]


def old_pythons() -> list[str]:
    """Return the Pythons before 3.11 that this machine has: on the path, or beside this one (pyenv)."""
    names = [f"python3.{minor}" for minor in range(6, 11)]
    on_path = [path for path in map(shutil.which, names) if path]
    beside = [
        os.path.join(os.path.dirname(sys.base_prefix), version, "bin", "python")
        for version in sorted(os.listdir(os.path.dirname(sys.base_prefix)))
        if version.startswith(tuple(f"3.{minor}." for minor in range(6, 11)))
    ]
    # pyenv's shims are on the path even for Pythons that it would refuse to start
    return [path for path in (*on_path, *beside) if os.path.isfile(path) and "shims" not in path]


@pytest.mark.parametrize(
    "python", old_pythons() or [pytest.param("", marks=pytest.mark.skip("no old Python"))]
)
def test_an_old_python_can_read_it_and_says_that_it_is_too_old(folder: str, record: str, python: str) -> None:
    """A Python before 3.11 is told in words, not with a SyntaxError."""
    done = run(folder, "--check", python=(python,), environment=pretend_vigie.environment(record))
    assert (done.returncode, done.stdout) == (1, "")
    assert "il demande Python 3.11" in done.stderr
    assert "it needs Python 3.11" in done.stderr
    assert "python3.11" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_copied_door_checks_for_real(folder: str, record: str) -> None:
    """With the real vigie: no flag means ``--check``, in French, about the folder the door lies in."""
    with socket.socket() as taken:  # bound and not listening: nobody answers there
        taken.bind(("127.0.0.1", 0))
        with open(os.path.join(folder, ".env"), "w", encoding="utf-8") as file:
            file.write(f"HEALTH_CHECK_URL=http://127.0.0.1:{taken.getsockname()[1]}/health\n")
        sources = os.path.join(ROOT, "src")
        done = run(folder, environment=pretend_vigie.environment(record, PYTHONPATH=sources))
    assert done.returncode == 1
    lines = (done.stdout + done.stderr).splitlines()
    assert "[CHECK] Vérification de l'état du bot..." in lines
    assert "[STATUS] Bot: HORS LIGNE [ERROR]" in lines
