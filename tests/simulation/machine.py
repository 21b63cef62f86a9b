"""The simulated machine below everything: clocks that jump, a selector that never waits, and events to come."""

from __future__ import annotations

import heapq
import selectors
from collections.abc import Callable
from typing import Any

from vigie.runtime.clock import Clock

Happening = Callable[[], None]

ROUNDED_UP = 1e-6
"""Seconds: above the grain of a clock that has run for ten years (6e-8), below anything that is measured."""


class JumpingClock(Clock):
    """Both clocks, and the true time that neither shows: it never stands still and is never set."""

    def __init__(self) -> None:
        """Begin somewhere in 2023, a while after the boot."""
        self.true = 0.0
        self.steady_now = 1_000.0
        self.wall_now = 1_700_000_000.0
        self.slept_at = 0.0
        """When, in true time, the machine last woke up from a sleep that nobody can miss."""
        self.boots = 0
        self.set_by = 0.0
        """How far the calendar was moved since the boot, to and fro."""
        self._booted_at = 0.0

    def steady(self) -> float:
        """Seconds since the boot; ``steady_now`` goes on across boots, for the world's own use."""
        return self.steady_now - self._booted_at

    @property
    def boot(self) -> str:
        """The boot's id."""
        return f"boot {self.boots}"

    def reboot(self) -> None:
        """The machine starts anew: its steady clock begins again."""
        self.boots += 1
        self.set_by = 0.0
        self.steady_now += 30.0
        self.true += 30.0
        self.wall_now += 30.0
        self._booted_at = self.steady_now - 20.0

    def wall(self) -> float:
        """Calendar time."""
        return self.wall_now

    def go_to(self, steady: float) -> None:
        """Let time pass until this moment."""
        gone = steady - self.steady_now
        if gone > 0.0:
            self.true += gone
            self.steady_now = steady
            self.wall_now += gone

    def sleep(self, seconds: float, counted: bool) -> None:
        """The machine sleeps; ``counted``: its steady clock goes on meanwhile, as on Windows."""
        self.true += seconds
        self.wall_now += seconds
        if counted:
            self.steady_now += seconds
        if seconds > (60.0 if counted else 10.0):
            self.slept_at = self.true

    def set_calendar(self, by: float) -> None:
        """Somebody sets the calendar."""
        self.wall_now += by
        self.set_by += abs(by)


class Agenda:
    """What will happen in the world, by its moment on the steady clock."""

    def __init__(self) -> None:
        """Nothing is to come yet."""
        self._events: list[tuple[float, int, Happening]] = []
        self._count = 0

    def at(self, when: float, what: Happening) -> None:
        """Let this happen then."""
        self._count += 1
        heapq.heappush(self._events, (when, self._count, what))

    @property
    def next_at(self) -> float | None:
        """When something happens next."""
        return self._events[0][0] if self._events else None

    def pop(self) -> Happening:
        """Take what happens next."""
        return heapq.heappop(self._events)[2]

    def __len__(self) -> int:
        """Count what is to come."""
        return len(self._events)


class JumpingSelector(selectors.BaseSelector):
    """Waits for nothing: time jumps to the next thing that happens, or to the end of the wait."""

    def __init__(self, clock: JumpingClock, agenda: Agenda) -> None:
        """Wait on these."""
        self.busy: Callable[[], bool] = lambda: False
        """Whether something that happened has to be dealt with before time goes on."""
        self.readable: set[int] = set()
        self.late = 0.0
        """Seconds by which the next wait takes longer than it should: others had the processor."""
        self._clock = clock
        self._agenda = agenda
        self._keys: dict[int, selectors.SelectorKey] = {}

    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        """Wait for this descriptor as well."""
        fd = fileobj if isinstance(fileobj, int) else int(fileobj.fileno())
        if fd in self._keys:
            raise KeyError(f"{fd} is registered already")
        key = self._keys[fd] = selectors.SelectorKey(fileobj, fd, events, data)
        return key

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        """Wait for it no longer."""
        fd = fileobj if isinstance(fileobj, int) else int(fileobj.fileno())
        return self._keys.pop(fd)

    def get_map(self) -> Any:
        """Return what is waited for."""
        return self._keys

    def close(self) -> None:
        """Wait for nothing any more."""
        self._keys.clear()

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Jump to what happens next, and return the descriptors that became readable."""
        clock, agenda = self._clock, self._agenda
        # a real selector rounds up as well; a sum of floats may fall short of the moment that is waited for
        until = clock.steady_now + timeout + ROUNDED_UP if timeout else clock.steady_now
        ready = self._ready()
        while not ready:
            due = agenda.next_at
            if due is None or due > until:
                clock.go_to(until)
                break
            clock.go_to(due)
            agenda.pop()()
            ready = self._ready()
            if self.busy():
                break
        if self.late:
            late, self.late = self.late, 0.0
            clock.go_to(clock.steady_now + late)
        return ready

    def _ready(self) -> list[tuple[selectors.SelectorKey, int]]:
        if not self.readable:
            return []
        keys = self._keys
        return [(keys[fd], selectors.EVENT_READ) for fd in sorted(self.readable) if fd in keys]
