"""A person goes on working while their version is shipped: nothing of theirs is lost, whenever they do it.

What they do is done between two gits of ours. With ``VIGIE_TEST_FAULTS=all`` between any two, else at some that are
drawn, the same on each run.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.ship.kill.acting_bot import ActingBot
from tests.ship.kill.world import CHOSEN, World, bytes_of, locks, make_world, staged_beside, whole
from vigie.problems import DONE, REFUSED, Problem
from vigie.ship.carry import carry
from vigie.ship.git.command import Git
from vigie.ship.journal import read_story
from vigie.ship.request import ShipRequest

pytestmark = pytest.mark.slow

MESSAGE, MINE = "fix: what is shipped", "chore: by hand"
EDITED = "print('edited meanwhile')\n"
DRAWN = None if os.environ.get("VIGIE_TEST_FAULTS") == "all" else 5
"""Moments played of each deed; None: all."""


class Deed(NamedTuple):
    """What the person does, and what must be true of it in the end."""

    do: Callable[[World], object]
    kept: Callable[[World], list[str]]
    refused: bool = True
    """Whether the ship may refuse because of it."""


def commit_by_hand(world: World) -> None:
    """Commit one's own file, and nothing else of what is staged."""
    world.repo.git("add", "notes.txt")
    world.repo.git("commit", "-qm", MINE, "--", "notes.txt")


def committed_by_hand(world: World) -> list[str]:
    """It is in the branch, once, with that one file."""
    found = world.repo.git("log", "--format=%H %s").split("\n")
    mine = [line.split()[0] for line in found if line.endswith(MINE)]
    if len(mine) != 1 or set(world.repo.committed(mine[0])) != {"notes.txt"}:
        return [f"by hand: {found}"]
    return []


def stage_another(world: World) -> None:
    """Stage a file that is not shipped."""
    world.repo.git("add", "notes.txt")


def staged_another(world: World) -> list[str]:
    """It is staged still, and in no commit."""
    if world.repo.status().get("notes.txt") != "A ":
        return [f"notes.txt: {world.repo.status()}"]
    return []


def edit_a_chosen_one(world: World) -> None:
    """Go on writing what is being shipped."""
    world.repo.write("bot.py", EDITED)


def edited_a_chosen_one(world: World) -> list[str]:
    """The file is as it was saved last, and the commit holds what it was at one time."""
    wrong = []
    if (world.repo.path / "bot.py").read_text() != EDITED:
        wrong.append("the edit is gone")
    if world.repo.git("show", "HEAD:bot.py") + "\n" not in (
        EDITED,
        "print('new')\n",
        "print('works')\n",
    ):
        wrong.append("a mixture was committed")
    return wrong


def switch(world: World) -> None:
    """Begin another branch, taking the work along."""
    world.repo.git("switch", "-qc", "other")


def switched(world: World) -> list[str]:
    """Still there, and it holds a version that was asked for."""
    here = world.repo.git("symbolic-ref", "HEAD")
    return [] if here == "refs/heads/other" else [f"on {here}"]


DEEDS = {
    "commit": Deed(commit_by_hand, committed_by_hand),
    "stage": Deed(stage_another, staged_another, refused=False),
    "edit": Deed(edit_a_chosen_one, edited_a_chosen_one, refused=False),
    "switch": Deed(switch, switched),
}


def ship(world: World) -> tuple[int, Problem | None]:
    """Ship what is chosen; return the exit code, and what was said against it."""
    now = [0.0]

    def sleep(seconds: float) -> None:
        now[0] += seconds

    request = ShipRequest(
        str(world.repo.path),
        message=MESSAGE,
        files=CHOSEN,
        folder=world.folder,
        prove=2.0,
        prove_deadline=20.0,
    )
    bot = ActingBot(str(world.repo.path), world.note)
    try:
        report = carry(request, bot, lambda *_: None, lambda: now[0], sleep)
    except Problem as problem:
        return problem.exit_code, problem
    return report.exit_code, report.problem


