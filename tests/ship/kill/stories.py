"""What is shipped, who is killed in the middle of it, what must hold afterwards, and what the next command does."""

from __future__ import annotations

import os
import shutil
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from tests.ship.kill.acting_bot import EDIT, ActingBot
from tests.ship.kill.world import (
    CHOSEN,
    MADE_BY_HOOK,
    THEIRS,
    World,
    bytes_of,
    locks,
    make_overtaken,
    make_unborn,
    make_world,
    staged_beside,
    whole,
)
from tests.waiting import until
from vigie.problems import Problem
from vigie.ship.carry import carry
from vigie.ship.course import empty_plan
from vigie.ship.git.command import Git
from vigie.ship.journal import read_story
from vigie.ship.report import ShipReport
from vigie.ship.request import ShipRequest
from vigie.ship.resume import resume
from vigie.ship.undo import undo

if sys.platform != "win32":
    from tests.faults.points import Points

assert sys.platform != "win32"  # mypy skips the rest there

MESSAGE = "fix: what is shipped"


class Story(NamedTuple):
    """How the world is made, which command is killed, which one comes next, and what must be in the end."""

    make: Callable[[Path], World]
    killed: Callable[[World], object]
    then: Callable[[World], object]
    right: Callable[[World, World], list[str]]
    """Given the world as it was and as it is: what is wrong with it."""
    files_change: bool = False
    """The command itself changes files of the folder: the way back."""

    def prepare(self, base: Path) -> None:
        """Make the world once."""
        self.make(base)


def ship(world: World, **asked: Any) -> ShipReport:
    """Ship what is chosen."""
    return _carry(world, carry, message=MESSAGE, files=CHOSEN, **asked)


def _carry(
    world: World, how: Callable[..., ShipReport], *, edited: str | None = None, **asked: Any
) -> ShipReport:
    now = [0.0]

    def sleep(seconds: float) -> None:
        now[0] += seconds

    request = ShipRequest(str(world.repo.path), folder=world.folder, prove=2.0, prove_deadline=20.0, **asked)
    return how(
        request, ActingBot(str(world.repo.path), world.note, edited), lambda *_: None, lambda: now[0], sleep
    )


def ship_again(world: World) -> ShipReport:
    """The same command once more."""
    return ship(world)


def go_on_or_ship(world: World, **asked: Any) -> ShipReport:
    """``--resume``; where nothing was begun, the same command once more."""
    try:
        return _carry(world, resume, **asked)
    except Problem as problem:
        if problem.key != "ship.nothing-to-resume":
            raise
        return ship(world, **asked)


def take_back(world: World) -> str | None:
    """``--undo``; there may be nothing to undo, or others may have seen it."""
    plan = empty_plan(ShipRequest(str(world.repo.path)))
    try:
        return undo(plan, world.folder, time.sleep)
    except Problem as problem:
        if problem.key not in ("ship.nothing-to-undo", "ship.undo-pushed"):
            raise
        return None


def shipped_once(before: World, after: World, ended: bool = True) -> list[str]:
    """The commit is there once, on both sides, and the rest of the work is as it was."""
    wrong = []
    subjects = after.repo.git("log", "--format=%s").split("\n")
    if subjects.count(MESSAGE) != 1 or len(subjects) != 2:
        wrong.append(f"commits: {subjects}")
    if after.remote.git("rev-parse", "main") != after.repo.head:
        wrong.append("the remote holds another commit")
    if after.repo.committed().keys() - {MADE_BY_HOOK} != set(CHOSEN):
        wrong.append(f"committed: {after.repo.committed()}")
    return wrong + rest_untouched(before, after, ended)


def rest_untouched(before: World, after: World, ended: bool = True) -> list[str]:
    """What was not shipped is staged, edited and there as before; nothing of ours is left lying about."""
    wrong = []
    if staged_beside(after.repo) != staged_beside(before.repo):
        wrong.append(f"staged: {staged_beside(after.repo)}")
    expected = {"staged.py": "MM", "data.json": " M", "notes.txt": "??"}
    status = after.repo.status()
    for path, letters in expected.items():
        if status.pop(path, None) != letters:
            wrong.append(f"{path} is not {letters}")
    if status:
        wrong.append(f"also changed: {status}")
    if ended and (story := read_story(after.folder)) is not None and not story.ended:
        wrong.append(f"the journal has no end: {story.lines}")
    if left := [name for name in os.listdir(after.folder) if name != "journal"]:
        wrong.append(f"left in our folder: {left}")
    return wrong


