"""Statuses as they really arise, one for each phase of life: led there by facts, never made by hand."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields, is_dataclass
from typing import Any

from vigie.core.facts import (
    Asked,
    Exited,
    Fact,
    Launched,
    ProbePassed,
    TimeCame,
    TreeGone,
    Verb,
)
from vigie.core.machine import decide
from vigie.core.spec import Spec
from vigie.core.states import Phase, Status

SPEC = Spec(check_interval=30.0, stop_timeout=10.0)
PID = 101

START = Asked(Verb.START, keep=True)
START_ONCE = Asked(Verb.START)
STOP = Asked(Verb.STOP)

Moments = Iterable[tuple[float, Fact]]
Change = dict[str, Any]

LAUNCHING: tuple[tuple[float, Fact], ...] = ((0.0, START),)
STARTING = (*LAUNCHING, (0.0, Launched(PID)))
ONLINE = (*STARTING, (1.0, ProbePassed(1)))
STOPPING = (*ONLINE, (5.0, STOP))
KILLING = (*STOPPING, (10.0, TimeCame()), (15.0, TimeCame()))
CLEARING = (*ONLINE, (5.0, Exited(PID, 1)))
DEAD_ONCE = (*CLEARING, (5.0, TreeGone()))
WAITING = (
    *DEAD_ONCE,
    (5.0, Launched(PID + 1)),
    (6.0, Exited(PID + 1, 1)),
    (6.0, TreeGone()),
)
STOPPED = (*STOPPING, (6.0, Exited(PID, 0)), (6.0, TreeGone()))


def after(facts: Moments, spec: Spec = SPEC, beginning: Status = Status()) -> Status:  # noqa: B008
    """Return the status that ``facts`` lead to."""
    status = beginning
    for now, fact in facts:
        status, _ = decide(status, fact, spec, now)
    return status


PROBED = after((*ONLINE, (31.0, TimeCame())))
"""Online, with question 2 under way."""

IN_PHASE: dict[Phase, Status] = {
    Phase.ABSENT: after(WAITING),
    Phase.LAUNCHING: after(LAUNCHING),
    Phase.ALIVE: PROBED,
    Phase.STOPPING: after(STOPPING),
    Phase.KILLING: after(KILLING),
    Phase.CLEARING: after(CLEARING),
}
"""The living one is online with a question under way, the absent one waits after two crashes."""


def changes(before: object, after: object, path: str = "") -> Change:
    """Return what differs, by its dotted name."""
    found: Change = {}
    for field in fields(before):  # type: ignore[arg-type]
        old, new = getattr(before, field.name), getattr(after, field.name)
        if old != new:
            name = f"{path}{field.name}"
            found |= changes(old, new, f"{name}.") if is_dataclass(old) else {name: new}
    return found
