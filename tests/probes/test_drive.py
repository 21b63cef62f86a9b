"""Many probes at once, each with its own deadline, by one who sleeps no longer and leaves nothing open."""

from __future__ import annotations

import os
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterable

import pytest

from tests.probes.asking import ENOUGH, ask, outcome
from tests.probes.servers import Server, answer, answering, deaf, free_port, request, resetting, silent
from tests.waiting import patient, until
from vigie.probes import drive, lookup
from vigie.probes.at_once import MOST, ON_WINDOWS, room_for
from vigie.probes.conversation import Answer, Conversation, DeadlinePassed, Want
from vigie.probes.drive import AT_ONCE, BEGUN_TOGETHER, ask_all
from vigie.probes.exec import ask_command
from vigie.probes.http import ask_http
from vigie.probes.process import ask_process
from vigie.probes.tcp import ask_tcp
from vigie.probes.wait import ready, ready_by_select

LATE = Answer(False, "timeout-answering", {})


def said(word: str, *wants: Want, closed: list[str] | None = None) -> Conversation:
    """Want these things one after the other, then answer ``word``."""
    try:
        yield from wants
    except DeadlinePassed as passed:
        return LATE._replace(values={"seconds": passed.seconds})
    finally:
        if closed is not None:
            closed.append(word)
    return Answer(True, word, {})


def endless(closed: list[str]) -> Conversation:
    """Never answer of one's own accord."""
    return said("endless", *[Want(pause=60)] * 1000, closed=closed)


def restless(descriptor: int) -> Conversation:
    """Want something that is always there."""
    try:
        while True:
            yield Want(writing=(descriptor,))
    except DeadlinePassed:
        return LATE


class Clock:
    """Steady time that moves only when told."""

    def __init__(self) -> None:
        """Start at an odd moment: only differences mean something."""
        self.now = 1000.0

    def __call__(self) -> float:
        """Tell the time."""
        return self.now


def test_nobody_to_ask_is_answered_at_once() -> None:
    """No bots, no answers."""
    assert ask_all([], []) == []


def test_each_probe_needs_its_timeout() -> None:
    """A missing one is a mistake of the caller, and what was handed over is closed."""
    with pytest.raises(ValueError, match="shorter"):
        ask_all([said("a"), said("b")], [1])


def test_answers_come_in_the_order_of_the_questions() -> None:
    """Whoever answers first."""
    probes = [said("slow", Want(pause=0.05)), said("quick"), said("medium", Want(pause=0.01))]
    assert [one.reason for one in ask_all(probes, [ENOUGH] * 3)] == ["slow", "quick", "medium"]


def test_latency_is_measured_from_each_ones_own_beginning() -> None:
    """On the clock that was given, for answers of every kind."""
    clock = Clock()

    def thinking(seconds: float) -> Conversation:
        clock.now += seconds
        yield Want(pause=0)
        return Answer(True, "x", {})

    one, two = ask_all([thinking(0.25), thinking(0.5)], [60, 60], clock)
    assert (one.latency, two.latency) == (0.75, 0.5)


def test_at_its_deadline_a_probe_is_told_how_long_it_had() -> None:
    """Each its own."""
    began = time.monotonic()
    one, two = ask_all([endless([]), endless([])], [0.05, 0.1])
    assert time.monotonic() - began < patient(2)
    assert (one.values, two.values) == ({"seconds": 0.05}, {"seconds": 0.1})
    assert one.latency is not None
    assert two.latency is not None
    assert 0.05 <= one.latency < two.latency


def test_a_probe_that_finds_its_answer_at_the_last_moment_is_not_late() -> None:
    """Whoever drives it may have been late himself: what lies ready is looked at first."""
    clock = Clock()

    def dawdling() -> Conversation:
        yield Want(pause=0)
        clock.now += 100
        yield Want(pause=0)
        return Answer(True, "dawdled", {})

    one, other = socket.socketpair()
    with one, other:
        other.send(b"x")
        hearing = said("heard", Want(reading=(one.fileno(),)), Want(reading=(one.fileno(),)))
        late, heard = ask_all([dawdling(), hearing], [60, 60], clock)
    assert heard.reason == "heard"
    assert late.reason == "dawdled"


def test_a_probe_that_is_always_ready_is_stopped_at_its_deadline_all_the_same() -> None:
    """No dripping server buys time."""
    one, other = socket.socketpair()
    with one, other:
        [late] = ask_all([restless(one.fileno())], [0.05])
    assert late.reason == LATE.reason


