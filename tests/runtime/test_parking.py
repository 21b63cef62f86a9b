"""The last good version runs beside the person's files, and its data are the real ones; it ends by itself."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.runtime.project import RealProject
from tests.runtime.repository import git, write
from tests.runtime.workshop import Scene
from tests.waiting import until
from vigie.core.facts import Verb
from vigie.core.spec import Spec
from vigie.messages import Phrase, say
from vigie.records.ledger import read_ledger
from vigie.records.releases import Releases
from vigie.runtime.by_hand import find_by_hand
from vigie.runtime.parking import (
    Parked,
    current_parking,
    end_parking,
    left_parked,
    override,
    park,
    parked_command,
    read_parking,
    sweep,
    with_variables,
)
from vigie.runtime.place import Place

GOOD, BAD = "a" * 40, "b" * 40

posix_only = pytest.mark.skipif(sys.platform == "win32", reason="paths as POSIX writes them")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project and, beside it, a version laid out."""
    for name in (
        "start.py",
        "run.sh",
        "config.json",
        "app/__main__.py",
        "bots/one.py",
        "bots/two/__init__.py",
    ):
        write(tmp_path / "project" / name)
        write(laid(tmp_path / "project") / name)
    write(tmp_path / "project" / "untracked.py")
    write(laid(tmp_path / "project") / "src" / "lib.py")
    return tmp_path / "project"


def laid(project: Path) -> Path:
    """Where the version is laid out."""
    return project / ".vigie" / "parked" / "aaaaaaaaaaaa"


def way(project: Path, *command: str, directory: str = "") -> tuple[list[str], dict[str, str]] | None:
    """How a command is launched beside, paths seen from the version laid out."""
    spec = Spec(command=command, directory=str(project / directory))
    found = override(str(project), spec, Parked(BAD, GOOD, str(laid(project)), 0.0))
    if found is None:
        return None
    base = str(laid(project))

    def short(text: str) -> str:
        return text.replace(base, "^")

    return [short(word) for word in found.command], {
        name: short(value) for name, value in found.variables.items()
    }


@posix_only
def test_what_a_command_names_is_found_beside(project: Path) -> None:
    """Scripts, programs and arguments that are files of the project; never options or what is only in the project."""
    path = {"PYTHONPATH": "^:^/src"}
    assert way(project, "python3", "-u", "start.py") == (["python3", "-u", "^/start.py"], path)
    assert way(project, "python3", str(project / "start.py")) == (["python3", "^/start.py"], path)
    assert way(project, "./run.sh", "config.json") == (["^/run.sh", "^/config.json"], {})
    assert way(project, "node", "start.py", "untracked.py") == (["node", "^/start.py", "untracked.py"], {})
    assert way(project, "node", ".") == (["node", "^"], {})
    assert way(project, "uv", "run", "start.py") == (["uv", "run", "^/start.py"], {})
    assert way(project, "python3", "../start.py", directory="bots") == (
        ["python3", "^/start.py"],
        {"PYTHONPATH": "^/bots:^/src"},
    )


@posix_only
def test_a_module_is_found_beside(project: Path) -> None:
    """Python must not look into the folder it works in."""
    safe = {"PYTHONSAFEPATH": "1"}
    assert way(project, "python3", "-m", "app") == (
        ["python3", "-m", "app"],
        {**safe, "PYTHONPATH": "^:^/src"},
    )
    assert way(project, "python3", "-m", "one", directory="bots") == (
        ["python3", "-m", "one"],
        {**safe, "PYTHONPATH": "^/bots:^/src"},
    )
    assert way(project, "python3", "-m", "uvicorn", "app:main") is None


@posix_only
@pytest.mark.parametrize(
    "command",
    [
        ("npm", "start"),
        ("start.py",),
        ("python3", "untracked.py"),
        ("python3", "untracked.py", "config.json"),
        ("python3", "/usr/bin/bot.py"),
        ("python3", "-c", "import bot"),
        (),
    ],
)
def test_a_command_that_names_nothing_of_it_cannot_be_parked(project: Path, command: tuple[str, ...]) -> None:
    """Then it is said, in both languages, and nothing is written."""
    assert way(project, *command) is None
    place, spec = Place(str(project)), Spec(command=command, directory=str(project))
    told = park(place, [spec], BAD, GOOD, str(laid(project)), 1.0)
    assert isinstance(told, Phrase)
    for language in ("fr", "en"):
        assert say(language, told.key, **told.values)
    assert read_parking(place) is None


