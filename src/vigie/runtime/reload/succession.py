"""One bot from the program that goes to the one that takes its place: nothing measured or decided is lost.

Moments stay what they are: the steady clock does not notice that a program was replaced. Only a question that
was under way is put again, because its answer came to nobody.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from vigie.core.facts import ClockJumped, Exited, LaunchFailed, TimeCame
from vigie.core.orders import KillTree
from vigie.core.reasons import Reason
from vigie.core.spec import Spec
from vigie.core.states import Phase, Status
from vigie.engines.base import Engine, Identity, spare_of
from vigie.runtime.hands import luck
from vigie.runtime.plain_records import plain, record
from vigie.runtime.reactor import LATE
from vigie.runtime.watch import LaunchedWith, Watch
from vigie.settings import Bot, Secrets


class Inherited(NamedTuple):
    """One bot as the program before us left it."""

    bot: Bot
    status: Status
    identity: Identity | None
    by_us: bool
    launched_with: LaunchedWith | None
    started: float | None
    last_restart: float | None
    commit: str | None
    log_starts: dict[int, int]
    leaves: bool
    """It is no longer in the settings, and on its way out."""


class Environments:
    """Environments by number: all bots of a project share one, and it is handed over once."""

    def __init__(self) -> None:
        """None yet."""
        self.packed: list[dict[str, str]] = []
        self._numbers: dict[int, int] = {}

    def number(self, environment: Mapping[str, str]) -> int:
        """Return the number of this environment."""
        known = self._numbers.get(id(environment))
        if known is None:
            known = self._numbers[id(environment)] = len(self.packed)
            self.packed.append(dict(environment))
        return known


def packed(watch: Watch, environments: Environments, leaves: bool) -> dict[str, object]:
    """Return all that is known of one bot as plain values."""
    held, launched = watch.hands.held, watch.launched_with
    return {
        "spec": plain(watch.spec),
        "environment": environments.number(watch.environment),
        "status": plain(watch.status),
        "identity": None if held is None else plain(held.identity),
        "by_us": watch.hands.launched_by_us,
        "launched_with": None
        if launched is None
        else [list(launched.command), launched.directory, environments.number(launched.environment)],
        "started": watch.started,
        "last_restart": watch.last_restart,
        "commit": watch.commit,
        "log_starts": list(watch.log_starts.items()),
        "leaves": leaves,
    }


def unpacked(found: Mapping[str, Any], environments: list[Secrets]) -> Inherited:
    """Return the bot that ``packed`` described; raises ``ValueError`` or ``KeyError`` for anything else."""
    identity, launched = found["identity"], found["launched_with"]
    status = record(Status, found["status"])
    health = status.health
    if health.asked is not None:
        health = replace(health, asked=None, next_at=min(health.next_at, status.seen))
    return Inherited(
        bot=Bot(record(Spec, found["spec"]), environments[found["environment"]]),
        status=replace(status, health=health),
        identity=None if identity is None else record(Identity, identity),
        by_us=found["by_us"] is True,
        launched_with=None
        if launched is None
        else LaunchedWith(tuple(launched[0]), launched[1], environments[launched[2]]),
        started=found["started"],
        last_restart=found["last_restart"],
        commit=found["commit"],
        log_starts=dict(found["log_starts"]),
        leaves=found["leaves"] is True,
    )


def go_on(watch: Watch, inherited: Inherited, engine: Engine, gap: float) -> None:
    """Let ``watch`` go on where it stood ``gap`` seconds ago; what happened to its process meanwhile is heard now."""
    watch.launched_with = inherited.launched_with
    watch.started = inherited.started
    watch.log_starts = inherited.log_starts
    phase = inherited.status.life.phase
    held = None if inherited.identity is None else engine.inherit(inherited.identity)
    if held is not None:
        watch.hands.take_hold(held, inherited.by_us)
    elif phase is not Phase.ABSENT:
        # what its own process may have left behind, now that nobody can hold that any more
        engine.end_leftovers(watch.place.copy_lock(watch.name), spare_of(watch.spec))
    if gap > LATE:
        watch.feed(ClockJumped(gap))
    if phase in (Phase.KILLING, Phase.CLEARING):
        watch.hands.carry_out(KillTree(Reason.LEFTOVERS))
    elif phase is Phase.LAUNCHING:
        watch.feed(LaunchFailed("runtime.gone", refused=True, luck=luck()))
    elif phase is not Phase.ABSENT and held is None:
        watch.feed(Exited(inherited.status.life.pid or 0, luck=luck()))
    watch.feed(TimeCame())


def changed_at_launch(watch: Watch, bot: Bot) -> list[str]:
    """Name what the living process would be given differently by ``bot``; nothing when it does not live.

    Of the environment only what our own does not override, by its file's name: no variable is named.
    """
    given = watch.launched_with
    if given is None or watch.status.life.pid is None:
        return []
    changed = []
    if given.command != bot.spec.command:
        changed.append("command")
    if given.directory != bot.spec.directory:
        changed.append("directory")
    if _of_its_own(given.environment) != _of_its_own(bot.environment):
        changed.append(".env")
    return changed


def _of_its_own(environment: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in environment.items() if name not in os.environ}
