"""What of a status outlives us: the tally and why the last process ended, moved onto today's steady clock.

Moments are kept on the steady clock of the boot they were seen in. In another boot they are carried over by
calendar time; what lies in the future of the clock afterwards is taken as now, so that a wrong calendar
can never make a bot wait longer than it was to wait.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

from vigie.core import crash_loop
from vigie.core.machine import AUTOMATIC
from vigie.core.reasons import Reason
from vigie.core.spec import Spec
from vigie.core.states import Life, Phase, Status, Tally, Want, Wish
from vigie.core.take_in import DEATHS
from vigie.engines.base import Identity


class Remembered(NamedTuple):
    """One bot's past, as the ledger told it."""

    identity: Identity | None
    launched_at: float
    by_us: bool
    tally: Tally
    cause: Reason | None
    last_restart: float | None
    commit: str | None
    noted_at: float | None = None
    """When the ledger was written, on today's steady clock."""
    phase: Phase | None = None
    """Where its life was then."""
    owed: bool = False
    """The noted copy is gone and no other has come: the next launch is a restart, because of ``cause``."""
    left_down: Reason | None = None
    """Why nobody but a person was to launch it again, in this boot; None when that was not so."""


class Living(NamedTuple):
    """Who lives now, since when on the steady clock, and whether we launched it ourselves."""

    identity: Identity
    launched_at: float
    by_us: bool


class Moment(NamedTuple):
    """Now, on both clocks, in which boot."""

    steady: float
    wall: float
    boot: str


MOST_PIDS = 2**32
"""No system numbers its processes beyond (a DWORD on Windows)."""

NOTHING = Remembered(None, 0.0, True, Tally(), None, None, None)


def as_ledger(status: Status, past: Remembered, now: Moment) -> dict[str, object]:
    """Return what the ledger keeps of ``status``; ``past`` holds what a status does not know."""
    tally = status.tally
    return {
        "steady": now.steady,
        "wall": now.wall,
        "boot": now.boot,
        "identity": list(past.identity) if past.identity else None,
        "launched_at": past.launched_at,
        "by_us": past.by_us,
        "last_restart": past.last_restart,
        "commit": past.commit,
        "cause": status.life.cause.value if status.life.cause else None,
        "phase": status.life.phase.value,
        "left_down": None if (why_down := left_down(status)) is None else why_down.value,
        "tally": {
            "deaths": tally.deaths,
            "restarts": list(tally.restarts),
            "restart_count": tally.restart_count,
            "next_start_at": tally.next_start_at,
            "waiting": tally.waiting.value if tally.waiting else None,
            "told": [reason.value for reason in tally.told],
        },
    }


def left_down(status: Status) -> Reason | None:
    """Say why nobody but a person launches the bot again: it was stopped, or it left for good. None: not so."""
    if status.wish.want is Want.DOWN:
        return Reason.ASKED_STOP
    return status.life.cause if status.wish.reason is Reason.NOT_RESTARTED else None


def from_ledger(ledger: Mapping[str, object] | None, now: Moment) -> Remembered:
    """Return the past that a ledger tells; what cannot be believed of it is taken as never written."""
    if ledger is None:
        return NOTHING
    try:
        return _read(ledger, now)
    except (KeyError, TypeError, ValueError):
        return NOTHING


def restored(past: Remembered, now: float) -> Status:
    """Return a status that knows its past and nothing of the present."""
    cause = past.cause if past.tally.waiting or past.owed else None
    wish = Wish()
    if past.left_down is not None and past.identity is None:
        asked = past.left_down is Reason.ASKED_STOP
        wish = Wish(Want.DOWN, Reason.ASKED_STOP) if asked else Wish(Want.AS_IS, Reason.NOT_RESTARTED)
        cause = past.left_down
    return Status(wish=wish, life=Life(cause=cause), tally=past.tally, seen=now)


