"""Restarts with nothing wrong behind them, and what ends the slow lane early."""

from __future__ import annotations

from tests.core.stories import (
    CLEAN,
    CONTRACT,
    GONE,
    START_ONCE,
    TIME,
    at,
    begins,
    begins_once,
    born,
    ends,
    first_look,
    please_stop,
    relaunch,
    story,
    tell,
    well,
)
from vigie.core.facts import HourCame, NetworkReturned, SettingsChanged
from vigie.core.reasons import Reason

QUIET = CONTRACT._replace(check_interval=100_000.0)
AGEING = QUIET._replace(max_age=1000.0)
HOUR = HourCame()
NETWORK = NetworkReturned()

STORIES = (
    story(
        "a bot that has had its age is replaced, up to a tenth early",
        *begins(),
        at(950.0, TIME, "stopping", please_stop(Reason.MAX_AGE)),
        at(951.0, ends(code=0), "starting", CLEAN),
        at(951.0, GONE, "starting", relaunch(Reason.MAX_AGE)),
        at(951.0, born(102), "starting", first_look(2)),
        spec=AGEING,
    ),
    story(
        "a bot that nobody keeps up may grow as old as it likes",
        *begins_once(),
        at(2000.0, START_ONCE, "online"),
        spec=AGEING,
    ),
    story(
        "an old bot is left alone on a day without a start left",
        *begins(),
        at(500.0, ends(), "starting", CLEAN),
        at(500.0, GONE, "starting", relaunch(Reason.CRASHED)),
        at(500.0, born(102), "starting", first_look(2)),
        at(501.0, well(2), "online"),
        at(801.0, TIME, "online"),
        at(86_900.0, TIME, "stopping", please_stop(Reason.MAX_AGE)),
        spec=AGEING._replace(restarts_per_day=1),
    ),
    story(
        "at the hour the bot is replaced, unless it is as good as new",
        *begins(),
        at(299.0, HOUR, "online"),
        at(300.0, HOUR, "stopping", please_stop(Reason.RESTART_HOUR)),
        at(301.0, ends(code=78), "starting", CLEAN),
        at(301.0, GONE, "starting", relaunch(Reason.RESTART_HOUR)),
        spec=QUIET,
    ),
    story(
        "the hour means nothing to a bot that is down",
        at(0.0, HOUR, "stopped"),
        at(1.0, NETWORK, "stopped"),
        at(2.0, SettingsChanged(replace=True), "stopped"),
    ),
    story(
        "a bot launched with other settings is replaced, one that is only watched otherwise is not",
        *begins(),
        at(10.0, SettingsChanged(), "online"),
        at(20.0, SettingsChanged(replace=True), "stopping", please_stop(Reason.SETTINGS_CHANGED)),
        at(21.0, ends(code=0), "starting", CLEAN),
        at(21.0, GONE, "starting", relaunch(Reason.SETTINGS_CHANGED)),
    ),
    story(
        "other settings end the slow lane at once",
        *begins(),
        at(2.0, ends(), "failed", CLEAN, tell(Reason.GAVE_UP)),
        at(2.0, GONE, "failed"),
        at(20.0, SettingsChanged(), "starting", relaunch(Reason.CRASHED)),
        spec=CONTRACT._replace(give_up_after=1),
    ),
    story(
        "the network's return shortens the slow lane, but not below the longest pause",
        *begins(),
        at(2.0, ends(), "failed", CLEAN, tell(Reason.GAVE_UP)),
        at(2.0, GONE, "failed"),
        at(20.0, NETWORK, "failed"),
        at(62.0, TIME, "starting", relaunch(Reason.CRASHED)),
        at(62.0, born(102), "starting", first_look(2)),
        at(62.5, ends(102), "failed", CLEAN),
        at(62.5, GONE, "failed"),
        at(200.0, NETWORK, "starting", relaunch(Reason.CRASHED)),
        spec=CONTRACT._replace(give_up_after=1),
    ),
)
