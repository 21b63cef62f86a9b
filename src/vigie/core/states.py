"""Four small machines, and the one word shown to people, which is computed from them and never stored.

*wish*   what the person wants: nothing said, down, up once (nobody stays to bring it back), or kept up
*life*   the process: absent, launching, alive, stopping, killing, clearing what it left behind
*health* what the probes say: new (never answered), well, doubted (failing, not yet confirmed), ill
*trial*  a release being proven: none, awaiting its launch, proving, switching back

A fifth record, the *tally*, remembers deaths and restarts; the policies in ``backoff`` and ``crash_loop``
read it. All moments are seconds on one steady clock.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from vigie.core.reasons import Reason


class Want(Enum):
    """What the person wants; ``AS_IS``: nobody has said anything, a living bot is only looked at."""

    AS_IS = "as-is"
    DOWN = "down"
    ONCE = "once"
    UP = "up"


WANTED: tuple[Want, ...] = (Want.ONCE, Want.UP)


class Phase(Enum):
    """Where the process is in its life."""

    ABSENT = "absent"
    LAUNCHING = "launching"
    ALIVE = "alive"
    STOPPING = "stopping"
    KILLING = "killing"
    CLEARING = "clearing"


class Verdict(Enum):
    """What the probes have said of the living process so far."""

    NEW = "new"
    WELL = "well"
    DOUBTED = "doubted"
    ILL = "ill"


class Proof(Enum):
    """Where the release on trial stands."""

    NONE = "none"
    AWAITING = "awaiting"
    PROVING = "proving"
    SWITCHING = "switching"


@dataclass(frozen=True, slots=True)
class Wish:
    """What is wanted and why; ``again``: replace the living copy; ``cure``: replace it if it proves ill."""

    want: Want = Want.AS_IS
    reason: Reason = Reason.STOPPED
    again: Reason | None = None
    cure: bool = False


@dataclass(frozen=True, slots=True)
class Life:
    """The process. ``cause``: why it is ill or goes down, or why it was launched; None: nothing to tell."""

    phase: Phase = Phase.ABSENT
    since: float = 0.0
    pid: int | None = None
    launched_at: float = 0.0
    step: int = 0
    cause: Reason | None = None
    detail: str | None = None
    exit_code: int | None = None
    exit_signal: int | None = None
    luck: float = 0.5


@dataclass(frozen=True, slots=True)
class Health:
    """What the probes say. ``asked`` is the number of the probe under way, None when none is.

    ``blind``: the last question could not be put, so nothing is known of the time since.
    """

    verdict: Verdict = Verdict.NEW
    failures: int = 0
    why: str | None = None
    last_number: int = 0
    asked: int | None = None
    asked_at: float = 0.0
    next_at: float = 0.0
    online_since: float | None = None
    blind: bool = False


@dataclass(frozen=True, slots=True)
class Trial:
    """A release on trial. ``failed`` remembers those that did not pass: never tried again by themselves.

    ``well_since`` and ``well_at`` are the first and the last good answer of the present window of health.
    """

    proof: Proof = Proof.NONE
    release: str = ""
    way_back: bool = False
    since: float = 0.0
    well_since: float | None = None
    failed: tuple[str, ...] = ()
    proven: str = ""
    well_at: float | None = None


@dataclass(frozen=True, slots=True)
class Tally:
    """Deaths in a row, automatic restarts of the last day, and when the next start is due."""

    deaths: int = 0
    restarts: tuple[float, ...] = ()
    restart_count: int = 0
    next_start_at: float | None = None
    waiting: Reason | None = None
    told: tuple[Reason, ...] = ()
    luck: float = 0.5
    refusals: int = 0


@dataclass(frozen=True, slots=True)
class Status:
    """All that is known of one bot. ``seen`` is the latest moment handed in: time never runs backwards."""

    wish: Wish = field(default_factory=Wish)
    life: Life = field(default_factory=Life)
    health: Health = field(default_factory=Health)
    trial: Trial = field(default_factory=Trial)
    tally: Tally = field(default_factory=Tally)
    seen: float = 0.0


STOPPED = "stopped"
STARTING = "starting"
ONLINE = "online"
UNRESPONSIVE = "unresponsive"
STOPPING = "stopping"
BACKOFF = "backoff"
FAILED = "failed"

WORDS = (STOPPED, STARTING, ONLINE, UNRESPONSIVE, STOPPING, BACKOFF, FAILED)

_GIVEN_UP = (Reason.GAVE_UP, Reason.DAILY_LIMIT)


def shown(status: Status) -> str:
    """Return the one word people see (CONTRACT.md, ``state``).

    A process that has ended is not *stopping* any more, whatever it left behind: where a new copy is wanted,
    the word already says when that one comes.
    """
    phase, wanted = status.life.phase, status.wish.want in WANTED
    if phase in (Phase.ABSENT, Phase.CLEARING):
        if not wanted:
            return STOPPED if phase is Phase.ABSENT else STOPPING
        if status.tally.waiting in _GIVEN_UP:
            return FAILED
        return BACKOFF if status.tally.waiting else STARTING
    if phase is Phase.LAUNCHING:
        return STARTING if wanted else STOPPING
    if phase is Phase.ALIVE:
        if status.health.verdict is Verdict.ILL:
            return UNRESPONSIVE
        return STARTING if status.health.online_since is None else ONLINE
    return STOPPING


def why(status: Status) -> Reason:
    """Return the reason behind the word that ``shown`` gives."""
    life, word = status.life, shown(status)
    if word == ONLINE:
        return Reason.HEALTHY
    if word in (BACKOFF, FAILED):
        return status.tally.waiting or Reason.WAITING_BACKOFF
    if word == UNRESPONSIVE:
        return life.cause or Reason.HUNG
    if word == STARTING:
        return life.cause or status.wish.reason
    if life.phase is Phase.LAUNCHING:
        return status.wish.reason  # its cause is why it was launched, not why it will go at once
    return life.cause or Reason.STOPPED
