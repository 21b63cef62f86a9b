"""All that one monitor knows, as plain values for the program that takes its place; and how that one goes on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vigie import __version__
from vigie.core.facts import Verb
from vigie.runtime.door.errand import Errand
from vigie.runtime.door.server import Caller, ControlServer
from vigie.runtime.reload.request import VERB, Reloads
from vigie.runtime.reload.succession import Environments, Inherited, packed, unpacked
from vigie.runtime.station import Station


def all_that_is_known(station: Station, server: ControlServer, language: str | None) -> dict[str, object]:
    """Return everything that the next program needs; ``go_on`` reads it."""
    environments = Environments()
    crew = station.crew
    bots = [packed(watch, environments, watch.name in crew.leaving) for watch in crew.watches]
    return {
        "root": station.root,
        "language": language,
        "version": __version__,
        "at": station.reactor.now(),
        "decider": station.decider.handed_on(),
        "door": server.fileno(),
        "callers": [caller.handed_on() for caller in server.callers],
        "errands": [errand.handed_on() for errand in station.errands],
        "waiting": list(station.order.waiting),
        "order": station.order.handed_on(),
        "environments": environments.packed,
        "bots": bots,
        "soft_limit": station.first_soft_limit,
    }


def inherited_bots(handed: Mapping[str, Any]) -> dict[str, Inherited]:
    """Return the bots that were handed over; one that cannot be believed is found as after our death."""
    from vigie.settings import Secrets

    environments = [Secrets(environment) for environment in handed["environments"]]
    found: dict[str, Inherited] = {}
    for one in handed["bots"]:
        try:
            bot = unpacked(one, environments)
        except (ValueError, KeyError, TypeError, IndexError):
            continue
        found[bot.bot.spec.name] = bot
    return found


def go_on(station: Station, server: ControlServer, reloads: Reloads, handed: Mapping[str, Any]) -> None:
    """Take up the callers, the errands and the queue of starts where the program before us left them."""
    callers: dict[int, Caller] = {}
    for one in handed["callers"]:
        caller = server.take_over(one)
        if caller is not None and caller.waits:
            callers[one["descriptor"]] = caller
            if caller.request is not None and caller.request.get("verb") == VERB:
                reloads.owe_answer(caller)
    owed = {name for errand in handed["errands"] for name in errand["names"]}
    waiting = [name for name in handed["waiting"] if name not in owed]
    if "order" in handed:
        station.order.go_on(station.crew.watches, handed["order"])
    if waiting:
        station.order.begin(station.crew.named(waiting), station.start)
    for one in handed["errands"]:
        known = station.crew.named(one["names"]) if one["names"] else []
        errand = Errand(
            station.errands,
            station.voices,
            station.order,
            callers.pop(one["caller"], None),
            known,
            Verb(one["verb"]),
        )
        errand.go_on(one)
    for caller in callers.values():
        if not reloads.owes(caller):
            caller.hang_up()
