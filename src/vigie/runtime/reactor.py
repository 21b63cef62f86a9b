"""Waits for everything at once: descriptors, moments, other threads, signals.

Why not asyncio: importing it costs 48 ms and 11 MiB here, four times what ``check`` may take and all of what
a monitor may weigh; the short commands would need a second, synchronous shell beside it. What is needed is a
selector and a heap of moments, and both kinds of command share them.
"""

from __future__ import annotations

import heapq
import selectors
import signal
import socket
from collections import deque
from collections.abc import Callable
from types import FrameType, TracebackType

from vigie.runtime.clock import Clock

LATE = 1.0
"""Seconds past a due moment from which on we count ourselves as late: what we measured meanwhile is void."""

ASLEEP = 5.0
"""Seconds by which calendar time may run ahead of steady time before the machine is taken to have slept."""

Callback = Callable[[], None]


class Timer:
    """A moment at which something is called, unless it is cancelled before."""

    __slots__ = ("callback", "when")

    def __init__(self, when: float, callback: Callback) -> None:
        """Remember what to call, and when on the steady clock."""
        self.when = when
        self.callback: Callback | None = callback

    def cancel(self) -> None:
        """Never call it; harmless when it is over."""
        self.callback = None


class Reactor:
    """One thread's loop. ``on_late`` is told by how many seconds we overslept or the machine slept."""

    def __init__(self, clock: Clock | None = None) -> None:
        """Open a selector and the socket pair that wakes it."""
        self.clock = clock or Clock()
        self.on_late: Callable[[float], None] | None = None
        self.on_error: Callable[[Exception], None] | None = None
        """Hears of a defect in a callback; without it the defect ends the run."""
        self.signalled: int | None = None
        self._selector = selectors.DefaultSelector()
        self._timers: list[tuple[float, int, Timer]] = []
        self._count = 0
        self._soon: deque[Callback] = deque()
        self._wake_out, self._wake_in = socket.socketpair()
        self._wake_out.setblocking(False)
        self._wake_in.setblocking(False)
        self._selector.register(self._wake_out, selectors.EVENT_READ, self._drain)
        self._old_handlers: dict[int, object] = {}
        self._old_wakeup = -1

    def __enter__(self) -> Reactor:
        """Return itself, to be closed at the end."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let go of everything."""
        self.close()

    def now(self) -> float:
        """Steady now, in seconds."""
        return self.clock.steady()

    def call_at(self, when: float, callback: Callback) -> Timer:
        """Call once at ``when`` on the steady clock, or soon after."""
        timer = Timer(when, callback)
        self._count += 1
        heapq.heappush(self._timers, (when, self._count, timer))
        return timer

    def call_soon(self, callback: Callback) -> None:
        """Call on the next turn."""
        self._soon.append(callback)

    def wake(self) -> None:
        """End the present wait; the one thing another thread may call."""
        try:
            self._wake_in.send(b"\0")
        except BlockingIOError:
            pass  # so many wakes are pending that one more tells nothing new

    def call_from_thread(self, callback: Callback) -> None:
        """Call on the next turn, from another thread."""
        self._soon.append(callback)
        self.wake()

    def watch(self, descriptor: int, events: int, callback: Callback) -> None:
        """Call whenever ``descriptor`` is ready for ``events`` (``selectors.EVENT_READ`` | ``EVENT_WRITE``)."""
        self._selector.register(descriptor, events, callback)

    def unwatch(self, descriptor: int) -> None:
        """Stop watching; harmless when it was not watched."""
        try:
            self._selector.unregister(descriptor)
        except (KeyError, ValueError):
            pass

    def listen_to_signals(self, *numbers: int) -> None:
        """Let these signals end the run at a safe moment instead of tearing a half-done act apart."""
        for number in numbers:
            self._old_handlers[number] = signal.signal(number, self._on_signal)
        self._old_wakeup = signal.set_wakeup_fd(self._wake_in.fileno(), warn_on_full_buffer=False)

    def run(self, done: Callable[[], bool]) -> None:
        """Serve until ``done()`` holds or a signal that is listened to has arrived."""
        while self.signalled is None and not done():
            self._turn()

    def close(self) -> None:
        """Give signals back and close what was opened."""
        if self._old_handlers:
            signal.set_wakeup_fd(self._old_wakeup)
            for number, handler in self._old_handlers.items():
                signal.signal(number, handler)  # type: ignore[arg-type]
            self._old_handlers.clear()
        self._selector.close()
        self._wake_out.close()
        self._wake_in.close()

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        self.signalled = number

    def _drain(self) -> None:
        try:
            while self._wake_out.recv(4096):
                pass
        except BlockingIOError:
            pass

    def _turn(self) -> None:
        wall, steady = self.clock.wall(), self.clock.steady()
        due = self._next_due()
        wait = 0.0 if self._soon else None if due is None else max(0.0, due - steady)
        for key, _events in self._selector.select(wait):
            # a callback before this one may have let go of the descriptor, or opened another of that number
            if self._selector.get_map().get(key.fd) is key:
                self._call(key.data)
        now = self.clock.steady()
        self._notice_lateness(due, steady, now, self.clock.wall() - wall)
        for _ in range(len(self._soon)):
            self._call(self._soon.popleft())
        self._fire(now)

    def _next_due(self) -> float | None:
        while self._timers and self._timers[0][2].callback is None:
            heapq.heappop(self._timers)
        return self._timers[0][0] if self._timers else None

    def _notice_lateness(self, due: float | None, began: float, now: float, wall_passed: float) -> None:
        if self.on_late is None:
            return
        late = 0.0 if due is None else now - max(due, began)
        if late > LATE:
            self.on_late(late)
        elif wall_passed - (now - began) > ASLEEP:
            self.on_late(0.0)  # the steady clock stood still while the machine slept

    def _fire(self, now: float) -> None:
        while self._timers and self._timers[0][0] <= now:
            timer = heapq.heappop(self._timers)[2]
            if timer.callback is not None:
                self._call(timer.callback)

    def _call(self, callback: Callback) -> None:
        try:
            callback()
        except Exception as error:
            if self.on_error is None:
                raise
            self.on_error(error)
