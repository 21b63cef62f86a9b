"""What an engine promises: launch, recognise, tell exits, ask to stop, end the tree, prove it gone.

Nothing here blocks longer than a system call. Waiting is the runtime's work: a held process has a
``fileno`` that becomes readable when the process ends, so one selector waits for all of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from vigie.plain import Plain

if TYPE_CHECKING:
    from vigie.core.spec import Spec


class Identity(Plain):
    """Which process, for ever: a number alone is recycled, with start time and boot it is not.

    ``started`` is in the kernel's own unit (clock ticks since boot on Linux, 100 ns on Windows, microseconds
    on macOS), compared for equality only. ``boot`` is the boot's id or "" where the start time is absolute.
    """

    pid: int
    started: int
    boot: str


class Exit(Plain):
    """How a process ended; both None where the system cannot tell (not our child)."""

    code: int | None = None
    signal: int | None = None


class Spare(Plain):
    """Children that a bot may leave behind on purpose, by the ``names`` of their programs or scripts.

    Who descends from such a child, or is in a group or session that it leads, goes with it. ``command`` is the
    bot's own: what runs it is the bot, whatever the names say, and is never spared.
    """

    names: tuple[str, ...] = ()
    command: tuple[str, ...] = ()


def spare_of(spec: Spec) -> Spare:
    """Return what a bot's settings let it leave behind."""
    return Spare(spec.spare_children, spec.command)


NOBODY = Spare()
"""Nothing may outlive its bot."""


class Resisting(Plain):
    """A process that a kill has not ended. ``stuck``: it waits inside the kernel, where no signal reaches it."""

    pid: int
    program: str
    stuck: bool


class LaunchPlan(Plain):
    """All an engine needs to start one bot. ``environment`` holds secrets: it is never shown.

    ``spare``: who may still live, and hold the copy lock of an earlier launch, without being a second copy.
    """

    name: str
    command: tuple[str, ...]
    directory: str
    log_path: str
    lock_path: str
    environment: dict[str, str]
    spare: Spare = NOBODY

    def __repr__(self) -> str:
        """Show no value of the environment."""
        return f"LaunchPlan({self.name!r}, {self.command!r}, directory={self.directory!r})"


class LaunchError(Exception):
    """No process came of a launch.

    ``key`` names a sentence ``engine.<...>`` (command not found, not executable, no such directory, log not
    writable, another copy alive, ...), ``refused`` says that something else is in the way.
    """

    def __init__(self, key: str, *, refused: bool = False, **values: object) -> None:
        """Remember which sentence to say, with its values."""
        super().__init__(key)
        self.key = key
        self.refused = refused
        self.values = values


class Held(Protocol):
    """One process of ours, launched or recognised."""

    @property
    def identity(self) -> Identity:
        """Who it is."""
        ...

    def fileno(self) -> int:
        """A descriptor (a socket's on Windows) that becomes readable once the process has ended."""
        ...

    def ended(self) -> Exit | None:
        """How it ended, or None while it lives. Reaps our own child. Safe to call again and again."""
        ...

    def close(self) -> None:
        """Let go of descriptors and handles; the process itself is left alone."""
        ...


class Engine(Protocol):
    """Holds processes on one machine."""

    def launch(self, plan: LaunchPlan) -> Held:
        """Start the bot detached, its output appended to ``log_path``, the copy lock inherited.

        Its environment is exactly ``plan.environment``, plus a birth mark where one helps. Raises
        ``LaunchError``; then no process, no descriptor and no lock was left behind.
        """
        ...

    def recognise(self, identity: Identity) -> Held | None:
        """Hold a process that already lives, or None when it is gone, a zombie, or somebody else's number."""
        ...

    def inherit(self, identity: Identity) -> Held | None:
        """Hold a process that this process held before it became another program.

        As ``recognise``, and also a child of ours that has ended since: nobody has heard how.
        """
        ...

    def identify(self, pid: int) -> Identity | None:
        """Who ``pid`` is right now, or None when it is gone, a zombie, or may not be looked at."""
        ...

    def copy_alive(self, lock_path: str, spare: Spare = NOBODY) -> bool:
        """Whether some process still holds the copy lock: a bot, or a child it left behind, lives.

        False only when nobody holds it, or everybody who does is proven to be spared.
        """
        ...

    def copy_holders(self, lock_path: str, spare: Spare = NOBODY) -> list[int]:
        """The processes that hold the copy lock, as far as the system tells. Slow: for rare moments."""
        ...

    def ask_to_stop(self, held: Held, signal_name: str, spare: Spare = NOBODY) -> None:
        """Ask politely, by this signal (``"SIGINT"``, ``"SIGTERM"`` ...; Windows: CTRL_BREAK, whatever it is).

        The whole group when the process leads one, save the spared. A name that this system does not know
        counts as SIGTERM. Never raises for the dead.
        """
        ...

    def pass_on(self, held: Held, signal_name: str) -> None:
        """Send this signal to the process alone, as if somebody had sent it there. Nothing on Windows."""
        ...

    def kill_tree(self, held: Held, lock_path: str, launched_by_us: bool, spare: Spare = NOBODY) -> None:
        """End the process, its group and session if it leads them, and all its descendants, now.

        Also what outlives it: processes seen before as its descendants, holders of the copy lock and carriers
        of its birth mark. Never a process that cannot be proven to belong to it, never ourselves or those
        who started us. Does not wait; ``remains`` tells what is left.
        """
        ...

    def remains(self, held: Held, lock_path: str, launched_by_us: bool, spare: Spare = NOBODY) -> list[int]:
        """Numbers of the processes of its tree that still live (zombies and the spared do not count).

        Fast when none.
        """
        ...

    def resisting(self, pids: Sequence[int]) -> list[Resisting]:
        """Name those of ``pids`` that live, and tell which of them no signal can reach: for a person to read."""
        ...

    def doomed(self, identity: Identity) -> bool:
        """Whether this process was killed already and cannot die yet: it runs no program any more.

        It is no bot to go on with, yet no second copy may begin beside it. False where nobody can tell.
        """
        ...

    def end_leftovers(self, lock_path: str, spare: Spare = NOBODY) -> list[int]:
        """End at once what an earlier launch left behind, and return the numbers of those processes.

        For the moments when nobody knows the bot's own process any more: holders of the copy lock, carriers
        of its birth mark, and their descendants. Does not wait; ``copy_alive`` tells what is left.
        """
        ...