def meanwhile(monkeypatch: pytest.MonkeyPatch, number: int, do: Callable[[], object]) -> list[str]:
    """Let the person act before the git of this number; return the list of gits, which fills itself."""
    act, seen = Git._run, []

    def acted(git: Git, arguments: tuple[str, ...], *values: Any) -> Any:
        seen.append(next((word for word in arguments if word[:1] != "-" and "=" not in word), ""))
        if len(seen) == number:
            do()
        return act(git, arguments, *values)

    monkeypatch.setattr(Git, "_run", acted)
    return seen


def what_is_wrong(before: World, after: World, deed: Deed, code: int) -> list[str]:
    """The person's work is there; the version has landed on top and is pushed, or nothing was done."""
    wrong = deed.kept(after)
    ours = after.repo.git("log", "--all", "--format=%H %s").split("\n")
    shipped = [line.split()[0] for line in ours if line.endswith(MESSAGE)]
    on_the_remote = after.remote.git("rev-parse", "main")
    if code == DONE:
        if len(shipped) != 1 or set(after.repo.committed(shipped[0])) != set(CHOSEN):
            wrong.append(f"shipped: {ours}")
        elif after.remote.git("merge-base", "--is-ancestor", shipped[0], "main", check=False):
            wrong.append("not pushed")
        wrong += is_reversed(after)
    elif code == REFUSED and deed.refused:
        if shipped or on_the_remote != before.repo.head:
            wrong.append(f"refused, and yet: {ours}")
        if after.repo.git("diff", "--cached", "--name-only", "--", *CHOSEN):
            wrong.append("refused, and yet staged")
    else:
        wrong.append(f"exit {code}")
    if staged_beside(after.repo) != staged_beside(before.repo):
        wrong.append(f"staged: {staged_beside(after.repo)}")
    story = read_story(after.folder)
    if story is not None and not story.ended:
        wrong.append("the journal has no end")
    if locks(after.repo) or not whole(after.repo):
        wrong.append("git is not well")
    return wrong


def is_reversed(world: World) -> list[str]:
    """Whether the next plain commit would take back what was shipped."""
    if world.repo.git("rev-parse", "HEAD") != world.repo.git("rev-parse", "main"):
        return []  # on another branch, where it is not
    staged = world.repo.git("diff", "--cached", "--name-only", "--", *CHOSEN)
    return [f"staged against it: {staged}"] if staged else []


@pytest.mark.parametrize("beside", [True, False])
@pytest.mark.parametrize("name", DEEDS)
def test_work_done_meanwhile_is_kept_and_the_version_lands_or_not_at_all(
    name: str, beside: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the person does between two gits: exit 0 with one whole commit, or exit 3 with nothing done.

    ``beside``: something else is staged from the beginning; else the whole index is replaced by the one that was
    committed.
    """
    template, deed = make_world(tmp_path / "template"), DEEDS[name]
    if not beside:
        template.repo.git("reset", "-q", "--", "staged.py")
    with monkeypatch.context() as patch:
        gits = meanwhile(patch, 0, lambda: None)
        assert ship(template.copy(tmp_path / "undisturbed"))[0] == DONE
    numbers = list(range(1, len(gits) + 1))
    if DRAWN is not None:
        numbers = sorted(random.Random(f"meanwhile {name} {beside}").sample(numbers, DRAWN))
    wrong = {}
    for number in numbers:
        world = template.copy(tmp_path / f"at {number}")
        expected = bytes_of(world.repo)
        with monkeypatch.context() as patch:
            seen = meanwhile(patch, number, lambda: deed.do(world))  # noqa: B023
            code, problem = ship(world)
        found = what_is_wrong(template, world, deed, code)
        if deed.do is edit_a_chosen_one:
            expected["bot.py"] = EDITED.encode()
        if bytes_of(world.repo) != expected:
            found.append("files have changed")
        if found:
            wrong[number] = (seen[number - 1], code, problem and problem.key, found)
    assert wrong == {}, f"of {len(gits)} gits"
