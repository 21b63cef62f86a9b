"""``python -m tests.ship.kill.power_cut STORY COUNT``: cut the power of a ship and of the git that it runs, together.

A ship that is killed alone leaves a git that comes to its end. Here both die at once, with all that they have
started, at seeded moments: some time after a git was started, or as soon as one of git's locks is there. The
remote is another machine, whose part of a push ends by itself. What lies in the disk's cache is not lost.

Prints one JSON object: which moments there were, what was found of git's locks, and what was wrong.
"""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from pathlib import Path
from typing import Any, NamedTuple

import psutil

from tests.ship.conftest import CONFIGURATION
from tests.ship.kill.world import World, bytes_of, whole
from tests.stage import lives
from tests.waiting import until
from vigie.problems import DONE, SHIPPED_ROLLED_BACK, Problem
from vigie.ship.back import left_lock
from vigie.ship.carry import carry
from vigie.ship.report import ShipReport

if sys.platform != "win32":
    from tests.ship.kill.stories import STORIES, Story, _after_the_kill, _carry, _still_at_work

assert sys.platform != "win32"  # mypy skips the rest there

A_GIT = 0.008
"""Seconds that one of these gits lives at most on a machine with nothing else to do."""

LOCKS = (
    "index.lock",
    "HEAD.lock",
    "config.lock",
    "packed-refs.lock",
    "refs/heads/main.lock",
    "refs/remotes/origin/main.lock",
)

LONG_AGO = 120.0
"""Seconds by which a lock is made older, for rules that ask for its age."""

ASIDE = ("staged.py", "data.json", "notes.txt", ".env", "bot.db")
"""The person's files that no story ships."""


class Moment(NamedTuple):
    """When the power goes: ``delay`` seconds after the start of this git; None: when it, or a later one, locks."""

    git: int
    delay: float | None


def moments(name: str, count: int, gits: int) -> list[Moment]:
    """Draw moments, the same on each run; every other one looks for a lock."""
    drawn = random.Random(f"power cut, {name}")
    return [
        Moment(drawn.randint(1, gits), drawn.uniform(0.0, A_GIT) if number % 2 else None)
        for number in range(count)
    ]


def play(story: Story, base: Path, moment: Moment, aged: bool) -> dict[str, Any]:
    """Cut the power at this moment, look, let the next command do its work, look again.

    ``aged``: where a left lock is in its way, let it grow old if its age is asked for; else it is deleted.
    """
    template = World(base.parent / "template")
    world = template.copy(base)
    lived = _cut(story, world, moment)
    until(lambda: not _still_at_work(base), 60.0, "the remote has ended")
    left = found_locks(world)
    wrong = _after_the_kill(story, template, world)
    wrong += _lost(template, world, "after the kill")
    refused = None
    try:
        problem = _next(story, world)
        # one at a time is named, and one git may leave two
        for _ in range(len(left)):
            if problem is None or not (named := _lock_named(problem)):
                break
            refused = problem.key
            if named not in left:
                wrong.append(f"{refused} names {named}")
            _heed(problem.key, named, left, aged)
            problem = _next(story, world)
        if problem is not None:
            wrong.append(f"{problem.key} {problem.values}")
        wrong += story.right(template, world)
    except Exception as error:  # noqa: BLE001  (told with where it happened)
        wrong.append("".join(traceback.format_exception(error)[-6:]))
    wrong += _lost(template, world, "in the end")
    if found_locks(world):
        _ship_later(world)
    if locks := found_locks(world):
        wrong.append(f"locks: {locks}")
    if not whole(world.repo) or not whole(world.remote):
        wrong.append("git fsck")
    if not wrong:
        shutil.rmtree(base)
    return {
        "moment": moment,
        "lived": lived,
        "left": [os.path.basename(lock) for lock in left],
        "refused": refused,
        "wrong": wrong,
    }


def found_locks(world: World) -> list[str]:
    """Every lock of git's in the repository."""
    folder = world.repo.path / ".git"
    return [str(path) for path in sorted(folder.rglob("*.lock")) if "objects" not in path.parts]


def _next(story: Story, world: World) -> Problem | None:
    try:
        outcome = story.then(world)
    except Problem as raised:
        return raised
    if isinstance(outcome, ShipReport) and outcome.exit_code not in (DONE, SHIPPED_ROLLED_BACK):
        return outcome.problem
    return None


def _lock_named(problem: Problem) -> str:
    """Return the lock that the problem names, "" when it is about something else."""
    if problem.key in ("staging.lock-left", "ship.index-locked"):
        return str(problem.values["lock"])
    found = re.search(r"'([^']+\.lock)'", str(problem.values.get("detail", "")))
    return found[1] if found else ""


def _heed(key: str, named: str, left: list[str], aged: bool) -> None:
    """Do what the advice says: wait until it is old, where an age is told, or delete it."""
    long_ago = time.time() - LONG_AGO
    for lock in left:
        if not os.path.exists(lock):
            continue
        if aged and key != "ship.index-locked":
            os.utime(lock, (long_ago, long_ago))
        elif lock == named:
            os.unlink(lock)


def _ship_later(world: World) -> None:
    """A lock that was in nobody's way goes with the next version that is shipped, once it is old."""
    long_ago = time.time() - LONG_AGO
    for lock in found_locks(world):
        os.utime(lock, (long_ago, long_ago))
    (world.repo.path / "bot.py").write_text("print('later')\n")
    _carry(world, carry, message="fix: later", files=("bot.py",))


def _lost(before: World, after: World, when: str) -> list[str]:
    was, now = bytes_of(before.repo), bytes_of(after.repo)
    return [f"{name} {when}" for name in ASIDE if name in was and now.get(name) != was[name]]


