"""Drives one probe's conversation on the reactor, under one deadline for the whole exchange."""

from __future__ import annotations

import selectors
from collections.abc import Callable

from vigie.probes.conversation import Answer, Conversation, DeadlinePassed, Want
from vigie.runtime.reactor import Reactor, Timer


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
        self._deadline: Timer | None = None
        self._began = 0.0

    def begin(self) -> None:
        """Ask; the answer may come before this returns."""
        self._began = self._reactor.now()
        self._deadline = self._reactor.call_at(self._began + self._timeout, self._too_late)
        self._resume(None)

    def drop(self) -> None:
        """End it without an answer; everything it opened is closed."""
        self._let_go()
        self._conversation.close()

    def _too_late(self) -> None:
        self._resume(DeadlinePassed(self._timeout))

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
            self._on_answer(answer._replace(latency=self._reactor.now() - self._began))
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
        if self._deadline is not None:
            self._deadline.cancel()