def test_a_probe_that_goes_on_after_its_deadline_is_a_defect_and_ends_everything() -> None:
    """It is told, not waited for."""

    def stubborn() -> Conversation:
        while True:
            try:
                yield Want(pause=60)
            except DeadlinePassed:
                pass

    closed: list[str] = []
    probes = [stubborn(), endless(closed)]
    with pytest.raises(RuntimeError, match="after its deadline"):
        ask_all(probes, [0.01, ENOUGH])
    assert closed == ["endless"]


def test_an_error_or_ctrl_c_in_one_closes_all_others() -> None:
    """Nothing stays open, whatever happens."""

    def interrupted() -> Conversation:
        yield Want(pause=0)
        raise KeyboardInterrupt

    closed: list[str] = []
    probes = [endless(closed), interrupted(), endless(closed)]
    with pytest.raises(KeyboardInterrupt):
        ask_all(probes, [ENOUGH] * 3)
    assert closed == ["endless", "endless"]


def test_only_so_many_are_under_way_together() -> None:
    """Descriptors are limited; the others follow as places come free, each with its whole time."""
    allowed = ON_WINDOWS if sys.platform == "win32" else MOST
    under_way = most = 0

    def counting() -> Conversation:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        while most < allowed:
            yield Want(pause=0.001)
        yield Want(pause=0.001)
        under_way -= 1
        return Answer(True, "counted", {})

    answers = ask_all([counting() for _ in range(2 * MOST)], [patient(ENOUGH)] * 2 * MOST)
    assert {one.reason for one in answers} == {"counted"}
    assert most == allowed


def test_those_under_way_are_looked_at_while_others_are_begun() -> None:
    """Beginning hundreds may take seconds: whoever can answer meanwhile is heard meanwhile."""
    heard_at: list[int] = []
    begun = 0

    def counting() -> Conversation:
        nonlocal begun
        begun += 1
        yield Want(pause=0)
        heard_at.append(begun)
        return Answer(True, "counted", {})

    ask_all([counting() for _ in range(5 * BEGUN_TOGETHER)], [patient(ENOUGH)] * 5 * BEGUN_TOGETHER)
    assert heard_at[0] == BEGUN_TOGETHER


@pytest.mark.slow
def test_hundreds_of_hung_bots_take_about_as_long_as_one() -> None:
    """No rounds: each has its whole time, all at the same time."""
    with Server(silent) as server:
        began = time.monotonic()
        answers = ask_all([ask_http(server.url()) for _ in range(300)], [2.0] * 300)
        took = time.monotonic() - began
    assert {one.reason for one in answers} == {"timeout-answering"}
    assert 2.0 <= took < patient(4.0)


@pytest.mark.skipif(sys.platform == "win32", reason="limits of POSIX")
@pytest.mark.parametrize(
    ("soft", "hard", "allowed", "raised"),
    [
        (1024, 4096, 300, None),
        (256, 4096, 300, 640),
        (256, 300, 130, 300),
        (256, -1, 300, 640),
        (-1, -1, 300, None),
        (50, 50, 100, None),
    ],
)
def test_room_is_made_within_the_limits_of_the_system(
    monkeypatch: pytest.MonkeyPatch, soft: int, hard: int, allowed: int, raised: int | None
) -> None:
    """Our own soft limit is raised as far as needed and allowed, and otherwise fewer are asked at once."""
    import resource

    seen: list[tuple[int, int]] = []
    monkeypatch.setattr(resource, "RLIM_INFINITY", -1)
    monkeypatch.setattr(resource, "getrlimit", lambda _which: (soft, hard))
    monkeypatch.setattr(resource, "setrlimit", lambda _which, limits: seen.append(limits))
    assert room_for(300, AT_ONCE) == allowed
    assert seen == ([] if raised is None and soft in (-1, 1024) else [(raised or 50, hard)])


def test_whoever_was_held_up_himself_does_not_blame_the_bot() -> None:
    """Ctrl-Z for a minute in the middle of a check: the probe may look and go on where it stood."""
    clock = Clock()
    one, other = socket.socketpair()

    def stopped(wants: Iterable[Want], seconds: float) -> set[int]:
        clock.now += seconds + (60 if clock.now == 1000.0 else 0)
        return set()

    def two_steps() -> Conversation:
        try:
            yield Want(pause=60)
            other.send(b"x")
            yield Want(pause=0.01)
        except DeadlinePassed:
            return LATE
        return Answer(True, "heard", {})

    with one, other, pytest.MonkeyPatch.context() as patch:
        patch.setattr(drive, "ready", stopped)
        [heard] = ask_all([two_steps()], [5], clock)
        [late] = ask_all([endless([])], [5], clock)
    assert heard.reason == "heard"
    assert late.reason == LATE.reason