@posix_only
def test_an_environment_of_its_own_stays_the_real_one(project: Path) -> None:
    """It is linked into the version laid out, and still runs from where it is."""
    os.symlink(sys.executable, write(project / ".venv" / "bin" / "x").parent / "python")
    os.symlink(project / ".venv", laid(project) / ".venv")
    python = str(project / ".venv" / "bin" / "python")
    found = way(project, python, "start.py")
    assert found is not None
    assert found[0] == [python, "^/start.py"]


def test_search_paths_of_the_bot_come_after() -> None:
    """And no variable of its own is lost."""
    whole = with_variables({"PYTHONPATH": ".", "TOKEN": "x"}, {"PYTHONPATH": "beside", "PYTHONSAFEPATH": "1"})
    assert whole == {
        "PYTHONPATH": os.pathsep.join(("beside", ".")),
        "TOKEN": "x",
        "PYTHONSAFEPATH": "1",
    }
    assert with_variables({"PYTHONPATH": "."}, {}) == {"PYTHONPATH": "."}


def test_a_python_that_is_too_old_for_it_cannot_be_parked(project: Path) -> None:
    """It would go on importing the bad code out of its working folder."""
    if sys.platform == "win32":
        pytest.skip("a script that stands for Python")
    old = write(project.parent / "python3", "#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    place = Place(str(project))
    spec = Spec(command=(str(old), "-m", "app"), directory=str(project))
    assert park(place, [spec], BAD, GOOD, str(laid(project)), 1.0) is not None
    new = spec._replace(command=(sys.executable, "-m", "app"))
    assert park(place, [new], BAD, GOOD, str(laid(project)), 1.0) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "{}",
        '{"bad": 1}',
        '{"bad": "b", "good": "a", "folder": "/nowhere", "since": 1}',
        "\0" * 99,
    ],
)
def test_a_note_that_cannot_be_believed_parks_nothing(project: Path, text: str) -> None:
    """Cut, foreign, or of a folder that is gone."""
    place = Place(str(project))
    write(project / ".vigie" / "parked.json", text)
    assert read_parking(place) is None
    assert parked_command(place, Spec(command=("python3", "start.py"), directory=str(project))) is None


BOT = """
import os, sys, time
sys.dont_write_bytecode = True
import part
with open("lives", "a") as file:
    file.write(f"{os.getpid()}\\n")
with open("said", "a") as file:
    file.write("VERSION " + part.PART + "\\n")
time.sleep(600)
"""


class Shipped(RealProject):
    """A real bot in a repository, whose newest commit is bad and edited by its person."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        write(folder / ".gitignore", ".vigie/\nlogs/\nbot_status.json\nlives\nsaid\n")
        git(folder, "init", "-q")
        self.good = self.commit("good")
        self.bad = self.commit("bad")

    def commit(self, version: str) -> str:
        """The next version."""
        write(self.folder / "bot" / "start.py", BOT.replace("VERSION", version))
        write(self.folder / "bot" / "part.py", f"PART = {version!r}\n")
        git(self.folder, "add", "-A")
        git(self.folder, "commit", "-q", "-m", version)
        return git(self.folder, "rev-parse", "HEAD")

    def park(self) -> str:
        """Lay the good version out and run from it."""
        from vigie.ship.back.release_folder import release_folder
        from vigie.ship.git.command import Git
        from vigie.ship.git.repository import find_repository

        here = Git(str(self.folder))
        folder = release_folder(here, find_repository(here), self.good, str(self.folder))
        specs = [bot.spec for bot in self.load().bots]
        assert park(self.place, specs, self.bad, self.good, folder, 1_700_000_000.0) is None
        return folder

    def said(self) -> list[str]:
        """What each copy ran: its script's version and its module's."""
        try:
            return (self.folder / "bot" / "said").read_text().splitlines()
        except OSError:
            return []


@pytest.fixture
def shipped(tmp_path: Path) -> Iterator[Shipped]:
    """One that is ended in the end."""
    project = Shipped(tmp_path)
    yield project
    project.clear()


def lived(shipped: Shipped, verb: Verb, number: int) -> str:
    """Do a verb, and return what the copy that came of it says it runs."""
    result = shipped.operate(verb)
    assert result.problem is None
    until(lambda: len(shipped.said()) == number)
    return shipped.said()[-1]


@pytest.mark.slow
def test_a_parked_bot_runs_the_good_version_with_its_real_data(shipped: Shipped) -> None:
    """Script and modules come from beside, the working folder stays; the person's next commit ends it."""
    assert lived(shipped, Verb.START, 1) == "bad bad"
    folder = shipped.park()
    write(shipped.folder / "bot" / "part.py", "PART = 'edited'\n")
    assert lived(shipped, Verb.RESTART, 2) == "good good"
    ledger = read_ledger(shipped.place.private, "bot")
    assert ledger is not None
    assert ledger["commit"] == shipped.good
    face = json.loads((shipped.folder / "bot_status.json").read_text())
    assert face["commit"] == shipped.good
    newest, before = Releases(shipped.place.private).of("bot")
    assert (newest.commit, newest.came, before.commit, before.came) == (
        shipped.good,
        "parked",
        shipped.bad,
        "",
    )
    assert newest.tree == git(shipped.folder, "rev-parse", f"{shipped.good}^{{tree}}")
    assert sweep(shipped.place) == []
    assert os.path.isdir(folder), "a living bot runs from it"
    assert lived(shipped, Verb.RESTART, 3) == "good good"
    shipped.commit("next")
    assert current_parking(shipped.place) is None
    assert lived(shipped, Verb.RESTART, 4) == "next next"
    assert read_parking(shipped.place) is None
    assert sweep(shipped.place) == []
    assert not os.path.exists(folder)
    assert len(shipped.living()) == 1


