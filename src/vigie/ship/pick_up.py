"""Picks up a run that was killed, or whose push failed, and does what it still had to do."""

from __future__ import annotations

from collections.abc import Callable

from vigie.problems import DONE, SHIPPED_OFFLINE, Failure, Refusal
from vigie.ship.bring_up import is_online, prove_version, restart
from vigie.ship.course import empty_plan, finish, push_and_verify
from vigie.ship.display import SHORT
from vigie.ship.git.repository import current_commit
from vigie.ship.interrupted import Left, settle
from vigie.ship.journal import DONE as NOTED
from vigie.ship.journal import Journal, Story, read_story
from vigie.ship.report import Logbook, ShipReport
from vigie.ship.request import BotDoor, ShipRequest, Tell
from vigie.ship.run import Run
from vigie.ship.verify import verify
from vigie.ship.way_back import end_of_way_back, go_back, park


def pick_up(
    request: ShipRequest,
    bot: BotDoor,
    tell: Tell,
    clock: Callable[[], float],
    sleep: Callable[[float], None],
) -> ShipReport | None:
    """Go on with the latest run; None when no commit had come of it, and nothing of it is left.

    Raises ``Failure`` ``ship.nothing-to-resume`` when it came to a good end.
    """
    story = read_story(request.folder)
    if story is None or (
        story.ended and (story.lines[-1].facts.get("exit_code") == DONE or not _landed(story))
    ):
        raise Failure("ship.nothing-to-resume")
    logbook = Logbook(clock)
    with logbook.step("precheck"):
        plan = empty_plan(request)
        left = settle(plan.git, plan.repository, story, request.folder, sleep)
    if left is Left.NOTHING:
        return None
    journal = Journal(request.folder)
    journal.go_on()
    run = Run(request, plan, bot, tell, logbook, journal, clock, sleep)
    _recall(run, story)
    run.tell("INFO", "ship.resuming", when=story.run["when"])
    work = {Left.PUSH: push_and_verify, Left.BOT: _bot, Left.BACK: _back}[left]
    return finish(run, lambda: work(run))


def _landed(story: Story) -> bool:
    return story.facts("land", NOTED) is not None


def _recall(run: Run, story: Story) -> None:
    """Know again what the run knew: which commit it made, and how the bot was before."""
    landed = story.facts("land")
    rebased = story.facts("rebase", NOTED)
    if landed is not None:
        run.commit = landed["sha"]
        run.tip = rebased["new"] if rebased else landed["sha"]
    before = story.facts("precheck") or {}
    run.was_online, run.ran = before.get("online"), before.get("ran")
    run.pushed = story.facts("push", NOTED) is not None
    run.story = story


def _bot(run: Run) -> int:
    """Bring it up if it is down or was not restarted yet, and prove what it runs."""
    if run.story is None or (run.story.facts("restart") is None and run.story.facts("prove") is None):
        return verify(run, shipped=True)
    asked = run.story.open("restart")
    if (asked and run.bot.running_commit() != run.tip) or not is_online(run):
        back = restart(run)
        if back is None:
            return SHIPPED_OFFLINE
        if not back:
            return go_back(run, None)
    run.online_after = True
    if run.tip is not None and run.request.prove > 0:
        result = prove_version(run, run.tip)
        return DONE if result.proven else go_back(run, result)
    return DONE


def _back(run: Run) -> int:
    """Bring up what the folder was brought back to, or what can run beside it."""
    facts = (run.story.facts("back") if run.story else None) or {}
    bad, good, way = facts["bad"], facts["good"], facts["way"]
    run.tip = current_commit(run.plan.git)
    if run.tip == way:
        return end_of_way_back(run, good, way)
    if run.tip == bad:
        park(run, bad, good)
        return end_of_way_back(run, good, None)
    raise Refusal("ship.way-back-overtaken", good=good[:SHORT])