def first_of_all(before: World, after: World) -> list[str]:
    """One commit, on both sides."""
    wrong = []
    if after.repo.git("log", "--format=%s") != MESSAGE:
        wrong.append(after.repo.git("log", "--format=%s"))
    if after.remote.git("rev-parse", "main") != after.repo.head:
        wrong.append("the remote holds another commit")
    if after.repo.git("ls-files", "-z").split("\0")[:-1] != sorted(CHOSEN):
        wrong.append(after.repo.git("ls-files"))
    if {path for path in after.repo.status() if not path.startswith(".vigie/")} != {"notes.txt"}:
        wrong.append(f"status: {after.repo.status()}")
    return wrong


def on_top_of_theirs(before: World, after: World) -> list[str]:
    """Theirs first, ours on top, once, on both sides; the folder has both."""
    wrong = []
    subjects = after.repo.git("log", "--format=%s").split("\n")
    if subjects != [MESSAGE, THEIRS, "first"]:
        wrong.append(f"commits: {subjects}")
    if after.remote.git("rev-parse", "main") != after.repo.head:
        wrong.append("the remote holds another commit")
    if not (after.repo.path / "theirs.py").exists():
        wrong.append("their file did not come")
    return wrong + rest_untouched(before, after)


def taken_back(before: World, after: World) -> list[str]:
    """The commit is gone, and what was to be committed is to be committed again."""
    wrong = []
    if after.repo.git("log", "--format=%s") != "first":
        wrong.append(after.repo.git("log", "--format=%s"))
    status = after.repo.status()
    expected = {"bot.py": " M", "new file.py": "??", "gone.py": " D"}
    if any(status.get(path) != letters for path, letters in expected.items()):
        wrong.append(f"status: {status}")
    if staged_beside(after.repo) != staged_beside(before.repo):
        wrong.append(f"staged: {staged_beside(after.repo)}")
    return wrong


def good_beside(before: World, after: World) -> list[str]:
    """The version that worked runs beside what its owner has edited, which stays."""
    wrong = []
    state = ActingBot(str(after.repo.path), after.note).state()
    if not state["online"] or state["parked"] is None:
        wrong.append(f"the bot: {state}")
    edited = after.repo.path / "new file.py"
    if not edited.exists() or edited.read_text() != EDIT:
        wrong.append("the edit is gone")
    if after.repo.git("log", "--format=%s").split("\n") != [MESSAGE, "first"]:
        wrong.append(after.repo.git("log", "--format=%s"))
    return wrong


def undone_or_shipped(before: World, after: World) -> list[str]:
    """Others have seen it, or it never was."""
    if after.remote.git("rev-parse", "main") != before.repo.head:
        return shipped_once(before, after, ended=False)
    if after.repo.head != before.repo.head:
        return ["the commit is still there"]
    if (left := after.repo.git("status", "--porcelain")) != before.repo.git("status", "--porcelain"):
        return [f"status: {left}"]
    return []


def good_is_back(before: World, after: World) -> list[str]:
    """The version that worked runs, its files lie in the folder, and the work beside is as it was."""
    wrong = []
    state = ActingBot(str(after.repo.path), after.note).state()
    if not state["online"]:
        wrong.append(f"the bot: {state}")
    if after.repo.git("diff", "--name-only", before.repo.head, "HEAD"):
        wrong.append(f"files: {after.repo.git('diff', '--stat', before.repo.head, 'HEAD')}")
    if after.remote.git("rev-parse", "main") != after.repo.head:
        wrong.append("the remote holds another commit")
    return wrong + rest_untouched(before, after)


