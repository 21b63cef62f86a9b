"""What an engine promises: launch, recognise, tell exits, ask to stop, end the tree, prove it gone.

Nothing here blocks longer than a system call. Waiting is the runtime's work: a held process has a
``fileno`` that becomes readable when the process ends, so one selector waits for all of them.
"""

from __future__ import annotations

from typing import Protocol

from vigie.plain import Plain


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


class LaunchPlan(Plain):
    """All an engine needs to start one bot. ``environment`` holds secrets: it is never shown."""

    name: str
    command: tuple[str, ...]
    directory: str
    log_path: str
    lock_path: str
    environment: dict[str, str]

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

    def identify(self, pid: int) -> Identity | None:
        """Who ``pid`` is right now, or None when it is gone, a zombie, or may not be looked at."""
        ...

    def copy_alive(self, lock_path: str) -> bool:
        """Whether some process still holds the copy lock: a bot, or a child it left behind, lives."""
        ...

    def copy_holders(self, lock_path: str) -> list[int]:
        """The processes that hold the copy lock, as far as the system tells. Slow: for rare moments."""
        ...

    def ask_to_stop(self, held: Held, step: int) -> None:
        """Ask politely: step 0 SIGINT, step 1 SIGTERM (Windows: CTRL_BREAK both times).

        The whole group when the process leads one. Never raises for the dead.
        """
        ...

    def kill_tree(self, held: Held, lock_path: str, launched_by_us: bool) -> None:
        """End the process, its group and session if it leads them, and all its descendants, now.

        Also what outlives it: processes seen before as its descendants, holders of the copy lock and carriers
        of its birth mark. Never a process that cannot be proven to belong to it, never ourselves or those
        who started us. Does not wait; ``remains`` tells what is left.
        """
        ...

    def remains(self, held: Held, lock_path: str, launched_by_us: bool) -> list[int]:
        """Numbers of the processes of its tree that still live (zombies do not count). Fast when none."""
        ...

    def end_leftovers(self, lock_path: str) -> list[int]:
        """End at once what an earlier launch left behind, and return the numbers of those processes.

        For the moments when nobody knows the bot's own process any more: holders of the copy lock, carriers
        of its birth mark, and their descendants. Does not wait; ``copy_alive`` tells what is left.
        """
        ...
