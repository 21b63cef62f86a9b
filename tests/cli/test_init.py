"""``vigie init``: what the guide expects in a bot's folder is put there, and nothing is ever overwritten."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable
from typing import Any

import pytest
import yaml

from vigie.cli.init import Created, as_json, describe, initialise
from vigie.core.spec import Spec
from vigie.messages import LANGUAGES
from vigie.problems import Failure, UsageProblem
from vigie.settings import load, schema
from vigie.settings.project import ShipSettings
from vigie.settings.size import parse_size

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
WORKFLOW = ".github/workflows/auto-restart.yml"
ALL = ["vigie.toml", "bot_monitor.py", "commit_and_restart.ps1", WORKFLOW, ".gitignore"]
IGNORED = ("bot_status.json", "logs/", ".vigie/", ".env", "__pycache__/", "*.log")


@pytest.fixture
def root(tmp_path: object) -> str:
    """An empty bot's folder, with spaces and accents in its name."""
    root = os.path.join(str(tmp_path), "mon bot préféré")
    os.mkdir(root)
    return root


def read(root: str, path: str) -> bytes:
    """Return what a file of the folder holds."""
    with open(os.path.join(root, path), "rb") as file:
        return file.read()


def write(root: str, path: str, content: bytes) -> None:
    """Put a file into the folder."""
    with open(os.path.join(root, path), "wb") as file:
        file.write(content)


def everything(root: str) -> dict[str, bytes]:
    """Return every file below ``root`` and what it holds."""
    found = {}
    for folder, _, names in os.walk(root):
        for name in names:
            path = os.path.join(folder, name)
            found[os.path.relpath(path, root).replace(os.sep, "/")] = read(root, path)
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_empty_folder_gets_everything(root: str, language: str) -> None:
    """Both doors as they lie in the repository, the settings, the workflow and the ignore lines; no more."""
    created = initialise(root, language)
    assert created == [Created(path, "created") for path in ALL]
    assert sorted(everything(root)) == sorted(ALL)
    assert read(root, "bot_monitor.py") == read(ROOT, "bot_monitor.py")
    assert read(root, "commit_and_restart.ps1") == read(ROOT, "commit_and_restart.ps1")
    assert set(IGNORED) <= set(read(root, ".gitignore").decode().splitlines())


def test_a_second_time_changes_nothing(root: str) -> None:
    """It can be repeated: everything is kept, to the byte."""
    initialise(root, "fr")
    before = everything(root)
    assert initialise(root, "en") == [Created(path, "kept") for path in ALL]
    assert everything(root) == before


def test_what_somebody_wrote_is_kept(root: str) -> None:
    """Files of the same names keep their content; the ignore file keeps its lines, gets those it lacks."""
    os.makedirs(os.path.join(root, ".github", "workflows"))
    mine = {path: b"mine: " + path.encode() for path in ALL[:-1]}
    for path, content in mine.items():
        write(root, path, content)
    write(root, ".gitignore", b"secret/\r\n.env\r\nlogs")
    created = initialise(root, "fr")
    missing = ("bot_status.json", ".vigie/", "__pycache__/", "*.log")
    assert created[:-1] == [Created(path, "kept") for path in ALL[:-1]]
    assert created[-1] == Created(".gitignore", "extended", missing)
    ignored = read(root, ".gitignore")
    assert {path: read(root, path) for path in mine} == mine
    assert ignored.startswith(b"secret/\r\n.env\r\nlogs\r\n")
    assert ignored.endswith(b"\r\n*.log\r\n")
    assert b"\n" not in ignored.replace(b"\r\n", b"")


@pytest.mark.parametrize("content", [b"caf\xe9/\n", ".env\r\n".encode("utf-16")])
def test_an_ignore_file_that_is_not_utf8_is_left_alone(root: str, content: bytes) -> None:
    """It is said, in both languages, and the rest is done all the same."""
    write(root, ".gitignore", content)
    created = initialise(root, "fr")
    assert created[-1] == Created(".gitignore", "not-text")
    assert read(root, ".gitignore") == content
    assert [one.what for one in created[:-1]] == ["created"] * 4
    for language in LANGUAGES:
        assert [tag for tag, text in describe(created, language) if ".gitignore" in text] == ["WARNING"]


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege on Windows")
def test_a_link_out_of_the_project_is_not_followed(root: str, tmp_path: object) -> None:
    """Nothing is written outside, whichever name the link has; a link to nowhere is kept as well."""
    outside = os.path.join(str(tmp_path), "outside")
    os.mkdir(outside)
    write(outside, "ignore", b"mine\n")
    os.symlink(outside, os.path.join(root, ".github"))
    os.symlink(os.path.join(outside, "ignore"), os.path.join(root, ".gitignore"))
    os.symlink(os.path.join(outside, "nowhere"), os.path.join(root, "vigie.toml"))
    what = {one.path: one.what for one in initialise(root, "en")}
    assert what == {
        "vigie.toml": "kept",
        "bot_monitor.py": "created",
        "commit_and_restart.ps1": "created",
        WORKFLOW: "outside",
        ".gitignore": "outside",
    }
    assert everything(outside) == {"ignore": b"mine\n"}


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege on Windows")
def test_a_project_reached_through_a_link_is_a_project(root: str, tmp_path: object) -> None:
    """The folder itself may be a link; and a link within it may be followed."""
    os.mkdir(os.path.join(root, "config"))
    os.symlink("config", os.path.join(root, ".github"))
    link = os.path.join(str(tmp_path), "link")
    os.symlink(root, link)
    assert [one.what for one in initialise(link, "en")] == ["created"] * 5
    assert os.path.isfile(os.path.join(root, "config", "workflows", "auto-restart.yml"))


