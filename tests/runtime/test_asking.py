"""One probe under way: too early a wake, the one deadline, being dropped, and a defect in the probe itself."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator

import pytest

from tests.runtime.workshop import JumpingClock, turn
from vigie.probes.conversation import Answer, Conversation, DeadlinePassed, Want
from vigie.runtime.asking import PULSES, Asking
from vigie.runtime.reactor import Reactor

WELL = Answer(True, "answered", {})


@pytest.fixture
def reactor() -> Iterator[Reactor]:
    """A loop on a clock that jumps."""
    with Reactor(JumpingClock()) as reactor:
        yield reactor


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    """Two ends of one connection."""
    left, right = socket.socketpair()
    with left, right:
        left.setblocking(False)
        yield left, right


def pass_time(reactor: Reactor, seconds: float) -> None:
    """Let time pass as it does on a machine with nothing else to do: nobody is late for anything."""
    clock = reactor.clock
    assert isinstance(clock, JumpingClock)
    end = clock.steady() + seconds
    while (due := reactor._next_due()) is not None and due <= end:
        clock.jump(max(0.0, due - clock.steady()))
        turn(reactor)
    clock.jump(end - clock.steady())
    turn(reactor)


def hold_up(reactor: Reactor, seconds: float) -> None:
    """Let time pass while we are stopped, or busy: everything due meanwhile comes at its end."""
    clock = reactor.clock
    assert isinstance(clock, JumpingClock)
    clock.jump(seconds)
    turn(reactor)


def answers_at_the_second_word(
    left: socket.socket, bot: socket.socket, closing: bool = False
) -> Conversation:
    """Two steps, as connecting and asking are: a bot can only answer what it was asked."""
    try:
        yield Want(writing=(left.fileno(),), pause=0.01)
        if closing:
            return Answer(False, "closed", {})
        bot.send(b"x")
        yield Want(reading=(left.fileno(),))
        left.recv(1)
    except DeadlinePassed as passed:
        return Answer(False, "timeout-answering", {"seconds": passed.seconds})
    return WELL


def reads_one(left: socket.socket, seen: list[object]) -> Conversation:
    """Wait until a byte can be read, looking again whenever it is woken."""
    try:
        while True:
            try:
                seen.append(left.recv(1))
                return WELL
            except BlockingIOError:
                seen.append("nothing yet")
            yield Want(reading=(left.fileno(),), pause=1.0)
    except DeadlinePassed as passed:
        seen.append(passed.seconds)
        return Answer(False, "timeout-answering", {})
    finally:
        seen.append("closed")


def test_an_answer_comes_with_the_time_it_took(
    reactor: Reactor, pair: tuple[socket.socket, socket.socket]
) -> None:
    """From the beginning to the verdict, on the steady clock."""
    answers: list[Answer] = []
    seen: list[object] = []
    Asking(reactor, reads_one(pair[0], seen), 5.0, answers.append).begin()
    clock = reactor.clock
    assert isinstance(clock, JumpingClock)
    clock.jump(0.25)
    pair[1].send(b"x")
    turn(reactor)
    assert [(answer.well, answer.latency) for answer in answers] == [(True, 0.25)]
    assert seen == ["nothing yet", b"x", "closed"]


def test_a_wake_that_comes_too_early_does_no_harm(
    reactor: Reactor, pair: tuple[socket.socket, socket.socket]
) -> None:
    """The probe looks, finds nothing, and waits once more; one pause at a time."""
    answers: list[Answer] = []
    seen: list[object] = []
    Asking(reactor, reads_one(pair[0], seen), 60.0, answers.append).begin()
    clock = reactor.clock
    assert isinstance(clock, JumpingClock)
    for _ in range(3):
        clock.jump(1.0)
        turn(reactor)
    assert seen == ["nothing yet"] * 4
    assert answers == []


def test_the_deadline_holds_for_the_whole_exchange(
    reactor: Reactor, pair: tuple[socket.socket, socket.socket]
) -> None:
    """However often it was woken, after the time allowed it is over, and it knows how much that was."""
    answers: list[Answer] = []
    seen: list[object] = []
    Asking(reactor, reads_one(pair[0], seen), 2.0, answers.append).begin()
    pass_time(reactor, 1.99)
    assert answers == []
    pass_time(reactor, 0.02)
    assert [answer.reason for answer in answers] == ["timeout-answering"]
    assert answers[0].latency == pytest.approx(2.0)
    assert seen[-2:] == [2.0, "closed"]
    pair[1].send(b"x")
    pass_time(reactor, 10.0)
    assert len(answers) == 1


@pytest.mark.parametrize("lag", [0.3, 0.55, 0.9, 0.99])
def test_a_bot_is_not_blamed_for_what_we_were_too_late_to_ask(
    reactor: Reactor, pair: tuple[socket.socket, socket.socket], lag: float
) -> None:
    """We were held up past the deadline before we could put our question; it is put, and the answer is heard."""
    answers: list[Answer] = []
    Asking(reactor, answers_at_the_second_word(*pair), 0.5 if lag < 0.6 else 0.85, answers.append).begin()
    hold_up(reactor, lag)
    turn(reactor, 2)
    assert [answer.reason for answer in answers] == ["answered"]


def test_lag_only_buys_the_time_that_was_missed(
    reactor: Reactor, pair: tuple[socket.socket, socket.socket]
) -> None:
    """A silent bot is found out all the same, as late as we were."""
    answers: list[Answer] = []
    Asking(reactor, reads_one(pair[0], []), 2.0, answers.append).begin()
    hold_up(reactor, 1.5)
    pass_time(reactor, 1.99)
    assert answers == []
    pass_time(reactor, 0.02)
    assert [answer.reason for answer in answers] == ["timeout-answering"]


def test_a_silent_bot_is_found_out_by_a_loop_that_is_always_a_little_late(
    reactor: Reactor, pair: tuple[socket.socket, socket.socket]
) -> None:
    """Whatever the lag, the probe ends, within twice its time and what was missed."""
    for lag in (0.1, 0.3, 0.39, 0.41, 0.7, 1.9, 2.5):
        answers: list[Answer] = []
        Asking(reactor, reads_one(pair[0], []), 2.0, answers.append).begin()
        began = reactor.now()
        while not answers:
            hold_up(reactor, lag)
            assert reactor.now() - began < 4.0 + 2.0 + 2 * lag
        assert answers[0].reason == ("timeout-answering" if lag <= 2 * 2.0 / PULSES else "overslept"), lag


def test_a_sample_is_void_when_we_missed_the_whole_of_it(
    reactor: Reactor, pair: tuple[socket.socket, socket.socket]
) -> None:
    """Silence that nobody listened to says nothing; how long we were away is told."""
    answers: list[Answer] = []
    seen: list[object] = []
    Asking(reactor, reads_one(pair[0], seen), 2.0, answers.append).begin()
    hold_up(reactor, 2.5)
    assert [(one.well, one.reason, one.values) for one in answers] == [(None, "overslept", {"seconds": 2.1})]
    assert seen[-1] == "closed"
    assert reactor._next_due() is None


def test_a_good_answer_counts_however_late_we_read_it_and_a_bad_one_does_not(
    reactor: Reactor, pair: tuple[socket.socket, socket.socket]
) -> None:
    """The bot answered in time, into our buffer; but it may also have lost patience with us."""
    answers: list[Answer] = []
    Asking(reactor, reads_one(pair[0], []), 2.0, answers.append).begin()
    pair[1].send(b"x")
    hold_up(reactor, 60.0)
    assert [answer.well for answer in answers] == [True]
    answers.clear()
    Asking(reactor, answers_at_the_second_word(*pair, closing=True), 2.0, answers.append).begin()
    hold_up(reactor, 60.0)
    assert [(answer.well, answer.reason) for answer in answers] == [(None, "overslept")]
    answers.clear()
    Asking(reactor, answers_at_the_second_word(*pair, closing=True), 2.0, answers.append).begin()
    hold_up(reactor, 1.0)
    assert [(answer.well, answer.reason) for answer in answers] == [(False, "closed")]


def test_what_is_dropped_is_closed_and_never_answers(
    reactor: Reactor, pair: tuple[socket.socket, socket.socket]
) -> None:
    """No answer, no timer, no descriptor left behind."""
    answers: list[Answer] = []
    seen: list[object] = []
    asking = Asking(reactor, reads_one(pair[0], seen), 2.0, answers.append)
    asking.begin()
    asking.drop()
    assert seen[-1] == "closed"
    pair[1].send(b"x")
    clock = reactor.clock
    assert isinstance(clock, JumpingClock)
    clock.jump(10.0)
    turn(reactor, 3)
    assert answers == []
    assert reactor._next_due() is None
    asking.drop()


def test_an_answer_may_come_before_begin_returns(reactor: Reactor) -> None:
    """A probe that need not wait for anything."""

    def at_once() -> Conversation:
        yield from ()
        return WELL

    answers: list[Answer] = []
    Asking(reactor, at_once(), 2.0, answers.append).begin()
    assert [answer.well for answer in answers] == [True]
    assert reactor._next_due() is None


def test_the_next_socket_may_bear_the_number_of_the_one_just_closed(reactor: Reactor) -> None:
    """A probe that closes one socket and waits on another of the same number is woken by the new one."""
    answers: list[Answer] = []
    others: list[socket.socket] = []

    def two_sockets() -> Conversation:
        first, other = socket.socketpair()
        number = first.fileno()
        other.send(b"x")
        yield Want(reading=(number,))
        first.close()
        second, waker = socket.socketpair()
        assert second.fileno() == number
        others.extend((other, second, waker))
        yield Want(reading=(number,), writing=(number,))
        yield Want(reading=(number,))
        return WELL

    Asking(reactor, two_sockets(), 60.0, answers.append).begin()
    turn(reactor, 2)
    assert answers == []
    others[2].send(b"y")
    turn(reactor)
    assert len(answers) == 1
    for one in others:
        one.close()


def test_a_defect_in_a_probe_is_told_and_lets_go_of_everything(
    reactor: Reactor, pair: tuple[socket.socket, socket.socket]
) -> None:
    """The loop hears of it, nothing is watched any more, and the number can be watched by others."""
    faults: list[Exception] = []
    reactor.on_error = faults.append

    def broken() -> Conversation:
        yield Want(reading=(pair[0].fileno(),))
        raise ZeroDivisionError

    Asking(reactor, broken(), 2.0, lambda _answer: pytest.fail("an answer")).begin()
    pair[1].send(b"x")
    turn(reactor)
    assert [type(fault) for fault in faults] == [ZeroDivisionError]
    assert reactor._next_due() is None
    seen: list[bytes] = []
    reactor.watch(pair[0].fileno(), 1, lambda: seen.append(pair[0].recv(1)))
    turn(reactor)
    assert seen == [b"x"]


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="counts descriptors in /proc")
def test_nothing_leaks_over_many_probes(reactor: Reactor) -> None:
    """Answered, timed out or dropped: as many descriptors as before."""
    before = len(os.listdir("/proc/self/fd"))

    def waits() -> Conversation:
        left, right = socket.socketpair()
        with left, right:
            try:
                yield Want(reading=(left.fileno(),))
            except DeadlinePassed:
                return Answer(False, "timeout-answering", {})
        return WELL

    for number in range(60):
        asking = Asking(reactor, waits(), 2.0, lambda _answer: None)
        asking.begin()
        if number % 2:
            asking.drop()
        else:
            pass_time(reactor, 2.0 + number / 10)
    assert len(os.listdir("/proc/self/fd")) == before


def test_what_never_began_can_be_dropped(reactor: Reactor) -> None:
    """Whoever leaves drops every question, put or not: nobody is answered, and nothing is left to come."""
    answers: list[Answer] = []

    def conversation() -> Conversation:
        yield Want()
        return WELL

    Asking(reactor, conversation(), 5.0, answers.append).drop()
    pass_time(reactor, 10.0)
    assert answers == []
    assert reactor._next_due() is None
