"""Drives one probe's conversation on the reactor, under one deadline for the whole exchange.

Theory. The time an answer may take is time in which *we would have heard it*. It is counted in pulses. A pulse
that came late by more than its own length is not counted: we were stopped, starved of the processor or busy
with something else, and the bot's answer may lie unread, or its connection be made and our request not sent.
When we missed more than the whole time that an answer may take (and than a second: who allows 50 ms is easily
held up that long), the sample is void: a good answer still tells something, a bad one nothing.
"""

from __future__ import annotations

import selectors
from collections.abc import Callable

from vigie.probes.conversation import Answer, Conversation, DeadlinePassed, Want, overslept
from vigie.runtime.reactor import LATE, Reactor, Timer

PULSES = 5
"""Looks at the clock in one whole timeout: lateness is known to within its fifth. Most answers come sooner."""

LEAST = 1e-6
"""Seconds; what is left after the last pulse is nothing but rounding."""


class Asking:
    """A probe under way; ``on_answer`` is called once, unless it is dropped before.

    A defect in the conversation ends it: its descriptors are let go, and the defect goes on to the reactor.
    """

    def __init__(
        self,
        reactor: Reactor,
        conversation: Conversation,
        timeout: float,
        on_answer: Callable[[Answer], None],
    ) -> None:
        """Get ready; ``timeout`` is in seconds, from ``begin`` on."""
        self._reactor = reactor
        self._conversation = conversation
        self._timeout = timeout
        self._on_answer = on_answer
        self._watched: dict[int, int] = {}
        self._pause: Timer | None = None
        self._pulse: Timer | None = None
        self._pulse_at = 0.0
        self._share = 0.0
        self._left = timeout
        self._too_much = max(timeout, LATE)
        self._missed = 0.0
        self._began = 0.0

    def begin(self) -> None:
        """Ask; the answer may come before this returns."""
        self._began = self._reactor.now()
        self._next_pulse()
        self._resume(None)

    def drop(self) -> None:
        """End it without an answer; everything it opened is closed."""
        self._let_go()
        self._conversation.close()

    def _next_pulse(self) -> None:
        self._share = min(self._left, self._timeout / PULSES)
        self._pulse_at = self._reactor.now() + self._share
        self._pulse = self._reactor.call_at(self._pulse_at, self._feel)

    def _feel(self) -> None:
        """Take stock: is the time over, and how much of it did we miss?"""
        late = self._late(self._reactor.now())
        if late > self._share:
            self._missed += late
        else:
            self._left -= self._share
        if self._missed > self._too_much:
            self.drop()
            self._on_answer(overslept(self._missed))
        elif self._left < LEAST:
            self._resume(DeadlinePassed(self._timeout))
        else:
            self._next_pulse()

    def _late(self, now: float) -> float:
        return max(0.0, now - self._pulse_at)

    def _go_on(self) -> None:
        self._resume(None)

    def _resume(self, interruption: DeadlinePassed | None) -> None:
        # before it goes on: it may close a descriptor, and the next one opened may bear the same number
        self._unwatch()
        try:
            if interruption is None:
                want = next(self._conversation)
            else:
                want = self._conversation.throw(interruption)
        except StopIteration as end:
            answer: Answer = end.value
            self._let_go()
            now = self._reactor.now()
            missed = self._missed + self._late(now)
            if answer.well is False and missed > self._too_much:
                answer = overslept(missed)  # the bot may have lost patience with us
            self._on_answer(answer._replace(latency=now - self._began))
        except BaseException:
            self._let_go()
            raise
        else:
            self._wait_for(want)

    def _wait_for(self, want: Want) -> None:
        wanted: dict[int, int] = {}
        for descriptor in want.reading:
            wanted[descriptor] = wanted.get(descriptor, 0) | selectors.EVENT_READ
        for descriptor in want.writing:
            wanted[descriptor] = wanted.get(descriptor, 0) | selectors.EVENT_WRITE
        for descriptor, events in wanted.items():
            self._reactor.watch(descriptor, events, self._go_on)
            self._watched[descriptor] = events
        if want.pause is not None:
            self._pause = self._reactor.call_at(self._reactor.now() + want.pause, self._go_on)

    def _unwatch(self) -> None:
        for descriptor in self._watched:
            self._reactor.unwatch(descriptor)
        self._watched = {}
        if self._pause is not None:
            self._pause.cancel()
            self._pause = None

    def _let_go(self) -> None:
        self._unwatch()
        if self._pulse is not None:
            self._pulse.cancel()