def test_a_folder_that_does_not_exist_is_a_wrong_argument(root: str) -> None:
    """Exit 2, and no folder appears."""
    absent = os.path.join(root, "absent")
    with pytest.raises(UsageProblem) as caught:
        initialise(absent, "fr")
    assert caught.value.key == "init.no-folder"
    assert not os.path.exists(absent)


def test_a_file_in_the_way_of_a_folder_is_a_failure(root: str) -> None:
    """``.github`` is a file: one clear problem that names the path; the file is as it was."""
    write(root, ".github", b"mine")
    with pytest.raises(Failure) as caught:
        initialise(root, "fr")
    assert caught.value.key == "init.not-writable"
    assert str(caught.value.values["path"]).endswith("auto-restart.yml")
    assert read(root, ".github") == b"mine"


FULL_DISK = """
import resource, sys
from vigie.cli.init import initialise
from vigie.problems import Failure
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), -1))
try:
    initialise(sys.argv[1], "fr")
except Failure as failure:
    print(failure.key)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit on the size of a file")
@pytest.mark.parametrize("room", [0, 100, 3000])
def test_a_disk_that_fills_up_leaves_no_half_written_file(root: str, room: int) -> None:
    """What could not be written whole is gone, so that the next run writes it; the rest is as it was."""
    write(root, ".gitignore", b"mine\n" * 20)
    before = everything(root)
    done = subprocess.run(
        [sys.executable, "-c", FULL_DISK, root, str(room)], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "init.not-writable"
    assert everything(root) == before
    os.unlink(os.path.join(root, ".gitignore"))
    assert [one.what for one in initialise(root, "fr")] == ["created"] * 5


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit on the size of a file")
def test_an_ignore_file_that_cannot_grow_is_as_it_was(root: str) -> None:
    """Half a line would be worse than none."""
    initialise(root, "fr")
    write(root, ".gitignore", b"mine\n" * 20)
    done = subprocess.run(
        [sys.executable, "-c", FULL_DISK, root, "110"], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "init.not-writable"
    assert read(root, ".gitignore") == b"mine\n" * 20


@pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="needs a folder that not even root may write to")
def test_a_folder_that_may_not_be_written_is_a_failure() -> None:
    """No right to write: one clear problem, exit 1."""
    with pytest.raises(Failure) as caught:
        initialise("/proc/self", "fr")
    assert (caught.value.key, caught.value.exit_code) == ("init.not-writable", 1)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_settings_file_changes_nothing(root: str, language: str) -> None:
    """Every value in it is commented out: with it and without it, the same is asked for."""
    before = load(root, {})
    initialise(root, language)
    after = load(root, {})
    assert (after.bots, after.ship, after.language) == (before.bots, before.ship, before.language)


def uncommented(root: str) -> dict[str, Any]:
    """Return what the settings file would hold with the # of each of its settings removed."""
    names = "|".join(
        setting.name for setting in (*schema.BOT, *schema.SHIP, schema.LANGUAGE, schema.START_SPACING)
    )
    text = re.sub(rf"^# (?=({names}) = )", "", read(root, "vigie.toml").decode(), flags=re.MULTILINE)
    return tomllib.loads(text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_settings_file_shows_every_setting_with_its_default(root: str, language: str) -> None:
    """None is missing, none is unknown, and each stands there with the value that holds without it."""
    initialise(root, language)
    table = uncommented(root)
    assert set(table) == {"language", "start_spacing", "bot", "ship"}
    assert table["start_spacing"] == Spec().start_spacing
    assert list(table["bot"]) == [setting.name for setting in schema.BOT]
    assert {**table["ship"], "test": ()} == ShipSettings()._asdict()
    lists = {name: tuple(value) for name, value in table["bot"].items() if isinstance(value, list)}
    shown = Spec()._replace(
        **{
            **table["bot"],
            **lists,
            "command": (),
            "health_status": ((200, 299),),
            "max_memory": None,
            "max_age": None,
            "log_max_size": parse_size(table["bot"]["log_max_size"]),
        },
    )
    assert shown == Spec()
    assert table["bot"]["health_status"] == "200-299"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_setting_shown_can_be_used_as_it_stands(root: str, language: str) -> None:
    """With every # removed the file is accepted, examples included."""
    initialise(root, language)
    text = re.sub(r"^# (?=\w+ = )", "", read(root, "vigie.toml").decode(), flags=re.MULTILINE)
    write(root, "vigie.toml", text.encode())
    assert load(root, {}).bots[0].spec.max_memory == 512 * 10**6


def steps(root: str) -> list[dict[str, Any]]:
    """Return the steps of the workflow."""
    found: list[dict[str, Any]] = yaml.safe_load(read(root, WORKFLOW))["jobs"]["restart"]["steps"]
    return found


def test_the_workflow_is_the_guides(root: str) -> None:
    """Its names, its trigger and its commands; on the bot's own machine, with no right on the repository."""
    initialise(root, "fr")
    workflow = yaml.safe_load(read(root, WORKFLOW))
    assert workflow["name"] == "Auto-Restart Bot"
    assert workflow[True] == ["push"]  # YAML 1.1 takes the key `on` for a boolean; GitHub does not
    assert workflow["permissions"] == {}
    assert workflow["jobs"]["restart"]["runs-on"] == "self-hosted"
    assert [step["name"] for step in steps(root)][:2] == ["Check Bot Status", "Restart if needed"]
    assert [step["run"] for step in steps(root)] == [
        "python bot_monitor.py --check",
        "python bot_monitor.py --restart",
        "python bot_monitor.py --check",
    ]


def test_both_languages_of_the_workflow_do_the_same(root: str, tmp_path: object) -> None:
    """Only the comments differ."""
    other = os.path.join(str(tmp_path), "other")
    os.mkdir(other)
    initialise(root, "fr")
    initialise(other, "en")
    assert yaml.safe_load(read(root, WORKFLOW)) == yaml.safe_load(read(other, WORKFLOW))
    assert read(root, WORKFLOW) != read(other, WORKFLOW)


def played(steps: list[dict[str, Any]], run: Callable[[str], bool]) -> bool:
    """Play a job as GitHub does ("Workflow syntax": if, continue-on-error); return whether it ends green."""
    outcomes: dict[str, str] = {}
    green = True
    for step in steps:
        condition = step.get("if", "success()")
        if condition == "success()":
            due = green
        else:
            name, _, wanted = condition.removeprefix("steps.").partition(".outcome == ")
            due = green and outcomes[name] == wanted.strip("'")
        if not due:
            continue
        worked = run(step["run"].rpartition(" ")[2])
        outcomes[step.get("id", "")] = "success" if worked else "failure"
        green = green and (worked or step.get("continue-on-error", False))
    return green


@pytest.mark.parametrize(
    ("online", "can_restart", "ran", "green"),
    [
        (True, True, ["--check", "--check"], True),
        (False, True, ["--check", "--restart", "--check"], True),
        (False, False, ["--check", "--restart"], False),
    ],
)
def test_the_workflow_really_restarts(
    root: str, online: bool, can_restart: bool, ran: list[str], green: bool
) -> None:
    """A failed check leads to a restart, a passed one does not, and the last check decides."""
    initialise(root, "fr")
    state = {"online": online}
    done: list[str] = []

    def run(flag: str) -> bool:
        done.append(flag)
        if flag == "--restart":
            state["online"] = can_restart
        return state["online"]

    assert played(steps(root), run) is green
    assert done == ran


def test_the_restarted_bot_outlives_the_job(root: str) -> None:
    """At its end the runner kills what has its RUNNER_TRACKING_ID (actions/runner#598): we use another."""
    initialise(root, "fr")
    restart = next(step for step in steps(root) if "--restart" in step["run"])
    assert restart["env"]["RUNNER_TRACKING_ID"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_person_reads_what_became_of_each_file(root: str, language: str) -> None:
    """One line for each file that names it, and what to do next; nothing a cp1252 console cannot print."""
    write(root, ".gitignore", b".env\n")
    lines = describe(initialise(root, language), language)
    assert [tag for tag, _ in lines] == ["OK"] * 5 + ["INFO"]
    for path, (_, text) in zip(ALL, lines, strict=False):
        assert path in text
        text.encode("cp1252")
    assert "__pycache__/" in lines[4][1]
    assert "--start" in lines[5][1]


def test_json_tells_the_same(root: str) -> None:
    """Each file, what became of it, and the lines it got."""
    write(root, ".gitignore", b".env\nlogs\n.vigie/\n__pycache__/\n*.log\n")
    told = as_json(initialise(root, "fr"))
    assert told["files"] == [
        *({"path": path, "what": "created", "lines": []} for path in ALL[:-1]),
        {"path": ".gitignore", "what": "extended", "lines": ["bot_status.json"]},
    ]