def play(story: Story, base: Path, point: int) -> dict[str, Any]:
    """Kill the command at this point, look, let the next command do its work, look again."""
    template = World(base.parent / "template")
    world = template.copy(base)
    words = base / "died at"
    lived = _killed(story, world, words, point)
    until(lambda: not _still_at_work(base), 60.0, "what was left running has ended")
    wrong = _after_the_kill(story, template, world)
    try:
        story.then(world)
    except Exception as error:  # noqa: BLE001  (told with where it happened)
        wrong.append("".join(traceback.format_exception(error)[-6:]))
    wrong += story.right(template, world)
    if left := locks(world.repo):
        wrong.append(f"locks: {left}")
    if not whole(world.repo) or not whole(world.remote):
        wrong.append("git fsck")
    at = words.read_text() if words.exists() else ""
    if not wrong:
        shutil.rmtree(base)
    return {"point": point, "at": at, "lived": lived, "wrong": wrong, "folder": str(base)}


def _killed(story: Story, world: World, words: Path, point: int) -> bool:
    pid = os.fork()
    if pid:
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    code = 1
    try:
        points = Points(point, lambda name: _write(words, name))
        points.install()
        _around_git(points)
        story.killed(world)
        code = 0
    except BaseException:  # noqa: BLE001  (a forked process must never run the rest of this)
        os.write(2, traceback.format_exc().encode())
    finally:
        os._exit(code)


def _write(file: Path, text: str) -> None:
    file.write_text(text, encoding="utf-8")


def _around_git(points: Points) -> None:
    """Be at a point before and after each git; ``Points`` itself is at one as soon as git has been started."""
    act = Git._run

    def acted(git: Git, arguments: tuple[str, ...], *values: Any) -> Any:
        verb = next((word for word in arguments if word[:1] != "-" and "=" not in word), "")
        points.reached(f"before git {verb}")
        outcome = act(git, arguments, *values)
        points.reached(f"after git {verb}")
        return outcome

    setattr(Git, "_run", acted)  # noqa: B010


def _still_at_work(base: Path) -> list[str]:
    """Who works in the folder: a git that outlived its master."""
    found = []
    for name in os.listdir("/proc"):
        if name.isdecimal() and name != str(os.getpid()):
            try:
                if os.readlink(f"/proc/{name}/cwd").startswith(str(base)):
                    found.append(name)
            except OSError:
                continue
    return found


def _after_the_kill(story: Story, before: World, after: World) -> list[str]:
    wrong = []
    found = bytes_of(after.repo)
    found.pop(MADE_BY_HOOK, None)
    if not story.files_change and found != bytes_of(before.repo):
        wrong.append("a file of the person's has changed")
    if not whole(after.repo):
        wrong.append("git fsck after the kill")
    return wrong


def make_unpushed(base: Path) -> World:
    """A world whose commit could not be pushed, and whose remote is back now."""
    world = make_world(base)
    world.repo.git("remote", "set-url", "origin", str(base / "nowhere.git"))
    report = ship(world)
    assert (report.exit_code, report.pushed) == (1, False)
    return world


BACK = {"restart": "always", "rollback": True}
BESIDE = {**BACK, "edited": "new file.py"}

STORIES = {
    "ship again": Story(make_world, ship, ship_again, shipped_once),
    "resume": Story(make_world, ship, go_on_or_ship, shipped_once),
    "undo": Story(make_world, ship, take_back, undone_or_shipped),
    "hooks": Story(lambda base: make_world(base, hooks=True), ship, ship_again, shipped_once),
    "first commit": Story(make_unborn, ship, ship_again, first_of_all),
    "rebase": Story(
        make_overtaken,
        lambda world: ship(world, rebase=True),
        lambda world: ship(world, rebase=True),
        on_top_of_theirs,
        files_change=True,
    ),
    "taking back": Story(make_unpushed, take_back, take_back, taken_back),
    "way back": Story(
        lambda base: make_world(base, broken=True),
        lambda world: ship(world, **BACK),
        lambda world: go_on_or_ship(world, **BACK),
        good_is_back,
        files_change=True,
    ),
    "parked": Story(
        lambda base: make_world(base, broken=True),
        lambda world: ship(world, **BESIDE),
        lambda world: go_on_or_ship(world, **BESIDE),
        good_beside,
        files_change=True,
    ),
}