def caught_up(past: Remembered, living: Living | None, spec: Spec, now: Moment, luck: float) -> Remembered:
    """Return ``past`` with what befell the noted copy since: nobody was there to count it.

    ``living`` is what lives now. The noted copy gone, and not asked to go: it has died. Another one there that
    we launched ourselves: we died before we could note that. A reboot is nobody's death.
    """
    noted = past.identity
    if living is not None and (living.identity == noted or not living.by_us):
        return past
    tally, cause, owed = past.tally, past.cause, past.tally.waiting is not None
    # the steady clock of an earlier boot ran before this one began
    if noted is not None and noted.boot == now.boot and (past.noted_at or 0.0) >= 0.0:
        if past.phase not in GOING:
            cause = Reason.CRASHED
        owed = cause is not None and cause is not Reason.ASKED_STOP
        if cause in DEATHS and past.phase is not Phase.CLEARING:
            tally = crash_loop.after_death(tally, spec, now.steady, luck)
    if living is None:
        return past._replace(identity=None, tally=tally, cause=cause, owed=owed)
    last = past.last_restart
    if owed:
        tally = replace(tally, restart_count=tally.restart_count + 1)
        tally = crash_loop.restarted(tally, living.launched_at) if cause in AUTOMATIC else tally
        last = now.wall - (now.steady - living.launched_at)
    return past._replace(tally=crash_loop.hurried(tally), cause=cause, last_restart=last)


GOING = (Phase.STOPPING, Phase.KILLING, Phase.CLEARING)
"""Phases in which the end of the copy is on its way and has its cause."""


def _read(ledger: Mapping[str, object], now: Moment) -> Remembered:
    then = Moment(_number(ledger["steady"]), _number(ledger["wall"]), str(ledger["boot"]))

    def here(moment: float) -> float:
        if then.boot == now.boot and then.steady <= now.steady:
            return moment
        return now.steady - (then.steady - moment) - max(0.0, now.wall - then.wall)

    kept = ledger["tally"]
    if not isinstance(kept, Mapping):
        raise TypeError(kept)
    due = kept["next_start_at"]
    tally = Tally(
        deaths=_count(kept["deaths"]),
        restarts=tuple(sorted(min(here(_number(moment)), now.steady) for moment in kept["restarts"])),
        restart_count=_count(kept["restart_count"]),
        next_start_at=None if due is None else here(_number(due)),
        waiting=None if kept["waiting"] is None else Reason(kept["waiting"]),
        told=tuple(Reason(reason) for reason in kept["told"]),
    )
    commit, last = ledger["commit"], ledger["last_restart"]
    return Remembered(
        identity=_identity(ledger["identity"]),
        launched_at=min(here(_number(ledger["launched_at"])), now.steady),
        by_us=ledger["by_us"] is True,
        tally=tally,
        cause=None if ledger["cause"] is None else Reason(ledger["cause"]),
        last_restart=None if last is None else _number(last),
        commit=None if commit is None else str(commit),
        noted_at=here(then.steady),
        phase=None if (phase := ledger.get("phase")) is None else Phase(phase),
        left_down=None
        if then.boot != now.boot or (down := ledger.get("left_down")) is None
        else Reason(down),
    )


def _identity(value: object) -> Identity | None:
    if value is None:
        return None
    if not isinstance(value, list) or len(value) != 3:
        raise TypeError(value)
    pid, started, boot = value
    if not 0 < _count(pid) < MOST_PIDS or not isinstance(boot, str):
        raise ValueError(value)
    return Identity(pid, _count(started), boot)


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value != value or abs(value) > 1e15:
        raise TypeError(value)
    return float(value)


def _count(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise TypeError(value)
    return value


def with_count(tally: Tally, count: int) -> Tally:
    """Return ``tally`` with a restart count taken over from elsewhere, when it is the greater one."""
    return replace(tally, restart_count=max(tally.restart_count, count))
