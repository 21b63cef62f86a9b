"""What can be asked of the outside, each order with its reason."""

from __future__ import annotations

from dataclasses import dataclass

from vigie.core.reasons import Reason


@dataclass(frozen=True, slots=True)
class Launch:
    """Start the bot; answer with ``Launched`` or ``LaunchFailed``. ``again``: it counts as a restart."""

    reason: Reason
    again: bool = False


@dataclass(frozen=True, slots=True)
class AskToStop:
    """Ask politely; ``step`` 0 is the first manner of asking, 1 the firmer one."""

    reason: Reason
    step: int = 0


@dataclass(frozen=True, slots=True)
class KillTree:
    """End the whole process tree now and prove it gone; answer with ``TreeGone``."""

    reason: Reason


@dataclass(frozen=True, slots=True)
class Probe:
    """Ask "are you well?"; answer with the same ``number``."""

    number: int
    reason: Reason


@dataclass(frozen=True, slots=True)
class WakeAt:
    """Say ``TimeCame`` at this moment of the steady clock; replaces any earlier one."""

    when: float
    reason: Reason


@dataclass(frozen=True, slots=True)
class KeepEvidence:
    """Save what can be known of the bot before it is ended."""

    reason: Reason


@dataclass(frozen=True, slots=True)
class Record:
    """The word shown to people changed; exactly one for each change."""

    before: str
    after: str
    reason: Reason


@dataclass(frozen=True, slots=True)
class Tell:
    """Something a person should hear of, once."""

    reason: Reason


@dataclass(frozen=True, slots=True)
class SwitchBack:
    """Bring back what ran before ``release``."""

    release: str
    reason: Reason


Order = Launch | AskToStop | KillTree | Probe | WakeAt | KeepEvidence | Record | Tell | SwitchBack