@pytest.mark.slow
def test_a_parked_bot_is_recognised_whatever_is_lost(shipped: Shipped) -> None:
    """By its ledger, by its lock, by its script; it is stopped like any other, and never doubled."""
    shipped.park()
    assert lived(shipped, Verb.START, 1) == "good good"
    (pid,) = shipped.living()
    assert shipped.operate(Verb.START).problem is None
    assert shipped.living() == [pid]
    (spec,) = (bot.spec for bot in shipped.load().bots)
    os.unlink(os.path.join(shipped.place.private, "bot.json"))
    copy = find_by_hand(spec, shipped.place.copy_lock("bot"))
    assert copy is not None
    assert copy.pid == pid
    assert shipped.operate(Verb.START).problem is None
    assert shipped.living() == [pid]
    shipped.commit("next")
    end_parking(shipped.place)
    assert shipped.operate(Verb.START).problem is None
    assert shipped.living() == [pid], "parking is over, the copy still lives"
    assert shipped.operate(Verb.STOP).problem is None
    until(lambda: not shipped.living())


@pytest.mark.slow
def test_data_that_a_bot_wrote_into_its_parked_version_are_kept(shipped: Shipped) -> None:
    """Moved aside, and told where."""
    folder = shipped.park()
    write(Path(folder) / "bot" / "state.json", "precious")
    end_parking(shipped.place)
    (kept,) = sweep(shipped.place)
    assert (Path(kept) / "bot" / "state.json").read_text() == "precious"
    assert sweep(shipped.place) == []


def test_what_may_be_left_behind_is_never_the_parked_bot_itself(tmp_path: Path) -> None:
    """Its own command is another one then; whoever takes it over knows that too."""
    git(tmp_path, "init", "-q")
    write(tmp_path / "program")
    git(tmp_path, "add", "program")
    git(tmp_path, "commit", "-q", "-m", "one")
    head = git(tmp_path, "rev-parse", "HEAD")
    write(tmp_path / ".vigie" / "parked" / "x" / "program")
    place = Place(str(tmp_path))
    with Scene(tmp_path, spare_children=("program",)) as scene:
        scene.begin()
        spec = scene.bots[0].spec
        assert park(place, [spec], head, GOOD, str(tmp_path / ".vigie" / "parked" / "x"), 1.0) is None
        scene.online()
        beside = str(tmp_path / ".vigie" / "parked" / "x" / "program")
        plan = scene.engine.launched[-1].plan
        assert plan is not None
        assert plan.command == (beside,)
        assert plan.spare.command == (beside,)
        assert plan.directory == str(tmp_path)
        assert scene.watch().commit == GOOD
        given = scene.watch().launched_with
        assert given is not None
        assert given.command == spec.command, "no change of settings: nothing to renew"
        living = left_parked(place, spec)
        assert living is not None
        assert living.command == (beside,)
