"""The loop: moments, descriptors, other threads, signals, and noticing that we were late."""

from __future__ import annotations

import os
import selectors
import signal
import socket
import threading

import pytest

from tests.runtime.workshop import JumpingClock
from vigie.runtime.reactor import ASLEEP, LATE, REST, Reactor


def test_moments_come_in_their_order() -> None:
    """What is due earlier is called earlier, whatever the order of asking."""
    seen: list[str] = []
    with Reactor() as reactor:
        now = reactor.now()
        reactor.call_at(now + 0.02, lambda: seen.append("second"))
        reactor.call_at(now + 0.01, lambda: seen.append("first"))
        reactor.run(lambda: len(seen) == 2)
    assert seen == ["first", "second"]


def test_a_cancelled_moment_never_comes() -> None:
    """After cancelling, nothing is called."""
    seen: list[str] = []
    with Reactor() as reactor:
        reactor.call_at(reactor.now(), lambda: seen.append("cancelled")).cancel()
        reactor.call_at(reactor.now() + 0.01, lambda: seen.append("kept"))
        reactor.run(lambda: bool(seen))
    assert seen == ["kept"]


def test_a_readable_descriptor_is_told_until_it_is_let_go() -> None:
    """A watched socket wakes the loop; after unwatching it does not."""
    seen: list[bytes] = []
    left, right = socket.socketpair()
    with left, right, Reactor() as reactor:
        reactor.watch(left.fileno(), selectors.EVENT_READ, lambda: seen.append(left.recv(10)))
        right.send(b"one")
        reactor.run(lambda: bool(seen))
        reactor.unwatch(left.fileno())
        reactor.unwatch(left.fileno())
        right.send(b"two")
        reactor.call_at(reactor.now() + 0.01, lambda: seen.append(b"end"))
        reactor.run(lambda: seen[-1] == b"end")
    assert seen == [b"one", b"end"]


def test_a_descriptor_let_go_in_the_same_turn_is_not_called() -> None:
    """Two sockets are ready at once; the first callback lets go of the second, which then stays silent."""
    seen: list[str] = []
    pairs = [socket.socketpair() for _ in range(2)]
    with Reactor() as reactor:

        def called(name: str, other: int) -> None:
            seen.append(name)
            reactor.unwatch(pairs[other][0].fileno())
            reactor.unwatch(pairs[1 - other][0].fileno())

        for number, (left, right) in enumerate(pairs):
            reactor.watch(left.fileno(), selectors.EVENT_READ, lambda n=number: called(str(n), 1 - n))  # type: ignore[misc]
            right.send(b"x")
        reactor.run(lambda: bool(seen))
    for pair in pairs:
        for one in pair:
            one.close()
    assert len(seen) == 1


def test_another_thread_can_wake_the_loop() -> None:
    """A loop that waits for nothing at all is woken by a call from a thread."""
    seen: list[str] = []
    with Reactor() as reactor:
        thread = threading.Thread(target=lambda: reactor.call_from_thread(lambda: seen.append("called")))
        thread.start()
        reactor.run(lambda: bool(seen))
        thread.join()
    assert seen == ["called"]


def test_ten_thousand_wakes_do_no_harm() -> None:
    """Waking more often than the pair can hold neither blocks nor fails."""
    with Reactor() as reactor:
        for _ in range(10_000):
            reactor.wake()
        reactor.call_soon(lambda: None)
        reactor.run(lambda: True)


@pytest.mark.skipif(os.name != "posix", reason="sends itself a POSIX signal")
def test_a_signal_ends_the_run_at_a_safe_moment_and_handlers_are_given_back() -> None:
    """Ctrl-C is noted, the callback under way is finished, and the old handler is there again afterwards."""
    before = signal.getsignal(signal.SIGINT)
    finished: list[str] = []

    def interrupted() -> None:
        os.kill(os.getpid(), signal.SIGINT)
        finished.append("to the end")

    with Reactor() as reactor:
        reactor.listen_to_signals(signal.SIGINT)
        reactor.call_soon(interrupted)
        reactor.run(lambda: False)
        assert reactor.signalled == signal.SIGINT
    assert finished == ["to the end"]
    assert signal.getsignal(signal.SIGINT) is before


