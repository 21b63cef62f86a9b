"""Drives many probes at once for the short commands, which have no loop of their own."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from vigie.probes.conversation import Answer, Conversation, DeadlinePassed, Want
from vigie.probes.wait import ready

AT_ONCE = 100
"""Probes under way together without further ado. Each holds a descriptor or two, and macOS gives a shell's
programs 256; ``at_once`` makes room for more."""

BEGUN_TOGETHER = 50
"""Probes begun between two looks at the others: starting hundreds of commands takes seconds."""

HELD_UP = 0.2
"""Share of a timeout by which we must have come late for it to count as our own fault."""

OFTEN = 5
"""How often our own lateness (Ctrl-Z, a starved machine) is made up for in one probe: it ends all the same."""


class _Asking:
    """One probe under way."""

    def __init__(self, conversation: Conversation, seconds: float, clock: Callable[[], float]) -> None:
        self.conversation = conversation
        self.seconds = seconds
        self.clock = clock
        self.began = clock()
        self.deadline = self.began + seconds
        self.wake = self.deadline
        self.held_up = 0
        self.want = Want()
        self.answer: Answer | None = None
        self.proceed()

    def proceed(self) -> None:
        """Start or resume the probe."""
        try:
            self.want = next(self.conversation)
        except StopIteration as end:
            self._hear(end.value)
            return
        pause = self.want.pause
        self.wake = self.deadline if pause is None else min(self.deadline, self.clock() + pause)

    def make_up_for(self, late: float) -> None:
        """Give back what we were too late to hear, and let the probe have a look before its time is over."""
        share = self.seconds * HELD_UP
        if late > share and self.held_up < OFTEN:
            self.held_up += 1
            self.deadline += late + share

    def give_up(self) -> None:
        """Tell the probe that its time is over; raises ``RuntimeError`` if it wants to go on: its defect."""
        try:
            self.conversation.throw(DeadlinePassed(self.seconds))
        except StopIteration as end:
            self._hear(end.value)
            return
        raise RuntimeError("a probe went on after its deadline")

    def _hear(self, answer: Answer) -> None:
        self.answer = answer._replace(latency=self.clock() - self.began)


def ask_all(
    conversations: Sequence[Conversation],
    timeouts: Sequence[float],
    clock: Callable[[], float] = time.monotonic,
) -> list[Answer]:
    """Drive every probe to its answer, each within its own ``timeouts`` seconds; answers in the same order.

    Every answer's ``latency`` is filled in. Whatever happens, nothing is left open.
    """
    to_come = list(zip(conversations, timeouts, strict=True))[::-1]
    at_once = AT_ONCE
    if len(to_come) > at_once:
        from vigie.probes.at_once import room_for

        at_once = room_for(len(to_come), at_once)
    started: list[_Asking] = []
    asking: list[_Asking] = []
    try:
        while to_come or asking:
            for _ in range(min(len(to_come), at_once - len(asking), BEGUN_TOGETHER)):
                one = _Asking(*to_come.pop(), clock)
                started.append(one)
                if one.answer is None:
                    asking.append(one)
            if asking:
                _wait_once(asking, clock, hurry=bool(to_come) and len(asking) < at_once)
            asking = [one for one in asking if one.answer is None]
    finally:
        for conversation in conversations:
            conversation.close()
    return [one.answer for one in started if one.answer is not None]


def _wait_once(asking: Sequence[_Asking], clock: Callable[[], float], hurry: bool) -> None:
    wake = min(one.wake for one in asking)
    wants = [one.want for one in asking]
    awake = ready(wants, 0.0 if hurry else max(0.0, wake - clock()))
    # read once: what the first ones take from here on must not cost the last ones their chance to be heard
    now = clock()
    for one in asking:
        one.make_up_for(now - wake)
        if now >= one.wake or not awake.isdisjoint((*one.want.reading, *one.want.writing)):
            one.proceed()
        if one.answer is None and now >= one.deadline:
            one.give_up()
