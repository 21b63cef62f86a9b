"""What is asked of ``ship`` and what it may ask of the bot."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol

from vigie.plain import Plain

if TYPE_CHECKING:
    from vigie.messages import Phrase
    from vigie.ship.proof.proof import Sample

Restart = Literal["if-down", "always", "never"]

Tell = Callable[[str, str, Mapping[str, object]], None]
"""Say one line: its tag, the key of its sentence, the sentence's values."""

Ask = Callable[[str], bool]
"""Ask a person who is there a question, by its key; never called where nobody is."""


class Deadlines(NamedTuple):
    """The longest, in seconds, that the acts which run other people's programs may take."""

    commit: float = 900.0
    """Hooks may run a whole test suite."""
    push: float = 300.0
    """All tries together."""


DEFAULT_DEADLINES = Deadlines()


class Program(NamedTuple):
    """How a bot is started: its words, and the folder it works in."""

    command: tuple[str, ...]
    directory: str


class ShipRequest(Plain):
    """One new version to bring.

    ``message`` None: a default one that names the files. ``files`` None: everything under ``root`` that
    changed; otherwise each entry is one name or several separated by commas, relative to ``root``.
    ``folder``: ours alone, for the journal and for what is built apart. ``own``: the values that must never be
    published, by name. ``ask`` None: nobody is there to be asked.
    """

    root: str
    message: str | None = None
    files: tuple[str, ...] | None = None
    restart: Restart = "if-down"
    deadlines: Deadlines = DEFAULT_DEADLINES
    folder: str = ""
    own: Mapping[str, str] = {}
    programs: tuple[Program, ...] = ()
    test: tuple[str, ...] = ()
    test_timeout: float = 300.0
    prove: float = 0.0
    prove_deadline: float = 120.0
    confirm_failures: int = 3
    confirm_interval: float = 2.0
    rebase: bool = False
    rollback: bool = False
    dry_run: bool = False
    show_changes: bool = False
    """Somebody is looking: each path of the commit is shown before it is made."""
    ask: Ask | None = None


class BotDoor(Protocol):
    """All that shipping needs of the bot; the caller decides what stands behind it."""

    def is_online(self) -> bool:
        """Ask the bot itself, now, and confirm a bad answer before believing it."""
        ...

    def restart(self) -> bool:
        """Restart it and wait; True when it is online at the end. May raise ``Problem``."""
        ...

    def sample(self) -> tuple[Sample, ...]:
        """Look once, now, at every bot: its answer and which process gives it."""
        ...

    def identities(self) -> tuple[object, ...]:
        """Return which process each bot is, for ever; None for one that is not known to live."""
        ...

    def running_commit(self) -> str | None:
        """Return the commit that the running copies were launched from; None when unknown or not the same."""
        ...

    def has_way_out(self) -> bool:
        """Whether the machine reaches other networks at all; True when that cannot be told."""
        ...

    def last_words(self) -> tuple[str, ...]:
        """Return the last lines that the bots printed, fit to be shown."""
        ...

    def last_proven(self) -> str | None:
        """Return the last commit that was proven here, None when there is none."""
        ...

    def parked(self) -> bool:
        """Whether an earlier version runs beside the folder."""
        ...

    def park(self, bad: str, good: str, folder: str) -> Phrase | None:
        """Let every launch use ``folder`` while ``bad`` lies in the project; why not, where that cannot be."""
        ...

    def clear_parked(self) -> tuple[str, ...]:
        """Remove versions that ran beside the folder and no longer do; return what was kept for its data."""
        ...

    def remember(self, what: str, commit: str, tree: str) -> None:
        """Note what became of a version: ``proven``, ``failed``, ``rolled-back`` or ``parked``. Never raises."""
        ...