def test_oversleeping_is_told_with_its_length() -> None:
    """A moment that comes far too late means that we were late, not the bot, wherever the time went."""
    clock = JumpingClock()
    told: list[float] = []
    with Reactor(clock) as reactor:
        reactor.on_late = told.append
        reactor.call_at(clock.steady() + LATE, lambda: None)
        reactor.call_soon(lambda: clock.jump(3 * LATE))
        reactor._turn()  # a callback takes long: whatever else was being measured is overdue
        assert told == []
        reactor._turn()
        assert told == [pytest.approx(2 * LATE)]
    told.clear()
    with Reactor(clock) as reactor:
        reactor.on_late = told.append
        reactor.call_at(clock.steady(), lambda: None)
        selecting = reactor._selector.select
        reactor._selector.select = lambda wait: (clock.jump(7 * LATE), selecting(0))[1]  # type: ignore[method-assign]
        reactor._turn()
    assert told == [pytest.approx(7 * LATE)]


def test_a_moment_that_is_over_is_no_lateness() -> None:
    """Asking for a moment in the past means now: nobody was late."""
    clock = JumpingClock()
    told: list[float] = []
    seen: list[str] = []
    with Reactor(clock) as reactor:
        reactor.on_late = told.append
        reactor.call_at(clock.steady() - 100 * LATE, lambda: seen.append("called"))
        reactor.run(lambda: bool(seen))
    assert told == []


def test_lateness_is_told_before_what_waited_is_looked_at() -> None:
    """An answer that lay there while we slept is looked at by somebody who knows that we slept."""
    clock = JumpingClock()
    heard: list[str] = []
    left, right = socket.socketpair()
    with left, right, Reactor(clock) as reactor:
        reactor.on_late = lambda _gap: heard.append("late")
        reactor.call_at(clock.steady(), lambda: None)
        reactor.watch(left.fileno(), selectors.EVENT_READ, lambda: heard.append("answer"))
        right.send(b"x")
        clock.jump(7 * LATE)
        reactor._turn()
    assert heard == ["late", "answer"]


def test_what_lay_ready_when_a_stop_ended_the_wait_is_looked_at_before_the_deadline() -> None:
    """A wait that SIGSTOP interrupted reports nothing, though the answer is there: it is asked once more."""
    clock = JumpingClock()
    heard: list[str] = []
    left, right = socket.socketpair()
    with left, right, Reactor(clock) as reactor:
        reactor.call_at(clock.steady() + 0.5, lambda: heard.append("deadline"))
        reactor.watch(left.fileno(), selectors.EVENT_READ, lambda: heard.append("answer"))
        right.send(b"x")
        selecting = reactor._selector.select

        def interrupted(_wait: float | None) -> list[tuple[selectors.SelectorKey, int]]:
            reactor._selector.select = selecting
            clock.jump(0.7)
            return []

        reactor._selector.select = interrupted
        reactor._turn()
    assert heard == ["answer", "deadline"]


def test_sleep_between_two_waits_is_told_too() -> None:
    """A machine may be suspended while we are at work, not only while we wait; once is enough."""
    clock = JumpingClock()
    told: list[float] = []
    with Reactor(clock) as reactor:
        reactor.on_late = told.append
        reactor.call_at(clock.steady() + 10, lambda: None)
        for _ in range(2):
            reactor.call_soon(lambda: None)
            reactor._turn()
        assert told == []
        clock.jump(0.0, ASLEEP + 60)
        for _ in range(3):
            reactor.call_soon(lambda: None)
            reactor._turn()
        clock.jump(0.0, -3600.0)
        reactor.call_soon(lambda: None)
        reactor._turn()
    assert told == [0.0]


