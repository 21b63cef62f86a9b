"""What is asked of ``ship`` and what it may ask of the bot."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple, Protocol

Restart = Literal["if-down", "always", "never"]

Tell = Callable[[str, str, Mapping[str, object]], None]
"""Say one line: its tag, the key of its sentence, the sentence's values."""


class Deadlines(NamedTuple):
    """The longest, in seconds, that the acts which run other people's programs may take."""

    commit: float = 900.0
    """Hooks may run a whole test suite."""
    push: float = 300.0
    """All tries together."""


DEFAULT_DEADLINES = Deadlines()


@dataclass(frozen=True, slots=True)
class ShipRequest:
    """One new version to bring.

    ``message`` None: a default one that names the files. ``files`` None: everything under ``root`` that
    changed; otherwise each entry is one name or several separated by commas, relative to ``root``.
    """

    root: str
    message: str | None = None
    files: tuple[str, ...] | None = None
    restart: Restart = "if-down"
    deadlines: Deadlines = DEFAULT_DEADLINES


class BotDoor(Protocol):
    """All that shipping needs of the bot; the caller decides what stands behind it."""

    def is_online(self) -> bool:
        """Ask the bot itself, now, and confirm a bad answer before believing it."""
        ...

    def restart(self) -> bool:
        """Restart it and wait; True when it is online at the end. May raise ``Problem``."""
        ...
