"""``ensure``: start or restart only what is not online."""

from __future__ import annotations

from tests.core.stories import (
    CLEAN,
    CONTRACT,
    ENSURE,
    ENSURE_ONCE,
    GONE,
    START_ONCE,
    TIME,
    Step,
    at,
    begins,
    begins_once,
    born,
    ends,
    evidence,
    first_look,
    launch,
    look,
    look_again,
    please_stop,
    relaunch,
    story,
    tell,
    unwell,
    well,
)
from vigie.core.reasons import Reason

JUMPY = CONTRACT._replace(confirm_failures=1)
TWICE = CONTRACT._replace(confirm_failures=2)
SELDOM_ASKED = CONTRACT._replace(check_interval=5000.0)


def hangs_alone() -> tuple[Step, ...]:
    """A bot hangs, and nobody is there to bring it back."""
    return (
        *begins_once(),
        at(31.0, TIME, "online", look(2)),
        at(31.0, unwell(2), "unresponsive"),
    )


STORIES = (
    story(
        "ensure starts what is absent, and that is no restart",
        at(0.0, ENSURE_ONCE, "starting", launch(Reason.ASKED_ENSURE)),
        at(0.0, born(), "starting", first_look(1)),
        at(1.0, well(1), "online"),
    ),
    story(
        "ensure leaves alone what is online",
        *begins_once(),
        at(5.0, ENSURE_ONCE, "online"),
        at(31.0, TIME, "online", look(2)),
        at(31.1, well(2), "online"),
    ),
    story(
        "ensure replaces what hangs, even where nobody stays",
        *hangs_alone(),
        at(32.0, ENSURE_ONCE, "stopping", evidence(Reason.HUNG), please_stop(Reason.HUNG)),
        at(33.0, ends(code=0), "starting", CLEAN),
        at(33.0, GONE, "starting", relaunch(Reason.ASKED_ENSURE)),
        at(33.0, born(102), "starting", first_look(3)),
        at(34.0, well(3), "online"),
        spec=JUMPY,
    ),
    story(
        "what ensure has replaced once is not replaced again by itself",
        *hangs_alone(),
        at(32.0, ENSURE_ONCE, "stopping", evidence(Reason.HUNG), please_stop(Reason.HUNG)),
        at(33.0, ends(code=0), "starting", CLEAN),
        at(33.0, GONE, "starting", relaunch(Reason.ASKED_ENSURE)),
        at(33.0, born(102), "starting", first_look(3)),
        at(34.0, well(3), "online"),
        at(64.0, TIME, "online", look(4)),
        at(64.0, unwell(4), "unresponsive"),
        spec=JUMPY,
    ),
    story(
        "ensure waits for a doubt to be confirmed before it replaces anything",
        *begins_once(),
        at(31.0, TIME, "online", look(2)),
        at(31.0, unwell(2), "online"),
        at(32.0, ENSURE_ONCE, "online"),
        at(33.0, TIME, "online", look_again(3)),
        at(33.0, unwell(3), "stopping", evidence(Reason.HUNG), please_stop(Reason.HUNG)),
        spec=TWICE,
    ),
    story(
        "ensure is content when a doubt is lifted",
        *begins_once(),
        at(31.0, TIME, "online", look(2)),
        at(31.0, unwell(2), "online"),
        at(32.0, ENSURE_ONCE, "online"),
        at(33.0, TIME, "online", look_again(3)),
        at(33.0, well(3), "online"),
        at(63.0, TIME, "online", look(4)),
        at(63.0, unwell(4), "online"),
        at(65.0, TIME, "online", look_again(5)),
        at(65.0, unwell(5), "unresponsive"),
        spec=TWICE,
    ),
    story(
        "what ensure promised is still owed when somebody says start as well",
        *begins_once(),
        at(31.0, TIME, "online", look(2)),
        at(31.0, unwell(2), "online"),
        at(32.0, ENSURE_ONCE, "online"),
        at(32.5, START_ONCE, "online"),
        at(33.0, TIME, "online", look_again(3)),
        at(33.0, unwell(3), "stopping", evidence(Reason.HUNG), please_stop(Reason.HUNG)),
        spec=TWICE,
    ),
    story(
        "ensure asked while a crashed bot is cleared away starts it, where nobody stays",
        *begins_once(),
        at(10.0, ends(), "stopping", CLEAN),
        at(10.5, ENSURE_ONCE, "starting"),
        at(11.0, GONE, "starting", launch(Reason.ASKED_ENSURE)),
    ),
    story(
        "ensure asked every minute of a bot that will not stay up does not outwit the day's limit",
        *begins(),
        at(10.0, ends(), "starting", CLEAN),
        at(10.0, GONE, "starting", relaunch(Reason.CRASHED)),
        at(10.0, born(102), "starting", first_look(2)),
        at(11.0, ends(102), "failed", CLEAN, tell(Reason.GAVE_UP)),
        at(11.0, GONE, "failed"),
        at(60.0, ENSURE, "starting", relaunch(Reason.CRASHED)),
        at(60.0, born(103), "starting", first_look(3)),
        at(61.0, ends(103), "failed", CLEAN),
        at(61.0, GONE, "failed"),
        at(120.0, ENSURE, "failed", tell(Reason.DAILY_LIMIT)),
        at(180.0, ENSURE, "failed"),
        at(86_410.0, TIME, "starting", relaunch(Reason.CRASHED)),
        spec=SELDOM_ASKED._replace(give_up_after=2, restarts_per_day=2),
    ),
)
