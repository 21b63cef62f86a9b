"""Short stories in which one process of ours dies at a given point, and what must hold afterwards."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from typing import NamedTuple

from tests.waiting import until
from vigie.core.facts import Verb

if sys.platform != "win32":
    from tests.faults.ground import LIMIT, Ground, leave
    from tests.faults.lone import command, process_lives

assert sys.platform != "win32"  # mypy skips the rest there


Play = Callable[[Ground], None]


class Story(NamedTuple):
    """``mortal`` is the process that dies; ``meanwhile`` happens beside it; ``resume`` is a fresh process."""

    mortal: Play
    prelude: Play = lambda _ground: None
    meanwhile: Callable[[Ground, int], None] = lambda _ground, _mortal: None
    resume: Play = lambda ground: ground.calmly(ground.online)
    copies: int = 1
    """How many live once the fresh process has done its work."""
    counts: bool = True
    """Whether every copy but the first was a restart, to be counted whoever died when."""
    grace: float = 60.0
    """Seconds in which a copy that was adopted young, and is ill, may still count as starting."""


def online(mode: str = "ok") -> Play:
    """The bot is online, and nobody watches."""

    def prelude(ground: Ground) -> None:
        ground.bot.mode(mode)
        ground.calmly(lambda: ground.operate(Verb.START))

    return prelude


def _by_hand(ground: Ground) -> None:
    port = ground.bot.port
    with open(os.devnull, "wb") as nowhere:
        bot = subprocess.Popen(command(port), cwd=ground.bot.folder, stdout=nowhere, start_new_session=True)
    bot.returncode = 0  # it is reaped by whoever comes after us
    until(lambda: ground.bot.living(), LIMIT, "the bot launched by hand lives")


def _crash(ground: Ground) -> None:
    def kill() -> None:
        (copy,) = ground.bot.living()
        os.kill(int(copy.partition(".")[0]), signal.SIGKILL)

    ground.monitor({"check.running": kill, "runtime.online": leave})


def _hang(ground: Ground) -> None:
    def fall_ill() -> None:
        (copy,) = ground.bot.living()
        ground.bot.mode(f"500 {copy} fork 2")

    ground.monitor({"check.running": fall_ill, "runtime.online": leave})


def _told(verb: Verb, release: str | None = None) -> Callable[[Ground, int], None]:
    """Let a command speak to the monitor as soon as its door is open, and outlive it if it must."""

    def meanwhile(ground: Ground, mortal: int) -> None:
        until(lambda: _door(ground) or _over(mortal), LIMIT, "the monitor's door")
        ground.calmly(lambda: ground.operate(verb, release))
        if not _over(mortal):
            os.kill(mortal, signal.SIGTERM)

    return meanwhile


def _beside_a_monitor(verb: Verb) -> Play:
    """A command that dies while a monitor does what it asked for."""

    def mortal(ground: Ground) -> None:
        ground.operate(verb)

    return mortal


def _with_monitor(ground: Ground) -> None:
    ground.bot.mode("ok")
    watching = ground.fork(lambda: ground.monitor({}))
    until(lambda: _door(ground), LIMIT, "the monitor's door")
    until(lambda: ground.status().get("state") == "online", LIMIT, "online")
    ground.watching = watching


def _monitor_leaves(ground: Ground) -> None:
    until(lambda: ground.status().get("state") == "online", LIMIT, "online")
    os.kill(ground.watching, signal.SIGTERM)
    ground.wait(ground.watching)
    ground.calmly(ground.online)


def _door(ground: Ground) -> bool:
    from vigie.runtime.decider import watching_monitor

    return watching_monitor(ground.place) is not None


def _over(pid: int) -> bool:
    return not process_lives(pid)


def _stop(ground: Ground) -> None:
    ground.operate(Verb.STOP)


STORIES: dict[str, Story] = {
    "first start by a command": Story(lambda ground: ground.operate(Verb.START)),
    "first start by a monitor": Story(Ground.online),
    "adoption": Story(Ground.online, online()),
    "adoption of a copy launched by hand": Story(Ground.online, _by_hand),
    "crash": Story(_crash, online("fork 2")),
    "hang": Story(_hang, online("fork 2"), grace=1.5),
    "stop by a command": Story(
        _stop, online("deaf fork 2"), resume=lambda ground: ground.calmly(lambda: _stop(ground)), copies=0
    ),
    "restart by a command": Story(lambda ground: ground.operate(Verb.RESTART), online("fork 2")),
    "stop by a monitor": Story(
        lambda ground: ground.monitor({}),
        online("deaf fork 2"),
        _told(Verb.STOP),
        resume=lambda ground: ground.look_at_copies("after the command", 0),
        copies=0,
    ),
    "restart by a monitor": Story(
        lambda ground: ground.monitor({}),
        online("fork 2"),
        _told(Verb.RESTART),
        resume=lambda ground: ground.look_at_copies("after the command", 1),
    ),
    "ship's restart": Story(
        lambda ground: ground.monitor({}),
        online(),
        _told(Verb.RESTART, "0123456789abcdef"),
        resume=lambda ground: ground.look_at_copies("after the command", 1),
    ),
    "a command beside a monitor": Story(
        _beside_a_monitor(Verb.RESTART), _with_monitor, resume=_monitor_leaves
    ),
}


def play(story: Story, ground: Ground, dies_at: int) -> bool:
    """Play it with its mortal dying at this point; whether the mortal came to its end instead."""
    story.prelude(ground)
    before = ground.look_at_records("before")
    mortal = ground.fork(lambda: story.mortal(ground), dies_at)
    story.meanwhile(ground, mortal)
    lived = ground.wait(mortal)
    at_death = ground.look_at_records("at its death")
    ground.look_at_copies("at its death")
    story.resume(ground)
    after = ground.look_at_records("afterwards")
    ground.look_at_copies("afterwards", story.copies)
    if not before <= at_death <= after:
        ground.wrong.append(f"the count fell: {before}, {at_death}, {after}")
    begun = len(ground.bot.begun())
    if story.counts and after < begun - 1:
        ground.wrong.append(f"{begun} copies began and {after} restarts were counted")
    if not story.copies:
        # by a person: the next monitor leaves down what was stopped under one that was killed
        ground.calmly(lambda: ground.operate(Verb.START))
        ground.look_at_copies("started again", 1)
    ground.calmly(lambda: _stop(ground))
    ground.look_at_copies("stopped", 0)
    ground.look_for_orphans("stopped")
    ground.look_at_records("stopped")
    if story.prelude is not _by_hand:
        log = ground.place.bot_log("bot")
        ground.wrong += ground.bot.lines_missing([log])
    return lived