def test_a_machine_that_slept_is_told_though_the_steady_clock_stood_still() -> None:
    """Calendar time running ahead of steady time is how a suspended laptop looks on Linux."""
    clock = JumpingClock()
    told: list[float] = []
    with Reactor(clock) as reactor:
        reactor.on_late = told.append
        reactor.call_at(clock.steady() + 10, lambda: None)
        selecting = reactor._selector.select
        reactor._selector.select = lambda wait: (clock.jump(0.1, ASLEEP + 60), selecting(0))[1]  # type: ignore[method-assign]
        reactor._turn()
    assert told == [0.0]


def test_a_moment_that_asks_for_itself_again_starves_nobody() -> None:
    """What is always due comes once a turn; everything else has its turn as well."""
    clock = JumpingClock()
    seen: list[str] = []
    with Reactor(clock) as reactor:

        def again() -> None:
            seen.append("again")
            reactor.call_at(clock.steady(), again)

        again()
        reactor._turn()
        reactor._turn()
    assert seen == ["again"] * 3


def test_a_wait_of_a_year_can_be_asked_for() -> None:
    """A selector refuses more than 24 days; the loop looks again before that."""
    asked: list[float | None] = []
    with Reactor() as reactor:
        reactor.call_at(reactor.now() + 366 * 86_400, lambda: None)
        selecting = reactor._selector.select
        reactor._selector.select = lambda wait: (asked.append(wait), selecting(0))[1]  # type: ignore[method-assign]
        reactor._turn()
    assert asked[0] is not None
    assert asked[0] < 86_400


def test_a_callback_that_always_fails_cannot_keep_the_loop_busy() -> None:
    """A descriptor that is ready for ever and whose callback fails is left alone for a while, then tried again."""
    clock = JumpingClock()
    told: list[Exception] = []
    left, right = socket.socketpair()
    with left, right, Reactor(clock) as reactor:
        reactor.on_error = told.append

        def broken() -> None:
            raise ZeroDivisionError

        reactor.watch(left.fileno(), selectors.EVENT_READ, broken)
        right.send(b"x")
        for _ in range(50):
            reactor.call_soon(lambda: None)
            reactor._turn()
        assert len(told) == 1
        clock.jump(REST)
        reactor.call_soon(lambda: None)
        reactor._turn()  # it is watched again
        reactor.call_soon(lambda: None)
        reactor._turn()
        assert len(told) == 2
        reactor.unwatch(left.fileno())
        clock.jump(10 * REST)
        for _ in range(3):
            reactor.call_soon(lambda: None)
            reactor._turn()
        assert len(told) == 2


@pytest.mark.skipif(os.name != "posix", reason="a signal of POSIX")
def test_a_hang_up_that_we_were_told_to_ignore_is_ignored() -> None:
    """nohup means it: closing the terminal does not end the monitor."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with Reactor() as reactor:
            reactor.listen_to_signals(signal.SIGHUP, signal.SIGTERM)
            os.kill(os.getpid(), signal.SIGHUP)
            assert reactor.signalled is None
            os.kill(os.getpid(), signal.SIGTERM)
            reactor.run(lambda: False)
            assert reactor.signalled == signal.SIGTERM
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)


def test_a_defect_in_one_callback_does_not_end_the_watch_over_the_others() -> None:
    """With somebody to tell, the loop goes on; with nobody, the defect is not swallowed."""

    def broken() -> None:
        raise ZeroDivisionError

    told: list[Exception] = []
    seen: list[str] = []
    with Reactor() as reactor:
        reactor.on_error = told.append
        reactor.call_soon(broken)
        reactor.call_soon(lambda: seen.append("next"))
        reactor.run(lambda: bool(seen))
        assert [type(error) for error in told] == [ZeroDivisionError]
        reactor.on_error = None
        reactor.call_soon(broken)
        with pytest.raises(ZeroDivisionError):
            reactor.run(lambda: False)
