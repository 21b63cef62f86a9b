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
import sys
from collections import deque
from collections.abc import Callable
from types import FrameType, TracebackType

from vigie.runtime.clock import Clock

LATE = 1.0
"""Seconds past a due moment from which on we count ourselves as late: what we measured meanwhile is void."""

ASLEEP = 5.0
"""Seconds by which calendar time may run ahead of steady time before the machine is taken to have slept."""

STOPPED = 0.05
"""Seconds past a due moment from which on a wait that found nothing is taken to have been interrupted."""

LONGEST_WAIT = 3600.0
"""Seconds of one wait at most: a selector refuses more than 24 days (2^31 milliseconds)."""

REST = 1.0
"""Seconds for which a descriptor is left alone after its callback failed: it may well be ready for ever."""

if sys.platform == "win32":  # pragma: no cover  (other signals)
    HANG_UP = int(getattr(signal, "SIGHUP", 0))
    LEAVE = (signal.SIGINT, signal.SIGTERM, signal.SIGBREAK)
else:
    HANG_UP = signal.SIGHUP
    LEAVE = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""Signals by which a person, a closed terminal or the system asks us to leave."""

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

    def __init__(self, clock: Clock | None = None, selector: selectors.BaseSelector | None = None) -> None:
        """Open a selector, unless one is handed in, and the socket pair that wakes it."""
        self.clock = clock or Clock()
        self.on_late: Callable[[float], None] | None = None
        self.on_error: Callable[[Exception], None] | None = None
        """Hears of a defect in a callback; without it the defect ends the run."""
        self.signalled: int | None = None
        self._wall_ahead = self.clock.wall() - self.clock.steady()
        """Calendar time ahead of steady time at the last turn, in seconds; we may be put to sleep at any moment."""
        self._selector = selector or selectors.DefaultSelector()
        self._timers: list[tuple[float, int, Timer]] = []
        self._count = 0
        self._soon: deque[Callback] = deque()
        self._wake_out, self._wake_in = socket.socketpair()
        self._wake_out.setblocking(False)
        self._wake_in.setblocking(False)
        self._selector.register(self._wake_out, selectors.EVENT_READ, self._drain)
        self._resting: dict[int, Timer] = {}
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
        """Call once at ``when`` on the steady clock, or soon after; a moment that is over means now."""
        timer = Timer(max(when, self.now()), callback)
        self._count += 1
        heapq.heappush(self._timers, (timer.when, self._count, timer))
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
        self._wake_up(descriptor)
        self._selector.register(descriptor, events, callback)

    def unwatch(self, descriptor: int) -> None:
        """Stop watching; harmless when it was not watched. To be called before the descriptor is closed."""
        self._wake_up(descriptor)
        try:
            self._selector.unregister(descriptor)
        except (KeyError, ValueError):
            pass

    def listen_to_signals(self, *numbers: int) -> None:
        """Let these signals end the run at a safe moment instead of tearing a half-done act apart.

        A hang-up that we were started to ignore (``nohup``) is still ignored.
        """
        for number in numbers:
            if number == HANG_UP and signal.getsignal(number) is signal.SIG_IGN:
                continue
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
        self._wake_out.recv(4096)  # what is more than that wakes us once again

    def fault(self, error: Exception) -> None:
        """Tell whoever listens for defects; raises it when nobody does."""
        if self.on_error is None:
            raise error
        self.on_error(error)

    def _turn(self) -> None:
        due = self._next_due()
        wait = LONGEST_WAIT if due is None else min(max(0.0, due - self.now()), LONGEST_WAIT)
        ready = self._selector.select(0.0 if self._soon else wait)
        now = self.clock.steady()
        if not ready and due is not None and now - due > STOPPED:
            # a wait that SIGSTOP and SIGCONT interrupted ends without a look at what is ready by now
            ready = self._selector.select(0.0)
        # before anything is looked at: what was being measured across the gap must not be believed
        self._notice_lateness(due, now)
        for key, _events in ready:
            # a callback before this one may have let go of the descriptor, or opened another of that number
            if self._selector.get_map().get(key.fd) is key and not self._call(key.data):
                self._let_rest(key)
        for _ in range(len(self._soon)):
            self._call(self._soon.popleft())
        self._fire(now, self._count)

    def _next_due(self) -> float | None:
        while self._timers and self._timers[0][2].callback is None:
            heapq.heappop(self._timers)
        return self._timers[0][0] if self._timers else None

    def _notice_lateness(self, due: float | None, now: float) -> None:
        wall_ahead = self.clock.wall() - now - self._wall_ahead
        self._wall_ahead += wall_ahead
        if self.on_late is None:
            return
        if due is not None and now - due > LATE:
            self.on_late(now - due)
        elif wall_ahead > ASLEEP:
            self.on_late(0.0)  # the steady clock stood still while the machine slept

    def _fire(self, now: float, newest: int) -> None:
        # a moment asked for meanwhile waits for the next turn, so that one that is always due starves nobody
        while self._timers and self._timers[0][0] <= now and self._timers[0][1] <= newest:
            timer = heapq.heappop(self._timers)[2]
            if timer.callback is not None:
                self._call(timer.callback)

    def _call(self, callback: Callback) -> bool:
        try:
            callback()
        except Exception as error:  # noqa: BLE001  (one defect must not end the watch over all the others)
            self.fault(error)
            return False
        return True

    def _let_rest(self, key: selectors.SelectorKey) -> None:
        if self._selector.get_map().get(key.fd) is key:
            self._selector.unregister(key.fd)
            self._resting[key.fd] = self.call_at(
                self.now() + REST, lambda: self.watch(key.fd, key.events, key.data)
            )

    def _wake_up(self, descriptor: int) -> None:
        timer = self._resting.pop(descriptor, None)
        if timer is not None:
            timer.cancel()
