"""Limits of a day, of memory, and code that changes under a running bot."""

from __future__ import annotations

from tests.core.stories import (
    CLEAN,
    CODE,
    CONTRACT,
    ENSURE,
    GONE,
    RESTART,
    START,
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
from vigie.core.facts import MemoryExceeded
from vigie.core.reasons import Reason

SELDOM_ASKED = CONTRACT._replace(check_interval=100_000.0)
ONE_A_DAY = SELDOM_ASKED._replace(restarts_per_day=1)
TOO_MUCH = MemoryExceeded(used=2_000_000_000)


def spends_the_day() -> tuple[Step, ...]:
    """The day's one restart is used at 10; the deaths are forgotten at 311."""
    return (
        *begins(),
        at(10.0, ends(), "starting", CLEAN),
        at(10.0, GONE, "starting", relaunch(Reason.CRASHED)),
        at(10.0, born(102), "starting", first_look(2)),
        at(11.0, well(2), "online"),
        at(311.0, TIME, "online"),
    )


STORIES = (
    story(
        "the day's limit holds: told once, and the next start waits until the oldest restart is a day old",
        *spends_the_day(),
        at(400.0, ends(102), "failed", CLEAN, tell(Reason.DAILY_LIMIT)),
        at(400.0, GONE, "failed"),
        at(86_410.0, TIME, "starting", relaunch(Reason.CRASHED)),
        at(86_410.0, born(103), "starting", first_look(3)),
        at(86_411.0, ends(103), "backoff", CLEAN),
        at(86_411.0, GONE, "backoff"),
        at(86_412.0, TIME, "failed"),
        at(172_810.0, TIME, "starting", relaunch(Reason.CRASHED)),
        spec=ONE_A_DAY,
    ),
    story(
        "a person is not held by the day's limit",
        *spends_the_day(),
        at(400.0, ends(102), "failed", CLEAN, tell(Reason.DAILY_LIMIT)),
        at(400.0, GONE, "failed"),
        at(500.0, START, "starting", launch(Reason.ASKED_START)),
        at(500.0, born(103), "starting", first_look(3)),
        at(501.0, RESTART, "stopping", please_stop(Reason.ASKED_RESTART)),
        at(502.0, ends(103), "starting", CLEAN),
        at(502.0, GONE, "starting", relaunch(Reason.ASKED_RESTART)),
        at(502.0, born(104), "starting", first_look(4)),
        at(503.0, ends(104), "failed", CLEAN, tell(Reason.DAILY_LIMIT)),
        spec=ONE_A_DAY,
    ),
    story(
        "with no restart allowed at all, a crash is the end until a person acts",
        *begins(),
        at(10.0, ends(), "failed", CLEAN, tell(Reason.DAILY_LIMIT)),
        at(10.0, GONE, "failed"),
        at(86_410.0, TIME, "failed"),
        at(172_810.0, TIME, "failed"),
        at(172_811.0, START, "starting", launch(Reason.ASKED_START)),
        spec=SELDOM_ASKED._replace(restarts_per_day=0),
    ),
    story(
        "a hung bot that could not be brought back today is left alive: it may recover",
        *begins(),
        at(31.0, TIME, "online", look(2)),
        at(31.0, unwell(2), "unresponsive", tell(Reason.DAILY_LIMIT)),
        at(33.0, TIME, "unresponsive", look_again(3)),
        at(33.0, unwell(3), "unresponsive"),
        at(35.0, TIME, "unresponsive", look_again(4)),
        at(35.0, well(4), "online"),
        spec=CONTRACT._replace(restarts_per_day=0, confirm_failures=1),
    ),
    story(
        "a hung bot that was left alive is replaced as soon as the day has a start for it",
        *spends_the_day(),
        at(86_408.0, TIME, "online", look(3)),
        at(86_408.5, unwell(3), "unresponsive", tell(Reason.DAILY_LIMIT)),
        at(86_409.5, TIME, "unresponsive", look_again(4)),
        at(86_409.9, unwell(4), "unresponsive"),
        at(
            86_410.9,
            TIME,
            "stopping",
            evidence(Reason.HUNG),
            please_stop(Reason.HUNG),
        ),
        at(86_411.0, ends(102), "starting", CLEAN),
        at(86_411.0, GONE, "starting", relaunch(Reason.HUNG)),
        spec=ONE_A_DAY._replace(check_interval=86_397.0, confirm_failures=1, confirm_interval=1.0),
    ),
    story(
        "ensure does not take a hung bot down that could not be brought back today, nor does it wait for it",
        *begins(),
        at(31.0, TIME, "online", look(2)),
        at(31.0, unwell(2), "unresponsive", tell(Reason.DAILY_LIMIT)),
        at(32.0, ENSURE, "unresponsive"),
        at(33.0, TIME, "unresponsive", look_again(3)),
        spec=CONTRACT._replace(restarts_per_day=0, confirm_failures=1),
    ),
    story(
        "a bot that takes too much memory is ended gently and replaced",
        *begins(),
        at(5.0, TOO_MUCH, "stopping", evidence(Reason.MEMORY_EXCEEDED), please_stop(Reason.MEMORY_EXCEEDED)),
        at(6.0, ends(code=0), "starting", CLEAN),
        at(6.0, GONE, "starting", relaunch(Reason.MEMORY_EXCEEDED)),
    ),
    story(
        "a bot that always takes too much memory comes back ever more slowly",
        *begins(),
        at(5.0, TOO_MUCH, "stopping", evidence(Reason.MEMORY_EXCEEDED), please_stop(Reason.MEMORY_EXCEEDED)),
        at(6.0, ends(code=0), "starting", CLEAN),
        at(6.0, GONE, "starting", relaunch(Reason.MEMORY_EXCEEDED)),
        at(6.0, born(102), "starting", first_look(2)),
        at(7.0, TOO_MUCH, "stopping", evidence(Reason.MEMORY_EXCEEDED), please_stop(Reason.MEMORY_EXCEEDED)),
        at(8.0, ends(102), "backoff", CLEAN),
        at(8.0, GONE, "backoff"),
        at(9.0, TIME, "starting", relaunch(Reason.MEMORY_EXCEEDED)),
    ),
    story(
        "memory is no reason to take down a bot that could not be brought back today",
        *spends_the_day(),
        at(400.0, TOO_MUCH, "online"),
        spec=ONE_A_DAY,
    ),
    story(
        "memory is no reason to take down a bot that nobody would bring back",
        *begins_once(),
        at(5.0, TOO_MUCH, "online"),
    ),
    story(
        "code that changes is only reported, unless restarting is what was set",
        *begins(),
        at(5.0, CODE, "online"),
    ),
    story(
        "code that changes restarts the bot when that was set, and is no death",
        *begins(),
        at(5.0, CODE, "stopping", please_stop(Reason.CODE_CHANGED)),
        at(5.5, CODE, "stopping"),
        at(6.0, ends(code=0), "starting", CLEAN),
        at(6.0, GONE, "starting", relaunch(Reason.CODE_CHANGED)),
        at(6.0, born(102), "starting", first_look(2)),
        at(7.0, ends(102), "starting", CLEAN),
        at(7.0, GONE, "starting", relaunch(Reason.CRASHED)),
        spec=CONTRACT._replace(on_change="restart"),
    ),
    story(
        "code that changes is no reason to take down a bot that could not be brought back today",
        *spends_the_day(),
        at(400.0, CODE, "online"),
        spec=ONE_A_DAY._replace(on_change="restart"),
    ),
)
