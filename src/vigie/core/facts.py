"""What can happen, in the past tense. The moment it was seen is handed to ``decide`` beside it.

``luck`` is a number in [0, 1) drawn by the shell: the core has no dice, jitter is handed in.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Verb(Enum):
    """What somebody can ask of a bot."""

    START = "start"
    STOP = "stop"
    RESTART = "restart"
    ENSURE = "ensure"


@dataclass(frozen=True, slots=True)
class Asked:
    """Somebody asked for something. ``keep``: whoever asked stays to bring the bot back when it dies."""

    verb: Verb
    keep: bool = False
    by_monitor: bool = False


@dataclass(frozen=True, slots=True)
class Launched:
    """The process exists."""

    pid: int
    luck: float = 0.5


@dataclass(frozen=True, slots=True)
class LaunchFailed:
    """No process came of a launch. ``refused``: something else is in the way, the bot is not to blame."""

    detail: str
    refused: bool = False
    luck: float = 0.5


@dataclass(frozen=True, slots=True)
class Adopted:
    """A process of this bot was found alive; ``launched_at`` is on the same steady clock as ``now``."""

    pid: int
    launched_at: float
    luck: float = 0.5


@dataclass(frozen=True, slots=True)
class Exited:
    """The bot's own process ended. Both numbers are None where the system cannot tell."""

    pid: int
    code: int | None = None
    signal: int | None = None
    luck: float = 0.5


@dataclass(frozen=True, slots=True)
class TreeGone:
    """Nothing is left of the bot: its process and all that descended from it are proven gone."""


@dataclass(frozen=True, slots=True)
class ProbePassed:
    """The bot answered that it is well. ``number`` is that of the order; late answers do not count."""

    number: int


@dataclass(frozen=True, slots=True)
class ProbeFailed:
    """The bot did not answer, or answered that it is not well; ``why`` is a probe reason's key."""

    number: int
    why: str


@dataclass(frozen=True, slots=True)
class ProbeImpossible:
    """The question could not be put (no descriptor left, no network): it says nothing of the bot."""

    number: int
    why: str


@dataclass(frozen=True, slots=True)
class TimeCame:
    """A moment asked for with ``WakeAt`` was reached."""


@dataclass(frozen=True, slots=True)
class ClockJumped:
    """We ourselves were late or the machine slept for ``gap`` seconds: what was being measured is void."""

    gap: float


@dataclass(frozen=True, slots=True)
class CodeChanged:
    """The bot's code on disk is newer than the running one, and it compiles."""


@dataclass(frozen=True, slots=True)
class MemoryExceeded:
    """The bot's whole tree uses more memory than allowed."""

    used: int


@dataclass(frozen=True, slots=True)
class SettingsChanged:
    """The bot's settings are others than before. ``replace``: the living process was launched with the old ones."""

    replace: bool = False


@dataclass(frozen=True, slots=True)
class NetworkReturned:
    """The machine had no way out, and has one again."""


@dataclass(frozen=True, slots=True)
class HourCame:
    """An hour of the day at which the bot is to be restarted has come."""


@dataclass(frozen=True, slots=True)
class Shipped:
    """New code was brought; ``release`` runs from the next launch on.

    ``way_back``: a failed trial may order the switch back to what ran before.
    """

    release: str
    way_back: bool = False


@dataclass(frozen=True, slots=True)
class SwitchedBack:
    """The way back after a failed trial has ended; what is on disk is what shall run."""


Fact = (
    Asked
    | Launched
    | LaunchFailed
    | Adopted
    | Exited
    | TreeGone
    | ProbePassed
    | ProbeFailed
    | ProbeImpossible
    | TimeCame
    | ClockJumped
    | CodeChanged
    | MemoryExceeded
    | SettingsChanged
    | NetworkReturned
    | HourCame
    | Shipped
    | SwitchedBack
)