def _cut(story: Story, world: World, moment: Moment) -> bool:
    """Run the command and cut its power; True when it came to its end before."""
    ear, mouth = os.pipe()
    master = os.fork()
    if not master:
        os.close(ear)
        _ship(story, world, mouth)
    os.close(mouth)
    try:
        git = _wait_for_git(ear, moment.git)
        if git is not None and _wait_for_moment(master, ear, git, world, moment):
            _end_all(master, world.base)
        return os.waitstatus_to_exitcode(os.waitpid(master, 0)[1]) == 0
    finally:
        os.close(ear)


def _ship(story: Story, world: World, mouth: int) -> None:
    """Be the ship; tell the number of each git that is started."""
    code = 1
    try:
        _tell_gits(mouth)
        story.killed(world)
        code = 0
    except BaseException:  # noqa: BLE001  (a forked process must never run the rest of this)
        os.write(2, traceback.format_exc().encode())
    finally:
        os._exit(code)


def _tell_gits(mouth: int) -> None:
    start = subprocess._fork_exec  # type: ignore[attr-defined]

    def started(*values: Any, **named: Any) -> Any:
        pid = start(*values, **named)
        os.write(mouth, b"%d\n" % pid)
        return pid

    subprocess._fork_exec = started  # type: ignore[attr-defined]


def _wait_for_git(ear: int, number: int) -> int | None:
    """Return the process of the git with this number, None when the command ends before."""
    heard = b""
    while heard.count(b"\n") < number:
        said = os.read(ear, 1)
        if not said:
            return None
        heard += said
    return int(heard.split()[-1])


def _wait_for_moment(master: int, ear: int, git: int, world: World, moment: Moment) -> bool:
    """Wait without sleeping where a lock is looked for: it is there for a fraction of a millisecond."""
    if moment.delay is not None:
        time.sleep(moment.delay)
        return True
    folder = str(world.repo.path / ".git")
    wanted = [os.path.join(folder, lock) for lock in LOCKS]
    there = os.path.exists
    os.set_blocking(ear, False)
    while True:
        for _ in range(300):
            for lock in wanted:
                if there(lock):
                    _stop(_latest(ear, git))
                    os.kill(master, signal.SIGSTOP)
                    return True
        git = _latest(ear, git)
        if not lives(master):
            return False


def _latest(ear: int, git: int) -> int:
    """Return the git that was started last."""
    try:
        said = os.read(ear, 65536).split()
    except BlockingIOError:
        return git
    return int(said[-1]) if said else git


def _stop(git: int) -> None:
    """Each git has a group of its own; it may have ended already."""
    try:
        os.killpg(git, signal.SIGSTOP)
    except ProcessLookupError:
        pass


def _end_all(master: int, base: Path) -> None:
    """Stop all of it before any of it dies, so that nothing sees anything die."""
    remote = str(World(base).remote.path)
    stopped: list[int] = []
    while True:
        found = [master, *(child.pid for child in psutil.Process(master).children(recursive=True))]
        found += [pid for pid in map(int, _still_at_work(base)) if pid != os.getpid()]
        new = [pid for pid in found if pid not in stopped and not _is_at(pid, remote)]
        if not new:
            break
        for pid in new:
            _signal(pid, signal.SIGSTOP)
        stopped += new
    for pid in stopped:
        _signal(pid, signal.SIGKILL)


def _is_at(pid: int, folder: str) -> bool:
    try:
        standing, words = os.readlink(f"/proc/{pid}/cwd"), Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False
    return standing.startswith(folder) or b"receive-pack" in words or b"upload-pack" in words


def _signal(pid: int, number: int) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        pass


def count_gits(story: Story, base: Path) -> int:
    """How many programs the command starts when nobody disturbs it."""
    world = World(base.parent / "template").copy(base)
    ear, mouth = os.pipe()
    master = os.fork()
    if not master:
        os.close(ear)
        _ship(story, world, mouth)
    os.close(mouth)
    with os.fdopen(ear, "rb") as told:
        count = len(told.read().split())
    os.waitpid(master, 0)
    shutil.rmtree(base)
    return count


def main() -> None:
    """Play."""
    name, count = sys.argv[1], int(sys.argv[2])
    only = int(sys.argv[3]) if len(sys.argv) > 3 else None
    # the rule has a test of its own; here nobody has to wait for it
    left_lock.STALE_AFTER = 0.02
    base = Path(tempfile.mkdtemp(prefix="power-cut-", dir=os.environ.get("FAULTS_FOLDER")))
    (base / "home").mkdir()
    (base / "home" / ".gitconfig").write_text(CONFIGURATION)
    os.environ.update(HOME=str(base / "home"), XDG_CONFIG_HOME=str(base / "home"), GIT_CONFIG_NOSYSTEM="1")
    began = time.monotonic()
    story = STORIES[name]
    story.prepare(base / "template")
    gits = count_gits(story, base / "count")
    results = []
    for number, moment in enumerate(moments(name, count, gits)):
        if only is None or number == only:
            results.append({"number": number, **play(story, base / f"at {number}", moment, bool(number & 2))})
    wrong = [result for result in results if result["wrong"]]
    told = {
        "story": name,
        "gits": gits,
        "cuts": sum(not result["lived"] for result in results),
        "locked": sum(bool(result["left"]) for result in results),
        "refused": [result["refused"] for result in results if result["refused"]],
        "left": sorted({lock for result in results for lock in result["left"]}),
        "seconds": round(time.monotonic() - began, 1),
        "wrong": wrong,
    }
    print(json.dumps(told, indent=1))
    if not wrong:
        shutil.rmtree(base)


if __name__ == "__main__":
    main()