def test_a_machine_that_is_always_late_gets_its_verdict_all_the_same() -> None:
    """Lateness is made up for so many times and no more."""
    clock = Clock()

    def late(wants: Iterable[Want], seconds: float) -> set[int]:
        clock.now += seconds + 3
        return set()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(drive, "ready", late)
        [heard] = ask_all([endless([])], [5], clock)
    assert heard.reason == LATE.reason
    assert clock.now - 1000.0 <= 5 + 6 * (3 + 1)


@pytest.mark.parametrize("wait", [ready, ready_by_select])
def test_a_hundred_bots_take_about_as_long_as_the_slowest(
    monkeypatch: pytest.MonkeyPatch, wait: Callable[..., set[int]]
) -> None:
    """They are asked at once, by either way of waiting."""
    monkeypatch.setattr(drive, "ready", wait)
    slowness = 0.3

    def slow(taken: socket.socket, leaving: threading.Event) -> None:
        request(taken)
        leaving.wait(slowness)
        taken.sendall(answer())

    with Server(slow) as server, Server(resetting) as rude:
        probes = [ask_http(server.url(host="localhost")) for _ in range(97)]
        probes += [ask_http(rude.url()), ask_tcp(server.url("", scheme="tcp")), ask_process(1, None)]
        began = time.monotonic()
        answers = ask_all(probes, [patient(ENOUGH)] * 100)
        took = time.monotonic() - began
    assert [one.reason for one in answers] == ["answered"] * 97 + ["reset", "connected", "alive"]
    assert slowness <= took < 5 * slowness + patient(1)


def garbling(taken: socket.socket, leaving: threading.Event) -> None:
    """Speak something of one's own."""
    taken.recv(1)
    taken.sendall(b"SSH-2.0-OpenSSH_9.2\r\n")
    leaving.wait(patient(60))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux shows our descriptors as files")
@pytest.mark.slow
def test_no_kind_of_probe_leaves_a_descriptor_open(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two hundred of each kind, well, failed, late and closed in the middle."""

    def opened() -> int:
        return len(os.listdir("/proc/self/fd"))

    def every_kind() -> None:
        with (
            Server(answering(answer())) as well,
            Server(garbling) as odd,
            Server(resetting) as rude,
            Server(silent) as mute,
            deaf() as port,
        ):
            refused = free_port()
            probes: dict[str, Callable[[], Conversation]] = {
                "answered": lambda: ask_http(well.url(host="localhost")),
                "reset": lambda: ask_http(rude.url(host="localhost")),
                "timeout-answering": lambda: ask_http(mute.url()),
                "timeout-tls": lambda: ask_http(mute.url(scheme="https")),
                "timeout-connecting": lambda: ask_http(f"http://localhost:{port}"),
                "tls-not-spoken": lambda: ask_http(odd.url(scheme="https")),
                "refused": lambda: ask_http(f"http://localhost:{refused}"),
                "connected": lambda: ask_tcp(well.url("", scheme="tcp")),
                "name-not-found": lambda: ask_http("http://bot.invalid/"),
                "exec-passed": lambda: ask_command(["true"], "."),
                "timeout-exec": lambda: ask_command(["sleep", "600"], "."),
                "exec-not-found": lambda: ask_command(["no-such-program"], "."),
                "not-running": lambda: ask_process(None, None),
            }
            for reason, probe in probes.items():
                late = reason.startswith("timeout")
                answers = ask_all([probe() for _ in range(200)], [0.5 if late else patient(60)] * 200)
                assert {one.reason for one in answers} == {reason}
                for _ in range(20):
                    closing = probe()
                    try:
                        next(closing)
                    except StopIteration:
                        pass
                    closing.close()

    def not_found(*_args: object, **_options: object) -> list[object]:
        raise socket.gaierror(socket.EAI_NONAME, "not known")

    monkeypatch.setattr(socket, "getaddrinfo", not_found)
    ask(ask_command(["true"], "."))  # loads what is loaded once
    before = opened()
    every_kind()
    until(lambda: not lookup._running, what="every lookup is over")
    until(lambda: opened() <= before, what=f"{before} descriptors again")


def test_a_driven_probe_answers_like_any_other() -> None:
    """One bot is many bots of one."""
    with Server(answering(answer())) as server:
        heard = ask(ask_http(server.url()))
    assert outcome(heard) == (True, "answered")
    assert heard.latency is not None
    assert 0 < heard.latency < patient(ENOUGH)
